"""Exports of a large record: time, size and peak memory of every format, each in a process of its own. Rates are per second
of processor time, which a busy machine changes less.

python -m bench.export [EVENTS|RECORD [WAY …]]        default 1,000,000 events, every format and the ways below

Give a copy of a record: opening brings it up to date. Without one, a record is filled with reports of the benchmark's
stream, one event each, written again and again up to the number that is wanted, and kept for the next run; it has no
incidents. Ways beside the formats: release (the usual files, and a second release that is compared with the first) and
pages (all events and incidents, a page of the API after the other, as cursors lead). A way may name the policy that it goes
through, as in csv:careful, and what it takes along, as in csv:careful:events; else there is none, and both are taken.
"""

from __future__ import annotations

import functools
import itertools
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from marsad.export import FORMATS
from marsad.export.contract import line_of
from marsad.publication.policy import load_policy
from marsad.publishing import SUBJECTS, View, export
from marsad.record import Filters, open_record, schema
from marsad.release import Plan, release

EVENTS = 1_000_000
WRITTEN = 20_000
MOST_MB = 500
PAGE = 500
_HERE = Path(tempfile.gettempdir())


def main(location: Path, ways: list[tuple[str, str]]) -> None:
    """Go each way, and print a line for each."""
    print(f"{location.name}: {location.stat().st_size / 1e6:,.0f} MB")
    print(f"{'way':22}{'what':>10}{'count':>10}{'seconds':>10}{'CPU s':>10}{'a second':>10}{'MB':>10}{'peak MB':>10}")
    for way, subject in ways:
        order = [sys.executable, "-m", "bench.export", "--one", str(location), way, subject]
        ran = subprocess.run(order, capture_output=True, text=True, check=False)
        if ran.returncode:
            print(f"{way:22}{subject:>10} failed: {ran.stderr.strip().splitlines()[-1]}")
            continue
        found = json.loads(ran.stdout)
        mark = "" if found["peak_mb"] <= MOST_MB else "  over the limit"
        rate = found["count"] / max(found["cpu"], 0.01)
        print(
            f"{way:22}{subject:>10}{found['count']:10,}{found['seconds']:10.1f}{found['cpu']:10.1f}{rate:10,.0f}"
            f"{found['mb']:10.1f}{found['peak_mb']:10.0f}{mark}",
            flush=True,
        )


def one(location: str, way: str, subject: str) -> None:
    """Go one way and print what it took."""
    began, used = time.perf_counter(), time.process_time()
    with tempfile.TemporaryDirectory() as folder, open_record(location, create=False) as record:
        name, _, policy = way.partition(":")
        view = View(record, load_policy(policy or "open"))
        count, size = _WAYS.get(name, _export)(view, Path(folder) / "out", name, subject)
    taken, cpu = time.perf_counter() - began, time.process_time() - used
    print(json.dumps({"count": count, "seconds": taken, "cpu": cpu, "mb": size / 1e6, "peak_mb": _peak_mb()}))


def _export(view: View, path: Path, way: str, subject: str) -> tuple[int, int]:
    count = export(view, str(path), way, subject, Filters())
    return count, path.stat().st_size


def _release(view: View, path: Path, _way: str, _subject: str) -> tuple[int, int]:
    release(view, path, Plan(name="1"))
    second = path.with_name("second")
    about = release(view, second, Plan(name="2", last=path))
    return about["incidents"], sum(p.stat().st_size for p in second.iterdir())


def _pages(view: View, _path: Path, _way: str, subject: str) -> tuple[int, int]:
    """Go through all pages; what a page holds is made into JSON, as the API does."""
    asked = Filters(limit=PAGE)
    ask: Callable[[Any], Iterator[Any]] = (
        (lambda place: view.tellings(asked, after=place or 0))
        if subject == "events"
        else (lambda place: view.happenings(asked, after=place))
    )
    place, count, size = None, 0, 0
    while page := list(itertools.islice(ask(place), PAGE)):
        size += len(json.dumps([line_of(item) for _, item in page]))
        place, count = page[-1][0], count + len(page)
    return count, size


_WAYS: dict[str, Callable[[View, Path, str, str], tuple[int, int]]] = {"release": _release, "pages": _pages}


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


def _ways(named: list[str]) -> Iterator[tuple[str, str]]:
    for asked in named or [*FORMATS, *_WAYS]:
        way, *further = asked.split(":")
        subjects = FORMATS[way].about if way in FORMATS else SUBJECTS[1:] if way == "release" else SUBJECTS
        policy, only = (*further, "", "")[:2]
        yield from ((f"{way}:{policy}" if policy else way, s) for s in subjects if only in ("", s))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(*sys.argv[2:5])
    else:
        wanted = sys.argv[1] if sys.argv[1:] else str(EVENTS)
        main(_filled(int(wanted)) if wanted.isdecimal() else Path(wanted), list(_ways(sys.argv[2:])))
