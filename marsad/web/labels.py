"""Words for people on the desk: labels, counted nouns, numbers and days, in one interface language.

The words stand in `data/desk/` (and, shared with the command line, in `data/ui/` and the codebook). Digits are 0-9 in both
languages, so that a figure looks the same in a report's summary, a chart and a file.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterable, Mapping
from typing import Any

from marsad.errors import MarsadError
from marsad.export.wording import Wording
from marsad.filtering import read_countries
from marsad.resources import DATA, read_yaml

DIRECTIONS = {"ar": "rtl", "en": "ltr"}


class Labels:
    """Words for people in one interface language ("en" or "ar")."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.direction = DIRECTIONS[lang]
        self.wording = Wording(lang)
        files = [DATA / "desk" / f"{part}{lang}.yaml" for part in ("", "views_", "people_", "policy_", "wrong_")]
        self._strings: Mapping[str, Any] = {key: label for file in files for key, label in read_yaml(file).items()}
        self._months: list[str] = self._strings["months"]
        self._countries: dict[str, str] = {row.code: getattr(row, lang) for row in read_countries()}

    def say(self, key: str, **values: object) -> str:
        """Return the label `key` with its values filled in; where it is counted, in the form that `count` asks for."""
        found = self._strings.get(key)
        if found is None:
            return self.wording.say(key, **values)
        if isinstance(found, Mapping):
            count = values["count"]
            forms = (plural(self.lang, count if isinstance(count, int) else 0), "other")
            found = next(found[form] for form in forms if form in found)
        shown = {name: self.number(v) if isinstance(v, int) else v for name, v in values.items()}
        return str(found).format(**shown)

    def has(self, key: str) -> bool:
        """Say whether there is a label of this name."""
        return key in self._strings or key in self.wording.strings

    def refusal(self, error: MarsadError) -> str:
        """Return why something was refused; in English where this language has no words for it."""
        key = f"wrong_{error.key}"
        return self.say(key, **error.values) if error.key and self.has(key) else str(error)

    def code(self, kind: str, code: str) -> str:
        """Return the name of a code of the codebook."""
        return self.wording.label(kind, code)

    def country(self, code: str | None) -> str:
        """Return the name of a country; the code itself if it is unknown."""
        return self._countries.get(code or "", code or "")

    def join(self, values: Iterable[str]) -> str:
        """Join values as the language writes lists, each once."""
        return self.wording.join(values)

    def number(self, value: float | int) -> str:
        """Return a number with its thousands set apart."""
        return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"

    def range(self, low: int, high: int) -> str:
        """Return a range of counts; one number where both are the same."""
        return self.number(low) if low == high else self.say("range", low=low, high=high)

    def day(self, day: str | None) -> str:
        """Return a day (ISO 8601, perhaps with a time) as the language writes it; empty if unknown."""
        if not day:
            return ""
        try:
            date = datetime.date.fromisoformat(day[:10])
        except ValueError:
            return day
        return self.say("day", day=str(date.day), month=self._months[date.month - 1], year=str(date.year))

    def days(self, start: str | None, end: str | None) -> str:
        """Return the first and the last day; empty if unknown."""
        if not start:
            return ""
        if end is None or start == end:
            return self.day(start)
        if start[:7] == end[:7] and len(start) == 10:
            head = {"first": str(int(start[8:])), "last": str(int(end[8:]))}
            return self.say("days_of_month", **head, month=self._months[int(start[5:7]) - 1], year=start[:4])
        return self.say("days", start=self.day(start), end=self.day(end))

    def moment(self, at: str | None) -> str:
        """Return a day with its time, in the zone it was given in; the day alone where no time is known."""
        if not at or "T" not in at:
            return self.day(at)
        try:
            time = datetime.datetime.fromisoformat(at)
        except ValueError:
            return at
        zone = time.strftime("%z")
        shown = "UTC" if zone in ("", "+0000") else f"UTC{zone[:3]}:{zone[3:]}"
        return self.say("moment", day=self.day(at), time=time.strftime("%H:%M"), zone=shown)

    def month(self, month: str) -> str:
        """Return a month ("2025-07") by its name and year."""
        return self.say("month", month=self._months[int(month[5:7]) - 1], year=month[:4])


def plural(lang: str, count: int) -> str:
    """Return the form of a counted noun, by the rules of the Unicode CLDR: zero, one, two, few, many or other."""
    if lang != "ar":
        return "zero" if count == 0 else "one" if count == 1 else "other"
    if count in (0, 1, 2):
        return ("zero", "one", "two")[count]
    rest = count % 100
    return "few" if 3 <= rest <= 10 else "many" if 11 <= rest <= 99 else "other"


@functools.cache
def load_labels(lang: str) -> Labels:
    """Return the labels of an interface language, read once a process."""
    return Labels(lang)
