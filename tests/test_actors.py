from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from marsad.actors import KIND_ORDER, Actor, ActorName, Actors, load_actors, name_key
from marsad.codebook import load_codebook
from marsad.errors import ResourceError
from marsad.lang.ar.lexicon import NisbaRow, RoleRow, TitleRow
from marsad.lang.ar.script import fold_text
from marsad.resources import DATA, read_tsv

CASES = Path(__file__).parent / "cases" / "actors.tsv"
CODES = load_codebook()
ACTORS = load_actors("ar", fold_text)
NAMES = read_tsv(DATA / "ar" / "actor_names.tsv", ActorName)
NISBAS = read_tsv(DATA / "ar" / "nisbas.tsv", NisbaRow)


def rows() -> list[list[str]]:
    return [line.split("\t") for line in CASES.read_text(encoding="utf-8").splitlines()[1:]]


@pytest.mark.parametrize(("text", "expected", "note"), rows())
def test_name_finds_actor(text: str, expected: str, note: str) -> None:
    found = [ACTORS.actor(row.id).name for row in ACTORS.named(name_key(fold_text(text)))]
    assert expected in found, note


def test_every_actor_has_a_name_and_every_name_an_actor() -> None:
    named = {row.id for row in NAMES}
    assert {actor.id for actor in ACTORS.all()} == named


def test_every_state_has_a_nisba() -> None:
    adjectives = {row.country for row in NISBAS}
    states = [actor for actor in ACTORS.all() if actor.kind == "state"]
    assert len(states) >= 197
    assert [actor.name for actor in states if actor.country not in adjectives] == []


def test_there_are_enough_actors() -> None:
    assert len(list(ACTORS.all())) >= 1200


def test_codes_are_known() -> None:
    roles = read_tsv(DATA / "ar" / "role_nouns.tsv", RoleRow)
    titles = read_tsv(DATA / "ar" / "titles.tsv", TitleRow)
    for actor in ACTORS.all():
        assert re.fullmatch(r"[a-z]+:[A-Za-z0-9-]+", actor.id), actor
        assert actor.country is None or re.fullmatch("[A-Z]{3}", actor.country), actor
    assert {row.sector for row in [*ACTORS.all(), *roles, *titles]} - {None} <= set(CODES.sectors)
    assert {row.who for row in roles} - {None} <= set(CODES.who)


def test_dates_are_real_and_ordered() -> None:
    for row in [*ACTORS.all(), *NAMES]:
        since, until = (date.fromisoformat(day) if day else None for day in (row.since, row.until))
        assert since is None or until is None or since <= until, row


def test_no_name_twice_for_one_actor() -> None:
    pairs = [(name_key(fold_text(row.name)), row.id) for row in NAMES]
    assert len(pairs) == len(set(pairs))


def test_office_is_valid_only_in_its_term() -> None:
    biden = ACTORS.actor("person:joe-biden")
    assert ACTORS.valid_on(biden, date(2023, 5, 1))
    assert not ACTORS.valid_on(biden, "2025-05-01T08:00:00Z")
    assert ACTORS.valid_on(biden, None)


def test_capital_stands_for_the_government() -> None:
    assert [(row.id, row.kind) for row in ACTORS.named(fold_text("موسكو"))] == [("state:RUS", "capital")]


def test_latin_names_are_known_with_and_without_accents() -> None:
    for text in ("Recep Tayyip Erdoğan", "recep tayyip erdogan", "Erdogan"):
        assert ACTORS.named(name_key(fold_text(text)))[0].id == "person:recep-tayyip-erdogan"


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("الجيش", "LBN", "Lebanese Armed Forces"),
        ("وزارة الدفاع", "RUS", "Russian Ministry of Defence"),
        ("البرلمان", "IRQ", "Council of Representatives of Iraq"),
        ("سلاح الجو", "UKR", "Ukrainian Air Force"),
    ],
)
def test_bare_body_is_resolved_by_the_country(text: str, country: str, expected: str) -> None:
    body = ACTORS.body(fold_text(text), country)
    assert body is not None
    assert body.name == expected
    assert ACTORS.body(fold_text(text), "XXX") is None


def test_unknown_id_and_unknown_name() -> None:
    assert ACTORS.named("no such name") == ()
    with pytest.raises(ResourceError, match="state:XXX"):
        ACTORS.actor("state:XXX")


def test_broken_rows_are_named() -> None:
    actor = Actor("state:AAA", "A", "AAA", None, "state", None, None, "own")
    with pytest.raises(ResourceError, match="state:BBB"):
        Actors([actor], [ActorName("b", "state:BBB", KIND_ORDER[0], None, None, "own")], str.lower)
    with pytest.raises(ResourceError, match="nickname"):
        Actors([actor], [ActorName("a", "state:AAA", "nickname", None, None, "own")], str.lower)


def test_what_many_countries_have_is_named_after_its_country() -> None:
    key = name_key(fold_text("حرس الحدود"))
    listed, unlisted = ACTORS.body(key, "POL"), ACTORS.body(key, "JOR")
    assert listed is not None
    assert listed.name == "Polish Border Guard"
    assert unlisted is not None
    assert (unlisted.name, unlisted.country) == ("Jordanian Border Guard", "JOR")
    assert ACTORS.actor(unlisted.id) == unlisted
    with pytest.raises(ResourceError):
        ACTORS.actor("body:border-guard:XXX")
