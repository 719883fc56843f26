"""Finds the words that name events, and the type of event each names.

The tagger proposes (its best path, and near misses); the choice `keep` decides with the lexicon's opinion beside it.
"""

from __future__ import annotations

from collections.abc import Sequence

from marsad.coder.choices import Choices, Part
from marsad.coder.passage import Mention, Passage
from marsad.language import Sentence, Token

# Log-odds against "no event" down to which a word is still worth a second look: any word, and a trigger of the lexicon.
_NEAR_MISS = -2.5
_MANY = 4  # words of sport, film, weather …
_LISTED_MISS = -5.0
_OTHER_TABLES = frozenset(
    {"outcomes", "role_nouns", "damage", "weapons", "places", "titles", "speech_verbs", "nisbas", "actors"}
)


def find_mentions(passage: Passage, choices: Choices) -> list[Mention]:
    """Return the event mentions of a passage in order, each with the probability (0-1) that it is one."""
    keep = choices.group("keep")
    least = keep.choices[0].threshold
    found = []
    for mention in propose_mentions(passage):
        score = keep.scores(keep_parts(passage, mention))[0]
        if score >= least:
            found.append(mention._replace(confidence=score))
    return found


def propose_mentions(passage: Passage) -> list[Mention]:
    """Return all mentions worth a choice: the tagger's decoded labels, its near misses, and triggers of the lexicon."""
    found: list[Mention] = []
    for number, tagged in enumerate(passage.tags):
        tokens = passage.sentences[number].tokens
        listed = _listed(passage, number)
        column = {name: k for k, name in enumerate(tagged.names)}
        opening = [k for k, name in enumerate(tagged.names) if name.startswith("B-")]
        leads = tagged.scores - tagged.scores[:, :1]
        best = leads[:, opening].argmax(axis=1).tolist()
        i = 0
        while i < len(tokens):
            label, last = tagged.labels[i], i
            if label.startswith("B-"):
                while last + 1 < len(tokens) and tagged.labels[last + 1] == "I-" + label[2:]:
                    last += 1
                found.append(Mention(number, i, last, label[2:], float(leads[i, column[label]]), True))
            elif tokens[i].word.kind == "word":
                top = opening[best[i]]
                lead, kind = float(leads[i, top]), tagged.names[top][2:]
                if lead > _NEAR_MISS:
                    found.append(Mention(number, i, i, kind, lead, False))
                elif i in listed:
                    known = [(float(leads[i, column["B-" + t]]), t) for t in listed[i] if "B-" + t in column]
                    lead, kind = max(known, default=(_LISTED_MISS, ""))
                    if lead > _LISTED_MISS:
                        found.append(Mention(number, i, i, kind, lead, False))
            i = last + 1
    return found


def _listed(passage: Passage, number: int) -> dict[int, list[str]]:
    """The event types that the lexicon gives the words and phrases of a sentence, by first token."""
    found: dict[int, list[str]] = {}
    for phrase in passage.sentences[number].phrases:
        if phrase.kind == "triggers" and phrase.hit is not None:
            found.setdefault(phrase.first, []).append(phrase.hit.code)
    return found


def keep_parts(passage: Passage, mention: Mention) -> list[Part]:
    """Return the parts of features from which `keep` decides whether a proposed mention is one."""
    sentence, labels = passage.sentences[mention.sentence], passage.tags[mention.sentence].labels
    tokens, first, type_ = sentence.tokens, mention.first, mention.type
    word = tokens[first].word
    lead = max(-5.0, min(6.0, mention.lead))
    step = round(lead) if abs(lead) > 1.5 else round(lead * 2) / 2
    agree, other, form, tables = _lexicon_says(sentence, mention)
    seats = passage.event_seats(mention.sentence)
    crowd = min(4, len(seats)), any(labels[i] == "B-" + type_ for i in seats if i != first)
    near = any(label != "O" for label in labels[max(0, first - 3) : first])
    topic, words = passage.topic()
    role, around = "", frozenset[str]()
    if passage.roles:
        roles = passage.roles[mention.sentence].labels
        role = roles[first][2:]
        around = frozenset(label[2:] for label in roles[max(0, first - 6) : first + 8] if label != "O")
    return [
        (_tagged, (step, mention.decoded, type_, agree, other)),
        (_listed_as, (form, word.is_definite, agree, type_, mention.decoded, tables)),
        (_seat, (min(first, 3), form, min(sentence.line, 2), near, crowd, mention.decoded)),
        (_stem, (word.light, type_)),
        (_neighbours, (tokens[first - 1].word.folded if first else "^", _after(tokens, mention.last))),
        (_roles, (role, around, type_)),
        (_topic, (topic, "many" if words > _MANY else str(words), type_)),
    ]


def _after(tokens: Sequence[Token], last: int) -> str:
    return tokens[last + 1].word.light if last + 1 < len(tokens) else "$"


def _lexicon_says(sentence: Sentence, mention: Mention) -> tuple[str, bool, str, tuple[str, ...]]:
    """What the lexicon says of a mention's word: agreement on the type, another type, form, and other tables."""
    agree, other, form = "none", False, ""
    tables = []
    for phrase in sentence.phrases:
        if phrase.hit is None or not phrase.first <= mention.first <= phrase.last:
            continue
        if phrase.kind == "triggers" and phrase.hit.code == mention.type:
            agree = phrase.hit.value.weight if agree != "strong" else agree
            form = f"{phrase.hit.form}/{phrase.hit.value.pos}"
        elif phrase.kind == "triggers":
            other = True
        elif phrase.kind == "trigger_blockers" or phrase.kind in _OTHER_TABLES:
            tables.append(phrase.kind)
    return agree, other, form, tuple(sorted(set(tables)))


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


def _stem(light: str, type_: str) -> list[str]:
    """Features of the word itself."""
    return [f"stem={light}", f"stem={light}/{type_}"]


def _neighbours(before: str, after: str) -> list[str]:
    """Features of the words beside it."""
    return [f"-1={before}", f"+1={after}"]


def _roles(role: str, around: frozenset[str], type_: str) -> list[str]:
    """Features of the roles that the words around it play."""
    return [f"role={role}", f"around={len(around)}", *(f"around={label}/{type_}" for label in sorted(around))]


def _topic(topic: str, words: str, type_: str) -> list[str]:
    """Features of what else the story may be about: in sport and film, attacks are none."""
    return [f"topic={words}", f"topic={topic}/{words}", f"topic={topic}/{words}/{type_}"]
