"""Relations: what a score is made of, and where a period begins."""

from __future__ import annotations

from typing import Any

import pytest

from marsad.link.relations import Act, period_of, points

SIDES = ("RUS", "UKR")


def act(name: str, score: float, day: str, *, forth: bool = True, back: bool = False, **more: Any) -> Act:
    known: dict[str, Any] = {"by_place": False, "by_report": False, "reports": 1, "sources": 1, "contradicted": False}
    kind = "ASSAULT" if score < 0 else "CONSULT"
    return Act(id=name, type=kind, score=score, day=day, forth=forth, back=back, mentions=(), **{**known, **more})


@pytest.mark.parametrize(
    ("day", "period"),
    [
        ("2025-10-12", ("2025-W41", "2025-10-06", "2025-10-12")),
        ("2025-10-13", ("2025-W42", "2025-10-13", "2025-10-19")),
        ("2024-12-30", ("2025-W01", "2024-12-30", "2025-01-05")),
    ],
)
def test_weeks_are_those_of_iso_8601(day: str, period: tuple[str, str, str]) -> None:
    assert period_of(day, "week") == period
    assert period_of(day, "day") == (day, day, day)


def test_an_incident_counts_once_however_many_reports_tell_it() -> None:
    told = [act("i-1", -9.7, "2025-10-13", reports=20), act("i-2", 1.0, "2025-10-14")]
    found = {p.direction: p for p in points(told, SIDES, "week")}
    assert set(found) == {"RUS>UKR", "both"}
    assert (found["RUS>UKR"].sum, found["RUS>UKR"].mean, found["RUS>UKR"].incidents) == (-8.7, -4.35, 2)
    assert found["RUS>UKR"].types == {"ASSAULT": 1, "CONSULT": 1}
    assert found["RUS>UKR"].ids == ("i-1", "i-2")


def test_what_both_do_counts_in_either_direction_and_once_in_both() -> None:
    found = points([act("i-1", 1.0, "2025-10-13", back=True)], SIDES, "day")
    assert [(p.direction, p.incidents, p.sum) for p in found] == [
        ("RUS>UKR", 1, 1.0),
        ("UKR>RUS", 1, 1.0),
        ("both", 1, 1.0),
    ]


def test_empty_periods_have_no_mean() -> None:
    told = [act("i-1", -9.7, "2025-10-01"), act("i-2", -9.7, "2025-10-20")]
    assert len({p.period for p in points(told, SIDES, "week")}) == 2
    every = [p for p in points(told, SIDES, "week", with_empty=True) if p.direction == "both"]
    assert [(p.period, p.mean) for p in every] == [
        ("2025-W40", -9.7),
        ("2025-W41", None),
        ("2025-W42", None),
        ("2025-W43", -9.7),
    ]
    assert points([], SIDES, "week", with_empty=True) == []
