"""The date that a page shows by its headline, where its metadata holds none.

Elements whose name says that they show a date are looked at, outside of menus and boxes of other news; where there are none,
the short lines between the headline and the text. The year must stand there; a date that could be read in two ways is none;
what is said of an update does not count; and all that are found must agree.
"""

from __future__ import annotations

import datetime
import functools
import re
import unicodedata
from typing import Any

import msgspec

from marsad.intake.page_states import SEATS, phrases
from marsad.resources import DATA, read_tsv

_NAMES = re.compile(r"date|publish|posted|submitted|created|timestamp|pubtime|time-?ago", re.IGNORECASE)
_OTHERS = re.compile(
    r"today|now|current|hijri|top-?bar|header-date|updat|modif|relat|widget|sidebar|most|latest|recent|popular|recommend"
    r"|comment|also|next|ticker|footer|menu",
    re.IGNORECASE,
)
_LONGEST = 80
_MOST_BELOW = 40
_ISO = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_SHORT = re.compile(r"(?<!\d)(\d{1,2})[-/](\d{1,2})[-/](\d{4})(?!\d)")
# Nobody who writes the month first puts dots between.
_DOTTED = re.compile(r"(?<!\d)(\d{1,2})\.(\d{1,2})\.(\d{4})(?!\d)")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})\s+([^\W\d_]+)(?:\s*/\s*[^\W\d_]+)?[\s,\u060c]+(\d{4})(?!\d)")
_MONTH_FIRST = re.compile(r"([^\W\d_]+)\s+(\d{1,2})[\s,\u060c]+(\d{4})(?!\d)")
_ENGLISH = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class MonthName(msgspec.Struct, frozen=True):
    """A row of `months.tsv`, as far as it is of use here."""

    word: str
    month: int
    calendar: str
    alone: str
    source: str


def shown_date(tree: Any, title: str | None = None) -> str | None:
    """Return the ISO day that a parsed page with this headline shows as its own, or None."""
    return _named_date(tree) or (_date_below(tree, title) if title else None)


def _date_below(tree: Any, title: str) -> str | None:
    """The day that stands between the headline and the text."""
    found: set[str] = set()
    is_below, looked = False, 0
    for element in tree.xpath("//body//*[not(*[not(self::span or self::a or self::b or self::i or self::br)])]"):
        if element.tag in ("script", "style") or not isinstance(element.tag, str):
            continue
        text = " ".join(element.text_content().split())
        looked += bool(text)
        if text == title:
            is_below, looked, found = True, 0, set()
        elif is_below and (len(text) > _LONGEST or looked >= _MOST_BELOW):
            break
        elif is_below and not _OTHERS.search(_name(element)) and not _stands_aside(element) and (day := read_day(text)):
            found.add(day)
    return found.pop() if is_below and len(found) == 1 else None


def _name(element: Any) -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''}"


def _named_date(tree: Any) -> str | None:
    found: set[str] = set()
    for element in tree.iter(
        "div", "span", "p", "time", "td", "small", "li", "a", "b", "i", "em", "strong", "h5", "h6"
    ):
        name = _name(element)
        if not (_NAMES.search(name) or element.tag == "time") or _OTHERS.search(name) or _stands_aside(element):
            continue
        text = " ".join(element.text_content().split())
        if len(text) <= _LONGEST and (day := read_day(text)):
            found.add(day)
    return found.pop() if len(found) == 1 else None


def read_day(text: str) -> str | None:
    """Return the ISO day that a short text names in full, or None; 05/07/2025 names none, for it may be May or July."""
    plain = "".join(str(unicodedata.digit(c)) if c.isdigit() and not c.isascii() else c for c in text)
    plain = _before_update(plain)
    lower = plain.lower().translate(SEATS)
    if any(word in lower for word in phrases("printed")):
        return None
    days: set[str | None] = set()
    for year, month, day in _ISO.findall(plain):
        days.add(_iso(int(year), int(month), int(day)))
    for first, second, year in _SHORT.findall(plain):
        a, b = int(first), int(second)
        days.add(_iso(int(year), b, a) if a > 12 or a == b else _iso(int(year), a, b) if b > 12 else None)
    for day, month, year in _DOTTED.findall(plain):
        days.add(_iso(int(year), int(month), int(day)))
    for day, name, year in _DAY_FIRST.findall(plain):
        days.add(_iso(int(year), _month(name), int(day)))
    for name, day, year in _MONTH_FIRST.findall(plain):
        if _month(name):
            days.add(_iso(int(year), _month(name), int(day)))
    return days.pop() if len(days) == 1 else None


def _before_update(text: str) -> str:
    """A text without what it says of an update behind its first date."""
    lower = text.lower().translate(SEATS)
    at = min((k for word in phrases("updated") if (k := lower.find(word)) > 0), default=len(text))
    return text[:at] if any(c.isdigit() for c in text[:at]) else text


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return datetime.date(year, month, day).isoformat() if 1990 <= year <= 2100 else None
    except ValueError:
        return None


def _month(name: str) -> int:
    """The month by its name, 0 if it is none."""
    lower = name.lower()
    if lower.isascii():
        return _ENGLISH.index(lower[:3]) + 1 if lower[:3] in _ENGLISH else 0
    return _month_names().get(_plain(name), 0)


@functools.cache
def _month_names() -> dict[str, int]:
    rows = read_tsv(DATA / "ar" / "months.tsv", MonthName)
    return {_plain(row.word): row.month for row in rows if row.calendar == "gregorian"}


def _plain(word: str) -> str:
    """A word without vowel marks and the seats of hamza."""
    bare = "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
    return bare.replace("\u0640", "")


def _stands_aside(element: Any) -> bool:
    for above in (element, *element.iterancestors()):
        if above.tag in ("nav", "aside", "footer") or (above.tag == "li" and above is not element):
            return True
        if above.tag not in ("html", "body") and _OTHERS.search(_name(above)):
            return True
    return False
