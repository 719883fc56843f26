"""Gold out of the review: what people answered becomes cases in the gold format, against which the reading is scored."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from marsad import pipeline, reviewing
from marsad.cli import cli
from marsad.corrections import Correction
from marsad.export.contract import to_contract
from marsad.model import Document, Span
from marsad.record import Record, StoredJudgement, open_record
from marsad.scoring import load_gold, score_folder

TOLD = {
    "sumy": "قُتل 7 أشخاص في قصف على مدينة سومي يوم الاثنين، وفق السلطات المحلية.",
    "kharkiv": "قُتل 3 أشخاص في قصف على مدينة خاركيف يوم الثلاثاء، وفق الشرطة.",
    "odesa": "أصيب 12 شخصا في هجوم بطائرات مسيرة على مدينة أوديسا يوم الجمعة.",
}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("reviewing") / "r.db"
    reader = pipeline.load_reader()
    with open_record(str(path), pipeline.load_fold()) as made:
        run = made.start_run("1", "data")
        for name, text in TOLD.items():
            coded = reader.read(Document(id=name, text=text, published="2025-07-26", publisher="a.example"))
            made.add(coded, run, reader.sketch(coded))
    return path


@pytest.fixture
def record(template: Path, tmp_path: Path) -> Any:
    path = tmp_path / "r.db"
    path.write_bytes(template.read_bytes())
    with open_record(str(path), pipeline.load_fold()) as made:
        yield made


def judge(record: Record, report: str, kind: str, author: str = "amal", **more: Any) -> int:
    """Judge the first event of a report."""
    event = record.find(report)[1].events[0]
    return record.judge(StoredJudgement(key=0, at="", author=author, kind=kind, left=event.id, **more))


def gold(record: Record) -> dict[str, list[dict[str, Any]]]:
    return {case["id"]: case["events"] for case in record.look(lambda c: list(reviewing.cases(c)))}


def test_a_confirmed_event_is_gold_as_it_was_read(record: Record, tmp_path: Path) -> None:
    judge(record, "sumy", "confirm")
    stream = io.BytesIO()
    assert record.look(lambda c: reviewing.write_cases(reviewing.cases(c), stream)) == 1
    path = tmp_path / "g.jsonl"
    path.write_bytes(stream.getvalue())
    (case,) = load_gold(path)
    assert case.document.text == TOLD["sumy"]
    assert any(c["outcome"] == "killed" and c["min"] == 7 for c in case.events[0]["casualties"])
    for found in case.events:
        assert case.document.text.count(found["trigger"]["context"]) == 1
    result = score_folder(path, lambda d: to_contract(record.find(d.id)[1]))
    assert result["events"]["fp"] == result["events"]["fn"] == 0
    assert result["events"]["tp"] == 1


def test_a_rejected_event_is_an_error_of_the_machine(record: Record) -> None:
    judge(record, "sumy", "confirm")
    judge(record, "odesa", "reject")
    reviewed, result = record.look(reviewing.measure)
    assert (reviewed.reports, reviewed.confirmed, reviewed.rejected) == (2, 1, 1)
    assert (result.events.tp, result.events.fp) == (1, 1)


def test_a_figure_put_right_is_an_error_of_that_field_alone(record: Record) -> None:
    judge(record, "kharkiv", "correct", field="killed", value=5)
    (event,) = [e for e in gold(record)["kharkiv"] if not e.get("unreviewed")]
    killed = [(c["min"], c["max"], c["text"]) for c in event["casualties"] if c["outcome"] == "killed"]
    assert [(low, high) for low, high, _ in killed] == [(5, 5)]
    assert killed[0][2] in TOLD["kharkiv"]
    reviewed, result = record.look(reviewing.measure)
    assert (reviewed.corrected, result.events.tp) == (1, 1)
    assert result.attributes["casualties"].f1 == 0.0
    assert result.attributes["place"].f1 == 1.0


def test_what_two_people_answer_differently_counts_neither_way(record: Record) -> None:
    judge(record, "sumy", "confirm")
    judge(record, "odesa", "confirm", "amal")
    judge(record, "odesa", "reject", "basim")
    assert list(gold(record)) == ["sumy"]
    judge(record, "odesa", "confirm", "basim")
    assert list(gold(record)) == ["odesa", "sumy"], "the last answer of each counts"


def test_an_answer_that_is_undone_is_none(record: Record) -> None:
    number = judge(record, "sumy", "reject")
    assert "sumy" in gold(record)
    record.judge(StoredJudgement(key=0, at="", author="amal", kind="undo", left="", undoes=number))
    assert gold(record) == {}


def test_what_nobody_answered_is_marked_and_not_scored(record: Record) -> None:
    reader = pipeline.load_reader()
    text = "\n".join(TOLD.values())
    coded = reader.read(Document(id="all", text=text, published="2025-07-26"))
    record.add(coded, record.start_run("1", "data"), reader.sketch(coded))
    judge(record, "all", "confirm")
    marks = [bool(e.get("unreviewed")) for e in gold(record)["all"]]
    assert marks.count(False) == 1
    assert marks.count(True) == len(coded.events) - 1
    reviewed, result = record.look(reviewing.measure)
    assert (reviewed.confirmed, reviewed.open) == (1, len(coded.events) - 1)
    assert (result.events.tp, result.events.fp, result.events.fn) == (1, 0, 0)


def pick(record: Record, report: str, words: str, kind: str, **more: Any) -> int:
    """Say something of words of a report, as the desk does."""
    _, coded, _ = record.find(report)
    start = coded.document.text.index(words)
    event = coded.events[0]
    seats = ((event.trigger.start, event.trigger.end),) if kind in ("set", "remove", "drop") else ()
    said = Correction(kind=kind, span=Span(start, start + len(words), words), seats=seats, **more)
    judgement = StoredJudgement(key=0, at="", author="amal", kind=kind, left=report, field=said.field, detail=said)
    return record.judge(judgement, pipeline.load_reader().sketch)


def test_a_value_put_right_by_its_words_is_an_error_of_that_field_alone(record: Record) -> None:
    pick(record, "sumy", "7 أشخاص", "set", field="killed", count=9, most=9)
    (event,) = [e for e in gold(record)["sumy"] if not e.get("unreviewed")]
    assert 9 in [c["min"] for c in event["casualties"] if c["outcome"] == "killed"]
    reviewed, result = record.look(reviewing.measure)
    assert (reviewed.reports, reviewed.confirmed, reviewed.corrected) == (1, 1, 1)
    assert (result.events.tp, result.events.fp, result.events.fn) == (1, 0, 0)
    assert result.attributes["casualties"].f1 < 1.0
    assert result.attributes["place"].f1 == 1.0


def test_an_event_that_people_added_is_one_that_the_machine_missed(record: Record) -> None:
    number = pick(record, "kharkiv", "الشرطة", "add", type="COERCE", status="actual")
    assert [e["type"] for e in gold(record)["kharkiv"] if not e.get("unreviewed")] == ["COERCE"]
    reviewed, result = record.look(reviewing.measure)
    assert (reviewed.added, reviewed.confirmed) == (1, 0)
    assert result.events.fn == 1
    record.judge(
        StoredJudgement(key=0, at="", author="amal", kind="undo", left="", undoes=number),
        pipeline.load_reader().sketch,
    )
    assert gold(record) == {}


def test_an_event_that_people_took_out_is_an_error_of_the_machine(record: Record) -> None:
    trigger = record.find("odesa")[1].events[0].trigger.text
    pick(record, "odesa", trigger, "drop")
    assert "odesa" in gold(record)
    reviewed, result = record.look(reviewing.measure)
    assert (reviewed.rejected, result.events.fp) == (1, 1)


def test_shares_come_with_how_sure_they_are() -> None:
    few, many = reviewing.share(3, 3), reviewing.share(300, 300)
    assert (few.is_few, many.is_few) == (True, False)
    assert few.low < 0.5 < 0.98 < many.low
    assert reviewing.share(0, 0).low == 0.0


def test_the_command_line_exports_and_scores_it(record: Record, tmp_path: Path) -> None:
    where = ["--record", str(tmp_path / "r.db")]
    path = tmp_path / "own.gold.jsonl"
    nothing = CliRunner().invoke(cli, ["export", str(path), "--reviewed", *where])
    assert "Nobody" in str(nothing.exception)
    judge(record, "sumy", "confirm")
    assert CliRunner().invoke(cli, ["export", str(path), "--reviewed", *where]).exit_code == 0
    assert [json.loads(line)["id"] for line in path.read_text(encoding="utf-8").splitlines()] == ["sumy"]
    scored = CliRunner().invoke(cli, ["score", "--reviewed", "--format", "json", *where])
    assert json.loads(scored.stdout)["events"]["tp"] == 1
    careful = CliRunner().invoke(cli, ["export", str(path), "--reviewed", "--policy", "careful", *where])
    assert "withholds" in str(careful.exception)
