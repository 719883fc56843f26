"""The codebook is whole, and every lexicon speaks its codes."""

from __future__ import annotations

import collections
import importlib.util
import unicodedata
from pathlib import Path

import pytest

from marsad.codebook import LANGUAGES, Codebook, load_codebook
from marsad.errors import CodebookError, ResourceError
from marsad.resources import DATA

ARABIC = DATA / "ar"
BOOK = load_codebook()
LEXICONS = {
    "triggers.tsv": ("lemma", "pos", "forms", "type", "mode", "weight", "source"),
    "weapons.tsv": ("lemma", "kind", "mode", "plural", "source"),
    "outcomes.tsv": ("lemma", "pos", "outcome", "forms", "source"),
    "damage.tsv": ("lemma", "object", "plural", "source"),
    "speech_verbs.tsv": ("lemma", "pos", "stance", "forms", "source"),
    "negators.tsv": ("word", "kind", "source"),
    "status_words.tsv": ("word", "status", "kind", "source"),
    "units.tsv": ("word", "unit", "kind", "source"),
    "currencies.tsv": ("word", "currency", "source"),
    "boilerplate.tsv": ("pattern", "kind", "source"),
    "trigger_blockers.tsv": ("phrase", "kind", "source"),
}
KEYS = {
    "triggers.tsv": ("lemma", "pos", "type"),
    "outcomes.tsv": ("lemma", "pos", "outcome"),
    "speech_verbs.tsv": ("lemma", "pos"),
}
ALLOWED = {
    "triggers.tsv": {"pos": {"verb", "noun", "phrase", "adj"}, "weight": {"strong", "weak"}},
    "outcomes.tsv": {"pos": {"verb", "noun", "adj"}},
    "speech_verbs.tsv": {"pos": {"verb", "noun", "preposition", "adj"}},
    "status_words.tsv": {"kind": {"adverb", "particle", "verb", "phrase", "frame"}},
    "boilerplate.tsv": {"kind": {"line-start", "line", "related-head", "inline", "label"}},
    "trigger_blockers.tsv": {"kind": {"sport", "metaphor", "weather", "culture", "fixed"}},
}
FOLDS = str.maketrans("أإآٱىةؤئ", "اااايهوي")


def rows(name: str) -> list[dict[str, str]]:
    lines = (ARABIC / name).read_text(encoding="utf-8").split("\n")
    header = lines[0].split("\t")
    return [dict(zip(header, line.split("\t"), strict=True)) for line in lines[1:] if line]


def folded(word: str) -> str:
    bare = "".join(c for c in word if unicodedata.category(c) != "Mn" and c != "\u0640")
    return bare.translate(FOLDS)


TRIGGERS = rows("triggers.tsv")
SLOTS = [(t, m) for t, entry in BOOK.types.items() for m in (entry.modes or {"": None})]


def test_the_categories_are_plover_with_two_extensions() -> None:
    assert len(BOOK.types) == 18
    assert {"INTERCEPT", "APPOINT"} < set(BOOK.types)
    assert set(BOOK.statuses) == {"actual", "future", "hypothetical", "negated", "historical"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_code_has_a_name_in_both_languages(lang: str) -> None:
    kinds = {
        "type": BOOK.types,
        "mode": [f"{t}.{m}" for t, entry in BOOK.types.items() for m in entry.modes],
        "status": BOOK.statuses,
        "sector": BOOK.sectors,
        "outcome": BOOK.outcomes,
        "who": BOOK.who,
        "weapon": BOOK.weapons,
        "object": BOOK.objects,
        "level": BOOK.levels,
        "stance": BOOK.stances,
        "quad": BOOK.quads,
    }
    for kind, codes in kinds.items():
        for code in codes:
            name = BOOK.label(kind, code, lang)
            assert name.strip() == name != ""
            is_arabic = any("\u0621" <= c <= "\u064a" for c in name)
            assert is_arabic == (lang == "ar"), (kind, code)


def test_every_type_and_mode_is_defined_in_both_languages() -> None:
    for entry in BOOK.types.values():
        for item in (entry, *entry.modes.values()):
            assert item.definition.en.endswith(".")
            assert item.definition.ar.endswith(".")


def test_scores_follow_the_quad() -> None:
    for entry in BOOK.types.values():
        assert -10 <= entry.score <= 10
        assert (entry.score < 0) == entry.quad.endswith("conflict")


def test_acled_codes_the_weapon_not_the_target() -> None:
    assert BOOK.acled("ASSAULT", ["destroy", "drone"]) == ("Explosions/Remote violence", "Air/drone strike")
    assert BOOK.acled("ASSAULT", []) == ("Battles", "Armed clash")
    assert BOOK.acled("COERCE", ["arrest"]) == ("Strategic developments", "Arrests")
    assert BOOK.acled("CONSULT", ["phone"]) is None
    assert BOOK.acled("PROTEST", ["strike"]) is None


def test_acled_has_only_what_happened() -> None:
    for status in ("future", "hypothetical", "negated", "historical"):
        assert BOOK.acled("ASSAULT", ["drone"], status) is None


def test_cameo_roots_are_two_digits() -> None:
    assert BOOK.cameo_root("ASSAULT") == "19"
    assert BOOK.cameo_root("ASSAULT", ["abduct"]) == "18"
    for event_type in BOOK.types:
        for mode in BOOK.modes_of(event_type):
            assert 1 <= int(BOOK.cameo_root(event_type, [mode])) <= 20


def test_an_unknown_code_names_the_nearest() -> None:
    with pytest.raises(CodebookError, match="nearest: ASSAULT"):
        BOOK.check_type("ASSULT")
    with pytest.raises(CodebookError, match="nearest: heavy-weapons"):
        BOOK.check_mode("ASSAULT", "heavy_weapon")
    with pytest.raises(CodebookError, match="it has none"):
        BOOK.check_mode("AID", "drone")
    with pytest.raises(CodebookError, match="nearest: future"):
        BOOK.check_status("futur")
    with pytest.raises(CodebookError, match="valid: GOV"):
        BOOK.check_sector("QQQ")
    with pytest.raises(CodebookError, match="language"):
        BOOK.label("type", "AID", "fr")


def test_a_broken_codebook_says_where(tmp_path: Path) -> None:
    text = (DATA / "codebook.yaml").read_text(encoding="utf-8").replace("score: 4.0", "score: many", 1)
    broken = tmp_path / "codebook.yaml"
    broken.write_text(text, encoding="utf-8")
    with pytest.raises(ResourceError, match=r"codebook\.yaml"):
        load_codebook(broken)


def test_the_codebook_is_read_once() -> None:
    assert isinstance(load_codebook(), Codebook)
    assert load_codebook() is load_codebook()


@pytest.mark.parametrize("name", LEXICONS)
def test_lexicons_are_clean(name: str) -> None:
    text = (ARABIC / name).read_text(encoding="utf-8")
    assert text == unicodedata.normalize("NFC", text)
    assert "\r" not in text
    assert not text.endswith("\n\n")
    assert not any("\ufb50" <= c <= "\ufeff" or c in "\u06cc\u06a9\u200e\u200f\u061c" for c in text)
    lines = text.rstrip("\n").split("\n")
    assert lines[0] == "\t".join(LEXICONS[name])
    assert lines[1:] == sorted(set(lines[1:]))
    for line in lines[1:]:
        for cell in line.split("\t"):
            assert cell == " ".join(cell.split()), line
            assert "||" not in cell
            assert cell.strip("|") == cell, line


@pytest.mark.parametrize("name", LEXICONS)
def test_lexicons_have_no_duplicates_after_folding(name: str) -> None:
    keys = KEYS.get(name, LEXICONS[name][:1])
    seen = collections.Counter(tuple(folded(row[key]) for key in keys) for row in rows(name))
    assert [key for key, times in seen.items() if times > 1] == []


@pytest.mark.parametrize("name", ALLOWED)
def test_lexicon_cells_have_known_values(name: str) -> None:
    for row in rows(name):
        for column, allowed in ALLOWED[name].items():
            assert row[column] in allowed, row


@pytest.mark.parametrize(
    ("name", "column", "kind"),
    [
        ("triggers.tsv", "type", "type"),
        ("weapons.tsv", "kind", "weapon"),
        ("damage.tsv", "object", "object"),
        ("speech_verbs.tsv", "stance", "stance"),
    ],
)
def test_lexicon_codes_are_in_the_codebook(name: str, column: str, kind: str) -> None:
    for row in rows(name):
        BOOK.check(kind, row[column])


def test_outcomes_and_statuses_are_known() -> None:
    assert {row["outcome"] for row in rows("outcomes.tsv")} == {*BOOK.outcomes, "damaged"}
    assert {row["status"] for row in rows("status_words.tsv")} == {*BOOK.statuses, "generic"} - {"actual"}


def test_every_mode_in_a_lexicon_belongs_to_its_type() -> None:
    for row in TRIGGERS:
        if row["mode"]:
            BOOK.check_mode(row["type"], row["mode"])
    for row in rows("weapons.tsv"):
        if row["mode"]:
            BOOK.check_mode("ASSAULT", row["mode"])


@pytest.mark.parametrize(("event_type", "mode"), SLOTS)
def test_every_type_and_mode_has_triggers(event_type: str, mode: str) -> None:
    words = [row for row in TRIGGERS if row["type"] == event_type and row["mode"] == mode]
    assert len(words) >= 5


@pytest.mark.parametrize("kind", BOOK.weapons)
def test_every_weapon_kind_has_words(kind: str) -> None:
    assert any(row["kind"] == kind for row in rows("weapons.tsv"))


@pytest.mark.parametrize("code", BOOK.objects)
def test_every_damaged_object_has_words(code: str) -> None:
    assert any(row["object"] == code for row in rows("damage.tsv"))


def test_verbs_give_their_present_first() -> None:
    for row in TRIGGERS:
        if row["pos"] == "verb":
            assert row["forms"].startswith("ي"), row


def test_trigger_cases_expect_known_types() -> None:
    path = Path(__file__).parent / "cases" / "triggers.tsv"
    lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    assert lines[0] == "text\texpected\tnote"
    assert len(lines) > 60
    for line in lines[1:]:
        text, expected, _ = line.split("\t")
        for pair in filter(None, expected.split(", ")):
            word, _, event_type = pair.rpartition("=")
            assert word in text, line
            BOOK.check_type(event_type)


def test_the_codebook_page_is_what_the_file_says() -> None:
    path = Path(__file__).parent.parent / "tools" / "build_docs.py"
    spec = importlib.util.spec_from_file_location("build_docs", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.PAGE.read_text(encoding="utf-8") == module.write_page(), "run python -m tools.build_docs"
