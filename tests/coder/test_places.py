"""Where: capitals told without their names, and directions that are no provinces."""

from __future__ import annotations

import numpy as np
import pytest

from marsad.coder.passage import Passage
from marsad.coder.sites import find_sites
from marsad.coder.tagger import Tagged
from marsad.lang.ar.reading import Arabic


def sites_of(arabic: Arabic, text: str) -> list[tuple[str, str, str | None]]:
    """The places of a text in which the role tagger marked nothing: words, name, country."""
    sentences = list(arabic.read_sentences(text, 0, len(text)))
    empty = [Tagged(["O"] * len(s.tokens), np.zeros((len(s.tokens), 1)), ["O"]) for s in sentences]
    passage = Passage(text, 0, None, sentences, empty, empty)
    return [
        (passage.words(site.sentence, site.first, site.last), site.entry.name, site.entry.country)
        for site in find_sites(passage, arabic.gazetteer)
    ]


@pytest.mark.parametrize(
    ("text", "words", "name"),
    [
        ("قصفت مسيّرات العاصمة السودانية فجرا", "العاصمة السودانية", "Khartoum"),
        ("هجوم على فندق في العاصمة الصومالية", "العاصمة الصومالية", "Mogadishu"),
        ("قال مسؤول ليبي إن الجيش الليبي نفى. ودار القتال قرب العاصمة", "العاصمة", "Tripoli"),
    ],
)
def test_a_capital_may_be_told_without_its_name(arabic: Arabic, text: str, words: str, name: str) -> None:
    assert [(said, place) for said, place, _ in sites_of(arabic, text)] == [(words, name)]


def test_a_named_capital_is_read_once(arabic: Arabic) -> None:
    found = sites_of(arabic, "دوّى انفجار في العاصمة الليبية طرابلس")
    assert [(name, country) for _, name, country in found] == [("Tripoli", "LBY")]


@pytest.mark.parametrize(
    "text",
    [
        "دوّى انفجار في العاصمة",  # no country told
        "تقاتل القوات الروسية القوات الأوكرانية قرب العاصمة",  # two as likely
        "اشتباكات قرب عاصمة الإقليم",  # a province's
    ],
)
def test_a_capital_of_no_known_country_stays_empty(arabic: Arabic, text: str) -> None:
    assert [name for words, name, _ in sites_of(arabic, text) if "عاصمة" in words] == []


def test_a_direction_is_no_province(arabic: Arabic) -> None:
    assert ("South-West Province", "CMR") not in [
        (name, country) for _, name, country in sites_of(arabic, "وقع الهجوم جنوب غرب كولومبيا مساء الأحد")
    ]


@pytest.mark.parametrize(
    ("text", "words", "name"),
    [
        ("قتل ستة مدنيين في Port Sudan أمس", "Port Sudan", "Port Sudan"),
        ("انسحبت القوة من San Antonio del Táchira فجرا", "San Antonio del Táchira", "San Antonio del Táchira"),
    ],
)
def test_a_foreign_name_of_several_words_is_one_place(arabic: Arabic, text: str, words: str, name: str) -> None:
    assert [(said, place) for said, place, _ in sites_of(arabic, text)] == [(words, name)]


@pytest.mark.parametrize(
    ("text", "words", "name"),
    [
        ("هاجم مسلحون مدينة كولوكاني في مالي", "مدينة كولوكاني", "Kolokani"),
        ("سطا مسلحون على مصرف في بلدة سيليفري، وأعلنت تركيا فتح تحقيق", "بلدة سيليفري", "Silivri"),
    ],
)
def test_a_town_in_no_list_is_found_by_its_sound(arabic: Arabic, text: str, words: str, name: str) -> None:
    assert (words, name) in [(said, place) for said, place, _ in sites_of(arabic, text)]


@pytest.mark.parametrize(
    "text",
    [
        "هاجم مسلحون مدينة كولوكاني",  # no country told
        "هاجم مسلحون مدينة كولوكاني في اليابان",  # no town there sounds so
        "دخل الجيش البلدة الثانية في مالي",  # an ordinary word
    ],
)
def test_a_sound_alone_is_no_place(arabic: Arabic, text: str) -> None:
    assert all("كولوكاني" not in words and "الثانية" not in words for words, _, _ in sites_of(arabic, text))


def test_a_well_known_city_is_not_its_small_namesake(arabic: Arabic) -> None:
    text = "قال مسؤول أميركي في واشنطن إن الوفد الأميركي وصل إلى جنيف، وإن الولايات المتحدة تنتظر ردا"
    assert ("جنيف", "Geneva", "CHE") in sites_of(arabic, text)


def test_words_of_a_statement_are_no_town(arabic: Arabic) -> None:
    """ "بيان إن" holds the name of Yan'an, "حكم على" that of Hokmali."""
    assert sites_of(arabic, "وقالت الحركة في بيان إن الجيش انسحب، وصدر حكم على ثلاثة متهمين") == []


@pytest.mark.parametrize(
    ("text", "words", "name"),
    [
        ("قصفت القوات مدينة بخموت. وقال سكان إن سوق المدينة احترق", "المدينة", "Bakhmut"),
        ("اجتاح المسلحون ولاية شمال كردفان. ونهبوا قرى الولاية", "الولاية", "North Kordofan"),
    ],
)
def test_a_kind_alone_is_the_place_of_that_kind_named_last(arabic: Arabic, text: str, words: str, name: str) -> None:
    assert (words, name) in [(said, place) for said, place, _ in sites_of(arabic, text)]


def test_a_kind_alone_with_nothing_named_before_stays_empty(arabic: Arabic) -> None:
    assert sites_of(arabic, "احترق سوق المدينة ونزح سكان القرى") == []


@pytest.mark.parametrize(
    "text",
    [
        "احترقت حافلة في شارع القدس وسط صيدا",
        "أغلقت الشرطة ساحة بيروت في أثينا",
        "أصيب ثلاثة في حي الجزائر بالبصرة",
        "وصل الجرحى إلى مستشفى الوحدة في معبر باليمن",
        "وصل المصابون إلى مستشفى فلسطين في عمّان",
    ],
)
def test_what_is_called_after_a_place_lies_elsewhere(arabic: Arabic, text: str) -> None:
    names = {name for _, name, _ in sites_of(arabic, text)}
    assert names.isdisjoint({"Jerusalem", "Beirut", "Algiers", "Algeria", "Unity State", "Palestine"})


def test_a_namesake_near_the_places_of_the_story_is_meant(arabic: Arabic) -> None:
    found = sites_of(arabic, "قصف الطيران موقعا في القنيطرة. وسمع دوي الانفجارات في جرمانا وداريا بسوريا")
    assert [country for words, _, country in found if words == "القنيطرة"] == ["SYR"]


def test_a_sea_is_no_province_of_its_name(arabic: Arabic) -> None:
    found = sites_of(arabic, "قالت القوات السودانية إن سفينة أبحرت من بورتسودان وغرقت في البحر الأحمر")
    assert ("البحر الأحمر", "Red Sea", None) in found


@pytest.mark.parametrize(
    ("text", "name"), [("ضربت مسيرة مصنعا في Odessa", "Odesa"), ("سقط صاروخ على Kharkov", "Kharkiv")]
)
def test_towns_are_known_by_their_other_latin_spelling(arabic: Arabic, text: str, name: str) -> None:
    assert [place for _, place, _ in sites_of(arabic, text)] == [name]
