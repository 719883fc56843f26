"""Totals read from sentences: one row of `cases/tolls.tsv` is one test. A minus marks a total that is taken back."""

import csv
from pathlib import Path

import pytest

from marsad.language import Language
from marsad.link.terms import Terms
from marsad.link.tolls import read_tolls

TABLE = Path(__file__).parent.parent / "cases" / "tolls.tsv"
LINES = TABLE.read_text(encoding="utf-8").splitlines()
ROWS = list(csv.DictReader(LINES, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.parametrize("row", ROWS, ids=[row["note"] for row in ROWS])
def test_totals(row: dict[str, str], arabic: Language, terms: Terms) -> None:
    text = row["text"]
    found = [t for sentence in arabic.read_sentences(text, 0, len(text)) for t in read_tolls(sentence, terms)]
    said = {("-" if t.withdrawn else "") + f"{t.field} {t.number}" for t in found}
    assert said == {part.strip() for part in row["expected"].split(",") if part.strip()}
