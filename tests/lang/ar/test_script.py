"""Characters: folding that keeps the way back, tokens, and which texts count as Arabic."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.lang.ar import script

TEXT = st.text(alphabet=st.sampled_from("قصف أإآةىئءَُّْـ 12٤٥aB.,،\u200f\u200dﻗﺼﻒ"), max_size=60)


@given(TEXT)
def test_folding_twice_is_folding_once(text: str) -> None:
    once = script.fold_text(text)
    assert script.fold_text(once) == once


@given(TEXT)
def test_the_map_leads_back_to_the_original(text: str) -> None:
    folded = script.fold(text)
    assert folded.text == script.fold_text(text)
    for i in range(len(folded.text)):
        span = folded.span(i, i + 1)
        assert text[span.start : span.end] == span.text
        assert script.fold_text(span.text).startswith(folded.text[i])


def test_a_word_found_in_the_folded_text_is_quoted_with_its_vowel_marks() -> None:
    folded = script.fold("إنّها قُصِفَتْ أمس")
    at = folded.text.index("قصفت")
    assert folded.span(at, at + 4).text.strip() == "قُصِفَتْ"


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("قُتل 12,431 شخصا", ["قُتل", "12,431", "شخصا"]),
        ("بـ17 صاروخا", ["بـ", "17", "صاروخا"]),
        ("٧٫٥ في المئة.", ["٧٫٥", "في", "المئة", "."]),
        ("«سو-34»", ["«", "سو", "-", "34", "»"]),
    ],
)
def test_tokens(text: str, tokens: list[str]) -> None:
    assert [m.group() for m in script.TOKEN.finditer(text)] == tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("قصفت المدفعية أطراف المدينة صباح اليوم", True),
        ("Shelling hit the outskirts of the city this morning", False),
        ("نیروهای ارتش پس از درگیری‌های شدید وارد شهر شدند و کنترل پایگاه را گرفتند", False),
        ("فوج نے شہر کے قریب چوکی پر حملے کی تصدیق کر دی ہے اور کہا ہے کہ تین اہلکار زخمی ہوئے", False),
        ("ضربات NATO قرب Kharkiv أصابت مستودعا للوقود ومبنى إداريا", True),
        ("", False),
        ("12 - 13", False),
    ],
)
def test_is_arabic(text: str, expected: bool) -> None:
    assert script.is_arabic(text) is expected
