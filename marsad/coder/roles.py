"""What the role tagger sees beside the words: where the events are that the words may play a role in."""

from __future__ import annotations

from marsad.coder.passage import Passage, bucket
from marsad.language import Sentence, Word

_CLOSE = 3
_REACH = 10


def extra_features(passage: Passage) -> list[list[list[str]]]:
    """Return, per sentence and token, the features that tell the nearest event words to the left and right."""
    return [_sentence_features(s, t.labels) for s, t in zip(passage.sentences, passage.tags, strict=True)]


def _sentence_features(sentence: Sentence, labels: list[str]) -> list[list[str]]:
    found: list[list[str]] = [[f"event={label}"] if label != "O" else [] for label in labels]
    for side, seats in (("left", range(len(labels))), ("right", range(len(labels) - 1, -1, -1))):
        at, names = -1, ("", "", "")
        for i in seats:
            if labels[i] != "O":
                if labels[i].startswith("B-"):
                    at, names = i, _event_names(sentence.tokens[i].word, labels[i][2:])
            elif at < 0:
                found[i].append(f"{side}=none")
            else:
                kind, form, stem = names
                apart = bucket(abs(i - at))
                found[i] += [f"{side}={kind}/{apart}", f"{side}={form}/{apart}", f"{side}={stem}", f"{side}={kind}"]
                if abs(i - at) <= _CLOSE:
                    found[i].append(f"{side}={stem}/{abs(i - at)}")
    for table, name in (("outcomes", "harm"), ("speech_verbs", "says"), ("weapons", "arms")):
        _tell_nearest(sentence, table, name, found)
    return found


def _tell_nearest(sentence: Sentence, table: str, name: str, found: list[list[str]]) -> None:
    """Add, to each token, which lexicon word of a table stands nearest before and after it, and how far."""
    codes = {p.first: p.hit.code for p in sentence.phrases if p.kind == table and p.hit is not None}
    if not codes:
        return
    for side, seats in (("before", range(len(found))), ("after", range(len(found) - 1, -1, -1))):
        at, code = -1, ""
        for i in seats:
            if at >= 0 and abs(i - at) <= _REACH:
                found[i] += [f"{name}-{side}={code}", f"{name}-{side}={code}/{bucket(abs(i - at))}"]
            if i in codes:
                at, code = i, codes[i]


def _event_names(word: Word, kind: str) -> tuple[str, str, str]:
    """An event word's type, its type with the form its word has, and its stem."""
    hit = next((h for h in word.hits if h.table in ("triggers", "outcomes")), None)
    passive = "/u" if any(m.endswith("-u") for m in word.marks) else ""
    return kind, f"{kind}/{hit.form if hit else ''}{passive}", word.light
