"""How fast `marsad add` takes a packed file of reports in (read, stored, linked), at which memory; stops change nothing.

    python -m bench.intake [--reports 2000] [--processes 2] [--folder DIR]

The reports are those of `bench.read`. They are added in one run; then to another record in three, of which the first is
stopped as by Ctrl-C and the second killed. Both records must hold the same. Memory is the sum of what all processes hold in
RAM, pages that they share counted in each.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from bench.read import make_reports

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
    """A run: seconds, the peak of memory in MB, how it ended."""

    seconds: float
    memory_mb: float
    code: int


def write_reports(path: Path, count: int) -> None:
    """Write so many reports as packed JSON lines."""
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=6) as out:
        for document in make_reports(count):
            row = {"id": document.id, "text": document.text, "published": document.published}
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


def add(reports: Path, record: Path, processes: int, stop: tuple[int, signal.Signals] | None = None) -> Ran:
    """Add the reports in a program of its own; `stop` sends it a signal once the record holds so many."""
    command = [sys.executable, "-m", "marsad.cli", "--quiet", "--record", str(record), "add", str(reports)]
    began = time.perf_counter()
    # A benchmark in the background is deaf to Ctrl-C, and what it starts would be too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    program = subprocess.Popen([*command, "--processes", str(processes)], stderr=subprocess.DEVNULL)
    peak = 0.0
    while program.poll() is None:
        peak = max(peak, _memory_mb(program.pid))
        if stop is not None and _held(record) >= stop[0]:
            program.send_signal(stop[1])
            program.wait()
        time.sleep(_LOOK_S)
    return Ran(time.perf_counter() - began, peak, program.returncode)


def _memory_mb(pid: int) -> float:
    """The resident memory of a process and its children."""
    pages = 0
    for name in [str(pid), *_children(pid)]:
        try:
            pages += int(Path(f"/proc/{name}/statm").read_text(encoding="ascii").split()[1])
        except OSError:
            continue  # it ended meanwhile
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


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
    rows = []
    for record in (one, other):
        connection = sqlite3.connect(record)
        rows.append({t: sorted(connection.execute(f"SELECT {names} FROM {t}"), key=repr) for t, names in _SAME.items()})
        connection.close()
    return [table for table in _SAME if rows[0][table] != rows[1][table]]


def measure(folder: Path, count: int, processes: int) -> None:
    """Run everything and print the figures."""
    reports = folder / "reports.jsonl.gz"
    write_reports(reports, count)
    print(f"{count} reports, {reports.stat().st_size / 1e6:.1f} MB packed, {processes} processes that read")
    whole = add(reports, folder / "whole.db", processes)
    size = (folder / "whole.db").stat().st_size / 1e6
    print(f"  in one run           {count / whole.seconds:8.1f} reports per second, {whole.seconds:.0f} s")
    print(f"  peak memory          {whole.memory_mb:8.0f} MB over all processes; the record has {size:.0f} MB")
    stops = ((count // 3, signal.SIGINT), (2 * count // 3, signal.SIGKILL), None)
    parts = [add(reports, folder / "parts.db", processes, stop) for stop in stops]
    seconds = sum(part.seconds for part in parts)
    print(f"  stopped and killed   {count / seconds:8.1f} reports per second, ended with {[p.code for p in parts]}")
    again = add(reports, folder / "parts.db", processes)
    print(f"  all known            {count / again.seconds:8.1f} reports per second")
    wrong = differing(folder / "whole.db", folder / "parts.db")
    print(f"  the two records      {'are the same' if not wrong else f'DIFFER in {wrong}'}")


def main() -> None:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(prog="bench.intake", description="Measure adding reports to a record.")
    parser.add_argument("--reports", type=int, default=2_000, help="how many reports (default 2000)")
    parser.add_argument("--processes", type=int, default=2, help="how many processes read (default 2)")
    parser.add_argument(
        "--folder", type=Path, help="where to work, and leave the records (default: removed at the end)"
    )
    asked = parser.parse_args()
    if asked.folder is not None:
        asked.folder.mkdir(parents=True, exist_ok=True)
        measure(asked.folder, asked.reports, asked.processes)
        return
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), asked.reports, asked.processes)


if __name__ == "__main__":
    main()
