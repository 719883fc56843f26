"""The exam stays an exam: none of its wording stands in the package, its tests or the training reports."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from marsad.lang.ar.script import fold_text

ROOT = Path(__file__).resolve().parent.parent
EXAM = ROOT / "eval" / "gold" / "dev"
RUN = 8  # so many words in a row are no chance
TEXTS = {".py", ".tsv", ".yaml", ".txt", ".json", ".jsonl", ".md", ".html"}


def runs(path: Path) -> Iterator[str]:
    """Every run of `RUN` words in a line."""
    # Some saved pages are in other encodings: what is no UTF-8 in them is no wording either.
    for line in path.read_text(encoding="utf-8", errors="replace").split("\n"):
        words = fold_text(line).split()
        yield from (" ".join(words[k : k + RUN]) for k in range(len(words) - RUN + 1))


@pytest.fixture(scope="module")
def exam() -> frozenset[str]:
    return frozenset(run for path in EXAM.glob("*.txt") for run in runs(path))


@pytest.mark.parametrize("folder", ["marsad", "tests", "docs", "eval/gold/train", "eval/gold"])
def test_no_wording_of_the_exam_is_anywhere_else(folder: str, exam: frozenset[str]) -> None:
    top = ROOT / folder
    paths = top.iterdir() if folder == "eval/gold" else top.rglob("*")
    copied = [
        f"{path.relative_to(ROOT)}: {run}"
        for path in paths
        if path.is_file() and path.suffix in TEXTS and not path.is_relative_to(EXAM)
        for run in runs(path)
        if run in exam
    ]
    assert copied == []


def test_runs_find_what_is_copied(tmp_path: Path, exam: frozenset[str]) -> None:
    report = next(iter(sorted(EXAM.glob("*.txt"))))
    longest = max(report.read_text(encoding="utf-8").split("\n"), key=len)
    copy = tmp_path / "copy.txt"
    copy.write_text(f"x {longest}", encoding="utf-8")
    assert exam.intersection(runs(copy))
