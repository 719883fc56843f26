"""The written forms of calendar dates and of spans counted from publication, each read at one token."""

from __future__ import annotations

from collections.abc import Sequence

from marsad.lang.ar.dates_resolve import Ago, Calendar, Expression, Offset, Period
from marsad.lang.ar.number_words import Numeral, NumeralGrammar
from marsad.lang.ar.row_match import Hint, Roles, Seen
from marsad.language import Token

_LAST_DAY = 31
_MONTHS = 12
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_FIRST_HIJRI, _LAST_HIJRI = 1343, 1500
_CENTURY = 2000
_SEPARATORS = frozenset("/-.")
_JOINERS = frozenset("-–،")
_AND = "و"


class CalendarForms:
    """One sentence with its numerals and matched rows; each method returns the last token and what it says, or None."""

    def __init__(self, tokens: Sequence[Token], seen: Sequence[Seen | None], grammar: NumeralGrammar) -> None:
        self.tokens = tokens
        self.seen = seen
        self.numerals: list[Numeral | None] = [None if s is None else s.numeral for s in seen]
        self.grammar = grammar
        roles = Roles(tokens, seen)
        # Asked some ten times a token: bound here instead of passed on by a method.
        self.hint, self.has = roles.hint, roles.has

    # -- single tokens

    def mark(self, at: int) -> str:
        """The mark that a token is, or ""."""
        if 0 <= at < len(self.tokens) and self.tokens[at].word.kind == "mark":
            return self.tokens[at].word.folded
        return ""

    def word(self, at: int) -> str:
        """The folded word at a token, or ""."""
        return self.tokens[at].word.folded if 0 <= at < len(self.tokens) else ""

    def ends(self, at: int) -> bool:
        """Say whether a token is the sentence's last."""
        return at + 1 >= len(self.tokens)

    def figure(self, at: int) -> int | None:
        """The whole number in digits at a token, or None."""
        text = self.word(at)
        return int(text) if text.isdecimal() and len(text) <= 4 else None

    def tense(self, at: int) -> str:
        """ "last", "next" or "" for a word like "الماضي" or "المقبل" at a token."""
        hint = self.hint(at, "last") or self.hint(at, "next")
        return hint.role if hint is not None and hint.prefix == "ال" else ""

    # -- figures

    def figures(self, at: int) -> tuple[int, Calendar] | None:
        """ "2025-03-07", "07/03/2025", "7.3.2025"."""
        token = self.tokens[at] if at < len(self.tokens) else None
        if token is None or token.word.kind != "number":
            return None
        parts = token.word.folded.split(".")
        last = at
        if len(parts) == 1 and self.mark(at + 1) in _SEPARATORS and self.mark(at + 3) == self.mark(at + 1):
            if at + 4 >= len(self.tokens) or self.tokens[at + 4].start - token.start > len("2025 / 12 / 31"):
                return None
            parts, last = [self.word(at), self.word(at + 2), self.word(at + 4)], at + 4
        if len(parts) != 3 or not all(p.isdecimal() and len(p) <= 4 for p in parts):
            return None
        expression = _from_figures([int(p) for p in parts], len(parts[2]) == 2 and self.mark(at + 1) == "/")
        if expression is None:
            return None
        return self._skip_era(last), expression

    def _skip_era(self, last: int) -> int:
        era = self.hint(last + 1, "era")
        return last + 1 if era is not None and not era.prefix else last

    # -- day and month

    def day_number(self, at: int) -> tuple[int, int] | None:
        """(last token, day) of a figure or definite ordinal from 1 to 31."""
        numeral = self.numerals[at] if at < len(self.tokens) else None
        if numeral is not None and numeral.role == "loose" and at + 1 < len(self.tokens):
            return self.day_number(at + 1) if self.figure(at + 1) is not None else None
        value = self.figure(at)
        if value is not None:
            return (at, value) if 1 <= value <= _LAST_DAY else None
        if numeral is None:
            return None
        ordinal = self.grammar.read_ordinal(self.numerals, at)
        if ordinal is not None and ordinal.prefix.endswith("ال") and ordinal.value <= _LAST_DAY:
            return ordinal.last, int(ordinal.value)
        return None

    def day_of_month(self, at: int) -> tuple[int, Calendar] | None:
        """ "7 مارس 2025", "7 و8 مارس", "الثالث من أيار", "العاشر من الشهر الجاري", "3 إلى 5 مايو"."""
        first = self.day_number(at)
        if first is None:
            return None
        end, last_day = first[0], first[1]
        for _ in range(4):
            joined = self._joined_day(end + 1)
            if joined is None:
                break
            end, last_day = joined
        low, high = min(first[1], last_day), max(first[1], last_day)
        start = end + 1
        current = self.hint(start, "this")
        if current is not None and current.prefix == "ال":
            return start, Calendar(first_day=low, last_day=high, month_offset=0)
        if self.has(start, "of") or self.mark(start) in ("(", "-", "/", "،"):
            this = self.hint(start + 1, "this_month")
            if this is not None and self.has(start, "of"):
                return this.last, Calendar(first_day=low, last_day=high, month_offset=int(this.value))
            start += 1
        month = self._month(start)
        if month is None or (self.mark(end + 1) in ("،", "(") and month[2]):
            return None
        month_end, expression, _ = month
        return month_end, expression._replace(first_day=low, last_day=high)

    def _joined_day(self, at: int) -> tuple[int, int] | None:
        """A further day: "و8", "- 8", "إلى 8", "، 8"."""
        if self.mark(at) in _JOINERS or self.has(at, "to"):
            return self.day_number(at + 1)
        numeral = self.numerals[at] if at < len(self.tokens) else None
        if numeral is not None and numeral.prefix.startswith(_AND):
            return self.day_number(at)
        return None

    def _month(self, at: int) -> tuple[int, Calendar, bool] | None:
        """(last token, month with year, is the name weak) of a month and what follows it: its other name, the year."""
        hint = self.hint(at, "month")
        if hint is None or hint.prefix not in ("", _AND, "ل", "ب", "ف"):
            if not self.has(at, "month_word"):
                return None
            hint = self.hint(at + 1, "month")
            if hint is None or hint.prefix:
                return None
        hijri = hint.role.endswith("hijri")
        last = self._other_name(hint)
        last, year, year_offset, tense = self._year_after(last + 1, hijri)
        month = int(hint.value)
        expression = Calendar(first_month=month, year=year, year_offset=year_offset, hijri=hijri, tense=tense)
        return self._skip_era(last) if year else last, expression, hint.role.startswith("weak")

    def _other_name(self, hint: Hint) -> int:
        """The last token of the same month's other name: "آذار/مارس", "أغسطس آب", "شباط (فبراير)"."""
        for skip in (1, 2):
            other = self.hint(hint.last + skip, "month")
            joined = skip == 1 or self.mark(hint.last + 1) in ("/", "(", "-", "،")
            if other is not None and joined and other.value == hint.value and not other.prefix:
                return other.last + (1 if self.mark(hint.last + 1) == "(" and self.mark(other.last + 1) == ")" else 0)
        return hint.last

    def _year_after(self, at: int, hijri: bool) -> tuple[int, int | None, int | None, str]:
        """(last token, year, year counted from publication's, tense) behind a month; at - 1 if none of them follows."""
        this = self.hint(at, "this_year")
        if this is not None:
            return this.last, None, int(this.value), ""
        tense = self.tense(at)
        if tense:
            return at, None, None, tense
        start = at
        while self.mark(start) in ("،", "-", "/") or self.has(start, "year_word", "of"):
            start += 1
        year = self.figure(start)
        low, high = (_FIRST_HIJRI, _LAST_HIJRI) if hijri else (_FIRST_YEAR, _LAST_YEAR)
        if year is not None and low <= year <= high:
            return start, year, None, ""
        return at - 1, None, None, ""

    # -- months, years, seasons, portions

    def month_or_year(self, at: int) -> tuple[int, Calendar] | None:
        """ "مايو", "أواخر آذار", "مطلع الشهر", "عام 2019", "صيف 2024", "في 2014", "مايو ويونيو"."""
        portion = self.hint(at, "portion")
        start = portion.last + 1 if portion is not None else at
        value = portion.value if portion is not None else ""
        month = self._month(start)
        if month is not None:
            last, expression, weak = month
            if weak and not (portion is not None or expression.year or self._introduced(at) or last > start):
                return None
            return last, expression._replace(portion=value)
        return self._year(start, value) or self._season(start)

    def _introduced(self, at: int) -> bool:
        return self.has(at, "month_word") or self.has(at - 1, "since", "portion", "year_opener", "window", "month_word")

    def _year(self, at: int, portion: str) -> tuple[int, Calendar] | None:
        year_word = self.hint(at, "year_word")
        figure_at = year_word.last + 1 if year_word is not None else at
        year = self.figure(figure_at)
        if year is None or len(self.word(figure_at)) != 4:
            return None
        if year_word is None and not (self.has(at - 1, "year_opener") and self._is_bare(figure_at)):
            return None
        last = self._skip_era(figure_at)
        if _FIRST_YEAR <= year <= _LAST_YEAR:
            return last, Calendar(year=year, portion=portion)
        if _FIRST_HIJRI <= year <= _LAST_HIJRI and last > figure_at:
            return last, Calendar(year=year, hijri=True)
        return None

    def _is_bare(self, at: int) -> bool:
        """Say whether no counted noun follows a figure that might be a year."""
        following = self.word(at + 1)
        return not (following.endswith("ا") and not following.startswith(("ال", _AND)) and len(following) > 3)

    def _season(self, at: int) -> tuple[int, Calendar] | None:
        hint = self.hint(at, "season")
        if hint is None:
            return None
        last, year, year_offset, tense = self._year_after(hint.last + 1, hijri=False)
        if year is None and year_offset is None and not tense:
            return None
        first_month, last_month = (int(m) for m in hint.value.split(":"))
        return last, Calendar(
            first_month=first_month, last_month=last_month, year=year, year_offset=year_offset, tense=tense
        )

    # -- counted from publication

    def period(self, hint: Hint, portion: str, future: bool) -> Expression:
        """The week, month or year of a row like "الأسبوع الماضي"."""
        unit, _, offset = hint.value.partition(":")
        return Period(unit, int(offset), portion, future)

    def part_of_period(self, at: int) -> tuple[int, Expression] | None:
        """ "مطلع الشهر", "أواخر الشهر الماضي", "منتصف هذا العام"."""
        portion = self.hint(at, "portion")
        hint = self._period_word(portion.last + 1) if portion is not None else None
        if portion is None or hint is None:
            return None
        return hint.last, self.period(hint, portion.value, future=False)

    def _period_word(self, at: int) -> Hint | None:
        return self.hint(at, "period") or self.hint(at, "portion_unit")

    def weekend(self, hint: Hint) -> Expression:
        """The weekend of a row like "نهاية الأسبوع"."""
        return Period("weekend", int(hint.value))

    def ago(self, at: int) -> tuple[int, Expression | None] | None:
        """ "قبل ثلاثة أيام", "منذ أسبوعين", "قبل عام"; unknown numbers ("قبل أيام") give no value."""
        if not self.has(at, "ago"):
            return None
        start = at + 1
        while self.has(start, "about"):
            start += 1
        number = self.grammar.read(self.numerals, start) if start < len(self.tokens) else None
        unit = self.hint(number.last + 1 if number is not None else start, "unit")
        if unit is None or unit.prefix:
            return None
        if self.has(unit.last + 1, "weekday"):
            return None
        if self.has(unit.last + 1, "of") or self._is_first_since(at):
            return unit.last, None
        if number is not None:
            return unit.last, Ago(unit.value, int(number.value))
        if unit.value.endswith("2"):
            return unit.last, Ago(unit.value[:-1], 2)
        if unit.value == "hour":
            return unit.last, Ago("hour", 1)
        plural = self.has(unit.first, "plural_unit")
        return unit.last, None if plural else Ago(unit.value, 1)

    def _is_first_since(self, at: int) -> bool:
        """Say whether an ordinal stands before: "الأول منذ ست سنوات" tells no day."""
        before = self.numerals[at - 1] if at else None
        return before is not None and before.role == "ordinal"

    def window(self, at: int) -> tuple[int, Expression] | None:
        """ "خلال الساعات الـ24 الماضية", "في الأيام الثلاثة الأخيرة", "خلال 48 ساعة"."""
        if not self.has(at, "window"):
            return None
        start = at + 1
        unit = self.hint(start, "unit")
        number_at = start + 1 if unit is not None else start
        while number_at < len(self.tokens) and self.numerals[number_at] is not None:
            numeral = self.numerals[number_at]
            if numeral is None or numeral.role != "loose":
                break
            number_at += 1
        number = self.grammar.read(self.numerals, number_at) if number_at < len(self.tokens) else None
        if number is None:
            return None
        end = number.last
        if unit is None:
            unit = self.hint(end + 1, "unit")
            if unit is None:
                return None
            end = unit.last
        past = self.tense(end + 1)
        if past == "next" or (
            not past and not (unit.value == "hour" and self.has(at, "within") and number.value >= 24)
        ):
            return None
        days = -(-int(number.value) // 24) if unit.value == "hour" else int(number.value)
        return (end + 1 if past else end), Offset(-days if unit.value in ("hour", "day") else 0, 0)


def _from_figures(parts: Sequence[int], short_year: bool) -> Calendar | None:
    first, second, third = parts
    if first >= _FIRST_YEAR:
        year, month, day = first, second, third
    else:
        day, month, year = first, second, third + _CENTURY if short_year else third
        if month > _MONTHS >= day:
            day, month = month, day
    if not (_FIRST_YEAR <= year <= _LAST_YEAR and 1 <= month <= _MONTHS and 1 <= day <= _LAST_DAY):
        return None
    return Calendar(first_day=day, last_day=day, first_month=month, year=year)
