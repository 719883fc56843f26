"""Copies, and reports of one template that are none."""

from __future__ import annotations

from typing import Any

from marsad.link import copies
from marsad.link.model import ReportSketch

WORDS = [f"w{i}" for i in range(60)]


def report(name: str, words: list[str], facts: tuple[str, ...] = (), **values: Any) -> copies.Gist:
    return copies.Gist(sketch(name, words, facts, **values))


def sketch(name: str, words: list[str], facts: tuple[str, ...] = (), **values: Any) -> ReportSketch:
    hashed = copies.shingles(words)
    known = {"published": "2025-10-10", "publisher": "alpha.example", **values}
    return ReportSketch(report=name, shingles=hashed, signature=copies.signature(hashed), facts=facts, **known)


def edited(words: list[str], *at: int) -> list[str]:
    return [f"other{i}" if i in at else w for i, w in enumerate(words)]


def test_small_edits_make_a_copy() -> None:
    assert copies.kinship(report("a", WORDS), report("b", edited(WORDS, 0, 1, 2, 30))) == "copy"


def test_other_numbers_and_places_make_a_template() -> None:
    one = report("a", WORDS, ("b:n:2", "b:n:4", "b:p:x"))
    other = report("b", edited(WORDS, 10, 20), ("b:n:1", "b:n:5", "b:p:y"))
    assert copies.kinship(one, other) == "template"


def test_another_text_or_another_month_is_nothing() -> None:
    assert copies.kinship(report("a", WORDS), report("b", [f"x{i}" for i in range(60)])) == ""
    assert copies.kinship(report("a", WORDS), report("b", WORDS, published="2025-12-10")) == ""


def test_a_text_of_a_few_words_is_no_copy() -> None:
    assert copies.kinship(report("a", WORDS[:6]), report("b", WORDS[:6])) == ""


def test_copies_share_a_band() -> None:
    one, other = sketch("a", WORDS), sketch("b", edited(WORDS, 0, 1, 2, 30))
    assert set(copies.bands(one.signature)) & set(copies.bands(other.signature))


def test_groups() -> None:
    assert copies.groups([("b", "c"), ("a", "b"), ("x", "y")]) == [["a", "b", "c"], ["x", "y"]]
