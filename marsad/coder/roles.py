"""What the role tagger sees beside the words: where the events are that the words may play a role in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from marsad.coder.parts import Run
from marsad.coder.tagger import Tagged
from marsad.language import Sentence, Word

_REACH = 10
_FAR = 10_000
# Distances in tokens that count as one, with their name.
_RUNGS = ((1, 1, "+1"), (2, 2, "+2"), (3, 3, "+3"), (4, 6, "+4-6"), (7, 12, "+7-12"), (13, _FAR, "+13+"))
_TABLES = (("outcomes", "harm"), ("speech_verbs", "says"), ("weapons", "arms"))


def extra_runs(sentences: Sequence[Sentence], tags: Sequence[Tagged]) -> list[list[Run]]:
    """Return, per sentence, the features that tell the nearest event words and words of harm, speech and arms."""
    return [_sentence_runs(s, t.labels) for s, t in zip(sentences, tags, strict=True)]


def _sentence_runs(sentence: Sentence, labels: list[str]) -> list[Run]:
    seats = [i for i, label in enumerate(labels) if label[0] == "B"]
    found: list[Run] = [(i, i, (_event, (label,))) for i, label in enumerate(labels) if label != "O"]
    names = {i: _event_facts(sentence.tokens[i].word, labels[i][2:]) for i in seats}
    gaps = list(_gaps(labels, seats))
    for first, last, at, _ in gaps:
        found += _beside("left", at, (first, last), names)
    for first, last, _, at in gaps:
        found += _beside("right", at, (first, last), names)
    for table, name in _TABLES:
        codes = {p.first: p.hit.code for p in sentence.phrases if p.kind == table and p.hit is not None}
        found += _near_words(name, codes, len(labels)) if codes else ()
    return found


def _gaps(labels: list[str], seats: list[int]) -> Iterator[tuple[int, int, int, int]]:
    """(first token, last token, event before, event after) of each stretch without events; -1: no event there."""
    for before, after in zip([-1, *seats], [*seats, -1], strict=True):
        first = before + 1
        end = after if after >= 0 else len(labels)
        while first < end and labels[first] != "O":
            first += 1
        if first < end:
            yield first, end - 1, before, after


def _beside(side: str, at: int, gap: tuple[int, int], names: dict[int, tuple[str, str, str]]) -> list[Run]:
    """What the tokens of a gap see of the event on one side of it."""
    if at < 0:
        return [(*gap, (_alone, (side,)))]
    return [(first, last, (_event_beside, (side, *names[at], apart))) for first, last, apart in _rungs(at, *gap)]


def _near_words(name: str, codes: dict[int, str], size: int) -> Iterator[Run]:
    """Which lexicon word of a table stands nearest before and after each token within reach, and how far."""
    seats = sorted(codes)
    for at, following in zip(seats, [*seats[1:], size - 1], strict=True):
        for first, last, apart in _rungs(at, at + 1, min(following, at + _REACH)):
            yield first, last, (_word_near, (name, "before", codes[at], apart))
    for at, previous in zip(seats, [0, *seats[:-1]], strict=True):
        for first, last, apart in _rungs(at, max(previous, at - _REACH), at - 1):
            yield first, last, (_word_near, (name, "after", codes[at], apart))


def _rungs(at: int, first: int, last: int) -> list[tuple[int, int, str]]:
    """Cut the tokens first to last, all on one side of a seat, into runs as far from it as each other."""
    if first > at:
        return [(at + low, at + high, name) for low, high, name in _ladder(first - at, last - at)]
    return [(at - high, at - low, name) for low, high, name in _ladder(at - last, at - first)]


@lru_cache(maxsize=4096)
def _ladder(low: int, high: int) -> tuple[tuple[int, int, str], ...]:
    """The rungs that the distances low to high stand on."""
    rungs = ((max(low, start), min(high, end), name) for start, end, name in _RUNGS)
    return tuple((start, end, name) for start, end, name in rungs if start <= end)


def _event_facts(word: Word, kind: str) -> tuple[str, str, str]:
    """An event word's type, its type with the form its word has, and its stem."""
    hit = next((h for h in word.hits if h.table in ("triggers", "outcomes")), None)
    passive = "/u" if any(m.endswith("-u") for m in word.marks) else ""
    return kind, f"{kind}/{hit.form if hit else ''}{passive}", word.light


def _event(label: str) -> list[str]:
    """Features of an event's own words."""
    return [f"event={label}"]


def _alone(side: str) -> list[str]:
    """Features of a token with no event on this side."""
    return [f"{side}=none"]


def _event_beside(side: str, kind: str, form: str, stem: str, apart: str) -> list[str]:
    """Features of a token with an event word on this side."""
    found = [f"{side}={kind}/{apart}", f"{side}={form}/{apart}", f"{side}={stem}", f"{side}={kind}"]
    return [*found, f"{side}={stem}/{apart[1:]}"] if apart in ("+1", "+2", "+3") else found


def _word_near(name: str, side: str, code: str, apart: str) -> list[str]:
    """Features of a token near a lexicon word of harm, speech or arms."""
    return [f"{name}-{side}={code}", f"{name}-{side}={code}/{apart}"]
