"""What a format needs to know beside the items: what they are, when and in which language they are written."""

from __future__ import annotations

import contextlib
import functools
import io
from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO

import msgspec

from marsad.export.columns import COLUMNS, Column
from marsad.publication.atlas import Atlas


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """How an export is made. `subject` is events or incidents, `moment` the ISO date-time of writing, `atlas` tells of
    places (None: divisions and names of countries stay unknown), `link` is the address that the items stand under on the
    web, `drop` names columns to leave out, `lang` the language of titles.
    """

    subject: str
    moment: str
    atlas: Atlas | None = None
    link: str | None = None
    lang: str = "en"
    drop: frozenset[str] = frozenset()

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of the subject."""
        return _columns(self.subject, self.drop)


@functools.cache
def _columns(subject: str, drop: frozenset[str]) -> tuple[Column, ...]:
    return tuple(c for c in COLUMNS[subject] if c.name not in drop)


Writer = Callable[[Iterable[Any], BinaryIO, Frame], int]
"""Writes items to a stream and returns how many it wrote; some formats have no place for every item."""


@contextlib.contextmanager
def text_into(stream: BinaryIO, encoding: str = "utf-8") -> Iterator[io.TextIOWrapper]:
    """Give a text stream over a binary one, which stays open."""
    text = io.TextIOWrapper(stream, encoding=encoding, newline="", write_through=False)
    try:
        yield text
    finally:
        text.flush()
        text.detach()
