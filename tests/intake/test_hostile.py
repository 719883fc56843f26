"""The hostile set: nothing raises, nothing hangs, refusals are named, and what comes next is read as ever."""

from __future__ import annotations

import faulthandler
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest
from hostile_files import EITHER, READ, REFUSED, Hostile, hostile_files
from intake_files import TEXT

from marsad.intake import InputProblem, Metadata, Taken, take

SET = list(hostile_files())
LONGEST_S = 60  # a hang; what the set takes on an idle machine is printed by its own program


@pytest.fixture
def _no_hang() -> Iterator[None]:
    def stop(_number: int, _frame: FrameType | None) -> None:
        faulthandler.dump_traceback(sys.__stderr__)
        raise TimeoutError(f"still reading after {LONGEST_S} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(LONGEST_S)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def test_the_set_is_as_large_as_promised() -> None:
    assert len(SET) >= 500


@pytest.mark.usefixtures("_no_hang")
@pytest.mark.parametrize("hostile", SET, ids=[f"{i}-{h.name}" for i, h in enumerate(SET)])
def test_hostile_file(folder: Path, hostile: Hostile) -> None:
    (folder / hostile.name).write_bytes(hostile.content())
    (folder / "sound.txt").write_text(TEXT)
    *found, last = take([hostile.name, "sound.txt"], Metadata())
    assert isinstance(last, Taken)
    assert last.document.text == TEXT, "later inputs are unaffected"
    problems = [f for f in found if isinstance(f, InputProblem)]
    assert [p for p in problems if not p.reason or not p.remedy or "\n" in str(p)] == []
    assert [str(p) for p in problems if "trip the reader" in p.reason] == []
    if hostile.expected == REFUSED:
        assert problems
        assert len(problems) == len(found)
    if hostile.expected == READ:
        assert problems == []
        assert found
    assert hostile.expected in (REFUSED, READ, EITHER)
    assert not [p for p in folder.iterdir() if p.name not in (hostile.name, "sound.txt")], "nothing is written"
