"""The gold format: reports with what was read out of them, as annotators write it and the scorer reads it.

Events of one report must come one after the other, with the text of their report.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any, BinaryIO

import msgspec

from marsad.errors import InputError
from marsad.export.contract import event_to_contract
from marsad.export.frame import Frame
from marsad.model import Document, Span
from marsad.publication.items import Telling

_STEP = 8
"""Characters by which a quotation grows on both sides until it is found once."""


def write_gold(items: Iterable[Any], stream: BinaryIO, frame: Frame) -> int:
    """Write one report a line, with its text; returns how many events.

    Raises:
        InputError: the items are incidents, or come without the text of their reports.
    """
    if frame.subject != "events":
        raise InputError("The gold format holds events of reports; export events.")
    count = 0
    for _, told in itertools.groupby(items, lambda t: t.document.id):
        tellings = list(told)
        count += len(tellings)
        stream.write(msgspec.json.encode(_report(tellings)) + b"\n")
    return count


def _report(tellings: list[Telling]) -> dict[str, Any]:
    document = tellings[0].document
    if not document.text:
        raise InputError("The gold format quotes reports, and the publication policy withholds their words.")
    return {
        "id": document.id,
        "text": document.text,
        "published": document.published,
        "publisher": document.publisher,
        "stories": [],
        "events": [_event(t, document) for t in tellings],
    }


def _event(telling: Telling, document: Document) -> dict[str, Any]:
    event = telling.event
    found = event_to_contract(event)
    kept = {name: found[name] for name in ("type", "modes", "status")}
    kept |= {"id": event.id, "trigger": _quote(event.trigger, document.text)}
    kept["mentions"] = [_quote(m, document.text) for m in event.mentions]
    for role in ("actor", "recipient", "places", "weapons", "casualties", "damage", "source"):
        kept[role] = [{k: v for k, v in value.items() if k not in ("start", "end")} for value in found[role]]
    kept["date"] = found["date"]
    if found["money"]:
        kept["money"] = {k: v for k, v in found["money"].items() if k not in ("start", "end")}
    if event.generic:
        kept["generic"] = True
    return kept


def _quote(span: Span, text: str) -> dict[str, str]:
    """The words with a longer piece of the text that is found once."""
    start, end = span.start, span.end
    while text.count(text[start:end]) > 1 and (start > 0 or end < len(text)):
        start, end = max(0, start - _STEP), min(len(text), end + _STEP)
    return {"text": span.text, "context": text[start:end]}
