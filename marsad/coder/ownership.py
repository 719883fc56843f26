"""Whose figures: gives each count of people, weapons or objects to one event, and makes the event's records of them.

A figure belongs to one event at most: the one that the choice `figure` finds likeliest. A part of a total that is also
told ("13 hurt, among them a boy") is marked by the choice `subset`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from marsad.coder.choices import Choices, Features, Part
from marsad.coder.passage import (
    ELSEWHERE,
    OUTCOMES,
    Chunk,
    Cluster,
    Figure,
    Passage,
    bucket,
    nearest,
    rival,
    word_before,
)
from marsad.model import Casualty, Damage, Money, Quantity, Weapon, Why

_HARM_REACH = 9  # tokens
# What the tagger marked and a number counts is kept from about half the threshold on: it hardly ever is nothing.
_COUNTED = 0.55


def assign_figures(
    passage: Passage, clusters: Sequence[Cluster], figures: Sequence[Figure], choices: Choices
) -> list[list[tuple[Figure, Why]]]:
    """Return, per cluster, the figures that belong to it, each with why; a figure nobody claims is dropped."""
    group = choices.group("figure")
    choice = group.choices[0]
    owned: list[list[tuple[Figure, Why]]] = [[] for _ in clusters]
    told = by_sentence(clusters)
    for figure in figures:
        found = list(owners(passage, clusters, figure, told))
        if not found:
            continue
        ranked = sorted(((group.scores(parts)[0], -i) for i, (_, parts) in enumerate(found)), reverse=True)
        score, best = ranked[0]
        is_plain = figure.lead is None and figure.rule.rpartition("; ")[2].startswith("numbers.")
        if score >= choice.threshold * (_COUNTED if is_plain else 1.0):
            k, parts = found[-best]
            words = passage.span(figure.chunk.sentence, figure.chunk.first, figure.chunk.last).text
            lost = [(clusters[found[-i][0]].trigger.type, s) for s, i in ranked[1:]]
            owned[k].append((figure, choice.why(score, (parts, ()), words, lost, figure.rule)))
    return owned


def by_sentence(clusters: Sequence[Cluster]) -> dict[int, list[int]]:
    """Return, for each sentence, the clusters that have a mention in it."""
    found: dict[int, list[int]] = {}
    for k, cluster in enumerate(clusters):
        for sentence in {m.sentence for m in cluster.mentions}:
            found.setdefault(sentence, []).append(k)
    return found


def owners(
    passage: Passage, clusters: Sequence[Cluster], figure: Figure, told: dict[int, list[int]]
) -> Iterator[tuple[int, list[Part]]]:
    """Yield the clusters that a figure could belong to, with the parts of features that `figure` decides from.

    `told` says which clusters have a mention in which sentence (`by_sentence`).
    """
    chunk = figure.chunk
    beside = sorted({k for back in range(3) for k in told.get(chunk.sentence - back, ())})
    able = [(k, nearest(clusters[k].mentions, chunk.sentence, chunk.first, chunk.last)) for k in beside]
    if not able:
        return
    common = _figure_parts(passage, figure)
    own = {clusters[k].trigger.type for k, (_, apart) in able if apart != ELSEWHERE}
    able.sort(key=lambda item: abs(item[1][1]))
    for rank, (k, (mention, apart)) in enumerate(able):
        label, type_, is_here = chunk.label, clusters[k].trigger.type, apart != ELSEWHERE
        side = bucket(apart) if is_here else f"back{min(2, chunk.sentence - mention.sentence)}"
        word = passage.sentences[mention.sentence].tokens[mention.first].word
        harm = next((h.code for h in word.hits if h.table == "outcomes"), "no")
        nearer = rival(passage, clusters[k].mentions, chunk.sentence, chunk.first, chunk.last)
        parts: list[Part] = [
            *common,
            (_seat, (label, type_, side, type_ in own, is_here)),
            (_tie, (label, type_, harm, nearer, min(3, len(clusters)))),
            (_what, (_lead(figure), figure.code, type_, is_here)),
        ]
        if is_here:
            between = passage.events_between(chunk.sentence, mention.first, chunk.first)
            parts.append((_order, (label, between, apart > 0, min(2, rank))))
        yield k, parts


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


def _figure_parts(passage: Passage, figure: Figure) -> list[Part]:
    """The parts of features of a figure itself: its words, the words of harm near it, the words before and after."""
    chunk = figure.chunk
    label, lead = chunk.label, _lead(figure)
    sentence = passage.sentences[chunk.sentence]
    tokens = sentence.tokens
    harm: dict[str, tuple[int, str]] = {}
    for phrase in sentence.phrases:
        if phrase.kind == "outcomes" and phrase.hit is not None:
            apart = phrase.first - chunk.last if phrase.first > chunk.last else min(0, phrase.last - chunk.first)
            side = "left" if apart < 0 else "right" if apart > 0 else "in"
            if abs(apart) <= _HARM_REACH and (side not in harm or abs(apart) < harm[side][0]):
                harm[side] = (abs(apart), phrase.hit.code)
    marked = lead == "marked"
    parts: list[Part] = [
        (_self, (label, lead, figure.who, figure.rule.rpartition("; ")[2], _is_definite(passage, chunk))),
        (_harm, (label, marked, tuple((side, bucket(apart), code) for side, (apart, code) in sorted(harm.items())))),
        (
            _before,
            (label, word_before(tokens, chunk.first), tokens[chunk.first - 1].word.light if chunk.first else "^"),
        ),
        (_after, (label, tokens[chunk.last + 1].word.light if chunk.last + 1 < len(tokens) else "$")),
    ]
    own = range(chunk.first, min(chunk.last, chunk.first + 3) + 1)
    parts += [(_stem, (label, tokens[i].word.light)) for i in own]
    return parts


def _is_definite(passage: Passage, chunk: Chunk) -> bool:
    """Whether a chunk opens with a definite word: "the dead" are mostly told already."""
    return passage.sentences[chunk.sentence].tokens[chunk.first].word.is_definite


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


def _before(label: str, tie: str, light: str) -> list[str]:
    """Features of the word before a figure."""
    return [f"before={tie}", f"-1={light}/{label}"]


def _after(label: str, light: str) -> list[str]:
    """Features of the word after a figure."""
    return [f"+1={light}/{label}"]


def _stem(label: str, light: str) -> list[str]:
    """Features of a figure's own words."""
    return [f"stem={light}/{label}"]


def subset_features(passage: Passage, figure: Figure, before: Sequence[Figure]) -> Features:
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
    return (), found


def as_records(
    passage: Passage, owned: Sequence[tuple[Figure, Why]], choices: Choices
) -> tuple[tuple[Casualty, ...], tuple[Weapon, ...], tuple[Damage, ...]]:
    """Return the casualties, weapons and damage of one event."""
    casualties: list[Casualty] = []
    weapons: list[Weapon] = []
    damage: list[Damage] = []
    before: list[Figure] = []
    subset = choices.group("subset")
    least = subset.choices[0].threshold
    for figure, why in owned:
        chunk = figure.chunk
        span = passage.span(chunk.sentence, chunk.first, chunk.last)
        part = bool(before) and subset.scores(*subset_features(passage, figure, before))[0] >= least
        before.append(figure)
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
