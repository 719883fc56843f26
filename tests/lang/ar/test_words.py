"""The shape of words: clitics and inflected forms."""

from __future__ import annotations

import pytest

from marsad.lang.ar import words


@pytest.mark.parametrize(
    ("word", "reading"),
    [("وبالطايره", ("وبال", "طايره")), ("للجيش", ("لل", "جيش")), ("وزير", ("و", "زير")), ("وزير", ("", "وزير"))],
)
def test_splits_offer_the_reading(word: str, reading: tuple[str, str]) -> None:
    assert reading in words.splits(word)


def test_the_whole_word_is_offered_first() -> None:
    assert words.splits("وزير")[0] == ("", "وزير")
    assert words.endings("مدينه")[0] == ("مدينه", "")


def test_a_pronoun_gives_back_the_feminine_ending() -> None:
    assert ("مدينه", "ه") in words.endings("مدينته")


@pytest.mark.parametrize("form", ["قصف", "قصفت", "قصفوا", "يقصف", "تقصف", "يقصفون"])
def test_verb_forms(form: str) -> None:
    assert form in dict(words.verb_forms("قصف", "يقصف"))


@pytest.mark.parametrize("form", ["القي", "القت", "القوا", "يلقي", "تلقي", "يلقون"])
def test_weak_verb_forms(form: str) -> None:
    assert form in dict(words.verb_forms("القي", "يلقي"))


def test_a_broken_plural_makes_the_sound_ending_a_dual() -> None:
    assert dict(words.noun_forms("صاروخ", ("صواريخ",)))["صاروخين"] == "dual"
    assert dict(words.noun_forms("مدني"))["مدنيين"] == "plural"
    assert dict(words.noun_forms("غاره"))["غارتين"] == "dual"


def test_an_adjective_of_relation_is_no_dual() -> None:
    assert dict(words.noun_forms("مدفع", ("مدافع",)))["مدفعي"] == "adjective"
    assert dict(words.noun_forms("مقاتل"))["مقاتلي"] == "plural"
    assert dict(words.noun_forms("غاره"))["غارتي"] == "dual"


@pytest.mark.parametrize("word", ["والطايرات", "طايرتين", "طايره", "الطايرتان"])
def test_light_makes_inflections_alike(word: str) -> None:
    assert words.light(word) == "طاير"
