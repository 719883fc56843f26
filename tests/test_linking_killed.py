"""A run that is killed at any moment leaves a sound record, and finishing it gives the incidents of an unkilled run."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench.link import stream
from marsad.record import Filters, open_record

ROOT = Path(__file__).parent.parent
REPORTS = 60
# KILLS=200 in the environment makes a long test of it.
KILLS = int(os.environ.get("KILLS", "6"))

ADDER = f"""
import sys
from bench.link import stream
from marsad.record import open_record
with open_record(sys.argv[1]) as record:
    run = record.start_run("1", "data")
    for made in stream({REPORTS}):
        record.add(made.coded, run, made.sketch)
"""


def told(path: Path) -> dict[frozenset[str], Any]:
    with open_record(str(path), create=False) as record:
        assert record.examine() == []
        return {frozenset(m[1] for m in i.summary.mentions): i.summary for i in record.incidents(Filters())}


def test_killed_at_any_moment(tmp_path: Path) -> None:
    whole = tmp_path / "whole.db"
    with open_record(str(whole)) as record:
        run = record.start_run("1", "data")
        for made in stream(REPORTS):
            record.add(made.coded, run, made.sketch)
    path = tmp_path / "killed.db"
    rng = random.Random(1)
    for _ in range(KILLS):
        adder = subprocess.Popen([sys.executable, "-c", ADDER, str(path)], cwd=ROOT)
        while not path.exists() and adder.poll() is None:
            time.sleep(0.01)
        time.sleep(rng.random() * 0.8)
        ended = adder.poll() is not None
        adder.kill()
        adder.wait()
        told(path)
        if ended:  # nothing is left to interrupt: begin again
            for ending in ("", "-wal", "-shm"):
                Path(f"{path}{ending}").unlink(missing_ok=True)
    subprocess.run([sys.executable, "-c", ADDER, str(path)], cwd=ROOT, check=True)
    assert told(path) == told(whole)
