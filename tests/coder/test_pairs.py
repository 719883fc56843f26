"""Pairs of events and candidates, worked out for a whole story at once, agree with a plain count token by token."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from marsad.coder import participants, read_passages
from marsad.coder.choices import Choices, WeightRow
from marsad.coder.events import join_mentions
from marsad.coder.pairs import Layout, find_pairs, seats_of
from marsad.coder.parts import Column, Table, count, flag, joined, names_at, names_of
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
    seats = [
        (p.chunk.sentence, p.chunk.first, p.chunk.last) for p in participants.find_parties(passage, reader._kit.actors)
    ]
    pairs = find_pairs(layout, seats_of(seats), layout.reach(1))
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
    parties = participants.find_parties(passage, reader._kit.actors)
    pairs, _ = participants.pair_parties(layout, parties)
    order = list(zip(pairs.event.tolist(), abs(pairs.apart).tolist(), strict=True))
    assert order == sorted(order)
    assert pairs.bounds(len(layout.clusters))[-1] == len(order)


def test_weighing_many_at_once_is_weighing_each(layout: Layout, passage: Passage, reader: Reader) -> None:
    parties = participants.find_parties(passage, reader._kit.actors)
    pairs, tables = participants.pair_parties(layout, parties)
    group = reader._kit.choices.group(*participants.ROLES)
    weighed = group.weigh(tables, len(pairs.event))
    for at in range(len(pairs.event)):
        one_by_one = group.scores(weighed.parts(at))
        assert [scores[at] for scores in weighed.scores] == pytest.approx(one_by_one, abs=1e-12)
        assert names_of(weighed.parts(at)) == names_at(tables, at)


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
