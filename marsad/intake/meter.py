"""How far taking in has come, in bytes of the files that were given."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from marsad.intake.documents import InputProblem
from marsad.intake.files import expand


class Meter:
    """Follows the files of `sources` as they are opened."""

    def __init__(self, sources: Iterable[str] = ()) -> None:
        self._sources = tuple(sources)
        self._past = 0
        self._size = 0
        self._open: IO[bytes] | None = None

    @functools.cached_property
    def total(self) -> int | None:
        """The bytes of all files; None where that cannot be known: addresses, standard input."""
        return _total(self._sources)

    def follow(self, stream: IO[bytes], size: int) -> None:
        """Go on to the next file; the one before is done."""
        self._past += self._size
        self._open, self._size = stream, size

    def done(self) -> int:
        """Return how many bytes lie behind; packed ones count as packed."""
        if self._open is None or self._open.closed:
            return self._past + self._size
        # Archives are read from their end first.
        return self._past + min(self._open.tell(), self._size)


def _total(sources: Iterable[str]) -> int | None:
    size = 0
    for source in sources:
        if source == "-" or "://" in source:
            return None
        for path in expand(source):
            if not isinstance(path, InputProblem):
                if path.lower().endswith(".urls"):
                    return None
                size += Path(path).stat().st_size if Path(path).exists() else 0
    return size
