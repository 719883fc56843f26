"""Places that a text names and the gazetteer does not know: no value, but a problem that a person can mend with a word."""

from __future__ import annotations

from collections.abc import Container, Iterator

from marsad.coder.passage import Chunk, Passage, chunks
from marsad.model import UNKNOWN_PLACE, Problem

_SHORTEST = 3  # letters of a name
_MOST_TOKENS = 4
_MOST_HARMED = 2
_LIKELY = -1.5  # log-odds of a place against "no role"
_FIXED = "settlement"
# What begins with such words is told, not named: "the eastern outskirts", "four provinces", "the French embassy".
_TOLD = frozenset({
    "place_kinds", "directions", "role_nouns", "nisbas", "anaphors", "actors", "numbers", "units", "time_words", "months",
    "weekdays", "titles", "part_words", "places",
})  # fmt: skip
# After a word for a kind of place these are names: towns are called "Ruin" and "Fire".
_ACTS = frozenset({"triggers", "outcomes", "damage", "weapons"})


def find_unknown_places(passage: Passage, taken: Container[tuple[int, int]]) -> Iterator[Problem]:
    """Yield the names that stand where places are told, without the kind word before them; `taken` are the sentences and
    tokens at which places were found.
    """
    for chunk in sorted((*chunks(passage), *_unmarked(passage))):
        free = range(chunk.first, chunk.last + 1)
        last = next((i - 1 for i in free if (chunk.sentence, i) in taken), chunk.last)
        named = _name(passage, chunk._replace(last=last)) if last >= chunk.first else None
        if named is not None:
            yield Problem(passage.span(chunk.sentence, *named), UNKNOWN_PLACE)


def _unmarked(passage: Passage) -> Iterator[Chunk]:
    """Yield the settlements that nothing marks although a place is likely there: "على بلدة زرنوقة" may be where it
    happened or what was struck, and neither wins.
    """
    for number, (sentence, tagged) in enumerate(zip(passage.sentences, passage.roles, strict=True)):
        columns = [k for k, name in enumerate(tagged.names) if name[2:] == "PLC"]
        for kind, first, last, hit in sentence.phrases:
            if kind != "place_kinds" or hit is None or hit.code != _FIXED or last + 1 >= len(sentence.tokens):
                continue
            if set(tagged.labels[first : last + 2]) == {"O"} and any(
                tagged.scores[last + 1, k] > tagged.scores[last + 1, 0] + _LIKELY for k in columns
            ):
                yield Chunk(number, first, last + 1, "PLC")


def _name(passage: Passage, chunk: Chunk) -> tuple[int, int] | None:
    """The tokens of a chunk that name a place; None where it names none, or nobody could tell which.

    What is struck is often told as the one that is struck, "the shelling of the village of …": it counts where a word for a
    settlement stands before a name.
    """
    sentence = passage.sentences[chunk.sentence]
    kinds = [p for p in sentence.phrases if p.kind == "place_kinds" and chunk.first <= p.first <= chunk.last]
    if chunk.label != "PLC" and not any(p.hit and p.hit.code == _FIXED for p in kinds):
        return None
    first = kinds[0].last + 1 if kinds else chunk.first
    # What stands in another place is named up to there: "the village of … in the countryside of …".
    last = min([chunk.last, *(p.first - 1 for p in kinds if p.first > first)])
    while last >= first and sentence.tokens[last].word.kind == "mark":
        last -= 1
    if not 0 <= last - first < (_MOST_TOKENS if chunk.label == "PLC" else _MOST_HARMED):
        return None
    tables = _TOLD if kinds else _TOLD | _ACTS
    told = any(p.kind in tables and p.first <= first <= p.last for p in sentence.phrases)
    words = [sentence.tokens[i].word for i in range(first, last + 1)]
    if told or any(c.first <= first <= c.last for c in sentence.counts):
        return None
    if any(word.kind not in ("word", "latin") for word in words) or len(words[0].folded) < _SHORTEST:
        return None
    if not kinds and words[0].suffix:
        return None  # "its outskirts"; behind a kind word the ending of a name only looks like a pronoun
    # Without a kind word a definite noun alone is a thing that everybody knows: "the airport", "the waters".
    return None if not kinds and words[0].is_definite else (first, last)
