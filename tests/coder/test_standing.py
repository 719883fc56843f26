"""How a candidate stands among the others agrees with a plain look at each pair."""

from __future__ import annotations

import numpy as np
import pytest

from marsad.coder import participants, read_passages
from marsad.coder.events import join_mentions
from marsad.coder.pairs import Layout, find_pairs
from marsad.coder.parties import find_parties
from marsad.coder.parts import names_at
from marsad.coder.standing import describe_standing
from marsad.coder.triggers import find_mentions
from marsad.lang.ar.reading import Arabic
from marsad.model import Document
from marsad.pipeline import Reader

TEXT = (
    "قصفت القوات الروسية مدينة سومي يوم الاثنين، ما أدى إلى مقتل ثلاثة مدنيين، وفق السلطات. "
    "وأدانت أوكرانيا الهجوم ودعت الأمم المتحدة إلى اجتماع طارئ. "
    "وأعلنت فرنسا أنها سترسل مساعدات إلى كييف بعد الهجوم."
)


@pytest.fixture(scope="module")
def told(reader: Reader, arabic: Arabic) -> tuple[list[tuple[int, int, float]], list[list[str]]]:
    """(event, key, score) of every pair with a score of its own, and the features of how it stands."""
    passage = read_passages(Document(id="r", text=TEXT, published="2025-07-22"), arabic, reader._kit)[0][1]
    choices = reader._kit.choices
    layout = Layout(passage, join_mentions(passage, find_mentions(passage, choices), choices))
    parties = find_parties(passage, arabic.actors)
    (pairs,) = find_pairs(layout, [participants.wish_for(layout, parties)])
    keys = participants.keys_of(parties)
    scores = np.random.default_rng(3).uniform(0.01, 0.99, len(pairs.event))
    tables = describe_standing(layout, pairs, keys, scores[None])
    own = list(zip(pairs.event.tolist(), keys[pairs.item].tolist(), scores.tolist(), strict=True))
    return own, [names_at(tables, at) for at in range(len(own))]


def rung(score: float | None) -> str:
    return "none" if score is None else f"{round(np.log(score / (1 - score)) / 0.7):+d}"


def test_the_rival_of_a_pair_is_the_best_other_candidate_of_its_event(
    told: tuple[list[tuple[int, int, float]], list[list[str]]],
) -> None:
    pairs, features = told
    assert len({event for event, _, _ in pairs}) > 2
    for (event, key, _), names in zip(pairs, features, strict=True):
        rivals = [score for other, k, score in pairs if other == event and k != key]
        assert f"rival-alone={rung(max(rivals, default=None))}" in names


def test_the_rank_of_a_pair_counts_the_better_ones_of_its_event(
    told: tuple[list[tuple[int, int, float]], list[list[str]]],
) -> None:
    pairs, features = told
    for (event, _, score), names in zip(pairs, features, strict=True):
        better = sum(other == event and own > score for other, _, own in pairs)
        assert f"rank-alone={min(3, better)}/{rung(score)}" in names


def test_the_event_before_is_the_one_told_before(told: tuple[list[tuple[int, int, float]], list[list[str]]]) -> None:
    pairs, features = told
    for (event, key, _), names in zip(pairs, features, strict=True):
        before = [score for other, k, score in pairs if other == event - 1 and k == key]
        expected = f"previous={rung(max(before, default=None))}/"
        assert any(name.startswith(expected) for name in names)
