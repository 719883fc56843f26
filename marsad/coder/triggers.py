"""Finds the words that name events, and the type of event each names.

The tagger proposes (its best path, and near misses); the choice `keep` decides with the lexicon's opinion beside it.
"""

from __future__ import annotations

from marsad.coder.choices import Choices
from marsad.coder.passage import Mention, Passage

# Log-odds against "no event" down to which a word is still worth a second look: any word, and a trigger of the lexicon.
_NEAR_MISS = -2.0
_LISTED_MISS = -5.0
_OTHER_TABLES = frozenset(
    {"outcomes", "role_nouns", "damage", "weapons", "places", "titles", "speech_verbs", "nisbas", "actors"}
)


def find_mentions(passage: Passage, choices: Choices) -> list[Mention]:
    """Return the event mentions of a passage in order, each with the probability (0-1) that it is one."""
    keep = choices["keep"]
    found = []
    for mention in propose_mentions(passage):
        score = keep.score(keep_features(passage, mention))
        if score >= keep.threshold:
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


def keep_features(passage: Passage, mention: Mention) -> list[str]:
    """Return the named features from which `keep` decides whether a proposed mention is one."""
    sentence, tagged = passage.sentences[mention.sentence], passage.tags[mention.sentence]
    tokens, first, type_ = sentence.tokens, mention.first, mention.type
    word = tokens[first].word
    lead = max(-5.0, min(6.0, mention.lead))
    step = round(lead) if abs(lead) > 1.5 else round(lead * 2) / 2
    found = [f"lead={step}", f"decoded={mention.decoded}", f"decoded={mention.decoded}/{type_}", f"type={type_}"]
    agree, other, form = "none", False, ""
    for phrase in sentence.phrases:
        if phrase.hit is None or not phrase.first <= first <= phrase.last:
            continue
        if phrase.kind == "triggers" and phrase.hit.code == type_:
            agree = phrase.hit.value.weight if agree != "strong" else agree
            form = f"{phrase.hit.form}/{phrase.hit.value.pos}"
        elif phrase.kind == "triggers":
            other = True
        elif phrase.kind == "trigger_blockers" or phrase.kind in _OTHER_TABLES:
            found.append(f"is={phrase.kind}/{agree}")
    found += [
        f"lexicon={agree}",
        f"lexicon={agree}/{mention.decoded}",
        f"other={other}/{agree}",
        f"lexicon={agree}/{type_}",
    ]
    found += [f"form={form}", f"form={form}/{word.is_definite}", f"lead={step}/{agree}"]
    labels = tagged.labels
    found.append(f"label-before={any(label != 'O' for label in labels[max(0, first - 3) : first])}")
    found.append(f"events={min(4, sum(label.startswith('B-') for label in labels))}/{mention.decoded}")
    found.append(
        f"same-type={any(label == 'B-' + type_ for k, label in enumerate(labels) if k != first)}/{mention.decoded}"
    )
    found += [f"at={min(first, 3)}", f"at={min(first, 3)}/{form}", f"line={min(sentence.line, 2)}"]
    found += [f"stem={word.light}", f"stem={word.light}/{type_}"]
    if first:
        found.append(f"-1={tokens[first - 1].word.folded}")
    if mention.last + 1 < len(tokens):
        found.append(f"+1={tokens[mention.last + 1].word.light}")
    if passage.roles:
        role = passage.roles[mention.sentence].labels
        found.append(f"role={role[first][2:]}")
        around = {label[2:] for label in role[max(0, first - 6) : first + 8] if label != "O"}
        found += [f"around={label}/{type_}" for label in around]
        found.append(f"around={len(around)}")
    if any(h.table == "outcomes" for h in word.hits):
        found.append(f"harm/{agree}")
    return found
