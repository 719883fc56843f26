"""Where places lie, for exports and policies: the division and the country that hold a place, and names of countries."""

from __future__ import annotations

import functools
from collections.abc import Callable

from marsad.gazetteer import Entry, Gazetteer

_REMEMBERED = 50_000
_ADMIN = "admin"


class Atlas:
    """Looks places up in the gazetteer, which is loaded when it is first asked."""

    def __init__(self, load: Callable[[], Gazetteer]) -> None:
        self._load = load
        self.division = functools.lru_cache(_REMEMBERED)(self._division)
        self.country = functools.lru_cache(_REMEMBERED)(self._country)

    @functools.cached_property
    def _gazetteer(self) -> Gazetteer:
        return self._load()

    @functools.cached_property
    def _countries(self) -> dict[str, Entry]:
        return {e.country: e for e in reversed(self._gazetteer.countries()) if e.country and e.level == "country"}

    def _division(self, place: str | None) -> Entry | None:
        """Return the widest division (oblast, province, governorate) that a place lies in, itself included, or None."""
        entry = self._gazetteer.entry(place) if place else None
        found, seen = None, set[str]()
        while entry is not None and entry.id not in seen:
            seen.add(entry.id)
            found = entry if entry.level == _ADMIN else found
            entry = self._gazetteer.entry(entry.parent) if entry.parent else None
        return found

    def _country(self, code: str | None) -> Entry | None:
        """Return the country with this ISO 3166 alpha-3 code, or None."""
        return self._countries.get(code or "")
