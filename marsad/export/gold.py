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
from marsad.model import CodedDocument, Event, Span
from marsad.publication.items import Telling

_STEP = 8
"""Characters by which a quotation grows on both sides until it is found once."""
_HEAD = 60


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
        "events": [gold_event(t.event, document.text) for t in tellings],
    }


def gold_case(coded: CodedDocument, made: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a report as a case of gold, with its text, its stories and these events."""
    document = coded.document
    stories = []
    for story in coded.stories:
        words = document.text[story.start : min(story.end, story.start + _HEAD)].strip()
        start = document.text.find(words, story.start)
        if words:
            told = quote_of(Span(start, start + len(words), words), document.text)["context"]
            stories.append({"context": told, **({"published": story.published} if story.published else {})})
    return {
        "id": document.id,
        "text": document.text,
        "published": document.published,
        "publisher": document.publisher,
        "stories": stories,
        "events": made,
    }


def gold_event(event: Event, text: str) -> dict[str, Any]:
    """Return an event in the gold format: words with the context that finds them in the text of its report."""
    found = event_to_contract(event)
    kept = {name: found[name] for name in ("type", "modes", "status")}
    kept |= {"id": event.id, "trigger": quote_of(event.trigger, text)}
    kept["mentions"] = [quote_of(m, text) for m in event.mentions]
    for role in ("actor", "recipient", "places", "weapons", "casualties", "damage", "source"):
        kept[role] = [{k: v for k, v in value.items() if k not in ("start", "end")} for value in found[role]]
    kept["date"] = found["date"]
    if found["money"]:
        kept["money"] = {k: v for k, v in found["money"].items() if k not in ("start", "end")}
    if event.generic:
        kept["generic"] = True
    return kept


def quote_of(span: Span, text: str) -> dict[str, str]:
    """Return the words with a longer piece of the text that is found once."""
    start, end = span.start, span.end
    while text.count(text[start:end]) > 1 and (start > 0 or end < len(text)):
        start, end = max(0, start - _STEP), min(len(text), end + _STEP)
    return {"text": span.text, "context": text[start:end]}
