"""What the taggers look at: named features of a token, made of word shapes, lexicon classes, phrase kinds and position.

`word_names` depend on the word form alone, so their summed weights are remembered per form; `context_runs` depend on the
sentence and hold for runs of tokens. Training writes the very same names that reading looks up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from marsad.coder.parts import Run, names_of
from marsad.language import Sentence, Word

OFFSETS = (-3, -2, -1, 0, 1, 2, 3)
PAD = Word("", "pad")
_PADS = [PAD] * max(OFFSETS)
_CLASSES = 4  # where they begin among the names of `_near`
_FORM_TABLES = frozenset({"triggers", "outcomes", "speech_verbs"})
_QUOTES_OPEN, _QUOTES_CLOSE = frozenset("«“\"'"), frozenset("»”\"'")


class View(NamedTuple):
    """Sentences as taggers look at them: all words in a row, with padding between.

    A sentence's words are `words[start:end]`; `runs` are the features of its runs of tokens, `shared` the names of those
    that all its tokens have. `rows` tells which sentence each word stands in; for padding it is one more than the last.
    """

    sentences: Sequence[Sentence]
    words: list[Word]
    starts: list[int]
    ends: list[int]
    runs: list[list[Run]]
    shared: list[list[str]]
    rows: npt.NDArray[np.intp]


def view(sentences: Sequence[Sentence]) -> View:
    """Return the view of some sentences."""
    words: list[Word] = []
    starts: list[int] = []
    for sentence in sentences:
        words += _PADS
        starts.append(len(words))
        words += [token.word for token in sentence.tokens]
    ends = [start + len(sentence.tokens) for sentence, start in zip(sentences, starts, strict=True)]
    runs, shared = [context_runs(s) for s in sentences], [sentence_features(s) for s in sentences]
    words += _PADS
    rows = np.full(len(words), len(starts))
    for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
        rows[start:end] = number
    return View(sentences, words, starts, ends, runs, shared, rows)


def word_names(word: Word) -> list[str]:
    """Return the features that a word form gives itself; some of them it gives its neighbours too (see `word_atoms`)."""
    if word.kind in ("pad", "mark"):
        return [f"m={word.folded}"]
    if word.kind == "number":
        return ["number", f"digits={len(word.folded)}"]
    folded, light, stem = word.folded, word.light, word.stem
    names = ["bias", *_near(word)]
    names += [f"w={folded}", f"b3={light[:3]}", f"b2={light[:2]}", f"e2={folded[-2:]}", f"e3={folded[-3:]}"]
    names += [f"x={word.suffix}", f"k={word.kind}", f"n={min(len(stem), 6)}"]
    if word.hits:
        names += sorted({f"{h.table}={h.code}/{h.form}" for h in word.hits if h.table in _FORM_TABLES})
    if word.marks:
        names += [f"mark={m}" for m in word.marks]
    return names


def word_atoms(word: Word) -> list[list[str]]:
    """Return, for each of `OFFSETS`, the feature names that a word form gives the token that sees it there."""
    own = word_names(word)
    if word.kind in ("pad", "mark", "number"):
        return [_marked(offset, own) for offset in OFFSETS]
    near = _near(word)
    far = [near[0], *near[_CLASSES:]]
    return [_marked(offset, far if abs(offset) == max(OFFSETS) else near) if offset else own for offset in OFFSETS]


def _near(word: Word) -> list[str]:
    """What a word form gives itself and its neighbours: stem, lemma and its head, proclitics, lexicon classes."""
    light = word.light
    names = [f"s={word.stem}", f"l={light}", f"b4={light[:4]}", f"c={'+'.join(word.prefix)}"]
    if word.hits:
        names += sorted({f"{h.table}={h.code}" for h in word.hits})
    return names


def _marked(offset: int, names: list[str]) -> list[str]:
    """The names as a token sees them that stands so many tokens after the word."""
    return [f"{offset}|{name}" for name in names] if offset else names


def pair_names(left: str, right: str) -> tuple[str, str]:
    """Return the features of two neighbouring crude lemmas: the right word's, and the left word's."""
    return f"-{left}_{right}", f"+{left}_{right}"


def context_runs(sentence: Sentence) -> list[Run]:
    """Return the features that a sentence gives its tokens: phrases, counts, dates (for neighbours too), quotes, seat."""
    own = _own_runs(sentence)
    runs: list[Run] = [(first, last, (make, ("", *facts))) for first, last, (make, facts) in own]
    end = len(sentence.tokens) - 1
    for mark, step in (("-1", 1), ("+1", -1)):
        for first, last, (make, facts) in own:
            runs.append((max(0, first + step), min(end, last + step), (make, (mark, *facts))))
    runs += [(first, last, (_quoted, ())) for first, last in _quoted_stretches(sentence)]
    return runs + [(i, i, (_at, (i,))) for i in range(min(2, end + 1))]


def sentence_runs(sentence: Sentence) -> list[Run]:
    """Return the features that a sentence gives its own tokens alone: phrases, counts, dates, quotes, its seat."""
    last = len(sentence.tokens) - 1
    runs: list[Run] = [(a, min(b, last), (make, ("", *facts))) for a, b, (make, facts) in _own_runs(sentence)]
    runs += [(a, b, (_quoted, ())) for a, b in _quoted_stretches(sentence)]
    runs.append((0, 0, (_at, (0,))))
    return [*runs, (0, last, (_in_title, ()))] if sentence.line == 0 else runs


def token_names(sentence: Sentence) -> list[list[str]]:
    """Return the features that each token has by itself and by its sentence, without its neighbours: the network looks
    there by itself.
    """
    found = [word_names(token.word) for token in sentence.tokens]
    for first, last, part in sentence_runs(sentence):
        for row in found[first : last + 1]:
            row += names_of((part,))
    return found


def _own_runs(sentence: Sentence) -> list[Run]:
    """What phrases of several words, counts and dates say of their tokens."""
    found: list[Run] = []
    for kind, first, last, hit in sentence.phrases:
        if first != last:
            code = hit.code if hit else ""
            found.append((first, first, (_phrase, ("B", kind, code))))
            found.append((first + 1, last, (_phrase, ("I", kind, code))))
    for count in sentence.counts:
        found.append((count.first, count.last, (_count, (count.unit,))))
        if count.noun is not None and count.unit is None:
            found.append((count.noun, count.noun, (_counted, ())))
    return found + [(date.first, date.last, (_date, (date.kind,))) for date in sentence.dates]


def _quoted_stretches(sentence: Sentence) -> list[tuple[int, int]]:
    """The (first, last) tokens within quotes; quotes within quotes and marks belong to none."""
    found: list[tuple[int, int]] = []
    opened = -1
    for i, token in enumerate(sentence.tokens):
        if token.word.kind != "mark":
            continue
        if opened >= 0 and opened < i:
            found.append((opened, i - 1))
        if opened >= 0 and token.word.folded in _QUOTES_CLOSE:
            opened = -1
        elif opened >= 0 or token.word.folded in _QUOTES_OPEN:
            opened = i + 1
    if 0 <= opened < len(sentence.tokens):
        found.append((opened, len(sentence.tokens) - 1))
    return found


def _phrase(mark: str, place: str, kind: str, code: str) -> list[str]:
    """Features of a token in a phrase of several words."""
    return [f"{mark}p:{place}:{kind}={code}"]


def _count(mark: str, unit: str | None) -> list[str]:
    """Features of a token of a count."""
    return [f"{mark}q:{unit}"]


def _counted(mark: str) -> list[str]:
    """Features of a noun that is counted."""
    return [f"{mark}qn"]


def _date(mark: str, kind: str) -> list[str]:
    """Features of a token of a date."""
    return [f"{mark}d:{kind}"]


def _quoted() -> list[str]:
    """Features of a token within quotes."""
    return ["quoted"]


def _in_title() -> list[str]:
    """Features of a token in a text's first line."""
    return ["S:head"]


def _at(i: int) -> list[str]:
    """Features of a token at the head of its sentence."""
    return [f"at={i}"]


_SENTENCE_TABLES = frozenset({"triggers", "weapons", "outcomes", "trigger_blockers", "speech_verbs", "status_words"})


def sentence_features(sentence: Sentence) -> list[str]:
    """Return the names of features that all tokens of a sentence share: which lexicon classes stand anywhere in it."""
    classes = {f"S:{kind}={hit.code}" for kind, _, _, hit in sentence.phrases if hit and kind in _SENTENCE_TABLES}
    if sentence.tokens[-1].word.folded != ".":
        classes.add("S:open")
    if sentence.line == 0:
        classes.add("S:head")
    return sorted(classes)
