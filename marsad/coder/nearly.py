"""Parties that the role tagger nearly marked: they are proposed too, and the choices decide.

Where the tagger leans to "no role" it is often a rare name or noun: "قال مالك القارب", "قصفت محيط بيت عانا".
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from functools import lru_cache

from marsad.coder.passage import Chunk, Passage

_AROUND = 5  # tokens on each side of a word of speech in which whoever speaks is looked for
# Log-odds of a role against "no role": where a party begins to be proposed, and how far its words reach.
_BEGINS, _REACHES = -1.5, -2.5
# The label of a chunk that was nearly marked, by role; those of sources stand beside a word of speech.
_NEARLY = {"SRC": "src", "REC": "rec"}


def near_parties(passage: Passage, sentence: int, taken: Set[tuple[int, int]]) -> Iterator[Chunk]:
    """Yield the chunks of a sentence that were nearly marked as a party; `taken` are others' (sentence, token) seats."""
    own, tagged = passage.sentences[sentence], passage.roles[sentence]
    said = [(first, last) for kind, first, last, _ in own.phrases if kind == "speech_verbs"]
    near = {i for first, last in said for i in range(first - _AROUND, last + _AROUND + 1)}
    near -= {i for first, last in said for i in range(first, last + 1)}
    leads = {
        role: (tagged.scores.take(own, axis=1).max(axis=1) - tagged.scores[:, 0]).tolist()
        for role, own in _columns(tuple(tagged.names)).items()
    }
    if not any(max(lead, default=_BEGINS) > _BEGINS for role, lead in leads.items() if role != "SRC" or near):
        return  # as in most sentences
    run: list[int] = []
    for i, token in enumerate([*own.tokens, None]):
        is_name = token is not None and token.word.kind in ("word", "latin") and (sentence, i) not in taken
        if is_name and any(lead[i] > _REACHES for role, lead in leads.items() if role != "SRC" or i in near):
            run.append(i)
            continue
        # What touches a known party is a piece of it: "الحاكم" before a name, "الطبي" behind one.
        if run and taken.isdisjoint([(sentence, run[0] - 1), (sentence, run[-1] + 1)]):
            best, role = max((lead[k], role) for role, lead in leads.items() for k in run if role != "SRC" or k in near)
            if best > _BEGINS:
                yield Chunk(sentence, run[0], run[-1], _NEARLY[role])
        run = []


@lru_cache(maxsize=4)
def _columns(names: tuple[str, ...]) -> dict[str, list[int]]:
    """The columns of the labels of each role that is looked for."""
    columns = {role: [k for k, name in enumerate(names) if name[2:] == role] for role in _NEARLY}
    return {role: own for role, own in columns.items() if own}
