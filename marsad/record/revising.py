"""What people say of words in a report, in the log of judgements: written down, put in force, taken back.

The machine's reading of a corrected report is kept beside the events that hold, so that taking a correction back gives just
that reading again, and another reading takes its place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from marsad import corrections
from marsad.corrections import Correction, Said
from marsad.errors import RecordError
from marsad.link.model import ReportSketch
from marsad.model import CodedDocument, Event, Story
from marsad.record import adding, incidents, judging, query
from marsad.record.judging import StoredJudgement
from marsad.record.linking import Linker
from marsad.record.schema import documents, judgements, machine_readings
from marsad.record.statements import Statement

Sketching = Callable[[CodedDocument], ReportSketch | None]
"""Makes the sketch by which a reading is linked; the reader does."""


class Tools(NamedTuple):
    """What revising a report takes: the linker, the fold of the language, and what sketches a reading."""

    linker: Linker
    fold: Callable[[str], str]
    sketch: Sketching | None


class _Reading(msgspec.Struct, frozen=True):
    """What the machine read in a report."""

    stories: tuple[Story, ...]
    events: tuple[Event, ...]


_reading = msgspec.json.Decoder(_Reading)
_correction = msgspec.json.Decoder(Correction)
_to_json = msgspec.json.Encoder()
_ABOUT = Statement(
    sa.select(judgements.c.key).where(
        judgements.c.left_report == sa.bindparam("report"), judgements.c.detail.is_not(None)
    )
)


def judge(connection: sa.Connection, tools: Tools, judgement: StoredJudgement) -> int:
    """Write any judgement down, and put in force what follows from it; returns its number.

    Raises:
        RecordError: it names what is not there, or nothing that can be judged.
    """
    if judgement.kind in corrections.KINDS and judgement.detail is None:
        raise RecordError(f"{judgement.kind!r} is said of words of a report; pick them on the desk.")
    if judgement.detail is None:
        key = incidents.judge(connection, tools.linker, judgement)
        root = _root(connection, judgement.undoes) if judgement.kind == "undo" else None
        if root is not None:
            _revise(connection, tools, root)
        return key
    _check(connection, judgement.left, judgement.detail)
    key = judging.write(connection, judgement, None, None)
    _revise(connection, tools, judgement.left)
    return key


def _check(connection: sa.Connection, report: str, said: Correction) -> None:
    """See that the words stand in the report, and that the event is there."""
    _, coded, event = query.find(connection, report)
    if event is not None or coded.document.id != report:
        raise RecordError(f"{report!r} is no report; `marsad reports` lists the ids.")
    text = coded.document.text
    if not said.span.text.strip() or text[said.span.start : said.span.end] != said.span.text:
        sentence = f"The words {said.span.text!r} do not stand there in {report}; pick them again."
        raise RecordError(sentence).known_as("pick_words", words=said.span.text[:80])
    if said.kind in ("set", "remove", "drop") and corrections.find(coded.events, said.seats, said.event) is None:
        raise RecordError(f"There is no such event in {report} any more; open the report anew.").known_as("pick_gone")


def _root(connection: sa.Connection, key: int | None) -> str | None:
    """The report whose text the judgement at the end of a chain of undoings is about; None if it is about none."""
    row = connection.execute(sa.select(judgements).where(judgements.c.key == key)).first() if key else None
    while row is not None and row.undoes is not None:
        row = connection.execute(sa.select(judgements).where(judgements.c.key == row.undoes)).first()
    return str(row.left_report) if row is not None and row.detail is not None else None


def said_of(connection: sa.Connection, report: str) -> list[Said]:
    """Return the corrections in force on a report, the earliest first."""
    if not _ABOUT.column(connection, {"report": report}):
        return []
    undone = judging.undone_keys(connection)
    select = sa.select(judgements.c.key, judgements.c.author, judgements.c.detail)
    select = select.where(judgements.c.left_report == report, judgements.c.detail.is_not(None))
    rows = connection.execute(select.order_by(judgements.c.key))
    return [Said(row.key, row.author, _correction.decode(row.detail)) for row in rows if row.key not in undone]


def corrected(connection: sa.Connection, coded: CodedDocument) -> CodedDocument:
    """Return a reading as people corrected it; the same object where they said nothing that holds for it."""
    said = said_of(connection, coded.document.id)
    return corrections.apply(coded, said) if said else coded


def read_by_machine(connection: sa.Connection, coded: CodedDocument) -> CodedDocument:
    """Return what the machine read in a current report, given what the record holds of it."""
    stored = connection.scalar(
        sa.select(machine_readings.c.reading)
        .join(documents, documents.c.key == machine_readings.c.document)
        .where(documents.c.id == coded.document.id, documents.c.current.is_(True))
    )
    if stored is None:
        return coded
    found = _reading.decode(stored)
    return msgspec.structs.replace(coded, stories=found.stories, events=found.events)


def keep(connection: sa.Connection, machine: CodedDocument, *, corrected: bool) -> None:
    """Keep what the machine read in a current report, or let it go where nothing is corrected any more."""
    key = connection.scalar(
        sa.select(documents.c.key).where(documents.c.id == machine.document.id, documents.c.current.is_(True))
    )
    connection.execute(machine_readings.delete().where(machine_readings.c.document == key))
    if corrected:
        reading = _to_json.encode(_Reading(machine.stories, machine.events)).decode()
        connection.execute(machine_readings.insert(), {"document": key, "reading": reading})


def _revise(connection: sa.Connection, tools: Tools, report: str) -> None:
    """Put in force what people say of a report now."""
    if tools.sketch is None:
        raise RecordError("What people say of the text of a report takes a reader, to link it anew.")
    coded = query.find(connection, report)[1]
    machine = read_by_machine(connection, coded)
    made = corrected(connection, machine)
    run = connection.scalar(
        sa.select(documents.c.run).where(documents.c.id == report, documents.c.current.is_(True)).limit(1)
    )
    sketch = tools.sketch(made)
    adding.add(connection, made, (int(run or 0), True), tools.fold, (tools.linker, sketch))
    keep(connection, machine, corrected=made is not machine)
