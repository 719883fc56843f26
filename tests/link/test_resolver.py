"""Incidents out of judgements on pairs."""

from __future__ import annotations

from itertools import pairwise
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.link.resolver import Ruling, components, pair, resolve, settle, slim

KEYS = ["a", "b", "c", "d", "e"]


def scorer(scores: dict[tuple[str, str], float]):  # type: ignore[no-untyped-def]
    return lambda a, b: (scores.get(pair(a, b), -1.0), scores.get(pair(a, b), 0.0) <= -50)


def test_close_events_are_joined() -> None:
    scores = {("a", "b"): 4.0, ("b", "c"): 3.0, ("a", "c"): 2.0}
    assert resolve(["a", "b", "c"], scorer(scores), [], []) == [["a", "b", "c"]]


def test_what_cannot_be_one_is_never_joined() -> None:
    scores = {("a", "b"): 4.0, ("b", "c"): 3.0, ("a", "c"): -50.0}
    assert resolve(["a", "b", "c"], scorer(scores), [], []) == [["a", "b"], ["c"]]


def test_people_stand_above_the_machine() -> None:
    scores = {("a", "b"): 9.0, ("b", "c"): -9.0}
    assert resolve(["a", "b", "c"], scorer(scores), [("b", "c")], [("a", "b")]) == [["a"], ["b", "c"]]


def test_the_latest_ruling_wins() -> None:
    together, apart = settle([Ruling("a", "b", True, 1), Ruling("a", "b", False, 2)])
    assert (together, apart) == ([], {("a", "b")})


def test_a_ruling_against_what_follows_from_later_ones_is_set_aside() -> None:
    together, apart = settle([Ruling("a", "c", False, 1), Ruling("a", "b", True, 2), Ruling("b", "c", True, 3)])
    assert sorted(together) == [("a", "b"), ("b", "c")]
    assert apart == set()


@given(
    st.dictionaries(
        st.tuples(st.sampled_from(KEYS), st.sampled_from(KEYS)).filter(lambda p: p[0] < p[1]),
        st.floats(-6, 6).map(lambda x: round(x, 2)),
    ),
    st.permutations(KEYS),
)
def test_the_order_of_events_makes_no_difference(scores: dict[tuple[str, str], float], order: list[str]) -> None:
    links = {p: s for p, s in scores.items() if s > 0}
    assert components(order, links, []) == components(KEYS, links, [])
    assert resolve(order, scorer(scores), [], []) == resolve(KEYS, scorer(scores), [], [])


LINKS = st.dictionaries(
    st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh")).filter(lambda p: p[0] < p[1]),
    st.floats(0.01, 7).map(lambda x: round(x, 1)),
)


@given(LINKS, LINKS)
def test_the_few_links_that_are_kept_give_the_same_components(one: dict[Any, float], more: dict[Any, float]) -> None:
    every = {**one, **more}
    for largest in (8, 3):  # a larger component is cut
        with mock.patch("marsad.link.resolver.MAX_GROUP", largest):
            assert components("abcdefgh", slim(every), []) == components("abcdefgh", every, [])
    assert slim({**slim({p: every[p] for p in one}), **more}) == slim(every)


def test_a_crowd_keeps_one_link_an_event() -> None:
    crowd = {(a, b): 5.0 for a in KEYS for b in KEYS if a < b}
    assert len(slim(crowd)) == len(KEYS) - 1


def test_strikes_on_many_towns_are_no_chain() -> None:
    """Each is told by two reports, and a little like the next one."""
    pairs = {(f"{n:02}:a", f"{n:02}:b"): 6.0 for n in range(20)}
    steps = {(f"{n:02}:b", f"{n + 1:02}:a"): 2.0 for n in range(19)}
    links = {**pairs, **steps}
    assert components({key for pair in links for key in pair}, links, []) == [list(p) for p in sorted(pairs)]


def test_days_of_a_struck_town_are_no_chain() -> None:
    days = [(f"{day:02}a", f"{day:02}b") for day in range(40)]
    links = dict.fromkeys(days, 4.0)
    # Each strike is a good deal like those of the day before, and yet more like what is told of it.
    links |= {(one[1], other[0]): 3.2 for one, other in pairwise(days)}
    assert components([key for day in days for key in day], links, []) == [list(day) for day in days]


def test_one_who_knows_little_joins_the_closest() -> None:
    links = {("a", "b"): 6.0, ("b", "c"): 0.5}
    assert components("abc", links, []) == [["a", "b", "c"]]


def chain(days: int, each: int) -> dict[tuple[str, str], float]:
    """Events of many days: surely linked within a day, less surely from day to day."""
    found = {}
    for day in range(days):
        names = [f"{day:02}:{i:03}" for i in range(each)]
        found.update({(names[0], other): 5.0 for other in names[1:]})
        if day:
            found[f"{day - 1:02}:000", names[0]] = 3.5
    return found


@pytest.mark.parametrize(("days", "each", "expected"), [(5, 20, 5), (1, 100, 1)], ids=["days of a town", "one crowd"])
def test_what_hangs_together_in_a_chain_is_cut_and_a_crowd_is_not(days: int, each: int, expected: int) -> None:
    links = chain(days, each)
    with mock.patch("marsad.link.resolver.MAX_GROUP", 40):
        assert len(components({key for pair in links for key in pair}, links, [])) == expected
