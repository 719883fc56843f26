"""What the role tagger sees beside the words: where the events are that the words may play a role in."""

from __future__ import annotations

from marsad.coder.passage import Passage, bucket


def extra_features(passage: Passage) -> list[list[list[str]]]:
    """Return, per sentence and token, the features that tell the nearest event words to the left and right."""
    return [_sentence_features(tagged.labels) for tagged in passage.tags]


def _sentence_features(labels: list[str]) -> list[list[str]]:
    found: list[list[str]] = []
    last, kind = -1, ""
    for i, label in enumerate(labels):
        if label != "O":
            last, kind = i, label[2:]
            found.append([f"event={label}"])
        elif last >= 0:
            found.append([f"left={kind}", f"left={kind}/{bucket(i - last)}"])
        else:
            found.append(["left=none"])
    following, kind = -1, ""
    for i in range(len(labels) - 1, -1, -1):
        if labels[i] != "O":
            following, kind = i, labels[i][2:]
        elif following >= 0:
            found[i] += [f"right={kind}", f"right={kind}/{bucket(following - i)}"]
        else:
            found[i].append("right=none")
    return found
