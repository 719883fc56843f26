"""Whose figures: gives each count of people, weapons or objects to one event, and makes the event's records of them.

A figure belongs to one event at most: the one that the choice `figure` finds likeliest. A part of a total that is also
told ("13 hurt, among them a boy") is marked by the choice `subset`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from marsad.coder.choices import Choices
from marsad.coder.leaning import leanings
from marsad.coder.pairs import Layout, Pairs, Wish, coded, ranks, seats_of
from marsad.coder.parts import Column, Own, Table, Told, count, flag, joined
from marsad.coder.passage import OUTCOMES, Chunk, Cluster, Figure, Mention, Passage, bucket, word_before
from marsad.model import Casualty, Damage, Money, Quantity, Weapon, Why

_LOOK_BACK = 2
_HARM_REACH = 9  # tokens
_OWN_WORDS = 4
_PARTIES = ("ACT", "REC")
_LEANINGS = (*OUTCOMES, "WPN", "DMG", *_PARTIES)
# What the tagger marked and a number counts is kept from about half the threshold on: it hardly ever is nothing.
_COUNTED = 0.55

Owned = tuple[Figure, Why]
Records = tuple[tuple[Casualty, ...], tuple[Weapon, ...], tuple[Damage, ...]]


def assign_figures(layout: Layout, figures: Sequence[Figure], pairs: Pairs, choices: Choices) -> list[list[Owned]]:
    """Return, per event, the figures that belong to it, each with why; a figure nobody claims is dropped."""
    pairs = by_figure(pairs)
    if not len(pairs.event):
        return [[] for _ in layout.clusters]
    group = choices.group("figure")
    choice = group.choices[0]
    weighed = group.weigh(describe_figures(layout, figures, pairs), len(pairs.event))
    owned: list[list[Owned]] = [[] for _ in layout.clusters]
    bounds = np.searchsorted(pairs.item, np.arange(len(figures) + 1)).tolist()
    for figure, (start, end) in zip(figures, pairwise(bounds), strict=True):
        is_plain = figure.lead is None and figure.rule.rpartition("; ")[2].startswith("numbers.")
        least = choice.threshold * (_COUNTED if is_plain else 1.0)
        # Of equals the nearest event wins.
        ranked = sorted(weighed.ranked(0, start, end, least), key=_best_first)
        if ranked:
            (_, best), *beaten = ranked
            words = layout.passage.words(figure.chunk.sentence, figure.chunk.first, figure.chunk.last)
            lost = [(layout.clusters[pairs.event[i]].trigger.type, s) for s, i in beaten]
            why = weighed.why(0, best, words, lost, figure.rule)
            owned[pairs.event[best]].append((figure, why))
    return owned


def _best_first(ranked: tuple[float, int]) -> tuple[float, int]:
    return -ranked[0], ranked[1]


def wish_for(layout: Layout, figures: Sequence[Figure]) -> Wish:
    """Return which figures could belong to which events."""
    seats = seats_of((f.chunk.sentence, f.chunk.first, f.chunk.last) for f in figures)
    return Wish(seats, layout.aftermath(_LOOK_BACK))


def by_figure(pairs: Pairs) -> Pairs:
    """Return pairs of events and figures by figure, the nearest events first."""
    return pairs.take(np.lexsort((pairs.event, np.abs(pairs.apart), pairs.item)))


def describe_figures(layout: Layout, figures: Sequence[Figure], pairs: Pairs) -> list[Table | Own]:
    """Return the parts of features from which `figure` decides which event a figure belongs to; pairs are by figure."""
    passage, own = layout.passage, [f.chunk for f in figures]
    here, types = pairs.is_here, coded(layout.types)
    kind = pairs.item * len(layout.types) + types[pairs.event]

    events = layout.event.tolist()
    harm = [(*layout.types[k], _harm_told(passage, m)) for k, m in zip(events, layout.mentions, strict=True)]
    labels = [(c.label,) for c in own]
    what = [(_lead(f), f.code) for f in figures]
    label, type_, is_here = pairs.of_item(labels), pairs.of_event(layout.types), flag(here)
    side = pairs.side(np.minimum(2, -pairs.back))
    crowd = count(np.full(len(here), len(layout.clusters)), 3)
    order = joined(count(pairs.between, 2), pairs.follows(), count(ranks(pairs.item), 2))
    leans = leanings(passage, [(c.sentence, c.first, c.last) for c in own], _LEANINGS)
    told = [_told(passage, figure, lean) for figure, lean in zip(figures, leans, strict=True)]
    return [
        Own(told, pairs.item),
        Table(_seat, (label, type_, joined(side, flag(np.isin(kind, kind[here])), is_here))),
        Table(_tie, (label, Column(harm, pairs.mention), joined(pairs.rival(), crowd))),
        Table(_what, (pairs.of_item(what), type_, is_here)),
        Table(_order, (label, order), here),
    ]


def _harm_told(passage: Passage, mention: Mention) -> str:
    """The outcome that an event word tells, or "no"."""
    word = passage.sentences[mention.sentence].tokens[mention.first].word
    return next((h.code for h in word.hits if h.table == "outcomes"), "no")


def _lead(figure: Figure) -> str:
    return "marked" if figure.lead is None else str(round(max(-4.0, figure.lead)))


def _seat(label: str, type_: str, side: str, own: bool, is_here: bool) -> list[str]:
    """Features of where a figure stands to an event word."""
    return [f"type={type_}/{label}", f"side={side}/{label}", f"side={side}/{type_}", f"own={own}/{is_here}"]


def _tie(label: str, type_: str, harm: str, nearer: str, clusters: int) -> list[str]:
    """Features of the event word nearest to a figure."""
    return [f"harm={harm}/{label}", f"rival={nearer}/{label}/{type_}", f"clusters={clusters}"]


def _what(lead: str, code: str, type_: str, is_here: bool) -> list[str]:
    """Features of what a figure counts, for a type of event."""
    return [f"code={code}/{type_}", f"lead={lead}/{is_here}", f"lead={lead}/{type_}"]


def _order(label: str, between: int, follows: bool, rank: int) -> list[str]:
    """Features of what stands between a figure and the event word."""
    return [f"triggers={between}/{follows}/{label}", f"rank={rank}"]


def _leaning(label: str, lead: int, party: int) -> list[str]:
    """Features of how far a figure's words lean to its own role, and to a party's."""
    return [f"leans={lead}", f"leans={lead}/{label}", f"leans-party={party}"]


def _told(passage: Passage, figure: Figure, leans: tuple[int, ...]) -> list[Told]:
    """What is told of a figure itself: its words, the words of harm near it, those before and after."""
    chunk, tokens = figure.chunk, passage.sentences[figure.chunk.sentence].tokens
    first, last, label = chunk.first, chunk.last, chunk.label
    read = figure.rule.rpartition("; ")[2]
    return [
        (_leaning, (label, leans[_LEANINGS.index(label)], max(leans[-len(_PARTIES) :]))),
        (_self, (label, _lead(figure), figure.who, read, tokens[first].word.is_definite)),
        (_harm, (label, figure.lead is None, _harm_near(passage, chunk))),
        f"before={word_before(tokens, first)}",
        f"-1={tokens[first - 1].word.light if first else '^'}/{label}",
        f"+1={tokens[last + 1].word.light if last + 1 < len(tokens) else '$'}/{label}",
        *[f"stem={token.word.light}/{label}" for token in tokens[first : min(last + 1, first + _OWN_WORDS)]],
    ]


def _harm_near(passage: Passage, chunk: Chunk) -> tuple[tuple[str, str, str], ...]:
    """The nearest words of harm on each side of a chunk and in it: side, how far, which outcome they tell."""
    harm: dict[str, tuple[int, str]] = {}
    for phrase in passage.sentences[chunk.sentence].phrases:
        if phrase.kind == "outcomes" and phrase.hit is not None:
            apart = phrase.first - chunk.last if phrase.first > chunk.last else min(0, phrase.last - chunk.first)
            side = "left" if apart < 0 else "right" if apart > 0 else "in"
            if abs(apart) <= _HARM_REACH and (side not in harm or abs(apart) < harm[side][0]):
                harm[side] = (abs(apart), phrase.hit.code)
    return tuple([(side, bucket(apart), code) for side, (apart, code) in sorted(harm.items())])


def _self(label: str, lead: str, who: str, read: str, definite: bool) -> list[str]:
    """Features of how a figure was found and read."""
    marked = lead == "marked"
    found = [f"label={label}", f"lead={lead}", f"lead={lead}/{label}", f"who={who}/{label}", f"read={read}/{marked}"]
    return [*found, f"definite={definite}/{read}", f"definite={definite}/{label}/{read}"]


def _harm(label: str, marked: bool, harm: tuple[tuple[str, str, str], ...]) -> list[str]:
    """Features of the nearest words of harm: the side they stand on, how far, which outcome they tell."""
    found = [f"harm={[side for side, _, _ in harm]}/{label}/{marked}"]
    for side, apart, code in harm:
        found += [f"{side}:{code}/{label}", f"{side}:{code}/{apart}/{label}", f"{side}:{code}/{label}/{marked}"]
    return found


def subset_features(passage: Passage, figure: Figure, before: Sequence[Figure]) -> list[str]:
    """Return the features from which `subset` decides whether a figure is part of one told before."""
    chunk = figure.chunk
    tokens = passage.sentences[chunk.sentence].tokens
    earlier = next((f for f in reversed(before) if f.chunk.label == chunk.label), None)
    found = [
        f"before={word_before(tokens, chunk.first)}",
        f"label={chunk.label}",
        f"first={tokens[chunk.first].word.light}",
        f"who={figure.who}",
        f"earlier={earlier is not None}",
    ]
    found += [f"near={tokens[i].word.light}" for i in range(max(0, chunk.first - 3), chunk.first)]
    if earlier is not None:
        own = figure.quantity.min
        found.append(f"fits={own is not None and own < (earlier.quantity.min or 0)}")
        found.append(f"same-sentence={earlier.chunk.sentence == chunk.sentence}")
    return found


def as_records(passage: Passage, owned: Sequence[Sequence[Owned]], choices: Choices) -> list[Records]:
    """Return, per event, its casualties, weapons and damage."""
    subset = choices.group("subset")
    least = subset.choices[0].threshold
    told = [[figure for figure, _ in own] for own in owned]
    scores = subset.weigh_each(
        [subset_features(passage, figure, own[:at]) for own in told for at, figure in enumerate(own) if at]
    ).scores[0]
    is_part = iter([score >= least for score in scores])
    return [_records(passage, [(*figure, at > 0 and next(is_part)) for at, figure in enumerate(own)]) for own in owned]


def _records(passage: Passage, owned: Sequence[tuple[Figure, Why, bool]]) -> Records:
    """The records of one event's figures, each with why and whether it is part of one before."""
    casualties: list[Casualty] = []
    weapons: list[Weapon] = []
    damage: list[Damage] = []
    for figure, why, part in owned:
        chunk = figure.chunk
        span = passage.span(chunk.sentence, chunk.first, chunk.last)
        if chunk.label in OUTCOMES:
            record = Casualty(
                span=span, outcome=figure.code, who=figure.who, quantity=figure.quantity, subset=part, why=why
            )
            if not any(_same(c.outcome, c.quantity, figure) for c in casualties):
                casualties = [c for c in casualties if not _is_outdone(c, record)]
                casualties.append(record)
        elif chunk.label == "WPN":
            if not any(_same(w.kind, w.quantity, figure) for w in weapons):
                weapons.append(Weapon(span=span, kind=figure.code, quantity=figure.quantity, subset=part, why=why))
        elif not any(_same(d.object, d.quantity, figure) for d in damage):
            damage.append(Damage(span=span, object=figure.code, quantity=figure.quantity, subset=part, why=why))
    return tuple(casualties), tuple(weapons), tuple(damage)


def _is_outdone(told: Casualty, record: Casualty) -> bool:
    """Whether a toll only repeats with less what another says: "قتلى" beside "ستة قتلى", six beside "at least six"."""
    if told.outcome != record.outcome or told.subset or record.subset:
        return False
    own, other = told.quantity, record.quantity
    is_bare = own.min is None and own.max is None and own.vague is None and own.joint is None
    return (is_bare and other.min is not None) or (own.min == other.min is not None)


def _same(code: str, quantity: Quantity, figure: Figure) -> bool:
    """Whether a figure only repeats one already taken."""
    return code == figure.code and quantity == figure.quantity


def find_money(passage: Passage, cluster: Cluster) -> Money | None:
    """Return the sum of money told beside an event's trigger: the nearest amount of its sentence."""
    trigger = cluster.trigger
    amounts = passage.sentences[trigger.sentence].amounts
    if not amounts:
        return None
    amount = min(amounts, key=lambda a: abs(a.first - trigger.first))
    span = passage.span(trigger.sentence, amount.first, amount.last)
    quantity = amount.quantity
    return Money(
        span=span,
        min=quantity.min,
        max=quantity.max,
        currency=amount.currency,
        why=Why(rule=f"nearest amount; {amount.rule}", words=span.text),
    )
