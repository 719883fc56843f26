"""The words around numbers: "at least", "about", units, currencies, names that carry a number; found by lookup.

A row may hold several words, and one "…" that stands for up to three words ("لا يقل … عن" reads "لا يقل عددهم عن").
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

import msgspec

from marsad.lang.ar.number_words import NumberRow, Numeral, loose_clitic
from marsad.lang.ar.script import fold_text
from marsad.lang.ar.words import endings, splits
from marsad.language import Token

GAP = "…"
_WIDEST_GAP = 3
# Roles whose word may carry a possessive pronoun ("عمره", "قيمتها").
_POSSESSED = frozenset(("age", "measure"))
# A proclitic makes another word of these: "لست" is "I am not", "بعده" "after him".
_FALSE_SPLITS = frozenset(("لست", "فست", "كست", "بعده", "وبعده", "لعده", "فلست", "ولست", "كسته"))


class VagueRow(msgspec.Struct, frozen=True):
    """A row of `number_words_vague.tsv`: words, what they do to a number (`role`), and where they stand
    or what they say.
    """

    word: str
    role: str
    value: str | None
    source: str


class UnitRow(msgspec.Struct, frozen=True):
    """A row of `units.tsv`: a word for a unit; `kind` is distance, weight, percent, time, age or money."""

    word: str
    unit: str
    kind: str
    source: str


class CurrencyRow(msgspec.Struct, frozen=True):
    """A row of `currencies.tsv`: words for a currency and its ISO 4217 code, empty if several states use the name."""

    word: str
    currency: str | None
    source: str


class Hint(NamedTuple):
    """Tokens `first` to `last` that match a row; `prefix` is the proclitic of the first."""

    first: int
    last: int
    role: str
    value: str
    prefix: str


class _Entry(NamedTuple):
    rest: tuple[str, ...]
    role: str
    value: str


class Seen(NamedTuple):
    """What the tables know of one folded word: its numeral, and the rows that begin with it under which prefix."""

    numeral: Numeral | None
    entries: tuple[tuple[str, _Entry], ...]
    unit_pair: str = ""


class HintTables:
    """All rows, indexed by the folded first word."""

    def __init__(
        self,
        numbers: Iterable[NumberRow],
        vague: Iterable[VagueRow],
        units: Iterable[UnitRow],
        currencies: Iterable[CurrencyRow],
    ) -> None:
        self._numerals = {fold_text(r.word): (r.role, r.value) for r in numbers}
        self._entries: dict[str, list[_Entry]] = {}
        self._unit_kinds: dict[str, str] = {}
        for row in vague:
            self._enter(row.word, row.role, row.value or "")
        for unit in units:
            self._enter(unit.word, "unit", unit.kind)
            self._unit_kinds[fold_text(unit.word)] = unit.kind
        for money in currencies:
            self._enter(money.word, "currency", money.currency or "")
            self._unit_kinds[fold_text(money.word)] = "money"
        for entries in self._entries.values():
            entries.sort(key=lambda e: -len(e.rest))
        self.look_up = lru_cache(maxsize=50_000)(self._look_up)

    def _enter(self, words: str, role: str, value: str) -> None:
        first, *rest = fold_text(words).split()
        self._entries.setdefault(first, []).append(_Entry(tuple(rest), role, value))

    def _look_up(self, folded: str) -> Seen | None:
        """What the tables know of a word, or None; cached, because most words recur and are unknown here."""
        if not folded:
            return None
        if folded[0].isdigit():
            return Seen(Numeral("digits", 0.0, "", folded), ())
        cuts = splits(folded)[:1] if folded in _FALSE_SPLITS else splits(folded) or (("", folded),)
        numeral = loose_clitic(folded)
        entries: list[tuple[str, _Entry]] = []
        for prefix, rest in cuts:
            if numeral is None and rest in self._numerals and "س" not in prefix:
                role, value = self._numerals[rest]
                numeral = Numeral(role, value, prefix, folded)
            for stem, pronoun in endings(rest):
                for entry in self._entries.get(stem, ()):
                    if not pronoun or entry.role in _POSSESSED:
                        entries.append((prefix, entry))
            if rest.endswith("ا") and rest[:-1] in self._unit_kinds and rest not in self._unit_kinds:
                entries += [(prefix, e) for e in self._entries[rest[:-1]] if e.role in ("unit", "currency")]
        entries.sort(key=lambda e: (-len(e[1].rest), len(e[0])))
        pair = "" if numeral else self._unit_pair(cuts)
        return Seen(numeral, tuple(entries), pair) if numeral or entries or pair else None

    def _unit_pair(self, cuts: tuple[tuple[str, str], ...]) -> str:
        """The kind of a unit in the dual ("كيلومترين", "يومان"), or ""."""
        for _, rest in cuts:
            if rest.endswith(("ان", "ين")) and len(rest) > 4:
                stem = rest[:-2]
                found = self._unit_kinds.get(stem) or (
                    self._unit_kinds.get(stem[:-1] + "ه") if stem.endswith("ت") else None
                )
                if found and rest not in self._unit_kinds:
                    return found
        return ""

    def find(self, seen: Sequence[Seen | None], tokens: Sequence[Token]) -> dict[int, tuple[Hint, ...]]:
        """Return the rows that match at each token, longest first."""
        found: dict[int, tuple[Hint, ...]] = {}
        for at, known in enumerate(seen):
            if known is not None and known.entries:
                hints = []
                for prefix, entry in known.entries:
                    last = match_row(entry.rest, tokens, at) if entry.rest else at
                    if last is not None:
                        hints.append(Hint(at, last, entry.role, entry.value, prefix))
                if hints:
                    found[at] = tuple(hints)
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
