"""Measures the reading of saved pages against their gold: text F1 over words, title, date, publisher, marks.

python -m bench.pages [--verbose]
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from marsad.intake.documents import UnreadableError
from marsad.intake.pages import read_page

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "pages"


def measure(folder: Path = FOLDER) -> dict[str, dict[str, float]]:
    """Return the scores of every page by name; 1 is right, 0 wrong, a field that gold leaves open is missing."""
    gold: dict[str, dict[str, Any]] = json.loads((folder / "gold.json").read_text(encoding="utf-8"))
    return {name: score((folder / name).read_bytes(), wanted) for name, wanted in gold.items()}


def score(content: bytes, wanted: dict[str, Any]) -> dict[str, float]:
    """Return the scores of one page."""
    try:
        page = read_page(content)
    except UnreadableError as why:
        return {"refused": float(wanted.get("refused", "?") in str(why))}
    if "refused" in wanted:
        return {"refused": 0.0}
    metadata = page.metadata
    found = {
        "text": f1(page.text, wanted["text"]),
        "title": float(metadata.title == wanted["title"]),
        "date": float(metadata.published == wanted["published"]),
        "wrong date": float(metadata.published is not None and metadata.published != wanted["published"]),
        "dated by": float(page.dated_by == wanted["dated_by"]),
        "marks": float(sorted(page.marks) == sorted(wanted["marks"])),
    }
    for name, value in (("publisher", metadata.publisher), ("author", page.author)):
        if name in wanted:
            found[name] = float(value == wanted[name])
    if "stories" in wanted:
        found["stories"] = float([list(pair) for pair in metadata.story_dates] == wanted["stories"])
    return found


def f1(found: str, wanted: str) -> float:
    """Return the harmonic mean of precision and recall over words."""
    a, b = Counter(found.split()), Counter(wanted.split())
    common = sum((a & b).values())
    return 2 * common / (sum(a.values()) + sum(b.values())) if a or b else 1.0


def main() -> None:
    """Print the means, and with --verbose every page that is not right."""
    scores = measure()
    for name in dict.fromkeys(field for page in scores.values() for field in page):
        values = [page[name] for page in scores.values() if name in page]
        print(f"{name:12} {sum(values) / len(values):.3f}  lowest {min(values):.2f}  of {len(values)}")
    if "--verbose" in sys.argv:
        for name, page in scores.items():
            wrong = {
                k: round(v, 2)
                for k, v in page.items()
                if (v < 0.95) != (k == "wrong date") or (k == "wrong date" and v)
            }
            if wrong:
                print(name, wrong)


if __name__ == "__main__":
    main()
