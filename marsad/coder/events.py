"""Joins the mentions of one event: the same happening told twice, and the words that tell its harm.

Each mention looks back for the mention that it most likely repeats; the choice `same` gives the probability.
"""

from __future__ import annotations

from collections.abc import Sequence

from marsad.coder.choices import Choices
from marsad.coder.passage import Cluster, Mention, Passage, bucket, hits_between

_LOOK_BACK = 24
_FACTS = ("places", "weapons", "actors", "counts")


def join_mentions(passage: Passage, mentions: Sequence[Mention], choices: Choices) -> list[Cluster]:
    """Return the events of a passage as clusters of mentions, in order of their first mention."""
    same = choices["same"]
    group: list[int] = []
    for k, mention in enumerate(mentions):
        best, antecedent = same.threshold, -1
        for j in range(max(0, k - _LOOK_BACK), k):
            if not may_be_same(mentions[j], mention):
                continue
            score = same.score(same_features(passage, mentions, j, k))
            if score >= best:
                best, antecedent = score, j
        group.append(group[antecedent] if antecedent >= 0 else k)
    members: dict[int, list[Mention]] = {}
    for k, head in enumerate(group):
        members.setdefault(head, []).append(mentions[k])
    return [Cluster(tuple(own), _main(passage, own)) for own in members.values()]


def may_be_same(a: Mention, b: Mention) -> bool:
    """Say whether two mentions are worth comparing: of one type, or told in one sentence."""
    return a.type == b.type or a.sentence == b.sentence


def _main(passage: Passage, mentions: Sequence[Mention]) -> int:
    """The mention that names the event best: not a word of harm or a definite repeat ("the attack") if there is another."""

    def rank(k: int) -> tuple[bool, bool, int, float]:
        mention = mentions[k]
        word = passage.sentences[mention.sentence].tokens[mention.first].word
        return (not is_harm(passage, mention), not word.is_definite, -mention.sentence, mention.confidence)

    return max(range(len(mentions)), key=rank)


def is_harm(passage: Passage, mention: Mention) -> bool:
    """Say whether a mention's word tells the harm done (killed, wounded, damaged) rather than the act."""
    return bool(hits_between(passage.sentences[mention.sentence], mention.first, mention.last, "outcomes"))


def same_features(passage: Passage, mentions: Sequence[Mention], j: int, k: int) -> list[str]:
    """Return the named features from which `same` decides whether mention k repeats mention j (j before k)."""
    a, b = mentions[j], mentions[k]
    left, right = passage.sentences[a.sentence], passage.sentences[b.sentence]
    word_a, word_b = left.tokens[a.first].word, right.tokens[b.first].word
    apart = b.sentence - a.sentence
    types = a.type if a.type == b.type else "differ"
    harm = f"{int(is_harm(passage, a))}{int(is_harm(passage, b))}"
    same_stem = word_a.light == word_b.light
    definite = word_b.is_definite
    gap = "same" if apart == 0 else "next" if apart == 1 else "near" if apart <= 3 else "far"
    headline = a.sentence == 0
    between = sum(1 for m in mentions[j + 1 : k] if m.sentence == b.sentence)
    found = [
        f"types={types}",
        f"gap={gap}/{types == 'differ'}",
        f"harm={harm}/{gap}",
        f"stem={same_stem}/{gap}",
        f"stem={same_stem}/{types}",
        f"definite={definite}/{gap}",
        f"headline={headline}/{same_stem}/{gap}",
        f"headline={headline}/{types}/{harm}",
        f"between={min(between, 3)}/{gap}",
        f"pair={word_a.light}/{word_b.light}" if apart == 0 else f"form={definite}/{same_stem}/{harm}",
    ]
    if apart == 0:
        found.append(f"tokens={bucket(b.first - a.last)}/{harm}")
        found.append(f"joined={right.tokens[b.first].word.prefix[:1]}/{types}/{harm}")
        if b.first:
            found.append(f"before={right.tokens[b.first - 1].word.folded}")
    found += _shared(passage, a, b, gap)
    if types != "differ":
        found.append(f"gap={gap}/{types}/{harm}")
    return found


def _shared(passage: Passage, a: Mention, b: Mention, gap: str) -> list[str]:
    """Whether the sentences of two mentions name the same places, weapons, actors and numbers."""
    if a.sentence == b.sentence:
        return []
    found = []
    for kind, left, right in zip(_FACTS, passage.facts(a.sentence), passage.facts(b.sentence), strict=True):
        verdict = "none" if not left or not right else "shared" if left & right else "apart"
        found.append(f"{kind}={verdict}/{gap}")
    return found
