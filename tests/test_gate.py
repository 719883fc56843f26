"""The accuracy gate: fails below a floor, and only a flag lowers one."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval import corpus, gate
from marsad.model import Document

Predict = Callable[[Document], dict[str, Any]]


@pytest.fixture(autouse=True)
def small_corpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three exam reports and none of others."""
    cases = corpus.exam_cases()[:3]
    monkeypatch.setattr(gate, "exam_cases", lambda *_: cases)
    monkeypatch.setattr(gate, "shared_exam_files", list)


def perfect() -> Predict:
    answers = {case.document.id: corpus.as_prediction(case) for case in gate.exam_cases(False)}
    return lambda document: answers[document.id]


def blind(document: Document) -> dict[str, Any]:
    return {"id": document.id, "events": []}


def pinned(path: Path) -> dict[str, Any]:
    entry: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["own"]
    return entry


@pytest.fixture
def floors(tmp_path: Path) -> Path:
    path = tmp_path / "floors.json"
    assert gate.run(["--raise"], perfect(), path) == 0
    return path


def test_raising_pins_every_field_with_the_corpus(floors: Path) -> None:
    entry = pinned(floors)
    assert entry["corpus"] == corpus.corpus_hash(corpus.exam_files())
    assert {"events", "untyped", "figures", "status", "place", "actor country"} <= entry["floors"].keys()
    assert set(entry["floors"].values()) == {1.0}


def test_a_worse_reader_fails_and_changes_nothing(floors: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = floors.read_bytes()
    assert gate.run([], blind, floors) == 1
    assert "own: events is 0.0000, below its floor 1.000" in capsys.readouterr().err
    assert floors.read_bytes() == before


def test_raising_never_lowers(floors: Path) -> None:
    assert gate.run(["--raise"], blind, floors) == 1
    assert pinned(floors)["floors"]["events"] == 1.0


def test_only_the_flag_lowers(floors: Path) -> None:
    assert gate.run(["--lower"], blind, floors) == 0
    assert pinned(floors)["floors"]["events"] == 0.0


def test_another_corpus_fails_until_it_is_pinned_anew(
    floors: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gate, "exam_files", lambda: corpus.exam_files()[2:])
    assert gate.run(["--raise"], perfect(), floors) == 1
    assert "the exam reports changed" in capsys.readouterr().err
    assert gate.run(["--lower", "--raise"], perfect(), floors) == 0
    assert gate.run([], perfect(), floors) == 0


def test_words_that_are_not_in_the_report_fail(floors: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def invent(document: Document) -> dict[str, Any]:
        answer = corpus.as_prediction(next(c for c in gate.exam_cases(False) if c.document.id == document.id))
        answer["events"][0]["trigger"]["text"] = "invented"
        return answer

    assert gate.run([], invent, floors) == 1
    assert "quoted spans are not the report's words" in capsys.readouterr().err


def test_a_field_that_vanishes_fails() -> None:
    assert gate.check({"events": 0.5}, {"events": 0.5, "place": 0.1}) == ["place is 0.0000, below its floor 0.100"]


@pytest.mark.parametrize(("value", "floor"), [(0.6, 0.6), (0.6669, 0.666), (1.0, 1.0), (0.0, 0.0), (0.123, 0.123)])
def test_floors_are_rounded_down(value: float, floor: float) -> None:
    assert gate.round_down(value) == floor
    assert gate.check({"events": value}, {"events": floor}) == []


def test_the_own_corpus_holds_no_report_of_others() -> None:
    names = {p.stem for p in corpus.exam_files()}
    assert names == {f"d{n:02}" for n in range(1, 15)}
    assert not list(corpus.GOLD.rglob("seed*"))
    assert not list(corpus.GOLD.rglob("sentences*"))
    own = {case.document.id for case in corpus.training_cases(with_shared=False)}
    assert len(own) >= 288 + 200
    assert not own & {case.document.id for case in [*corpus.exam_cases(with_shared=True), *corpus.blind_cases()]}


def test_the_hash_depends_on_names_and_contents(tmp_path: Path) -> None:
    one, two = tmp_path / "a.txt", tmp_path / "b.txt"
    one.write_text("x", encoding="utf-8")
    two.write_text("x", encoding="utf-8")
    assert corpus.corpus_hash([one]) != corpus.corpus_hash([two])
    assert corpus.corpus_hash([one, two]) == corpus.corpus_hash([two, one])
