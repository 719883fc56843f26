"""When: the date phrase that dates each event.

The language reads date phrases and resolves them against the story's day of publication; the choice `date` decides which
phrase dates which event. Without a day of publication relative words stay unresolved: `date` is None, the words are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from marsad.coder.choices import Choices, Part
from marsad.coder.passage import ELSEWHERE, Cluster, Passage, bucket, nearest, rival, window, word_before
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


def choose_date(
    passage: Passage, cluster: Cluster, moments: Sequence[Moment], choices: Choices
) -> tuple[DateRange | None, Span | None, Why | None]:
    """Return the days of an event, the words that give them, and why."""
    found = list(candidates(passage, cluster, moments))
    if not found:
        return None, None, None
    group = choices.group("date")
    choice = group.choices[0]
    ranked = sorted(((group.scores(parts)[0], -k) for k, (_, parts) in enumerate(found)), reverse=True)
    score, k = ranked[0]
    if score < choice.threshold:
        return None, None, None
    best, parts = found[-k]
    span = passage.span(best.sentence, best.phrase.first, best.phrase.last)
    beaten = [(found[-j][0], s) for s, j in ranked[1:3]]
    lost = [(passage.span(m.sentence, m.phrase.first, m.phrase.last).text, s) for m, s in beaten]
    return best.dates, span, choice.why(score, (parts, ()), span.text, lost, best.phrase.rule)


def candidates(passage: Passage, cluster: Cluster, moments: Sequence[Moment]) -> Iterator[tuple[Moment, list[Part]]]:
    """Yield the date phrases that could date an event, with the parts of features that `date` decides from."""
    own = {m.sentence for m in cluster.mentions}
    near = window(moments, own, _LOOK_BACK, _sentence)
    apart = [nearest(cluster.mentions, m.sentence, m.phrase.first, m.phrase.last) for m in near]
    dated = {m.sentence for m in near}
    crowded = {s for s in dated if sum(m.sentence == s for m in near) > 1}
    type_ = cluster.trigger.type
    ranks: dict[int, int] = {}
    for k in sorted(range(len(near)), key=lambda k: abs(apart[k][1])):
        moment, (mention, tokens) = near[k], apart[k]
        phrase, is_here = moment.phrase, tokens != ELSEWHERE
        rank = ranks[moment.sentence] = ranks.get(moment.sentence, -1) + 1
        before = word_before(passage.sentences[moment.sentence].tokens, phrase.first)
        side = bucket(tokens) if is_here else f"back{max(-1, min(3, mention.sentence - moment.sentence))}"
        has_own = mention.sentence in dated
        nearer = rival(passage, cluster.mentions, moment.sentence, phrase.first, phrase.last)
        parts: list[Part] = [
            (_what, (phrase.kind, phrase.rule, moment.is_datable, side)),
            (_seat, (type_, side, is_here, has_own, phrase.kind)),
            (_tie, (before, is_here, min(phrase.first, 3), nearer)),
        ]
        if is_here:
            between = passage.events_between(moment.sentence, mention.first, phrase.first)
            parts.append((_order, (min(2, rank), moment.sentence in crowded, between, tokens > 0)))
        else:
            is_latest = moment is max((m for m in near if m.sentence < mention.sentence), key=_place, default=None)
            parts.append((_back, (is_latest, moment is moments[0], has_own, side, type_)))
        yield moment, parts


def _sentence(moment: Moment) -> int:
    return moment.sentence


def _place(moment: Moment) -> tuple[int, int]:
    return moment.sentence, moment.phrase.first


def _what(kind: str, rule: str, known: bool, side: str) -> list[str]:
    """Features of a date phrase."""
    return [f"kind={kind}", f"kind={kind}/{side}", f"side={side}", f"known={known}/{kind}", f"rule={rule}"]


def _seat(type_: str, side: str, is_here: bool, has_own: bool, kind: str) -> list[str]:
    """Features of where a date phrase stands to the event."""
    return [f"side={side}/{type_}", f"own={has_own}/{is_here}/{kind}", f"type={type_}/{is_here}/{has_own}"]


def _tie(before: str, is_here: bool, at: int, nearer: str) -> list[str]:
    """Features of what ties a date phrase to its sentence."""
    return [f"before={before}/{is_here}", f"at={at}/{is_here}", f"rival={nearer}/{is_here}"]


def _order(rank: int, crowded: bool, between: int, follows: bool) -> list[str]:
    """Features of what stands between a date phrase and the event word."""
    return [f"rank={rank}/{crowded}", f"triggers={between}/{follows}"]


def _back(is_latest: bool, is_first: bool, has_own: bool, side: str, type_: str) -> list[str]:
    """Features of a date told some sentences before."""
    return [f"latest={is_latest}/{has_own}/{side}", f"first={is_first}/{has_own}/{type_}"]
