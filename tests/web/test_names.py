"""How the desk names whom a figure is from."""

from __future__ import annotations

import pytest

from marsad.web.labels import load_labels
from marsad.web.names import source_name


@pytest.mark.parametrize(
    ("lang", "source", "name"),
    [
        ("en", "army:MLI", "Malian Armed Forces"),
        ("ar", "army:MLI", "الجيش المالي"),
        ("en", "group:taliban", "Taliban"),
        ("ar", "رئيس بلدية", "رئيس بلدية"),
        ("en", "16:30", "16:30"),
    ],
)
def test_a_source_has_the_name_that_people_use(lang: str, source: str, name: str) -> None:
    assert source_name(source, load_labels(lang)) == name
