"""Linking over a stream with bursts, copies and crowded towns: whatever happens on the way, the incidents are the same."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bench.archive import fill
from bench.stream import Made, stream
from marsad.link import crowd
from marsad.record import Filters, Record, open_record, rebuild
from marsad.record.comparing import Helpers

REPORTS = 150


@pytest.fixture(autouse=True)
def _small_crowds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowd, "CROWD", 6)
    monkeypatch.setattr(crowd, "FIRST", 4)


@pytest.fixture(scope="module")
def made() -> list[Made]:
    return list(stream(REPORTS))


@pytest.fixture
def in_order(made: list[Made], tmp_path: Path) -> dict[frozenset[str], Any]:
    with open_record(str(tmp_path / "in_order.db")) as record:
        add(record, made)
        return told(record)


def add(record: Record, reports: Sequence[Made]) -> None:
    run = record.start_run("1", "data")
    for report in reports:
        record.add(report.coded, run, report.sketch)


def told(record: Record) -> dict[frozenset[str], Any]:
    assert record.examine() == []
    return {frozenset(m[1] for m in i.summary.mentions): (i.summary, i.sources) for i in record.incidents(Filters())}


@pytest.mark.parametrize("seed", range(4))
def test_any_order(seed: int, made: list[Made], in_order: Any, tmp_path: Path) -> None:
    shuffled = list(made)
    random.Random(seed).shuffle(shuffled)
    with open_record(str(tmp_path / "r.db")) as record:
        add(record, shuffled)
        assert told(record) == in_order


def test_many_in_one_transaction(made: list[Made], in_order: Any, location: str) -> None:
    rng = random.Random(2)
    with open_record(location) as record:
        at = 0
        while at < len(made):
            some = made[at : at + rng.choice([1, 3, 20, 60])]
            with record.together():
                add(record, some)
                for report in rng.sample(made[:at], min(at, 3)):  # some that are there are read again meanwhile
                    record.reread(report.coded, record.start_run("2", "data"), report.sketch)
            at += len(some)
        assert told(record) == in_order


def test_what_is_undone_leaves_nothing_to_link(made: list[Made], in_order: Any, location: str) -> None:
    with open_record(location) as record:
        add(record, made[:60])
        before = told(record)
        with contextlib.suppress(KeyboardInterrupt), record.together():
            add(record, made[60:90])
            raise KeyboardInterrupt
        assert told(record) == before
        add(record, made[60:])
        assert told(record) == in_order


def test_crowds_are_met(in_order: Any) -> None:
    assert max(len(events) for events in in_order) > crowd.CROWD


def test_building_anew(made: list[Made], in_order: Any, location: str) -> None:
    with open_record(location) as record:
        add(record, made)
        ids = {i.id for i in record.incidents(Filters())}
        record.relink()
        assert told(record) == in_order
        assert {i.id for i in record.incidents(Filters())} == ids


def test_building_anew_with_other_processes(made: list[Made], in_order: Any, location: str) -> None:
    with open_record(location) as record:
        fill(record, record.start_run("1", "data"), made)
        count = record.change(lambda c: rebuild.relink(c, record.linker, Helpers(location, 2, portion=20)))
        assert told(record) == in_order
        alone = {i.id for i in record.incidents(Filters())}
        record.relink()
        assert {i.id for i in record.incidents(Filters())} == alone
        assert count == len(alone)


def test_an_archive_that_is_linked_at_once(made: list[Made], in_order: Any, tmp_path: Path) -> None:
    with open_record(str(tmp_path / "r.db")) as record:
        fill(record, record.start_run("1", "data"), made[:-20])
        record.relink()
        add(record, made[-20:])
        assert told(record) == in_order


def test_reading_again_and_taking_back(made: list[Made], in_order: Any, location: str) -> None:
    rng = random.Random(1)
    with open_record(location) as record:
        add(record, made)
        ids = {i.id for i in record.incidents(Filters())}
        run = record.start_run("2", "data")
        some = rng.sample(made, 30)
        for report in some:  # another lexicon finds nothing in these
            nothing = msgspec.structs.replace(report.sketch, events=())
            record.reread(msgspec.structs.replace(report.coded, events=()), run, nothing)
        with_less = told(record)
        record.relink()
        assert told(record) == with_less
        for report in some:  # and the one before finds it again
            record.reread(report.coded, run, report.sketch)
        assert told(record) == in_order
        for report in rng.sample(made, 30):
            record.reread(report.coded, run, report.sketch)
        assert told(record) == in_order
        assert len({i.id for i in record.incidents(Filters())} & ids) > len(ids) / 2
