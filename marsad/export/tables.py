"""One row per event or incident, for spreadsheets. Several values of a field share a cell, parted by "; "."""

from __future__ import annotations

import contextlib
import csv
import tempfile
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from marsad.errors import InputError
from marsad.export.columns import cell
from marsad.export.dictionary import describe
from marsad.export.extras import workbooks
from marsad.export.frame import Frame, text_into

_MOST_ROWS = 1_048_575
"""Rows under the header that a sheet of a workbook holds."""

_MOST_BYTES = 1_500_000_000
"""Bytes of a sheet; at two gigabytes the container would need an extension that Excel reports as damage."""
_LOOK_EVERY = 1_000

_LONGEST_CELL = 32_767


def write_csv(items: Iterable[Any], stream: BinaryIO, frame: Frame) -> int:
    """Write a header and one row per item; returns how many."""
    # Excel reads Arabic in a CSV file only behind a byte order mark.
    return _write_csv(items, stream, frame, encoding="utf-8-sig", hashtags=False)


def write_hxl(items: Iterable[Any], stream: BinaryIO, frame: Frame) -> int:
    """Write CSV with a row of HXL hashtags under the header; returns how many."""
    return _write_csv(items, stream, frame, encoding="utf-8", hashtags=True)


def _write_csv(items: Iterable[Any], stream: BinaryIO, frame: Frame, *, encoding: str, hashtags: bool) -> int:
    with text_into(stream, encoding) as text:
        rows = csv.writer(text)
        rows.writerow(c.name for c in frame.columns)
        if hashtags:
            rows.writerow(c.hxl for c in frame.columns)
        count = 0
        for item in items:
            count += 1
            rows.writerow([safe(cell(c, c.read(item))) for c in frame.columns])
    return count


def safe(value: Any) -> Any:
    """Keep a spreadsheet from running a report's words as a formula; write yes and no."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def write_xlsx(items: Iterable[Any], stream: BinaryIO, frame: Frame) -> int:
    """Write a workbook: a sheet of items (more where one is full), and one that says what the columns mean.

    Text is written as text, never as a formula, a number or a link. Returns how many items.
    """
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with (
        tempfile.TemporaryDirectory() as folder,
        _closing(workbooks().Workbook(stream, options | {"tmpdir": folder})) as book,
    ):
        bold = book.add_format({"bold": True})
        count, row, sheet = 0, 0, _add_sheet(book, frame, bold)
        for item in items:
            if row == _MOST_ROWS or (row % _LOOK_EVERY == 0 and sheet.row_data_fh.tell() > _MOST_BYTES):
                row, sheet = 0, _add_sheet(book, frame, bold)
            row += 1
            for column, c in enumerate(frame.columns):
                _put(sheet, row, column, cell(c, c.read(item)))
            count += 1
        about = book.add_worksheet("columns")
        for row, line in enumerate((("column", "English", "Arabic"), *describe(frame.subject, frame.columns))):
            for column, value in enumerate(line):
                about.write_string(row, column, value, bold if row == 0 else None)
        _finish(book)
    return count


def _finish(book: Any) -> None:
    try:
        book.close()
    except workbooks().exceptions.FileSizeError as error:
        raise InputError("This is too much for a workbook; take csv or parquet, or export part of it.") from error


@contextlib.contextmanager
def _closing(book: Any) -> Iterator[Any]:
    """Give a workbook, and close the files that it keeps its rows in where it was not finished."""
    try:
        yield book
    finally:
        for sheet in book.worksheets():
            sheet.row_data_fh.close()


def _add_sheet(book: Any, frame: Frame, bold: Any) -> Any:
    number = len(book.worksheets()) + 1
    sheet = book.add_worksheet(frame.subject + (f" {number}" if number > 1 else ""))
    sheet.freeze_panes(1, 0)
    for column, c in enumerate(frame.columns):
        sheet.write_string(0, column, c.name, bold)
    return sheet


def _put(sheet: Any, row: int, column: int, value: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value)
    else:
        text = str(value)
        sheet.write_string(row, column, text if len(text) < _LONGEST_CELL else text[: _LONGEST_CELL - 1] + "…")
