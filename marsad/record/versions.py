"""The versions of a report: the texts that stood under its id or address one after the other, and what changed between."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from marsad.record.schema import documents

LONGEST_DIFF = 20_000
"""So many characters of two versions are compared; comparing costs the square."""

_VOWELS = "\u0610-\u061a\u064b-\u065f\u0670"
_WORDS = re.compile(rf"(?:\w|[{_VOWELS}])+\s*|[^\w\s]\s*|\s+")


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One text of a report; `version` counts from 1, `received_at` is ISO 8601."""

    version: int
    received_at: str
    published: str | None
    text: str


class Piece(NamedTuple):
    """Words that were `kept`, `added` or are `gone`, with the blanks behind them."""

    kind: str
    words: str


def list_versions(connection: sa.Connection, report: str) -> list[Version]:
    """Return the texts of a report, the newest first; none if the record does not hold it."""
    columns = [documents.c[name] for name in Version.__struct_fields__]
    # The versions under one address may have come with different ids. Asked for apart, as a database that saw no addresses
    # yet would read every report to find those of none.
    own = sa.select(documents.c.url).where(documents.c.id == report, documents.c.url.is_not(None)).distinct()
    urls = list(connection.execute(own).scalars())
    is_version = documents.c.id == report
    select = sa.select(*columns).where(sa.or_(is_version, documents.c.url.in_(urls)) if urls else is_version)
    rows = connection.execute(select.order_by(documents.c.version.desc()))
    return [Version(**{name: getattr(row, name) for name in Version.__struct_fields__}) for row in rows]


def differences(before: str, after: str) -> list[Piece]:
    """Return what changed between two texts, word by word, in the order of the new one; what is gone stands before what took
    its place. The words kept and added are the new text, but for changed blanks; texts are compared up to LONGEST_DIFF.
    """
    old, new = (_WORDS.findall(text[:LONGEST_DIFF]) for text in (before, after))
    bare_old, bare_new = ([word.rstrip() for word in words] for words in (old, new))
    pieces: list[Piece] = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, bare_old, bare_new, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(Piece("kept", "".join(new[c:d])))
            continue
        pieces += [Piece("gone", "".join(old[a:b]))] if b > a else []
        pieces += [Piece("added", "".join(new[c:d]))] if d > c else []
    return pieces


def shortened(pieces: list[Piece], around: int = 80) -> Iterator[Piece]:
    """Yield the pieces with what was kept cut to some characters around each change."""
    for i, piece in enumerate(pieces):
        if piece.kind != "kept" or len(piece.words) <= 2 * around + 20:
            yield piece
            continue
        head = piece.words[:around].rsplit(" ", 1)[0] if i else ""
        tail = piece.words[-around:].split(" ", 1)[-1] if i < len(pieces) - 1 else ""
        yield Piece("kept", f"{head} … {tail}".lstrip() if head or tail else "…")
