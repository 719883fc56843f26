"""Every exception that Marsad raises on purpose.

    MarsadError
    ├── InputError      your document or file
    ├── ResourceError   our data file, with its line
    ├── CodebookError   a type, mode or status that the codebook does not know
    ├── RecordError     the database
    ├── NetworkError    fetching
    └── InternalError   our bug: please report it

A message is a sentence for the person at the keyboard: what is wrong, where, and what to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self


class MarsadError(Exception):
    """Base of every error that Marsad raises on purpose.

    `key` names what is wrong and `values` are the words to be filled into a sentence about it, where the desk can say it in
    the language of whoever asks; None where it cannot.
    """

    key: str | None = None
    values: Mapping[str, str] = {}

    def known_as(self, key: str, **values: str) -> Self:
        """Return this error under a key by which it can be said in other languages."""
        self.key, self.values = key, values
        return self


class InputError(MarsadError):
    """The report or file that was handed in cannot be read."""


class ResourceError(MarsadError):
    """A data file of the package is broken; the message names file, line and column."""


class CodebookError(MarsadError):
    """A type, mode, status or sector that the codebook does not know."""


class RecordError(MarsadError):
    """The record cannot be opened, read or written."""


class NetworkError(MarsadError):
    """Something could not be fetched."""


class InternalError(MarsadError):
    """Our bug: please report it."""
