"""What changed between the versions of a report, word by word."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standin import TEXT, Ran

from marsad.record.versions import Piece, differences, shortened

CORRECTED = TEXT.replace("مقتل 3 أشخاص", "مقتل 5 أشخاص")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (TEXT, TEXT, [("kept", TEXT)]),
        ("قتل 3 أشخاص.", "قتل 5 أشخاص.", [("kept", "قتل "), ("gone", "3 "), ("added", "5 "), ("kept", "أشخاص.")]),
        ("قُتل اثنان", "قَتل اثنان", [("gone", "قُتل "), ("added", "قَتل "), ("kept", "اثنان")]),
        ("في  سومي", "في\nسومي", [("kept", "في\nسومي")]),
        ("", "عاجل", [("added", "عاجل")]),
        ("عاجل: قصف", "قصف", [("gone", "عاجل: "), ("kept", "قصف")]),
    ],
    ids=["nothing", "a number", "a vowel sign makes another word", "blanks are no change", "from nothing", "less"],
)
def test_changes_by_word(before: str, after: str, expected: list[tuple[str, str]]) -> None:
    assert differences(before, after) == [Piece(*pair) for pair in expected]


@given(st.text("قتل ٣5.،\nُ", max_size=40), st.text("قتل ٣5.،\nُ", max_size=40))
def test_what_is_kept_and_added_is_the_new_text(before: str, after: str) -> None:
    pieces = differences(before, after)
    assert "".join(words for kind, words in pieces if kind != "gone") == after
    rest = "".join(words for kind, words in pieces if kind != "added")
    assert "".join(rest.split()) == "".join(before.split())


def test_long_kept_passages_are_cut_around_the_changes() -> None:
    long = "كلمة " * 200
    told = list(shortened(differences(f"{long}3 {long}", f"{long}5 {long}")))
    assert [piece.kind for piece in told] == ["kept", "gone", "added", "kept"]
    assert told[0].words.startswith("… ")
    assert all(len(piece.words) < 200 for piece in told)


def test_the_versions_of_a_report_are_shown(folder: Path, marsad: Callable[..., Ran]) -> None:
    for text in (TEXT, CORRECTED):
        (folder / "r.txt").write_text(text)
        marsad("add", "r.txt")
    (line,) = marsad("show", "r", "--diff").out.splitlines()
    found = json.loads(line)
    assert (found["report"], found["version"]) == ("r", 2)
    changed = [(p["kind"], p["words"]) for p in found["pieces"] if p["kind"] != "kept"]
    assert changed == [("gone", "3 "), ("added", "5 ")]
    said = marsad("show", "r", "--diff", "--format", "text").out
    assert "\u2068[-3-]\u2069 \u2068{+5+}\u2069" in said


def test_a_report_with_one_version_has_not_changed(folder: Path, marsad: Callable[..., Ran]) -> None:
    (folder / "r.txt").write_text(TEXT)
    marsad("add", "r.txt")
    assert marsad("show", "r", "--diff").err == "There is one version; nothing changed.\n"
    assert "holds no report" in marsad("show", "x", "--diff").err
