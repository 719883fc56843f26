"""What people judged: an append-only log. The latest judgement wins, each can be undone, and none is lost by re-reading.

A judgement names an event by its report and the seats of its mentions; the event that another reading finds there takes it
on.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec
import sqlalchemy as sa

from marsad.corrections import KINDS as TEXT_KINDS
from marsad.corrections import Correction
from marsad.errors import RecordError
from marsad.link.model import FIELDS, EventSketch
from marsad.link.resolver import Ruling
from marsad.link.summary import Ruled
from marsad.record.schema import documents, judgements, sketches
from marsad.record.statements import Statement
from marsad.record.undoing import taken_back

KINDS = ("same", "not-same", "confirm", "reject", "correct", "undo", "note", "assign", *TEXT_KINDS)
"""What a judgement says of events; `note` and `assign` change nothing, their words are the `reason`. Those of
`TEXT_KINDS` are about words of a report, which `detail` holds."""

_seats = msgspec.json.Decoder(tuple[tuple[int, int], ...])
_sketch = msgspec.json.Decoder(EventSketch)
_detail = msgspec.json.Decoder(Correction)
_to_json = msgspec.json.Encoder()


_ANY = Statement(sa.select(judgements.c.key).limit(1))


class StoredJudgement(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the log; `undone` says that a later row took it back."""

    key: int
    at: str
    author: str
    kind: str
    left: str
    right: str | None = None
    field: str | None = None
    value: int | None = None
    reason: str | None = None
    undoes: int | None = None
    undone: bool = False
    detail: Correction | None = None


class Rulings(msgspec.Struct):
    """The judgements in force on some reports: on pairs of events by anchor, and on single events with their order."""

    pairs: list[Ruling] = []
    values: dict[str, list[tuple[int, str, int]]] = {}
    verdicts: dict[str, list[tuple[int, str]]] = {}

    def merged(self, other: Rulings) -> Rulings:
        """Return both, each judgement once."""
        values = {a: sorted({*self.values.get(a, []), *other.values.get(a, [])}) for a in self.values | other.values}
        verdicts = {
            a: sorted({*self.verdicts.get(a, []), *other.verdicts.get(a, [])}) for a in self.verdicts | other.verdicts
        }
        return Rulings(list(dict.fromkeys([*self.pairs, *other.pairs])), values, verdicts)

    def of(self, anchors: Iterable[str]) -> Ruled:
        """Return what is ruled for the incident of these events; the latest judgement wins."""
        own = list(anchors)
        values = sorted(v for a in own for v in self.values.get(a, ()))
        verdicts = sorted(v for a in own for v in self.verdicts.get(a, ()))
        return Ruled({field: value for _, field, value in values}, verdicts[-1][1] if verdicts else None)


def has_any(connection: sa.Connection) -> bool:
    """Say whether anybody judged anything in this record."""
    return bool(_ANY.column(connection))


def reports(connection: sa.Connection) -> set[str]:
    """Return the reports that any judgement is about."""
    rows = connection.execute(sa.select(judgements.c.left_report, judgements.c.right_report))
    return {report for row in rows for report in row if report}


def load(connection: sa.Connection, reports: Collection[str]) -> Rulings:
    """Return the judgements in force that touch these reports."""
    wanted = list(reports)
    rows = connection.execute(
        sa.select(judgements)
        .where(judgements.c.left_report.in_(wanted) | judgements.c.right_report.in_(wanted))
        .order_by(judgements.c.key)
    ).all()
    undone = undone_keys(connection)
    found = Rulings()
    for row in rows:
        if row.key in undone:
            continue
        left = _find(connection, row.left_report, row.left_seats)
        if left is None:
            continue
        if row.kind in ("same", "not-same"):
            right = _find(connection, row.right_report, row.right_seats)
            if right is not None and right != left:
                found.pairs.append(Ruling(left, right, row.kind == "same", row.key))
        elif row.kind == "correct":
            found.values.setdefault(left, []).append((row.key, row.field, row.value))
        elif row.kind in ("confirm", "reject"):
            verdict = "confirmed" if row.kind == "confirm" else "rejected"
            found.verdicts.setdefault(left, []).append((row.key, verdict))
    return found


def undone_keys(connection: sa.Connection) -> set[int]:
    """Return the keys of judgements that were undone; an undoing that was itself undone does not count."""
    rows = connection.execute(
        sa.select(judgements.c.key, judgements.c.undoes)
        .where(judgements.c.undoes.is_not(None))
        .order_by(judgements.c.key)
    )
    return taken_back(rows.all())


def _find(connection: sa.Connection, report: str, seats: str) -> str | None:
    """The anchor of the event that now stands where the judged one stood: the one that shares most of its words."""
    wanted = _seats.decode(seats)
    best: tuple[int, str] | None = None
    select = sa.select(sketches.c.sketch, sketches.c.anchor).join(documents, documents.c.key == sketches.c.document)
    for row in connection.execute(select.where(documents.c.id == report)):
        sketch = _sketch.decode(row.sketch)
        shared = sum(
            1 for start, end in wanted if any(start < other_end and other < end for other, other_end, _ in sketch.seats)
        )
        if shared and (best is None or (shared, row.anchor) > best):
            best = (shared, row.anchor)
    return best[1] if best else None


def write(
    connection: sa.Connection,
    judgement: StoredJudgement,
    left: EventSketch | None,
    right: EventSketch | None,
) -> int:
    """Append a judgement on one event or two; returns its key.

    Raises:
        RecordError: an unknown kind or outcome, or nothing to undo.
    """
    if judgement.kind not in KINDS:
        raise RecordError(f"{judgement.kind!r} is no judgement; give one of {', '.join(KINDS)}.")
    if judgement.kind == "correct" and judgement.field not in FIELDS:
        raise RecordError(f"{judgement.field!r} is no figure of an incident; give one of {', '.join(FIELDS)}.")
    row = {
        "at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "author": judgement.author,
        "kind": judgement.kind,
        "left_report": left.report if left else judgement.left,
        "left_seats": _places(left)
        if judgement.detail is None
        else _to_json.encode(_seats_of(judgement.detail)).decode(),
        "right_report": right.report if right else None,
        "right_seats": _places(right) if right else None,
        "field": judgement.field,
        "value": judgement.value,
        "reason": judgement.reason,
        "undoes": judgement.undoes,
        "detail": _to_json.encode(judgement.detail).decode() if judgement.detail else None,
    }
    made = connection.execute(judgements.insert(), row).inserted_primary_key
    return int(made[0]) if made else 0


def _seats_of(said: Correction) -> tuple[tuple[int, int], ...]:
    """Where what a person said of words is shown: at the event it is about, else at the words."""
    return said.seats or ((said.span.start, said.span.end),)


def _places(event: EventSketch | None) -> str:
    return _to_json.encode([seat[:2] for seat in event.seats] if event else []).decode()


def get(connection: sa.Connection, key: int) -> StoredJudgement:
    """Return a judgement.

    Raises:
        RecordError: there is none with this number.
    """
    row = connection.execute(sa.select(judgements).where(judgements.c.key == key)).first()
    if row is None:
        raise RecordError(f"There is no judgement number {key}; `marsad judge list` lists them.")
    return _stored(row, undone_keys(connection))


def list_all(connection: sa.Connection) -> list[StoredJudgement]:
    """Return every judgement, the oldest first."""
    undone = undone_keys(connection)
    return [_stored(row, undone) for row in connection.execute(sa.select(judgements).order_by(judgements.c.key))]


def list_all_of(connection: sa.Connection, report: str) -> list[StoredJudgement]:
    """Return the judgements whose left side is this report, the oldest first."""
    undone = undone_keys(connection)
    rows = connection.execute(
        sa.select(judgements).where(judgements.c.left_report == report).order_by(judgements.c.key)
    )
    return [_stored(row, undone) for row in rows]


def list_about(connection: sa.Connection, seats: Mapping[str, Collection[tuple[int, int]]]) -> list[StoredJudgement]:
    """Return the judgements on events that stand at these places of reports, and what took them back, the oldest first."""
    names = list(seats)
    is_near = judgements.c.left_report.in_(names) | judgements.c.right_report.in_(names)
    found = []
    for row in connection.execute(sa.select(judgements).where(is_near).order_by(judgements.c.key)):
        sides = ((row.left_report, row.left_seats), (row.right_report, row.right_seats))
        if any(_meets(judged, seats.get(report, ())) for report, judged in sides if report and judged):
            found.append(row)
    keys = {row.key for row in found}
    undoing = sa.select(judgements).where(judgements.c.undoes.is_not(None)).order_by(judgements.c.key)
    for row in connection.execute(undoing) if keys else ():
        if row.undoes in keys:
            keys.add(row.key)
            found.append(row)
    undone = undone_keys(connection)
    return [_stored(row, undone) for row in sorted(found, key=lambda row: row.key)]


def reason_against(connection: sa.Connection, incident: str) -> str | None:
    """Return what the latest judgement in force that rejects an incident gives as its reason, None where it gives none."""
    own = set(connection.scalars(sa.select(sketches.c.anchor).where(sketches.c.incident == incident)))
    told = sa.select(documents.c.id).join(sketches, sketches.c.document == documents.c.key)
    select = sa.select(judgements.c.key, judgements.c.reason).where(
        judgements.c.kind == "reject", judgements.c.left_report.in_(told.where(sketches.c.incident == incident))
    )
    undone = undone_keys(connection)
    for row in connection.execute(select.order_by(judgements.c.key.desc())).all():
        if row.key not in undone and own & set(anchors_of(connection, row.key)):
            return str(row.reason) if row.reason else None
    return None


def _meets(judged: str, seats: Collection[tuple[int, int]]) -> bool:
    return any(start < b and a < end for start, end in _seats.decode(judged) for a, b in seats)


def reports_of(connection: sa.Connection, key: int) -> list[tuple[str, str]]:
    """Return the reports that a judgement is about, each with the seats of the event."""
    row = connection.execute(sa.select(judgements).where(judgements.c.key == key)).one()
    found = [(row.left_report, row.left_seats)]
    return [*found, (row.right_report, row.right_seats)] if row.right_report else found


def anchors_of(connection: sa.Connection, key: int) -> Sequence[str]:
    """Return the anchors of the events that a judgement is about, as far as they are still there."""
    found = (_find(connection, report, seats) for report, seats in reports_of(connection, key))
    return [anchor for anchor in found if anchor]


def _stored(row: sa.Row[tuple[object, ...]], undone: set[int]) -> StoredJudgement:
    return StoredJudgement(
        key=row.key,
        at=row.at,
        author=row.author,
        kind=row.kind,
        left=row.left_report,
        right=row.right_report,
        field=row.field,
        value=row.value,
        reason=row.reason,
        undoes=row.undoes,
        undone=row.key in undone,
        detail=_detail.decode(row.detail) if row.detail else None,
    )
