"""When: the date phrase that dates each event.

The language reads date phrases and resolves them against the story's day of publication; the choice `date` decides which
phrase dates which event. Without a day of publication relative words stay unresolved: `date` is None, the words are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from marsad.coder.choices import Choices
from marsad.coder.pairs import Layout, Pairs, Wish, ranks, seats_of
from marsad.coder.parts import Table, count, flag, joined
from marsad.coder.passage import Passage, word_before
from marsad.language import DatePhrase, Language
from marsad.model import DateRange, Span, Why

_LOOK_BACK = 3
_ANY_DAY = "2024-05-15"
"""Stands for an unknown day of publication where it is asked whether a phrase can name days at all."""


class Moment(NamedTuple):
    """A date phrase of a sentence, its days if they are known, and whether a day of publication makes them known."""

    sentence: int
    phrase: DatePhrase
    dates: DateRange | None
    is_datable: bool


Days = tuple[DateRange | None, Span | None, Why | None]


def find_moments(passage: Passage, language: Language) -> list[Moment]:
    """Return the date phrases of a passage in order, resolved against its day of publication."""
    return [
        Moment(
            number,
            phrase,
            language.resolve_date(phrase, passage.published),
            language.resolve_date(phrase, passage.published or _ANY_DAY) is not None,
        )
        for number, sentence in enumerate(passage.sentences)
        for phrase in sentence.dates
    ]


def choose_dates(layout: Layout, moments: Sequence[Moment], pairs: Pairs, choices: Choices) -> list[Days]:
    """Return, per event, its days, the words that give them, and why."""
    if not len(pairs.event):
        return [(None, None, None)] * len(layout.clusters)
    group = choices.group("date")
    choice = group.choices[0]
    weighed = group.weigh(describe_moments(layout, moments, pairs), len(pairs.event))
    found = [moments[i] for i in pairs.item.tolist()]
    spans = [layout.passage.span(m.sentence, m.phrase.first, m.phrase.last) for m in moments]
    chosen: list[Days] = []
    for start, end in pairwise(pairs.bounds(len(layout.clusters))):
        # Of equals the nearest wins.
        ranked = sorted(weighed.ranked(0, start, end, choice.threshold), key=_best_first)
        if not ranked:
            chosen.append((None, None, None))
            continue
        (_, best), *beaten = ranked
        span = spans[pairs.item[best]]
        lost = [(spans[pairs.item[i]].text, s) for s, i in beaten[:2]]
        why = weighed.why(0, best, span.text, lost, found[best].phrase.rule)
        chosen.append((found[best].dates, span, why))
    return chosen


def _best_first(ranked: tuple[float, int]) -> tuple[float, int]:
    return -ranked[0], ranked[1]


def wish_for(layout: Layout, moments: Sequence[Moment]) -> Wish:
    """Return which date phrases could date which events."""
    seats = seats_of((m.sentence, m.phrase.first, m.phrase.last) for m in moments)
    return Wish(seats, layout.reach(_LOOK_BACK))


def describe_moments(layout: Layout, moments: Sequence[Moment], pairs: Pairs) -> list[Table]:
    """Return the parts of features from which `date` decides which date phrases date events."""
    passage, phrases = layout.passage, [m.phrase for m in moments]
    seat = np.array([m.sentence for m in moments], dtype=np.intp)
    here, sentence, size = pairs.is_here, seat[pairs.item], len(passage.sentences)
    dated = np.bincount(seat, minlength=size)
    told = layout.told.sentence[pairs.mention]
    # The last phrase before the event's mention, of those within reach.
    in_order = np.argsort(pairs.event * len(moments) + pairs.item)
    reached = (pairs.event * size + sentence)[in_order]
    before = in_order[np.searchsorted(reached, pairs.event * size + told) - 1]
    is_latest = before == np.arange(len(before))
    words = [word_before(passage.sentences[m.sentence].tokens, m.phrase.first) for m in moments]
    what = [(p.kind, p.rule, m.is_datable) for p, m in zip(phrases, moments, strict=True)]
    tie = [(word, min(p.first, 3)) for word, p in zip(words, phrases, strict=True)]
    side, type_, is_here = (
        pairs.side(np.minimum(np.maximum(pairs.back, -1), 3)),
        pairs.of_event(layout.types),
        flag(here),
    )
    has_own = flag(dated[told] > 0)
    crowded = flag(dated[sentence] > 1)
    rank = ranks(pairs.event * size + sentence)
    order = joined(count(rank, 2), crowded, count(pairs.between, 2), pairs.follows())
    return [
        Table(_what, (pairs.of_item(what), side)),
        Table(_seat, (pairs.of_item([(p.kind,) for p in phrases]), type_, joined(side, is_here, has_own))),
        Table(_tie, (pairs.of_item(tie, is_open=True), joined(is_here, pairs.rival()))),
        Table(_order, (order,), here),
        Table(_back, (type_, joined(flag(is_latest), flag(pairs.item == 0), has_own, side)), ~here),
    ]


def _what(kind: str, rule: str, known: bool, side: str) -> list[str]:
    """Features of a date phrase."""
    return [f"kind={kind}", f"kind={kind}/{side}", f"side={side}", f"known={known}/{kind}", f"rule={rule}"]


def _seat(kind: str, type_: str, side: str, is_here: bool, has_own: bool) -> list[str]:
    """Features of where a date phrase stands to the event."""
    return [f"side={side}/{type_}", f"own={has_own}/{is_here}/{kind}", f"type={type_}/{is_here}/{has_own}"]


def _tie(before: str, at: int, is_here: bool, nearer: str) -> list[str]:
    """Features of what ties a date phrase to its sentence."""
    return [f"before={before}/{is_here}", f"at={at}/{is_here}", f"rival={nearer}/{is_here}"]


def _order(rank: int, crowded: bool, between: int, follows: bool) -> list[str]:
    """Features of what stands between a date phrase and the event word."""
    return [f"rank={rank}/{crowded}", f"triggers={between}/{follows}"]


def _back(type_: str, is_latest: bool, is_first: bool, has_own: bool, side: str) -> list[str]:
    """Features of a date told some sentences before."""
    return [f"latest={is_latest}/{has_own}/{side}", f"first={is_first}/{has_own}/{type_}"]
