"""What linking compares and makes: plain frozen values. Offsets are code points into the report's text, days ISO 8601."""

from __future__ import annotations

import msgspec

FIELDS = ("killed", "injured", "released", "missing", "captured", "abducted", "displaced", "trapped")
"""The outcomes whose totals are reconciled."""

RANKS = ("counter", "own-side", "media", "attacker")
"""Who gives a total, the most authoritative first: who counts the victims where it happened, an army or party on its own
side, witnesses and media, an attacker on the losses that it says it inflicted."""


class Spot(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A place of an event; `within` are the ids of what it lies in, `words` the stems it is written with; `near`
    says that it stands in a sentence of the event itself.
    """

    id: str | None
    name: str
    level: str
    country: str | None = None
    lat: float | None = None
    lon: float | None = None
    within: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    near: bool = False


class Toll(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A total that a report gives for one outcome of one event, and who says so. `withdrawn` marks a number that the same
    words take back ("nine, not ten"); `corrects` one given in place of another.
    """

    field: str
    count: int
    start: int
    end: int
    source: str | None = None
    rank: str = "media"
    withdrawn: bool = False
    corrects: bool = False


class EventSketch(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What linking knows of one event. `told` are all days named in its sentences, `parties` its actors and recipients as
    ids, names and countries, `words` the stems of its sentences, `marks` what its words say of it (the
    part of the day, that it is another one, `new` where it is named without an article).
    `seats` are the spans of its mentions with the number of the sentence each stands in; `topics` what talks or a step
    of them are about, with the span of the words that say so.
    """

    event: str
    report: str
    anchor: str
    type: str
    modes: tuple[str, ...] = ()
    status: str = "actual"
    generic: bool = False
    published: str | None = None
    start: str | None = None
    end: str | None = None
    told: tuple[tuple[str, str], ...] = ()
    spots: tuple[Spot, ...] = ()
    actors: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    weapons: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    tolls: tuple[Toll, ...] = ()
    seats: tuple[tuple[int, int, int], ...] = ()
    topics: tuple[tuple[str, int, int], ...] = ()


class ReportSketch(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What linking knows of one report: its events, and for finding copies the hashed runs of its words (four bytes each,
    sorted), their signature, and the numbers, places and days that the text names.
    """

    report: str
    published: str | None = None
    publisher: str | None = None
    shingles: bytes = b""
    signature: tuple[int, ...] = ()
    facts: tuple[str, ...] = ()
    events: tuple[EventSketch, ...] = ()


class Clue(msgspec.Struct, frozen=True, omit_defaults=True):
    """One reason for or against: the feature's name, its weight, and the words or values it was seen in."""

    name: str
    weight: float
    seen: str = ""
