"""Lines of a PDF in reading order, by where their letters stand: the file may hold them in any order, even within words.

Spaces are trusted to part the words; in them, and between them, what stands furthest right comes first, save in numbers and
in Latin words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_ARABIC = re.compile("[\u0620-\u064a\u066e-\u06d3\ufb50-\ufdfb\ufe70-\ufefc]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
_DIGIT = "0-9\u0660-\u0669"
# Numbers that a hyphen joins stand from right to left among Arabic: the first is the one on the right.
LEFT_TO_RIGHT = re.compile(
    rf"[{_DIGIT}](?:[{_DIGIT}.,:/]*[{_DIGIT}])?(?![A-Za-z{_DIGIT}@_]|[.:/@_-][A-Za-z])"
    rf"|[{_DIGIT}A-Za-z](?:[{_DIGIT}A-Za-z.,:/%@_-]*[{_DIGIT}A-Za-z%])?"
)
_PERCENT_FIRST = re.compile(rf"(?<![{_DIGIT}])([%\u066a])([{_DIGIT}][{_DIGIT}.,]*)")
MIRRORED = str.maketrans("()[]{}<>\u00ab\u00bb", ")(][}{><\u00bb\u00ab")
_BRACKETS = re.compile(r"[()\[\]{}\u00ab\u00bb]")
_OPENING = "([{\u00ab"
_OPEN_BEHIND = re.compile(r"(?<=\S)([(\[{\u00ab])\s+")
_CLOSED_BEFORE = re.compile(r"\s+([)\]}\u00bb])(?=\S)")
_LETTER = "\u0620-\u064a"
_STARTS = re.compile(f"(?<![{_LETTER}])[\u0648\u0641\u0628]?\u0627\u0644[{_LETTER}]")
_ENDS = re.compile(f"[{_LETTER}]\u0644\u0627[\u0648\u0641\u0628]?(?![{_LETTER}])")
# Teh marbuta and alef maksura stand at the end of words alone.
_LAST_AT_END = re.compile(f"[{_LETTER}][\u0629\u0649](?![{_LETTER}])")
_LAST_AT_START = re.compile(f"(?<![{_LETTER}])[\u0629\u0649][{_LETTER}]")


class Glyph(NamedTuple):
    """A character, and from where to where it stands on its line."""

    char: str
    left: float
    right: float

    def middle(self) -> float:
        """Return where its middle stands."""
        return (self.left + self.right) / 2


def in_reading_order(lines: Iterable[Sequence[Glyph]]) -> str:
    """Return lines with their Arabic in reading order."""
    text = "\n".join(_line(line) for line in lines)
    return _with_brackets(_PERCENT_FIRST.sub(r"\2\1", text))


def _with_brackets(text: str) -> str:
    """Some files hold a bracket as it is drawn, which is its mirror image among Arabic, with the space on its other side."""
    firsts = [found[0] for line in text.split("\n") if (found := _BRACKETS.search(line))]
    if 2 * sum(bracket in _OPENING for bracket in firsts) >= len(firsts):
        return text
    return _CLOSED_BEFORE.sub(r"\1 ", _OPEN_BEHIND.sub(r" \1", text.translate(MIRRORED)))


def soundness(text: str) -> int:
    """Return how many words look as if written from right to left, less those that look backwards."""
    right = len(_STARTS.findall(text)) + len(_LAST_AT_END.findall(text))
    return right - len(_ENDS.findall(text)) - len(_LAST_AT_START.findall(text))


def is_backwards(text: str) -> bool:
    """Say whether Arabic is written from left to right: more words end than begin with a mirrored article."""
    starts, ends = len(_STARTS.findall(text)), len(_ENDS.findall(text))
    return ends >= 3 and ends > 2 * starts


def turned(line: str) -> str:
    """Return a line from the last letter to the first, numbers and Latin words as they were."""
    return LEFT_TO_RIGHT.sub(lambda m: m[0][::-1], line[::-1].translate(MIRRORED))


def _line(line: Sequence[Glyph]) -> str:
    if not any(_ARABIC.match(glyph.char) for glyph in line):
        return "".join(glyph.char for glyph in line)
    words: list[list[Glyph]] = [[]]
    for glyph in line:
        if glyph.char.isspace():
            words.append([])
        else:
            words[-1].append(glyph)
    ordered = sorted((word for word in words if word), key=lambda word: -_middle(word))
    return " ".join(_with_latin_forward([_word(word) for word in ordered]))


def _middle(word: Sequence[Glyph]) -> float:
    return (min(glyph.left for glyph in word) + max(glyph.right for glyph in word)) / 2


def _word(word: Sequence[Glyph]) -> str:
    letters = [glyph for glyph in word if not unicodedata.combining(glyph.char)]
    letters.sort(key=lambda glyph: -glyph.middle())
    marks: dict[int, str] = {}
    for glyph in word:
        if unicodedata.combining(glyph.char) and letters:
            under = min(range(len(letters)), key=lambda i: abs(letters[i].middle() - glyph.middle()))
            marks[under] = marks.get(under, "") + glyph.char
    text = "".join(glyph.char + marks.get(i, "") for i, glyph in enumerate(letters))
    return LEFT_TO_RIGHT.sub(lambda m: m[0][::-1], text)


def _with_latin_forward(words: list[str]) -> list[str]:
    """The words with runs of Latin ones from left to right."""
    found: list[str] = []
    run: list[str] = []
    for word in [*words, ""]:
        if word and _LATIN.search(word) and not _ARABIC.search(word):
            run.append(word)
        else:
            found += [*reversed(run), word]
            run = []
    return found[:-1]
