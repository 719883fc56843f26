"""Write `docs/codebook.md` from `data/codebook.yaml`, so that people and program read the same definitions.

python -m tools.build_docs
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from marsad.codebook import Codebook, EventType, load_codebook

PAGE = Path(__file__).resolve().parent.parent / "docs" / "codebook.md"
HEAD = """# Codebook

Written by `python -m tools.build_docs` from `marsad/data/codebook.yaml`; do not edit it by hand.

The categories and modes are those of PLOVER 2.0 (Political Language Ontology for Verifiable Event Records), whose
manual is under CC BY-SA; the definitions here are our own words. `INTERCEPT` and `APPOINT` are extensions. The
score is an intensity from -10 (fighting) to +10 (cooperation). PLOVER fixes no value per category: the scores are
those of the CAMEO-Goldstein scale for the root code that a category comes from, the mean where it comes from
several (`ASSAULT`: 18, 19 and 20; `REQUEST`: 02 and 10; `ACCUSE`: 09 and 11), and extensions take the value of the
nearest category.

An event that carries several modes takes its ACLED and CAMEO codes from the first of them in the order listed. ACLED
records what happened, so events that are future, hypothetical, negated or historical have no ACLED code.
"""
LISTS = (
    ("Statuses", "statuses"),
    ("Sectors", "sectors"),
    ("Outcomes", "outcomes"),
    ("Kinds of people", "who"),
    ("Weapons", "weapons"),
    ("Damaged objects", "objects"),
    ("Levels of places", "levels"),
    ("Stances of sources", "stances"),
)


def write_page() -> str:
    """Return the whole page as Markdown."""
    book = load_codebook()
    parts = [HEAD, *(part for code in book.types for part in _type(book, code))]
    for title, table in LISTS:
        entries = getattr(book, table)
        parts += [
            f"## {title}\n",
            _table(("code", "English", "Arabic"), ((f"`{c}`", e.en, e.ar) for c, e in entries.items())),
        ]
    return "\n".join(parts)


def _type(book: Codebook, code: str) -> Iterator[str]:
    entry = book.types[code]
    yield f"## {code}: {entry.name.en} ({entry.name.ar})\n"
    yield f"{entry.definition.en}\n\n{entry.definition.ar}\n"
    yield f"{book.quads[entry.quad].en}; score {entry.score:g}; CAMEO {entry.cameo}; ACLED {_acled(entry.acled)}.\n"
    if entry.modes:
        yield _table(("mode", "name", "meaning", "meaning in Arabic", "CAMEO", "ACLED"), _modes(book, code, entry))


def _modes(book: Codebook, code: str, entry: EventType) -> Iterator[tuple[str, ...]]:
    for mode, item in entry.modes.items():
        name = f"{item.name.en} ({item.name.ar})"
        cameo, acled = book.cameo_root(code, [mode]), _acled(book.acled(code, [mode]))
        yield f"`{mode}`", name, item.definition.en, item.definition.ar, cameo, acled


def _acled(pair: tuple[str, str] | None) -> str:
    return " / ".join(pair) if pair else "none"


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(write_page(), encoding="utf-8")
