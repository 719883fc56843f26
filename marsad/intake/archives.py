"""Archives: zip, WARC, WACZ. Members are read as streams and never written to disk; their names are only for people."""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO, TYPE_CHECKING, cast

from marsad.intake.documents import InputProblem, UnreadableError, Where, problem
from marsad.intake.limits import MAX_DEPTH, MAX_DIRECTORY, MAX_MEMBERS, Unpacked, refuse_bomb, slurp
from marsad.model import Received

if TYPE_CHECKING:
    from fastwarc.warc import WarcRecord

Split = Callable[[IO[bytes], Where, int], Iterator[Received | InputProblem]]
"""Takes a file apart: its bytes, where it was found, and how deep in archives that is."""

_DAMAGED = "fetch or pack it again"
_CHUNK_SIZE = re.compile(rb"([0-9a-fA-F]{1,8})[^\n]{0,100}\n")
_SKIPPED = ("__MACOSX/", ".DS_Store")
_PAGES = ("text/html", "application/xhtml+xml")
_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    struct.error,
    ValueError,
    OSError,
)


def split_zip(stream: IO[bytes], where: Where, depth: int, split: Split) -> Iterator[Received | InputProblem]:
    """Yield the reports of every member of a zip archive, each taken apart by `split`."""
    if depth >= MAX_DEPTH:
        raise UnreadableError("archives are packed in one another too deeply", "unpack the outer one first")
    source = stream if stream.seekable() else io.BytesIO(slurp(stream))
    size = _directory_size(source)
    if size > MAX_DIRECTORY:
        raise UnreadableError(f"its directory takes {size // 1_000_000} MB", "pack fewer files into one archive")
    try:
        archive = zipfile.ZipFile(source)
    except _ERRORS as error:
        raise UnreadableError(f"is not a sound zip archive ({_cause(error)})", _DAMAGED) from error
    with archive:
        # is_dir() trips over a member without a name.
        members = [
            m for m in archive.infolist() if not m.filename.endswith("/") and not m.filename.startswith(_SKIPPED)
        ]
        if len(members) > MAX_MEMBERS:
            raise UnreadableError(f"it has {len(members):,} members", "pack fewer files into one archive")
        if not members:
            yield InputProblem(where=where.path, reason="the archive is empty", remedy="pack the reports into it")
        total = 0
        for member in members:
            inside = where.inside(member.filename)
            try:
                with _open_member(archive, member) as unpacked:
                    yield from split(cast("IO[bytes]", io.BufferedReader(unpacked)), inside, depth + 1)
                total += unpacked.count
                refuse_bomb(0, total)
            except UnreadableError as why:
                yield problem(inside.path, why)
            except _ERRORS as error:
                reason = f"the member cannot be unpacked ({_cause(error)})"
                yield InputProblem(where=inside.path, reason=reason, remedy=_DAMAGED)


def _open_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Unpacked:
    if member.flag_bits & 1:
        raise UnreadableError("the member is encrypted", "unpack it with its password, and give the files")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise UnreadableError("the member is a link to another file", "pack the file itself")
    refuse_bomb(member.file_size, member.compress_size)
    return Unpacked(archive.open(member), member.compress_size)


def _directory_size(stream: IO[bytes]) -> int:
    """The size of a zip archive's directory as its end states it, before anybody reads it into memory; 0 if unknown."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, size - 66_000))
    tail = stream.read(66_000)
    stream.seek(0)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 20:
        return 0
    stated = int(struct.unpack_from("<L", tail, at + 12)[0])
    wide = tail.rfind(b"PK\x06\x06")
    if stated == 0xFFFFFFFF and 0 <= wide <= len(tail) - 56:
        stated = int(struct.unpack_from("<Q", tail, wide + 40)[0])
    return min(stated, size)


def _cause(error: Exception) -> str:
    return " ".join(str(error).split())[:100] or type(error).__name__


# ---- WARC -----------------------------------------------------------------------------------------------------------


def split_warc(stream: IO[bytes], where: Where) -> Iterator[Received | InputProblem]:
    """Yield the pages that a WARC file holds: answers with status 200 that are HTML or plain text."""
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    kinds = WarcRecordType.response | WarcRecordType.resource | WarcRecordType.conversion
    found = 0
    try:
        for record in ArchiveIterator(
            cast("IO[bytes]", _Tape(stream)), record_types=kinds, parse_http=True, auto_decode="none"
        ):
            at = f"@{record.stream_pos}"
            try:
                piece = _page_of(record, where, at)
            except UnreadableError as why:
                found += 1
                yield problem(where.path + at, why)
                continue
            if piece is not None:
                found += 1
                yield piece
    except UnreadableError:
        raise
    except _ERRORS as error:
        raise UnreadableError(f"the WARC file is damaged ({_cause(error)})", _DAMAGED) from error
    except BaseException as error:
        # A panic of the library's Rust code is no Exception, but means the same.
        if type(error).__name__ != "PanicException":
            raise
        raise UnreadableError("the WARC file is damaged beyond what its reader stands", _DAMAGED) from error
    if not found:
        yield InputProblem(
            where=where.path, reason="the WARC file holds no page with text", remedy="crawl the pages again"
        )


class _Tape:
    """A stream that only goes on: packed ones cannot go back, and the library would try."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._at = 0

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._at += len(data)
        return data

    def tell(self) -> int:
        return self._at


def _page_of(record: WarcRecord, where: Where, at: str) -> Received | None:
    http = record.http_headers
    kind = (record.http_content_type or record.headers.get("Content-Type") or "").split(";")[0].strip().lower()
    if http is not None and http.status_code != 200:
        return None
    if kind not in (*_PAGES, "text/plain"):
        return None
    if str(record.headers.get("WARC-Target-URI")).strip("<>").endswith("/robots.txt"):
        return None
    raw = slurp(cast("IO[bytes]", record.reader))
    headers = tuple((str(k), str(v)) for k, v in http.items()) if http is not None else ()
    content = unpack_body(raw, {k.lower(): v for k, v in headers})
    url = record.headers.get("WARC-Target-URI")
    place = Where(
        path=where.path,
        name=where.name,
        beside=where.beside,
        url=url.strip("<>") if url else None,
        headers=headers,
        time=record.headers.get("WARC-Date"),
    )
    return place.received(content, "page" if kind in _PAGES else "text", at=at)


def unpack_body(body: bytes, headers: dict[str, str]) -> bytes:
    """Return the body of an answer over HTTP without the chunks and the packing that its headers (lower case) name.

    Raises:
        UnreadableError: it is damaged, packed in an unknown way, or a bomb.
    """
    if "chunked" in headers.get("transfer-encoding", "").lower() and _CHUNK_SIZE.match(body):
        body = _joined_chunks(body)
    for coding in reversed([c.strip().lower() for c in headers.get("content-encoding", "").split(",") if c.strip()]):
        if coding in ("gzip", "x-gzip", "deflate"):
            body = _inflate(body, deflate=coding == "deflate")
        elif coding not in ("identity", "utf-8"):
            raise UnreadableError(f"the answer is packed as {coding[:20]!r}", "ask for it unpacked, or packed as gzip")
    return body


def _inflate(body: bytes, *, deflate: bool) -> bytes:
    if not deflate and not body.startswith(b"\x1f\x8b"):
        # Servers that declare gzip and send plain text are common.
        return body
    for window in (15, -15) if deflate else (31,):
        engine = zlib.decompressobj(window)
        pieces: list[bytes] = []
        size = 0
        try:
            data = body
            while data and not engine.eof:
                piece = engine.decompress(data, 1 << 20)
                pieces.append(piece)
                size += len(piece)
                refuse_bomb(size, len(body))
                data = engine.unconsumed_tail
                if not piece and not data:
                    break
            return b"".join(pieces)
        except zlib.error as error:
            last = error
    raise UnreadableError(f"the packed answer is damaged ({last})", _DAMAGED)


def _joined_chunks(body: bytes) -> bytes:
    pieces: list[bytes] = []
    at = 0
    while found := _CHUNK_SIZE.match(body, at):
        length = int(found[1], 16)
        if not length:
            break
        pieces.append(body[found.end() : found.end() + length])
        at = found.end() + length
        if body[at : at + 2] == b"\r\n":
            at += 2
    return b"".join(pieces)
