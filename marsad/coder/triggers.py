"""Finds the words that name events, and the type of event each names.

The tagger proposes (its best path, and near misses); the choice `keep` decides with the lexicon's opinion beside it.
"""

from __future__ import annotations

from marsad.coder.choices import Choices
from marsad.coder.passage import Mention, Passage
from marsad.coder.tagger import Tagged

# Log-odds against "no event" down to which a word is still worth a second look.
_NEAR_MISS = -2.0


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
    """Return all mentions that the tagger proposes: its decoded labels, and words where a label comes close to none."""
    found: list[Mention] = []
    for number, tagged in enumerate(passage.tags):
        tokens = passage.sentences[number].tokens
        leads = _leads(tagged)
        i = 0
        while i < len(tokens):
            label = tagged.labels[i]
            last = i
            if label.startswith("B-"):
                while last + 1 < len(tokens) and tagged.labels[last + 1] == "I-" + label[2:]:
                    last += 1
                lead = float(tagged.scores[i, tagged.names.index(label)] - tagged.scores[i, 0])
                found.append(Mention(number, i, last, label[2:], lead, True))
            elif leads[i][0] > _NEAR_MISS and tokens[i].word.kind == "word":
                found.append(Mention(number, i, i, leads[i][1], leads[i][0], False))
            i = last + 1
    return found


def _leads(tagged: Tagged) -> list[tuple[float, str]]:
    """Per token, the best opening label's type and its lead over O (column 0)."""
    opening = [k for k, name in enumerate(tagged.names) if name.startswith("B-")]
    scores = tagged.scores[:, opening] - tagged.scores[:, :1]
    best = scores.argmax(axis=1)
    return [(float(scores[i, k]), tagged.names[opening[k]][2:]) for i, k in enumerate(best)]


def keep_features(passage: Passage, mention: Mention) -> list[str]:
    """Return the named features from which `keep` decides whether a proposed mention is one."""
    sentence = passage.sentences[mention.sentence]
    word = sentence.tokens[mention.first].word
    lead = max(-2.0, min(6.0, mention.lead))
    step = round(lead) if abs(lead) > 1.5 else round(lead * 2) / 2
    found = [f"lead={step}", f"decoded={mention.decoded}", f"decoded={mention.decoded}/{mention.type}"]
    agree, other = "none", False
    for phrase in sentence.phrases:
        if phrase.hit is None or not phrase.first <= mention.first <= phrase.last:
            continue
        if phrase.kind == "triggers":
            if phrase.hit.code == mention.type:
                agree = phrase.hit.value.weight
            else:
                other = True
        elif phrase.kind in (
            "trigger_blockers",
            "outcomes",
            "role_nouns",
            "damage",
            "weapons",
            "places",
            "titles",
            "speech_verbs",
        ):
            found.append(f"is={phrase.kind}")
    found += [f"lexicon={agree}", f"lexicon={agree}/{mention.decoded}", f"other={other}/{agree}"]
    before = passage.tags[mention.sentence].labels[max(0, mention.first - 3) : mention.first]
    found.append(f"label-before={any(label != 'O' for label in before)}")
    found.append(f"at={min(mention.first, 3)}")
    if passage.roles:
        found.append(f"role={passage.roles[mention.sentence].labels[mention.first][2:]}")
    if any(h.table == "outcomes" for h in word.hits):
        found.append(f"harm/{agree}")
    return found
