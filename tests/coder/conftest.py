"""The real reader, loaded once for all tests of the coder."""

from __future__ import annotations

import pytest

from marsad import lang, pipeline
from marsad.lang.ar.reading import Arabic
from marsad.pipeline import Reader


@pytest.fixture(scope="session")
def arabic() -> Arabic:
    """Arabic with its lexicon, gazetteer and actors."""
    return lang.load("ar")


@pytest.fixture(scope="session")
def reader() -> Reader:
    """The reader as shipped."""
    return pipeline.load_reader()
