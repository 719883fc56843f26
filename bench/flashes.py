"""A stream of invented flashes: happenings of many towns, told once or again and again, day after day.

Sentences are templates (`flashes.tsv`) with places of our gazetteer, a side that fights there, names, figures and a time.
Half of the flashes tell of something new. The others tell again of one of the last happenings: with more or
other sentences, with a higher toll, or word for word under another publisher. The same on every run.
"""

from __future__ import annotations

import datetime
import math
import random
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from marsad.gazetteer import PlaceNameRow, PlaceRow
from marsad.model import Document
from marsad.resources import DATA, read_tsv

SEED = 20250722
A_DAY = 400
_START = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
_NEW = 0.5
_VERBATIM = 0.25
_LAST = 60
_OUTLETS = 40
_AND = "\u0648"
_FILE = Path(__file__).with_name("flashes.tsv")


class FlashRow(msgspec.Struct, frozen=True):
    """A row of `flashes.tsv`: a first sentence (lead), the halves of a further one (who, claim), a side of a country, a time
    (when)."""

    kind: str
    country: str | None
    text: str


class NameRow(msgspec.Struct, frozen=True):
    """A row of the names of people, as far as it is of use here."""

    name: str
    latin: str
    source: str


class _Happening(NamedTuple):
    """What flashes tell of: the template of the first sentence, and what fills it."""

    lead: str
    place: str
    side: str
    near: list[str]
    dead: int
    hurt: int
    when: str


def stream(count: int) -> Iterator[Document]:
    """Yield so many flashes in the order of their publication."""
    rng = random.Random(SEED)
    rows = read_tsv(_FILE, FlashRow)
    leads, further = _texts(rows, "lead"), (_texts(rows, "who"), _texts(rows, "claim"))
    times, towns = _texts(rows, "when"), _towns(rows)
    names = [row.name for row in read_tsv(DATA / "ar" / "person_names.tsv", NameRow)]
    last: list[_Happening] = []
    texts: list[str] = []
    for number in range(count):
        published = _START + datetime.timedelta(minutes=number * 1440 / A_DAY)
        chance = rng.random()
        if not last or chance < _NEW:
            place, side, near = rng.choice(towns)
            told = _Happening(
                rng.choice(leads), place, side, near, rng.randint(2, 9), rng.randint(10, 40), rng.choice(times)
            )
            last = [*last[1 - _LAST :], told]
        else:
            at = rng.randrange(len(last))
            told = last[at] = last[at]._replace(dead=last[at].dead + rng.randint(0, 2))
        if texts and chance > 1 - _NEW * _VERBATIM:
            text = rng.choice(texts)
        else:
            patterns = told.lead, *(_further(further, rng) for _ in range(rng.choice((1, 1, 2))))
            text = " ".join(_tell(told, pattern, names, rng) for pattern in patterns)
            texts = [*texts[1 - _LAST :], text]
        yield Document(
            id=f"f{number}",
            text=text,
            published=published.isoformat(timespec="seconds"),
            publisher=f"outlet-{rng.randrange(_OUTLETS)}.example",
        )


def _texts(rows: list[FlashRow], kind: str) -> list[str]:
    return [row.text for row in rows if row.kind == kind]


def _further(halves: tuple[list[str], list[str]], rng: random.Random) -> str:
    return f"{_AND}{rng.choice(halves[0])} {rng.choice(halves[1])}."


def _towns(rows: list[FlashRow]) -> list[tuple[str, str, list[str]]]:
    """The towns of the countries that sides fight in, each with each of these sides, and the towns nearest to it."""
    sides: dict[str, list[str]] = {}
    for row in rows:
        if row.kind == "side" and row.country:
            sides.setdefault(row.country, []).append(row.text)
    rows_of = {row.id: row for row in read_tsv(DATA / "places.tsv", PlaceRow) if row.level == "settlement"}
    names: dict[str, str] = {}
    for name in read_tsv(DATA / "ar" / "place_names.tsv", PlaceNameRow):
        if name.id in rows_of and rows_of[name.id].country in sides:
            names.setdefault(name.id, name.name)
    cells: dict[tuple[int, int], list[str]] = {}
    for place in sorted(names):
        cells.setdefault(_cell(rows_of[place]), []).append(names[place])
    found = []
    for place in sorted(names):
        near = [name for name in cells[_cell(rows_of[place])] if name != names[place]] or [names[place]]
        found += [(names[place], side, near) for side in sides[rows_of[place].country or ""]]
    return found


def _cell(row: PlaceRow) -> tuple[int, int]:
    """A square of half a degree."""
    return math.floor(2 * row.lat), math.floor(2 * row.lon)


def _tell(told: _Happening, pattern: str, names: list[str], rng: random.Random) -> str:
    """A sentence with its places, names, figures and time filled in; what no happening gives is drawn anew."""
    return pattern.format(
        place=told.place,
        side=told.side,
        n=told.dead,
        m=told.hurt,
        day=told.when,
        near=rng.choice(told.near),
        far=rng.choice(told.near),
        name=f"{rng.choice(names)} {rng.choice(names)}",
    )
