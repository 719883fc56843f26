"""`marsad explain` on the sample reports with the reader as shipped: every value of every event has its reason."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from standin import Ran

from marsad import cli, pipeline
from marsad.model import CodedDocument, Document
from marsad.resources import DATA

SAMPLES = DATA / "samples"
LISTS = {
    "mentions": "mention",
    "actor": "actor",
    "recipient": "recipient",
    "places": "place",
    "weapons": "weapon",
    "casualties": "casualties",
    "damage": "damage",
    "source": "source",
}


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A record of the sample reports."""
    folder = tmp_path_factory.mktemp("samples")
    with pytest.raises(SystemExit) as left:
        cli.main(["add", str(SAMPLES), "--record", str(folder / "r.db"), "--quiet"])
    assert left.value.code == 0
    return str(folder / "r.db")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run the command line in this process."""

    def call(*arguments: str) -> Ran:
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main(list(arguments))
        said = capsys.readouterr()
        return Ran(int(left.value.code or 0), said.out, said.err)

    return call


def expected(event: dict[str, Any]) -> Counter[str]:
    """How many values of each field the event holds."""
    found = Counter({"trigger": 1, "status": 1})
    found.update({name: len(event[key]) for key, name in LISTS.items()})
    found["modes"] = 1 if event["modes"] else 0
    found["generic"] = 1 if event["generic"] else 0
    found["date"] = 1 if event["date"] or event["date_text"] else 0
    found["money"] = 1 if event["money"] else 0
    return +found


def rows(out: str) -> Iterator[dict[str, Any]]:
    return map(json.loads, out.splitlines())


def test_every_value_of_every_event_is_explained(record: str, run: Callable[..., Ran]) -> None:
    events = list(rows(run("events", "--record", record, "--format", "jsonl").out))
    assert len(events) > 20
    for event in events:
        lines = list(rows(run("explain", event["id"], "--record", record, "--format", "json").out))
        assert Counter(line["field"] for line in lines) == expected(event), event["id"]
        for line in lines:
            assert line["value"], (event["id"], line)
            assert line["why"]["rule"], (event["id"], line)
            assert line["why"]["words"], (event["id"], line)


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_no_value_of_a_report_is_left_without_a_reason_in_the_text(
    record: str, run: Callable[..., Ran], lang: str
) -> None:
    nothing = {"en": "nothing more is kept", "ar": "لا شيء أكثر محفوظ"}[lang]
    for name in ("wire", "translated", "two-stories", "noisy-page", "flash", "telegram"):
        out = run("explain", name, "--record", record, "--format", "text", "--lang", lang).out
        assert out
        assert nothing not in out


def read_undated(path: Path) -> CodedDocument:
    return pipeline.load_reader().read(Document(id="r", text=path.read_text(encoding="utf-8")))


def test_a_day_that_stays_unknown_is_explained(run: Callable[..., Ran], tmp_path: Path) -> None:
    report = tmp_path / "r.txt"
    report.write_text("قصفت القوات الروسية مدينة سومي يوم الاثنين، ما أدى إلى مقتل ثلاثة مدنيين.", encoding="utf-8")
    dated = [e for e in read_undated(report).events if e.date_text]
    assert dated
    assert all(e.date is None for e in dated)
    run("add", str(report), "--record", str(tmp_path / "u.db"))
    lines = list(rows(run("explain", "r", "--record", str(tmp_path / "u.db"), "--format", "json").out))
    days = [line for line in lines if line["field"] == "date"]
    assert [line["text"] for line in days] == [e.date_text.text for e in dated if e.date_text]
    assert all(line["why"]["rule"] and line["why"]["words"] for line in days)
