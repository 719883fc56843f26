"""Persian that was typed with Arabic letters, as many old sites have it: no letter tells, but its small words do."""

from __future__ import annotations

import functools
import re

import msgspec

from marsad.resources import DATA, read_tsv

_WORD = re.compile(r"[^\W\d_]+")
_ARTICLE = re.compile(r"[وفبك]?ال[^\W\d_]{2}")
_SAMPLE = 2_000
_FEWEST = 2
_SHARE = 0.15


class ForeignWord(msgspec.Struct, frozen=True):
    """A row of `foreign_words.tsv`: a small word that Arabic does not have, as Arabic keyboards write it."""

    word: str
    language: str
    source: str


def is_persian_by_words(text: str) -> bool:
    """Say whether the words of a text are Persian, whatever its letters: many small words of it, few Arabic articles."""
    words = _WORD.findall(text[:_SAMPLE])
    articles = sum(_ARTICLE.match(word) is not None for word in words)
    if articles > _SHARE * len(words):
        return False
    small = sum(word in _persian() for word in words)
    return small >= max(_FEWEST, _SHARE * len(words)) and small > articles


@functools.cache
def _persian() -> frozenset[str]:
    rows = read_tsv(DATA / "ar" / "foreign_words.tsv", ForeignWord)
    return frozenset(row.word for row in rows if row.language == "fa")
