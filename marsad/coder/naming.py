"""Names that no list has, and words that stand for a name told before.

A person nobody lists is named by the words of his name, each with its usual English spelling. "الحركة" and "الوزارة" are
the movement and the ministry that the story named last, "بلاده" is the country of whoever was named last.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from marsad.actors import Actors
from marsad.coder.passage import Chunk, Passage, hits_between
from marsad.language import Hit, Sentence

_FEWEST = 2  # words of a full name
_RECENT = 4  # parties
_FAR = 80  # parties
_OWN_COUNTRY = "country"  # the kind of "بلاده"


class Known(NamedTuple):
    """A party named earlier in the story; `surname` is the folded last word of its name, `acts` that it acts or speaks."""

    name: str
    country: str | None
    sector: str | None
    id: str | None
    kind: str
    surname: str
    acts: bool


def person_name(sentence: Sentence, first: int, last: int) -> str | None:
    """Return the English name of a person nobody lists, from the words of the name among tokens first to last.

    A name with a word that has no known spelling stays unnamed: half a name is another person's.
    """
    hits = hits_between(sentence, first, last, "person_names")
    words: dict[int, tuple[int, Hit]] = {}
    for at, end, hit in hits:
        if at not in words or end > words[at][0]:
            words[at] = (end, hit)
    at = min(words, default=-1)
    found: list[str] = []
    while at in words:
        end, hit = words[at]
        found.append(hit.value.latin)
        at = end + 1
    is_whole = at > last or sentence.tokens[at].word.kind == "mark" or bool(sentence.tokens[at].word.hits)
    return " ".join(found) if is_whole and len(found) >= _FEWEST else None


def surname_of(sentence: Sentence, first: int, last: int) -> str:
    """Return the folded last word of what may be a person's name, by which the story may call him again."""
    return sentence.tokens[last].word.folded if last > first else ""


def referred(passage: Passage, chunk: Chunk, known: Sequence[Known], actors: Actors) -> tuple[Known, str] | None:
    """Return what a word that stands for a name means here, with the rule: the nearest earlier name of a fitting kind."""
    word = passage.sentences[chunk.sentence].tokens[chunk.first].word
    hit = next((h for h in word.hits if h.table == "anaphors"), None)
    if chunk.last > chunk.first:
        return None
    known = known[-_FAR:]
    if hit is None:
        again = next((k for k in reversed(known) if k.kind == "person" and k.surname == word.folded), None)
        return (again, f"{again.name}, named before") if again else None
    kinds = hit.value.kinds.split("|")
    if _OWN_COUNTRY in kinds:
        return _own_country(known, actors, f"anaphors.tsv:{hit.row}") if word.suffix else None
    meant = next((k for k in reversed(known) if k.kind in kinds), None) if word.is_definite else None
    return (meant, f"anaphors.tsv:{hit.row} {meant.name}") if meant else None


def _own_country(known: Sequence[Known], actors: Actors, rule: str) -> tuple[Known, str] | None:
    """The state of whoever was named last as acting or speaking: "قال الوزير التركي إن بلاده …"."""
    belonging = [k for k in known[-_RECENT:] if k.country]
    owner = next((k for k in reversed(belonging) if k.acts), belonging[-1] if belonging else None)
    state = actors.state(owner.country) if owner and owner.country else None
    if state is None:
        return None
    return Known(state.name, state.country, None, state.id, "state", "", False), rule
