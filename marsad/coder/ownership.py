"""Whose figures: gives each count of people, weapons or objects to one event, and makes the event's records of them.

A figure belongs to one event at most: the one that the choice `figure` finds likeliest. A part of a total that is also
told ("13 hurt, among them a boy") is marked by the choice `subset`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from marsad.coder.choices import Choices
from marsad.coder.passage import (
    ELSEWHERE,
    OUTCOMES,
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


def assign_figures(
    passage: Passage, clusters: Sequence[Cluster], figures: Sequence[Figure], choices: Choices
) -> list[list[tuple[Figure, Why]]]:
    """Return, per cluster, the figures that belong to it, each with why; a figure nobody claims is dropped."""
    choice = choices["figure"]
    owned: list[list[tuple[Figure, Why]]] = [[] for _ in clusters]
    for figure in figures:
        scored = [(k, features, choice.score(features)) for k, features in owners(passage, clusters, figure)]
        if not scored:
            continue
        best, features, score = max(scored, key=lambda x: x[2])
        if score < choice.threshold:
            continue
        chunk = figure.chunk
        words = passage.span(chunk.sentence, chunk.first, chunk.last).text
        lost = [(clusters[k].trigger.type, s) for k, _, s in scored if k != best]
        owned[best].append((figure, choice.why(features, words, lost, read=figure.rule)))
    return owned


def owners(passage: Passage, clusters: Sequence[Cluster], figure: Figure) -> Iterator[tuple[int, list[str]]]:
    """Yield the clusters that a figure could belong to, with the named features that `figure` decides from."""
    chunk = figure.chunk
    for k, cluster in enumerate(clusters):
        if any(chunk.sentence - 2 <= m.sentence <= chunk.sentence for m in cluster.mentions):
            yield k, figure_features(passage, clusters, k, figure)


def figure_features(passage: Passage, clusters: Sequence[Cluster], k: int, figure: Figure) -> list[str]:
    """Return the named features of a figure as one of cluster k."""
    chunk, cluster = figure.chunk, clusters[k]
    mention, apart = nearest(cluster.mentions, chunk.sentence, chunk.first, chunk.last)
    label, type_ = chunk.label, cluster.trigger.type
    side = bucket(apart) if apart != ELSEWHERE else f"back{min(2, chunk.sentence - mention.sentence)}"
    own = any(m.sentence == chunk.sentence for c in clusters for m in c.mentions if c.trigger.type == type_)
    word = passage.sentences[mention.sentence].tokens[mention.first].word
    harm = next((h.code for h in word.hits if h.table == "outcomes"), "no")
    found = [
        f"type={type_}/{label}",
        f"side={side}/{label}",
        f"side={side}/{type_}",
        f"own={own}/{apart != ELSEWHERE}",
        f"harm={harm}/{label}",
        f"label={label}",
        f"code={figure.code}/{type_}",
        f"clusters={min(3, len(clusters))}",
    ]
    lead = "marked" if figure.lead is None else str(round(max(-4.0, figure.lead)))
    found += [f"lead={lead}", f"lead={lead}/{label}", f"lead={lead}/{apart != ELSEWHERE}", f"who={figure.who}/{label}"]
    found += [f"read={figure.rule.split('; ')[-1]}/{lead == 'marked'}", f"lead={lead}/{type_}"]
    found += _around(passage, figure, lead)
    nearer = rival(passage, cluster.mentions, chunk.sentence, chunk.first, chunk.last)
    found.append(f"rival={nearer}/{label}/{type_}")
    if apart != ELSEWHERE:
        low, high = sorted((mention.first, chunk.first))
        others = sum(1 for tag in passage.tags[chunk.sentence].labels[low + 1 : high] if tag.startswith("B-"))
        found.append(f"triggers={min(2, others)}/{apart > 0}/{label}")
        found.append(f"before={word_before(passage.sentences[chunk.sentence].tokens, chunk.first)}")
        near = sorted(
            range(len(clusters)),
            key=lambda c: abs(nearest(clusters[c].mentions, chunk.sentence, chunk.first, chunk.last)[1]),
        )
        found.append(f"rank={min(2, near.index(k))}")
    return found


def _around(passage: Passage, figure: Figure, lead: str) -> list[str]:
    """Named features of the words around a figure: words of harm near it, the words before and after, its own."""
    chunk, label = figure.chunk, figure.chunk.label
    sentence = passage.sentences[chunk.sentence]
    tokens = sentence.tokens
    marked = lead == "marked"
    found = []
    harm: dict[str, tuple[int, str]] = {}
    for phrase in sentence.phrases:
        if phrase.kind == "outcomes" and phrase.hit is not None:
            apart = phrase.first - chunk.last if phrase.first > chunk.last else min(0, phrase.last - chunk.first)
            side = "left" if apart < 0 else "right" if apart > 0 else "in"
            if abs(apart) <= _HARM_REACH and (side not in harm or abs(apart) < harm[side][0]):
                harm[side] = (abs(apart), phrase.hit.code)
    for side, (apart, code) in harm.items():
        found += [f"{side}:{code}/{label}", f"{side}:{code}/{bucket(apart)}/{label}", f"{side}:{code}/{label}/{marked}"]
    found.append(f"harm={sorted(harm)}/{label}/{marked}")
    found += [f"stem={tokens[i].word.light}/{label}" for i in range(chunk.first, min(chunk.last, chunk.first + 3) + 1)]
    if chunk.first:
        found.append(f"-1={tokens[chunk.first - 1].word.light}/{label}")
    if chunk.last + 1 < len(tokens):
        found.append(f"+1={tokens[chunk.last + 1].word.light}/{label}")
    return found


def subset_features(passage: Passage, figure: Figure, before: Sequence[Figure]) -> list[str]:
    """Return the named features from which `subset` decides whether a figure is part of one told before."""
    chunk = figure.chunk
    tokens = passage.sentences[chunk.sentence].tokens
    earlier = [f for f in before if f.chunk.label == chunk.label]
    found = [
        f"before={word_before(tokens, chunk.first)}",
        f"label={chunk.label}",
        f"first={tokens[chunk.first].word.light}",
    ]
    found += [f"near={tokens[i].word.light}" for i in range(max(0, chunk.first - 3), chunk.first)]
    found.append(f"earlier={len(earlier) > 0}")
    if earlier:
        last = earlier[-1].quantity.min or 0
        own = figure.quantity.min
        found.append(f"fits={own is not None and own < last}")
        found.append(f"same-sentence={earlier[-1].chunk.sentence == chunk.sentence}")
    found.append(f"who={figure.who}")
    return found


def as_records(
    passage: Passage, owned: Sequence[tuple[Figure, Why]], choices: Choices
) -> tuple[tuple[Casualty, ...], tuple[Weapon, ...], tuple[Damage, ...]]:
    """Return the casualties, weapons and damage of one event."""
    casualties: list[Casualty] = []
    weapons: list[Weapon] = []
    damage: list[Damage] = []
    before: list[Figure] = []
    subset = choices["subset"]
    for figure, why in owned:
        chunk = figure.chunk
        span = passage.span(chunk.sentence, chunk.first, chunk.last)
        part = bool(before) and subset.score(subset_features(passage, figure, before)) >= subset.threshold
        before.append(figure)
        if chunk.label in OUTCOMES:
            record = Casualty(
                span=span, outcome=figure.code, who=figure.who, quantity=figure.quantity, subset=part, why=why
            )
            if not any(_same(c.outcome, c.quantity, figure) for c in casualties):
                casualties.append(record)
        elif chunk.label == "WPN":
            if not any(_same(w.kind, w.quantity, figure) for w in weapons):
                weapons.append(Weapon(span=span, kind=figure.code, quantity=figure.quantity, subset=part, why=why))
        elif not any(_same(d.object, d.quantity, figure) for d in damage):
            damage.append(Damage(span=span, object=figure.code, quantity=figure.quantity, subset=part, why=why))
    return tuple(casualties), tuple(weapons), tuple(damage)


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
