"""How many: candidate counts of casualties, weapons and damaged objects, each with its number and code.

The role tagger marks most; a counted or listed noun that it nearly marked is proposed too (`lead` says how near it came),
and the choice that gives figures to events decides. Numbers, duals and plurals are counted by rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from marsad.coder.bounds import describes
from marsad.coder.passage import OUTCOMES, Chunk, Figure, Passage, chunks, hits_between
from marsad.language import Count, Hit, Sentence, Token
from marsad.model import Quantity

# Weapons told as a stuff ("by gunfire", "under shelling") have no count unless a number stands with them.
_UNCOUNTED = frozenset({"firearm", "artillery", "mortar", "aircraft"})
# Log-odds against "no role" down to which a counted or listed noun is proposed.
_NEAR_MISS = -4.0
# What a word of harm just before adds to its outcome, in log-odds, and how many tokens before.
_TOLD = 1.5
_HARM_REACH = 4
# How far behind the word that opens the parts of a total ("بينهم أكثر من 20 طفلا") the first of them is named, in tokens.
_PART_REACH = 4
_TABLES = {"WPN": "weapons", "DMG": "damage"}


class _Head(NamedTuple):
    """The noun that a figure counts: its tokens and lexicon row."""

    first: int
    last: int
    hit: Hit


def find_figures(passage: Passage) -> list[Figure]:
    """Return the candidate figures of a passage in order; counts of zero are left out."""
    marked = [c for c in chunks(passage) if (c.label in OUTCOMES or c.label in _TABLES) and not _is_named(passage, c)]
    taken = {(c.sentence, i) for c in marked for i in range(c.first, c.last + 1)}
    found: list[Figure] = []
    proposed = [
        (c, lead) for number in range(len(passage.sentences)) for c, lead in _near_misses(passage, number, taken)
    ]
    for chunk, lead in sorted([*((c, None) for c in marked), *proposed], key=lambda x: x[0][:3]):
        found += [f for f in _figures(passage.sentences[chunk.sentence], chunk, lead, found) if f.quantity.max != 0]
    return found


def _is_named(passage: Passage, chunk: Chunk) -> bool:
    """Say whether a chunk is part of a settlement's name: "بيت" in "بيت لاهيا" is no house."""
    size = chunk.last - chunk.first
    return any(
        p.kind == "places" and p.first <= chunk.first and chunk.last <= p.last and p.last - p.first > size
        for p in passage.sentences[chunk.sentence].phrases
        if p.hit is not None and p.hit.code == "settlement"
    )


def _near_misses(passage: Passage, number: int, taken: set[tuple[int, int]]) -> Iterator[tuple[Chunk, float]]:
    """Counted nouns, people, weapons and objects that the role tagger came close to marking."""
    sentence, tagged = passage.sentences[number], passage.roles[number]
    seats: dict[tuple[int, int], tuple[str, ...]] = {}
    for count in sentence.counts:
        if count.unit is None:
            last = count.noun if count.noun is not None and count.noun > count.last else count.last
            seats[count.first, last] = (*OUTCOMES, "WPN", "DMG")
    for kind, first, last, hit in sentence.phrases:
        if kind == "role_nouns" and hit and hit.value.who and not describes(sentence, first):
            seats.setdefault((first, last), tuple(OUTCOMES))
        elif kind == "weapons" or kind == "damage":
            seats.setdefault((first, last), ("WPN",) if kind == "weapons" else ("DMG",))
    # "بيت" in "بيت لاهيا" is no house.
    covered = {
        i
        for kind, first, last, _ in sentence.phrases
        if last > first and kind in ("places", "actors", "bodies")
        for i in range(first, last + 1)
    }
    if not seats:
        return
    leads, names = tagged.scores - tagged.scores[:, :1], tuple(tagged.names)
    for (first, last), labels in sorted(seats.items(), key=lambda s: (s[0][0], -s[0][1])):
        tokens = range(first, last + 1)
        if not covered.isdisjoint(tokens) or any((number, i) in taken for i in tokens):
            continue
        columns, own = _columns(names, labels)
        best = leads[first : last + 1].take(columns, axis=1).max(axis=0).tolist()
        if max(best) + _TOLD <= _NEAR_MISS:
            continue
        told = _harm_before(sentence, first) or "nothing"
        lead, label = max(
            [
                (value + (_TOLD if OUTCOMES.get(name) == told else 0.0), name)
                for value, name in zip(best, own, strict=True)
            ]
        )
        if lead > _NEAR_MISS:
            covered.update(tokens)
            yield Chunk(number, first, last, label), lead


@lru_cache(maxsize=64)
def _columns(names: tuple[str, ...], labels: tuple[str, ...]) -> tuple[list[int], list[str]]:
    """The columns of the names that stand for some labels, and the label of each."""
    found = [(k, name[2:]) for k, name in enumerate(names) if name[2:] in labels]
    return [k for k, _ in found], [label for _, label in found]


def _harm_before(sentence: Sentence, first: int) -> str | None:
    """The outcome that the nearest word of harm shortly before a token tells."""
    codes = [
        hit.code
        for kind, _, last, hit in sentence.phrases
        if kind == "outcomes" and hit and 0 < first - last <= _HARM_REACH
    ]
    return codes[-1] if codes else None


def _figures(sentence: Sentence, chunk: Chunk, lead: float | None, before: Sequence[Figure]) -> Iterator[Figure]:
    """The figures of a chunk: one, or one for each counted object in it ("مسجد ومنزلين")."""
    table = _TABLES.get(chunk.label, "role_nouns")
    hits = hits_between(sentence, chunk.first, chunk.last, table)
    heads = [
        _Head(*hit) for hit in hits if table != "role_nouns" or (hit[2].value.who and not _is_verb(sentence, hit[0]))
    ]
    first = max(heads[:1] or heads, key=lambda h: h.last - h.first, default=None)
    first = next((h for h in heads if first and h.first == first.first and h.last > first.last), first)
    if table == "role_nouns":
        told = _as_part(sentence, chunk, before) or _as_told(sentence, chunk)
        figure = _casualty(sentence, told, first, lead, before)
        # A verb alone ("أصابت") harms nobody yet: somebody must be counted or named.
        if first is not None or figure.rule != "singular" or _names_somebody(sentence, chunk):
            yield figure
        return
    yield _thing(sentence, chunk, first, lead)
    counted = {c.noun: c for c in sentence.counts if c.unit is None}
    for head in heads:
        if first is not None and head.first > first.last and head.first in counted:
            yield _thing(sentence, Chunk(chunk.sentence, head.first, head.last, chunk.label), head, lead)


def _as_part(sentence: Sentence, chunk: Chunk, before: Sequence[Figure]) -> Chunk | None:
    """The chunk with the outcome of the total that it is part of: "وأصيب تسعة، بينهم طفلان وامرأة".

    None: no word that opens parts stands before it, or a word of harm of its own.
    """
    whole = before[-1].chunk if before else None
    if whole is None or whole.sentence != chunk.sentence or whole.label not in OUTCOMES:
        return None
    opens = _opened_at(sentence, chunk)
    if opens is None or opens <= whole.last or hits_between(sentence, opens, chunk.last, "outcomes"):
        return None
    return chunk._replace(label=whole.label)


def _opened_at(sentence: Sentence, chunk: Chunk) -> int | None:
    """The token just before a chunk that opens the parts of a total ("بينهم"), if there is one."""
    near = range(chunk.first - 1, max(chunk.first - 1 - _PART_REACH, -1), -1)
    return next((i for i in near if _is_among(sentence.tokens[i])), None)


def _is_among(token: Token) -> bool:
    return any(h.table == "part_words" and h.code == "among" for h in token.word.hits)


def _as_told(sentence: Sentence, chunk: Chunk) -> Chunk:
    """The chunk with the outcome that the word of harm after it tells, if none stands before it ("84 شخصا جرحوا")."""
    if _harm_before(sentence, chunk.first) or hits_between(sentence, chunk.first, chunk.last, "outcomes"):
        return chunk
    following = [
        p for p in sentence.phrases if p.kind == "outcomes" and p.hit and 0 < p.first - chunk.last <= _HARM_REACH
    ]
    if not following or following[0].hit is None:
        return chunk
    between = range(chunk.last + 1, following[0].first)
    if any(count.first in between for count in sentence.counts):
        return chunk
    label = next((name for name, outcome in OUTCOMES.items() if outcome == following[0].hit.code), chunk.label)
    return chunk._replace(label=label)


def _is_verb(sentence: Sentence, seat: int) -> bool:
    """Say whether a word of harm may be a verb: "أصابت" is spelled like the noun "إصابة" before a pronoun."""
    return any(h.table == "outcomes" and h.form in ("past", "present") for h in sentence.tokens[seat].word.hits)


def _names_somebody(sentence: Sentence, chunk: Chunk) -> bool:
    """Say whether a chunk holds a title or a name."""
    words = [sentence.tokens[i].word for i in range(chunk.first, chunk.last + 1)]
    return any(w.suffix or not w.hits for w in words if w.kind in ("word", "latin")) or bool(
        hits_between(sentence, chunk.first, chunk.last, "titles", "actors")
    )


def _casualty(
    sentence: Sentence, chunk: Chunk, head: _Head | None, lead: float | None, before: Sequence[Figure]
) -> Figure:
    title = bool(hits_between(sentence, chunk.first, chunk.last, "titles"))
    who = head.hit.value.who if head else "official" if title else "person"
    quantity, rule = _quantity(sentence, chunk, head)
    is_counted = any(c.noun is not None and chunk.first <= c.noun <= chunk.last for c in sentence.counts)
    if head is None and not title and is_counted:
        # "ثلاثة جنود، بينهم ضابط، وسبعة آخرون": the others are soldiers too.
        wholes = [f for f in before if f.chunk.sentence == chunk.sentence and _opened_at(sentence, f.chunk) is None]
        who = next((f.who for f in wholes[-1:] if f.who), who)
    return Figure(chunk, OUTCOMES[chunk.label], who, quantity, rule, lead)


def _thing(sentence: Sentence, chunk: Chunk, head: _Head | None, lead: float | None) -> Figure:
    code = head.hit.code if head else "other"
    quantity, rule = _quantity(sentence, chunk, head)
    if chunk.label == "WPN" and code in _UNCOUNTED and rule == "singular":
        quantity = Quantity()
    rule = f"{_TABLES[chunk.label]}.tsv:{head.hit.row}; {rule}" if head else rule
    return Figure(chunk, code, "", quantity, rule, lead)


def _quantity(sentence: Sentence, chunk: Chunk, head: _Head | None) -> tuple[Quantity, str]:
    """The count said with a chunk: a number or dual that counts its noun; else one for a singular, none for many."""
    for count in sentence.counts:
        if count.unit is None and _counts(count, chunk, head):
            return count.quantity, count.rule
    seat = head.first if head else chunk.first
    hits = sentence.tokens[seat].word.hits
    forms = {h.form for h in hits}
    if head is not None and head.hit.form != "phrase":
        forms = {head.hit.form}
    elif head is not None:
        # "ناقلة نفط" is one ship, though "ناقلة" may be other things in other tables.
        forms = {h.form for h in hits if h.table == head.hit.table} or forms
    if "plural" in forms or (head is None and _looks_plural(sentence, chunk)):
        return Quantity(), "plural"
    return Quantity(min=1, max=1), "singular"


def _counts(count: Count, chunk: Chunk, head: _Head | None) -> bool:
    """Say whether a count counts a chunk: it counts the head noun, or stands in the chunk and counts nothing else in it."""
    if head is not None and count.noun is not None:
        # "جثامين 9 أشخاص": what follows a noun without a number of its own counts it.
        is_inside = count.first == head.last + 1 and count.noun <= chunk.last and count.rule != "numbers.dual"
        return (head.first <= count.noun <= head.last and count.first >= chunk.first - 6) or is_inside
    if head is not None:
        return (
            head.first - 2 <= count.first <= head.last + 1 and chunk.first <= count.last and count.first <= chunk.last
        )
    counted = count.noun is not None and chunk.first <= count.noun <= chunk.last and count.first >= chunk.first - 6
    return counted or (count.first <= chunk.last and count.last >= chunk.first)


def _looks_plural(sentence: Sentence, chunk: Chunk) -> bool:
    """Whether an unknown head noun carries a lexicon row that says plural or many; unknown shapes count as singular."""
    hits = (h for i in range(chunk.first, chunk.last + 1) for h in sentence.tokens[i].word.hits)
    return any(h.form == "plural" or (h.table == "part_words" and h.code == "many") for h in hits)
