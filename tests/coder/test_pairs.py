"""Pairs of events and candidates, worked out for a whole story at once, agree with a plain count token by token."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from marsad.coder import ownership, participants, quantities, read_passages
from marsad.coder.choices import Choices, WeightRow
from marsad.coder.events import join_mentions
from marsad.coder.pairs import Layout, Wish, find_pairs, seats_of
from marsad.coder.parties import find_parties
from marsad.coder.parts import Column, Own, Table, Told, count, flag, joined, names_at, names_of
from marsad.coder.passage import ELSEWHERE, Passage
from marsad.coder.triggers import find_mentions
from marsad.lang.ar.reading import Arabic
from marsad.model import Document
from marsad.pipeline import Reader

TEXT = (
    "قصف روسي على سومي يقتل ثلاثة\n"
    "قصفت القوات الروسية مدينة سومي يوم الاثنين، ما أدى إلى مقتل ثلاثة مدنيين وإصابة 12 آخرين، وفق السلطات. "
    "وأدانت أوكرانيا الهجوم ودعت الأمم المتحدة إلى اجتماع طارئ. "
    "وقال حاكم المنطقة إن الدفاعات الجوية أسقطت عشر مسيرات فوق خاركيف. "
    "وأعلنت فرنسا أنها سترسل مساعدات إلى كييف بعد الهجوم."
)


@pytest.fixture(scope="module")
def passage(reader: Reader, arabic: Arabic) -> Passage:
    document = Document(id="r", text=TEXT, published="2025-07-22")
    return read_passages(document, arabic, reader._kit)[0][1]


@pytest.fixture(scope="module")
def layout(passage: Passage, reader: Reader) -> Layout:
    choices = reader._kit.choices
    return Layout(passage, join_mentions(passage, find_mentions(passage, choices), choices))


def test_each_pair_stands_as_a_count_of_tokens_says(layout: Layout, passage: Passage, reader: Reader) -> None:
    seats = [(p.chunk.sentence, p.chunk.first, p.chunk.last) for p in find_parties(passage, reader._kit.actors)]
    (pairs,) = find_pairs(layout, [Wish(seats_of(seats), layout.reach(1))])
    assert len(layout.clusters) > 3
    found = {}
    for k, item, mention, apart in zip(*(field.tolist() for field in pairs[:4]), strict=True):
        found[k, item] = (apart, layout.mentions[mention] in layout.clusters[k].mentions)
    expected = {}
    for (k, cluster), (item, (sentence, first, last)) in itertools.product(
        enumerate(layout.clusters), enumerate(seats)
    ):
        own = {m.sentence for m in cluster.mentions}
        if sentence not in {0, min(own) - 1, *own}:
            continue
        gaps = [
            last - m.first if last < m.first else max(0, first - m.last)
            for m in cluster.mentions
            if m.sentence == sentence
        ]
        expected[k, item] = (min(gaps, key=abs, default=ELSEWHERE), True)
    assert found == expected


def test_the_nearest_candidates_of_each_event_come_first(layout: Layout, passage: Passage, reader: Reader) -> None:
    parties = find_parties(passage, reader._kit.actors)
    (pairs,) = find_pairs(layout, [participants.wish_for(layout, parties)])
    order = list(zip(pairs.event.tolist(), abs(pairs.apart).tolist(), strict=True))
    assert order == sorted(order)
    assert pairs.bounds(len(layout.clusters))[-1] == len(order)


def test_weighing_many_at_once_is_weighing_each(layout: Layout, passage: Passage, reader: Reader) -> None:
    parties = find_parties(passage, reader._kit.actors)
    (pairs,) = find_pairs(layout, [participants.wish_for(layout, parties)])
    tables = participants.describe_parties(layout, parties, pairs)
    group = reader._kit.choices.group(*participants.ROLES)
    weighed = group.weigh(tables, len(pairs.event))
    for at in range(len(pairs.event)):
        names = names_at(tables, at)
        assert [scores[at] for scores in weighed.scores] == pytest.approx(group.scores(names), abs=1e-12)
        for k, choice in enumerate(group.choices):
            own = reader._kit.choices.weights(choice.name)
            weights = [(name, round(own[name], 2)) for name in names if own.get(name)]
            heaviest = sorted(weights, key=lambda share: -abs(own[share[0]]))
            assert list(weighed.why(k, at, "").features) == heaviest[:6]


def test_candidates_of_several_kinds_stand_as_each_kind_alone(layout: Layout, passage: Passage, reader: Reader) -> None:
    parties = find_parties(passage, reader._kit.actors)
    figures = quantities.find_figures(passage)
    wishes = [participants.wish_for(layout, parties), ownership.wish_for(layout, figures)]
    for together, wish in zip(find_pairs(layout, wishes), wishes, strict=True):
        (alone,) = find_pairs(layout, [wish])
        assert len(alone.event)
        assert [field.tolist() for field in together] == [field.tolist() for field in alone]


def test_what_is_told_alone_weighs_as_in_tables() -> None:
    choices = Choices([WeightRow("x", "b/True/0", 2.0), WeightRow("x", "alone", -1.0), WeightRow("y", "alone", 3.0)])
    group = choices.group("x", "y")
    told: list[list[Told]] = [[(_kind, ("b", True, 0)), "alone"], ["never seen"], []]
    weighed = group.weigh_each(told)
    assert [names_of(own) for own in told] == [["b/True/0", "alone"], ["never seen"], []]
    assert weighed.scores[0] == pytest.approx([1 / (1 + math.exp(-1)), 0.5, 0.5])
    assert weighed.why(0, 0, "w").features == (("b/True/0", 2.0), ("alone", -1.0))
    assert weighed.why(1, 0, "w").features == (("alone", 3.0),)
    given = Own(told, np.array([2, 0]))
    assert group.weigh([given], 2).scores == [[own[2], own[0]] for own in weighed.scores]
    assert names_at([given], 1) == ["b/True/0", "alone"]


def test_words_that_no_weight_names_are_told_apart_from_those_that_one_does() -> None:
    words = Column([("b",), ("unheard",), ("a/b",), ("else",)], np.arange(4), is_open=True)
    table = Table(_kind, (words, joined(flag(np.ones(4, dtype=bool)), count(np.zeros(4, dtype=np.intp), 2))))
    choices = Choices([WeightRow("x", "b/True/0", 2.0), WeightRow("x", "a/b/True/0", 5.0)])
    scores = choices.group("x").weigh([table], 4).scores[0]
    assert scores == pytest.approx([1 / (1 + math.exp(-2)), 0.5, 1 / (1 + math.exp(-5)), 0.5])


def _kind(kind: str, near: bool, rank: int) -> list[str]:
    return [f"{kind}/{near}/{rank}"]


def test_facts_of_several_columns_are_told_in_their_order() -> None:
    near, rank = np.array([True, False, True]), np.array([0, 5, 1])
    kinds = Column([("a",), ("b",)], np.array([1, 0, 0]))
    table = Table(_kind, (kinds, joined(flag(near), count(rank, 2))), np.array([True, True, False]))
    assert [names_at([table], at) for at in range(3)] == [["b/True/0"], ["a/False/2"], []]
    choices = Choices([WeightRow("x", "b/True/0", 2.0), WeightRow("x", "a/True/1", 5.0)])
    scores = choices.group("x").weigh([table], 3).scores[0]
    assert scores[0] > 0.8
    assert scores[1:] == [0.5, 0.5]
