"""The review queue in the record: which incident is next, how far people have come, how often two of them agree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from marsad.record import judging
from marsad.record.schema import incidents, judgements, sketches

MOST_SKIPPED = 100
_ANSWERS = ("confirm", "reject")


class Progress(NamedTuple):
    """How many incidents there are, how many have an answer, and how many answers are one person's own."""

    total: int
    done: int
    own: int


class Agreement(NamedTuple):
    """Of the events that two people or more answered, how many have one answer."""

    both: int
    same: int


def following(
    connection: sa.Connection,
    author: str,
    skipped: Sequence[str],
    *,
    is_second: bool = False,
    among: Collection[str] | None = None,
) -> str | None:
    """Return the incident that matters most and is most doubtful, of those without an answer; with `is_second` of those
    that others answered and this author did not; or of those named in `among`. None if none is left.
    """
    select = sa.select(incidents.c.id).order_by(sa.nulls_last(incidents.c.priority.desc()), incidents.c.id).limit(1)
    if skipped:
        select = select.where(incidents.c.id.not_in(list(skipped)))
    if among is not None:
        return connection.scalar(select.where(incidents.c.id.in_(list(among))))
    if not is_second:
        return connection.scalar(select.where(incidents.c.verdict.is_(None)))
    own = _answered(connection, author)
    select = select.where(incidents.c.verdict.is_not(None))
    return connection.scalar(select.where(incidents.c.id.not_in(list(own))) if own else select)


def assigned(connection: sa.Connection, author: str) -> set[str]:
    """Return the incidents that were last assigned to a person, by name, and that the person did not answer yet."""
    rows = connection.execute(
        sa.select(judgements.c.key, judgements.c.reason).where(judgements.c.kind == "assign").order_by(judgements.c.key)
    ).all()
    undone = judging.undone_keys(connection) if rows else set()
    to: dict[str, str] = {}
    for row in rows:
        if row.key not in undone:
            anchors = list(judging.anchors_of(connection, row.key))
            for name in connection.scalars(sa.select(sketches.c.incident).where(sketches.c.anchor.in_(anchors))):
                if name:
                    to[name] = (row.reason or "").strip().casefold()
    own = {name for name, person in to.items() if person == author.strip().casefold()}
    return own - _answered(connection, author) if own else own


def _answered(connection: sa.Connection, author: str) -> set[str]:
    """The incidents that a person answered, as far as their reports are still there."""
    rows = connection.execute(
        sa.select(judgements.c.key, judgements.c.left_report).where(
            judgements.c.author == author, judgements.c.kind.in_(_ANSWERS)
        )
    )
    undone = judging.undone_keys(connection)
    found: set[str] = set()
    for row in rows:
        if row.key not in undone:
            anchors = list(judging.anchors_of(connection, row.key))
            found |= set(connection.scalars(sa.select(sketches.c.incident).where(sketches.c.anchor.in_(anchors))))
    return {name for name in found if name}


def progress(connection: sa.Connection, author: str) -> Progress:
    """Return how far the review has come."""
    total = connection.scalar(sa.select(sa.func.count()).select_from(incidents))
    done = connection.scalar(sa.select(sa.func.count()).where(incidents.c.verdict.is_not(None)))
    mine = sa.select(sa.func.count()).where(judgements.c.author == author, judgements.c.kind.in_(_ANSWERS))
    return Progress(int(total or 0), int(done or 0), int(connection.scalar(mine) or 0))


def agreement(connection: sa.Connection) -> Agreement:
    """Return how often people agree: the last answer of each to the same event counts."""
    undone = judging.undone_keys(connection)
    said: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    rows = sa.select(judgements).where(judgements.c.kind.in_(_ANSWERS)).order_by(judgements.c.key)
    for row in connection.execute(rows):
        if row.key not in undone:
            said[row.left_report, row.left_seats][row.author] = row.kind
    both = [set(answers.values()) for answers in said.values() if len(answers) > 1]
    return Agreement(len(both), sum(1 for answers in both if len(answers) == 1))
