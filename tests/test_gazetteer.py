"""The gazetteer as a reader of war reports needs it: the right place for the usual spelling, and nothing absurd."""

import hashlib
import json
import unicodedata
from pathlib import Path

import pytest

from marsad.errors import ResourceError
from marsad.gazetteer import (
    LEVELS,
    Gazetteer,
    PlaceKindRow,
    PlaceNameRow,
    PlaceRow,
    PlaceStopRow,
    distance_km,
    load_gazetteer,
    name_key,
)
from marsad.gazetteer_index import latin_key, latin_skeleton
from marsad.lang.ar.script import fold_text
from marsad.lang.ar.skeleton import skeleton
from marsad.resources import DATA, read_tsv

CASES = Path(__file__).parent / "cases" / "places.tsv"
NAMES = DATA / "ar" / "place_names.tsv"


def rows() -> list[list[str]]:
    return [line.split("\t") for line in CASES.read_text(encoding="utf-8").splitlines()[1:]]


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load_gazetteer("ar", fold_text, skeleton)


@pytest.mark.parametrize(("text", "expected", "note"), rows())
def test_usual_spelling_finds_the_place_first(gazetteer: Gazetteer, text: str, expected: str, note: str) -> None:
    found = gazetteer.candidates(fold_text(text))
    assert found, note
    assert f"{found[0].name}, {found[0].country or '-'}, {found[0].level}" == expected


@pytest.mark.parametrize("country", ["UKR", "RUS"])
def test_every_oblast_has_an_arabic_name(gazetteer: Gazetteer, country: str) -> None:
    named = {e.id for name in gazetteer.names() for e in gazetteer.candidates(name) if e.level == "admin"}
    expected = {r.id for r in read_tsv(DATA / "places.tsv", PlaceRow) if r.level == "admin" and r.country == country}
    assert len(expected) >= {"UKR": 27, "RUS": 83}[country]
    assert expected <= named


def test_a_settlement_lies_in_its_oblast_and_country(gazetteer: Gazetteer) -> None:
    kupiansk, oblast = gazetteer.candidates(fold_text("كوبيانسك"))[0], "geonames:706482"
    assert gazetteer.is_inside(kupiansk.id, oblast)
    assert gazetteer.is_inside(kupiansk.id, "geonames:690791")
    assert gazetteer.is_inside(oblast, "geonames:690791")
    assert not gazetteer.is_inside(oblast, kupiansk.id)
    assert not gazetteer.is_inside(kupiansk.id, "geonames:2017370")
    assert not gazetteer.is_inside("geonames:0", "geonames:690791")
    port, odesa = (gazetteer.candidates(fold_text(name))[0] for name in ("ميناء أوديسا", "أوديسا"))
    assert gazetteer.is_inside(port.id, odesa.id)


def test_every_parent_exists_and_no_place_contains_itself(gazetteer: Gazetteer) -> None:
    for row in read_tsv(DATA / "places.tsv", PlaceRow):
        assert row.parent is None or gazetteer.entry(row.parent) is not None, row.id
        assert row.parent != row.id


def test_no_place_lies_at_zero_or_off_the_earth(gazetteer: Gazetteer) -> None:
    for name in gazetteer.names():
        for entry in gazetteer.candidates(name):
            assert (entry.lat, entry.lon) != (0, 0), entry
            assert abs(entry.lat) <= 90, entry
            assert abs(entry.lon) <= 180, entry
            assert entry.level in LEVELS


def test_countries_have_alpha3_codes_once(gazetteer: Gazetteer) -> None:
    codes = [country.country or "" for country in gazetteer.countries()]
    assert len(codes) > 230
    assert len(set(codes)) == len(codes)
    assert all(len(code) == 3 and code.isupper() for code in codes)


def test_distance_is_in_kilometres() -> None:
    assert distance_km(50.45, 30.52, 49.98, 36.25) == pytest.approx(410, abs=10)
    assert distance_km(10, 20, 10, 20) == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [("كريمنشوك", "Kremenchuk"), ("بوكروفسيك", "Pokrovsk"), ("ميليتوبيل", "Melitopol"), ("دروجكيوفكا", "Druzhkivka")],
)
def test_unlisted_spelling_is_found_by_its_sound(gazetteer: Gazetteer, text: str, expected: str) -> None:
    found = gazetteer.skeleton_candidates(fold_text(text), frozenset({"UKR"}))
    assert found[0][0].name == expected
    assert all(0 <= score <= 1 for _, score in found)


def test_sounds_of_both_scripts_meet() -> None:
    assert skeleton(fold_text("خاركيف")) == latin_skeleton("Kharkiv") == "GaRKiF"
    assert latin_key("Mocímboa da Praia") == "mocimboa da praia"


def test_latin_spelling_is_found_without_accents_and_case(gazetteer: Gazetteer) -> None:
    assert gazetteer.candidates("cucuta")[0].name == "Cúcuta"
    assert gazetteer.candidates("kharkiv")[0].country == "UKR"


@pytest.mark.parametrize(
    "word", ["كيف", "الخميس", "كان", "سوق", "الشمال", "الثورة", "بليون", "صور", "الهندية", "كسر", "تور"]
)
def test_ordinary_words_are_marked(gazetteer: Gazetteer, word: str) -> None:
    assert gazetteer.is_ordinary_word(fold_text(word))


@pytest.mark.parametrize(
    "word", ["خاركيف", "سومي", "حلب", "غزة", "الفاشر", "مأرب", "دمشق", "طهران", "نيويورك", "لبنان"]
)
def test_places_are_not_ordinary_words(gazetteer: Gazetteer, word: str) -> None:
    assert not gazetteer.is_ordinary_word(fold_text(word))


def test_unknown_name_has_no_candidates(gazetteer: Gazetteer) -> None:
    assert gazetteer.candidates(fold_text("لا توجد مدينة كهذه")) == ()


def test_index_is_the_one_that_the_manifest_describes() -> None:
    manifest = (DATA / "gazetteer.manifest.yaml").read_text(encoding="utf-8").splitlines()
    assert "never edit" in manifest[0].lower()
    data = (DATA / "gazetteer.bin").read_bytes()
    assert f"sha256: {hashlib.sha256(data).hexdigest()}" in manifest
    assert len(data) < 8_000_000
    json.loads(data[12 : 12 + int.from_bytes(data[8:12], "little")])


def test_index_was_folded_as_the_language_folds_now(gazetteer: Gazetteer) -> None:
    assert [name for name in gazetteer.names() if name_key(fold_text(name)) != name] == []


def test_data_rows_are_sorted_clean_and_unique() -> None:
    for file in ("places.tsv", "ar/place_names.tsv", "ar/place_kinds.tsv", "ar/place_stop.tsv"):
        lines = (DATA / file).read_text(encoding="utf-8").split("\n")[1:-1]
        assert lines == sorted(set(lines)), file
        assert all(unicodedata.is_normalized("NFC", line) for line in lines), file
    kinds = read_tsv(DATA / "ar" / "place_kinds.tsv", PlaceKindRow)
    assert {row.level for row in kinds} == set(LEVELS)
    assert len(read_tsv(DATA / "ar" / "place_stop.tsv", PlaceStopRow)) > 0
    keys = [(name_key(fold_text(row.name)), row.id) for row in read_tsv(NAMES, PlaceNameRow)]
    assert len(keys) == len(set(keys))


def test_broken_rows_are_named(tmp_path: Path) -> None:
    (tmp_path / "ar").mkdir()
    for file in ("gazetteer.bin", "places.tsv", "ar/place_stop.tsv"):
        (tmp_path / file).write_bytes((DATA / file).read_bytes())
    (tmp_path / "ar" / "place_names.tsv").write_text("name\tid\tsource\nx\tmarsad:nowhere\town\n", encoding="utf-8")
    with pytest.raises(ResourceError, match=r"place_names\.tsv:2 column id: 'marsad:nowhere'"):
        load_gazetteer("ar", fold_text, skeleton, tmp_path)
    (tmp_path / "gazetteer.bin").write_bytes(b"something else")
    with pytest.raises(ResourceError, match="not a gazetteer index"):
        load_gazetteer("ar", fold_text, skeleton, tmp_path)
