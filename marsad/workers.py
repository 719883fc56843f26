"""Reading in several processes: others derive and read, this one writes, in the order of the inputs and alone, so that the
record is the same as if one process did it all.

Each of the others looks at the record through a connection of its own, and is asked for one report at a time. One that dies
or hangs takes only the report with it that it was reading.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

import msgspec
from threadpoolctl import threadpool_limits

from marsad.errors import InternalError, MarsadError
from marsad.intake import InputProblem
from marsad.model import Received
from marsad.pipeline import Input, Outcome, Prepared, Reads, is_known, prepare, settle
from marsad.record import Record
from marsad.record.comparing import begin_to_help

_FEW = 16
"""So few reports are read sooner than other processes are ready."""

_AHEAD = 48
"""How many inputs are on their way for each process; enough that none waits for the writer, and that many are written and
linked together."""

_LATEST_S = 0.5
"""So long after the last time what is ready is written, whether much is ready or little."""

_SWEPT = 1_000
"""After so many inputs another process looks for what refers to itself, and never else: it would look at all that reading
remembers again and again."""

_LONGEST_WRITE_S = 0.25
"""No transaction goes on adding for longer: another program may want to write too."""

_MOST_BYTES = 64_000_000
_LONGEST_S = 600.0
_KILLED = "reading it ended the process that read it"
_HUNG = f"reading it takes more than {_LONGEST_S / 60:.0f} minutes"
_REMEDY = "give its text as .txt; the other reports are read"


class Crew(msgspec.Struct, frozen=True, kw_only=True):
    """How reports are read: in how many processes, each with a reader of its own from `load` (a function of a module), for
    the record at `location`."""

    count: int
    load: Callable[[], Reads]
    location: str


def process(inputs: Iterable[Input], crew: Crew, record: Record, run: int) -> Iterator[Outcome]:
    """Read the inputs and write them to the record, as `pipeline.process` does; few are read in this process.

    The module that asks must be importable without doing anything (`if __name__ == "__main__":`).

    Raises:
        MarsadError: what reading needs is broken, or the record cannot be written.
    """
    source = ((item, _without_reading(item, record)) for item in inputs)
    first: list[tuple[Input, Prepared | None]] = []
    size = 0
    for item, done in source:
        if done is not None and not first:
            yield settle(done, record, run)
            continue
        first.append((item, done))
        size += _size(item)
        if sum(d is None for _, d in first) >= _FEW or size > _MOST_BYTES:
            break
    everything = chain(first, source)
    if crew.count > 1 and (len(first) >= _FEW or size > _MOST_BYTES):
        yield from _read_elsewhere(everything, crew, record, run)
    elif first:
        reader = crew.load()
        for item, done in everything:
            yield settle(done or prepare(item, reader, record, run), record, run)


def _without_reading(item: Input, record: Record) -> Prepared | None:
    """What becomes of an input that need not be read; None for all others."""
    if isinstance(item, InputProblem):
        return Prepared(outcome=Outcome(state="failed", problem=str(item), reason=item.reason))
    if isinstance(item, Received) and is_known(record, item):
        return Prepared(outcome=Outcome(state="unchanged"))
    return None


def _size(item: Input) -> int:
    return len(item.content) if isinstance(item, Received) else 0


class _Sent(msgspec.Struct):
    """An input in the line: what it was prepared to, or who prepares it."""

    item: Input
    answer: Prepared | Future[Prepared]

    def is_ready(self) -> bool:
        return isinstance(self.answer, Prepared) or self.answer.done()

    def prepared(self) -> Prepared:
        if isinstance(self.answer, Prepared):
            return self.answer
        found = self.answer.result()
        if found.taken is not None and isinstance(self.item, Received):
            # The bytes stayed here: they need not travel twice.
            found = msgspec.structs.replace(found, taken=msgspec.structs.replace(found.taken, received=self.item))
        return found


def _read_elsewhere(
    everything: Iterable[tuple[Input, Prepared | None]], crew: Crew, record: Record, run: int
) -> Iterator[Outcome]:
    line: deque[_Sent] = deque()
    most = _AHEAD * crew.count
    size, wrote = 0, time.monotonic()
    with _Others(crew, run) as others:
        for item, done in everything:
            line.append(_Sent(item, done or others.ask(item)))
            size += _size(item)
            is_late = line[0].is_ready() and time.monotonic() - wrote > _LATEST_S
            while len(line) >= most or size > _MOST_BYTES or (line and is_late):
                # Half stay in the line, so that the others have work while this one writes.
                yield from _settle_foremost(line, most // 2, record, run)
                size, wrote, is_late = sum(_size(sent.item) for sent in line), time.monotonic(), False
        while line:
            yield from _settle_foremost(line, most, record, run)


def _settle_foremost(line: deque[_Sent], most: int, record: Record, run: int) -> list[Outcome]:
    """Write the first in the line, and those behind it that are ready, in one transaction: to end one costs as much as to
    write a short report."""
    first = line.popleft().prepared()
    if first.outcome is not None:
        return [settle(first, record, run)]
    began = time.monotonic()
    with record.together():
        done = [settle(first, record, run)]
        while line and line[0].is_ready() and len(done) < most and time.monotonic() - began < _LONGEST_WRITE_S:
            done.append(settle(line.popleft().prepared(), record, run))
    return done


class _Others:
    """The other processes, each asked by a thread of this one. Use it in a `with` block, which ends them."""

    def __init__(self, crew: Crew, run: int) -> None:
        self._crew = crew
        self._run = run
        self._threads = ThreadPoolExecutor(crew.count)
        self._idle: queue.SimpleQueue[_Other] = queue.SimpleQueue()
        self._all: list[_Other] = []
        self._starting = threading.Lock()
        self._is_closing = False

    def __enter__(self) -> _Others:
        return self

    def __exit__(self, *_: object) -> None:
        # They only read: nothing is lost where they stop.
        with self._starting:
            self._is_closing = True
            for other in self._all:
                other.end()
        self._threads.shutdown(cancel_futures=True)

    def ask(self, item: Input) -> Future[Prepared]:
        """Have an input prepared."""
        return self._threads.submit(self._prepare, item)

    def _prepare(self, item: Input) -> Prepared:
        for _ in range(2):  # one that somebody stopped is no fault of the report
            other = self._take()
            try:
                answer = other.ask(item)
            except TimeoutError:
                other.end()
                return _lost(item, _HUNG)
            except (EOFError, OSError):
                other.end()
                continue
            self._idle.put(other)
            if isinstance(answer, MarsadError):
                raise answer
            return answer
        return _lost(item, _KILLED)

    def _take(self) -> _Other:
        """One that waits, or a new one."""
        with contextlib.suppress(queue.Empty):
            return self._idle.get_nowait()
        with self._starting:
            if self._is_closing:
                raise EOFError("reading was stopped")
            other = _Other(self._crew, self._run)
            self._all = [*(o for o in self._all if o.is_alive()), other]
            return other


class _Other:
    """Another process that reads, and the line to it."""

    def __init__(self, crew: Crew, run: int) -> None:
        # A process of its own start: what this one holds open must not be shared with another.
        spawned = multiprocessing.get_context("spawn")
        self._line, far_end = spawned.Pipe()
        self._process: BaseProcess = spawned.Process(target=_serve, args=(far_end, crew, run), daemon=True)
        self._process.start()
        far_end.close()

    def ask(self, item: Input) -> Prepared | MarsadError:
        self._line.send(item)
        if not self._line.poll(_LONGEST_S):
            raise TimeoutError
        answer: Prepared | MarsadError = self._line.recv()
        return answer

    def is_alive(self) -> bool:
        return self._process.is_alive()

    def end(self) -> None:
        self._process.kill()
        self._process.join()


def _lost(item: Input, reason: str) -> Prepared:
    where = item.place if isinstance(item, Received) else "a report"
    problem = InputProblem(where=where, reason=reason, remedy=_REMEDY)
    return Prepared(outcome=Outcome(state="failed", problem=str(problem), reason=reason))


# ---- in the other process -------------------------------------------------------------------------------------------


def _serve(line: Connection, crew: Crew, run: int) -> None:
    """Prepare what is asked for until nobody asks any more."""
    from marsad.record import open_record

    begin_to_help()
    gc.disable()
    asked = 0
    with contextlib.suppress(EOFError, BrokenPipeError), contextlib.ExitStack() as stack:
        reader: Reads | None = None
        record: Record | None = None
        while True:
            item: Input = line.recv()
            asked += 1
            if asked % _SWEPT == 0:
                gc.collect()
            try:
                # Only now, so that what is wrong with them is said to whoever asks.
                if reader is None:
                    reader = crew.load()
                    # Matrices are so small that several threads for one product take thrice the processor time.
                    stack.enter_context(threadpool_limits(limits=1, user_api="blas"))
                record = record or stack.enter_context(open_record(crew.location, create=False))
                answer: Prepared | MarsadError = _light(item, prepare(item, reader, record, run))
            except MarsadError as error:
                answer = error
            except Exception as error:
                answer = InternalError(f"A process that reads failed ({type(error).__name__}: {error}).")
            line.send(answer)


def _light(item: Input, prepared: Prepared) -> Prepared:
    taken = prepared.taken
    if taken is None or not isinstance(item, Received):
        return prepared
    bare = msgspec.structs.replace(taken.received, content=b"")
    return msgspec.structs.replace(prepared, taken=msgspec.structs.replace(taken, received=bare))
