"""Exports of a large record: time, size and peak memory of every format, each in a process of its own.

python -m bench.export [EVENTS [FORMAT …]]        default 1,000,000 events and every format

The record is filled with reports of the benchmark's stream, one event each, written again and again up to the number that is
wanted, and kept for the next run.
"""

from __future__ import annotations

import functools
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import sqlalchemy as sa

from marsad.export import FORMATS
from marsad.publishing import View, export
from marsad.record import Filters, open_record, schema

EVENTS = 1_000_000
WRITTEN = 20_000
MOST_MB = 500
_HERE = Path(tempfile.gettempdir())


def main(events: int, formats: list[str]) -> None:
    """Fill a record, export it in each format, and print a line for each."""
    location = _filled(events)
    print(f"{events:,} events in {location.stat().st_size / 1e6:,.0f} MB")
    print(f"{'format':12}{'seconds':>10}{'events/s':>10}{'MB':>10}{'peak MB':>10}")
    for name in formats:
        ran = subprocess.run(
            [sys.executable, "-m", "bench.export", "--one", str(location), name],
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode:
            print(f"{name:12} failed: {ran.stderr.strip().splitlines()[-1]}")
            continue
        found = json.loads(ran.stdout)
        mark = "" if found["peak_mb"] <= MOST_MB else "  over the limit"
        rate = found["count"] / found["seconds"]
        print(
            f"{name:12}{found['seconds']:10.1f}{rate:10,.0f}{found['mb']:10.1f}{found['peak_mb']:10.0f}{mark}",
            flush=True,
        )


def one(location: str, name: str) -> None:
    """Export in one format and print what it took."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, open_record(location, create=False) as record:
        path = Path(folder) / "out"
        count = export(View(record), str(path), name, "events", Filters())
        size = path.stat().st_size / 1e6
    print(json.dumps({"count": count, "seconds": time.perf_counter() - began, "mb": size, "peak_mb": _peak_mb()}))


def _peak_mb() -> float:
    """The most memory of this process; the usual figure counts that of the parent too, from before the program began."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def _filled(events: int) -> Path:
    from bench.archive import fill
    from bench.stream import stream

    location = _HERE / f"marsad-bench-export-{events}.db"
    if not location.exists():
        making = location.with_suffix(".making")
        making.unlink(missing_ok=True)
        with open_record(str(making)) as record:
            fill(record, record.start_run("bench", "bench"), stream(min(events, WRITTEN)))
            for number in range(1, events // WRITTEN):
                record.change(functools.partial(_again, shift=number * WRITTEN))
        making.rename(location)
    return location


def _again(connection: sa.Connection, shift: int) -> None:
    """Write the first reports and their events once more, under other keys."""
    for table, numbers in ((schema.documents, ("key",)), (schema.events, ("key", "document"))):
        columns = [c + shift if c.name in numbers else c for c in table.c]
        rows = sa.select(*columns).where(table.c.key <= WRITTEN)
        connection.execute(table.insert().from_select([c.name for c in table.c], rows))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(sys.argv[2], sys.argv[3])
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else EVENTS, sys.argv[2:] or list(FORMATS))
