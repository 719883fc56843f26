# ruff: noqa: E501
"""Which language a text in Arabic script is in, and which of its lines are Arabic."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from marsad.lang.ar.script import foreign_lines, has_arabic_part, is_arabic, language_of

CASES = Path(__file__).parents[2] / "cases" / "languages.tsv"
ARABIC = "قصفت القوات الروسية مدينة سومي يوم الاثنين بصاروخين، ما أدى إلى مقتل ثلاثة أشخاص وتدمير مبنى."
PERSIAN = (
    "نیروهای روسیه روز دوشنبه شهر سومی را با دو موشک هدف قرار دادند که در پی آن سه نفر کشته شدند و یک ساختمان ویران شد."
)
URDU = "روسی افواج نے پیر کے روز سومی شہر پر دو میزائل داغے جس کے نتیجے میں تین افراد ہلاک ہو گئے اور ایک عمارت تباہ ہو گئی۔"
KURDISH = "هێزەکانی ڕووسیا ڕۆژی دووشەممە شاری سومییان بە دوو مووشەک کردە ئامانج و لە ئەنجامدا سێ کەس کوژران و باڵەخانەیەک وێران بوو."
PASHTO = (
    "روسي ځواکونو د دوشنبې په ورځ د سومي ښار په دوو توغندیو وویشت چې له امله یې درې تنه ووژل شول او یوه ودانۍ ړنګه شوه."
)
ENGLISH = "Russian forces struck the city of Sumy on Monday with two missiles, killing three people and destroying a building."


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (ARABIC, "ar"),
        (PERSIAN, "fa"),
        (URDU, "ur"),
        (KURDISH, "ckb"),
        (PASHTO, None),
        (ENGLISH, None),
        ("", None),
        ("2025", None),
        (ARABIC.replace("ي", "ی").replace("ك", "ک"), "ar"),
        (
            "التقى الرئيس الأوكراني نظيره البولندي في مدينة لڤيڤ، ثم زار فوج المدفعية في كراماتورسك قبل أن يعود إلى كييڤ.",
            "ar",
        ),
    ],
    ids=["ar", "fa", "ur", "ckb", "ps", "en", "empty", "digits", "ar-on-persian-keys", "ar-with-ve"],
)
def test_language(text: str, code: str | None) -> None:
    assert language_of(text) == code
    assert is_arabic(text) == (code == "ar")


def cases() -> list[dict[str, str]]:
    with CASES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.parametrize("case", cases(), ids=lambda c: c["note"])
def test_language_of_a_short_text(case: dict[str, str]) -> None:
    assert (language_of(case["text"]) or "none") == case["expected"]
    assert is_arabic(case["text"]) == (case["expected"] == "ar")


def test_a_mixed_page_is_read_in_its_arabic_parts() -> None:
    page = "\n".join([ENGLISH] * 9 + [ARABIC, PERSIAN])
    assert not is_arabic(page)
    assert has_arabic_part(page)
    ((start, end),) = foreign_lines(page)
    assert page[start:end] == PERSIAN


@pytest.mark.parametrize("text", [PERSIAN, URDU, KURDISH, PASHTO, ENGLISH])
def test_what_has_no_arabic_part_is_not_read(text: str) -> None:
    assert not has_arabic_part("\n".join([text] * 5))


def test_arabic_has_no_foreign_lines() -> None:
    assert foreign_lines("\n".join([ARABIC, "كييڤ", ARABIC])) == []
