"""Rows of one or more words, matched at a token; "…" in a row stands for up to three words.

"لا يقل … عن" reads "لا يقل عددهم عن". Matching is lazy: most tokens are never asked about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from marsad.lang.ar.number_words import Numeral
from marsad.lang.ar.script import fold_text
from marsad.language import Token

GAP = "…"
_WIDEST_GAP = 3
_THE = "ال"


class Hint(NamedTuple):
    """Tokens `first` to `last` that match a row; `prefix` is the proclitic of the first."""

    first: int
    last: int
    role: str
    value: str
    prefix: str


class Entry(NamedTuple):
    """A row without its first word, under the key it is asked for by (mostly its role)."""

    rest: tuple[str, ...]
    key: str
    role: str
    value: str


class Seen(NamedTuple):
    """What the tables know of one folded word: its numeral, and the rows that begin with it under which prefix.

    `starts` says that something may begin here, `bounds` that "at least" and the like may, `unit_pair` is the kind of a
    unit in the dual. `by_key` holds the entries again, by key. `nexts`, if set, are the only unknown words before which
    something may begin here.
    """

    numeral: Numeral | None
    entries: tuple[tuple[str, Entry], ...]
    starts: bool
    bounds: bool = False
    unit_pair: str = ""
    by_key: Mapping[str, list[tuple[str, Entry]]] = {}
    nexts: frozenset[str] | None = None


def by_key(entries: Sequence[tuple[str, Entry]]) -> Mapping[str, list[tuple[str, Entry]]]:
    """Return entries with their prefixes by key, in the same order."""
    found: dict[str, list[tuple[str, Entry]]] = {}
    for item in entries:
        found.setdefault(item[1].key, []).append(item)
    return found


class RowIndex:
    """Rows by their folded first word, longest first."""

    def __init__(self) -> None:
        self._entries: dict[str, list[Entry]] = {}

    def enter(self, words: str, key: str, role: str, value: str) -> None:
        """Add a row."""
        first, *rest = fold_text(words).split()
        entries = self._entries.setdefault(first, [])
        entries.append(Entry(tuple(rest), key, role, value))
        entries.sort(key=lambda e: -len(e.rest))

    def get(self, word: str) -> Sequence[Entry]:
        """The rows that begin with a folded word."""
        return self._entries.get(word, ())


class Roles:
    """The rows that match in one sentence, worked out token by token when asked for."""

    def __init__(self, tokens: Sequence[Token], seen: Sequence[Seen | None]) -> None:
        self._tokens = tokens
        self._seen = seen
        self._size = len(seen)

    def hint(self, at: int, key: str) -> Hint | None:
        """The longest row under a key that begins at a token, or None; None outside the sentence."""
        if not 0 <= at < self._size:
            return None
        known = self._seen[at]
        if known is None or key not in known.by_key:
            return None
        for prefix, entry in known.by_key[key]:
            last = match_row(entry.rest, self._tokens, at) if entry.rest else at
            if last is not None:
                return Hint(at, last, entry.role, entry.value, prefix)
        return None

    def has(self, at: int, *keys: str) -> bool:
        """Say whether a row under one of the keys matches at a token."""
        if not 0 <= at < self._size:
            return False
        known = self._seen[at]
        if known is None:
            return False
        return any(key in known.by_key and self.hint(at, key) is not None for key in keys)

    def all(self, at: int) -> Iterator[Hint]:
        """The longest match of each key at a token, the longest rows first; none outside the sentence."""
        known = self._seen[at] if 0 <= at < self._size else None
        found = set()
        for prefix, entry in known.entries if known is not None else ():
            if entry.key not in found:
                last = match_row(entry.rest, self._tokens, at) if entry.rest else at
                if last is not None:
                    found.add(entry.key)
                    yield Hint(at, last, entry.role, entry.value, prefix)


def _is_form(folded: str, word: str) -> bool:
    """Say whether a later word of a row stands here: as it is or with the article ("المئة" in "في المئة")."""
    return folded == word or (folded.startswith(_THE) and folded[2:] == word)


def match_row(rest: tuple[str, ...], tokens: Sequence[Token], at: int) -> int | None:
    """The last token of a row whose first word stands at `at`, or None."""
    position = at + 1
    for index, word in enumerate(rest):
        if word == GAP:
            for skip in range(_WIDEST_GAP + 1):
                last = _match_tail(rest[index + 1 :], tokens, position + skip)
                if last is not None:
                    return last
                if position + skip >= len(tokens) or tokens[position + skip].word.kind != "word":
                    return None
            return None
        if position >= len(tokens) or not _is_form(tokens[position].word.folded, word):
            return None
        position += 1
    return position - 1


def _match_tail(rest: tuple[str, ...], tokens: Sequence[Token], position: int) -> int | None:
    for word in rest:
        if position >= len(tokens) or not _is_form(tokens[position].word.folded, word):
            return None
        position += 1
    return position - 1
