"""Joins the mentions of one event: the same happening told twice, and the words that tell its harm.

Each mention looks back for the mention that it most likely repeats; the choice `same` gives the probability.
"""

from __future__ import annotations

from collections.abc import Sequence

from marsad.coder.choices import Choices
from marsad.coder.parts import Told
from marsad.coder.passage import Cluster, Mention, Passage, bucket

_LOOK_BACK = 24
_VETO = 0.1
_FACTS = ("places", "weapons", "actors", "counts", "dates")


def join_mentions(passage: Passage, mentions: Sequence[Mention], choices: Choices) -> list[Cluster]:
    """Return the events of a passage as clusters of mentions, in order of their first mention."""
    same = choices.group("same")
    least = same.choices[0].threshold
    earlier = [_comparable(mentions, k) for k in range(len(mentions))]
    weighed = same.weigh_each([same_parts(passage, mentions, j, k) for k, own in enumerate(earlier) for j in own])
    scores = iter(weighed.scores[0])
    group: list[int] = []
    for k, compared in enumerate(earlier):
        likeness: dict[int, list[float]] = {}
        for j in compared:
            likeness.setdefault(group[j], []).append(next(scores))
        # One clear "no" among an event's mentions outweighs a faint "yes".
        likely = {head: max(own) for head, own in likeness.items() if max(own) >= least and min(own) >= _VETO}
        group.append(max(likely, key=lambda head: likely[head]) if likely else k)
    members: dict[int, list[Mention]] = {}
    for k, head in enumerate(group):
        members.setdefault(head, []).append(mentions[k])
    return [Cluster(tuple(own), _main(passage, own)) for own in members.values()]


def may_be_same(a: Mention, b: Mention) -> bool:
    """Say whether two mentions are worth comparing: of one type, or told in one sentence."""
    return a.type == b.type or a.sentence == b.sentence


def _comparable(mentions: Sequence[Mention], k: int) -> list[int]:
    """The mentions before mention k that it may repeat."""
    start = max(0, k - _LOOK_BACK)
    type_, sentence = mentions[k].type, mentions[k].sentence
    return [j for j, m in enumerate(mentions[start:k], start) if m.type == type_ or m.sentence == sentence]


def _main(passage: Passage, mentions: Sequence[Mention]) -> int:
    """The mention that names the event best: not a word of harm or a definite repeat ("the attack") if there is another."""

    def rank(k: int) -> tuple[bool, bool, int, float]:
        mention = mentions[k]
        word = passage.sentences[mention.sentence].tokens[mention.first].word
        return (not passage.is_harm(mention), not word.is_definite, -mention.sentence, mention.confidence)

    return max(range(len(mentions)), key=rank)


def same_parts(passage: Passage, mentions: Sequence[Mention], j: int, k: int) -> list[Told]:
    """Return the parts of features from which `same` decides whether mention k repeats mention j (j before k)."""
    a, b = mentions[j], mentions[k]
    tokens = passage.sentences[b.sentence].tokens
    word_a, word_b = passage.sentences[a.sentence].tokens[a.first].word, tokens[b.first].word
    apart = b.sentence - a.sentence
    types = a.type if a.type == b.type else "differ"
    harm = f"{int(passage.is_harm(a))}{int(passage.is_harm(b))}"
    same_stem, definite = word_a.light == word_b.light, word_b.is_definite
    gap = "same" if apart == 0 else "next" if apart == 1 else "near" if apart <= 3 else "far"
    between = 0
    while between < 3 and k - 1 - between > j and mentions[k - 1 - between].sentence == b.sentence:
        between += 1
    parts: list[Told] = [
        (_kinds, (types, gap, harm)),
        (_stems, (same_stem, gap, types, definite)),
        (_heads, (a.sentence == 0, same_stem, gap, types, harm)),
        (_between, (between, gap)),
    ]
    if apart == 0:
        before = tokens[b.first - 1].word.folded if b.first else "^"
        parts.append(f"pair={word_a.light}/{word_b.light}")
        parts.append((_beside, (bucket(b.first - a.last), harm, types, word_b.prefix[:1], before)))
    else:
        parts.append((_told, (_verdicts(passage, a.sentence, b.sentence), gap, definite, same_stem, harm)))
    return parts


def _verdicts(passage: Passage, a: int, b: int) -> tuple[str, ...]:
    """How what two sentences name compares, kind by kind."""
    return tuple([_verdict(x, y) for x, y in zip(passage.facts(a), passage.facts(b), strict=True)])


def _verdict(left: frozenset[object], right: frozenset[object]) -> str:
    """How what two sentences name compares: nothing on one side, all the same, one within the other, some, or apart."""
    if not left or not right:
        return "none"
    if left == right:
        return "equal"
    if left <= right or right <= left:
        return "within"
    return "shared" if left & right else "apart"


def _kinds(types: str, gap: str, harm: str) -> list[str]:
    """Features of the two types and whether either word tells harm."""
    found = [f"types={types}", f"gap={gap}/{types == 'differ'}", f"harm={harm}/{gap}"]
    return found if types == "differ" else [*found, f"gap={gap}/{types}/{harm}"]


def _stems(same_stem: bool, gap: str, types: str, definite: bool) -> list[str]:
    """Features of whether the second word repeats the first, and is definite."""
    return [f"stem={same_stem}/{gap}", f"stem={same_stem}/{types}", f"definite={definite}/{gap}"]


def _heads(headline: bool, same_stem: bool, gap: str, types: str, harm: str) -> list[str]:
    """Features of whether the first stands in the headline."""
    return [f"headline={headline}/{same_stem}/{gap}", f"headline={headline}/{types}/{harm}"]


def _between(between: int, gap: str) -> list[str]:
    """Features of how many mentions stand between the two."""
    return [f"between={between}/{gap}"]


def _beside(apart: str, harm: str, types: str, joined: tuple[str, ...], before: str) -> list[str]:
    """Features of two mentions in one sentence."""
    return [f"tokens={apart}/{harm}", f"joined={joined}/{types}/{harm}", f"before={before}"]


def _told(verdicts: tuple[str, ...], gap: str, definite: bool, same_stem: bool, harm: str) -> list[str]:
    """Features of whether two sentences name the same places, weapons, actors and counts."""
    found = [f"{kind}={verdict}/{gap}" for kind, verdict in zip(_FACTS, verdicts, strict=True)]
    return [*found, f"form={definite}/{same_stem}/{harm}"]
