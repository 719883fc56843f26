"""How fast `marsad add` takes a packed file of reports in (read, stored, linked), at which memory; stops change nothing.

    python -m bench.intake [--kind flash|long] [--reports 2000] [--processes 2] [--folder DIR]

The reports are invented flashes (`bench.flashes`), or as long as those of the exam (`bench.news`). They are added in one
run; then to another record in three, of which the first is stopped as by Ctrl-C and the second killed. Both must hold the
same. Memory is what all processes hold in RAM together, pages that they share counted once. Beside the rate that the clock
gives, which hangs on what else the machine does, stands the processor time of a report over all processes.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from bench import flashes, news

_LOOK_S = 0.5
_SAME = {
    "documents": "id, hash, version, current, published, language",
    "events": "id, type, status, event",
    "claims": 'event, field, value, "start", "end", source',
    "receipts": "document, received, place, extractor",
    "incidents": "id, type, reports, sources, incident",
    "copies": "document, other, kind",
}


class Ran(NamedTuple):
    """A run: seconds, of the clock and of the processors, the peak of memory in MiB, how it ended."""

    seconds: float
    processor_s: float
    memory_mib: float
    code: int


def write_reports(path: Path, kind: str, count: int) -> tuple[int, int]:
    """Write so many reports as packed JSON lines; returns the characters and the bytes of UTF-8 of their texts."""
    characters = size = 0
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=6) as out:
        for document in flashes.stream(count) if kind == "flash" else news.stream(count):
            row = {name: getattr(document, name) for name in ("id", "text", "published", "publisher")}
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
            characters += len(document.text)
            size += len(document.text.encode())
    return characters, size


def add(reports: Path, record: Path, processes: int, stop: tuple[int, signal.Signals] | None = None) -> Ran:
    """Add the reports in a program of its own; `stop` sends it a signal once the record holds so many."""
    command = [sys.executable, "-m", "marsad.cli", "--quiet", "--record", str(record), "add", str(reports)]
    began, used = time.perf_counter(), _processor_s()
    # A benchmark in the background is deaf to Ctrl-C, and what it starts would be too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    program = subprocess.Popen([*command, "--processes", str(processes)], stderr=subprocess.DEVNULL)
    peak = 0.0
    while program.poll() is None:
        peak = max(peak, _memory_mib(program.pid))
        if stop is not None and _held(record) >= stop[0]:
            program.send_signal(stop[1])
            program.wait()
        time.sleep(_LOOK_S)
    return Ran(time.perf_counter() - began, _processor_s() - used, peak, program.returncode)


def _processor_s() -> float:
    """The processor time of all programs that ended."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime


def _memory_mib(pid: int) -> float:
    """The memory of a process and its children; of pages that several hold, each has its share."""
    size = 0
    for name in [str(pid), *_children(pid)]:
        try:
            told = Path(f"/proc/{name}/smaps_rollup").read_text(encoding="ascii")
        except OSError:
            continue  # it ended meanwhile
        size += sum(int(line.split()[1]) for line in told.splitlines() if line.startswith("Pss:"))
    return size / 1024


def _children(pid: int) -> list[str]:
    try:
        # Threads start children too.
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [child for task in tasks for child in (task / "children").read_text(encoding="ascii").split()]
    except OSError:
        return []


def _held(record: Path) -> int:
    if not record.exists():
        return 0
    connection = sqlite3.connect(f"file:{record}?mode=ro", uri=True, timeout=30)
    try:
        return int(connection.execute("SELECT count(*) FROM documents").fetchone()[0])
    except sqlite3.OperationalError:
        return 0  # its tables are not made yet
    finally:
        connection.close()


def differing(one: Path, other: Path) -> list[str]:
    """Return the tables in which two records differ, but for times and the numbers of runs."""
    return [table for table in _SAME if _digest(one, table) != _digest(other, table)]


def _digest(record: Path, table: str) -> str:
    """What a table holds, in an order of its rows alone; the database sorts, so that no table need fit in memory."""
    digest = hashlib.sha256()
    connection = sqlite3.connect(record)
    try:
        for row in connection.execute(f"SELECT {_SAME[table]} FROM {table} ORDER BY {_SAME[table]}"):
            digest.update(repr(row).encode())
    finally:
        connection.close()
    return digest.hexdigest()


def _count(record: Path, table: str, where: str = "1") -> int:
    connection = sqlite3.connect(record)
    try:
        return int(connection.execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchone()[0])
    finally:
        connection.close()


def measure(folder: Path, kind: str, count: int, processes: int) -> bool:
    """Run everything and print the figures; returns whether both records hold the same."""
    reports, whole, parts = folder / "reports.jsonl.gz", folder / "whole.db", folder / "parts.db"
    characters, size = write_reports(reports, kind, count)
    packed = reports.stat().st_size
    print(f"{count} reports ({kind}), {processes} processes that read")
    print(
        f"  texts                {characters / count:8.0f} characters each, {size / 1e6:.1f} MB, packed {packed / 1e6:.1f}"
    )
    once = add(reports, whole, processes)
    print(f"  in one run           {count / once.seconds:8.1f} reports per second, {once.seconds:.0f} s")
    print(f"  processor time       {once.processor_s / count * 1e3:8.1f} ms a report over all processes")
    print(f"  peak memory          {once.memory_mib:8.0f} MiB over all processes")
    held, events = _count(whole, "documents"), _count(whole, "events")
    copies, megabytes = _count(whole, "copies", "kind = 'copy'"), whole.stat().st_size / 1e6
    print(f"  the record           {held:8} reports, {events / held:.1f} events each, {copies} copies")
    print(f"                       {megabytes:8.0f} MB", flush=True)
    stops = ((count // 3, signal.SIGINT), (2 * count // 3, signal.SIGKILL), None)
    ran = [add(reports, parts, processes, stop) for stop in stops]
    seconds, ended = sum(run.seconds for run in ran), [run.code for run in ran]
    print(f"  stopped and killed   {count / seconds:8.1f} reports per second, ended with {ended}")
    print(f"                       {max(run.memory_mib for run in ran):8.0f} MiB at most", flush=True)
    again = add(reports, parts, processes)
    print(f"  all known            {count / again.seconds:8.1f} reports per second")
    wrong = differing(whole, parts)
    print(f"  the two records      {'are the same' if not wrong else f'DIFFER in {wrong}'}")
    return not wrong


def main() -> None:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(prog="bench.intake", description="Measure adding reports to a record.")
    parser.add_argument("--reports", type=int, default=2_000, help="how many reports (default 2000)")
    parser.add_argument("--processes", type=int, default=2, help="how many processes read (default 2)")
    parser.add_argument(
        "--folder", type=Path, help="where to work, and leave the records (default: removed at the end)"
    )
    parser.add_argument(
        "--kind",
        choices=("flash", "long"),
        default="flash",
        help="invented flashes, or reports as long as those of the exam",
    )
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        if not measure(folder, asked.kind, asked.reports, asked.processes):
            sys.exit(1)


if __name__ == "__main__":
    main()
