"""Every kind of fault, planted in a small data folder, is named with file, line and column."""

import functools
import shutil
from pathlib import Path

import pytest

from marsad import checks
from marsad.checks import check_data
from marsad.gazetteer_index import Index, read_index
from marsad.resources import DATA

GOOD = {
    "actors.tsv": [
        "id\tname\tcountry\tsector\tkind\tsince\tuntil\tsource",
        "group:x\tX Group\t\tREB\tgroup\t2020-01-01\t2024-12-31\town",
        "state:UKR\tUkraine\tUKR\tGOV\tstate\t\t\tcldr",
    ],
    "places.tsv": [
        "id\tname\tlat\tlon\tcountry\tlevel\tparent\tpopulation\tkind\tsource",
        "area:black-sea\tBlack Sea\t43.0\t34.0\t\tarea\t\t\tsea\town",
        "facility:x\tX Crossing\t50.0\t30.0\tUKR\tfacility\tgeonames:703448\t\tcrossing\town",
    ],
    "ar/actor_names.tsv": ["name\tid\tkind\tsince\tuntil\tsource", "أوكرانيا\tstate:UKR\tfull\t\t\tcldr"],
    "ar/place_names.tsv": ["name\tid\tsource", "البحر الأسود\tarea:black-sea\town", "كييف\tgeonames:703448\town"],
    "ar/triggers.tsv": [
        "lemma\tpos\tforms\ttype\tmode\tweight\tsource",
        "التقى\tverb\tيلتقي|لقاء\tCONSULT\t\tstrong\town",
        "قصف\tverb\tيقصف\tASSAULT\theavy-weapons\tstrong\town",
    ],
    "ar/outcomes.tsv": ["lemma\tpos\toutcome\tforms\tsource", "قتيل\tnoun\tkilled\tقتلى\town"],
}


@functools.cache
def index() -> Index:
    return read_index(DATA / "gazetteer.bin")


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(checks, "read_index", lambda _: index())
    (tmp_path / "ar").mkdir()
    shutil.copy(DATA / "codebook.yaml", tmp_path)
    for name, lines in GOOD.items():
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


def plant(data: Path, name: str, line: int, old: str, new: str) -> list[str]:
    """Replace words on a line (counted from 1) and return what the check then says."""
    lines = GOOD[name].copy()
    assert old in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(old, new, 1)
    (data / name).write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")
    return check_data(data)


def test_good_data_has_no_fault(data: Path) -> None:
    assert check_data(data) == []


@pytest.mark.parametrize(
    ("name", "line", "old", "new", "expected"),
    [
        (
            "ar/triggers.tsv", 3, "ASSAULT", "ASSULT",
            'triggers.tsv:3 column type: "ASSULT" is not in the codebook; nearest: ASSAULT.',
        ),
        (
            "ar/triggers.tsv", 3, "heavy-weapons", "heavy-weapon",
            'triggers.tsv:3 column mode: "heavy-weapon" is no mode of ASSAULT; nearest: heavy-weapons.',
        ),
        ("ar/triggers.tsv", 2, "CONSULT\t", "CONSULT\tdrone", 'column mode: "drone" is no mode of CONSULT'),
        ("ar/triggers.tsv", 2, "strong", "storng", 'column weight: "storng" is none of strong, weak; nearest: strong.'),
        ("ar/triggers.tsv", 2, "verb", "vreb", 'triggers.tsv:2 column pos: "vreb" is none of'),
        ("ar/triggers.tsv", 2, "لقاء", "", 'triggers.tsv:2 column forms: "يلتقي|" has an empty form'),
        ("ar/triggers.tsv", 2, "لقاء", "يلتقي", 'triggers.tsv:2 column forms: "يلتقي|يلتقي" lists a form twice.'),
        ("ar/triggers.tsv", 3, "\town", "\t", "triggers.tsv:3 column source: is empty."),
        ("ar/triggers.tsv", 3, "قصف", "", "triggers.tsv:3 column lemma: is empty."),
        ("ar/triggers.tsv", 3, "\town", "", "triggers.tsv:3: has 6 columns instead of 7."),
        ("ar/triggers.tsv", 1, "lemma", "word", "triggers.tsv:1 has the header"),
        ("ar/triggers.tsv", 3, "قصف", "آ", "triggers.tsv:3: stands before the line above; sort the rows"),
        ("ar/triggers.tsv", 3, "قصف", " قصف", 'triggers.tsv:3 column lemma: " قصف" has a space too many.'),
        ("ar/triggers.tsv", 3, "قصف", "قصف  عنيف", "triggers.tsv:3 column lemma"),
        ("ar/triggers.tsv", 3, "قصف", "قصف\u00a0عنيف", "holds U+00A0, a space that is not the plain one."),
        ("ar/triggers.tsv", 3, "قصف", "ﻗصف", "holds U+FED7, an Arabic presentation form; write the letter itself."),
        ("ar/triggers.tsv", 2, "التقى", "التقی", "holds U+06CC, a Persian or Urdu yeh; write the Arabic one."),
        ("ar/place_names.tsv", 3, "كييف", "کييف", "holds U+06A9, a Persian kaf; write the Arabic one."),
        ("ar/place_names.tsv", 3, "كييف", "كييف\u200f", "holds U+200F, a control for the direction of writing."),
        ("ar/place_names.tsv", 3, "كييف", "كييف\u2067", "holds U+2067, a control for the direction of writing."),
        ("ar/place_names.tsv", 3, "كييف", "كي\u200cيف", "holds U+200C, an invisible character."),
        ("ar/place_names.tsv", 3, "كييف", "\ufeffكييف", "holds U+FEFF, an invisible character."),
        ("ar/place_names.tsv", 3, "own", "own\r", "holds U+000D, a line end that is not LF."),
        ("ar/place_names.tsv", 2, "الأسود", "الا\u0654سود", "place_names.tsv:2 column name"),
        (
            "ar/place_names.tsv", 3, "كييف\tgeonames:703448", "البحر الاسود\tarea:black-sea",
            'place_names.tsv:3 column name: "البحر الاسود" is on line 2 already (after folding).',
        ),
        (
            "ar/place_names.tsv", 3, "geonames:703448", "geonames:1",
            'place_names.tsv:3 column id: "geonames:1" is neither in places.tsv nor in the gazetteer.',
        ),
        ("ar/place_names.tsv", 2, "area:black-sea", "area:black", 'column id: "area:black" is neither in places.tsv'),
        ("ar/actor_names.tsv", 2, "state:UKR", "state:UKX", '"state:UKX" is not in actors.tsv; nearest: state:UKR.'),
        ("actors.tsv", 3, "UKR\tGOV", "UKX\tGOV", 'actors.tsv:3 column country: "UKX" is not in the gazetteer'),
        ("actors.tsv", 3, "GOV", "GOVT", 'actors.tsv:3 column sector: "GOVT" is not in the codebook; nearest: GOV.'),
        ("actors.tsv", 2, "2020-01-01", "2020-13-01", 'column since: "2020-13-01" is no date: write YYYY-MM-DD.'),
        ("actors.tsv", 2, "2024-12-31", "2019-12-31", 'column until: "2019-12-31" is before since, 2020-01-01.'),
        ("actors.tsv", 3, "state:UKR", "group:x", 'actors.tsv:3 column id: "group:x" is on line 2 already'),
        ("actors.tsv", 3, "state:UKR", "Ukraine", 'actors.tsv:3 column id: "Ukraine" is no id: write kind:name.'),
        ("places.tsv", 3, "50.0", "91.0", 'places.tsv:3 column lat: "91.0" is not between -90 and 90.'),
        ("places.tsv", 3, "50.0", "50,0", 'places.tsv:3 column lat: "50,0" is no number.'),
        ("places.tsv", 3, "geonames:703448", "facility:y", 'places.tsv:3 column parent: "facility:y" is neither'),
        ("places.tsv", 2, "\tarea\t", "\tregion\t", 'places.tsv:2 column level: "region" is not in the codebook'),
        ("ar/outcomes.tsv", 2, "killed", "kiled", 'column outcome: "kiled" is not in the codebook; nearest: killed.'),
    ],
)  # fmt: skip
def test_a_fault_is_named(data: Path, name: str, line: int, old: str, new: str, expected: str) -> None:
    assert expected in "\n".join(plant(data, name, line, old, new))


def test_a_file_without_rules_is_a_fault(data: Path) -> None:
    (data / "ar" / "novelties.tsv").write_text("word\tsource\n", encoding="utf-8")
    assert check_data(data) == ["novelties.tsv has no rules: declare its columns in TABLES of checks.py."]


def test_an_unfinished_last_line_is_a_fault(data: Path) -> None:
    path = data / "ar" / "outcomes.tsv"
    path.write_text(path.read_text(encoding="utf-8").rstrip("\n"), encoding="utf-8")
    assert check_data(data) == ["outcomes.tsv:2: the last line does not end; add a line feed."]


def test_an_empty_last_line_is_a_fault(data: Path) -> None:
    path = data / "ar" / "outcomes.tsv"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert "outcomes.tsv:3: has 1 columns instead of 5." in check_data(data)


def test_bytes_that_are_not_utf8_are_a_fault(data: Path) -> None:
    (data / "ar" / "outcomes.tsv").write_bytes(b"lemma\xff\n")
    assert check_data(data) == ["outcomes.tsv is not UTF-8: byte 5."]


def test_odd_characters_in_the_codebook_are_a_fault(data: Path) -> None:
    path = data / "codebook.yaml"
    lines = path.read_text(encoding="utf-8").split("\n")
    lines[1] += " \u200f"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert check_data(data) == ["codebook.yaml:2: holds U+200F, a control for the direction of writing."]


def test_yaml_that_does_not_parse_is_a_fault(data: Path) -> None:
    (data / "codebook.yaml").write_text("types: [", encoding="utf-8")
    assert any(fault.startswith("codebook.yaml is not valid YAML") for fault in check_data(data))
