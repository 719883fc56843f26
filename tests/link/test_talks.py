"""Steps of talks: which events are steps, and what the words around them say they are about."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from marsad.language import Language
from marsad.link.talks import read_topics, step_kind
from marsad.link.terms import LinkWordRow, ProcessTopicRow, SourceKindRow, Terms
from marsad.model import Event, Span
from marsad.resources import DATA, read_tsv

CASES = Path(__file__).parent.parent / "cases" / "talks.tsv"


def rows() -> list[list[str]]:
    with CASES.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]


@pytest.fixture(scope="session")
def terms(arabic: Language) -> Terms:
    folder = DATA / "ar"
    return Terms(
        read_tsv(folder / "link_words.tsv", LinkWordRow),
        read_tsv(folder / "source_kinds.tsv", SourceKindRow),
        arabic,
        read_tsv(folder / "process_topics.tsv", ProcessTopicRow),
    )


@pytest.mark.parametrize(("text", "mentions", "topics", "note"), rows(), ids=lambda cell: cell[:40])
def test_what_a_step_is_about(text: str, mentions: str, topics: str, note: str, arabic: Language, terms: Terms) -> None:
    events = []
    for number, (word, kind) in enumerate(m.split(":") for m in mentions.split()):
        at = text.index(word)
        events.append(Event(id=f"r:e{number}", type=kind, trigger=Span(at, at + len(word), word)))
    sentences = [
        (s, [k for k, e in enumerate(events) if s.start <= e.trigger.start < s.end])
        for s in arabic.read_sentences(text, 0, len(text))
    ]
    found = [read_topics(events, k, sentences, terms) for k in range(len(events))]
    assert [",".join(dict.fromkeys(t.topic for t in own)) or "-" for own in found] == topics.split(), note
    assert all(text[t.start : t.end].strip() for own in found for t in own)


@pytest.mark.parametrize(
    ("kind", "modes", "topics", "step"),
    [
        ("CONSULT", ("third-party", "visit"), (), "mediated"),
        ("CONSULT", ("phone",), (), "called"),
        ("CONSULT", (), (), "met"),
        ("AGREE", (), (), "accepted"),
        ("REQUEST", ("meet",), (), "proposed"),
        ("REQUEST", ("change",), (), None),
        ("REQUEST", ("change",), ("ceasefire",), "proposed"),
        ("RETREAT", ("release",), (), "acted"),
        ("RETREAT", ("resign",), (), None),
        ("ASSAULT", (), ("ceasefire",), None),
    ],
)
def test_which_events_are_steps(kind: str, modes: tuple[str, ...], topics: tuple[str, ...], step: str | None) -> None:
    assert step_kind(kind, modes, topics) == step
