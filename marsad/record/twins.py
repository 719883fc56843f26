"""Copies that are read once: a report whose text stands in the record already, word for word, takes over what was read.

Reading looks at the text and the day of publication alone, so that the result is what reading again would give, whichever of
the two came first. Copies with another headline or small edits are read: a number that an outlet changed is what matters.
"""

from __future__ import annotations

import hashlib

import msgspec
import sqlalchemy as sa

from marsad.model import CodedDocument, Document
from marsad.record import query, revising
from marsad.record.schema import documents, runs
from marsad.record.statements import Statement

_HAS_TEXT = (documents.c.hash == sa.bindparam("hash"), documents.c.id != sa.bindparam("id"))
_SAME = Statement(sa.select(documents.c.key).where(*_HAS_TEXT).limit(1))
_OWN = sa.select(runs).where(runs.c.key == sa.bindparam("run")).subquery()
_TWINS = Statement(
    sa.select(documents.c.id)
    .join(runs, runs.c.key == documents.c.run)
    .join(_OWN, sa.and_(_OWN.c.coder == runs.c.coder, _OWN.c.data == runs.c.data))
    .where(*_HAS_TEXT, documents.c.current.is_(True), documents.c.language.is_not(None))
    .where(sa.func.coalesce(sa.func.substr(documents.c.published, 1, 10), "") == sa.bindparam("day"))
    .order_by(documents.c.key)
    .limit(1)
)


def find(connection: sa.Connection, document: Document, run: int) -> CodedDocument | None:
    """Return the reading of this text by the same coder with the same data, its events named after this report; None if the
    record has none, or if the dates of single stories are known from outside the text.
    """
    if document.story_dates:
        return None
    wanted = {"hash": _hash(document), "id": document.id, "day": (document.published or "")[:10], "run": run}
    found = _TWINS.column(connection, wanted)
    if not found:
        return None
    name = found[0]
    read = revising.read_by_machine(connection, query.find(connection, name)[1])
    if any(story.published for story in read.stories):
        return None  # perhaps the other report came with dates for its stories
    events = tuple(msgspec.structs.replace(e, id=document.id + e.id.removeprefix(name)) for e in read.events)
    same = {"language": read.language, "stories": read.stories, "problems": read.problems}
    return CodedDocument(document=document, events=events, **same)  # type: ignore[arg-type]


def has_text(connection: sa.Connection, document: Document) -> bool:
    """Say whether another report of the record has just this text."""
    return bool(_SAME.column(connection, {"hash": _hash(document), "id": document.id}))


def _hash(document: Document) -> str:
    return hashlib.sha256(document.text.encode("utf-8")).hexdigest()
