"""The record at a glance: what is held in memory says the same as the incidents themselves, whatever was done to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from weakref import WeakKeyDictionary

import pytest
import sqlalchemy as sa
from incident_gold import OWN, Read, add, documents, incident_with, judged, read, strike

from marsad import pipeline
from marsad.record import Filters, Record, open_record, overview
from marsad.record.glance import Keeper
from marsad.record.holding import Holding
from marsad.record.incidents import StoredIncident
from marsad.record.overview import Wanted
from marsad.record.schema import touched

WORLD = (-180.0, -90.0, 180.0, 90.0)


@pytest.fixture(scope="module")
def reports() -> list[Read]:
    return list(read(pipeline.load_reader(), documents(OWN)).values())


@pytest.fixture
def record(location: str) -> Iterator[Record]:
    with open_record(location, pipeline.load_fold()) as opened:
        yield opened


HELD: WeakKeyDictionary[Keeper, Holding] = WeakKeyDictionary()


def find(record: Record, keeper: Keeper, **wanted: Any) -> overview.Found:
    asked = Wanted(**wanted)
    glance = keeper.now(at_once=True, with_events=asked.by_events())
    holding = HELD.setdefault(keeper, Holding())
    return record.look(lambda c: overview.find(glance, asked, overview.Asking(c, pipeline.load_fold(), holding)))


def ids_of(found: overview.Found) -> set[str]:
    return {name.decode() for name in found.glance.incidents.ids[found.rows].tolist()}


def every(record: Record) -> list[StoredIncident]:
    return [i for i in record.incidents(Filters()) if i.verdict != "rejected"]


def check(record: Record, keeper: Keeper) -> None:
    """Hold what a keeper says against the incidents, asked one by one."""
    plain = every(record)
    found = find(record, keeper)
    assert ids_of(found) == {i.id for i in plain}
    months = Counter((i.summary.start[:7], i.summary.type) for i in plain if i.summary.start)
    assert {(period, kind): n for period, kind, n in overview.histogram(found, "month")} == months
    placed = [i.summary.places[0] for i in plain if i.summary.places and i.summary.places[0].lat is not None]
    cells = overview.cells(found, WORLD, 5.0)
    assert sum(cell.count for cell in cells) == len(placed)
    assert set(overview.countries(found.glance)) == {
        p.country for i in plain for p in i.summary.places[:1] if p.country
    }
    for name, passes in ASKED.items():
        key, value = name.split("=")
        given: Any = int(value) if value.isdigit() else (value,) if key in ("types", "modes", "statuses") else value
        assert ids_of(find(record, keeper, **{key: given})) == {i.id for i in plain if passes(i)}, name
    for filters in (
        {"place": "سومي"},
        {"place": "sumy"},
        {"actor": "RUS"},
        {"text": "قصف"},
        {"text": "قصف مدينة"},
        {"text": "في"},
    ):
        assert ids_of(find(record, keeper, **filters)) == {i.id for i in record.incidents(Filters(**filters))}, filters


ASKED: dict[str, Callable[[StoredIncident], bool]] = {
    "types=ASSAULT": lambda i: i.summary.type == "ASSAULT",
    "modes=drone": lambda i: "drone" in i.summary.modes,
    "statuses=actual": lambda i: "actual" in i.summary.statuses,
    "country=UKR": lambda i: bool(i.summary.places) and i.summary.places[0].country == "UKR",
    "since=2025-07-20": lambda i: (i.summary.end or "") >= "2025-07-20",
    "until=2025-07-20": lambda i: bool(i.summary.start) and (i.summary.start or "") <= "2025-07-20",
    "min_killed=3": lambda i: (
        "killed" in i.summary.reckoning.figures and i.summary.reckoning.figures["killed"].best >= 3
    ),
    "review=confirmed": lambda i: i.verdict == "confirmed",
    "review=open": lambda i: i.verdict is None,
    "review=contradicted": lambda i: i.contradicted,
}


def test_a_glance_follows_every_kind_of_change(record: Record, reports: list[Read]) -> None:
    keeper = Keeper(record.look)
    check(record, keeper)
    half = len(reports) // 2
    add(record, reports[:half])
    check(record, keeper)
    for report in reports[half:]:
        add(record, [report])
        find(record, keeper, text="قصف")
    check(record, keeper)
    record.judge(judged("same", strike("r23"), right=strike("r24")))
    check(record, keeper)
    record.judge(judged("undo", undoes=1))
    check(record, keeper)
    record.judge(judged("reject", incident_with(record, strike("r24")).id))
    record.judge(judged("confirm", incident_with(record, strike("r07")).id))
    record.judge(judged("not-same", strike("r07"), right=strike("r08")))
    check(record, keeper)
    record.relink()
    check(record, keeper)
    check(record, Keeper(record.look))


def test_a_glance_that_another_program_left_behind_is_read_anew(
    record: Record, reports: list[Read], location: str
) -> None:
    keeper = Keeper(record.look)
    check(record, keeper)
    with open_record(location, pipeline.load_fold()) as other:
        add(other, reports)
        other.relink()
        kept = other.look(lambda c: c.scalar(sa.select(sa.func.count()).select_from(touched)))
        assert kept <= 1 + len(every(other)), "the log of single changes is cut when all is built anew"
    check(record, keeper)


def test_a_report_that_is_read_again_takes_its_events_along(record: Record, reports: list[Read]) -> None:
    keeper = Keeper(record.look)
    add(record, reports)
    find(record, keeper, place="سومي")
    run = record.start_run("2", "data")
    for report in reversed(reports):
        record.reread(report.coded, run, report.sketch)
    check(record, keeper)


@pytest.mark.parametrize("order", ["date", "harm", "doubt"])
def test_pages_hold_every_incident_once_and_in_order(record: Record, reports: list[Read], order: str) -> None:
    add(record, reports)
    found = find(record, Keeper(record.look))
    pages = [
        record.look(lambda c, n=n: overview.page(c, found, (n, 4), order)) for n in range(0, len(found.rows) + 4, 4)
    ]
    shown = [i for page in pages for i in page]
    assert len({i.id for i in shown}) == len(shown) == len(every(record))
    if order == "date":
        days = [i.summary.start or "" for i in shown]
        assert days == sorted(days, reverse=True)
    if order == "harm":
        harm = [
            sum(f.best for n, f in i.summary.reckoning.figures.items() if n in ("killed", "injured")) for i in shown
        ]
        assert harm == sorted(harm, reverse=True)


def test_only_incidents_that_came_in_since_are_new(record: Record, reports: list[Read]) -> None:
    keeper = Keeper(record.look)
    add(record, reports[:5])
    stamp = find(record, keeper).glance.stamp
    before = {i.id for i in every(record)}
    add(record, reports[5:])
    record.judge(judged("confirm", sorted(before)[0]))
    came = {i.id for i in every(record)} - before
    assert overview.born_since(find(record, keeper), stamp) == len(came) > 0
    assert overview.born_since(find(record, keeper, types=("ASSAULT",)), stamp) < len(came)


def test_what_was_found_for_words_is_taken_on_as_reports_come(record: Record, reports: list[Read]) -> None:
    fold, known = pipeline.load_fold(), Holding(most=60)
    for report in reports:
        add(record, [report])
        for text in ("قصف", "قصف مدينة", "7", "من"):
            remembered = record.look(lambda c, t=text: known.find(c, t, fold))
            asked = record.look(lambda c, t=text: Holding().find(c, t, fold))
            assert sorted(remembered.tolist()) == sorted(asked.tolist())
    assert record.look(lambda c: known.find(c, "قصف", fold)).size
