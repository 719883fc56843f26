"""The words that people add to the lexicon for one record: added, brought in from a table, taken back, read with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from marsad import overlay, pipeline
from marsad.errors import InputError
from marsad.overlay import Overlay, Row
from marsad.record import Record, words
from marsad.record.agreements import Signed
from marsad.record.words import StoredWord

_FIRST = ("actor", "place")


class Imported(NamedTuple):
    """What became of the rows of a table: the numbers of those added, how many were there already, what was wrong."""

    added: tuple[int, ...]
    known: int
    problems: tuple[str, ...]


def add(record: Record, row: Row, signed: Signed) -> StoredWord:
    """Check a row and add it to a record.

    Raises:
        InputError: a value makes no sense, or the lexicon has it already.
    """
    made = overlay.complete(row, pipeline.load_known(record.own_words()))
    number = record.change(lambda connection: words.add(connection, made, signed))
    return record.look(lambda connection: find(connection, number))


def bring_in(record: Record, text: str, signed: Signed) -> Imported:
    """Add the rows of a table that another record gave out; what is there already is left as it is.

    Raises:
        InputError: it is no such table.
    """
    every = list(overlay.from_tsv(text))
    known = {row for _, row in record.own_words().rows}
    new = [row for row in every if row not in known]
    added: list[int] = []
    problems: list[str] = []
    # Names point at actors and places, which must be there before them.
    for portion in ([r for r in new if r.kind in _FIRST], [r for r in new if r.kind not in _FIRST]):
        made = list(_checked(portion, record.own_words(), problems))
        added += record.change(lambda connection, made=made: [words.add(connection, row, signed) for row in made])  # type: ignore[misc]
    return Imported(tuple(added), len(every) - len(new), tuple(problems))


def _checked(rows: Sequence[Row], own: Overlay, problems: list[str]) -> Iterator[Row]:
    if not rows:
        return
    known = pipeline.load_known(own)
    names: set[tuple[str, str | None]] = set()
    ids: set[str | None] = set()
    for row in rows:
        try:
            made = overlay.complete(row, known)
        except InputError as error:
            problems.append(str(error))
            continue
        key = known.fold(made.name), made.id
        if key in names or (made.kind in _FIRST and made.id in ids):
            problems.append(f"{made.name} stands in the table twice ({made.id}).")
            continue
        names.add(key)
        ids.add(made.id)
        yield made


def give_out(record: Record) -> str:
    """Return the words in force as a table."""
    return overlay.to_tsv(row for _, row in record.own_words().rows)


def undo(record: Record, number: int, signed: Signed) -> int:
    """Take a row back; returns the number under which that is noted.

    Raises:
        RecordError: there is none with this number, it was taken back already, or others need it.
    """
    return record.change(lambda connection: words.undo(connection, number, signed))


def find(connection: sa.Connection, number: int) -> StoredWord:
    """Return a row by its number.

    Raises:
        InputError: there is none.
    """
    found = next((w for w in words.list_all(connection) if w.key == number), None)
    if found is None:
        raise InputError(f"There is no word number {number}; `marsad words list` lists them.")
    return found


def waiting(record: Record, numbers: Iterable[int] | None = None) -> list[str]:
    """Return the reports that hold the name of one of these rows (default: of any) and were last read without knowing how
    it stands now.
    """
    wanted = None if numbers is None else set(numbers)
    fold = pipeline.load_fold()

    def ask(connection: sa.Connection) -> list[str]:
        every = words.list_all(connection)
        chosen = [w for w in every if wanted is None or w.key in wanted]
        return list(dict.fromkeys(name for word in chosen for name in words.waiting(connection, word, every, fold)))

    return record.look(ask)
