"""Speed, memory and size of linking over a synthetic stream: Zipf places, bursts, copies, updates, background mentions.

    python -m bench.link [EVENTS …] [--rebuild | --archive] [--folder FOLDER]     default 10000 100000

Prints, for each size of the archive, milliseconds of processor time per new event (median, mean and 95th percentile of the
last 2,000; writing and linking together, and linking alone), memory, the size of the record, and with --rebuild the time to
build all anew. With --archive all but the last 2,000 events are written at once and linked by a rebuild, which takes less
time than adding them and leads to the same incidents. Events come at a steady rate, so a larger archive is a longer time,
not a denser one.
"""

from __future__ import annotations

import argparse
import itertools
import os
import resource
import statistics
import tempfile
import time
from pathlib import Path

from bench.archive import fill
from bench.stream import stream
from marsad.record import Record, open_record

LAST = 2_000


def measure(events: int, folder: Path, processes: int, *, rebuild: bool, archive: bool) -> dict[str, float]:
    """Return what was measured on a stream of so many events; so many other processes help to rebuild."""
    path = folder / f"{events}.db"
    whole: list[float] = []
    alone: list[float] = []
    found: dict[str, float] = {}
    with open_record(str(path)) as record:
        run = record.start_run("bench", "bench")
        reports = stream(events)
        if archive:
            began = time.perf_counter()
            fill(record, run, itertools.islice(reports, max(0, events - LAST)))
            found["filled_s"] = time.perf_counter() - began
            found |= _rebuild(record, processes)
        _time_linking(record, alone)
        began = time.perf_counter()
        for made in reports:
            start = time.process_time()
            record.add(made.coded, run, made.sketch)
            whole.append((time.process_time() - start) * 1000)
        found["stream_s"] = time.perf_counter() - began
        found |= _told("", whole) | _told("link_", alone)
        if rebuild:
            found |= _rebuild(record, processes)
    found["memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found["record_mb"] = path.stat().st_size / 1e6
    return found


def _rebuild(record: Record, processes: int) -> dict[str, float]:
    began, used = time.perf_counter(), time.process_time()
    incidents = record.relink(processes)
    helped = resource.getrusage(resource.RUSAGE_CHILDREN)
    took = {
        "rebuild_s": time.perf_counter() - began,
        "rebuild_cpu_s": time.process_time() - used,
        "helpers_cpu_s": helped.ru_utime + helped.ru_stime,
    }
    # The largest of the other processes stands for each of them.
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss + processes * helped.ru_maxrss
    return {"incidents": incidents, **took, "rebuild_memory_mb": memory / 1024}


def _told(name: str, times: list[float]) -> dict[str, float]:
    last = times[-LAST:]
    return {
        f"{name}median_ms": statistics.median(last),
        f"{name}mean_ms": statistics.fmean(last),
        f"{name}p95_ms": statistics.quantiles(last, n=20)[-1],
    }


def _time_linking(record: Record, times: list[float]) -> None:
    """Note how long linking alone takes, of each report that is added from now on."""
    inner = record.linker.add

    def timed(*arguments: object, **options: object) -> None:
        start = time.process_time()
        inner(*arguments, **options)  # type: ignore[arg-type]
        times.append((time.process_time() - start) * 1000)

    record.linker.add = timed  # type: ignore[method-assign]


def main() -> None:
    """Measure the sizes that were asked for and print a line for each."""
    parser = argparse.ArgumentParser(prog="bench.link", description="Speed, memory and size of linking.")
    parser.add_argument("events", nargs="*", type=int, default=[10_000, 100_000])
    parser.add_argument("--rebuild", action="store_true", help="also build all incidents anew")
    parser.add_argument("--archive", action="store_true", help="write all but the last events at once, then rebuild")
    parser.add_argument(
        "--processes", type=int, default=0, help="other processes that compare in a rebuild (default 0)"
    )
    parser.add_argument("--folder", type=Path, help="keep the records here (default: a temporary folder)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        for events in options.events:
            found = measure(events, folder, options.processes, rebuild=options.rebuild, archive=options.archive)
            load = os.getloadavg()[0]
            told = "  ".join(f"{name} {value:.1f}" for name, value in found.items())
            print(f"{events} events: {told}  load {load:.1f}", flush=True)


if __name__ == "__main__":
    main()
