"""Intake: turns what a person hands over (files, folders, globs, standard input) into documents, one at a time.

Nothing here raises for bad input: each report or file that cannot be read becomes an `InputProblem` in the stream,
and the reading goes on. Memory stays bounded by one report.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from marsad.intake.documents import InputProblem, Metadata, check_published
from marsad.intake.files import read_sources
from marsad.model import Document

__all__ = ["Document", "InputProblem", "Metadata", "check_published", "read"]


def read(sources: Iterable[str], metadata: Metadata | None = None) -> Iterator[Document | InputProblem]:
    """Yield the documents of `sources` (paths, globs, folders or `-`), and a problem for each that cannot be read.

    `metadata` holds what the person said on the command line; it wins over what the files say.
    """
    return read_sources(sources, metadata or Metadata())
