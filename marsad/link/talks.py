"""Steps of talks: which events are steps of a negotiation, of which kind, and what the words around them say it is about.

Pure, on the codes of the codebook and on what a language reads in a sentence; which words name a topic is data.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

import msgspec

from marsad.language import Sentence
from marsad.link.summary import Where
from marsad.link.terms import Terms
from marsad.model import Event

_CONTACTS = {"third-party": "mediated", "phone": "called", "visit": "visited"}
"""Kinds of contact by the mode that tells them, the most telling first."""
_BY_TYPE = {
    "CONSULT": "met",
    "REQUEST": "proposed",
    "AGREE": "accepted",
    "REJECT": "refused",
    "CONCEDE": "gave-way",
    "RETREAT": "acted",
    "SUPPORT": "backed",
}
TYPES = tuple(_BY_TYPE)
"""The types of events that may be steps."""
_REACH, _REACH_OF_TALKS = 16, 26
"""Tokens after a mention, or before it, in which words may say what it is about; who met stands between in talks."""
_CLOSE = 6
"""Tokens between two mentions that share what follows both."""
_ALWAYS = frozenset({"CONSULT", "AGREE", "REJECT"})
_TALKING_MODES = frozenset({"meet", "yield"})
_DEEDS = frozenset({"ceasefire", "release", "withdraw", "access", "disarm"})
_BY_MODE = {"release": "prisoners", "ceasefire": "ceasefire", "withdraw": "territory", "disarm": "arms"}
"""What a deed is about where no words say so."""


class Topical(NamedTuple):
    """A topic and the span of the words that name it."""

    topic: str
    start: int
    end: int


class Who(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who takes part; `words` are those of the report."""

    id: str | None
    name: str | None
    country: str | None
    sector: str | None
    words: str

    @property
    def side(self) -> str | None:
        """The country that they belong to, or the group's or body's own name where that is no state's."""
        own = self.id is not None and self.id.split(":")[0] in ("group", "territory")
        return self.name if own or self.country is None else self.country


class About(msgspec.Struct, frozen=True, kw_only=True):
    """A topic with the words of a report that name it."""

    topic: str
    report: str
    start: int
    end: int


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a negotiation: an incident, with who did it, with whom, about what, and where it is told.

    `day` is its first day, with `by_report` that of its first report; `denied` says that somebody denies it,
    `only_denied` that nobody says otherwise.
    """

    id: str
    step: str
    type: str
    modes: tuple[str, ...]
    day: str | None
    until: str | None
    by_report: bool
    first_told: str | None
    denied: bool
    only_denied: bool
    who: tuple[Who, ...]
    with_whom: tuple[Who, ...]
    topics: tuple[str, ...]
    about: tuple[About, ...]
    places: tuple[Where, ...]
    mentions: tuple[tuple[str, str, int, int], ...]
    reports: int
    sources: int

    @property
    def parties(self) -> tuple[Who, ...]:
        """Everybody who takes part."""
        return (*self.who, *self.with_whom)


class Process(msgspec.Struct, frozen=True, kw_only=True):
    """The steps between two parties about one topic: how many of which kind, from when to when, and the latest."""

    parties: tuple[str, str]
    topic: str | None
    steps: tuple[str, ...]
    kinds: dict[str, int]
    first: str | None
    last: str | None
    latest: str


def step_kind(kind: str, modes: Collection[str], topics: Collection[str]) -> str | None:
    """Return which step of a negotiation an incident of this type is, None if it is none.

    Meetings, promises and refusals always are; deeds by their mode; demands, concessions and support where they are about
    talks or about something that talks are about.
    """
    step = _BY_TYPE.get(kind)
    if kind == "CONSULT":
        return next((name for mode, name in _CONTACTS.items() if mode in modes), step)
    if kind in _ALWAYS or topics:
        return step
    wanted = _DEEDS if kind == "RETREAT" else _TALKING_MODES
    return step if wanted & set(modes) else None


def topics_by_mode(kind: str, modes: Collection[str]) -> list[str]:
    """Return what a deed is about by its mode alone."""
    return [topic for mode, topic in _BY_MODE.items() if kind == "RETREAT" and mode in modes]


def read_topics(
    events: Sequence[Event], k: int, sentences: Sequence[tuple[Sentence, Sequence[int]]], terms: Terms
) -> list[Topical]:
    """Return what event `k` of a report is about; `sentences` are the report's with the events that each mentions.

    Words say it that follow the mention soon, before the next event's; "met and agreed on a truce" shares what follows both,
    if the two stand close. Where nothing follows, words before the mention do. What a meeting is about may also stand in the
    next sentence, if that tells of nothing else.
    """
    if events[k].type not in _BY_TYPE:
        return []
    found: list[Topical] = []
    last = -1
    for number, (sentence, told) in enumerate(sentences):
        if k in told:
            last = number
            found += _in_sentence(events, k, sentence, told, terms)
    if not found and events[k].type == "CONSULT" and 0 <= last < len(sentences) - 1:
        sentence, told = sentences[last + 1]
        if not told:
            found = [_topical(sentence, *t) for t in terms.topics(sentence.tokens)]
    return list(dict.fromkeys(found))


def _in_sentence(
    events: Sequence[Event], k: int, sentence: Sentence, told: Sequence[int], terms: Terms
) -> Iterator[Topical]:
    topics = terms.topics(sentence.tokens)
    if not topics:
        return
    reach = _REACH_OF_TALKS if events[k].type == "CONSULT" else _REACH
    heads = sorted(
        {(at, other) for other in told if events[other].type in _BY_TYPE for at in _mentions(events[other], sentence)}
    )
    for place, (at, other) in enumerate(heads):
        if other != k:
            continue
        reached: list[tuple[str, int, int]] = []
        start = at
        for end in [*(h for h, _ in heads[place + 1 :]), len(sentence.tokens)]:
            reached = [t for t in topics if t[2] >= start and t[1] < min(end, start + reach)]
            if reached or end - start > _CLOSE:
                break
            start = end
        before = [t for t in topics if at - reach < t[1] < at]
        yield from (_topical(sentence, *t) for t in reached or before[-1:])


def _mentions(event: Event, sentence: Sentence) -> Iterator[int]:
    """The tokens at which the mentions of an event begin."""
    starts = {s.start for s in (event.trigger, *event.mentions)}
    yield from (i for i, token in enumerate(sentence.tokens) if token.start in starts)


def _topical(sentence: Sentence, topic: str, first: int, last: int) -> Topical:
    return Topical(topic, sentence.tokens[first].start, sentence.tokens[last].end)
