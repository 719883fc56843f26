"""When two events are held for one incident, and when not."""

from itertools import permutations
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from link.sketches import GARDEZ, KHOST, PROVINCE, event, toll

from marsad.link.blocks import blocks
from marsad.link.compare import compare, is_hopeless, weigh
from marsad.link.facets import Facets
from marsad.link.model import EventSketch
from marsad.record.linking import load_weights

FIRST = event("r1:e1")


def score(a: Any, b: Any, texts: str = "") -> float:
    return compare(a, b, load_weights(), texts=texts).score


@pytest.mark.parametrize(
    "other",
    [
        event("r2:e1"),
        event("r2:e1", weapons=(), objects=()),
        event(
            "r2:e1", start="2025-10-11", end="2025-10-11", published="2025-10-11", told=(("2025-10-10", "2025-10-10"),)
        ),
        event("r2:e1", start="2025-10-12", end="2025-10-12", published="2025-10-12"),
        event("r2:e1", status="negated"),
        event("r2:e1", start=None, end=None),
    ],
    ids=["same", "less told", "day told beside", "day of the statement", "denied", "no day"],
)
def test_one_incident(other: Any) -> None:
    assert score(FIRST, other) > 0


@pytest.mark.parametrize(
    "other",
    [
        event("r2:e1", spots=(GARDEZ,)),
        event("r2:e1", start="2024-10-10", end="2024-10-10"),
        event("r2:e1", start="2025-10-05", end="2025-10-05"),
        event(
            "r2:e1", weapons=("car-bomb",), objects=("market",), words=("car", "shop", "crowd", "noon"), actors=("AFG",)
        ),
        event("r2:e1", type="RETREAT"),
        event("r1:e2", marks=("new", "other")),
    ],
    ids=["another town", "another year", "days before", "another attack", "another type", "told as another"],
)
def test_two_incidents(other: Any) -> None:
    verdict = compare(FIRST, other, load_weights())
    assert verdict.score <= 0 or verdict.cannot


def test_a_template_with_other_facts_is_another_incident() -> None:
    other = event("r2:e1", spots=(), tolls=(toll("killed", 4),))
    assert score(FIRST, other, "template") < 0 < score(FIRST, event("r2:e1"), "copy")


def test_every_reason_has_a_weight() -> None:
    for a, b in permutations([FIRST, event("r1:e2"), event("r2:e1", spots=(GARDEZ,)), event("r3:e1", start=None)], 2):
        verdict = compare(a, b, load_weights())
        assert abs(sum(c.weight for c in verdict.clues) - verdict.score) < 1e-9


def test_order_makes_no_difference() -> None:
    other = event("r2:e1", spots=(KHOST, GARDEZ), tolls=(toll("killed", 4),))
    assert score(FIRST, other) == score(other, FIRST)


@st.composite
def events(draw: st.DrawFn, name: str) -> EventSketch:
    """An event of which much or little is told."""
    days = draw(st.sampled_from([("2025-10-10", "2025-10-10"), ("2025-10-11", "2025-10-11"), (None, None)]))
    words = ("family", "house", "village", "night", "khost", "gardez", "market", "fire")
    return event(
        name,
        type=draw(st.sampled_from(("ASSAULT", "ASSAULT", "CONSULT"))),
        start=days[0],
        end=days[1],
        spots=tuple(draw(st.lists(st.sampled_from((KHOST, GARDEZ, PROVINCE)), max_size=2, unique=True))),
        actors=tuple(draw(st.sampled_from(((), ("PAK",), ("AFG",), ("PAK", "igo:un"))))),
        parties=tuple(draw(st.sampled_from(((), ("PAK", "AFG"), ("igo:un", "org:x"), ("PAK",))))),
        weapons=tuple(draw(st.sampled_from(((), ("aircraft",), ("drone",))))),
        objects=tuple(draw(st.sampled_from(((), ("house",), ("market",))))),
        words=tuple(draw(st.lists(st.sampled_from(words), max_size=6, unique=True))),
        marks=tuple(draw(st.sampled_from(((), ("night",), ("morning",), ("evening",))))),
        tolls=tuple(
            toll(field, draw(st.integers(1, 4))) for field in draw(st.sampled_from(((), ("killed", "injured"))))
        ),
    )


@given(events("r1:e1"), st.one_of(events("r2:e1"), events("r1:e2")), st.sampled_from(("", "template", "copy")))
def test_what_is_passed_over_is_never_one_incident(one: EventSketch, other: EventSketch, texts: str) -> None:
    a, b = Facets(one), Facets(other)
    score, cannot = weigh(a, b, load_weights(), texts)
    if score > 0 and not cannot:
        assert not is_hopeless(a, b, load_weights(), texts)


def test_most_that_has_little_in_common_is_passed_over() -> None:
    elsewhere = event("r2:e1", spots=(GARDEZ,), words=("market", "fire", "dawn", "road"))
    assert is_hopeless(Facets(FIRST), Facets(elsewhere), load_weights())


def meets(a: Any, b: Any) -> bool:
    stands, looks = blocks(a)[0], blocks(b)[1]
    return any(s.key == x.key and s.first <= x.last and x.first <= s.last for s in stands for x in looks)


@pytest.mark.parametrize(
    "other",
    [
        event("r2:e1"),
        event("r2:e1", spots=()),
        event("r2:e1", start=None, end=None),
        event("r2:e1", spots=(PROVINCE,)),
    ],
    ids=["same place", "no place", "no day", "province"],
)
def test_blocks_bring_both_together(other: Any) -> None:
    khost = event("r1:e1", spots=(KHOST, PROVINCE), parties=("PAK", "state:PAK"))
    other = event("r2:e1", **{n: getattr(other, n) for n in ("spots", "start", "end")}, parties=("PAK", "state:PAK"))
    assert meets(khost, other)
    assert meets(other, khost)


def test_blocks_keep_years_apart() -> None:
    assert not meets(FIRST, event("r2:e1", start="2024-10-10", end="2024-10-10", published="2024-10-10"))


def test_a_plan_stands_in_no_block() -> None:
    assert blocks(event("r2:e1", status="future")) == ([], [])


def test_a_report_that_gives_each_its_own_day_and_place_tells_of_two() -> None:
    today = event("r1:e1", spots=(GARDEZ,), start="2025-10-10", end="2025-10-10", told=(("2025-10-10", "2025-10-10"),))
    before = event("r1:e2", spots=(KHOST,), start="2025-10-09", end="2025-10-09", told=(("2025-10-09", "2025-10-09"),))
    assert compare(today, before, load_weights()).cannot
    assert not compare(today, msgspec.structs.replace(before, report="r2"), load_weights()).cannot
    assert not compare(today, msgspec.structs.replace(before, told=()), load_weights()).cannot
