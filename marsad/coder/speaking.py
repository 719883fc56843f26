"""Who speaks in a sentence: the words of speech beside a party, and whether an event is told in somebody's words.

"قال المحافظ إن …", "…, بحسب الدفاع المدني", "أدرعي: …": the actor of one event may be the source of the others.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from marsad.coder.pairs import Layout, Pairs, Seats, flags_between, marks_between
from marsad.coder.parts import Column, Table, count, flag, joined
from marsad.coder.passage import Chunk, Passage

_REACH = 3  # tokens between a party and its word of speech
_COLON = ":"


def speech_tables(layout: Layout, pairs: Pairs, seats: Seats, chunks: Sequence[Chunk], labels: Column) -> list[Table]:
    """Return the parts of features that tell a party which speaks from one that only acts; `labels` are the parties'."""
    passage = layout.passage
    spoken = [_speech_words(passage, k) for k in range(len(passage.sentences))]
    beside = [(speech_beside(passage, chunk),) for chunk in chunks]
    is_spoken = np.array([any(words) for words in spoken], dtype=bool)
    claims = count(flags_between(layout, pairs, seats, spoken), 2)
    told = is_spoken[layout.told.sentence[pairs.mention]]
    return [
        Table(_speaks, (labels, pairs.of_item(beside), joined(pairs.follows(), claims, flag(told)))),
        Table(_apart, (labels, joined(pairs.follows(), marks_between(layout, pairs, seats))), pairs.is_here),
    ]


def _speech_words(passage: Passage, sentence: int) -> list[bool]:
    """Which tokens of a sentence are words of speech."""
    own = passage.sentences[sentence]
    found = [False] * len(own.tokens)
    for kind, first, last, _ in own.phrases:
        if kind == "speech_verbs":
            found[first : last + 1] = [True] * (last + 1 - first)
    return found


def speech_beside(passage: Passage, chunk: Chunk) -> tuple[str, str, str]:
    """Return the word of speech before a party (or in it) and after it, and how near a colon follows ("": none)."""
    sentence = passage.sentences[chunk.sentence]
    before = after = ""
    for kind, first, last, hit in sentence.phrases:
        if kind != "speech_verbs" or hit is None:
            continue
        said = f"{hit.value.pos}/{hit.value.stance}"
        if first <= chunk.first <= last or 0 < chunk.first - last <= _REACH:
            before = f"{said}{max(0, chunk.first - last)}"
        elif 0 < first - chunk.last <= _REACH and not after:
            after = f"{said}{first - chunk.last}"
    following = [token.word.folded for token in sentence.tokens[chunk.last + 1 : chunk.last + 3]]
    return before, after, str(following.index(_COLON)) if _COLON in following else ""


def _speaks(label: str, beside: tuple[str, str, str], follows: bool, claims: int, told: bool) -> list[str]:
    """Features of a party's speech: the word of speech beside it, a colon after it, whether the event is told in it."""
    before, after, colon = beside
    says = "|".join(beside)
    return [
        f"says={says}",
        f"says={says}/{label}",
        f"says-before={before}/{follows}/{claims}",
        f"says-after={after}/{follows}/{claims}",
        f"colon={colon}/{follows}/{label}",
        f"claims={claims}/{label}/{follows}",
        f"told={told}/{label}/{says != '||'}",
    ]


def _apart(label: str, follows: bool, marks: int) -> list[str]:
    """Features of the marks between a party and the event word."""
    return [f"marks={marks}/{label}/{follows}"]
