"""The words that tell days: rows of `months.tsv`, `weekdays.tsv` and `time_words.tsv`, found by lookup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

import msgspec

from marsad.lang.ar.number_hints import Hint, match_row
from marsad.lang.ar.number_words import NumberRow, Numeral, loose_clitic
from marsad.lang.ar.script import fold_text
from marsad.lang.ar.words import splits
from marsad.language import Token

_TO_THE = "لل"
_THE = "ال"


class MonthRow(msgspec.Struct, frozen=True):
    """A row of `months.tsv`: a month's name; `alone` is no where the word is also another ("مارس" practised)."""

    word: str
    month: int
    calendar: str
    alone: bool
    source: str


class WeekdayRow(msgspec.Struct, frozen=True):
    """A row of `weekdays.tsv`: a definite day name and its number, 1 Monday to 7 Sunday."""

    word: str
    weekday: int
    source: str


class TimeRow(msgspec.Struct, frozen=True):
    """A row of `time_words.tsv`: words, what they do in a date (`role`) and how far (`value`)."""

    word: str
    role: str
    value: str | None
    source: str


class _Entry(NamedTuple):
    rest: tuple[str, ...]
    role: str
    value: str


class _Seen(NamedTuple):
    numeral: Numeral | None
    entries: tuple[tuple[str, _Entry], ...]


class TimeTables:
    """All rows, indexed by the folded first word."""

    def __init__(
        self,
        numbers: Iterable[NumberRow],
        months: Iterable[MonthRow],
        weekdays: Iterable[WeekdayRow],
        time_words: Iterable[TimeRow],
    ) -> None:
        self._numerals = {fold_text(r.word): (r.role, r.value) for r in numbers}
        self._entries: dict[str, list[_Entry]] = {}
        for month in months:
            role = ("" if month.alone else "weak_") + ("hijri" if month.calendar == "hijri" else "month")
            self._enter(month.word, role, str(month.month))
        for weekday in weekdays:
            self._enter(weekday.word, "weekday", str(weekday.weekday))
        for row in time_words:
            self._enter(row.word, row.role, row.value or "")
        self.look_up = lru_cache(maxsize=50_000)(self._look_up)

    def _enter(self, words: str, role: str, value: str) -> None:
        first, *rest = fold_text(words).split()
        self._entries.setdefault(first, []).append(_Entry(tuple(rest), role, value))

    def _look_up(self, folded: str) -> _Seen | None:
        """What the tables know of a folded word, or None; cached."""
        if not folded:
            return None
        if folded[0].isdigit():
            return _Seen(Numeral("digits", 0.0, "", folded), ())
        numeral = loose_clitic(folded)
        entries: list[tuple[str, _Entry]] = []
        for prefix, rest in splits(folded) or (("", folded),):
            if numeral is None and rest in self._numerals:
                role, value = self._numerals[rest]
                numeral = Numeral(role, value, prefix, folded)
            entries += [(prefix, e) for e in self._entries.get(rest, ())]
            if prefix.endswith(_TO_THE):
                entries += [(prefix[:-1], e) for e in self._entries.get(_THE + rest, ())]
        entries.sort(key=lambda e: (-len(e[1].rest), len(e[0])))
        return _Seen(numeral, tuple(entries)) if numeral or entries else None

    def find(self, tokens: Sequence[Token]) -> tuple[list[Numeral | None], dict[int, tuple[Hint, ...]]]:
        """Return the numerals of the tokens, and the rows that match at each token, longest first."""
        numerals: list[Numeral | None] = []
        found: dict[int, tuple[Hint, ...]] = {}
        look_up = self.look_up
        for at, token in enumerate(tokens):
            seen = look_up(token.word.folded)
            if seen is None:
                numerals.append(None)
                continue
            numerals.append(seen.numeral)
            hints = []
            for prefix, entry in seen.entries:
                last = match_row(entry.rest, tokens, at) if entry.rest else at
                if last is not None:
                    hints.append(Hint(at, last, entry.role, entry.value, prefix))
            if hints:
                found[at] = tuple(hints)
        return numerals, found
