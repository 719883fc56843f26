"""Who and what is counted: two behind an owner, the parts of a total, nouns of bodies."""

from __future__ import annotations

import numpy as np
import pytest

from marsad.coder.passage import OUTCOMES, Figure, Passage
from marsad.coder.quantities import find_figures
from marsad.coder.tagger import Tagged
from marsad.lang.ar.reading import Arabic


def counts_of(arabic: Arabic, text: str) -> list[tuple[str, int | None]]:
    """The counts of a sentence: the counted word and how many at least."""
    found = []
    for sentence in arabic.read_sentences(text, 0, len(text)):
        for count in sentence.counts:
            noun = sentence.tokens[count.noun if count.noun is not None else count.first]
            found.append((text[noun.start : noun.end], count.quantity.min))
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("قتل راعيا أغنام في البادية", [("راعيا", 2)]),
        ("أصيب سائقا الشاحنة بجروح", [("سائقا", 2)]),
        ("دُمر منزلا الأخوين", [("منزلا", 2)]),
        ("جُرح زميلاه في الورشة", [("زميلاه", 2)]),
        ("أصيب ابناهما بشظايا", [("ابناهما", 2)]),
        ("مقتل امرأة وطفليها", [("وطفليها", 2)]),
        ("قتلوا شرطيَّين عند الحاجز", [("شرطيَّين", 2)]),
        ("قتلوا شرطيين عند الحاجز", []),
        ("قتل الجيش جنديا الليلة الماضية", []),
        ("قتل الجيش رجلا مسنا", []),
        ("أصيب في رجليه", []),
        ("قصفوا منزلاً المدنيون فيه", []),
    ],
)
def test_two_are_told_by_their_ending(arabic: Arabic, text: str, expected: list[tuple[str, int]]) -> None:
    assert counts_of(arabic, text) == expected


def figures_of(arabic: Arabic, text: str, marked: dict[str, str]) -> list[Figure]:
    """The figures of a text in which the role tagger marked these words with these roles."""
    sentences = list(arabic.read_sentences(text, 0, len(text)))
    roles = []
    for sentence in sentences:
        labels = ["O"] * len(sentence.tokens)
        for words, role in marked.items():
            start = text.find(words)
            inside = [k for k, t in enumerate(sentence.tokens) if start <= t.start < start + len(words)]
            labels = [("B-" if k == inside[0] else "I-") + role if k in inside else own for k, own in enumerate(labels)]
        roles.append(_tagged(labels))
    return find_figures(Passage(text, 0, None, sentences, [_tagged(["O"] * len(r.labels)) for r in roles], roles))


def _tagged(labels: list[str]) -> Tagged:
    names = ["O", *[f"{seat}-{role}" for role in (*OUTCOMES, "WPN", "DMG") for seat in "BI"]]
    scores = np.array([[9.0 if name == label else -9.0 for name in names] for label in labels]).reshape(-1, len(names))
    return Tagged(labels, scores, names)


def test_the_parts_of_a_total_share_its_outcome(arabic: Arabic) -> None:
    text = "قُتل سبعة وأصيب 22 شخصا، بينهم طفلان، في القصف"
    found = figures_of(arabic, text, {"سبعة": "KIL", "22 شخصا": "INJ", "طفلان": "KIL"})
    assert [(f.code, f.who, f.quantity.min) for f in found] == [
        ("killed", "person", 7),
        ("injured", "person", 22),
        ("injured", "child", 2),
    ]


def test_a_word_of_harm_of_its_own_ends_the_parts(arabic: Arabic) -> None:
    text = "أصيب تسعة، منهم اثنان قُتل أحدهما لاحقا، ومقتل جندي"
    found = figures_of(arabic, text, {"تسعة": "INJ", "ومقتل جندي": "KIL"})
    assert [(f.code, f.quantity.min) for f in found][-1] == ("killed", 1)


def test_others_are_of_the_kind_of_the_whole(arabic: Arabic) -> None:
    text = "استشهاد 30 مدنيا، منهم 12 طفلا، وإصابة 40 آخرين"
    found = figures_of(arabic, text, {"30 مدنيا": "KIL", "12 طفلا": "KIL", "وإصابة 40 آخرين": "INJ"})
    assert [f.who for f in found] == ["civilian", "child", "civilian"]


@pytest.mark.parametrize(
    ("text", "marked", "least"),
    [
        ("نُقلت جثامين 9 أشخاص إلى المستشفى", "جثامين 9 أشخاص", 9),
        ("ما أدى إلى إصابة آخرين", "إصابة آخرين", None),
        ("ما أدى إلى إصابة عدد منهم", "إصابة عدد منهم", None),
        ("ما أدى إلى إصابة جندي", "إصابة جندي", 1),
    ],
)
def test_how_many_is_said_by_number_or_form(arabic: Arabic, text: str, marked: str, least: int | None) -> None:
    (found,) = figures_of(arabic, text, {marked: "INJ"})
    assert found.quantity.min == least


def test_a_ship_told_by_two_words_is_one(arabic: Arabic) -> None:
    (found,) = figures_of(arabic, "أصابت مسيرة ناقلة نفط قبالة الساحل", {"ناقلة نفط": "DMG"})
    assert (found.code, found.quantity.min) == ("ship", 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("تضررت منشأة مدنية", []),
        ("أصيبت مدنية", ["مدنية"]),
        ("أصيب جندي ومدنية", ["جندي", "ومدنية"]),
        ("أنقذهم الدفاع المدني", []),
    ],
)
def test_people_are_no_adjectives(arabic: Arabic, text: str, expected: list[str]) -> None:
    sentences = list(arabic.read_sentences(text, 0, len(text)))
    roles = [_tagged(["O"] * len(s.tokens)) for s in sentences]
    undecided = [r._replace(scores=np.zeros_like(r.scores)) for r in roles]
    found = find_figures(Passage(text, 0, None, sentences, roles, undecided))
    people = [f for f in found if f.chunk.label in OUTCOMES]
    tokens = sentences[0].tokens
    assert [text[tokens[f.chunk.first].start : tokens[f.chunk.last].end] for f in people] == expected
