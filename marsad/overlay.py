"""Words that a record adds to the shipped lexicon: actors, places, and further names of either.

The shipped data stays as it is. An `Overlay` is a frozen value that is handed in when a language is loaded, so that reading
stays pure. Rows are checked here, against the shipped lexicon and the rows before them.
"""

from __future__ import annotations

import difflib
import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import msgspec

from marsad.actors import Actor, ActorName, Actors
from marsad.actors import name_key as actor_key
from marsad.codebook import load_codebook
from marsad.errors import CodebookError, InputError, ResourceError
from marsad.gazetteer import LEVELS, Entry, Gazetteer, OwnPlaces, PlaceNameRow, PlaceRow, distance_km

KINDS = ("actor", "actor-name", "place", "place-name")
"""What a row adds: an actor, another name of an actor, a place, another name of a place."""

BODIES = (
    "group", "party", "unit", "army", "police", "government", "ministry", "court", "company", "outlet", "agency", "ngo",
    "igo", "person",
)  # fmt: skip
"""What an added actor may be."""

PLACE_LEVELS = tuple(level for level in LEVELS if level != "country")
"""What an added place may be."""

ORIGIN = "words:"
"""How the source of a row begins that a record added; its number follows."""


class RefusedError(InputError):
    """A row that cannot be added."""

    def __init__(self, key: str, sentence: str, **values: str) -> None:
        """Take what is wrong as a key, and the English sentence, which the command line prints."""
        super().__init__(sentence)
        self.known_as(f"word_{key}", **values)


_LONGEST = 100
_MOST_WORDS = 6
_SHORTEST = 3
_SAME_KM = 25
_UNSEEN = re.compile("[\u0000-\u001f\u007f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")


class Row(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One row. `name` is in the language of the reports, `english` its usual English name; `id` is the actor or place that
    it names; `what` one of `BODIES`; `sector` a PLOVER sector; `level` one of the gazetteer's; `parent` the id of what a
    place lies in; `lat` and `lon` WGS 84 degrees. None where a kind of row has no such value, or it is unknown.
    """

    kind: str
    name: str
    id: str | None = None
    english: str | None = None
    country: str | None = None
    sector: str | None = None
    what: str | None = None
    level: str | None = None
    lat: float | None = None
    lon: float | None = None
    parent: str | None = None


class Overlay(msgspec.Struct, frozen=True):
    """The rows in force, each with its number in the record; `newest` is the number of the latest change, undoings among
    them, 0 where nothing was ever added.
    """

    rows: tuple[tuple[int, Row], ...] = ()
    newest: int = 0

    def __bool__(self) -> bool:
        return bool(self.rows)

    def version(self) -> str:
        """Return a short hash of what the rows say, whoever added them and when; empty where there are none."""
        if not self.rows:
            return ""
        lines = sorted(msgspec.json.encode(row) for _, row in self.rows)
        return hashlib.sha256(b"\n".join(lines)).hexdigest()[:8]

    def actors(self) -> tuple[list[Actor], list[ActorName]]:
        """Return the actors and the names of actors that the rows add."""
        made, names = [], []
        for number, row in self.rows:
            if row.id is None or row.kind not in ("actor", "actor-name"):
                continue
            source = f"{ORIGIN}{number}"
            if row.kind == "actor":
                english = row.english or row.name
                made.append(Actor(row.id, english, row.country, row.sector, row.what or "group", None, None, source))
            kind = "full" if row.kind == "actor" else "alias"
            names.append(ActorName(row.name, row.id, kind, None, None, source))
        return made, names

    def places(self) -> OwnPlaces:
        """Return the places and the names of places that the rows add."""
        made, names = [], []
        for number, row in self.rows:
            if row.id is None or row.kind not in ("place", "place-name"):
                continue
            source = f"{ORIGIN}{number}"
            if row.kind == "place" and row.lat is not None and row.lon is not None:
                head = (row.id, row.english or row.name, row.lat, row.lon, row.country)
                made.append(PlaceRow(*head, row.level or "settlement", row.parent, None, None, source))
            names.append(PlaceNameRow(row.name, row.id, source))
        return OwnPlaces(tuple(made), tuple(names))


NOTHING = Overlay()
"""The shipped lexicon as it is."""


class Known(NamedTuple):
    """What a row is checked against: actors and places as they are, the language's fold, whether a text has its letters."""

    actors: Actors
    gazetteer: Gazetteer
    fold: Callable[[str], str]
    has_letters: Callable[[str], bool]


def complete(row: Row, known: Known) -> Row:
    """Return a row as it may be added: cleaned, checked, with its id.

    Raises:
        InputError: a value makes no sense, or the lexicon has it already.
    """
    if row.kind not in KINDS:
        raise InputError(f"{row.kind!r} is nothing that can be added; give one of {', '.join(KINDS)}.")
    row = msgspec.structs.replace(
        row,
        name=_name(row.name, known),
        english=clean(row.english or "")[:_LONGEST] or None,
        country=_country(row.country, known),
    )
    return {"actor": _actor, "actor-name": _actor_name, "place": _place, "place-name": _place_name}[row.kind](
        row, known
    )


def clean(text: str) -> str:
    """Return a name without what nobody sees, in Unicode's composed form, with single spaces."""
    return " ".join(unicodedata.normalize("NFC", _UNSEEN.sub(" ", text)).split())


def _name(name: str, known: Known) -> str:
    made = clean(name)
    if not made:
        raise RefusedError("empty", "The name is empty; write it as reports do.")
    if not known.has_letters(made):
        raise RefusedError("letters", f"{made!r} has no Arabic letters; write the name as reports do.", name=made)
    if len(made) > _LONGEST or len(made.split()) > _MOST_WORDS:
        sentence = f"{made!r} is too long for a name; give no more than {_MOST_WORDS} words."
        raise RefusedError("long", sentence, name=made, most=str(_MOST_WORDS))
    if len(known.fold(made)) < _SHORTEST:
        sentence = f"{made!r} is too short: such letters stand in reports for much else; give the whole name."
        raise RefusedError("short", sentence, name=made)
    return made


def _already(row: Row, other: str, other_id: str) -> RefusedError:
    sentence = f"{row.name} is already there: it names {other} ({other_id})."
    return RefusedError("already", sentence, name=row.name, other=other, id=other_id)


def _country(code: str | None, known: Known) -> str | None:
    if not code or not code.strip():
        return None
    wanted = code.strip().upper()
    codes = {e.country for e in known.gazetteer.countries() if e.country}
    if wanted in codes or known.actors.state(wanted) is not None:
        return wanted
    near = difflib.get_close_matches(wanted, sorted(codes), 3)
    hint = f"did you mean {', '.join(near)}?" if near else "give the ISO code of three letters, like SYR."
    raise RefusedError(
        "country", f"{wanted!r} is no country's code; {hint}", code=wanted, near=", ".join(near) or "SYR"
    )


# ---- actors ---------------------------------------------------------------------------------------------------------


def _actor(row: Row, known: Known) -> Row:
    if not row.english:
        raise RefusedError(
            "english", f"{row.name}: give the English name too; tables and exports use it.", name=row.name
        )
    what = row.what or "group"
    if what not in BODIES:
        sentence = f"{what!r} is no kind of actor; give one of {', '.join(BODIES)}."
        raise RefusedError("what", sentence, code=what)
    if row.sector:
        try:
            load_codebook().check_sector(row.sector)
        except CodebookError as error:
            raise RefusedError("sector", str(error), code=row.sector) from error
    others = known.actors.named(actor_key(known.fold(row.name)))
    if others:
        raise _already(row, known.actors.actor(others[0].id).name, others[0].id)
    made = row.id or _free(f"{what}:own-{_slug(row.english)}", lambda wanted: _find_actor(wanted, known) is not None)
    if _find_actor(made, known) is not None:
        raise _already(row, row.english or row.name, made)
    return Row(
        kind="actor",
        name=row.name,
        id=made,
        english=row.english,
        country=row.country,
        sector=row.sector or None,
        what=what,
    )


def _actor_name(row: Row, known: Known) -> Row:
    wanted = clean(row.id or "")
    actor = _find_actor(wanted, known)
    if actor is None:
        found = known.actors.named(actor_key(known.fold(wanted))) if wanted else ()
        actor = known.actors.actor(found[0].id) if found else None
    if actor is None:
        sentence = f"{wanted!r} is no actor that the lexicon knows; give an id or a name, or add the actor first."
        raise RefusedError("no_actor", sentence, name=wanted)
    if any(name.id == actor.id for name in known.actors.named(actor_key(known.fold(row.name)))):
        raise _already(row, actor.name, actor.id)
    return Row(kind="actor-name", name=row.name, id=actor.id, english=actor.name)


def _find_actor(wanted: str, known: Known) -> Actor | None:
    try:
        return known.actors.actor(wanted)
    except ResourceError:
        return None


# ---- places ---------------------------------------------------------------------------------------------------------


def _place(row: Row, known: Known) -> Row:
    if not row.english:
        raise RefusedError(
            "english", f"{row.name}: give the English name too; tables and exports use it.", name=row.name
        )
    if row.lat is None or row.lon is None:
        sentence = f"{row.name}: give latitude and longitude in degrees, like 35.93 and 36.63."
        raise RefusedError("coordinates", sentence, name=row.name)
    if not (-90 <= row.lat <= 90 and -180 <= row.lon <= 180):
        at = f"{row.lat:g}, {row.lon:g}"
        sentence = f"{row.name}: {at} is nowhere; latitude lies within ±90 degrees, longitude within ±180."
        raise RefusedError("nowhere", sentence, name=row.name, at=at)
    level = row.level or "settlement"
    if level not in PLACE_LEVELS:
        sentence = f"{level!r} is no level of a place; give one of {', '.join(PLACE_LEVELS)}."
        raise RefusedError("level", sentence, code=level)
    if row.country is None:
        sentence = f"{row.name}: give the country by its code of three letters, like SYR."
        raise RefusedError("no_country", sentence, name=row.name)
    for other in known.gazetteer.candidates(known.fold(row.name)):
        if other.level == level and distance_km(other.lat, other.lon, row.lat, row.lon) <= _SAME_KM:
            raise _already(row, other.name, other.id)
    parent = _parent(row, known) if row.parent else None
    made = row.id or _free(f"own:{_slug(row.english)}", lambda wanted: known.gazetteer.entry(wanted) is not None)
    if known.gazetteer.entry(made) is not None:
        raise _already(row, row.english or row.name, made)
    head = {"kind": "place", "name": row.name, "id": made, "english": row.english, "country": row.country}
    return Row(**head, level=level, lat=round(row.lat, 6), lon=round(row.lon, 6), parent=parent)


def _place_name(row: Row, known: Known) -> Row:
    entry = _find_place(clean(row.id or ""), row.country, known)
    if entry is None:
        wanted = clean(row.id or "")
        sentence = f"{wanted!r} is no place that the gazetteer knows; give an id or a name, or add the place first."
        raise RefusedError("no_place", sentence, name=wanted)
    if any(e.id == entry.id for e in known.gazetteer.candidates(known.fold(row.name))):
        raise _already(row, entry.name, entry.id)
    return Row(kind="place-name", name=row.name, id=entry.id, english=entry.name, country=entry.country)


def _parent(row: Row, known: Known) -> str:
    entry = _find_place(clean(row.parent or ""), row.country, known, level="admin")
    if entry is None:
        sentence = f"{row.parent!r} is no province of {row.country} that the gazetteer knows; give an id or a name."
        raise RefusedError("no_parent", sentence, name=row.parent or "")
    return entry.id


def _find_place(wanted: str, country: str | None, known: Known, level: str | None = None) -> Entry | None:
    if not wanted:
        return None
    entry = known.gazetteer.entry(wanted)
    if entry is not None:
        return entry
    found = known.gazetteer.candidates(known.fold(wanted))
    fitting = (e for e in found if (country is None or e.country == country) and (level is None or e.level == level))
    return next(fitting, None)


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    made = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")
    # A name that has no plain letters at all still needs an id that stays.
    return made or hashlib.sha256(name.encode()).hexdigest()[:10]


def _free(wanted: str, is_taken: Callable[[str], bool]) -> str:
    names = (wanted, *(f"{wanted}-{number}" for number in range(2, 1000)))
    return next(name for name in names if not is_taken(name))


# ---- as a table -----------------------------------------------------------------------------------------------------


def to_tsv(rows: Iterable[Row]) -> str:
    """Return rows as a table with a header: tabs between columns, an empty cell where nothing is known."""
    names = Row.__struct_fields__
    lines = ["\t".join(names)]
    for row in rows:
        values = (getattr(row, name) for name in names)
        lines.append("\t".join("" if v is None else clean(v) if isinstance(v, str) else f"{v:.6f}" for v in values))
    return "\n".join(lines) + "\n"


def from_tsv(text: str) -> Iterator[Row]:
    """Yield the rows of a table that `to_tsv` wrote, or that a person did; columns may be missing or stand in any order.

    Raises:
        InputError: there is no header, a column is unknown, or a line does not fit; the line is named.
    """
    lines = text.removeprefix("\ufeff").splitlines()
    header = [name.strip() for name in lines[0].split("\t")] if lines else []
    names = Row.__struct_fields__
    if not {"kind", "name"} <= set(header) or not set(header) <= set(names):
        raise InputError(f"Line 1 must name the columns, among these, tabs between them: {', '.join(names)}.")
    for number, line in enumerate(lines[1:], 2):
        if not line.strip():
            continue
        cells = line.split("\t")
        if len(cells) != len(header):
            raise InputError(f"Line {number} has {len(cells)} columns; the header has {len(header)}.")
        given = {name: cell.strip() or None for name, cell in zip(header, cells, strict=True)}
        given["kind"], given["name"] = given["kind"] or "", given["name"] or ""
        try:
            yield msgspec.convert(given, Row, strict=False)
        except msgspec.ValidationError as error:
            raise InputError(f"Line {number}: {error}.") from error
