"""Many reports in one file: JSON Lines, and tables with a `text` column. One row in memory at a time."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import IO, Any

from marsad.intake.charsets import charset_of, decode, refuse_garbled
from marsad.intake.documents import (
    MAX_BYTES,
    NOT_UTF8,
    Beside,
    InputProblem,
    UnreadableError,
    Where,
    make_document,
    metadata_from,
    taken,
)
from marsad.intake.pages import read_page
from marsad.model import Received, Taken

_JSON_ROW = 'write one object a line, like {"text": "…", "published": "2025-07-22"}'
_SNIFFED = 200_000


# ---- taking files apart ---------------------------------------------------------------------------------------------


def split_json_lines(stream: IO[bytes], where: Where, first: bytes = b"") -> Iterator[Received | InputProblem]:
    """Yield the row of each line, but blank ones; `first` is a line that was already taken from the stream."""
    number = 0
    for number, line in enumerate(_lines(stream, first), 1):
        if line is None:
            reason = f"the line is longer than {MAX_BYTES // 1024 // 1024} MB"
            yield InputProblem(where=f"{where.path}:{number}", reason=reason, remedy="split it into its reports")
        elif line.strip():
            yield where.received(line, "row", at=f":{number}")
    if not number:
        yield InputProblem(where=where.path, reason="the file is empty", remedy=_JSON_ROW)


def split_table(stream: IO[bytes], where: Where) -> Iterator[Received | InputProblem]:
    """Yield the rows of a CSV or TSV file whose header names a `text` column, each with the header above it."""
    lines = _Lines(stream)
    csv.field_size_limit(MAX_BYTES)
    head = next(lines, "")
    separator = _separator(where.path, head)
    columns = [c.strip() for c in next(csv.reader([head], delimiter=separator), [])]
    if "text" not in columns and "html" not in columns:
        reason = f"the header has no 'text' column (it has: {', '.join(columns)[:80] or 'nothing'})"
        yield InputProblem(where=f"{where.path}:1", reason=reason, remedy="name the column of the report texts 'text'")
        return
    lines.take()
    headers = (("charset", lines.charset), ("separator", separator))
    rows = csv.reader(lines, delimiter=separator, strict=True)
    count = 0
    while True:
        line = rows.line_num + 2
        try:
            cells = next(rows, None)
        except csv.Error as error:
            lines.take()
            count += 1
            remedy = "put quotes around cells with line breaks or separators, and double the quotes inside them"
            reason = f"the row is broken ({error})"
            yield InputProblem(where=f"{where.path}:{line}", reason=reason, remedy=remedy)
            continue
        raw = lines.take()
        if cells is None:
            break
        if cells:
            count += 1
            yield where.received(lines.head + raw, "cells", at=f":{line}", headers=headers)
    if not count:
        yield InputProblem(
            where=where.path, reason="there is a header, but no row", remedy="add the reports, one a row"
        )


class _Lines:
    """The decoded lines of a table, which keeps the bytes of those that were not taken yet."""

    def __init__(self, stream: IO[bytes]) -> None:
        first = stream.read(_SNIFFED)
        try:
            self.charset = charset_of(first, partial=True)
        except UnreadableError:
            # Bytes that are not UTF-8 become lone surrogates, which the check of each text reports.
            self.charset = "utf-8"
        self.head = b""
        self._bytes: list[bytes] = []
        self._source = (
            iter(_lines(stream, first)) if not self.charset.startswith("utf-16") else _wide_lines(first, stream)
        )

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self._source)
        if line is None:
            line = b"\n"
        self._bytes.append(line)
        text = line.decode("utf-8" if self.charset.startswith("utf-16") else self.charset, "surrogateescape")
        return text.removeprefix("\ufeff")

    def take(self) -> bytes:
        """Return the bytes of the lines since the last time; the first are the header."""
        taken_bytes = b"".join(self._bytes)
        self._bytes.clear()
        if not self.head:
            self.head = taken_bytes
        return taken_bytes


def _wide_lines(first: bytes, stream: IO[bytes]) -> Iterator[bytes | None]:
    """The lines of a UTF-16 table, as UTF-8; such tables come from spreadsheets and are short."""
    rest = stream.read(MAX_BYTES)
    text = decode(first + rest)
    yield from (line.encode() for line in io.StringIO(text, newline="\n"))


def _lines(stream: IO[bytes], first: bytes) -> Iterator[bytes | None]:
    """The lines of the stream, after those in `first`; None for a line that is too long to hold."""
    whole, _, cut = first.removeprefix(b"\xef\xbb\xbf").rpartition(b"\n")
    if whole or _:
        yield from (line + b"\n" for line in whole.split(b"\n"))
    line = cut + stream.readline(MAX_BYTES)
    while line:
        if len(line) >= MAX_BYTES and not line.endswith(b"\n"):
            while line and not line.endswith(b"\n"):
                line = stream.readline(MAX_BYTES)
            yield None
        else:
            yield line
        line = stream.readline(MAX_BYTES)


def _separator(path: str, head: str) -> str:
    if path.lower().endswith(".tsv"):
        return "\t"
    return max(",;\t", key=head.count)


# ---- reading one row ------------------------------------------------------------------------------------------------


def read_row(received: Received) -> Taken:
    """Return the report in one JSON object.

    Raises:
        UnreadableError: it is no JSON object, or has no text.
    """
    try:
        row: Any = json.loads(received.content.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise UnreadableError(f"byte {error.start + 1} of the line is not UTF-8", NOT_UTF8) from error
    except RecursionError as error:
        raise UnreadableError("the JSON is nested too deeply", _JSON_ROW) from error
    except json.JSONDecodeError as error:
        raise UnreadableError(f"not JSON ({error.msg})", _JSON_ROW, at=f":{error.colno}") from error
    except ValueError as error:
        raise UnreadableError(f"not JSON ({error})", _JSON_ROW) from error
    if not isinstance(row, dict):
        raise UnreadableError("the line is JSON, but no object", _JSON_ROW)
    return _take_row(row, received)


def read_cells(received: Received) -> Taken:
    """Return the report in one row of a table, which stands below its header.

    Raises:
        UnreadableError: the row does not fit the header, or has no text.
    """
    known = dict(received.headers)
    charset = known.get("charset", "utf-8")
    text = received.content.decode("utf-8" if charset.startswith("utf-16") else charset, "surrogateescape")
    csv.field_size_limit(MAX_BYTES)
    lines = io.StringIO(text.removeprefix("\ufeff"), newline="\n")
    rows = csv.reader(lines, delimiter=known.get("separator", ","), strict=True)
    columns = [c.strip() for c in next(rows, [])]
    cells = next(rows, [])
    if len(cells) > len(columns):
        raise UnreadableError(
            f"the row has {len(cells)} cells, the header {len(columns)}", "put quotes around cells with separators"
        )
    row: dict[str, Any] = {c: v or None for c, v in zip(columns, cells, strict=False)}
    if row.get("stories"):
        try:
            row["stories"] = json.loads(row["stories"])
        except (ValueError, RecursionError) as error:
            raise UnreadableError(f"'stories' is not JSON ({error})", "write a JSON list, or leave it empty") from error
    return _take_row(row, received)


def _take_row(row: dict[str, Any], received: Received) -> Taken:
    beside = Beside.of(received)
    metadata = metadata_from(row)
    text, page = row.get("text"), row.get("html")
    if text is None and isinstance(page, str):
        read = read_page(page)
        document = make_document(received.name, read.text, metadata.or_else(read.metadata), beside.said)
        dated_by = "row" if metadata.published else read.dated_by
        return taken(document, received, dated_by=dated_by, author=read.author, marks=read.marks)
    if not isinstance(text, str):
        found_as = "missing" if text is None and page is None else "not a string"
        raise UnreadableError(f"'text' (or 'html') is {found_as}", _JSON_ROW)
    refuse_garbled(text)
    document = make_document(received.name, text, metadata, beside.said)
    author = row.get("author")
    return taken(
        document,
        received,
        dated_by="row" if metadata.published else None,
        author=author if isinstance(author, str) else None,
    )
