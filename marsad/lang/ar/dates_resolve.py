"""What a date phrase says, as plain values, and which days it means in a report published on a given day.

Rules of the coding book: a weekday is the last one on or before publication, a night runs into the next day, the start
of a month is its days 1 to 10, "last week" covers the week whether it starts on Sunday or Monday.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import NamedTuple

from hijridate import Gregorian, Hijri

from marsad.model import DateRange

Days = tuple[date, date]
_DAYS_PER_WEEK = 7
_MONTHS = 12
_HALF_DAY = 12
# A date without a year that lay this many days back is more likely the coming one.
_LONG_AGO = 300
_PORTIONS = {"early": (1, 10), "mid": (11, 20), "late": (21, 31), "half2": (16, 31)}
_WEEK_PORTIONS = {"early": (0, 1), "mid": (1, 3), "late": (4, 6), "half2": (3, 6)}
_YEAR_PORTIONS = {"early": (1, 1), "mid": (5, 8), "late": (10, 12), "half2": (7, 12)}


class Calendar(NamedTuple):
    """Days of a month, a month or a year.

    Without a year the nearest one is meant; the offsets count from the year and month of publication.
    """

    first_day: int | None = None
    last_day: int | None = None
    first_month: int | None = None
    last_month: int | None = None
    year: int | None = None
    year_offset: int | None = None
    month_offset: int | None = None
    hijri: bool = False
    portion: str = ""
    tense: str = ""
    night: bool = False


class Weekday(NamedTuple):
    """A day of the week, 1 Monday to 7 Sunday; `tense` last, next or future (a verb in the future is near)."""

    weekday: int
    tense: str = ""
    night: bool = False


class Offset(NamedTuple):
    """Days counted from publication: "yesterday" is -1 to -1, "overnight" -1 to 0; `weekday` is named beside."""

    first: int
    last: int
    weekday: int = 0
    night: bool = False


class Ago(NamedTuple):
    """ "three weeks ago"; `unit` hour, day, week, month or year."""

    unit: str
    number: int


class Period(NamedTuple):
    """A week, month or year counted from the one of publication, or a weekend (`unit` weekend)."""

    unit: str
    offset: int
    portion: str = ""
    future: bool = False


class Anchored(NamedTuple):
    """A day counted from another phrase of the sentence ("the next day"); unknown without one."""

    offset: int
    base: Expression | None


class Stretch(NamedTuple):
    """From the first day of one phrase to the last of another; `last` None runs to publication ("since Monday")."""

    first: Expression
    last: Expression | None


Expression = Calendar | Weekday | Offset | Ago | Period | Anchored | Stretch


def resolve(expression: Expression | None, published: str | None) -> DateRange | None:
    """Return the days an expression means in a text published then (ISO date or date-time), or None if that is open."""
    day = date.fromisoformat(published[:10]) if published else None
    try:
        days = _days(expression, day)
    except (ValueError, OverflowError):
        return None
    if days is None or days[0] > days[1]:
        return None
    return DateRange(days[0].isoformat(), days[1].isoformat())


def _days(expression: Expression | None, day: date | None) -> Days | None:
    if isinstance(expression, Calendar):
        return _calendar(expression, day)
    if isinstance(expression, Stretch):
        return _stretch(expression, day)
    if isinstance(expression, Anchored):
        base = _days(expression.base, day)
        shift = timedelta(expression.offset)
        return None if base is None else (base[0] + shift, base[1] + shift)
    if day is None or expression is None:
        return None
    if isinstance(expression, Weekday):
        found = _weekday(expression.weekday, expression.tense, day)
        return _night(found, expression, day) if expression.night else (found, found)
    if isinstance(expression, Offset):
        return _offset(expression, day)
    if isinstance(expression, Ago):
        return _ago(expression, day)
    return _period(expression, day)


def _night(first: date, expression: Weekday | Offset | Calendar, day: date | None) -> Days:
    """The night of a day runs into the next; a report of that very day can only mean the night that led into it."""
    future = isinstance(expression, Weekday | Calendar) and expression.tense in ("next", "future")
    if first == day and not future:
        first -= timedelta(1)
    return first, first + timedelta(1)


def _weekday(weekday: int, tense: str, day: date) -> date:
    back = (day.isoweekday() - weekday) % _DAYS_PER_WEEK
    if tense == "next":
        return day + timedelta(_DAYS_PER_WEEK - back)
    if tense == "future":
        return day + timedelta((_DAYS_PER_WEEK - back) % _DAYS_PER_WEEK)
    return day - timedelta(back or (_DAYS_PER_WEEK if tense == "last" else 0))


def _offset(expression: Offset, day: date) -> Days:
    if expression.weekday:
        near = day + timedelta(expression.first)
        tense = "future" if expression.first > 0 else ""
        first = _weekday(expression.weekday, tense, near if expression.first <= 0 else day)
        # "Yesterday, Thursday" in a report dated a day late still means Thursday.
        return first, first + timedelta(expression.last - expression.first)
    if expression.night:
        return _night(day + timedelta(expression.first), expression, day)
    return day + timedelta(expression.first), day + timedelta(expression.last)


def _ago(expression: Ago, day: date) -> Days:
    unit, number = expression
    if unit == "month":
        return _period(Period("month", -number), day)
    if unit == "year":
        return _period(Period("year", -number), day)
    if unit == "hour":
        return day - timedelta(-(-number // 24) if number >= _HALF_DAY else 0), day
    found = day - timedelta(number * (_DAYS_PER_WEEK if unit == "week" else 1))
    return found, found


def _period(expression: Period, day: date) -> Days:
    unit, offset, portion, future = expression
    if unit == "week":
        return _week(offset, future, day, portion)
    if unit == "weekend":
        sunday = day - timedelta(day.isoweekday() % _DAYS_PER_WEEK) + timedelta(_DAYS_PER_WEEK * (offset > 0))
        return sunday - timedelta(1), sunday
    if unit == "month":
        months = day.year * _MONTHS + day.month - 1 + offset
        first, last = _month_days(months // _MONTHS, months % _MONTHS + 1, months % _MONTHS + 1, portion)
    else:
        first, last = _year_days(day.year + offset, portion)
    if offset == 0 and not portion:
        return (day, last) if future else (first, day)
    return first, last


def _week(offset: int, future: bool, day: date, portion: str) -> Days:
    """Last week runs from Sunday to Sunday, so that it holds whichever day the week starts on."""
    monday = day - timedelta(day.isoweekday() - 1)
    if portion:
        first, last = _WEEK_PORTIONS[portion]
        start = monday + timedelta(_DAYS_PER_WEEK * offset)
        return start + timedelta(first), start + timedelta(last)
    if offset == 0:
        sunday = monday + timedelta(6)
        return (day, sunday) if future else (min(monday - timedelta(day.isoweekday() != _DAYS_PER_WEEK), day), day)
    start = monday + timedelta(_DAYS_PER_WEEK * offset)
    return (start - timedelta(1) if offset < 0 else start), start + timedelta(6)


def _stretch(expression: Stretch, day: date | None) -> Days | None:
    first = _days(expression.first, day)
    last = _days(expression.last, day) if expression.last is not None else None
    if first is None or (expression.last is not None and last is None) or (last is None and day is None):
        return None
    end = last[1] if last is not None else day
    assert end is not None
    start = first[0]
    if start > end and isinstance(expression.first, Weekday):
        start -= timedelta(_DAYS_PER_WEEK)
    return (start, end) if start <= end else first


def _calendar(expression: Calendar, day: date | None) -> Days | None:
    if expression.month_offset is not None:
        return _day_of_month(expression, day)
    year = expression.year
    if year is None and expression.year_offset is not None and day is not None:
        year = day.year + expression.year_offset
    if year is not None:
        return _nightly(_in_year(expression, year), expression, day)
    if day is None or expression.first_month is None or expression.tense == "open":
        return None
    around = Gregorian(day.year, day.month, day.day).to_hijri().year if expression.hijri else day.year
    options = [d for y in (around - 1, around, around + 1) if (d := _in_year(expression, y)) is not None]
    return _nightly(_nearest(options, expression.tense, day), expression, day)


def _nearest(options: list[Days], tense: str, day: date) -> Days | None:
    """Of a day in three years the one meant: the last on or before publication, unless the next is far nearer."""
    after = next((d for d in options if d[1] >= day), None)
    if tense in ("next", "future"):
        return after
    strictly = tense == "last"
    before = next((d for d in reversed(options) if d[0] < day or (d[0] == day and not strictly)), None)
    if not tense and after is not None and before is not None:
        return after if (day - before[1]).days > _LONG_AGO else before
    return before


def _nightly(days: Days | None, expression: Calendar, day: date | None) -> Days | None:
    """The day with the night behind it, if a night was said; "the night of 6 to 7 March" has its end."""
    if days is None or not expression.night:
        return days
    return _night(days[0], expression, day) if days[0] == days[1] else days


def _day_of_month(expression: Calendar, day: date | None) -> Days | None:
    """ "The tenth of this month"; with a weekday beside the bare number the last such day on or before publication."""
    if day is None or expression.month_offset is None or expression.first_day is None:
        return None
    months = day.year * _MONTHS + day.month - 1 + expression.month_offset
    months -= expression.tense == "last" and expression.first_day > day.day
    year, month = divmod(months, _MONTHS)
    first = date(year, month + 1, expression.first_day)
    last = date(year, month + 1, expression.last_day or expression.first_day)
    return _nightly((first, last), expression, day)


def _in_year(expression: Calendar, year: int) -> Days | None:
    """The days in a given year of the expression's own calendar, or None if that year has no such day."""
    if expression.hijri:
        return _in_hijri_year(expression, year)
    if expression.first_month is None:
        return _year_days(year, expression.portion)
    last_month = expression.last_month or expression.first_month
    if expression.first_day is None:
        return _month_days(year, expression.first_month, last_month, expression.portion)
    try:
        first = date(year, expression.first_month, expression.first_day)
        last = date(year, last_month, expression.last_day or expression.first_day)
    except ValueError:
        return None
    return first, last


def _in_hijri_year(expression: Calendar, year: int) -> Days | None:
    month = expression.first_month
    if month is None:
        return Hijri(year, 1, 1).to_gregorian(), Hijri(year + 1, 1, 1).to_gregorian() - timedelta(1)
    try:
        length = Hijri(year, month, 1).month_length()
        first = Hijri(year, month, expression.first_day or 1).to_gregorian()
        last = Hijri(year, month, expression.last_day or expression.first_day or length).to_gregorian()
    except (ValueError, OverflowError):
        return None
    return date(first.year, first.month, first.day), date(last.year, last.month, last.day)


def _month_days(year: int, first_month: int, last_month: int, portion: str) -> Days:
    if last_month < first_month:
        end = date(year + 1, last_month, calendar.monthrange(year + 1, last_month)[1])
        return date(year, first_month, 1), end
    length = calendar.monthrange(year, last_month)[1]
    first_day, last_day = _PORTIONS.get(portion, (1, 31))
    return date(year, first_month, first_day), date(year, last_month, min(last_day, length))


def _year_days(year: int, portion: str) -> Days:
    first, last = _YEAR_PORTIONS.get(portion, (1, _MONTHS))
    return date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1])
