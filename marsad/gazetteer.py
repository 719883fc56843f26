"""The gazetteer: name → candidate places, id → place, containment, distance.

It holds two layers. The built index (`data/gazetteer.bin`, made by `tools/build_gazetteer.py`, see `gazetteer_index`)
knows every place of 500 people or more, the first-level divisions and the countries. The curated rows
(`data/places.tsv` and `data/<language>/place_names.tsv`) add what the index lacks and win over it. Names are compared
after folding; the fold and the skeleton of the script come from the language, so this page knows no Arabic letter.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from marsad.errors import ResourceError
from marsad.gazetteer_index import Index, consonants, latin_key, latin_skeleton, read_index, skeleton_hash
from marsad.resources import DATA, read_tsv

LEVELS = ("settlement", "facility", "admin", "area", "country")
EARTH_RADIUS_KM = 6371.0088
_MIN_CONSONANTS = 2
_MIN_BARE_LETTERS = 4
_MAX_SKELETON_CANDIDATES = 20
_REMEMBERED = 20_000
# A division shares its name with its main town; bare, the name means the town unless the town is tiny.
_ADMIN_WEIGHT = 0.1
# A province named after the sea it lies on is always introduced as a province.
_QUOTE = re.compile("['’`ʼ\"]")
_WORD = re.compile(r"[^\W_]+")
_GAP = re.compile(r"(?:[^\w\n]|_)+")
_WATERS = frozenset({"sea", "ocean", "gulf", "strait"})


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One place. `lat` and `lon` are WGS 84 degrees, `country` ISO 3166 alpha-3, `parent` an id."""

    id: str
    name: str
    lat: float
    lon: float
    country: str | None
    level: str
    parent: str | None = None
    population: int = 0
    kind: str = ""


class PlaceRow(msgspec.Struct, frozen=True):
    """A row of `places.tsv`."""

    id: str
    name: str
    lat: float
    lon: float
    country: str | None
    level: str
    parent: str | None
    population: int | None
    kind: str | None
    source: str


class CapitalRow(msgspec.Struct, frozen=True):
    """A row of `capitals.tsv`: the city that news mean by a country's capital; contested ones are left out."""

    country: str
    place: str
    name: str
    source: str


class PlaceNameRow(msgspec.Struct, frozen=True):
    """A row of `<language>/place_names.tsv`."""

    name: str
    id: str
    source: str


class OwnPlaces(NamedTuple):
    """Places and names of places that a record adds to the shipped ones; the source of each names the row that adds it."""

    places: tuple[PlaceRow, ...] = ()
    names: tuple[PlaceNameRow, ...] = ()


class CuratedNames(NamedTuple):
    """The ids that a folded name written down by people may mean, and the rows of a record's own that added names."""

    ids: dict[str, tuple[str, ...]]
    origins: dict[str, str]


class PlaceStopRow(msgspec.Struct, frozen=True):
    """A row of `<language>/place_stop.tsv`: a place name that is first of all an ordinary word."""

    word: str
    source: str


class PlaceKindRow(msgspec.Struct, frozen=True):
    """A row of `<language>/place_kinds.tsv`: a word that says what kind of place the next name is."""

    word: str
    level: str
    kind: str
    gender: str
    source: str


def name_key(folded: str) -> str:
    """Return a folded name as the gazetteer compares it: letters and digits, single spaces, nothing else."""
    if folded.isalpha():
        return folded
    return " ".join(_WORD.findall(_QUOTE.sub("", folded)))


def _name_keys(names: Iterable[str], fold: Callable[[str], str]) -> list[str]:
    """The `name_key` of each name under a fold that works character by character, all at once."""
    folded = _GAP.sub(" ", _QUOTE.sub("", fold("\n".join(names))))
    return [key.strip() for key in folded.split("\n")] if folded else []


def distance_km(a_lat: float, a_lon: float, b_lat: float, b_lon: float) -> float:
    """Return the great-circle distance in kilometres between two points given in degrees."""
    a, b = math.radians(a_lat), math.radians(b_lat)
    half = math.sin((b - a) / 2) ** 2
    half += math.cos(a) * math.cos(b) * math.sin(math.radians(b_lon - a_lon) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(half)))


class Gazetteer:
    """Answers questions about places; made by `load_gazetteer`, never changed afterwards."""

    def __init__(
        self,
        index: Index,
        curated: dict[str, Entry],
        curated_names: CuratedNames,
        ordinary: frozenset[str],
        capitals: dict[str, str],
        skeleton: Callable[[str], str],
    ) -> None:
        self._index = index
        self._curated = curated
        self._names = curated_names.ids
        self._origins = curated_names.origins
        self._ordinary = ordinary
        self._capitals = capitals
        self._skeleton = skeleton
        self._entries: dict[int, Entry] = {}
        self._inside: dict[tuple[str, str], bool] = {}

    @functools.cached_property
    def _latin(self) -> dict[str, list[str]]:
        """The ids of curated places by the key of their English name."""
        found: dict[str, list[str]] = {}
        for entry in self._curated.values():
            found.setdefault(latin_key(entry.name), []).append(entry.id)
        return found

    def entry(self, place_id: str) -> Entry | None:
        """Return the place with this id, or None."""
        found = self._curated.get(place_id)
        if found is not None:
            return found
        row = self._index.row_of(place_id)
        return None if row is None else self._entry_at(row)

    def capital(self, country: str) -> Entry | None:
        """Return the capital of a country (alpha-3), None where there is none that all agree on."""
        place_id = self._capitals.get(country)
        return None if place_id is None else self.entry(place_id)

    def candidates(self, folded_name: str) -> tuple[Entry, ...]:
        """Return the places a folded name may mean, the likeliest first: curated rows, then by size.

        A name in Latin letters is looked up among the English and local names, accents and case aside.
        """
        key = name_key(folded_name)
        ranked: dict[str, tuple[int, float, Entry]] = {}
        for place_id in self._names.get(key, ()):
            self._rank(ranked, 0, self.entry(place_id))
        for row in self._index.named(key):
            self._rank(ranked, 1, self._entry_at(row))
        if key and key[0] < "\u0250" and not ranked:
            for place_id in self._latin.get(latin_key(key), ()):
                self._rank(ranked, 0, self._curated[place_id])
            for row in self._index.latin_named(latin_key(key)):
                self._rank(ranked, 0, self._entry_at(row))
        return tuple(item[2] for item in sorted(ranked.values(), key=lambda item: (item[0], item[1], item[2].id)))

    def skeleton_candidates(
        self, folded_name: str, countries: frozenset[str] | None = None
    ) -> tuple[tuple[Entry, float], ...]:
        """Return settlements whose Latin name sounds like the folded name, each with a score (0-1), best first.

        Only for a slot where a place is expected: ordinary words match too. `countries` (alpha-3) limits the search.
        """
        from rapidfuzz import fuzz  # most reports spell every place as the gazetteer does

        sounds = self._skeleton(folded_name)
        key = consonants(sounds)
        if len(key) < _MIN_CONSONANTS:
            return ()
        found: dict[str, tuple[Entry, float]] = {}
        for row in self._index.sounding(skeleton_hash(key)):
            entry = self._entry_at(row)
            if countries is not None and entry.country not in countries:
                continue
            other = latin_skeleton(entry.name)
            if consonants(other) != key:
                continue
            size = min(1.0, math.log10(entry.population + 1) / 6)
            score = round(0.8 * fuzz.ratio(sounds, other) / 100 + 0.2 * size, 4)
            found[entry.id] = (entry, score)
        best = sorted(found.values(), key=lambda pair: (-pair[1], pair[0].id))
        return tuple(best[:_MAX_SKELETON_CANDIDATES])

    def is_ordinary_word(self, folded_name: str) -> bool:
        """Say whether a name is first of all an ordinary word, to be read as a place only after a kind word.

        So are the words of `place_stop.tsv` and every name of one short word that nobody curated.
        """
        key = name_key(folded_name)
        return key in self._ordinary or (len(key) < _MIN_BARE_LETTERS and key not in self._names)

    def is_curated(self, folded_name: str) -> bool:
        """Say whether somebody wrote this name down because it makes news."""
        return name_key(folded_name) in self._names

    def origin(self, folded_name: str) -> str | None:
        """Return which row of the record's own words added this name; None for the shipped names."""
        return self._origins.get(name_key(folded_name)) if self._origins else None

    def is_inside(self, inner_id: str, outer_id: str) -> bool:
        """Say whether a place lies in another by its parents and its country; a place lies in itself."""
        found = self._inside.get((inner_id, outer_id))
        if found is None:
            if len(self._inside) >= _REMEMBERED:
                self._inside.clear()
            found = self._inside[inner_id, outer_id] = self._lies_in(inner_id, outer_id)
        return found

    def _lies_in(self, inner_id: str, outer_id: str) -> bool:
        entry = self.entry(inner_id)
        outer = self.entry(outer_id)
        seen: set[str] = set()
        while entry is not None and outer is not None and entry.id not in seen:
            if entry.id == outer_id or entry.parent == outer_id:
                return True
            if outer.level == "country" and entry.country is not None and entry.country == outer.country:
                return True
            seen.add(entry.id)
            entry = self.entry(entry.parent) if entry.parent else None
        return False

    def countries(self) -> tuple[Entry, ...]:
        """Return every country, ordered by alpha-3 code."""
        found = {row_id: self.entry(row_id) for row_id in self._index.country_ids()}
        found.update({e.id: e for e in self._curated.values() if e.level == "country"})
        return tuple(sorted((e for e in found.values() if e is not None), key=lambda e: (e.country or "", e.id)))

    def distance_km(self, a_lat: float, a_lon: float, b_lat: float, b_lon: float) -> float:
        """Return the great-circle distance in kilometres between two points given in degrees."""
        return distance_km(a_lat, a_lon, b_lat, b_lon)

    def names(self) -> Iterator[str]:
        """Yield every folded name in the language's own script, each once."""
        yield from self._names
        yield from (name for name in self._index.names if name not in self._names)

    def max_words(self) -> int:
        """Return the word count of the longest name."""
        return 1 + max(name.count(" ") for name in self.names())

    def _entry_at(self, row: int) -> Entry:
        entry = self._entries.get(row)
        if entry is None:
            if len(self._entries) >= _REMEMBERED:
                self._entries.clear()
            found = self._index.decode(row)
            entry = self._entries[row] = self._curated.get(str(found["id"])) or msgspec.convert(found, Entry)
        return entry

    @staticmethod
    def _rank(ranked: dict[str, tuple[int, float, Entry]], tier: int, entry: Entry | None) -> None:
        if entry is None or entry.id in ranked:
            return
        weight = entry.population * (_ADMIN_WEIGHT if entry.level == "admin" else 1.0)
        if entry.kind in _WATERS:
            weight = math.inf
        ranked[entry.id] = (0 if entry.level == "country" else tier, -weight, entry)


NO_PLACES = OwnPlaces()
"""The shipped gazetteer as it is."""


def load_gazetteer(
    language: str,
    fold: Callable[[str], str],
    skeleton: Callable[[str], str],
    data: Path = DATA,
    own: OwnPlaces = NO_PLACES,
) -> Gazetteer:
    """Return the gazetteer for a language (a folder under `data/`), given the language's fold and skeleton, with a record's
    own places.

    Raises:
        ResourceError: a data file is missing or broken, or a name points at a place that does not exist.
    """
    index = read_index(data / "gazetteer.bin")
    curated: dict[str, Entry] = {}
    for number, row in enumerate([*read_tsv(data / "places.tsv", PlaceRow), *own.places], 2):
        if row.level not in LEVELS:
            raise ResourceError(f"places.tsv:{number} column level: {row.level!r} is not one of {', '.join(LEVELS)}.")
        curated[row.id] = Entry(
            id=row.id,
            name=row.name,
            lat=row.lat,
            lon=row.lon,
            country=row.country,
            level=row.level,
            parent=row.parent,
            population=row.population or 0,
            kind=row.kind or "",
        )
    names: dict[str, list[str]] = {}
    name_rows = [*read_tsv(data / language / "place_names.tsv", PlaceNameRow), *own.names]
    unknown = index.lacks({row.id for row in name_rows} - curated.keys())
    for number, (row_, key) in enumerate(zip(name_rows, _name_keys([r.name for r in name_rows], fold), strict=True), 2):
        if row_.id in unknown:
            raise ResourceError(
                f"place_names.tsv:{number} column id: {row_.id!r} is neither in places.tsv nor GeoNames."
            )
        names.setdefault(key, []).append(row_.id)
    stop = read_tsv(data / language / "place_stop.tsv", PlaceStopRow)
    ordinary = frozenset(_name_keys([row.word for row in stop], fold))
    capitals = _read_capitals(data / "capitals.tsv", index, curated)
    origins = dict(zip(_name_keys([r.name for r in own.names], fold), [r.source for r in own.names], strict=True))
    known = CuratedNames({name: tuple(ids) for name, ids in names.items()}, origins)
    return Gazetteer(index, curated, known, ordinary, capitals, skeleton)


def _read_capitals(path: Path, index: Index, curated: dict[str, Entry]) -> dict[str, str]:
    """Return the place that is the capital of each country."""
    rows = read_tsv(path, CapitalRow)
    unknown = index.lacks({row.place for row in rows} - curated.keys())
    for number, row in enumerate(rows, 2):
        if row.place in unknown:
            raise ResourceError(
                f"{path.name}:{number} column place: {row.place!r} is neither in places.tsv nor GeoNames."
            )
    return {row.country: row.place for row in rows}
