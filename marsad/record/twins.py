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


def find(connection: sa.Connection, document: Document, run: int) -> CodedDocument | None:
    """Return the reading of this text by the same coder with the same data, its events named after this report; None if the
    record has none, or if the dates of single stories are known from outside the text.
    """
    if document.story_dates:
        return None
    day = (document.published or "")[:10]
    own = sa.select(runs).where(runs.c.key == run).subquery()
    select = (
        sa.select(documents.c.id)
        .join(runs, runs.c.key == documents.c.run)
        .join(own, sa.and_(own.c.coder == runs.c.coder, own.c.data == runs.c.data))
        .where(documents.c.hash == hashlib.sha256(document.text.encode("utf-8")).hexdigest())
        .where(documents.c.current.is_(True), documents.c.language.is_not(None), documents.c.id != document.id)
        .where(sa.func.coalesce(sa.func.substr(documents.c.published, 1, 10), "") == day)
        .order_by(documents.c.key)
        .limit(1)
    )
    name = connection.scalar(select)
    if name is None:
        return None
    read = revising.read_by_machine(connection, query.find(connection, name)[1])
    if any(story.published for story in read.stories):
        return None  # perhaps the other report came with dates for its stories
    events = tuple(msgspec.structs.replace(e, id=document.id + e.id.removeprefix(name)) for e in read.events)
    return CodedDocument(document=document, language=read.language, stories=read.stories, events=events)


def has_text(connection: sa.Connection, document: Document) -> bool:
    """Say whether another report of the record has just this text."""
    digest = hashlib.sha256(document.text.encode("utf-8")).hexdigest()
    same = sa.select(documents.c.key).where(documents.c.hash == digest, documents.c.id != document.id).limit(1)
    return connection.scalar(same) is not None
