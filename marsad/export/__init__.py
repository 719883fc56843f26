"""Export: the table of formats that events and incidents can be written in, and the writer that never leaves half a file."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, TextIO

import msgspec

from marsad.errors import InputError
from marsad.export.arrow import write_geoparquet, write_parquet
from marsad.export.codes import write_acled, write_plover, write_ucdp
from marsad.export.contract import write_json_lines
from marsad.export.entities import write_entities
from marsad.export.feeds import write_atom
from marsad.export.frame import Frame, Writer, text_into
from marsad.export.geo import write_geojson, write_geojson_lines, write_kml
from marsad.export.gold import write_gold
from marsad.export.tables import write_csv, write_hxl, write_xlsx


class Format(msgspec.Struct, frozen=True, kw_only=True):
    """A format: its writer, the endings of its files, its media type, in a few words what it is for; `needs_text` says
    that it quotes from reports, `about` what it can hold.
    """

    write: Writer
    endings: tuple[str, ...]
    media: str
    use: str
    about: tuple[str, ...] = ("events", "incidents")
    needs_text: bool = False


FORMATS: Mapping[str, Format] = {
    "csv": Format(write=write_csv, endings=(".csv",), media="text/csv", use="spreadsheets"),
    "xlsx": Format(
        write=write_xlsx,
        endings=(".xlsx",),
        media="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        use="Excel and LibreOffice",
    ),
    "jsonl": Format(
        write=write_json_lines,
        endings=(".jsonl", ".ndjson"),
        media="application/x-ndjson",
        use="programs; all there is",
    ),
    "geojson": Format(write=write_geojson, endings=(".geojson",), media="application/geo+json", use="maps"),
    "geojsonl": Format(
        write=write_geojson_lines, endings=(".geojsonl",), media="application/geo+json-seq", use="maps, line by line"
    ),
    "parquet": Format(
        write=write_parquet, endings=(".parquet",), media="application/vnd.apache.parquet", use="DuckDB, pandas, polars"
    ),
    "geoparquet": Format(
        write=write_geoparquet,
        endings=(".geoparquet",),
        media="application/vnd.apache.parquet",
        use="geopandas, QGIS",
    ),
    "plover": Format(
        write=write_plover,
        endings=(".plover.jsonl",),
        media="application/x-ndjson",
        use="PLOVER codes in POLECAT's columns",
    ),
    "acled": Format(write=write_acled, endings=(".acled.csv",), media="text/csv", use="ACLED's columns"),
    "ucdp": Format(write=write_ucdp, endings=(".ucdp.csv",), media="text/csv", use="columns of UCDP's GED"),
    "hxl": Format(write=write_hxl, endings=(".hxl.csv",), media="text/csv", use="humanitarian data (HXL hashtags)"),
    "kml": Format(write=write_kml, endings=(".kml",), media="application/vnd.google-earth.kml+xml", use="Google Earth"),
    "atom": Format(write=write_atom, endings=(".atom",), media="application/atom+xml", use="feed readers"),
    "ftm": Format(
        write=write_entities,
        endings=(".ftm.jsonl", ".ftm.json"),
        media="application/x-ndjson",
        use="FollowTheMoney and Aleph",
    ),
    "gold": Format(
        write=write_gold,
        endings=(".gold.jsonl",),
        media="application/x-ndjson",
        use="annotation and `marsad score`",
        about=("events",),
        needs_text=True,
    ),
}


def pick_format(path: str, wanted: str | None) -> str:
    """Return the format that was asked for, or the one that the file's ending names.

    Raises:
        InputError: neither names a format.
    """
    if wanted is not None and wanted in FORMATS:
        return wanted
    name = path.lower()
    # The longest ending that fits: a .acled.csv is also a .csv.
    fitting = [(e, f) for f, form in FORMATS.items() for e in form.endings if name.endswith(e)]
    if wanted is None and fitting:
        return max(fitting, key=lambda pair: len(pair[0]))[1]
    known = ", ".join(FORMATS)
    raise InputError(f"{wanted or Path(path).name!r} is no export format; give --format, or a file ending: {known}.")


def write_file(path: str, name: str, items: Iterable[Any], frame: Frame) -> int:
    """Write the items to `path` and return how many were written.

    Raises:
        InputError: the file cannot be written, or the format does not hold such items.
    """
    with replacing_bytes(path) as stream:
        return write_stream(stream, name, items, frame)


def write_stream(stream: BinaryIO, name: str, items: Iterable[Any], frame: Frame) -> int:
    """Write the items to an open stream and return how many were written.

    Raises:
        InputError: the format does not hold such items.
    """
    form = FORMATS[name]
    if frame.subject not in form.about:
        raise InputError(f"The format {name} holds {', '.join(form.about)}; export these.")
    return form.write(items, stream, frame)


@contextlib.contextmanager
def replacing_bytes(path: str) -> Iterator[BinaryIO]:
    """Give a stream whose content becomes the file at `path` once it is whole; on an error the old file stays.

    A link goes on leading where it led, and a file that is there keeps who may read it. What is no file, such as a pipe or
    `/dev/stdout`, is written to as it comes.

    Raises:
        InputError: the file cannot be written.
    """
    target = Path(path)
    try:
        if target.exists() and not target.is_file() and not target.is_dir():
            with target.open("wb") as stream:
                yield stream
            return
        with _replacing_file(target.resolve()) as stream:
            yield stream
    except OSError as error:
        raise InputError(f"{path} cannot be written ({error.strerror}); check the folder and its disk.") from error


@contextlib.contextmanager
def _replacing_file(target: Path) -> Iterator[BinaryIO]:
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:60]}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(handle)  # a name that outlives a power cut must not name half a file
        Path(temporary).chmod(_mode_of(target))
        Path(temporary).replace(target)
    finally:
        Path(temporary).unlink(missing_ok=True)


def _mode_of(target: Path) -> int:
    """Who may read and write a file: as before, or as new files of this user."""
    return stat.S_IMODE(target.stat().st_mode) if target.exists() else usual_mode(0o666)


def usual_mode(most: int) -> int:
    """Return who may read and write what this user makes anew, of `most`."""
    mask = os.umask(0o077)
    os.umask(mask)
    return most & ~mask


@contextlib.contextmanager
def replacing(path: str, encoding: str = "utf-8") -> Iterator[TextIO]:
    """Give a text stream, as `replacing_bytes` does.

    Raises:
        InputError: the file cannot be written.
    """
    with replacing_bytes(path) as stream, text_into(stream, encoding) as text:
        yield text
