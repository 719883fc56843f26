"""Proof: the bytes that a report arrived as, once each, and how its text was derived from them."""

from __future__ import annotations

import datetime
import hashlib
import json
import zlib
from collections.abc import Iterator

import msgspec
import sqlalchemy as sa

from marsad.errors import RecordError
from marsad.model import Received, Taken
from marsad.record.schema import documents, receipts, received
from marsad.record.statements import Statement, inserting

_NAMED = sa.select(documents.c.key).where(documents.c.hash == sa.bindparam("text"))
_LATEST = documents.c.version.desc()
_BY_ID = Statement(_NAMED.where(documents.c.id == sa.bindparam("id")).order_by(_LATEST).limit(1))
_BY_ID_OR_URL = Statement(
    _NAMED.where(sa.or_(documents.c.id == sa.bindparam("id"), documents.c.url == sa.bindparam("url")))
    .order_by(_LATEST)
    .limit(1)
)
_BYTES = Statement(sa.select(received.c.hash).where(received.c.hash == sa.bindparam("hash")))
_NEW_BYTES = inserting(received)
_AT_PLACE = (receipts.c.received == sa.bindparam("hash"), receipts.c.place == sa.bindparam("place"))
_RECEIPT = Statement(sa.select(receipts.c.key).where(*_AT_PLACE, receipts.c.document == sa.bindparam("document")))
_RECEIPTS = Statement(
    sa.select(*(receipts.c[n] for n in ("kind", "name", "url", "headers", "beside", "extractor"))).where(*_AT_PLACE)
)
_NEW_RECEIPT = inserting(receipts, numbered=True)


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """How one version of a report came in; `hash` is the SHA-256 of the bytes, `size` their number, `at` ISO 8601."""

    key: int
    report: str
    version: int
    hash: str
    size: int
    kind: str
    place: str
    url: str | None
    headers: tuple[tuple[str, str], ...]
    at: str
    extractor: str
    dated_by: str | None
    author: str | None
    marks: tuple[str, ...]
    stamped: bool


def keep(connection: sa.Connection, taken: Taken) -> None:
    """Keep the bytes of a report that the record holds, and how its text came of them; what is there stays as it is."""
    document = _document_of(connection, taken)
    if document is None:
        return
    piece = taken.received
    digest = hashlib.sha256(piece.content).hexdigest()
    if not _BYTES.rows(connection, {"hash": digest}):
        row = {"hash": digest, "content": zlib.compress(piece.content, 6), "size": len(piece.content), "stamp": None}
        _NEW_BYTES.many(connection, [row])
    if _RECEIPT.rows(connection, {"hash": digest, "place": piece.place, "document": document}):
        return
    receipt = {
        "document": document,
        "received": digest,
        "kind": piece.kind,
        "name": piece.name,
        "place": piece.place,
        "url": piece.url,
        "headers": _headers(piece),
        "beside": piece.beside,
        "at": piece.at or datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "extractor": taken.extractor,
        "dated_by": taken.dated_by,
        "author": taken.author,
        "marks": " ".join(taken.marks),
    }
    _NEW_RECEIPT.insert(connection, receipt)


def is_kept(connection: sa.Connection, taken: Taken) -> bool:
    """Say whether `keep` would change nothing."""
    piece = taken.received
    document = _document_of(connection, taken)
    wanted = {"hash": hashlib.sha256(piece.content).hexdigest(), "place": piece.place, "document": document}
    return document is None or bool(_RECEIPT.rows(connection, wanted))


def is_known(connection: sa.Connection, piece: Received, extractor: str) -> bool:
    """Say whether the record holds what these bytes give: the same bytes came from the same place with the same beside
    them, and this version of the extractor read them.
    """
    found = _RECEIPTS.rows(connection, {"hash": hashlib.sha256(piece.content).hexdigest(), "place": piece.place})
    own = (piece.kind, piece.name, piece.url, _headers(piece), piece.beside, extractor)
    return any((r.kind, r.name, r.url, r.headers, r.beside, r.extractor) == own for r in found)


def _headers(piece: Received) -> str:
    return json.dumps(piece.headers, ensure_ascii=False)


def _document_of(connection: sa.Connection, taken: Taken) -> int | None:
    """The key of the version of the report that holds just this text."""
    document = taken.document
    wanted = {"text": hash_of(document.text), "id": document.id, "url": document.url}
    found = (_BY_ID_OR_URL if document.url else _BY_ID).column(connection, wanted)
    return int(found[0]) if found else None


def list_receipts(connection: sa.Connection, report: str | None = None) -> Iterator[Receipt]:
    """Yield the receipts of one report, or of all, in the order in which they came.

    Raises:
        RecordError: the record holds no such report, or no bytes of it.
    """
    found = False
    for row in connection.execute(_receipts(report)):
        found = True
        yield _receipt(row)
    if report is not None and not found:
        raise RecordError(f"The record holds no received bytes of {report!r}; `marsad reports` lists the reports.")


def list_received(connection: sa.Connection, report: str | None = None) -> Iterator[tuple[Receipt, Received]]:
    """Yield each receipt with the bytes, as they arrived.

    Raises:
        RecordError: the bytes were changed: they no longer have their hash.
    """
    select = _receipts(report).add_columns(received.c.content, receipts.c.name, receipts.c.beside)
    for row in connection.execute(select.execution_options(yield_per=100)):
        receipt = _receipt(row)
        content = zlib.decompress(row.content)
        if hashlib.sha256(content).hexdigest() != receipt.hash:
            raise RecordError(f"The bytes of {receipt.report} are not those that were received; restore a copy.")
        yield (
            receipt,
            Received(
                content=content,
                kind=receipt.kind,
                name=row.name,
                place=receipt.place,
                url=receipt.url,
                headers=receipt.headers,
                beside=row.beside,
                at=receipt.at,
            ),
        )


def text_hash(connection: sa.Connection, receipt: int) -> str | None:
    """Return the SHA-256 of the text that a receipt's bytes once gave."""
    select = sa.select(documents.c.hash).join(receipts, receipts.c.document == documents.c.key)
    return connection.scalar(select.where(receipts.c.key == receipt))


def hash_of(text: str) -> str:
    """Return the SHA-256 of a text, as the record names it."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def set_stamp(connection: sa.Connection, digest: str, stamp: bytes) -> None:
    """Keep the time-stamp of received bytes."""
    connection.execute(received.update().where(received.c.hash == digest).values(stamp=stamp))


def unstamped(connection: sa.Connection, limit: int) -> list[tuple[str, bytes]]:
    """Return so many hashes, each with its bytes, that have no time-stamp yet."""
    select = sa.select(received.c.hash, received.c.content).where(received.c.stamp.is_(None)).limit(limit)
    return [(row.hash, zlib.decompress(row.content)) for row in connection.execute(select)]


def stamps(connection: sa.Connection) -> Iterator[tuple[str, bytes]]:
    """Yield the hashes of received bytes with their time-stamps."""
    select = sa.select(received.c.hash, received.c.stamp).where(received.c.stamp.is_not(None))
    for row in connection.execute(select.execution_options(yield_per=100)):
        yield row.hash, row.stamp


def _receipts(report: str | None) -> sa.Select[tuple[object, ...]]:
    names = ("key", "kind", "place", "url", "headers", "at", "extractor", "dated_by", "author", "marks")
    select = (
        sa.select(
            *(receipts.c[n] for n in names),
            documents.c.id.label("report"),
            documents.c.version,
            received.c.hash,
            received.c.size,
            received.c.stamp.is_not(None).label("stamped"),
        )
        .join(documents, documents.c.key == receipts.c.document)
        .join(received, received.c.hash == receipts.c.received)
        .order_by(receipts.c.key)
    )
    return select if report is None else select.where(documents.c.id == report)


def _receipt(row: sa.Row[tuple[object, ...]]) -> Receipt:
    values = {name: getattr(row, name) for name in Receipt.__struct_fields__}
    values["headers"] = tuple((str(k), str(v)) for k, v in json.loads(values["headers"]))
    values["marks"] = tuple(values["marks"].split())
    values["stamped"] = bool(values["stamped"])
    return Receipt(**values)
