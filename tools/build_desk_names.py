"""Write `marsad/data/desk/countries.tsv`, and `map_places.tsv`, the names on the map.

python -m tools.build_desk_names

Names of countries come from the Unicode CLDR (through the package babel), towns and their Arabic names from the gazetteer.
"""

from __future__ import annotations

from babel import Locale
from babel.core import get_global

from marsad import lang
from marsad.gazetteer import PlaceNameRow
from marsad.resources import DATA, read_tsv
from marsad.web.cards import plainest

FOLDER = DATA / "desk"
LARGE = 900_000
_USER_CODES = {"XKX": "XK"}


def countries() -> list[tuple[str, ...]]:
    """Return code, English and Arabic name of every country that has both."""
    english, arabic = Locale("en").territories, Locale("ar").territories
    two = {a: b[0] for a, b in get_global("territory_aliases").items() if len(a) == 3 and a.isalpha() and len(b) == 1}
    rows = []
    for code, short in {**two, **_USER_CODES}.items():
        if code not in _OLD and short in english and short in arabic and len(short) == 2:
            rows.append((code, english[short], arabic[short], "cldr"))
    return sorted(rows)


_OLD = {
    "ANT",
    "BUR",
    "DDR",
    "FXX",
    "ROM",
    "TMP",
    "YMD",
    "YUG",
    "ZAR",
    "SUN",
    "SCG",
    "QUU",
    "QMM",
    "NTZ",
    "CSK",
    "BYS",
    "XAA",
    "XBB",
    "XKK",
    "ZZZ",
}


def places(names: dict[str, tuple[str, str]]) -> list[tuple[str, ...]]:
    """Return the curated large towns and capitals with both names, the largest first in rank."""
    gazetteer = lang.load("ar").gazetteer
    arabic: dict[str, list[str]] = {}
    for row in read_tsv(DATA / "ar" / "place_names.tsv", PlaceNameRow):
        arabic.setdefault(row.id, []).append(row.name)
    rows = []
    for place_id, known in arabic.items():
        entry = gazetteer.entry(place_id)
        if entry is None or not entry.id.startswith("geonames:"):
            continue
        is_large = entry.level == "settlement" and (entry.population >= LARGE or entry.kind == "capital")
        if not is_large and entry.level != "country":
            continue
        name = (
            names[entry.country][1] if entry.level == "country" and entry.country in names else plainest(sorted(known))
        )
        english = names[entry.country][0] if entry.level == "country" and entry.country in names else entry.name
        size = "country" if entry.level == "country" else "capital" if entry.kind == "capital" else "town"
        at = f"{entry.lat:.3f}", f"{entry.lon:.3f}"
        rows.append((entry.id, english, name, size, *at, str(entry.population), "gazetteer"))
    return sorted(rows)


def write(name: str, header: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Write a data file."""
    lines = ["\t".join(header), *("\t".join(row) for row in rows)]
    (FOLDER / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(name, len(rows))


def main() -> None:
    """Write both files."""
    rows = countries()
    write("countries.tsv", ("code", "en", "ar", "source"), rows)
    header = ("id", "en", "ar", "size", "lat", "lon", "population", "source")
    write("map_places.tsv", header, places({row[0]: (row[1], row[2]) for row in rows}))


if __name__ == "__main__":
    main()
