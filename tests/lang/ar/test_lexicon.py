"""The index of surface forms."""

from __future__ import annotations

from marsad.lang.ar.lexicon import TABLES, TriggerRow, load_lexicon
from marsad.lang.ar.script import fold_text
from marsad.lang.ar.words import light
from marsad.resources import DATA

LEXICON = load_lexicon(DATA / "ar")


def test_every_form_of_every_row_is_found_though_rows_are_inflected_late() -> None:
    missing = []
    for table in TABLES:
        for number, row in enumerate(LEXICON.rows[table.name], 2):
            lemma = fold_text(table.lemma(row))
            cell = getattr(row, "plural", None) or getattr(row, "forms", None) or ""
            extra = tuple(fold_text(part.strip()) for part in cell.split("|") if part.strip())
            forms = () if " " in lemma else table.forms(row, lemma, extra)
            for form, _ in forms:
                if len(form) > 1 and (table.name, number) not in {(h.table, h.row) for h in LEXICON.words(form)}:
                    missing.append(f"{table.name}:{number} {form}")
    assert missing == []


def test_a_conjugated_verb_leads_to_its_row() -> None:
    prefix, stem, hits = LEXICON.look_up("فيقصفون")
    assert (prefix, stem) == ("ف", "يقصفون")
    assert any(isinstance(hit.value, TriggerRow) and hit.form == "present" for hit in hits)


def test_a_phrase_is_found_by_its_first_two_words() -> None:
    rows = LEXICON.phrases(light(fold_text("طائرة")))[light(fold_text("مسيرة"))]
    assert "weapons" in {hit.table for _, hit in rows}
