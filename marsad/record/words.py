"""The record's own words: actors, places and names that people add to the lexicon, an append-only log.

Each row says who added it, when and why, and can be undone; which reports it may concern is asked of their folded text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

import msgspec
import sqlalchemy as sa

from marsad.errors import RecordError
from marsad.overlay import Overlay, Row
from marsad.record import query
from marsad.record.adding import now
from marsad.record.agreements import Signed
from marsad.record.schema import documents, runs, words
from marsad.record.undoing import taken_back

Fold = Callable[[str], str]

_row = msgspec.json.Decoder(Row)
_to_json = msgspec.json.Encoder()
_WORD = re.compile(r"\w+")


class StoredWord(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the log: `row` is what it adds, None where it undoes an earlier one; `undone` says that it was undone."""

    key: int
    at: str
    author: str
    row: Row | None
    reason: str | None
    undoes: int | None
    undone: bool


def add(connection: sa.Connection, row: Row, signed: Signed) -> int:
    """Append a row that was checked (`overlay.complete`); returns its number."""
    return _append(connection, {"kind": "add", "entry": _to_json.encode(row).decode()}, signed)


def undo(connection: sa.Connection, key: int, signed: Signed) -> int:
    """Take a row back, or bring one back by undoing its undoing; returns the number of the new row.

    Raises:
        RecordError: there is none with this number, it was undone already, or others still need it.
    """
    found = {word.key: word for word in list_all(connection)}
    word = found.get(key)
    if word is None:
        raise RecordError(f"There is no word number {key}; `marsad words list` lists them.")
    if word.undone:
        raise RecordError(f"Word number {key} was taken back already.")
    if word.row is not None and word.row.kind in ("actor", "place"):
        needing = [w.row.name for w in _standing(found.values()) if w.key != key and w.row and _needs(w.row, word.row)]
        if needing:
            raise RecordError(f"{', '.join(needing)} still needs {word.row.id}; take that back first.")
    return _append(connection, {"kind": "undo", "undoes": key}, signed)


def _needs(row: Row, other: Row) -> bool:
    return other.id in (row.id, row.parent)


def _append(connection: sa.Connection, values: dict[str, object], signed: Signed) -> int:
    head = {"at": now(), "author": signed.author, "reason": signed.reason}
    made = connection.execute(words.insert(), {"entry": None, "undoes": None, **head, **values}).inserted_primary_key
    return int(made[0]) if made else 0


def list_all(connection: sa.Connection) -> list[StoredWord]:
    """Return every row, the oldest first."""
    rows = connection.execute(sa.select(words).order_by(words.c.key)).all()
    undone = taken_back(rows)
    return [
        StoredWord(
            key=row.key,
            at=row.at,
            author=row.author,
            row=_row.decode(row.entry) if row.entry else None,
            reason=row.reason,
            undoes=row.undoes,
            undone=row.key in undone,
        )
        for row in rows
    ]


def _standing(every: Iterable[StoredWord]) -> list[StoredWord]:
    return [word for word in every if word.row is not None and not word.undone]


def in_force(connection: sa.Connection) -> Overlay:
    """Return the rows that nobody took back."""
    found = list_all(connection)
    rows = tuple((word.key, word.row) for word in _standing(found) if word.row is not None)
    return Overlay(rows, found[-1].key if found else 0)


def newest(connection: sa.Connection) -> int:
    """Return the number of the latest change, 0 where nothing was ever added."""
    return int(connection.scalar(sa.select(sa.func.max(words.c.key))) or 0)


def waiting(connection: sa.Connection, word: StoredWord, every: Iterable[StoredWord], fold: Fold) -> Iterator[str]:
    """Yield the current reports that hold the name of a row, as one word after the other, and were last read by a run that
    did not know how the row stands now.
    """
    if word.row is None:
        return
    since = max([word.key, *_undoings(word.key, every)])
    folded = _WORD.findall(fold(word.row.name))
    select = (
        sa.select(documents.c.id, documents.c.text)
        .join(runs, runs.c.key == documents.c.run)
        .where(documents.c.current.is_(True), documents.c.language.is_not(None))
        .where(sa.func.coalesce(runs.c.words, 0) < since)
        .where(query.has_words(" ".join(folded), fold))
        .order_by(documents.c.key)
    )
    # Clitics may stand before its first word, endings after its last.
    phrase = re.compile(r"\W+".join(map(re.escape, folded)))
    yield from (row.id for row in query.stream(connection, select) if phrase.search(fold(row.text)))


def _undoings(key: int, every: Iterable[StoredWord]) -> list[int]:
    """The numbers of the rows that took a row back, or brought it back."""
    found = [key]
    for word in sorted(every, key=lambda w: w.key):
        if word.undoes in found:
            found.append(word.key)
    return found[1:]
