"""The tagger decodes the best path and remembers nothing wrong between texts."""

from __future__ import annotations

import itertools
import random

import numpy as np

from marsad.coder import features, tagger
from marsad.coder.tagger import Tagged, Tagger, make_tagger
from marsad.language import Sentence, Token, Word

LABELS = ["O", "B-A", "I-A", "B-B", "I-B"]


def sentence(*words: str) -> Sentence:
    tokens = [Token(i, i + 1, Word(w, "word", stem=w, light=w, bare=(w,))) for i, w in enumerate(words)]
    return Sentence(0, len(words), tokens, [], [], [], [])


def random_tagger(seed: int) -> Tagger:
    draw = random.Random(seed)
    weights = {f"s={w}": {label: draw.uniform(-1, 1) for label in LABELS} for w in "abcd"}
    weights |= {f"{k}|s={w}": {label: draw.uniform(-1, 1) for label in LABELS} for w in "abcd" for k in (-1, 1)}
    transitions = {(a, b): draw.uniform(-1, 1) for a in LABELS for b in LABELS}
    return make_tagger(LABELS, weights, transitions)


def tag(model: Tagger, *sentences: Sentence) -> list[Tagged]:
    return model.tag(sentences)


def total(model: Tagger, names: list[list[str]], path: tuple[str, ...]) -> float:
    own = sum(dict(model.contributions(n, label)).get(f, 0.0) for n, label in zip(names, path, strict=True) for f in n)
    return own + sum(model.transition(a, b) for a, b in itertools.pairwise(path))


def is_allowed(path: tuple[str, ...]) -> bool:
    pairs = itertools.pairwise(("O", *path))
    return all(not b.startswith("I-") or a[2:] == b[2:] for a, b in pairs)


def test_the_decoded_path_is_the_best_of_all() -> None:
    for seed in range(12):
        model = random_tagger(seed)
        text = sentence(*random.Random(seed).choices("abcd", k=4))
        names = tagger.feature_names(text)
        best = max(
            (p for p in itertools.product(LABELS, repeat=4) if is_allowed(p)), key=lambda p: total(model, names, p)
        )
        assert tag(model, text)[0].labels == list(best)


def test_scores_are_the_sums_of_the_named_features() -> None:
    model = random_tagger(3)
    text = sentence("a", "c", "b")
    scores = tag(model, text)[0].scores
    for i, names in enumerate(tagger.feature_names(text)):
        for k, label in enumerate(LABELS):
            assert np.isclose(scores[i, k], sum(w for _, w in model.contributions(names, label)), atol=1e-5)


def test_sentences_do_not_see_each_other() -> None:
    model = random_tagger(5)
    a, b = sentence("a", "b"), sentence("c", "d", "a")
    together = tag(model, a, b)
    assert np.allclose(together[1].scores, tag(model, b)[0].scores)
    assert together[0].labels == tag(model, a)[0].labels


def test_offsets_reach_as_far_as_the_padding() -> None:
    assert max(features.OFFSETS) == 3
    assert min(features.OFFSETS) == -3
