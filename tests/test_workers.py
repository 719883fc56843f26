"""Reading in several processes gives the record of one; what dies or is stopped takes nothing with it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from intake_files import page
from standin import TEXT, Ran, StandIn

from marsad import workers
from marsad.commands.counting import Pace, Tally, list_refusals, progress_line
from marsad.export.wording import Wording
from marsad.intake import Meter, split
from marsad.pipeline import Outcome
from marsad.record import open_record, proof

REPORTS = 60


def lines(count: int = REPORTS) -> Iterator[str]:
    """Reports of every kind: read, copies, another language, broken, the same again, changed."""
    for i in range(count):
        text = {7: "hello", 9: "", 11: "انفجر القارئ", 13: f"3 {TEXT}"}.get(i, f"{i} {TEXT}")
        name = {15: "r3", 17: "r4"}.get(i, f"r{i}")
        yield json.dumps({"id": name, "text": f"4 {TEXT}" if i == 17 else text, "published": "2025-07-22"}) + "\n"


def everything(path: Path) -> dict[str, list[Any]]:
    """All rows of a record, without the times at which they were written."""
    connection = sqlite3.connect(path)
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    found: dict[str, list[Any]] = {}
    for table in tables:
        if table.startswith(("sqlite_", "document_words_")):
            continue
        cursor = connection.execute(f'SELECT * FROM "{table}"')
        names = [d[0] for d in cursor.description]
        keep = [i for i, n in enumerate(names) if n not in ("at", "received_at", "started_at")]
        found[table] = sorted([repr([row[i] for i in keep]) for row in cursor])
    connection.close()
    return found


def test_two_processes_make_the_record_of_one(folder: Path, marsad: Callable[..., Ran]) -> None:
    (folder / "r.jsonl").write_text("".join(lines()))
    (folder / "s.html").write_text(page())
    one = marsad("add", "r.jsonl", "s.html", "--record", "one.db", "--processes", "1")
    two = marsad("add", "r.jsonl", "s.html", "--record", "two.db", "--processes", "2")
    assert (one.code, one.err) == (two.code, two.err), "also what is said, in the order of the inputs"
    assert one.code == 1
    expected = everything(folder / "one.db")
    assert len(expected["documents"]) == REPORTS + 1 - 3, "one has no text, one trips the reader, one is there already"
    assert len(expected["receipts"]) == len(expected["documents"]) + 1
    assert everything(folder / "two.db") == expected


def test_a_report_that_kills_its_reader_takes_no_other_with_it(folder: Path, marsad: Callable[..., Ran]) -> None:
    rows = list(lines(40))
    rows[20] = json.dumps({"id": "deadly", "text": "مات القارئ"}) + "\n"
    (folder / "r.jsonl").write_text("".join(rows))
    ran = marsad("add", "r.jsonl", "--processes", "2")
    assert ran.code == 1
    assert "marsad: r.jsonl:21: reading it ended the process that read it; give its text as .txt" in ran.err
    rows[20] = ""
    (folder / "r.jsonl").write_text("".join(rows))
    marsad("add", "r.jsonl", "--record", "without.db", "--processes", "1")
    names = [sorted(r.split(",")[1] for r in everything(folder / n)["documents"]) for n in ("marsad.db", "without.db")]
    assert names[0] == names[1]


def test_broken_data_stops_everything_with_its_own_words(folder: Path, marsad: Callable[..., Ran]) -> None:
    (folder / "r.jsonl").write_text("".join(lines()))
    import standin

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("marsad.pipeline.load_reader", standin.load_broken)
        ran = marsad("add", "r.jsonl", "--processes", "2")
    assert ran.code == 2
    assert ran.err == "marsad: triggers.tsv:3 is broken; correct it.\n"


def test_what_is_known_is_passed_over_without_a_reader(folder: Path, marsad: Callable[..., Ran]) -> None:
    (folder / "r.jsonl").write_text("".join(lines()))
    marsad("add", "r.jsonl")

    def load() -> StandIn:
        raise AssertionError("nothing is to be read")

    kept = [line for i, line in enumerate(lines()) if i not in (9, 11)]  # those are refused each time
    (folder / "r.jsonl").write_text("".join(kept))
    marsad("add", "r.jsonl")
    with open_record("marsad.db") as record:
        crew = workers.Crew(count=2, load=load, location="marsad.db")
        outcomes = list(workers.process(split(["r.jsonl"]), crew, record, 1))
    assert [o.state for o in outcomes] == ["unchanged"] * len(kept)


def test_bytes_and_report_come_together_or_not_at_all(
    folder: Path, marsad: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "r.txt").write_text(TEXT)

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(proof, "keep", stopped)
    assert marsad("add", "r.txt").code == 1
    assert everything(folder / "marsad.db")["documents"] == []
    monkeypatch.undo()
    monkeypatch.chdir(folder)
    monkeypatch.setattr("marsad.pipeline.load_reader", StandIn)
    assert marsad("add", "r.txt").code == 0
    kept = everything(folder / "marsad.db")
    assert (len(kept["documents"]), len(kept["receipts"])) == (1, 1)


def test_a_dry_run_says_what_would_be_added_and_writes_nothing(folder: Path, marsad: Callable[..., Ran]) -> None:
    (folder / "r.jsonl").write_text("".join(lines()))
    ran = marsad("add", "r.jsonl", "--dry-run", "--format", "json")
    assert list(folder.iterdir()) == [folder / "r.jsonl"]
    assert "it would be kept, but not read" in ran.err
    planned = json.loads(ran.out)
    marsad("add", "r.jsonl", "--record", "real.db")
    before = everything(folder / "real.db")
    assert (planned["added"], planned["new_versions"], planned["unread"]) == (56, 1, 1)
    assert (planned["unchanged"], planned["copies"], planned["failed"]) == (1, 1, 1)
    assert len(before["documents"]) == 56 + 1 + 1 - 1, "that a report trips the reader shows when it is read"
    again = json.loads(marsad("add", "r.jsonl", "--record", "real.db", "--dry-run", "--format", "json").out)
    assert again["unchanged"] == len(before["receipts"])
    assert everything(folder / "real.db") == before


def test_the_summary_says_why_inputs_were_refused(folder: Path, marsad: Callable[..., Ran]) -> None:
    rows = [json.dumps({"text": t}) + "\n" for t in ("", "", "hello", TEXT)]
    (folder / "r.jsonl").write_text("".join(rows) + "{\n" + '{"text": "x", "published": "22/7"}\n')
    ran = marsad("add", "r.jsonl", "--format", "json")
    summary = json.loads(ran.out)
    assert (summary["added"], summary["failed"], summary["unread"]) == (1, 4, 1)
    assert summary["reasons"]["there is no text"] == 2
    assert summary["reasons"]["… is not a publication date"] == 1
    said = marsad("add", "r.jsonl", "--record", "b.db").err.splitlines()
    assert "  2 × there is no text" in said


def test_many_reasons_are_cut_short() -> None:
    tally = Tally()
    for i in range(14):
        tally.count(Outcome(state="failed", reason=f"reason {chr(97 + i)}"))
    assert list(list_refusals(tally, Wording("en")))[-1] == "  2 × other reasons"


def test_progress_tells_rate_and_time_left(folder: Path) -> None:
    (folder / "r.jsonl").write_text("".join(lines()))
    size = (folder / "r.jsonl").stat().st_size
    meter = Meter(["r.jsonl"])
    assert meter.total == size
    assert sum(1 for _ in split(["r.jsonl"], None, meter)) == REPORTS
    assert meter.done() == size
    assert Meter(["-"]).total is None
    pace = Pace(0.0)
    assert progress_line(Wording("en"), 3, pace, 1000) == "Reports: 3"
    for second in range(1, 100):
        # Half of them were known and flew by.
        pace.mark(float(second), 1000 * min(second, 50) + 20 * max(second - 50, 0), 100 * second)
    assert progress_line(Wording("en"), 50_980, pace, 19_900) == "Reports: 50,980 · 20.0/s · 1:40 left"
    assert progress_line(Wording("en"), 50_980, pace, 9_900) == "Reports: 50,980 · 20.0/s", "the last bytes are opened"
