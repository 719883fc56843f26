"""How far words lean to roles is told in whole log-odds, whatever label won."""

from __future__ import annotations

import numpy as np

from marsad.coder.leaning import leanings
from marsad.coder.passage import Passage
from marsad.coder.tagger import Tagged

NAMES = ["O", "B-ACT", "I-ACT", "B-REC", "I-REC"]


def tagged(*rows: tuple[float, ...]) -> Tagged:
    return Tagged(["O"] * len(rows), np.array(rows, dtype=np.float32), NAMES)


PASSAGE = Passage(
    "",
    0,
    None,
    [],
    [],
    [
        tagged((2, 1, -9, -9, -9), (1, -2, 4.4, -1, -9)),
        tagged((0, -1, -9, -2, -30), (0, -9, -9, -9, 12)),
    ],
)


def test_the_likeliest_word_of_a_stretch_counts() -> None:
    assert leanings(PASSAGE, [(0, 0, 0), (0, 0, 1), (1, 0, 1)], ("ACT", "REC")) == [(-1, -5), (3, -2), (-1, 5)]


def test_the_last_word_is_read_and_the_next_sentence_is_not() -> None:
    assert leanings(PASSAGE, [(1, 1, 1), (0, 1, 1)], ("REC",)) == [(5,), (-2,)]


def test_a_role_that_no_label_has_is_far_off() -> None:
    assert leanings(PASSAGE, [(0, 0, 0)], ("SRC",)) == [(-5,)]


def test_no_stretches_no_leanings() -> None:
    assert leanings(PASSAGE, [], ("ACT",)) == []
