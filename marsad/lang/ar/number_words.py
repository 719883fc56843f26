"""Reads one Arabic number, in digits or words: its value and how many tokens it takes.

The grammar of numerals is small: below a thousand come hundreds, then a unit joined by و to the tens (or set before ten
without و: "خمسة عشر"); thousands, millions and milliards multiply what stands before them, joined by و, largest first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

_AND = "و"
_THE = "ال"
_LOOSE = frozenset(("و", "ف", "ب", "ل", "ك", "ال", "وال", "بال", "لل", "ول", "وب", "فال"))
_TEN = 10
_HUNDRED = 100
_THOUSAND = 1000


class NumberRow(msgspec.Struct, frozen=True):
    """A row of `numbers.tsv`: a numeral, its value, and its part in the grammar of numerals (`role`)."""

    word: str
    value: float
    role: str
    source: str


class Numeral(NamedTuple):
    """A token as the grammar of numerals sees it: `prefix` its proclitics, `role` "digits" for figures."""

    role: str
    value: float
    prefix: str
    text: str


class Number(NamedTuple):
    """A number read from tokens `first` to `last`; `scale` is its last multiplier (1000 in "15 ألفا"), else 1."""

    first: int
    last: int
    value: float
    scale: float
    prefix: str
    digits: str


def read_digits(text: str, before_scale: bool) -> float | None:
    """Return the value of a figure with its separators, or None if it is no plain number ("7.3.2025").

    Groups of three are thousands ("12,431", "1.250"), anything else after one separator is decimals; before a scale
    word a separator is decimal ("2,125 مليون").
    """
    plain = text.replace("٫", ".").replace("٬", ",")
    if plain.isdecimal():
        return float(plain)
    groups = plain.replace(",", ".").split(".")
    thousands = all(len(g) == 3 for g in groups[1:]) and len(groups[0]) <= 3 and groups[0] != "0"
    if len(groups) == 2 and (not thousands or before_scale or "٫" in text):
        return float(f"{groups[0]}.{groups[1]}")
    return float("".join(groups)) if thousands else None


class NumeralGrammar:
    """Composes numerals; stateless, so that one instance serves every sentence."""

    def read(self, numerals: Sequence[Numeral | None], first: int) -> Number | None:
        """Return the longest number that starts at `first`, or None if none does."""
        head = numerals[first]
        if head is None or head.role in ("loose", "ordinal"):
            return None
        total, last, smallest = 0.0, first - 1, float("inf")
        at: int | None = first
        while at is not None:
            part = self._part(numerals, at, smallest)
            if part is None:
                break
            value, scale, last = part
            total += value * scale
            smallest = scale
            at = self._joined(numerals, last) if scale > 1 else None
        if last < first:
            return None
        total, last = self._plus_half(numerals, last, total, smallest)
        return Number(first, last, total, smallest, head.prefix, head.text if head.role == "digits" else "")

    def _joined(self, numerals: Sequence[Numeral | None], last: int) -> int | None:
        """The token at which a part joined by و goes on ("ألف و200", "ألفين وثلاثمئة"), if any."""
        after = _get(numerals, last + 1)
        if after is None:
            return None
        if after.role == "loose":
            follower = _get(numerals, last + 2)
            return last + 2 if after.prefix == _AND and follower is not None and not follower.prefix else None
        return last + 1 if _is_joined(numerals, last + 1) else None

    def _part(self, numerals: Sequence[Numeral | None], at: int, limit: float) -> tuple[float, float, int] | None:
        """(value, scale, last token) of one part: a number below a thousand or a figure, and its scale."""
        numeral = _get(numerals, at)
        if numeral is None:
            return None
        if numeral.role == "scale" and numeral.value < limit:
            return 1.0, numeral.value, at
        if numeral.role in ("scale_dual", "scale_or_dual"):
            scale = numeral.value / 2 if numeral.role == "scale_dual" else numeral.value
            after = _get(numerals, at + 1)
            # "مليونا شجرة" is two million, "مليونا ونصف المليون" one and a half.
            half = numeral.role == "scale_or_dual" and after is not None and after.role == "fraction"
            return (1.0 if half else 2.0, scale, at) if scale < limit else None
        below = self._below(numerals, at)
        if below is None:
            return None
        value, last = below
        scale = 1.0
        after = _get(numerals, last + 1)
        while after is not None and after.role in ("scale", "scale_or_dual") and after.prefix in ("", _THE):
            scale, last = scale * after.value, last + 1
            after = _get(numerals, last + 1)
        if numeral.role == "digits":
            exact = read_digits(numeral.text, scale > 1)
            if exact is None:
                return None
            value = exact if last == at or scale > 1 else value
        return (value, scale, last) if scale < limit and (scale > 1 or value < limit) else None

    def _below(self, numerals: Sequence[Numeral | None], at: int) -> tuple[float, int] | None:
        """(value, last token) of a figure, a fraction before a scale, or a number below a thousand in words."""
        numeral = numerals[at]
        after = _get(numerals, at + 1)
        assert numeral is not None
        if numeral.role == "digits":
            value = read_digits(numeral.text, before_scale=False)
            return None if value is None else (value, at)
        if numeral.role == "fraction":
            return (numeral.value, at) if after is not None and after.role == "scale" else None
        if numeral.role == "hundreds" or numeral.role == "hundred":
            return self._after_hundreds(numerals, at, numeral.value)
        if numeral.role == "unit" and after is not None and after.role == "hundred" and after.prefix in ("", _THE):
            return self._after_hundreds(numerals, at + 1, numeral.value * _HUNDRED)
        return self._below_hundred(numerals, at)

    def _after_hundreds(self, numerals: Sequence[Numeral | None], last: int, hundreds: float) -> tuple[float, int]:
        after = _get(numerals, last + 1)
        if after is not None and _is_joined(numerals, last + 1):
            rest = self._below_hundred(numerals, last + 1)
            if rest is not None:
                return hundreds + rest[0], rest[1]
        return hundreds, last

    def _below_hundred(self, numerals: Sequence[Numeral | None], at: int) -> tuple[float, int] | None:
        numeral = numerals[at]
        assert numeral is not None
        if numeral.role in ("tens", "ten", "dozen"):
            return numeral.value, at
        if numeral.role not in ("unit", "one", "one_of", "two", "two_bound", "ordinal"):
            return None
        after = _get(numerals, at + 1)
        if after is not None and after.role == "ten" and after.prefix in ("", _THE):
            return numeral.value + _TEN, at + 1
        if after is not None and after.role == "tens" and after.prefix in (_AND, _AND + _THE):
            return numeral.value + after.value, at + 1
        return None if numeral.role in ("ordinal", "two_bound") else (numeral.value, at)

    def _plus_half(
        self, numerals: Sequence[Numeral | None], last: int, total: float, scale: float
    ) -> tuple[float, int]:
        """Add "ونصف" after a scale ("مليون ونصف", "مليون ونصف المليون")."""
        after = _get(numerals, last + 1)
        if scale < _THOUSAND or after is None or after.role != "fraction" or after.prefix != _AND:
            return total, last
        named = _get(numerals, last + 2)
        if named is not None and named.role == "scale" and named.prefix in ("", _THE):
            return total + after.value * named.value, last + 2
        return total + after.value * scale, last + 1

    def read_ordinal(self, numerals: Sequence[Numeral | None], first: int) -> Number | None:
        """Return an ordinal that starts at `first` ("الثالث عشر", "الحادي والعشرين"), or None."""
        head = numerals[first]
        if head is None:
            return None
        if head.role == "ordinal":
            value, last = self._below_hundred(numerals, first) or (head.value, first)
        elif head.role == "tens" and head.prefix.endswith(_THE):
            value, last = head.value, first
        else:
            return None
        return Number(first, last, value, 1.0, head.prefix, "")


def _get(numerals: Sequence[Numeral | None], at: int) -> Numeral | None:
    return numerals[at] if 0 <= at < len(numerals) else None


def _is_joined(numerals: Sequence[Numeral | None], at: int) -> bool:
    """Say whether a numeral begins with و; "وأحد" before "عشر" is spelled like "واحد"."""
    numeral, after = _get(numerals, at), _get(numerals, at + 1)
    if numeral is None or numeral.prefix:
        return numeral is not None and numeral.prefix in (_AND, _AND + _THE)
    eleven = numeral.role == "one" and after is not None and after.role == "ten" and not after.prefix
    return eleven and numeral.text.startswith(_AND)


def loose_clitic(folded: str) -> Numeral | None:
    """Return the numeral of a proclitic that stands apart before a figure ("و 14", "الـ11"), or None."""
    return Numeral("loose", 0.0, folded, folded) if folded in _LOOSE else None
