"""Many reports in one file: JSON Lines, and tables with a `text` column. One row in memory at a time."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from typing import IO, Any

from marsad.intake.documents import (
    MAX_BYTES,
    NOT_UTF8,
    InputProblem,
    Metadata,
    UnreadableError,
    make_document,
    metadata_from,
    problem,
)
from marsad.intake.pages import read_page
from marsad.model import Document

_JSON_ROW = 'write one object a line, like {"text": "…", "published": "2025-07-22"}'


def read_json_lines(
    stream: IO[bytes], path: str, name: str, said: Metadata, first: bytes = b""
) -> Iterator[Document | InputProblem]:
    """Yield the report of each line, but blank ones; `first` is a line that was already taken from the stream."""
    number = 0
    for number, line in enumerate(_lines(stream, first), 1):
        where = f"{path}:{number}"
        try:
            if line is None:
                raise UnreadableError(
                    f"the line is longer than {MAX_BYTES // 1024 // 1024} MB", "split it into its reports"
                )
            if line.strip():
                yield _json_document(line, f"{name}:{number}", said)
        except json.JSONDecodeError as error:
            reason = f"not JSON ({error.msg})"
            yield InputProblem(where=f"{where}:{error.colno}", reason=reason, remedy=_JSON_ROW)
        except UnreadableError as why:
            yield problem(where, why)
    if not number:
        yield InputProblem(where=path, reason="the file is empty", remedy=_JSON_ROW)


def _lines(stream: IO[bytes], first: bytes) -> Iterator[bytes | None]:
    """The lines of the stream; None for a line that is too long to hold."""
    line = first or stream.readline(MAX_BYTES)
    line = line.removeprefix(b"\xef\xbb\xbf")
    while line:
        if len(line) >= MAX_BYTES and not line.endswith(b"\n"):
            while line and not line.endswith(b"\n"):
                line = stream.readline(MAX_BYTES)
            yield None
        else:
            yield line
        line = stream.readline(MAX_BYTES)


def _json_document(line: bytes, name: str, said: Metadata) -> Document:
    try:
        row: Any = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise UnreadableError(f"byte {error.start + 1} of the line is not UTF-8", NOT_UTF8) from error
    except RecursionError as error:
        raise UnreadableError("the JSON is nested too deeply", _JSON_ROW) from error
    except json.JSONDecodeError:
        raise
    except ValueError as error:
        raise UnreadableError(f"not JSON ({error})", _JSON_ROW) from error
    if not isinstance(row, dict):
        raise UnreadableError("the line is JSON, but no object", _JSON_ROW)
    return _row_document(row, name, said)


def _row_document(row: dict[str, Any], name: str, said: Metadata) -> Document:
    metadata = metadata_from(row)
    text, page = row.get("text"), row.get("html")
    if text is None and isinstance(page, str):
        text, found = read_page(page)
        metadata = Metadata(
            id=metadata.id,
            title=metadata.title or found.title,
            published=metadata.published or found.published,
            publisher=metadata.publisher or found.publisher,
            url=metadata.url or found.url,
            language=metadata.language,
            story_dates=metadata.story_dates,
        )
    if not isinstance(text, str):
        found_as = "missing" if text is None and page is None else "not a string"
        raise UnreadableError(f"'text' (or 'html') is {found_as}", _JSON_ROW)
    return make_document(name, text, metadata, said)


def read_table(stream: IO[bytes], path: str, name: str, said: Metadata) -> Iterator[Document | InputProblem]:
    """Yield the report of each row of a CSV or TSV file whose header names a `text` column."""
    csv.field_size_limit(MAX_BYTES)
    lines = _decoded(stream)
    head = next(lines, "")
    columns = [c.strip() for c in next(csv.reader([head], delimiter=_delimiter(path, head)), [])]
    if "text" not in columns and "html" not in columns:
        reason = f"the header has no 'text' column (it has: {', '.join(columns)[:80] or 'nothing'})"
        yield InputProblem(where=f"{path}:1", reason=reason, remedy="name the column of the report texts 'text'")
        return
    rows = csv.reader(lines, delimiter=_delimiter(path, head), strict=True)
    count = 0
    while True:
        line = rows.line_num + 2
        try:
            cells = next(rows, None)
            if cells is None:
                break
            if cells:
                count += 1
                yield _row_document(_table_row(columns, cells), f"{name}:{line}", said)
        except csv.Error as error:
            count += 1
            remedy = "put quotes around cells with line breaks or separators, and double the quotes inside them"
            yield InputProblem(where=f"{path}:{line}", reason=f"the row is broken ({error})", remedy=remedy)
        except UnreadableError as why:
            yield problem(f"{path}:{line}", why)
    if not count:
        yield InputProblem(where=path, reason="there is a header, but no row", remedy="add the reports, one a row")


def _decoded(stream: IO[bytes]) -> Iterator[str]:
    """Decode line by line; bytes that are not UTF-8 become lone surrogates, which the check of each text reports."""
    for line in _lines(stream, b""):
        yield "\n" if line is None else line.decode("utf-8", "surrogateescape")


def _delimiter(path: str, head: str) -> str:
    if path.lower().endswith(".tsv"):
        return "\t"
    return max(",;\t", key=head.count)


def _table_row(columns: list[str], cells: list[str]) -> dict[str, Any]:
    if len(cells) > len(columns):
        raise UnreadableError(
            f"the row has {len(cells)} cells, the header {len(columns)}", "put quotes around cells with separators"
        )
    row: dict[str, Any] = {c: v or None for c, v in zip(columns, cells, strict=False)}
    if row.get("stories"):
        try:
            row["stories"] = json.loads(row["stories"])
        except ValueError as error:
            raise UnreadableError(f"'stories' is not JSON ({error})", "write a JSON list, or leave it empty") from error
    return row
