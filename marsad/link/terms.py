"""The words of a language that linking looks at: marks of totals, parts, corrections, who a source is, topics of talks.

Matched by stem, as the language gives it for the rows and for the text alike, so this page knows no letter.
"""

from __future__ import annotations

import itertools
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


class ProcessTopicRow(msgspec.Struct, frozen=True):
    """A row of `<language>/process_topics.tsv`: words that say what talks are about."""

    words: str
    topic: str
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

    def __init__(
        self,
        words: Iterable[LinkWordRow],
        kinds: Iterable[SourceKindRow],
        language: Language,
        topics: Iterable[ProcessTopicRow] = (),
    ) -> None:
        self._roles: dict[str, frozenset[str]] = {}
        for row in words:
            for key in _keys(row.word, language):
                self._roles[key[0]] = self._roles.get(key[0], _NONE) | {row.role}
        self._kinds = {key: row.kind for row in kinds for key in _keys(row.word, language)}
        self._known = {stem for key in self._kinds for stem in key}
        self._topics = {key: row.topic for row in topics for key in _keys(row.words, language)}
        self._topical = {key[0] for key in self._topics}
        self._longest_topic = max(map(len, self._topics), default=0)

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

    def topics(self, tokens: Sequence[Token]) -> list[tuple[str, int, int]]:
        """Return the topics of talks that the tokens name, each with its first and last token; the longest words win."""
        forms = [_forms(t) for t in tokens]
        found = []
        i = 0
        while i < len(tokens):
            topic, size = None, 0
            if not self._topical.isdisjoint(forms[i]):
                for size in range(min(self._longest_topic, len(tokens) - i), 0, -1):
                    keys = itertools.product(*forms[i : i + size])
                    topic = next((self._topics[key] for key in keys if key in self._topics), None)
                    if topic is not None:
                        break
            if topic is not None:
                found.append((topic, i, i + size - 1))
            i += size if topic is not None else 1
        return found


def _forms(token: Token) -> tuple[str, ...]:
    """The form without proclitics and article, with its pronoun ("their prisoners") and without."""
    word = token.word
    return (_stem(token), word.stem) if word.stem and word.suffix else (_stem(token),)


def _keys(words: str, language: Language) -> list[tuple[str, ...]]:
    found = language.read_sentences(words, 0, len(words))
    return [tuple(_stem(t) for t in sentence.tokens) for sentence in found if sentence.tokens]


def _stem(token: Token) -> str:
    """The form without proclitics and article, pronouns kept ("among them" is not "between")."""
    word = token.word
    return word.stem + word.suffix if word.stem else word.folded
