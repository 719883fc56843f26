"""Names that no list has, and words that stand for a name told before."""

from __future__ import annotations

import numpy as np
import pytest

from marsad.coder.naming import person_name
from marsad.coder.parties import Party, find_parties
from marsad.coder.passage import Chunk, Passage
from marsad.coder.sites import find_sites
from marsad.coder.tagger import Tagged
from marsad.lang.ar.reading import Arabic


def read(text: str, arabic: Arabic, marked: str = "", label: str = "ACT") -> Passage:
    """A passage in which the role tagger marked some words."""
    sentences = arabic.read_sentences(text, 0, len(text))
    start = text.find(marked) if marked else -1
    tagged = []
    for sentence in sentences:
        labels, mark = [], "B-"
        for token in sentence.tokens:
            inside = start >= 0 and token.start < start + len(marked) and token.end > start
            labels.append(f"{mark}{label}" if inside else "O")
            mark = "I-" if inside else "B-"
        tagged.append(Tagged(labels, np.zeros((len(labels), 2), dtype=np.float32), ["O", f"B-{label}"]))
    plain = [Tagged(["O"] * len(s.tokens), t.scores, t.names) for s, t in zip(sentences, tagged, strict=True)]
    return Passage(text, 0, "2025-07-22", sentences, plain, tagged)


def party_of(text: str, words: str, arabic: Arabic) -> Party:
    """The party that some marked words are read as."""
    passage = read(text, arabic, words)
    for party in find_parties(passage, arabic.actors):
        chunk = party.chunk
        if words in passage.span(chunk.sentence, chunk.first, chunk.last).text:
            return party
    raise AssertionError(f"no party {words}")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("إياد رضوان", "Iyad Radwan"),
        ("سيرغي فيدوروف", "Sergei Fedorov"),
        ("عبد الله الطويل", "Abdullah al-Tawil"),
        ("إياد", None),
        ("إياد قصطليميري", "Iyad Qastalimiri"),
        ("الوزير السعودي", None),
        ("بيان مشترك", None),
        ("بن غوريون", None),
        ("ستافان دي", None),
        ("الهلال الأحمر", None),
        ("مستشفى كمال عدوان", None),
    ],
)
def test_a_person_nobody_lists_is_named_by_all_the_words_of_his_name(
    text: str, name: str | None, arabic: Arabic
) -> None:
    passage = read(text, arabic, text)
    last = len(passage.sentences[0].tokens) - 1
    assert person_name(passage, Chunk(0, 0, last, "ACT"), arabic.actors.romanise) == name


@pytest.mark.parametrize(
    ("text", "word", "name"),
    [
        ("أعلنت حركة حماس قبولها. وقالت الحركة إنها سترد.", "الحركة", "Hamas"),
        ("قال وزير الخارجية التركي هاكان فيدان إن بلاده ترفض.", "بلاده", "Turkey"),
        ("قالت الحركة إنها سترد.", "الحركة", None),
        ("ندد العاملون بقصف بلاده.", "بلاده", None),
    ],
)
def test_a_word_for_a_name_told_before_takes_that_name(text: str, word: str, name: str | None, arabic: Arabic) -> None:
    assert party_of(text, word, arabic).name == name


def test_the_ministry_with_its_nisba_is_one_party(arabic: Arabic) -> None:
    party = party_of("أعلنت وزارة الخارجية المصرية موقفها.", "وزارة الخارجية", arabic)
    assert (party.chunk.first, party.chunk.last) == (1, 3)
    assert party.country == "EGY"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("وصل الوفد الأميركي إلى مانيلا آتيا من واشنطن.", {"Manila", "Washington"}),
        ("استهدفت الغارة موقعا عسكريا قرب حمص.", {"Homs"}),
        ("سلك الطريق إلى بغداد.", {"Baghdad"}),
        ("قصف قرية كفر قليل جنوب نابلس.", {"Kafr Qallil"}),
    ],
)
def test_no_hamlet_abroad_and_no_ordinary_word_is_a_place(text: str, names: set[str], arabic: Arabic) -> None:
    found = {site.entry.name for site in find_sites(read(text, arabic), arabic.gazetteer)}
    assert {name for name in found if name not in ("United States",)} == names


@pytest.mark.parametrize(
    ("text", "words", "country"),
    [
        ("حاول العدو التقدم قرب سومي، والروس يقولون إنهم أسروا جنديا في سومي", "العدو", "RUS"),
        ("قصف العدو أطراف البلدة، والطيران الإسرائيلي يحلق فوق صور", "العدو", "ISR"),
        ("قوات الاحتلال في خيرسون تنقل عتادها، والروسية منها في مدينة خيرسون", "الاحتلال", "RUS"),
        ("اعتقلت قوات الاحتلال شابين في جنين", "الاحتلال", "ISR"),
    ],
)
def test_who_the_enemy_is_follows_from_whom_the_story_names(
    text: str, words: str, country: str, arabic: Arabic
) -> None:
    assert party_of(text, words, arabic).country == country


@pytest.mark.parametrize(
    ("text", "words", "name", "country"),
    [
        ("هاجم جيش القذافي المدينة", "جيش", None, "LBY"),
        ("اتهمت حكومة الكاظمي الفصائل", "حكومة الكاظمي", None, "IRQ"),
        ("قال مستشار خامنئي إن", "مستشار خامنئي", None, "IRN"),
        ("قال الرئيس ترامب إن", "الرئيس ترامب", "Donald Trump", "USA"),
        ("قال الجنرال حفتر إن", "الجنرال حفتر", "Khalifa Haftar", "LBY"),
        ("قال رئيس أوكرانيا زيلينسكي إن", "رئيس أوكرانيا زيلينسكي", "Volodymyr Zelensky", "UKR"),
    ],
)
def test_what_belongs_to_a_person_is_not_the_person(
    text: str, words: str, name: str | None, country: str, arabic: Arabic
) -> None:
    party = party_of(text, words, arabic)
    assert (party.name, party.country) == (name, country)


@pytest.mark.parametrize(
    ("text", "words", "name"),
    [
        ("أعلن الصليب الأحمر الإثيوبي أنه", "الصليب الأحمر", "Ethiopian Red Cross"),
        ("أعلن الصليب الأحمر أنه", "الصليب الأحمر", "International Committee of the Red Cross"),
        ("صوت الكونغرس الفلبيني على", "الكونغرس", "Philippine Congress"),
        ("صوت الكونغرس الأميركي على", "الكونغرس", "United States Congress"),
        ("قال مجلس الأمن إنه", "مجلس الأمن", "United Nations Security Council"),
    ],
)
def test_a_body_of_another_country_is_not_the_listed_one(text: str, words: str, name: str, arabic: Arabic) -> None:
    assert party_of(text, words, arabic).name == name


@pytest.mark.parametrize(
    ("text", "words", "name"),
    [
        ("قال صاحب الشركة بافل زيلنيتس إن", "بافل زيلنيتس", None),
        ("قال بافل إن", "بافل", "Petr Pavel"),
        ("قتل رجل وأم لطفلين", "وأم", None),
        ("وزع مكتب العون خبزا", "العون", None),
        ("قال عون إن", "عون", "Joseph Aoun"),
    ],
)
def test_a_short_name_counts_only_as_it_is_written_and_alone(
    text: str, words: str, name: str | None, arabic: Arabic
) -> None:
    assert party_of(text, words, arabic).name == name


def test_a_title_names_nobody_behind_a_particle(arabic: Arabic) -> None:
    passage = read("قال الرئيس إن سوريا ترفض", arabic, "سوريا")
    assert [p.name for p in find_parties(passage, arabic.actors) if p.chunk.label] == ["Syria"]
