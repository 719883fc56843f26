"""The words of a language that linking looks at: marks of totals, parts and corrections, and who a source is.

Matched by stem, as the language gives it for the rows and for the text alike, so this page knows no letter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from marsad.language import Language, Token


class LinkWordRow(msgspec.Struct, frozen=True):
    """A row of `<language>/link_words.tsv`: a word and what it tells the reader of totals."""

    word: str
    role: str
    source: str


class SourceKindRow(msgspec.Struct, frozen=True):
    """A row of `<language>/source_kinds.tsv`: words that say what kind of source speaks."""

    word: str
    kind: str
    source: str


ROLES = (
    "among",
    "anniversary",
    "anyone",
    "before",
    "correction",
    "each",
    "end",
    "evening",
    "instead",
    "lives",
    "morning",
    "night",
    "no",
    "noon",
    "of",
    "other",
    "single",
    "them",
    "total",
    "unharmed",
    "vague",
    "versus",
)
KINDS = ("army", "counter", "party", "witness")
_LONGEST = 3
_NONE: frozenset[str] = frozenset()


class Terms:
    """The rows by their stems; made once per language."""

    def __init__(self, words: Iterable[LinkWordRow], kinds: Iterable[SourceKindRow], language: Language) -> None:
        self._roles: dict[str, frozenset[str]] = {}
        for row in words:
            for key in _keys(row.word, language):
                self._roles[key[0]] = self._roles.get(key[0], _NONE) | {row.role}
        self._kinds = {key: row.kind for row in kinds for key in _keys(row.word, language)}
        self._known = {stem for key in self._kinds for stem in key}

    def roles(self, token: Token) -> frozenset[str]:
        """Return what a word tells the reader of totals; mostly nothing."""
        word = token.word
        return self._roles.get(word.folded) or self._roles.get(_stem(token), _NONE)

    def source_kind(self, tokens: Sequence[Token]) -> tuple[str, int, int] | None:
        """Return the kind of the first source that the tokens name, with its first and last token, or None."""
        stems = [_stem(t) for t in tokens]
        for i, stem in enumerate(stems):
            for size in range(min(_LONGEST, len(tokens) - i), 0, -1) if stem in self._known else ():
                kind = self._kinds.get(tuple(stems[i : i + size]))
                if kind is not None:
                    return kind, i, i + size - 1
        return None


def _keys(words: str, language: Language) -> list[tuple[str, ...]]:
    found = language.read_sentences(words, 0, len(words))
    return [tuple(_stem(t) for t in sentence.tokens) for sentence in found if sentence.tokens]


def _stem(token: Token) -> str:
    """The form without proclitics and article, pronouns kept ("among them" is not "between")."""
    word = token.word
    return word.stem + word.suffix if word.stem else word.folded
