"""The command line as people use it: what goes out, where errors go, and the exit code."""

from __future__ import annotations

import io
import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from standin import NOISE, TEXT, Ran, make_event, start, wait_for_reports

from marsad.commands import rendering
from marsad.export.wording import Wording

Marsad = Callable[..., Ran]


@pytest.fixture
def reports(folder: Path) -> Path:
    """A folder with one sound report, one in English, one empty."""
    (folder / "in").mkdir()
    (folder / "in/a.txt").write_text(TEXT)
    (folder / "in/en.txt").write_text("Nothing Arabic here.")
    (folder / "in/e.txt").write_text("")
    return folder


def lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


def test_read_in_a_pipe_gives_json_lines(marsad: Marsad, reports: Path) -> None:
    ran = marsad("read", "in/a.txt", "--published", "2025-07-22", "--publisher", "a.example")
    assert ran.code == 0
    (found,) = lines(ran.out)
    assert (found["id"], found["published"], found["publisher"]) == ("a", "2025-07-22", "a.example")
    assert found["events"][0]["id"] == "a:e1"
    assert not list(reports.glob("*.db")), "reading keeps nothing"


@pytest.mark.usefixtures("reports")
def test_failures_are_named_and_the_rest_is_read(marsad: Marsad) -> None:
    ran = marsad("read", "in", "missing.txt")
    assert ran.code == 1
    assert [found["id"] for found in lines(ran.out)] == ["a"]
    said = [line for line in ran.err.splitlines() if line.startswith("marsad: ")]
    assert [line.split(": ")[1] for line in said] == ["in/e.txt", "en", "missing.txt"]


def test_a_kept_report_is_shown_with_its_noise_dimmed(marsad: Marsad, folder: Path) -> None:
    (folder / "a.txt").write_text(f"{TEXT}\n{NOISE}")
    assert marsad("add", "a.txt").code == 0
    assert f'<span class="noise">{NOISE}</span>' in marsad("show", "a", "--format", "html").out


@pytest.mark.parametrize("source", ["in/en.txt", "in/e.txt", "missing.txt"])
def test_nothing_done_is_exit_code_2(marsad: Marsad, reports: Path, source: str) -> None:
    ran = marsad("read", source, "--output", "x.html")
    assert (ran.code, ran.out) == (2, "")
    assert not (reports / "x.html").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("read",),
        ("nonsense",),
        ("read", "a.txt", "--published", "yesterday"),
        ("read", "a.txt", "--format", "xml"),
        ("events",),
        ("events", "--since", "July"),
        ("events", "--type", "WAR"),
        ("events", "--record", "postgresql://localhost/x"),
        ("show", "nothing"),
        ("export", "x.bad"),
        ("add", "a.txt", "--record", "no/such/folder/r.db"),
    ],
)
def test_bad_usage_is_exit_code_2_without_a_traceback(marsad: Marsad, arguments: tuple[str, ...]) -> None:
    ran = marsad(*arguments)
    assert ran.code == 2
    assert ran.err
    assert "Traceback" not in ran.err


def test_read_formats(marsad: Marsad, reports: Path) -> None:
    assert json.loads(marsad("read", "in/a.txt", "--format", "json").out)[0]["id"] == "a"
    table = marsad("read", "in/a.txt", "--format", "table").out
    assert "Assault" in table
    assert "Sumy" in table
    assert "اعتداء" in marsad("read", "in/a.txt", "--format", "table", "--lang", "ar").out
    assert marsad("read", "in/a.txt", "--output", "x.html").code == 0
    assert (reports / "x.html").read_text().startswith("<!doctype html>")
    reasons = marsad("read", "in/a.txt", "--format", "table", "--explain").out
    assert "triggers.tsv:12" in reasons


def test_add_then_list_show_explain_export(marsad: Marsad, reports: Path) -> None:
    added = marsad("add", "in")
    assert added.code == 1, "one report is empty and one is not Arabic"
    assert "Reports added: 1 " in added.err
    assert marsad("add", "in/a.txt").code == 0
    assert [event["id"] for event in lines(marsad("events").out)] == ["a:e1"]
    assert {report["id"]: report["language"] for report in lines(marsad("reports").out)} == {"a": "ar", "en": None}
    assert lines(marsad("events", "--country", "SYR").out) == []
    assert "Assault" in marsad("events", "--format", "table").out
    assert "«مقتل 3 أشخاص» 64-76" in marsad("show", "a:e1", "--format", "text").out
    assert lines(marsad("show", "a").out)[0]["events"][0]["id"] == "a:e1"
    assert "<!doctype html>" in marsad("show", "a", "--format", "html").out
    reasons = lines(marsad("explain", "a:e1").out)
    assert reasons[0]["why"]["lost"] == [["COERCE", 0.04]]
    assert "lost: COERCE 0.04" in marsad("explain", "a", "--format", "text").out
    assert marsad("export", "x.csv").code == 0
    assert "a:e1" in (reports / "x.csv").read_text()
    assert "FeatureCollection" in marsad("export", "-", "--format", "geojson").out


def test_record_is_named_by_option_or_environment(
    marsad: Marsad, reports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert marsad("add", "in/a.txt", "--record", "one.db").code == 0
    monkeypatch.setenv("MARSAD_RECORD", "two.db")
    assert marsad("add", "in/a.txt").code == 0
    assert marsad("--record", "three.db", "add", "in/a.txt").code == 0
    assert sorted(path.name for path in reports.glob("*.db")) == ["one.db", "three.db", "two.db"]


@pytest.mark.usefixtures("reports")
def test_quiet_says_only_errors(marsad: Marsad) -> None:
    assert marsad("add", "in/a.txt", "--quiet").err == ""
    assert marsad("-q", "read", "missing.txt").err.count("\n") == 1


@pytest.mark.usefixtures("reports")
def test_summaries_speak_arabic(marsad: Marsad) -> None:
    assert "قُرئت التقارير: 1" in marsad("read", "in/a.txt", "--lang", "ar").err


def test_terminal_control_characters_are_not_printed(marsad: Marsad, folder: Path) -> None:
    (folder / "r.txt").write_text("\x1b[31mعنوان\x1b]0;x\x1b\\ [bold]\n" + TEXT)
    out = marsad("read", "r.txt", "--format", "table").out
    assert "\x1b" not in out
    assert "[bold]" in out


def test_not_a_record(marsad: Marsad, reports: Path) -> None:
    (reports / "r.db").write_text("this is no database, and it is long enough to be sure" * 20)
    ran = marsad("add", "in/a.txt", "--record", "r.db")
    assert ran.code == 2
    assert ran.err == "marsad: r.db is not a Marsad record; give --record another path.\n"


def test_demo(marsad: Marsad, folder: Path) -> None:
    for _ in range(2):
        ran = marsad("demo")
        assert ran.code == 0
        assert "demo/index.html" in ran.out
    assert len(list((folder / "demo").glob("*.html"))) == 7
    assert len(lines(marsad("reports", "--record", "demo/marsad-demo.db").out)) == 6


@pytest.mark.usefixtures("folder")
def test_standard_input_and_output_as_programs_use_them() -> None:
    process = start("read", "-", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = process.communicate(json.dumps({"id": "x", "text": TEXT}).encode() + b"\n{bad\n")
    assert process.returncode == 1
    assert lines(out.decode())[0]["id"] == "x"
    assert err.decode().startswith("marsad: -:2:2: not JSON")


def test_a_reader_that_stops_early_is_no_error(folder: Path) -> None:
    (folder / "r.jsonl").write_text((json.dumps({"text": TEXT}) + "\n") * 500)
    process = start("--quiet", "read", "r.jsonl", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 0


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from marsad.cli import main\ntry: main(['--help'])\nfinally: print(*sys.modules, file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"numpy", "sqlalchemy", "lxml", "yaml", "marsad.coder", "marsad.pipeline"} & set(ran.stderr.split())
    for command in ("read", "add", "reports", "events", "show", "explain", "export", "score", "check-data", "demo"):
        assert f"  {command} " in ran.stdout


def test_stopping_keeps_what_was_added(folder: Path) -> None:
    (folder / "r.jsonl").write_text("".join(json.dumps({"id": f"r{i}", "text": TEXT}) + "\n" for i in range(20_000)))
    process = start("add", "r.jsonl", stderr=subprocess.PIPE)
    seen = wait_for_reports(str(folder / "marsad.db"), 20)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate()
    assert process.returncode == 1
    assert (
        err.decode().strip() == "marsad: stopped; what was added so far is in the record, and no file is half-written."
    )
    connection = sqlite3.connect(folder / "marsad.db")
    assert connection.execute("SELECT count(*) FROM documents").fetchone()[0] >= seen >= 20
    connection.close()


def test_a_report_that_trips_the_coder_is_named_and_skipped(marsad: Marsad, folder: Path) -> None:
    (folder / "r.jsonl").write_text(json.dumps({"text": "انفجر القارئ"}) + "\n" + json.dumps({"text": TEXT}) + "\n")
    ran = marsad("add", "r.jsonl")
    assert ran.code == 1
    assert "r:1: the coder failed (ValueError: no such clause)" in ran.err
    assert "Traceback" not in ran.err
    assert "Traceback" in marsad("read", "r.jsonl", "--verbose").err


def test_narrow_terminals_get_lines_instead_of_columns() -> None:
    out = rendering.Console(file=io.StringIO(), width=60)
    rendering.print_events(out, Wording("en"), [make_event("r1")])
    assert isinstance(out.file, io.StringIO)
    assert out.file.getvalue().splitlines()[0] == "r1:e1  Assault (Heavy weapons)  2025-07-21  Sumy"


def test_a_table_names_what_it_counts_and_cuts_long_names() -> None:
    event = make_event("r1")
    long = msgspec.structs.replace(event.actor[0], name="The High Committee for the Reconstruction of the South")
    event = msgspec.structs.replace(event, actor=(long, *(msgspec.structs.replace(long, name=n) for n in "ABCD")))
    wording = Wording("en")
    assert wording.figures(event) == ("Killed 3", "Damage: Building", "Weapon: Missile × 2")
    who, _arrow, _whom = wording.parties(event).partition(" \u200e→\u200e ")
    assert who == "The High Committee for the…, A, B +2"
    out = rendering.Console(file=io.StringIO(), width=140)
    rendering.print_events(out, wording, [event])
    assert isinstance(out.file, io.StringIO)
    assert max(map(len, out.file.getvalue().splitlines())) <= 142


def test_score_reads_a_gold_folder(marsad: Marsad, folder: Path) -> None:
    (folder / "gold").mkdir()
    (folder / "gold/g.txt").write_text(TEXT)
    trigger = {"text": "قصفت", "context": "قصفت القوات الروسية"}
    event = {"id": "e1", "type": "ASSAULT", "modes": [], "status": "actual", "trigger": trigger, "mentions": []}
    rest = {"actor": [], "recipient": [], "places": [], "date": None, "weapons": [], "casualties": [], "damage": []}
    gold = {"id": "g", "published": "2025-07-22", "publisher": None, "stories": [], "events": [event | rest]}
    (folder / "gold/g.json").write_text(json.dumps(gold))
    ran = marsad("score", "gold")
    assert ran.code == 0
    assert json.loads(ran.out)["events"]["f1"] == 1.0
