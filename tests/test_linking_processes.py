"""Several programs that add and link at once, and one that is killed at any moment: the record stays sound, and holds the
incidents of a single run that nobody disturbed."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import adder
import pytest
import sqlalchemy as sa
from standin import engine_of

from marsad.record import Filters, open_record

ROOT = Path(__file__).parent.parent
REPORTS = 60
# KILLS=200 in the environment makes a long test of it.
KILLS = int(os.environ.get("KILLS", "6"))
PROGRAMS = 4


def start(*arguments: str | int) -> subprocess.Popen[bytes]:
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    environment = {**os.environ, "PYTHONPATH": paths}
    return subprocess.Popen([sys.executable, "-m", "adder", *map(str, arguments)], cwd=ROOT, env=environment)


def told(location: str) -> dict[frozenset[str], Any]:
    """The incidents of a record by their events; the record is sound."""
    with open_record(location) as record:
        assert record.examine() == []
        return {frozenset(m[1] for m in i.summary.mentions): i.summary for i in record.incidents(Filters())}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[int, dict[frozenset[str], Any]]:
    """What one program makes of so many reports, added in order."""
    found = {}
    for reports in (REPORTS, 2 * REPORTS):
        path = str(tmp_path_factory.mktemp("whole") / "r.db")
        adder.add(path, reports)
        found[reports] = told(path)
    return found


def test_programs_that_add_and_link_at_once(location: str, undisturbed: dict[int, Any]) -> None:
    # Each adds all reports, in an order of its own: they meet on every one.
    programs = [start(location, 2 * REPORTS, PROGRAMS, i) for i in range(PROGRAMS)]
    assert [program.wait() for program in programs] == [0] * PROGRAMS
    assert told(location) == undisturbed[2 * REPORTS]
    with open_record(location) as record:
        assert sorted(r.id for r in record.reports(Filters())) == sorted(f"s{i}" for i in range(2 * REPORTS))
        assert {r.version for r in record.reports(Filters())} == {1}


def test_killed_at_any_moment(location: str, undisturbed: dict[int, Any]) -> None:
    rng = random.Random(1)
    seen = 0
    for _ in range(KILLS):
        program = start(location, REPORTS)
        if rng.random() < 0.8:  # else it may be killed while it starts or makes the tables
            wait_for_a_report_more(location, seen, program)
        time.sleep(rng.random() * 0.5)
        program.kill()
        program.wait()
        told(location)
        seen = count(location)
        if seen == REPORTS:  # nothing is left to interrupt: begin again
            empty(location)
            seen = 0
    assert start(location, REPORTS).wait() == 0
    assert told(location) == undisturbed[REPORTS]


def wait_for_a_report_more(location: str, seen: int, program: subprocess.Popen[bytes]) -> None:
    """Wait until a program begins to add, so that it is killed in the middle and not while it starts."""
    while program.poll() is None and count(location) <= seen:
        time.sleep(0.01)


def count(location: str) -> int:
    """How many reports a record holds; none while its tables are being made."""
    engine = engine_of(location)
    try:
        with engine.connect() as connection:
            return connection.scalar(sa.text("SELECT count(*) FROM documents")) or 0
    except sa.exc.DBAPIError:
        return 0
    finally:
        engine.dispose()


def empty(location: str) -> None:
    """Take everything out of a record."""
    engine = engine_of(location)
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
            connection.commit()
    engine.dispose()
    if "://" not in location:
        for ending in ("", "-wal", "-shm"):
            Path(f"{location}{ending}").unlink(missing_ok=True)
