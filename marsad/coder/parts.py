"""How features are told: in parts, each a function that names features and the few facts it names them from.

The same facts come back in every report, so whoever weighs a part remembers its sum under it and names no features again;
training and `explain` ask for the names.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import lru_cache
from itertools import chain
from itertools import product as combinations_of
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Indexes = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]
Facts = tuple[Hashable, ...]
Part = tuple[Callable[..., list[str]], Facts]
Told = Part | str  # a part, or a feature told alone by its name
Run = tuple[int, int, Part]  # tokens first to last (inclusive) of a sentence, all of which have the part


def names_of(told: Iterable[Told]) -> list[str]:
    """Return the names of all features that are told, in order."""
    found: list[str] = []
    for own in told:
        if isinstance(own, str):
            found.append(own)
        else:
            make, facts = own
            found += make(*facts)
    return found


class Column(NamedTuple):
    """Facts of many things at once: those of thing i are `values[which[i]]`; a tuple of values is a constant.

    `is_open` says that the facts are words of which there is no end, and that features name them as they are.
    """

    values: Sequence[Facts]
    which: Indexes
    is_open: bool = False


class Table(NamedTuple):
    """A part over many things at once, of at most three columns; things outside `where` do not have it (None: all do)."""

    make: Callable[..., list[str]]
    columns: tuple[Column, ...]
    where: Flags | None = None

    def facts(self, at: int) -> Facts:
        """Return the facts of the thing at a place."""
        return tuple(chain.from_iterable(values[which[at]] for values, which, _ in self.columns))


class Own(NamedTuple):
    """What is told of candidates alone, whatever they are paired with: `told[which[i]]` of thing i."""

    told: Sequence[Sequence[Told]]
    which: Indexes


def names_at(tables: Iterable[Table | Own], at: int) -> list[str]:
    """Return the names of all features of the thing at a place."""
    found: list[str] = []
    for table in tables:
        if isinstance(table, Own):
            found += names_of(table.told[table.which[at]])
        elif table.where is None or table.where[at]:
            found += table.make(*table.facts(at))
    return found


_FLAGS = ((False,), (True,))


def flag(is_so: Flags) -> Column:
    """Return the column of a fact that holds or does not."""
    return Column(_FLAGS, is_so.astype(np.intp))


def count(numbers: Indexes, most: int) -> Column:
    """Return the column of a small number from 0, cut off at `most`."""
    return Column(_numbers(most), np.minimum(numbers, most))


def joined(*columns: Column) -> Column:
    """Return one column with the facts of several, each of few values."""
    which = columns[0].which
    for column in columns[1:]:
        which = which * len(column.values) + column.which
    return Column(_combined(*[column.values for column in columns]), which)


@lru_cache
def _numbers(most: int) -> tuple[Facts, ...]:
    return tuple((number,) for number in range(most + 1))


@lru_cache
def _combined(*values: tuple[Facts, ...]) -> tuple[Facts, ...]:
    return tuple(tuple(chain.from_iterable(facts)) for facts in combinations_of(*values))
