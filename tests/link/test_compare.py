"""When two events are held for one incident, and when not."""

from itertools import permutations
from typing import Any

import msgspec
import pytest
from link.sketches import GARDEZ, KHOST, PROVINCE, event, toll

from marsad.link.blocks import blocks
from marsad.link.compare import compare
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
