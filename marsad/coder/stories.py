"""Cuts a document into stories: separate items that were pasted together, each with its noise and its own date.

A new story begins at a headline-like line (or a dateline) after body text, when a dateline follows, when the next line
repeats the headline (a caption), or when what follows shares hardly a word with what came before.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from marsad.language import Language, Sentence
from marsad.model import Document, Story

_HEADLINE_LONGEST = 130
_HEADLINE_FEWEST = 4  # words
_BODY_SHORTEST = 80
_SHARED_MOST = 0.16
_REPEATED_LEAST = 0.6
_DATELINE_LINES = 4
_LINES_KNOWN = 40
_QUOTES = frozenset('«“"')


class _Line(NamedTuple):
    text: str
    start: int
    end: int
    after_blank: bool
    sentences: list[Sentence]
    words: frozenset[str]


def find_stories(
    document: Document, sentences: Sequence[Sentence], noise: Sequence[tuple[int, int]], language: Language
) -> tuple[Story, ...]:
    """Return the stories of a document in order, from the sentences of the whole document that are not noise.

    A story's `published` is the date given for it in `document.story_dates`, or that of its own dateline, or None: then the
    document's date holds.
    """
    lines = _lines(document.text, sentences)
    starts = [k for k in range(len(lines)) if k == 0 or _is_boundary(lines, k, language)]
    stories = []
    for k, first in enumerate(starts):
        last = starts[k + 1] if k + 1 < len(starts) else len(lines)
        start, end = lines[first].start, lines[last - 1].end
        own = tuple((a, b) for a, b in noise if start <= a and b <= end)
        stories.append(
            Story(start=start, end=end, published=_published(document, lines[first:last], language), noise=own)
        )
    return tuple(stories)


def _published(document: Document, lines: list[_Line], language: Language) -> str | None:
    """The story's own date: handed in with the document, or read from its dateline."""
    for words, date in document.story_dates:
        if lines[0].start <= document.text.find(words) < lines[-1].end:
            return date
    return _dateline(lines[:_DATELINE_LINES], language)


def _dateline(lines: list[_Line], language: Language) -> str | None:
    found = (language.find_dateline(line.sentences[0]) for line in lines)
    return next((day for day in found if day), None)


def _lines(text: str, sentences: Sequence[Sentence]) -> list[_Line]:
    found: list[_Line] = []
    for _, group in groupby(sentences, key=lambda s: s.line):
        own = list(group)
        start, end = own[0].start, own[-1].end
        words = frozenset(t.word.light for s in own for t in s.tokens if len(t.word.light) > 2)
        gap = text[found[-1].end : start] if found else ""
        found.append(_Line(text[start:end], start, end, gap.count("\n") != 1, own, words))
    return found


def _is_boundary(lines: list[_Line], k: int, language: Language) -> bool:
    """Say whether line k opens a new story."""
    line, before, following = lines[k], lines[max(0, k - _LINES_KNOWN) : k], lines[k + 1 : k + 3]
    if not line.after_blank or sum(len(b.text) for b in before[-6:] if _is_body(b)) < _BODY_SHORTEST:
        return False
    opening = line.sentences[0].tokens[0].word
    if opening.kind not in ("word", "latin") and opening.folded not in _QUOTES:
        # List items, clock times and flags open paragraphs, not stories.
        return False
    if not _is_headline(line):
        return _is_body(line) and bool(_dateline([line], language))
    if not following or len(line.sentences[0].tokens) < _HEADLINE_FEWEST:
        return False
    if _is_headline(following[0]) and _repeats(line, following[0]):
        return True
    if any(_is_body(f) for f in following) and _dateline(following, language):
        return True
    body = next((f for f in following if _is_body(f)), None)
    own = line.words | following[0].words
    known = frozenset().union(*(b.words for b in before))
    is_foreign = len(own & known) < _SHARED_MOST * max(1, len(own))
    return body is not None and is_foreign and not line.text.endswith(("؟", "?", ":"))


def _repeats(headline: _Line, caption: _Line) -> bool:
    return len(caption.words & headline.words) >= _REPEATED_LEAST * max(3, len(headline.words))


def _is_headline(line: _Line) -> bool:
    return len(line.text) <= _HEADLINE_LONGEST and not line.text.endswith((".", "،", "؛", "!", '."', ".»"))


def _is_body(line: _Line) -> bool:
    return line.text.endswith((".", '."', ".»", "!", ".)")) or len(line.text) > _HEADLINE_LONGEST
