"""The two things that are published: an event as one report tells it, and an incident as all reports tell it."""

from __future__ import annotations

import msgspec

from marsad.link.summary import Summary
from marsad.model import Document, Event


class Telling(msgspec.Struct, frozen=True, kw_only=True):
    """An event of one report. `document.text` is empty unless the format quotes from it; `incident` is the id of the
    incident that it is part of, `verdict` what people said of that (confirmed, rejected), both None if unknown.
    `text_hash` is the hash of the report's text, from which the id is made that it is published under.
    """

    document: Document
    event: Event
    incident: str | None = None
    verdict: str | None = None
    text_hash: str = ""


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """An incident: `reports` is how many tell it, `sources` how many are independent; `verdict` as in `Telling`.
    `reported` is when its last report was published, None if unknown.
    """

    id: str
    summary: Summary
    reports: int
    sources: int
    contradicted: bool
    verdict: str | None = None
    reported: str | None = None


Item = Telling | Happening
