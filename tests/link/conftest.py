"""What the tests of linking share: Arabic, loaded once, with the words that linking looks at."""

from __future__ import annotations

import pytest

from marsad import lang
from marsad.language import Language
from marsad.link.terms import LinkWordRow, SourceKindRow, Terms
from marsad.resources import DATA, read_tsv


@pytest.fixture(scope="session")
def arabic() -> Language:
    return lang.load("ar")


@pytest.fixture(scope="session")
def terms(arabic: Language) -> Terms:
    words = read_tsv(DATA / "ar" / "link_words.tsv", LinkWordRow)
    return Terms(words, read_tsv(DATA / "ar" / "source_kinds.tsv", SourceKindRow), arabic)
