"""The frozen records of Marsad: what a report becomes on its way to the record.

`Document` → `Story` → mentions and triggers → `Event` → `Incident`. Offsets are code points into the document's text,
start inclusive, end exclusive. Dates are ISO 8601 strings, coordinates WGS 84 degrees. Unknown is None or an empty tuple.
"""

from __future__ import annotations

from typing import Any

import msgspec


class Span(msgspec.Struct, frozen=True, order=True):
    """A piece of the document's text: `document.text[start:end] == text`, always."""

    start: int
    end: int
    text: str


class Why(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a value came to be: enough for `marsad explain` to answer without reading again.

    `rule` names the function or the lexicon row (`triggers.tsv:412`), `words` are the words it was read from, `score` is
    the probability (0-1) of a weighted choice, `features` its heaviest features with their weights, `lost` the
    alternatives with their scores.
    """

    rule: str
    words: str = ""
    score: float | None = None
    features: tuple[tuple[str, float], ...] = ()
    lost: tuple[tuple[str, float], ...] = ()


class Quantity(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A count: "at least 17" has no max, "up to 17" no min, "dozens" neither but `vague`; `joint` counts two outcomes."""

    min: int | None = None
    max: int | None = None
    approx: bool = False
    vague: str | None = None
    joint: int | None = None


class DateRange(msgspec.Struct, frozen=True, order=True):
    """The first and the last day something may have happened on, both inclusive, ISO 8601."""

    start: str
    end: str


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """One received text, never changed. `published` is an ISO 8601 date or date-time with zone, or None.

    `story_dates` are publication dates known for single stories: (a piece of the story's first words, ISO date).
    """

    id: str
    text: str
    title: str | None = None
    published: str | None = None
    publisher: str | None = None
    url: str | None = None
    language: str | None = None
    story_dates: tuple[tuple[str, str], ...] = ()


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """The bytes of one report as they arrived, from which its text is derived.

    `kind` says how to read them (text, page, row, …), `place` where they were found (file, line, member, address),
    `name` is the report's id of last resort, `headers` came with them, `beside` is JSON of what else was known of the
    report, `at` the ISO 8601 time at which they arrived, None where that is now.
    """

    content: bytes
    kind: str
    name: str
    place: str
    url: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    beside: str = "{}"
    at: str | None = None


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A document with what it was derived from, by which version of the extractor.

    `dated_by` says how the publication date is known: said, row, metadata, page, message, feed or None. `marks` name what
    is odd about the text: stub, excerpt, stories, …
    """

    document: Document
    received: Received
    extractor: str
    dated_by: str | None = None
    author: str | None = None
    marks: tuple[str, ...] = ()


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """One separate item in a document; `noise` are the spans in it that belong to the page, not to the report."""

    start: int
    end: int
    published: str | None = None
    noise: tuple[tuple[int, int], ...] = ()


class Participant(msgspec.Struct, frozen=True, kw_only=True):
    """Who did it (actor) or to whom it was done (recipient). `id` is a row of `actors.tsv`, if known."""

    span: Span
    name: str | None = None
    country: str | None = None
    sector: str | None = None
    id: str | None = None
    inferred: bool = False
    why: Why | None = None


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A gazetteer entry as the text names it. `level` is settlement, facility, admin, area or country."""

    span: Span
    name: str
    country: str | None
    lat: float | None
    lon: float | None
    level: str
    id: str | None = None
    inferred: bool = False
    why: Why | None = None


class Weapon(msgspec.Struct, frozen=True, kw_only=True):
    """A weapon kind with its count."""

    span: Span
    kind: str
    quantity: Quantity
    subset: bool = False
    why: Why | None = None


class Casualty(msgspec.Struct, frozen=True, kw_only=True):
    """How many people, of which kind (`who`), met which `outcome`. `subset` marks a part of a total also listed."""

    span: Span
    outcome: str
    who: str
    quantity: Quantity
    subset: bool = False
    why: Why | None = None


class Damage(msgspec.Struct, frozen=True, kw_only=True):
    """An object that was struck or damaged, with its count."""

    span: Span
    object: str
    quantity: Quantity
    subset: bool = False
    why: Why | None = None


class Money(msgspec.Struct, frozen=True, kw_only=True):
    """An amount in units of `currency` (ISO 4217)."""

    span: Span
    min: int | None
    max: int | None
    currency: str | None
    why: Why | None = None


class Attribution(msgspec.Struct, frozen=True, kw_only=True):
    """Who the report cites ("source says"), by which `verb`, with which stance: states, confirms, denies or alleges."""

    span: Span
    name: str | None = None
    id: str | None = None
    verb: Span | None = None
    stance: str = "states"
    inferred: bool = False
    why: Why | None = None


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One happening as one document tells it. `why` maps a field name to how its value came to be; `story` is an index.

    `people` names the fields that a person set, and `event` where a person added the whole. `confidence` is 0 to 1, or None
    where a publication policy drops it.
    """

    id: str
    type: str
    trigger: Span
    modes: tuple[str, ...] = ()
    status: str = "actual"
    generic: bool = False
    confidence: float | None = 0.0
    story: int = 0
    mentions: tuple[Span, ...] = ()
    actor: tuple[Participant, ...] = ()
    recipient: tuple[Participant, ...] = ()
    places: tuple[Place, ...] = ()
    date: DateRange | None = None
    date_text: Span | None = None
    weapons: tuple[Weapon, ...] = ()
    casualties: tuple[Casualty, ...] = ()
    damage: tuple[Damage, ...] = ()
    money: Money | None = None
    source: tuple[Attribution, ...] = ()
    why: dict[str, Why] = {}
    people: tuple[str, ...] = ()


UNKNOWN_PLACE = "names a place that the gazetteer does not know"
"""The reason of a problem that a person can mend by adding the place."""


class Problem(msgspec.Struct, frozen=True):
    """Odd text never raises; it leaves a problem: the span it was found at and a sentence saying what is odd."""

    span: Span
    reason: str


class CodedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What one run read out of one document."""

    document: Document
    language: str | None
    stories: tuple[Story, ...] = ()
    events: tuple[Event, ...] = ()
    problems: tuple[Problem, ...] = ()


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """One value of one field of one event as one source gives it: the unit of evidence. `value` is plain JSON data,
    `source` is None where the report itself is the only source.
    """

    document: str
    event: str
    field: str
    value: Any
    span: Span
    source: str | None = None


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """The real-world happening that events of several documents are judged to describe."""

    id: str
    type: str
    events: tuple[str, ...] = ()


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """Whether two events are the same happening, by whom (a person or the linker), with score (0-1) and reasons."""

    left: str
    right: str
    same: bool
    by: str
    score: float | None = None
    reasons: tuple[str, ...] = ()
