"""Where the words of a party begin and end."""

from __future__ import annotations

import pytest

from marsad.coder.parties import find_parties
from marsad.lang.ar.reading import Arabic
from tests.coder.test_naming import read


def parties(text: str, marked: str, arabic: Arabic) -> list[tuple[str, str | None]]:
    """(words, name) of the parties in a text of which some words are marked."""
    passage = read(text, arabic, marked)
    found = [party for party in find_parties(passage, arabic.actors) if party.chunk.label]
    return [(passage.words(p.chunk.sentence, p.chunk.first, p.chunk.last), p.name) for p in found]


@pytest.mark.parametrize(
    ("text", "marked", "expected"),
    [
        (
            "التقى وفدا روسيا وأوكرانيا في جدة",
            "وفدا روسيا وأوكرانيا",
            [("وفدا روسيا", "Russia"), ("وأوكرانيا", "Ukraine")],
        ),
        (
            "إستونيا ولاتفيا وليتوانيا وقعت الاتفاق",
            "إستونيا ولاتفيا وليتوانيا",
            [("إستونيا", "Estonia"), ("ولاتفيا", "Latvia"), ("وليتوانيا", "Lithuania")],
        ),
        ("قال وليد جنبلاط إنه يرفض", "وليد جنبلاط", [("وليد جنبلاط", "Walid Jumblatt")]),
        (
            "أعلنت وزارة الدفاع الروسية أنها تقدمت",
            "وزارة الدفاع",
            [("وزارة الدفاع الروسية", "Russian Ministry of Defence")],
        ),
        (
            "وقال مفوض المقاطعة السابق جيمس رضوان إن",
            "مفوض المقاطعة",
            [("مفوض المقاطعة السابق جيمس رضوان", "James Radwan")],
        ),
        ("وقال شيخ القرية أمس إن", "شيخ القرية", [("شيخ القرية", None)]),
        ("اتهم مكتب نتنياهو حماس", "نتنياهو", [("مكتب نتنياهو", "Office of the Prime Minister of Israel")]),
        ("قال ستافان دي ميستورا إن", "ستافان دي", [("ستافان دي ميستورا", "Staffan de Mistura")]),
    ],
)
def test_a_party_has_its_adjective_and_its_name_and_ends_before_another(
    text: str, marked: str, expected: list[tuple[str, str | None]], arabic: Arabic
) -> None:
    assert parties(text, marked, arabic) == expected


@pytest.mark.parametrize(
    ("text", "marked", "name"),
    [
        ("قال رئيس الإدارة فولوديمير تسوباروف إن", "رئيس الإدارة فولوديمير تسوباروف", "Volodymyr Tsobarov"),
        ("قال المتحدث Abebe Fantahun إن", "المتحدث Abebe Fantahun", "Abebe Fantahun"),
        ("قالت ليزا جونسون إن", "ليزا جونسون", "Lisa Johnson"),
        ("نُقلوا إلى جهة مجهولة", "إلى جهة", None),
        ("أعلنت قوة خاصة مقتلهم", "قوة خاصة", None),
        ("قالت الشرطة الوطنية الهايتية إن", "الشرطة الوطنية الهايتية", "Haitian National Police"),
        ("أعلنت بيونغ يانغ تجربة", "بيونغ يانغ", "North Korea"),
        ("قصفت طائرات مسيرة حوثية المدينة", "حوثية", "Houthis"),
    ],
)
def test_a_party_in_no_list_is_named_by_its_words_and_an_ordinary_word_is_no_name(
    text: str, marked: str, name: str | None, arabic: Arabic
) -> None:
    assert [own for _, own in parties(text, marked, arabic)] == [name]
