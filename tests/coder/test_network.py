"""The network sees words around a token, gives the same bytes however its sums are taken, and keeps what it learnt."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from eval.network import Text, train_network
from marsad.coder import network
from marsad.coder.features import token_names
from marsad.coder.network import Network, Weights, load_network, read_weights, write_weights
from marsad.errors import ResourceError
from marsad.language import Sentence, Token, Word

EVENTS = ["O", "B-A", "I-A", "B-B", "I-B"]
ROLES = ["O", "B-R", "I-R"]
WORDS = {letter: Word(letter, "word", stem=letter, light=letter, bare=(letter,)) for letter in "abcdefgh"}


def sentence(letters: str, line: int = 1) -> Sentence:
    tokens = [Token(i, i + 1, WORDS[letter]) for i, letter in enumerate(letters)]
    return Sentence(0, len(letters), tokens, [], [], [], [], line)


def random_weights(seed: int = 1, size: int = 8) -> Weights:
    draw = np.random.default_rng(seed)

    def whole(most: int, *shape: int) -> np.ndarray:
        return draw.integers(-most, most + 1, shape).astype(np.int16)

    layers = len(network.DILATIONS)
    return Weights(
        names=[f"s={letter}" for letter in "abcdefgh"] + ["at=0"],
        labels=(EVENTS, ROLES),
        table=whole(100, 9, size).astype(np.int8),
        base=whole(20, size),
        scales=whole(400, layers, size),
        layers=whole(255, layers, 3 * size, 2 * size),
        biases=whole(100, layers, 2 * size),
        out=whole(300, 2 * size, len(EVENTS) + len(ROLES)),
        out_bias=whole(100, len(EVENTS) + len(ROLES)),
    )


def letters(count: int, seed: int = 3) -> str:
    return "".join(random.Random(seed).choices("abcdefgh", k=count))


def test_a_word_is_seen_from_as_far_as_the_layers_reach_and_no_farther() -> None:
    model = Network(random_weights())
    text = letters(40)
    changed = text[:20] + ("a" if text[20] != "a" else "b") + text[21:]
    before, after = (model.mark([sentence(t)]).events.scores for t in (text, changed))
    moved = np.flatnonzero((before != after).any(axis=1))
    assert {19, 20, 21} <= set(moved.tolist())
    assert max(abs(moved - 20)) <= sum(network.DILATIONS)


def test_sentences_see_each_other() -> None:
    model = Network(random_weights())
    alone = model.mark([sentence("abc")]).events.scores
    together = model.mark([sentence("abc"), sentence("fgh")]).events.scores
    assert (alone != together[:3]).any()


def test_a_long_text_is_read_in_windows_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Network(random_weights())
    text = [sentence(letters(30, seed)) for seed in range(5)]
    whole = model.mark(text)
    monkeypatch.setattr(network, "_WINDOW", 17)
    cut = model.mark(text)
    assert (whole.events.scores == cut.events.scores).all()
    assert [r.labels for r in whole.roles] == [r.labels for r in cut.roles]


def test_sums_are_exact_so_that_their_order_changes_nothing() -> None:
    weights, order = random_weights(), np.random.default_rng(5).permutation(8)
    both = np.concatenate([order, order + 8])
    turned = weights._replace(
        table=weights.table[:, order],
        base=weights.base[order],
        scales=weights.scales[:, order],
        layers=weights.layers[:, np.concatenate([order + 8 * k for k in range(3)])][:, :, both],
        biases=weights.biases[:, both],
        out=weights.out[both],
    )
    text = [sentence(letters(200))]
    assert (Network(weights).mark(text).events.scores == Network(turned).mark(text).events.scores).all()


def test_the_inside_of_a_role_follows_its_own_beginning() -> None:
    for seed in range(20):
        marks = Network(random_weights(seed)).mark([sentence(letters(60, seed)), sentence(letters(9, seed))])
        for tagged in marks.roles:
            for before, label in zip(["O", *tagged.labels], tagged.labels, strict=False):
                assert label[0] != "I" or before[2:] == label[2:]


def test_what_was_remembered_of_words_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "_FORMS", 4)
    model, fresh = Network(random_weights()), Network(random_weights())
    texts = [[sentence(letters(12, seed), line=seed)] for seed in range(6)]
    found = [model.mark(text).events.scores for text in texts]
    assert all(
        (own == fresh.mark(text).events.scores).all() for own, text in zip(found[::-1], texts[::-1], strict=True)
    )


def test_weights_are_read_as_they_were_written(tmp_path: Path) -> None:
    weights = random_weights()
    write_weights(tmp_path / "network.tsv", weights, "made up")
    again = read_weights(tmp_path / "network.tsv")
    text = [sentence(letters(50))]
    expected = Network(weights).mark(text).events.scores
    assert (Network(again).mark(text).events.scores == expected).all()
    for _ in range(2):  # the second time from the packed file
        assert (load_network(tmp_path / "network.tsv").mark(text).events.scores == expected).all()


@pytest.mark.parametrize("damage", ["s=a", "@layers", "@roles"])
def test_a_broken_file_is_refused(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "network.tsv"
    write_weights(path, random_weights(), "made up")
    lines = path.read_text(encoding="utf-8").splitlines()
    at = next(k for k, line in enumerate(lines) if line.startswith(damage))
    path.write_text("\n".join([*lines[:at], damage + "\t12 x", *lines[at + 1 :]]), encoding="utf-8")
    with pytest.raises(ResourceError, match=r"network\.tsv"):
        load_network(path)


def test_it_learns_what_depends_on_a_neighbour() -> None:
    """An "a" is an event only before a "b", three tokens on stands who did it: no single word tells."""
    texts, draw = [], random.Random(7)
    for _ in range(150):
        own = sentence("".join(draw.choices("abcdefgh", k=24)))
        row = [token.word.folded for token in own.tokens]
        events = ["B-A" if pair == ("a", "b") else "O" for pair in zip(row, [*row[1:], ""], strict=True)]
        roles = ["B-R" if k >= 3 and events[k - 3] == "B-A" else "O" for k in range(len(row))]
        texts.append(Text(token_names(own), events, roles))
    model = Network(train_network(texts, epochs=25))
    marks = model.mark([sentence("cdabefgabhcaacabde")])
    found = [model.event_labels[k] for k in marks.events.scores.argmax(axis=1)]
    assert [k for k, label in enumerate(found) if label == "B-A"] == [2, 7, 14]
    assert [k for k, label in enumerate(marks.roles[0].labels) if label == "B-R"] == [5, 10, 17]
