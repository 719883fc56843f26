"""Reconciled figures: the rule, case by case."""

from __future__ import annotations

from typing import Any

from link.sketches import event, toll

from marsad.link.figures import reconcile


def at(name: str, day: int, *tolls: Any, **values: Any) -> Any:
    return event(name, published=f"2025-10-{day:02}T10:00:00Z", tolls=tolls, **values)


def killed(*events: Any) -> tuple[int, int, int]:
    figure = reconcile(events, {}).figures["killed"]
    return figure.best, figure.low, figure.high


def test_the_latest_of_the_most_authoritative_is_best() -> None:
    first = at("r1:e1", 10, toll("killed", 3, rank="counter"))
    later = at("r2:e1", 11, toll("killed", 5, rank="counter"))
    media = at("r3:e1", 12, toll("killed", 4))
    assert killed(media, later, first) == (5, 3, 5)


def test_a_claim_of_the_other_side_widens_the_range() -> None:
    hospital = at("r1:e1", 10, toll("killed", 9, rank="counter"))
    assert killed(hospital, at("r2:e1", 11, toll("killed", 15, rank="attacker"))) == (9, 9, 15)


def test_what_a_correction_takes_back_leaves_the_range() -> None:
    wrong = at("r1:e1", 10, toll("killed", 14, rank="counter"))
    right = at("r2:e1", 11, toll("killed", 11, rank="counter"), toll("killed", 14, rank="counter", withdrawn=True))
    found = reconcile([wrong, right, at("r3:e1", 9, toll("killed", 9, rank="counter"))], {})
    assert (found.figures["killed"].best, found.figures["killed"].low, found.figures["killed"].high) == (11, 9, 11)
    assert [t.withdrawn for t in found.totals] == [False, True, False, True]


def test_parts_of_a_total_in_one_report_do_not_count() -> None:
    part = toll("killed", 4, rank="counter", start=9)
    assert killed(at("r1:e1", 10, part, toll("killed", 7, rank="counter"))) == (7, 7, 7)


def test_copies_are_one_source() -> None:
    events = [at("r1:e1", 10), at("r2:e1", 10), at("r3:e1", 10)]
    assert reconcile(events, {}).sources == 3
    assert reconcile(events, {"r1": "r1", "r2": "r1"}).sources == 2


def test_a_denial_and_rival_totals_contradict() -> None:
    assert reconcile([at("r1:e1", 10), at("r2:e1", 10, status="negated")], {}).contradicted
    sides = [at("r1:e1", 10, toll("killed", 9, rank="counter")), at("r2:e1", 10, toll("killed", 15, rank="attacker"))]
    assert reconcile(sides, {}).contradicted
    assert not reconcile(sides[:1], {}).contradicted


def test_a_person_sets_the_best() -> None:
    found = reconcile([at("r1:e1", 10, toll("killed", 9, rank="counter"))], {}, {"killed": 12}).figures["killed"]
    assert (found.best, found.low, found.high, found.judged) == (12, 9, 12, True)


def test_nobody_harmed_is_a_figure() -> None:
    assert killed(at("r1:e1", 10, toll("killed", 0, rank="counter"))) == (0, 0, 0)
