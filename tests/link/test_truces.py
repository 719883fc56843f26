"""The scope of an agreement: what is in it, what may be, what is not, and what nobody says."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from marsad.actors import Party
from marsad.link.model import EventSketch, Spot
from marsad.link.summary import Ruled, summarize
from marsad.link.truces import Agreement, Area, Ground, scope_of, weigh

CITY = Spot(
    id="g:izium", name="Izium", level="settlement", country="UKR", within=("g:kharkiv-oblast", "g:ukraine"), near=True
)
OBLAST = Spot(
    id="g:kharkiv-oblast", name="Kharkiv Oblast", level="admin", country="UKR", within=("g:ukraine",), near=True
)
EAST = Spot(id="g:east", name="Eastern Ukraine", level="area", country="UKR", within=("g:ukraine",), near=True)
UKRAINE = Spot(id="g:ukraine", name="Ukraine", level="country", country="UKR", near=True)
SUMY = Spot(id="g:sumy", name="Sumy", level="settlement", country="UKR", within=("g:ukraine",), near=True)
VILLAGE = Spot(id=None, name="Nova", level="settlement", country="UKR", near=True)

TRUCE = Agreement(
    name="truce",
    parties=(Party(text="RUS", label="RUS", country="RUS"), Party(text="UKR", label="UKR", country="UKR")),
    areas=(Area(id="g:kharkiv-oblast", name="Kharkiv Oblast", level="admin", country="UKR", within=("g:ukraine",)),),
    since="2025-10-01",
    until="2025-10-31",
    forbids=("ASSAULT",),
)


def told(**values: Any) -> EventSketch:
    known: dict[str, Any] = {
        "event": "r:e1",
        "report": "r",
        "anchor": "r:0:ASSAULT",
        "type": "ASSAULT",
        "modes": ("drone",),
        "published": "2025-10-11",
        "start": "2025-10-10",
        "end": "2025-10-10",
        "spots": (CITY,),
        "actors": ("RUS", "army:RUS"),
        "parties": ("RUS", "UKR", "army:RUS"),
        "seats": ((0, 4, 0),),
    }
    return EventSketch(**{**known, **values})


def grounds(*events: EventSketch, **terms: Any) -> dict[str, Ground] | None:
    found = weigh(msgspec.structs.replace(TRUCE, **terms), summarize(events, {}, Ruled()), events)
    return None if found is None else {g.about: g for g in found}


def test_a_plain_case_is_in_scope_in_every_respect() -> None:
    found = grounds(told())
    assert found is not None
    assert {about: g.scope for about, g in found.items()} == dict.fromkeys(
        ("kind", "date", "area", "side", "other"), "in"
    )
    assert scope_of(found.values()) == "in"


@pytest.mark.parametrize(
    ("spots", "key"),
    [
        ((CITY,), "scope_area_in"),
        ((OBLAST,), "scope_area_same"),
        ((UKRAINE,), "scope_area_wide"),
        ((EAST,), "scope_area_vague"),
        ((VILLAGE,), "scope_area_unplaced"),
        ((), "scope_area_unknown"),
        ((CITY, UKRAINE), "scope_area_in"),
        ((SUMY,), None),
        ((SUMY, UKRAINE), None),
    ],
)
def test_area_is_weighed_with_the_precision_of_each(spots: tuple[Spot, ...], key: str | None) -> None:
    found = grounds(told(spots=spots))
    assert (found["area"].key if found else None) == key
    assert found is None or (found["area"].scope == "in") == (key in ("scope_area_in", "scope_area_same"))


def test_an_oblast_that_contains_the_area_may_be_in_scope() -> None:
    town = Area(id="g:izium", name="Izium", level="settlement", country="UKR", within=CITY.within)
    found = grounds(told(spots=(OBLAST,)), areas=(town,))
    assert found is not None
    assert (found["area"].scope, found["area"].key) == ("may", "scope_area_wide")
    assert scope_of(found.values()) == "may"


@pytest.mark.parametrize(
    ("days", "key"),
    [
        (("2025-10-10", "2025-10-11"), "scope_date_in"),
        (("2025-09-30", "2025-10-02"), "scope_date_over"),
        (("2025-10-01", "2025-10-01"), "scope_date_first"),
        (("2025-10-31", "2025-10-31"), "scope_date_last"),
        ((None, None), "scope_date_unknown"),
        (("2025-09-29", "2025-09-30"), None),
        (("2025-11-01", "2025-11-01"), None),
    ],
)
def test_days_are_compared(days: tuple[str | None, str | None], key: str | None) -> None:
    found = grounds(told(start=days[0], end=days[1]))
    assert (found["date"].key if found else None) == key


def test_what_was_reported_before_it_began_is_no_breach() -> None:
    assert grounds(told(start=None, end=None, published="2025-09-20")) is None


@pytest.mark.parametrize(
    ("forbids", "modes", "key"),
    [
        (("ASSAULT",), (), "scope_kind_in"),
        (("ASSAULT.drone",), ("drone",), "scope_kind_mode"),
        (("ASSAULT.drone",), (), "scope_kind_unknown"),
        (("ASSAULT.aerial",), ("drone",), None),
        (("MOBILIZE",), ("drone",), None),
    ],
)
def test_only_what_is_forbidden_is_listed(forbids: tuple[str, ...], modes: tuple[str, ...], key: str | None) -> None:
    found = grounds(told(modes=modes), forbids=forbids)
    assert (found["kind"].key if found else None) == key


@pytest.mark.parametrize(
    ("objects", "key"),
    [(("power-plant",), "scope_target_in"), ((), "scope_target_unknown"), (("house",), None)],
)
def test_an_agreement_may_protect_some_targets_alone(objects: tuple[str, ...], key: str | None) -> None:
    found = grounds(told(objects=objects), targets=("power-plant",))
    assert (found["target"].key if found else None) == key


def test_who_did_it_must_be_a_party_as_far_as_anybody_says() -> None:
    assert grounds(told(actors=("BLR",), parties=("BLR",))) is None
    unknown = grounds(told(actors=(), parties=()))
    assert unknown is not None
    assert (unknown["side"].scope, unknown["other"].scope, scope_of(unknown.values())) == ("unknown", "unknown", "may")
    rival = grounds(told(), told(report="q", event="q:e1", anchor="q:0:ASSAULT", actors=("BLR",), parties=("BLR",)))
    assert rival is not None
    assert rival["side"].key == "scope_side_claims"


def test_somebody_from_the_country_of_a_group_may_be_the_group() -> None:
    hamas = Party(text="Hamas", label="Hamas", id="group:hamas", name="Hamas", kin="PSE")
    sides = (Party(text="ISR", label="ISR", country="ISR"), hamas)
    some = grounds(told(actors=("PSE",), parties=("PSE", "ISR")), parties=sides)
    assert some is not None
    assert (some["side"].key, some["other"].key) == ("scope_side_kin", "scope_other_in")
    others = ("PSE", "group:pij", "Islamic Jihad")
    assert grounds(told(actors=others, parties=others), parties=sides) is None


def test_without_an_area_what_nobody_did_must_have_to_do_with_a_party() -> None:
    nobody = {"actors": (), "parties": ()}
    marib = Spot(id="g:marib", name="Marib", level="settlement", country="YEM", near=True)
    assert grounds(told(**nobody, spots=(marib,)), areas=()) is None
    assert grounds(told(**nobody, spots=(SUMY,)), areas=()) is not None
    assert grounds(told(**nobody, spots=()), areas=()) is not None
    assert grounds(told(actors=(), parties=("UKR",), spots=(marib,)), areas=()) is not None


def test_harm_to_somebody_else_is_said() -> None:
    found = grounds(told(parties=("RUS", "army:RUS", "POL")))
    assert found is not None
    assert (found["other"].key, found["other"].values) == ("scope_other_else", {"names": "POL"})


def test_what_every_report_denies_is_not_listed_and_what_one_denies_says_so() -> None:
    assert grounds(told(status="negated")) is None
    denied = told(report="q", event="q:e1", anchor="q:0:ASSAULT", status="negated")
    found = grounds(told(), denied)
    assert found is not None
    assert found["status"].key == "scope_denied"
