"""What a single word is read as by the whole of Arabic."""

from __future__ import annotations

import pytest

from marsad.lang.ar.load import load_arabic
from marsad.lang.ar.reading import Arabic


@pytest.fixture(scope="module")
def arabic() -> Arabic:
    return load_arabic()


def tables(arabic: Arabic, text: str) -> set[str]:
    (sentence,) = arabic.read_sentences(text, 0, len(text))
    return {phrase.kind for phrase in sentence.phrases}


def test_a_word_for_a_kind_of_place_is_no_place(arabic: Arabic) -> None:
    assert "places" not in tables(arabic, "المدينة")
    assert "places" in tables(arabic, "خاركيف")


def test_an_artillery_strike_is_no_pair_of_guns(arabic: Arabic) -> None:
    text = "قصف مدفعي"
    (sentence,) = arabic.read_sentences(text, 0, len(text))
    assert sentence.counts == []


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("عثر عليه ميتا في بيته", []),
        ("تركوا ميتا شرطيا كان يحرس الجسر", []),
        ("أصيب مئتا شخص", [200]),
        ("قتل مائتا جندي", [200]),
    ],
)
def test_a_dead_man_is_not_two_hundred(text: str, counts: list[int], arabic: Arabic) -> None:
    (sentence,) = arabic.read_sentences(text, 0, len(text))
    assert [count.quantity.min for count in sentence.counts] == counts
