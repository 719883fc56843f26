"""What the tests of exports share: a writer into memory."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from exported import ITEMS, MOMENT

from marsad.export import FORMATS
from marsad.export.frame import Frame

Write = Callable[..., bytes]


@pytest.fixture
def write() -> Write:
    """Write items in a format and return the bytes."""

    def run(name: str, subject: str, items: Sequence[Any] | None = None) -> bytes:
        stream = io.BytesIO()
        FORMATS[name].write(ITEMS[subject] if items is None else items, stream, Frame(subject=subject, moment=MOMENT))
        return stream.getvalue()

    return run
