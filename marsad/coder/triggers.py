"""Finds the words that name events, and the type of event each names.

The tagger proposes (its best path, and near misses); the choice `keep` decides with the lexicon's opinion beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from marsad.coder.choices import Choices
from marsad.coder.parts import Indexes, Told
from marsad.coder.passage import Mention, Passage
from marsad.coder.weighing import Weighed
from marsad.language import Phrase, Sentence, Token
from marsad.model import Why

# Log-odds against "no event" down to which a word is still worth a second look: any word, and a trigger of the lexicon.
_NEAR_MISS = -2.5
_MANY = 4  # words of sport, film, weather …
_LISTED_MISS = -5.0
_OTHER_TABLES = frozenset(
    {
        "trigger_blockers",
        "outcomes",
        "role_nouns",
        "damage",
        "weapons",
        "places",
        "titles",
        "speech_verbs",
        "nisbas",
        "actors",
    }
)
_NO_ROLE = frozenset({""})


def find_mentions(passage: Passage, choices: Choices) -> list[Mention]:
    """Return the event mentions of a passage in order, each with the probability (0-1) that it is one."""
    return list(keep_mentions(passage, choices).mentions)


class Kept(NamedTuple):
    """The mentions that were kept, in order: each with its place among all that was weighed."""

    mentions: dict[Mention, int]
    weighed: Weighed

    def why(self, passage: Passage, mention: Mention) -> Why:
        """Why these words name an event of this type: the tagger's lead and the choice `keep`."""
        words = passage.words(mention.sentence, mention.first, mention.last)
        kept = self.weighed.why(0, self.mentions[mention], words)
        heaviest = (("lead", round(mention.lead, 2)), *kept.features)
        return Why(rule=f"tagger:{mention.type}; choice:keep", words=words, score=kept.score, features=heaviest)


def keep_mentions(passage: Passage, choices: Choices) -> Kept:
    """Choose the event mentions of a passage, each with the probability (0-1) that it is one."""
    keep = choices.group("keep")
    least = keep.choices[0].threshold
    proposed = propose_mentions(passage)
    weighed = keep.weigh_each([keep_parts(passage, mention) for mention in proposed])
    scored = enumerate(zip(proposed, weighed.scores[0], strict=True))
    kept = {mention._replace(confidence=score): at for at, (mention, score) in scored if score >= least}
    return Kept(kept, weighed)


def propose_mentions(passage: Passage) -> list[Mention]:
    """Return all mentions worth a choice: the tagger's decoded labels, its near misses, and triggers of the lexicon."""
    if not passage.tags:
        return []
    names = passage.tags[0].names
    column, opening = _columns(tuple(names))
    scores = np.concatenate([tagged.scores for tagged in passage.tags])
    leads = scores - scores[:, :1]
    best = opening[leads[:, opening].argmax(axis=1)]
    top = leads[np.arange(len(leads)), best]
    is_near = top > _NEAR_MISS
    found: list[Mention] = []
    start = 0
    for number, tagged in enumerate(passage.tags):
        tokens, seats, listed = passage.sentences[number].tokens, passage.event_seats(number), _listed(passage, number)
        near = np.flatnonzero(is_near[start : start + len(tokens)]).tolist()
        last = -1
        for i in sorted({*seats, *near, *listed} - _counted_people(passage.sentences[number])):
            label = tagged.labels[i]
            if i <= last:
                continue
            last = i
            if label != "O":
                while last + 1 < len(tokens) and tagged.labels[last + 1] == "I-" + label[2:]:
                    last += 1
                found.append(Mention(number, i, last, label[2:], float(leads[start + i, column[label]]), True))
            elif tokens[i].word.kind != "word":
                continue
            elif is_near[start + i]:
                found.append(Mention(number, i, i, names[best[start + i]][2:], float(top[start + i]), False))
            else:
                known = [(float(leads[start + i, column["B-" + t]]), t) for t in listed[i] if "B-" + t in column]
                lead, kind = max(known, default=(_LISTED_MISS, ""))
                if lead > _LISTED_MISS:
                    found.append(Mention(number, i, i, kind, lead, False))
        start += len(tokens)
    return found


def _counted_people(sentence: Sentence) -> set[int]:
    """The nouns for people that a number counts, which name no event: "70 أسر" are families, not captures."""
    nouns = {count.noun for count in sentence.counts if count.noun is not None}
    return {i for i in nouns if any(hit.table == "role_nouns" for hit in sentence.tokens[i].word.hits)}


@lru_cache(maxsize=4)
def _columns(names: tuple[str, ...]) -> tuple[dict[str, int], Indexes]:
    """The column of each label, and the columns of those that open an event."""
    opening = [k for k, name in enumerate(names) if name.startswith("B-")]
    return {name: k for k, name in enumerate(names)}, np.array(opening)


def _listed(passage: Passage, number: int) -> dict[int, list[str]]:
    """The event types that the lexicon gives the words and phrases of a sentence, by first token."""
    found: dict[int, list[str]] = {}
    for kind, first, _, hit in passage.sentences[number].phrases:
        if kind == "triggers" and hit is not None:
            found.setdefault(first, []).append(hit.code)
    return found


def keep_parts(passage: Passage, mention: Mention) -> list[Told]:
    """Return the parts of features from which `keep` decides whether a proposed mention is one."""
    sentence, labels = passage.sentences[mention.sentence], passage.tags[mention.sentence].labels
    tokens, first, type_ = sentence.tokens, mention.first, mention.type
    word = tokens[first].word
    lead = max(-5.0, min(6.0, mention.lead))
    step = round(lead) if abs(lead) > 1.5 else round(lead * 2) / 2
    agree, other, form, tables = _lexicon_says(passage.phrases_at(mention.sentence, first), type_)
    seats, opener = passage.event_seats(mention.sentence), "B-" + type_
    alike = [i for i in seats if labels[i] == opener]
    crowd = min(4, len(seats)), len(alike) > (first in alike)
    near = labels[max(0, first - 3) : first].count("O") < min(3, first)
    topic, words = passage.topic()
    roles = passage.role_names(mention.sentence)
    around = frozenset(roles[max(0, first - 6) : first + 8]) - _NO_ROLE
    return [
        (_tagged, (step, mention.decoded, type_, agree, other)),
        (_listed_as, (form, word.is_definite, agree, type_, mention.decoded, tables)),
        (_seat, (min(first, 3), form, min(sentence.line, 2), near, crowd, mention.decoded)),
        f"stem={word.light}",
        f"stem={word.light}/{type_}",
        f"-1={tokens[first - 1].word.folded if first else '^'}",
        f"+1={_after(tokens, mention.last)}",
        (_roles, (roles[first], around, type_)),
        (_topic, (topic, "many" if words > _MANY else str(words), type_)),
    ]


def _after(tokens: Sequence[Token], last: int) -> str:
    return tokens[last + 1].word.light if last + 1 < len(tokens) else "$"


def _lexicon_says(phrases: Sequence[Phrase], type_: str) -> tuple[str, bool, str, tuple[str, ...]]:
    """What the lexicon says of a mention's word: agreement on the type, another type, form, and other tables."""
    agree, other, form = "none", False, ""
    tables = []
    for kind, _, _, hit in phrases:
        if hit is None:
            continue
        if kind == "triggers" and hit.code == type_:
            agree = hit.value.weight if agree != "strong" else agree
            form = f"{hit.form}/{hit.value.pos}"
        elif kind == "triggers":
            other = True
        elif kind in _OTHER_TABLES:
            tables.append(kind)
    return agree, other, form, tuple(sorted(set(tables))) if tables else ()


def _tagged(step: float, decoded: bool, type_: str, agree: str, other: bool) -> list[str]:
    """Features of how sure the tagger is, and whether the lexicon agrees."""
    return [
        f"lead={step}",
        f"decoded={decoded}",
        f"decoded={decoded}/{type_}",
        f"type={type_}",
        f"lexicon={agree}",
        f"lexicon={agree}/{decoded}",
        f"lexicon={agree}/{type_}",
        f"other={other}/{agree}",
        f"lead={step}/{agree}",
    ]


def _listed_as(form: str, definite: bool, agree: str, type_: str, decoded: bool, tables: tuple[str, ...]) -> list[str]:
    """Features of the word's form and of its other readings."""
    found = [f"form={form}", f"form={form}/{definite}", *(f"is={table}/{agree}" for table in tables)]
    return [*found, f"harm/{agree}", f"harm/{type_}/{decoded}"] if "outcomes" in tables else found


def _seat(at: int, form: str, line: int, near: bool, crowd: tuple[int, bool], decoded: bool) -> list[str]:
    """Features of the word's seat: in its sentence, in the story, among other event words."""
    events, same_type = crowd
    found = [f"at={at}", f"at={at}/{form}", f"line={line}", f"label-before={near}"]
    return [*found, f"events={events}/{decoded}", f"same-type={same_type}/{decoded}"]


def _roles(role: str, around: frozenset[str], type_: str) -> list[str]:
    """Features of the roles that the words around it play."""
    return [f"role={role}", f"around={len(around)}", *(f"around={label}/{type_}" for label in sorted(around))]


def _topic(topic: str, words: str, type_: str) -> list[str]:
    """Features of what else the story may be about: in sport and film, attacks are none."""
    return [f"topic={words}", f"topic={topic}/{words}", f"topic={topic}/{words}/{type_}"]
