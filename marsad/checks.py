"""Checks every data file of the package: characters, order, duplicates, codes, dates, ids (`marsad check-data`).

In: the folder `data/`. Out: one sentence per fault, with file, line and column, empty when all is well. Each file's
columns and what they may hold are declared once, in `TABLES`; a file without a declaration is a fault, so none goes
unchecked.
"""

from __future__ import annotations

import datetime
import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, TypeAlias

from marsad.codebook import load_codebook
from marsad.errors import CodebookError, MarsadError
from marsad.gazetteer_index import Index, read_index
from marsad.lang.ar.script import fold_text
from marsad.link.asking import TOPICS
from marsad.link.terms import KINDS, ROLES
from marsad.resources import DATA, read_yaml

FOLDS = {"ar": fold_text}

FORBIDDEN = (
    (re.compile("[\ufb50-\ufdff\ufe70-\ufefc]"), "an Arabic presentation form; write the letter itself"),
    (re.compile("[\u06cc\u06d2]"), "a Persian or Urdu yeh; write the Arabic one"),
    (re.compile("[\u06a9\u06aa]"), "a Persian kaf; write the Arabic one"),
    (re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"), "a control for the direction of writing"),
    (re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]"), "an invisible character"),
    (re.compile("[\r\v\f\u0085\u2028\u2029]"), "a line end that is not LF"),
    (re.compile("[\u00a0\u2000-\u200a\u202f\u3000]"), "a space that is not the plain one"),
)

Row: TypeAlias = dict[str, str]


# ------------------------------------------------------------------------------------------------ what is valid


class Facts:
    """The codes and ids that a cell may name, read when first asked for."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._codebook = load_codebook(data / "codebook.yaml")

    def codes(self, kind: str) -> frozenset[str]:
        """Return the valid codes of a kind: `countries`, `actors`, or a section of the codebook such as `types`."""
        if kind == "countries":
            return self._countries
        if kind == "actors":
            return self._actors
        return frozenset(getattr(self._codebook, kind))

    def modes(self, event_type: str) -> frozenset[str]:
        """Return the modes of a type; none if the type is unknown, which its own column reports."""
        try:
            return frozenset(self._codebook.modes_of(event_type))
        except CodebookError:
            return frozenset()

    def is_place(self, place_id: str) -> bool:
        """Whether an id is a row of `places.tsv` or in the gazetteer index."""
        return place_id in self._places or self._index.row_of(place_id) is not None

    @cached_property
    def _actors(self) -> frozenset[str]:
        return frozenset(_first_column(self._data / "actors.tsv"))

    @cached_property
    def _places(self) -> frozenset[str]:
        return frozenset(_first_column(self._data / "places.tsv"))

    @cached_property
    def _index(self) -> Index:
        return read_index(self._data / "gazetteer.bin")

    @cached_property
    def _countries(self) -> frozenset[str]:
        rows = (self._index.row_of(country_id) for country_id in self._index.country_ids())
        return frozenset(str(self._index.decode(row)["country"]) for row in rows if row is not None)


def _first_column(path: Path) -> Iterator[str]:
    if path.exists():
        yield from (line.split("\t")[0] for line in path.read_text(encoding="utf-8").split("\n")[1:] if line)


# ------------------------------------------------------------------------------------------------ what a cell may hold

Cell: TypeAlias = Callable[[str, Row, Facts], str | None]
"""Takes a cell that is not empty, its row and the facts; returns what is wrong with it, or None."""


def _any(_: str, __: Row, ___: Facts) -> str | None:
    return None


def _forms(cell: str, _: Row, __: Facts) -> str | None:
    parts = cell.split("|")
    if any(part != part.strip() or not part for part in parts):
        return f'"{cell}" has an empty form or a space beside |'
    return f'"{cell}" lists a form twice' if len(set(parts)) < len(parts) else None


def _name(cell: str, _: Row, __: Facts) -> str | None:
    good = re.fullmatch(r"[a-z][a-z0-9]*(?:[-_ ][a-z0-9]+)*", cell)
    return None if good else f'"{cell}" is no plain name: lower-case Latin letters, digits and hyphens'


def _id(cell: str, _: Row, __: Facts) -> str | None:
    good = re.fullmatch(r"[a-z][a-z-]*:[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*", cell)
    return None if good else f'"{cell}" is no id: write kind:name'


def _date(cell: str, row: Row, _: Facts) -> str | None:
    try:
        datetime.date.fromisoformat(cell)
    except ValueError:
        return f'"{cell}" is no date: write YYYY-MM-DD'
    if cell == row.get("until") and row.get("since", "") > cell:
        return f'"{cell}" is before since, {row["since"]}'
    return None


def _number(low: float, high: float) -> Cell:
    def check(cell: str, _: Row, __: Facts) -> str | None:
        try:
            is_inside = low <= float(cell) <= high
        except ValueError:
            return f'"{cell}" is no number'
        return None if is_inside else f'"{cell}" is not between {low:g} and {high:g}'

    return check


def _code(kind: str, *more: str) -> Cell:
    """A code of that kind, or one of `more`."""

    def check(cell: str, _: Row, facts: Facts) -> str | None:
        valid = facts.codes(kind) | set(more)
        where = {"countries": "the gazetteer", "actors": "actors.tsv"}.get(kind, "the codebook")
        return None if cell in valid else f'"{cell}" is not in {where}{_nearest(cell, valid)}'

    return check


def _one_of(*valid: str) -> Cell:
    def check(cell: str, _: Row, __: Facts) -> str | None:
        return None if cell in valid else f'"{cell}" is none of {", ".join(valid)}{_nearest(cell, valid)}'

    return check


def _mode(cell: str, row: Row, facts: Facts) -> str | None:
    event_type = row.get("type", "ASSAULT")
    valid = facts.modes(event_type)
    if not valid and event_type not in facts.codes("types"):
        return None
    return None if cell in valid else f'"{cell}" is no mode of {event_type}{_nearest(cell, valid)}'


def _place(cell: str, _: Row, facts: Facts) -> str | None:
    return None if facts.is_place(cell) else f'"{cell}" is neither in places.tsv nor in the gazetteer'


def _currency(cell: str, _: Row, __: Facts) -> str | None:
    return None if re.fullmatch("[A-Z]{3}", cell) else f'"{cell}" is no currency code: three capital letters'


def _nearest(cell: str, valid: Iterable[str]) -> str:
    folded = {v.lower(): v for v in sorted(valid)}
    near = difflib.get_close_matches(cell.lower(), folded, n=1, cutoff=0.5)
    return f"; nearest: {folded[near[0]]}" if near else ""


# ------------------------------------------------------------------------------------------------ what a file holds


class Table(NamedTuple):
    """A file's columns in order, those that may be empty, and those that together occur once (folded)."""

    columns: dict[str, Cell]
    optional: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    is_folded: bool = True


_POS = _one_of("verb", "noun", "adj", "phrase", "preposition")
_END: dict[str, Cell] = {"source": _any}


def _words(first: str, *names: str) -> Table:
    """A list of words with plain names for what they do; the word and its names together occur once."""
    return Table({first: _any} | dict.fromkeys(names, _name) | _END, key=(first, *names))


# Written by training, never by hand; features quote words as the reports spell them, and the loaders check the form.
TRAINED = frozenset({"tagger_events.tsv", "network.tsv", "weights.tsv"})

TABLES: dict[str, Table] = {
    "actors.tsv": Table(
        {"id": _id, "name": _any, "country": _code("countries"), "sector": _code("sectors"), "kind": _name}
        | {"since": _date, "until": _date}
        | _END,
        optional=("country", "sector", "since", "until"),
        key=("id",),
        is_folded=False,
    ),
    "demonyms.tsv": Table({"country": _code("countries"), "adjective": _any} | _END, key=("country",), is_folded=False),
    "capitals.tsv": Table(
        {"country": _code("countries"), "place": _place, "name": _any} | _END, key=("country",), is_folded=False
    ),
    "places.tsv": Table(
        {"id": _id, "name": _any, "lat": _number(-90, 90), "lon": _number(-180, 180), "country": _code("countries")}
        | {"level": _code("levels"), "parent": _place, "population": _number(0, 2e9), "kind": _name}
        | _END,
        optional=("country", "parent", "population", "kind"),
        key=("id",),
        is_folded=False,
    ),
    "actor_names.tsv": Table(
        {"name": _any, "id": _code("actors"), "kind": _name, "since": _date, "until": _date} | _END,
        optional=("since", "until"),
        key=("name", "id", "since"),
    ),
    "anaphors.tsv": Table({"lemma": _any, "kinds": _any} | _END, key=("lemma",)),
    "boilerplate.tsv": _words("pattern", "kind"),
    "countries.tsv": Table({"code": _any, "en": _any, "ar": _any} | _END, key=("code",), is_folded=False),
    "currencies.tsv": Table({"word": _any, "currency": _currency} | _END, ("currency",), ("word",)),
    "damage.tsv": Table(
        {"lemma": _any, "object": _code("objects"), "plural": _forms} | _END,
        optional=("plural",),
        key=("lemma", "object"),
    ),
    "directions.tsv": _words("word", "kind"),
    "part_words.tsv": _words("word", "kind"),
    "link_weights.tsv": Table({"feature": _any, "weight": _number(-10, 10)} | _END, key=("feature",), is_folded=False),
    "link_words.tsv": Table({"word": _any, "role": _one_of(*ROLES)} | _END, key=("word", "role")),
    "map_places.tsv": Table(
        {"id": _id, "en": _any, "ar": _any, "size": _one_of("country", "capital", "town")}
        | {"lat": _number(-90, 90), "lon": _number(-180, 180), "population": _number(0, 2e9)}
        | _END,
        key=("id",),
        is_folded=False,
    ),
    "page_phrases.tsv": Table(
        {
            "words": _any,
            "kind": _one_of("paywall", "consent", "script", "more", "missing", "updated", "printed", "chat"),
        }
        | _END,
        key=("words",),
    ),
    "foreign_words.tsv": Table({"word": _any, "language": _one_of("fa")} | _END, key=("word",)),
    "months.tsv": Table(
        {
            "word": _any,
            "month": _number(1, 12),
            "calendar": _one_of("gregorian", "hijri"),
            "alone": _one_of("yes", "no"),
        }
        | _END,
        key=("word", "calendar"),
    ),
    "negators.tsv": _words("word", "kind"),
    "nisbas.tsv": Table(
        {"lemma": _any, "country": _code("countries"), "plural": _forms} | _END,
        optional=("country", "plural"),
        key=("lemma", "country"),
    ),
    "number_words_vague.tsv": Table(
        {"word": _any, "role": _name, "value": _any} | _END, optional=("value",), key=("word", "role", "value")
    ),
    "numbers.tsv": Table({"word": _any, "value": _number(0, 1e15), "role": _name} | _END, key=("word", "role")),
    "outcomes.tsv": Table(
        {"lemma": _any, "pos": _POS, "outcome": _code("outcomes", "damaged"), "forms": _forms} | _END,
        optional=("forms",),
        key=("lemma", "pos", "outcome"),
    ),
    "person_names.tsv": Table({"name": _any, "latin": _any} | _END, key=("name",)),
    "place_kinds.tsv": Table(
        {"word": _any, "level": _code("levels"), "kind": _name, "gender": _one_of("m", "f")} | _END,
        optional=("gender",),
        key=("word", "level", "kind"),
    ),
    "place_names.tsv": Table({"name": _any, "id": _place} | _END, key=("name", "id")),
    "place_stop.tsv": _words("word"),
    "process_topics.tsv": Table({"words": _any, "topic": _one_of(*TOPICS)} | _END, key=("words",)),
    "role_nouns.tsv": Table(
        {"lemma": _any, "who": _code("who"), "sector": _code("sectors"), "plural": _forms} | _END,
        optional=("who", "sector", "plural"),
        key=("lemma", "who", "sector"),
    ),
    "source_kinds.tsv": Table({"word": _any, "kind": _one_of(*KINDS)} | _END, key=("word",)),
    "speech_verbs.tsv": Table(
        {"lemma": _any, "pos": _POS, "stance": _code("stances"), "forms": _forms} | _END,
        optional=("forms",),
        key=("lemma", "pos", "stance"),
    ),
    "status_words.tsv": Table(
        {"word": _any, "status": _code("statuses", "generic"), "kind": _name} | _END, key=("word", "status", "kind")
    ),
    "time_words.tsv": Table({"word": _any, "role": _name, "value": _any} | _END, ("value",), ("word", "role", "value")),
    "titles.tsv": Table(
        {"title": _any, "sector": _code("sectors"), "kind": _name} | _END, optional=("sector", "kind"), key=("title",)
    ),
    "topics.tsv": _words("word", "topic"),
    "trigger_blockers.tsv": _words("phrase", "kind"),
    "triggers.tsv": Table(
        {"lemma": _any, "pos": _POS, "forms": _forms, "type": _code("types"), "mode": _mode}
        | {"weight": _one_of("strong", "weak")}
        | _END,
        optional=("forms", "mode"),
        key=("lemma", "pos", "type", "mode"),
    ),
    "units.tsv": _words("word", "unit", "kind"),
    "weekdays.tsv": Table({"word": _any, "weekday": _number(1, 7)} | _END, key=("word",)),
    "weapons.tsv": Table(
        {"lemma": _any, "kind": _code("weapons"), "mode": _mode, "plural": _forms} | _END,
        optional=("mode", "plural"),
        key=("lemma", "kind", "mode"),
    ),
}


# ------------------------------------------------------------------------------------------------ checking


def check_data(data: Path = DATA) -> list[str]:
    """Return a sentence for every fault in the data files under `data`, in the order of the files."""
    faults: list[str] = []
    for path in sorted(data.rglob("*.yaml")):
        faults += _check_yaml(path)
    try:
        facts = Facts(data)
        for path in sorted(p for p in data.rglob("*.tsv") if p.name not in TRAINED):
            faults += _check_tsv(path, facts)
    except MarsadError as error:
        faults.append(str(error))
    return faults


def _check_yaml(path: Path) -> Iterator[str]:
    try:
        read_yaml(path)
    except MarsadError as error:
        yield str(error)
        return
    for number, line in enumerate(path.read_bytes().decode().split("\n"), 1):
        # What people read on a screen may set Latin commands in Arabic prose apart with direction marks.
        shown = re.sub("[\u200e\u200f]", "", line) if path.parent.name == "ui" else line
        for fault in _check_characters(shown):
            yield f"{path.name}:{number}: holds {fault}."


def _check_tsv(path: Path, facts: Facts) -> Iterator[str]:
    try:
        lines = path.read_bytes().decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        yield f"{path.name} is not UTF-8: byte {error.start}."
        return
    table = TABLES.get(path.name)
    if table is None:
        yield f"{path.name} has no rules: declare its columns in TABLES of checks.py."
        return
    header = "\t".join(table.columns)
    if lines[0] != header:
        yield f"{path.name}:1 has the header {lines[0]!r}; expected {header!r}."
        return
    if lines[-1]:
        yield f"{path.name}:{len(lines)}: the last line does not end; add a line feed."
    else:
        lines.pop()
    fold = FOLDS.get(path.parent.name, str) if table.is_folded else str
    for place, fault in _check_lines(lines, table, facts, fold):
        yield f"{path.name}:{place}: {fault}."


def _check_lines(lines: list[str], table: Table, facts: Facts, fold: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """Where (line, and column where there is one) and what."""
    seen: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(lines[1:], 2):
        cells = line.split("\t")
        if len(cells) != len(table.columns):
            yield str(number), f"has {len(cells)} columns instead of {len(table.columns)}"
            continue
        if number > 2 and line < lines[number - 2]:
            yield str(number), "stands before the line above; sort the rows by code points"
        row = dict(zip(table.columns, cells, strict=True))
        for column, fault in _check_row(row, table, facts):
            yield f"{number} column {column}", fault
        key = tuple(fold(row[column]) for column in table.key)
        first = seen.setdefault(key, number)
        if first != number:
            yield f"{number} column {table.key[0]}", f'"{row[table.key[0]]}" is on line {first} already (after folding)'


def _check_row(row: Row, table: Table, facts: Facts) -> Iterator[tuple[str, str]]:
    for column, check in table.columns.items():
        cell = row[column]
        if not cell:
            if column not in table.optional:
                yield column, "is empty"
            continue
        for fault in _check_characters(cell):
            yield column, f'"{cell}" holds {fault}'
        if cell != cell.strip(" ") or "  " in cell:
            yield column, f'"{cell}" has a space too many'
        fault_of_value = check(cell, row, facts)
        if fault_of_value:
            yield column, fault_of_value


def _check_characters(text: str) -> Iterator[str]:
    if text.isascii() and text.isprintable():
        return
    for pattern, what in FORBIDDEN:
        found = pattern.search(text)
        if found:
            yield f"U+{ord(found[0]):04X}, {what}"
    if not unicodedata.is_normalized("NFC", text):
        yield "characters that are not composed (NFC)"
