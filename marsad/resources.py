"""Reads and checks the TSV and YAML files under `data/`.

Columns are declared once, as a msgspec Struct beside the code that uses the rows: field names are the header, `str | None`
fields may be empty, `int`, `float` and `bool` fields are converted. Loading fails with file, line and column.
"""

from __future__ import annotations

import types
import typing
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from marsad.errors import ResourceError

DATA = Path(__file__).parent / "data"

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
