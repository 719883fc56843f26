"""How many: casualties, weapons, damaged objects and money, each with its count, and the event each belongs to.

The role tagger marks the words; numbers, duals and plurals are counted by rule. A figure belongs to one event at most: the
one that the choice `figure` finds likeliest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from marsad.coder.choices import Choices
from marsad.coder.passage import Chunk, Cluster, Passage, bucket, chunks, hits_between, nearest, word_before
from marsad.language import Hit, Sentence
from marsad.model import Casualty, Damage, Money, Quantity, Weapon, Why

OUTCOMES = {
    "KIL": "killed",
    "INJ": "injured",
    "MIS": "missing",
    "CAP": "captured",
    "ABD": "abducted",
    "REL": "released",
    "DIS": "displaced",
    "TRP": "trapped",
}
# Weapons told as a stuff ("by gunfire", "under shelling") have no count unless a number stands with them.
_UNCOUNTED = frozenset({"firearm", "artillery", "mortar", "aircraft"})


class Figure(NamedTuple):
    """A marked chunk with its count and code: outcome and who, weapon kind, or damaged object."""

    chunk: Chunk
    code: str
    who: str
    quantity: Quantity
    rule: str


def find_figures(passage: Passage) -> list[Figure]:
    """Return the figures of a passage in order; counts of zero are left out."""
    found: list[Figure] = []
    for chunk in chunks(passage):
        sentence = passage.sentences[chunk.sentence]
        hits = hits_between(sentence, chunk.first, chunk.last)
        if chunk.label in OUTCOMES:
            figure = _casualty(sentence, chunk, hits, found)
        elif chunk.label == "WPN":
            figure = _thing(sentence, chunk, hits, "weapons")
        elif chunk.label == "DMG":
            figure = _thing(sentence, chunk, hits, "damage")
        else:
            continue
        if figure.quantity.max != 0:
            found.append(figure)
    return found


def _casualty(
    sentence: Sentence, chunk: Chunk, hits: Sequence[tuple[int, int, Hit]], before: Sequence[Figure]
) -> Figure:
    noun = next((h for _, _, h in hits if h.table == "role_nouns" and h.value.who), None)
    title = any(h.table == "titles" for _, _, h in hits)
    who = noun.value.who if noun else "official" if title else "person"
    quantity, rule = _quantity(sentence, chunk, noun)
    if noun is None and not title and before and before[-1].chunk.sentence == chunk.sentence and before[-1].who:
        # "ثلاثة جنود ... وسبعة آخرون": the others are of the same kind.
        who = before[-1].who
    return Figure(chunk, OUTCOMES[chunk.label], who, quantity, rule)


def _thing(sentence: Sentence, chunk: Chunk, hits: Sequence[tuple[int, int, Hit]], table: str) -> Figure:
    ranked = sorted(((last - first, -first, h) for first, last, h in hits if h.table == table), key=lambda x: x[:2])
    hit = ranked[-1][2] if ranked else None
    code = hit.code if hit else "other"
    quantity, rule = _quantity(sentence, chunk, hit)
    if table == "weapons" and code in _UNCOUNTED and rule == "singular":
        quantity = Quantity()
    return Figure(chunk, code, "", quantity, f"{table}.tsv:{hit.row}; {rule}" if hit else rule)


def _quantity(sentence: Sentence, chunk: Chunk, noun: Hit | None) -> tuple[Quantity, str]:
    """The count said with a chunk: a number or dual in it or counting its noun; else one for a singular, none for many."""
    for count in sentence.counts:
        if count.unit is not None:
            continue
        inside = count.first <= chunk.last and count.last >= chunk.first
        counted = count.noun is not None and chunk.first <= count.noun <= chunk.last and count.first >= chunk.first - 4
        if inside or counted:
            return count.quantity, count.rule
    if noun is not None and noun.form == "plural":
        return Quantity(), "plural"
    if noun is not None and noun.form == "dual" and sentence.tokens[chunk.first].word.kind == "word":
        return Quantity(min=2, max=2), "dual"
    if noun is None and _looks_plural(sentence, chunk):
        return Quantity(), "plural"
    return Quantity(min=1, max=1), "singular"


def _looks_plural(sentence: Sentence, chunk: Chunk) -> bool:
    """Whether an unknown head noun carries a lexicon row that says plural; unknown shapes count as singular."""
    return any(h.form == "plural" for i in range(chunk.first, chunk.last + 1) for h in sentence.tokens[i].word.hits)


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
    side = bucket(apart) if apart != 99 else f"back{min(2, chunk.sentence - mention.sentence)}"
    own = any(m.sentence == chunk.sentence for c in clusters for m in c.mentions if c.trigger.type == type_)
    word = passage.sentences[mention.sentence].tokens[mention.first].word
    harm = next((h.code for h in word.hits if h.table == "outcomes"), "no")
    found = [
        f"type={type_}/{label}",
        f"side={side}/{label}",
        f"side={side}/{type_}",
        f"own={own}/{apart != 99}",
        f"harm={harm}/{label}",
        f"label={label}",
        f"code={figure.code}/{type_}",
        f"clusters={min(3, len(clusters))}",
    ]
    if apart != 99:
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
