"""What columns mean, in both languages, from `data/columns.yaml`."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from marsad.codebook import Text, load_codebook
from marsad.errors import ResourceError
from marsad.resources import DATA, read_yaml


@functools.cache
def load_dictionary() -> dict[str, dict[str, Text]]:
    """Return for each table (events, incidents and the layouts of others) its columns with what they mean.

    Raises:
        ResourceError: the file is broken.
    """
    data: Any = read_yaml(DATA / "columns.yaml")
    try:
        return msgspec.convert(data, dict[str, dict[str, Text]])
    except msgspec.ValidationError as error:
        raise ResourceError(f"columns.yaml is not a dictionary of columns: {error}.") from error


def describe(table: str, columns: Iterable[Any]) -> Iterator[tuple[str, str, str]]:
    """Yield name, English and Arabic meaning of each column (anything with a `name`) of a table.

    A figure of an outcome (`killed_best`) is described once for all outcomes.
    """
    known = load_dictionary()[table]
    book = load_codebook()
    for column in columns:
        if column.name in known:
            yield column.name, known[column.name].en, known[column.name].ar
            continue
        outcome, _, figure = column.name.rpartition("_")
        said = known[f"OUTCOME_{figure}"]
        label = book.outcomes[outcome]
        yield column.name, said.en.format(outcome=label.en), said.ar.format(outcome=label.ar)
