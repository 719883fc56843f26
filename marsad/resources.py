"""Reads and checks the TSV and YAML files under `data/`.

Columns are declared once, as a msgspec Struct beside the code that uses the rows: field names are the header, `str | None`
fields may be empty, `int`, `float` and `bool` fields are converted. Loading fails with file, line and column.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import types
import typing
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

from marsad.errors import ResourceError

DATA = Path(__file__).parent / "data"

Array = npt.NDArray[Any]
_PACKED = b"MARSADP1"

Row = TypeVar("Row", bound=msgspec.Struct)


def read_tsv(path: Path, row_class: type[Row]) -> list[Row]:
    """Return the rows of a TSV file as structs of `row_class`; row k stands on line k + 2 (line 1 is the header).

    Raises:
        ResourceError: the file is missing, its header differs from the struct's fields, or a cell does not convert.
    """
    lines = read_text(path).split("\n")
    if lines and not lines[-1]:
        lines.pop()
    columns = list(msgspec.structs.fields(row_class))
    header = "\t".join(f.name for f in columns)
    if not lines or lines[0] != header:
        raise ResourceError(f"{path.name}:1 has the header {lines[0] if lines else ''!r}; expected {header!r}.")
    converters = [(f.name, *_converter(f.type)) for f in columns]
    quick = _columns(lines[1:], converters)
    if quick is not None:
        return list(map(row_class, *quick))
    rows: list[Row] = []
    for number, line in enumerate(lines[1:], 2):
        cells = line.split("\t")
        if len(cells) != len(columns):
            raise ResourceError(f"{path.name}:{number} has {len(cells)} columns; expected {len(columns)}: {header!r}.")
        rows.append(row_class(*[_cell(path, number, c, how) for c, how in zip(cells, converters, strict=True)]))
    return rows


def _columns(lines: list[str], converters: list[tuple[str, Any, bool]]) -> list[list[Any]] | None:
    """Convert whole columns at once, or return None if any cell is wrong: then cell by cell finds out which."""
    width = len(converters)
    if not lines or any(line.count("\t") != width - 1 for line in lines):
        return None
    cells = "\t".join(lines).split("\t")
    found: list[list[Any]] = []
    for start, (_, kind, may_be_empty) in enumerate(converters):
        column: list[Any] = cells[start::width]
        has_gaps = "" in column
        if has_gaps and not may_be_empty:
            return None
        if kind is bool:
            if not {"yes", "no", ""}.issuperset(column):
                return None
            column = [cell == "yes" if cell else None for cell in column]
        elif kind is not str:
            try:
                column = [kind(cell) if cell else None for cell in column]
            except ValueError:
                return None
        elif has_gaps:
            column = [cell or None for cell in column]
        found.append(column)
    return found


def read_yaml(path: Path) -> Any:
    """Return the parsed YAML file.

    Raises:
        ResourceError: the file is missing or is not YAML.
    """
    import yaml  # most of what runs reads no YAML

    try:
        return yaml.load(read_text(path), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        raise ResourceError(f"{path.name} is not valid YAML: {error}") from error


def read_text(path: Path) -> str:
    """Return a data file's text.

    Raises:
        ResourceError: the file is missing or not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ResourceError(f"{path} cannot be read: {error.strerror}. Reinstall marsad.") from error
    except UnicodeDecodeError as error:
        raise ResourceError(f"{path.name} is not UTF-8: byte {error.start}.") from error


def derived(
    name: str, sources: Sequence[Path], code: Sequence[Path], make: Callable[[], dict[str, Array]]
) -> dict[str, Array]:
    """Return the arrays that `make` makes of source files, kept as NAME.packed beside the first of them to load at once.

    What is kept holds as long as the bytes of the sources, and of the code that makes it, are the same. Where that folder
    cannot be written it is kept among the user's caches, and where that fails too it is made every time.

    Raises:
        ResourceError: a source is missing.
    """
    key = hashlib.blake2b(_PACKED, digest_size=16)
    for path in (*sources, *code):
        content = _read_bytes(path)
        key.update(len(content).to_bytes(8, "little"))
        key.update(content)
    head = _PACKED + key.digest()
    places = (sources[0].with_name(f"{name}.packed"), _caches() / f"{name}.packed")
    for place in places:
        found = _unpack(place, head)
        if found is not None:
            return found
    arrays = make()
    for place in places:
        if _pack(place, head, arrays):
            break
    return arrays


def as_bytes(text: str) -> Array:
    """Return a text as an array of its bytes."""
    return np.frombuffer(text.encode(), dtype=np.uint8)


def as_text(data: Array) -> str:
    """Return the text that `as_bytes` made an array of."""
    return data.tobytes().decode()


def _caches() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "marsad"


def _pack(path: Path, head: bytes, arrays: dict[str, Array]) -> bool:
    """Write arrays to a file, all or nothing; say whether that went well."""
    table = json.dumps([(name, array.dtype.str, len(array)) for name, array in arrays.items()]).encode()
    table += b" " * (-(len(head) + 4 + len(table)) % 8)
    parts = [head, len(table).to_bytes(4, "little"), table, *map(_padded, arrays.values())]
    scratch = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch.write_bytes(b"".join(parts))
        scratch.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            scratch.unlink()
        return False
    return True


def _unpack(path: Path, head: bytes) -> dict[str, Array] | None:
    """The arrays in a file, or None if it is not there, not whole, or made of something else."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    if not data.startswith(head):
        return None
    at = len(head) + 4
    end = at + int.from_bytes(data[at - 4 : at], "little")
    found: dict[str, Array] = {}
    for name, dtype, length in json.loads(data[at:end]):
        kind = np.dtype(dtype)
        size = length * kind.itemsize
        if end + size > len(data):
            return None
        found[name] = np.frombuffer(data, dtype=kind, count=length, offset=end)
        end += size + -size % 8
    return found if end == len(data) else None


def _padded(array: Array) -> bytes:
    """The bytes of an array, filled up so that the next one begins at a round place."""
    data = array.tobytes()
    return data + bytes(-len(data) % 8)


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ResourceError(f"{path} cannot be read: {error.strerror}. Reinstall marsad.") from error


def _converter(annotation: Any) -> tuple[Any, bool]:
    """The plain type of a column and whether it may be empty."""
    if isinstance(annotation, types.UnionType) or typing.get_origin(annotation) is typing.Union:
        options = [a for a in typing.get_args(annotation) if a is not type(None)]
        return options[0], True
    return annotation, False


def _cell(path: Path, number: int, cell: str, how: tuple[str, Any, bool]) -> Any:
    name, kind, may_be_empty = how
    if not cell:
        if may_be_empty:
            return None
        raise ResourceError(f"{path.name}:{number} column {name}: is empty; give a value.")
    if kind is str:
        return cell
    if kind is bool:
        if cell in ("yes", "no"):
            return cell == "yes"
        raise ResourceError(f"{path.name}:{number} column {name}: {cell!r} is neither yes nor no.")
    try:
        return kind(cell)
    except ValueError as error:
        raise ResourceError(f"{path.name}:{number} column {name}: {cell!r} is not a valid {kind.__name__}.") from error
