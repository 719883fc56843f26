"""Other processes that compare events while all incidents are built anew: each takes portions of the events in the order of
their days, with those before them that they may meet. What comes out is the same, whoever compares.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing.connection import wait

import sqlalchemy as sa

from marsad.link.facets import LONGEST_DAYS
from marsad.record import looking
from marsad.record.database import make_engine
from marsad.record.linking import Linker
from marsad.record.members import Member
from marsad.record.sweep import Nearby, Seat

_PORTION = 5_000
_AT_ONCE = 1_000


def compare_all(
    connection: sa.Connection, order: Sequence[Seat], linker: Linker, skip: int = 0
) -> Iterator[dict[int, float]]:
    """Yield for each event its links to those before it in the order; the first few are only met by the others."""
    kin: looking.Kin = {}
    nearby = Nearby(lambda a, b: linker.tie(a, b, kin))
    for start in range(0, len(order), _AT_ONCE):
        some = order[start : start + _AT_ONCE]
        found = {row.event: Member(row) for row in looking.rows_of(connection, [seat.key for seat in some])}
        kin.update(looking.kin_of(connection, {member.document for member in found.values()}))
        for at, seat in enumerate(some, start):
            ties = nearby.take(found[seat.key], seat, compare=at >= skip)
            if at >= skip:
                yield ties


class Helpers:
    """Processes that compare the events of the record at `location`, each a `portion` at a time."""

    def __init__(self, location: str, count: int, portion: int = _PORTION) -> None:
        self._location = location
        self._count = count
        self.portion = portion

    def compare(self, order: Sequence[Seat], weights: Mapping[str, float]) -> Iterator[dict[int, float]]:
        """Yield for each event, in order, its links to those before it."""
        # A process of its own start: what this one holds open must not be shared with another.
        spawned = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(self._count, mp_context=spawned, initializer=begin_to_help)
        ahead: deque[Future[list[dict[int, float]]]] = deque()
        try:
            for start in range(0, len(order), self.portion):
                before = _before(order, start)
                some = [*before, *order[start : start + self.portion]]
                ahead.append(pool.submit(_compare_portion, self._location, some, len(before), dict(weights)))
                if len(ahead) > 2 * self._count:
                    yield from ahead.popleft().result()
            while ahead:
                yield from ahead.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


def _before(order: Sequence[Seat], start: int) -> list[Seat]:
    """Those before this place in the order that may meet somebody from there on."""
    first, at = order[start].first, start
    found = []
    while at and order[at - 1].first >= first - LONGEST_DAYS:
        at -= 1
        if order[at].last >= first:
            found.append(order[at])
    return found[::-1]


def _compare_portion(
    location: str, order: Sequence[Seat], skip: int, weights: Mapping[str, float]
) -> list[dict[int, float]]:
    engine = make_engine(location, create=False)
    try:
        with engine.connect() as connection:
            return list(compare_all(connection, order, Linker(weights), skip))
    finally:
        engine.dispose()


def begin_to_help() -> None:
    """Leave being stopped to the process that asked this one for help, and end when it ends, however it does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
