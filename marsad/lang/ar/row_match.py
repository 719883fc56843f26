"""Rows of one or more words, matched at a token; "…" in a row stands for up to three words.

"لا يقل … عن" reads "لا يقل عددهم عن". Matching is lazy: most tokens are never asked about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from marsad.lang.ar.number_words import Numeral
from marsad.lang.ar.script import fold_text
from marsad.language import Token

GAP = "…"
_WIDEST_GAP = 3
_NOTHING: Mapping[str, Hint] = {}


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
    unit in the dual.
    """

    numeral: Numeral | None
    entries: tuple[tuple[str, Entry], ...]
    starts: bool
    bounds: bool = False
    unit_pair: str = ""


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
        self._found: dict[int, Mapping[str, Hint]] = {}

    def at(self, at: int) -> Mapping[str, Hint]:
        """The longest match of each key at a token; none outside the sentence."""
        found = self._found.get(at)
        if found is None:
            known = self._seen[at] if 0 <= at < len(self._seen) else None
            found = self._match(at, known) if known is not None and known.entries else _NOTHING
            self._found[at] = found
        return found

    def _match(self, at: int, known: Seen) -> Mapping[str, Hint]:
        found: dict[str, Hint] = {}
        for prefix, entry in known.entries:
            if entry.key not in found:
                last = match_row(entry.rest, self._tokens, at) if entry.rest else at
                if last is not None:
                    found[entry.key] = Hint(at, last, entry.role, entry.value, prefix)
        return found


@lru_cache(maxsize=50_000)
def _is_form(folded: str, word: str) -> bool:
    """Say whether a later word of a row stands here: as it is or with the article ("المئة" in "في المئة")."""
    return folded == word or folded == "ال" + word


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
