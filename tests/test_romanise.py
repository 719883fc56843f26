"""Names that no list has, in Latin letters."""

from __future__ import annotations

import pytest

from marsad.lang.ar.romanise import romanise


@pytest.mark.parametrize(
    ("word", "latin"),
    [
        ("كوهوت", "Kohot"),
        ("ديمبيلي", "Dimbili"),
        ("السليماني", "al-Slimani"),
        ("شابو", "Shabo"),
        ("يفدوكيموف", "Yfdokimov"),
        ("وردي", "Wardi"),
        ("مدوبي", "Madobi"),
        ("برنت", "Brant"),
        ("خاصة", ""),
    ],
)
def test_a_name_is_written_as_newspapers_would(word: str, latin: str) -> None:
    assert romanise(word) == latin
