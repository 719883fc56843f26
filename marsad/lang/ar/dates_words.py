"""The words that tell days: rows of `months.tsv`, `weekdays.tsv` and `time_words.tsv`, found by lookup."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from marsad.lang.ar.number_words import NumberRow, Numeral, loose_clitic
from marsad.lang.ar.row_match import GAP, Entry, RowIndex, Seen, by_key
from marsad.lang.ar.script import fold_text
from marsad.lang.ar.words import splits

_TO_THE = "لل"
_THE = "ال"
# Keys of rows at which a date phrase may begin; the others only go on with one.
_STARTERS = frozenset(
    (
        *("month", "weekday", "offset", "weekend", "anchor", "skip", "part", "adverb"),
        *("portion", "ago", "window", "season", "year_word", "period", "month_word"),
    )
)


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
        self._rows = RowIndex()
        for month in months:
            role = ("" if month.alone else "weak_") + ("hijri" if month.calendar == "hijri" else "month")
            self._rows.enter(month.word, "month", role, str(month.month))
        for weekday in weekdays:
            self._rows.enter(weekday.word, "weekday", "weekday", str(weekday.weekday))
        for row in time_words:
            self._rows.enter(row.word, row.role, row.role, row.value or "")

    def look_up(self, folded: str) -> Seen | None:
        """Return what the tables know of a folded word, or None."""
        if not folded:
            return None
        if folded[0].isdecimal():
            return Seen(Numeral("digits", 0.0, "", folded), (), starts=True)
        numeral = loose_clitic(folded)
        entries: list[tuple[str, Entry]] = []
        for prefix, rest in splits(folded) or (("", folded),):
            if numeral is None and rest in self._numerals:
                role, value = self._numerals[rest]
                numeral = Numeral(role, value, prefix, folded)
            entries += [(prefix, e) for e in self._rows.get(rest)]
            if prefix.endswith(_TO_THE):
                entries += [(prefix[:-1], e) for e in self._rows.get(_THE + rest)]
        entries.sort(key=lambda e: (-len(e[1].rest), len(e[0])))
        if not (numeral or entries):
            return None
        ordinal = numeral is not None and numeral.role in ("ordinal", "tens") and numeral.prefix.endswith(_THE)
        opening = [e for _, e in entries if e.key in _STARTERS]
        nexts = None if numeral is not None else _nexts(opening)
        return Seen(numeral, tuple(entries), ordinal or bool(opening), by_key=by_key(entries), nexts=nexts)


def _nexts(opening: Iterable[Entry]) -> frozenset[str] | None:
    """The second words of rows, or None if one of them does without; a span of time goes on with a number or a unit."""
    found: set[str] = set()
    for entry in opening:
        if entry.rest[:1] == (GAP,) or not (entry.rest or entry.key == "window"):
            return None
        found.update(form for word in entry.rest[:1] for form in (word, _THE + word))
    return frozenset(found)
