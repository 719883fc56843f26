"""Intake: turns what a person hands over (files, folders, globs, addresses, standard input) into documents, one at a time.

It has two steps. `split` takes files and archives apart into the bytes of single reports, `derive` makes a document of such
bytes: purely, so that it can be done again, in any process.

Nothing here raises for bad input: each report or file that cannot be read becomes an `InputProblem` in the stream,
and the reading goes on. Memory stays bounded by one report.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator

from marsad.intake.derive import derive
from marsad.intake.documents import InputProblem, Metadata, check_published
from marsad.intake.files import split_sources
from marsad.intake.meter import Meter
from marsad.model import Document, Received, Taken

__all__ = [
    "Document",
    "InputProblem",
    "Metadata",
    "Meter",
    "Taken",
    "check_published",
    "derive",
    "read",
    "split",
    "take",
]


def split(
    sources: Iterable[str], metadata: Metadata | None = None, meter: Meter | None = None
) -> Iterator[Received | InputProblem]:
    """Yield the bytes of every report in `sources` (paths, globs, folders, addresses or `-`), and a problem for what cannot
    be opened.

    `metadata` holds what the person said on the command line; it wins over what the files say. A `meter` is told how far
    it has come.
    """
    return split_sources(sources, metadata or Metadata(), _visit, meter.follow if meter else None)


def _visit(url: str, said: Metadata) -> Iterator[Received | InputProblem]:
    from marsad.intake.fetch import Fetcher  # most runs stay off the network
    from marsad.intake.web import split_address

    yield from split_address(url, said, Fetcher(), lambda: datetime.datetime.now(datetime.UTC))


def take(sources: Iterable[str], metadata: Metadata | None = None) -> Iterator[Taken | InputProblem]:
    """Yield the documents of `sources` with the bytes they come from, and a problem for each that cannot be read."""
    for found in split(sources, metadata):
        yield found if isinstance(found, InputProblem) else derive(found)


def read(sources: Iterable[str], metadata: Metadata | None = None) -> Iterator[Document | InputProblem]:
    """Yield the documents of `sources`, and a problem for each that cannot be read."""
    for found in take(sources, metadata):
        yield found if isinstance(found, InputProblem) else found.document
