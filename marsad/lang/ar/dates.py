"""Finds the words of an Arabic sentence that give a day, and the date line of a report.

What a phrase says is a plain value of `dates_resolve`; here is only how it is written. Reading goes left to right and
takes the first form that fits: figures, "two days ago", "last week", a weekday, a day of a month, a month, a part of
the day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from marsad.lang.ar.dates_calendar import CalendarForms
from marsad.lang.ar.dates_resolve import Anchored, Calendar, Expression, Offset, Period, Stretch, Weekday, resolve
from marsad.lang.ar.dates_words import MonthRow, TimeRow, TimeTables, WeekdayRow
from marsad.lang.ar.number_words import NumberRow, NumeralGrammar
from marsad.lang.ar.row_match import Hint, Roles, Seen
from marsad.language import DatePhrase, Token
from marsad.model import DateRange

_NEAR_THE_HEAD = 12
_BESIDE_DATE = 6
_FUTURE_REACH = 8
_DASHES = frozenset("-–—/")
# Keys of rows of which one stands at the head of each form.
_RELATIVE = frozenset(("window", "ago", "weekend", "portion", "period"))
_DAY = frozenset(("part", "weekday", "offset"))
_CALENDAR = frozenset(("portion", "month", "month_word", "year_word", "season"))
_AND = "و"
# A colon is missing: it follows the dates of a timeline.
_AFTER_DATELINE = frozenset("-–—(/،")


class Read(NamedTuple):
    """An expression with its last token, its kind and the name of the form."""

    last: int
    expression: Expression | None
    kind: str
    rule: str


class DateReader:
    """Reads dates; built once from the tables, holds no state of any text."""

    def __init__(
        self,
        numbers: Iterable[NumberRow],
        months: Iterable[MonthRow],
        weekdays: Iterable[WeekdayRow],
        time_words: Iterable[TimeRow],
    ) -> None:
        self._tables = TimeTables(numbers, months, weekdays, time_words)
        self._grammar = NumeralGrammar()

    def look_up(self, folded: str) -> Seen | None:
        """Return what the tables know of a folded word, to be handed back to `find`; None for most words."""
        return self._tables.look_up(folded)

    def find(self, tokens: Sequence[Token], seen: Sequence[Seen | None], starts: Sequence[int]) -> list[DatePhrase]:
        """Return the date phrases of one sentence in order.

        `seen` is what `look_up` says of each token, `starts` the tokens for which it says that something may start.
        """
        return _Sentence(tokens, seen, self._grammar).read(starts)

    def find_dates(self, tokens: Sequence[Token]) -> list[DatePhrase]:
        """Return the date phrases of one sentence in order."""
        seen = self._see(tokens)
        return self.find(tokens, seen, [at for at, s in enumerate(seen) if s is not None and s.starts])

    def _see(self, tokens: Sequence[Token]) -> list[Seen | None]:
        return [self.look_up(token.word.folded) for token in tokens]

    def resolve_date(self, phrase: DatePhrase, published: str | None) -> DateRange | None:
        """Return the days a phrase means in a text published then (ISO date or date-time), None if it does not say."""
        return resolve(phrase.expression, published)

    def find_dateline(self, tokens: Sequence[Token], found: Sequence[DatePhrase] | None = None) -> str | None:
        """Return the ISO date that a sentence near a story's head gives as the day of publication, or None.

        `found` are the sentence's date phrases, if they are known already.
        It must name the year, and stand near the sentence's head before a dash, bracket or colon, behind a word like
        "نشر", or nearly alone on its line.
        """
        for phrase in self.find_dates(tokens) if found is None else found:
            if phrase.kind != "absolute":
                continue
            days = resolve(phrase.expression, None)
            if days is None or days.start != days.end or not _is_plain_day(phrase.expression):
                continue
            if self._is_dateline(tokens, phrase):
                return days.start
        return None

    def _is_dateline(self, tokens: Sequence[Token], phrase: DatePhrase) -> bool:
        if phrase.first > _NEAR_THE_HEAD:
            return False
        roles = Roles(tokens, self._see(tokens))
        if any(roles.has(at, "dateline") for at in range(phrase.first)):
            return True
        if roles.has(phrase.first - 1, "year_opener"):
            return False
        if len(tokens) - (phrase.last - phrase.first + 1) <= _BESIDE_DATE:
            return True
        after = tokens[phrase.last + 1].word if phrase.last + 1 < len(tokens) else None
        return (
            phrase.first <= _BESIDE_DATE
            and after is not None
            and after.kind == "mark"
            and after.folded in _AFTER_DATELINE
        )


def _is_plain_day(expression: Expression | None) -> bool:
    return isinstance(expression, Calendar) and expression.first_day is not None


def _runs_on(expression: Expression | None) -> bool:
    """Say whether "since" this phrase tells how long something lasted; a bare month mostly tells when it began."""
    if isinstance(expression, Calendar):
        return expression.first_day is not None or bool(expression.portion)
    return isinstance(expression, Weekday | Offset) or (isinstance(expression, Period) and bool(expression.portion))


def _are_alike(first: Expression | None, second: Expression | None) -> bool:
    """Say whether two phrases joined by و name days of one event: two weekdays, two days or months of one kind."""
    if isinstance(first, Weekday) and isinstance(second, Weekday):
        return not first.night and not second.night and (first.tense == second.tense or not second.tense)
    if isinstance(first, Calendar) and isinstance(second, Calendar):
        return bool(first.first_month and second.first_month) and bool(first.first_day) == bool(second.first_day)
    return False


class _Sentence(CalendarForms):
    """One reading of one sentence."""

    def read(self, starts: Sequence[int]) -> list[DatePhrase]:
        """Return the phrases that begin at one of the tokens, in order."""
        found: list[DatePhrase] = []
        last = -1
        for at in starts:
            if at <= last or not self._goes_on(at):
                continue
            skip = self.hint(at, "skip")
            item = self._read_at(at, found) if skip is None else None
            if skip is not None:
                last = skip.last
            elif item is not None:
                item = self._stretch(at, item, found)
                found.append(DatePhrase(at, item.last, item.kind, item.expression, f"dates.{item.rule}"))
                last = item.last
        return found

    def _goes_on(self, at: int) -> bool:
        """Say whether the next word can go on with what begins at a token: most "in" begin nothing."""
        known = self.seen[at]
        if known is None or known.nexts is None:
            return True
        after = at + 1
        return after < len(self.seen) and (
            self.seen[after] is not None or self.tokens[after].word.folded in known.nexts
        )

    def _read_at(self, at: int, found: Sequence[DatePhrase]) -> Read | None:
        known = self.seen[at] if at < len(self.seen) else None
        if known is None:
            return None
        keys = known.by_key
        numeric = self.figures(at) if known.numeral is not None else None
        if numeric is not None:
            return Read(numeric[0], numeric[1], "absolute", "figures")
        anchor = self.hint(at, "anchor")
        if anchor is not None:
            return Read(anchor.last, self._anchored(anchor, found), "relative", "anchored")
        # Each form is tried only where one of its words stands.
        item = None if _RELATIVE.isdisjoint(keys) else self._relative(at)
        item = item or (None if _DAY.isdisjoint(keys) else self._day(at, found))
        if item is None and (known.numeral is not None or not _CALENDAR.isdisjoint(keys)):
            item = self._calendar(at, found)
        return item or self._adverb(at)

    def _anchored(self, hint: Hint, found: Sequence[DatePhrase]) -> Anchored:
        """A day told from the last one named in the sentence; without one it stays open."""
        base = found[-1].expression if found else None
        return Anchored(int(hint.value), base.first if isinstance(base, Stretch) else base)

    # -- relative to publication

    def _relative(self, at: int) -> Read | None:
        window = self.window(at)
        if window is not None:
            return Read(window[0], window[1], "relative", "window")
        ago = self.ago(at)
        if ago is not None:
            return Read(ago[0], ago[1], "relative" if ago[1] is not None else "vague", "ago")
        hint = self.hint(at, "weekend")
        if hint is not None:
            return Read(hint.last, self.weekend(hint), "period", "weekend")
        found = self.part_of_period(at)
        if found is not None:
            return Read(found[0], found[1], "period", "portion")
        hint = self.hint(at, "period")
        if hint is not None:
            return Read(hint.last, self.period(hint, "", self._is_future(at)), "period", "period")
        return None

    def _offset(self, at: int) -> tuple[int, Offset] | None:
        """ "أمس", "اليوم (الخميس)", "غدا الجمعة"."""
        hint = self.hint(at, "offset")
        if hint is None or (hint.prefix.endswith("ل") and hint.value == "0"):
            return None
        first, _, last = hint.value.partition(":")
        end = hint.last
        beside = end + 1
        if self.mark(beside) in ("(", "،", "-"):
            beside += 1
        day = self.hint(beside, "weekday")
        if day is not None and not day.prefix:
            close = 1 if self.mark(end + 1) == "(" and self.mark(day.last + 1) == ")" else 0
            return day.last + close, Offset(int(first), int(last or first), int(day.value))
        return end, Offset(int(first), int(last or first), night=hint.value == "0:1")

    # -- days, with the part of the day before them

    def _day(self, at: int, found: Sequence[DatePhrase]) -> Read | None:
        """ "فجر الخميس", "مساء أمس", "ليل 6 مارس", "الجمعة 7 مارس 2025"."""
        part = self.hint(at, "part")
        start, night = at, False
        while part is not None and (part.value == "night" or not part.prefix.endswith("ال")):
            night = night or part.value == "night"
            start = part.last + 1
            part = self.hint(start, "part")
        if self.mark(start) and self.mark(start) in '("«' and start > at:
            start += 1
        anchor = self.hint(start, "anchor")
        if anchor is not None and start > at:
            return Read(anchor.last, self._anchored(anchor, found), "relative", "anchored")
        inner = self._night_to(start) if night else None
        inner = inner or self._weekday(start, night) or self._shifted(start, night)
        if inner is None and start > at:
            dated = self._calendar(start, ())
            if dated is not None and isinstance(dated.expression, Calendar) and dated.expression.first_day:
                inner = dated._replace(expression=dated.expression._replace(night=night))
        if inner is None:
            inner = self._shifted(at, night=False)
        if inner is None:
            return None
        before_midnight = self.hint(inner.last + 1, "midnight")
        if before_midnight is not None:
            return self._without_night(inner._replace(last=before_midnight.last))
        return inner

    def _without_night(self, item: Read) -> Read:
        expression = item.expression
        if isinstance(expression, Weekday | Calendar):
            return item._replace(expression=expression._replace(night=False))
        if isinstance(expression, Offset):
            return item._replace(expression=expression._replace(last=expression.first, night=False))
        return item

    def _shifted(self, at: int, night: bool) -> Read | None:
        found = self._offset(at)
        if found is None:
            return None
        last, offset = found
        if offset.night and self._is_future(at):
            offset = offset._replace(night=False)
        if night and offset.first == offset.last:
            offset = offset._replace(last=offset.last + 1, night=True)
        return Read(self._adverb_end(last), offset, "relative", "offset")

    def _night_to(self, at: int) -> Read | None:
        """ "ليل الأربعاء الخميس", "الليلة من الأحد إلى الاثنين", "الليل إلى الجمعة": the night between two days."""
        to = self.hint(at, "to")
        second = self.hint(at + 1, "weekday") if to is not None else None
        if second is not None:
            evening = Weekday((int(second.value) - 2) % 7 + 1)
            return Read(second.last, Stretch(evening, Weekday(int(second.value))), "weekday", "night")
        start = at + 1 if self.hint(at, "from") is not None else at
        first = self.hint(start, "weekday")
        if first is None:
            return None
        after = first.last + 1
        if self.mark(after) in _DASHES or self.hint(after, "to") is not None:
            after += 1
        second = self.hint(after, "weekday")
        if second is None or int(second.value) != int(first.value) % 7 + 1:
            return None
        pair = Stretch(Weekday(int(first.value)), Weekday(int(second.value)))
        return Read(second.last, pair, "weekday", "night")

    def _weekday(self, at: int, night: bool) -> Read | None:
        hint = self.hint(at, "weekday")
        if hint is None or self._is_eleven(at):
            return None
        end = hint.last
        tense = self.tense(end + 1)
        dated = self._dated_weekday(end + 1)
        if dated is not None:
            return Read(dated[0], dated[1]._replace(night=night), "absolute", "weekday-date")
        if tense:
            end += 1
        elif self._is_future(at):
            tense = "future"
        adverb = self.hint(end + 1, "adverb")
        night = night or (adverb is not None and adverb.value == "night")
        return Read(self._adverb_end(end), Weekday(int(hint.value), tense, night), "weekday", "weekday")

    def _is_eleven(self, at: int) -> bool:
        """Say whether "الأحد" goes on to "الأحد عشر", the eleven."""
        after = self.numerals[at + 1] if at + 1 < len(self.tokens) else None
        return after is not None and after.role == "ten" and not after.prefix and self.numerals[at] is not None

    def _dated_weekday(self, at: int) -> tuple[int, Calendar] | None:
        """The date behind a weekday: "الجمعة 7 مارس", "الجمعة (7 مارس)", "الأربعاء 23:"."""
        opened = self.mark(at) in ("(", "،")
        start = at + 1 if opened else at
        found = self.figures(start) or self.day_of_month(start)
        if found is not None:
            last, expression = found
            return (last + 1 if self.mark(at) == "(" and self.mark(last + 1) == ")" else last), expression
        number = self.day_number(start)
        if (
            number is not None
            and not opened
            and (self.mark(number[0] + 1) in (":", "،", ".", "-") or self.ends(number[0]))
        ):
            return number[0], Calendar(first_day=number[1], month_offset=0, tense="last")
        return None

    def _adverb_end(self, last: int) -> int:
        hint = self.hint(last + 1, "adverb")
        return hint.last if hint is not None else last

    def _is_future(self, at: int) -> bool:
        """Say whether a verb in the future or a word like "من المقرر" stands before, in the same clause."""
        for position in range(at - 1, max(at - 1 - _FUTURE_REACH, -1), -1):
            word = self.tokens[position].word
            if word.kind == "mark" and word.folded in ".،؛:":
                return False
            if "س" in word.prefix or "future" in word.marks or self.hint(position, "future") is not None:
                return True
        return False

    # -- calendar

    def _calendar(self, at: int, found: Sequence[DatePhrase]) -> Read | None:
        item = self.day_of_month(at)
        if item is not None:
            last, expression = item
            rule, kind = "day", "absolute"
        else:
            larger = self.month_or_year(at)
            if larger is None:
                return None
            last, expression = larger
            rule, kind = "month", "absolute"
        same = self.hint(last + 1, "same_year")
        if same is not None:
            years = [p.expression.year for p in found if isinstance(p.expression, Calendar) and p.expression.year]
            last, expression = same.last, expression._replace(year=years[-1] if years else None, tense="open")
        if not expression.tense and expression.year is None and self._is_future(at):
            expression = expression._replace(tense="future")
        return Read(last, expression, kind, rule)

    def _adverb(self, at: int) -> Read | None:
        hint = self.hint(at, "adverb")
        if hint is None or hint.prefix not in ("", _AND, "ف"):
            return None
        span = Offset(-1, 0) if hint.value == "night" else Offset(0, 0)
        return Read(hint.last, span, "part", "part")

    # -- from one day to another

    def _stretch(self, at: int, item: Read, found: Sequence[DatePhrase]) -> Read:
        """Join "من X إلى Y", "بين X وY", "X وY"; "منذ X" runs to publication."""
        opened = self.hint(at - 1, "from") is not None
        since = self.hint(at - 1, "since") is not None
        start = item.last + 1
        second = None
        if opened and (self.hint(start, "to") is not None or self.mark(start) in _DASHES):
            second = self._read_at(start + 1, found)
        elif start < len(self.tokens) and self.tokens[start].word.folded.startswith(_AND):
            hour = self.grammar.read_ordinal(self.numerals, start)
            second = self._read_at(start, found) or (self._day(hour.last + 1, found) if hour is not None else None)
            if (
                second is not None
                and not opened
                and (second.kind != item.kind or item.kind not in ("weekday", "absolute"))
            ):
                second = None
        joinable = second is not None and second.kind not in ("part", "vague")
        if joinable and second is not None and item.expression is not None:
            return Read(second.last, Stretch(item.expression, second.expression), item.kind, "stretch")
        if since and item.expression is not None and _runs_on(item.expression):
            return item._replace(expression=Stretch(item.expression, None), rule=item.rule + "-since")
        return item
