"""What the API answers, for its description: the shapes of the JSON of `export/contract.py` and `export/incidents.py`.

A field with a default may be missing. A test holds real answers to these shapes.
"""

from __future__ import annotations

from typing import Any

import msgspec
from litestar.openapi.datastructures import ResponseSpec


class Shape(msgspec.Struct, forbid_unknown_fields=True):
    """A JSON object with just these fields."""


class Words(Shape, kw_only=True):
    """Words of a report: offsets in code points, end exclusive; empty where the policy withholds words."""

    start: int
    end: int
    text: str


class Days(Shape, kw_only=True):
    """The first and the last day it may have happened on, ISO 8601."""

    start: str
    end: str


class Party(Words, kw_only=True):
    """Who did it, or to whom: `country` is ISO 3166-1 alpha-3, `sector` a code of the codebook."""

    name: str | None
    country: str | None
    sector: str | None
    inferred: bool = False


class EventPlace(Words, kw_only=True):
    """A place of an event."""

    name: str | None
    country: str | None
    lat: float | None
    lon: float | None
    level: str | None
    id: str | None
    inferred: bool = False


class Counted(Words, kw_only=True):
    """Something counted: "at least 17" has no `max`, "up to 17" no `min`, "dozens" neither but `vague`."""

    min: int | None
    max: int | None
    approx: bool = False
    vague: str | None = None
    joint: int | None = None
    subset: bool = False


class Weapon(Counted, kw_only=True):
    """A weapon."""

    kind: str


class Casualties(Counted, kw_only=True):
    """How many of whom met which outcome."""

    outcome: str
    who: str | None


class Damaged(Counted, kw_only=True):
    """Something damaged."""

    object: str


class Sum(Words, kw_only=True):
    """A sum of money in units of `currency` (ISO 4217)."""

    min: int | None
    max: int | None
    currency: str | None


class Source(Words, kw_only=True):
    """Whom the report cites."""

    name: str | None
    inferred: bool = False


class ReadEvent(Shape, kw_only=True):
    """An event as one report tells it."""

    id: str
    type: str
    modes: list[str]
    status: str
    generic: bool
    confidence: float
    trigger: Words
    mentions: list[Words]
    actor: list[Party]
    recipient: list[Party]
    places: list[EventPlace]
    date: Days | None
    date_text: Words | None
    weapons: list[Weapon]
    casualties: list[Casualties]
    damage: list[Damaged]
    money: Sum | None
    source: list[Source]
    people: list[str] = []


class KeptEvent(ReadEvent, kw_only=True):
    """An event with its report and the incident that it is part of."""

    report: str
    published: str | None
    publisher: str | None
    url: str | None
    incident: str | None
    verdict: str | None


class Story(Shape, kw_only=True):
    """A separate item in a report."""

    start: int
    end: int
    published: str | None


class Report(Shape, kw_only=True):
    """What a posted report says."""

    id: str
    published: str | None
    publisher: str | None
    language: str | None
    stories: list[Story]
    events: list[ReadEvent]


class Where(Shape, kw_only=True):
    """A place of an incident."""

    name: str
    country: str | None
    lat: float | None
    lon: float | None
    id: str | None


class Mention(Shape, kw_only=True):
    """Where a report tells of an incident."""

    doc: str
    event: str
    start: int
    end: int


class Figure(Shape, kw_only=True):
    """A reconciled total; `by` is who gave the best one, `judged` says that a person set it."""

    best: int
    low: int
    high: int
    by: str | None
    judged: bool


class Bounds(Shape, kw_only=True):
    """The bounds of a number."""

    min: int
    max: int


class Claim(Shape, kw_only=True):
    """One total that one report gives."""

    doc: str
    event: str
    field: str
    value: Bounds
    source: str | None
    rank: str
    said: str | None
    start: int
    end: int
    withdrawn: bool


class Step(Shape, kw_only=True):
    """A total as it grew from report to report."""

    said: str | None
    count: int
    doc: str


class Incident(Shape, kw_only=True):
    """What many reports tell of once; figures and steps by outcome (killed, injured …)."""

    id: str
    type: str
    modes: list[str]
    statuses: list[str]
    date: Days | None
    places: list[Where]
    mentions: list[Mention]
    figures: dict[str, Figure]
    claims: list[Claim]
    toll: dict[str, list[Step]]
    sources: int
    contradicted: bool
    verdict: str | None


class Events(Shape, kw_only=True):
    """A page of events; `next` is the cursor of the page that follows, null on the last one."""

    items: list[KeptEvent]
    next: str | None


class Incidents(Shape, kw_only=True):
    """A page of incidents; `next` is the cursor of the page that follows, null on the last one."""

    items: list[Incident]
    next: str | None


class Problem(Shape, kw_only=True):
    """What is wrong, where, and what to do."""

    status: int
    message: str


class Failure(Shape, kw_only=True):
    """Every error."""

    error: Problem


_WRONG = {
    400: "What was sent is wrong",
    401: "No token, or none that holds",
    403: "The token's scope or its holder's role does not hold for this",
    404: "There is no such thing here",
    409: "The record does not take this",
    429: "Too many requests",
}


def gives(shape: Any, media: str = "application/json", *, status: int = 200) -> dict[int, ResponseSpec]:
    """Return how a route's answers are described, errors included; `shape` is a class here, or `str` for text."""
    answers = {code: ResponseSpec(Failure, generate_examples=False, description=said) for code, said in _WRONG.items()}
    return {status: ResponseSpec(shape, generate_examples=False, description="The answer", media_type=media), **answers}
