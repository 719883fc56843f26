"""Libraries that only some formats need, imported when they are asked for."""

from __future__ import annotations

from typing import Any

from marsad.errors import InputError


def arrow() -> Any:
    """Return pyarrow.

    Raises:
        InputError: it is not installed.
    """
    try:
        import pyarrow
    except ImportError as error:
        raise _missing("pyarrow") from error
    return pyarrow


def parquet() -> Any:
    """Return pyarrow's part for Parquet.

    Raises:
        InputError: it is not installed.
    """
    arrow()
    import pyarrow.parquet

    return pyarrow.parquet


def workbooks() -> Any:
    """Return XlsxWriter.

    Raises:
        InputError: it is not installed.
    """
    try:
        import xlsxwriter
    except ImportError as error:
        raise _missing("XlsxWriter") from error
    return xlsxwriter


def _missing(name: str) -> InputError:
    return InputError(f"This needs {name}, which is not installed; install it with `pip install 'marsad[publish]'`.")
