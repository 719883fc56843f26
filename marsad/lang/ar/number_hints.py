"""The words around numbers: "at least", "about", units, currencies, names that carry a number; found by lookup."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from marsad.lang.ar.number_words import NumberRow, Numeral, loose_clitic
from marsad.lang.ar.row_match import Entry, RowIndex, Seen, by_key
from marsad.lang.ar.script import fold_text
from marsad.lang.ar.words import endings, splits

_BOUND_KEYS = frozenset(("bound_before", "bound_after", "range"))
# Rows that are asked for under another key than their role.
_KEYS = {
    **{
        (role, place): ("bound_before",)
        for role in ("at_least", "at_most", "approx")
        for place in ("before", "measured")
    },
    **{(role, "after"): ("bound_after",) for role in ("at_least", "at_most", "approx")},
    **{(role, "both"): ("bound_before", "bound_after") for role in ("at_least", "at_most", "approx")},
    ("vague_after", "several"): ("vague",),
}
# Roles whose word may carry a possessive pronoun ("عمره", "قيمتها").
_POSSESSED = frozenset(("age", "measure"))


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
        self._rows = RowIndex()
        self._unit_kinds: dict[str, str] = {}
        # A proclitic read in one of these makes another word of it: "لست" is "I am not", "بعده" "after him".
        self._whole: set[str] = set()
        for row in vague:
            if row.role == "whole":
                self._whole.add(fold_text(row.word))
            for key in _KEYS.get((row.role, row.value or ""), (row.role,)):
                self._rows.enter(row.word, key, row.role, row.value or "")
        for unit in units:
            self._rows.enter(unit.word, "unit", "unit", unit.kind)
            self._unit_kinds[fold_text(unit.word)] = unit.kind
        for money in currencies:
            self._rows.enter(money.word, "currency", "currency", money.currency or "")
            self._unit_kinds[fold_text(money.word)] = "money"

    def look_up(self, folded: str) -> Seen | None:
        """Return what the tables know of a folded word, or None."""
        if not folded:
            return None
        if folded[0].isdecimal():
            return Seen(Numeral("digits", 0.0, "", folded), (), starts=True)
        cuts = splits(folded)[:1] if folded in self._whole else splits(folded) or (("", folded),)
        numeral = loose_clitic(folded)
        entries: list[tuple[str, Entry]] = []
        for prefix, rest in cuts:
            if numeral is None and rest in self._numerals and "س" not in prefix:
                role, value = self._numerals[rest]
                numeral = Numeral(role, value, prefix, folded)
            for stem, pronoun in endings(rest):
                for entry in self._rows.get(stem):
                    if not pronoun or entry.role in _POSSESSED:
                        entries.append((prefix, entry))
            if rest.endswith("ا") and rest[:-1] in self._unit_kinds and rest not in self._unit_kinds:
                entries += [(prefix, e) for e in self._rows.get(rest[:-1]) if e.role in ("unit", "currency")]
        entries.sort(key=lambda e: (-len(e[1].rest), len(e[0])))
        pair = "" if numeral else self._unit_pair(cuts)
        if not (numeral or entries or pair):
            return None
        keys = {e.key for _, e in entries}
        starts = (numeral is not None and numeral.role != "loose") or bool(pair) or "vague" in keys
        return Seen(numeral, tuple(entries), starts, bool(keys & _BOUND_KEYS), pair, by_key(entries))

    def _unit_pair(self, cuts: tuple[tuple[str, str], ...]) -> str:
        """The kind of a unit in the dual ("كيلومترين", "يومان"), or ""."""
        for _, rest in cuts:
            if rest.endswith(("ان", "ين")) and (len(rest) > 4 or rest in self._unit_kinds):
                stem = rest[:-2]
                found = self._unit_kinds.get(stem) or (
                    self._unit_kinds.get(stem[:-1] + "ه") if stem.endswith("ت") else None
                )
                if found and self._unit_kinds.get(rest, found) == found:
                    return found
        return ""
