"""Export: the table of formats that events can be written in, and the writer that never leaves half a file behind."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TextIO

from marsad.errors import InputError
from marsad.export.contract import write_json_lines
from marsad.export.geo import write_geojson
from marsad.export.tables import write_csv
from marsad.model import Document, Event

Writer = Callable[[Iterable[tuple[Document, Event]], TextIO], int]

FORMATS: Mapping[str, Writer] = {"csv": write_csv, "geojson": write_geojson, "jsonl": write_json_lines}


def pick_format(path: str, wanted: str | None) -> str:
    """Return the format that was asked for, or the one that the file's ending names.

    Raises:
        InputError: neither names a format.
    """
    name = wanted or Path(path).suffix.lstrip(".").lower()
    if name not in FORMATS:
        known = ", ".join(FORMATS)
        raise InputError(f"{name or path!r} is no export format; give --format, or a file ending: {known}.")
    return name


def write_file(path: str, name: str, events: Iterable[tuple[Document, Event]]) -> int:
    """Write the events to `path` and return how many.

    Raises:
        InputError: the file cannot be written.
    """
    # Excel reads Arabic in a CSV file only behind a byte order mark.
    with replacing(path, "utf-8-sig" if name == "csv" else "utf-8") as stream:
        return FORMATS[name](events, stream)


@contextlib.contextmanager
def replacing(path: str, encoding: str = "utf-8") -> Iterator[TextIO]:
    """Give a stream whose content becomes the file at `path` once it is whole; on an error the old file stays.

    Raises:
        InputError: the file cannot be written.
    """
    target = Path(path)
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        with os.fdopen(handle, "w", encoding=encoding, newline="") as stream:
            yield stream
        Path(temporary).chmod(0o644)
        Path(temporary).replace(target)
    except OSError as error:
        raise InputError(f"{path} cannot be written ({error.strerror}); check the folder and its disk.") from error
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
