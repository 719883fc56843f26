"""Marsad: Arabic war reports in, a sourced record out."""

from marsad.errors import (
    CodebookError,
    InputError,
    InternalError,
    MarsadError,
    NetworkError,
    RecordError,
    ResourceError,
)
from marsad.library import open_record, read

__all__ = [
    "CodebookError",
    "InputError",
    "InternalError",
    "MarsadError",
    "NetworkError",
    "RecordError",
    "ResourceError",
    "open_record",
    "read",
]
