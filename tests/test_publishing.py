"""A record through a policy: what is withheld is not found either, and files and messages tell nothing of it."""

from __future__ import annotations

import csv
import datetime
import json
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from standin import TEXT, Ran, StandIn, make_event, span_in

from marsad import news, pipeline
from marsad.errors import InputError
from marsad.export import FORMATS
from marsad.export.contract import line_of
from marsad.model import CodedDocument, Document
from marsad.pipeline import load_fold
from marsad.publication.policy import Coarse, Delay, Drop, Policy, load_policy
from marsad.publishing import View
from marsad.record import Filters, Record, StoredJudgement, open_record

TODAY = datetime.date(2025, 8, 1)
PRIVATE = "Qqzamir Privatov"


def coded(name: str) -> CodedDocument:
    """A report with a private person among its actors."""
    document = Document(id=name, text=TEXT, title=PRIVATE, published="2025-07-22", publisher="a.example")
    event = make_event(name)
    person = msgspec.structs.replace(event.actor[0], name=PRIVATE)
    state = msgspec.structs.replace(event.actor[0], name="Russia", id="state:RUS", span=span_in(TEXT, "الروسية"))
    event = msgspec.structs.replace(event, actor=(person, state))
    return msgspec.structs.replace(StandIn().read(document), events=(event,))


@pytest.fixture
def record(location: str) -> Iterator[Record]:
    with open_record(location, load_fold()) as record:
        run = record.start_run("1", "d")
        for name in ("privatov-1", "privatov-2", "privatov-3"):
            record.add(coded(name), run)
        yield record


def ids(view: View, **filters: object) -> list[str]:
    return [told.event.id for _, told in view.tellings(Filters(**filters))]


def test_a_masked_person_is_not_found_by_name(record: Record) -> None:
    closed, open_ = View(record, Policy(), TODAY), View(record, today=TODAY)
    assert len(ids(open_, actor="privatov")) == 3
    assert ids(closed, actor="privatov") == []
    assert len(ids(closed, actor="russia")) == 3
    assert len(ids(closed, actor="RUS")) == 3


def test_a_coarsened_place_is_not_found_by_name(record: Record) -> None:
    view = View(record, Policy(places=(Coarse(finest="country"),)), TODAY)
    assert ids(view, place="Sumy") == []
    assert len(ids(view, country="UKR")) == 3


def test_withheld_words_cannot_be_searched(record: Record) -> None:
    with pytest.raises(InputError, match="withholds the words"):
        ids(View(record, Policy(), TODAY), text="قصفت")


def test_limits_count_what_is_shown(record: Record) -> None:
    assert len(ids(View(record, Policy(), TODAY), limit=2)) == 2


def test_reading_on_from_a_place_gives_the_rest(record: Record) -> None:
    view = View(record, today=TODAY)
    (key, first), *_ = view.tellings(Filters())
    rest = [told.event.id for _, told in view.tellings(Filters(), after=key)]
    assert [first.event.id, *rest] == ids(view)


@pytest.mark.usefixtures("record")
@pytest.mark.parametrize("name", sorted(FORMATS))
def test_no_file_of_the_command_line_tells_a_masked_name(
    marsad: Callable[..., Ran], folder: Path, name: str, location: str
) -> None:
    out = folder / "out"
    ran = marsad("--record", location, "export", str(out), "--format", name, "--policy", "careful")
    if name == "gold":
        assert ran.code == 2
        assert "withholds" in ran.err
    else:
        assert ran.code == 0
    told = ran.out + ran.err + ("" if not out.exists() else out.read_bytes().decode("utf-8", "replace"))
    assert "rivatov" not in told


@pytest.mark.usefixtures("record")
def test_the_policy_may_come_from_the_environment(
    marsad: Callable[..., Ran], folder: Path, monkeypatch: pytest.MonkeyPatch, location: str
) -> None:
    monkeypatch.setenv("MARSAD_POLICY", "careful")
    ran = marsad("--record", location, "export", str(folder / "x.csv"))
    assert ran.code == 0
    assert "rivatov" not in (folder / "x.csv").read_text("utf-8-sig")


@pytest.mark.usefixtures("record")
def test_a_publisher_to_drop_whom_no_report_has_is_named(
    marsad: Callable[..., Ran], folder: Path, location: str
) -> None:
    (folder / "p.toml").write_text('[drop]\npublishers = ["A.example", "a.exmaple"]')
    ran = marsad("--record", location, "export", "x.csv", "--policy", "p.toml")
    assert (ran.code, ran.err.count("no report has")) == (0, 1)
    assert "a.exmaple" in ran.err
    assert len((folder / "x.csv").read_text("utf-8-sig").splitlines()) == 1


@pytest.mark.usefixtures("record")
def test_a_dropped_confidence_is_empty_and_not_nought(marsad: Callable[..., Ran], folder: Path, location: str) -> None:
    (folder / "p.toml").write_text('[drop]\nfields = ["confidence"]')
    for name in ("x.csv", "x.jsonl", "x.geojson"):
        assert marsad("--record", location, "export", name, "--policy", "p.toml").code == 0
    rows = list(csv.DictReader((folder / "x.csv").read_text("utf-8-sig").splitlines()))
    assert rows
    assert {row["confidence"] for row in rows} == {""}
    told = [json.loads(line) for line in (folder / "x.jsonl").read_text("utf-8").splitlines()]
    assert {event["confidence"] for whole in told for event in whole.get("events", [whole])} == {None}
    features = json.loads((folder / "x.geojson").read_text("utf-8"))["features"]
    assert {feature["properties"]["confidence"] for feature in features} == {None}


# ---- what a search, an order or a neighbour would tell --------------------------------------------------------------

TOLD = "قصفت مسيرات روسية مدينة سومي يوم {day}، ما أدى إلى مقتل {killed} مدنيين، وفق {who}."


@pytest.fixture
def linked(location: str) -> Iterator[Record]:
    """Two outlets on one strike, and one outlet on another, read and linked."""
    told = [
        Document(id="loud", text=TOLD.format(day="الاثنين", killed=9, who="تاس"), publisher="Loud.example"),
        Document(id="calm", text=TOLD.format(day="الاثنين", killed=3, who="السلطات المحلية"), publisher="calm.example"),
        Document(id="late", text=TOLD.format(day="الجمعة", killed=4, who="تاس"), publisher="loud.example"),
    ]
    published = ["2025-07-22", "2025-07-22", "2025-07-26"]
    dated = [msgspec.structs.replace(d, published=day) for d, day in zip(told, published, strict=True)]
    with open_record(location, load_fold()) as record:
        run = record.start_run("1", "d")
        for outcome in pipeline.process(dated, pipeline.load_reader(), record, run):
            assert outcome.state == "added", outcome.problem
        yield record


def with_drop(**dropped: Any) -> Policy:
    """The open policy, but for what is dropped."""
    return msgspec.structs.replace(load_policy("open"), drop=Drop(**dropped))


def shown(view: View, **filters: Any) -> list[Any]:
    return [told for _, told in view.happenings(Filters(**filters))]


def test_reports_of_dropped_publishers_do_not_count(linked: Record) -> None:
    whole, part = View(linked, today=TODAY), View(linked, with_drop(publishers=("LOUD.example",)), TODAY)
    assert len(shown(whole)) == 2
    assert max(item.reports for item in shown(whole)) == 2
    (left,) = shown(part)
    assert (left.reports, left.summary.reckoning.figures["killed"].high) == (1, 3)
    assert {m[0] for m in left.summary.mentions} == {"calm"}
    assert {t.report for t in left.summary.reckoning.totals} <= {"calm"}
    assert len(shown(part, min_killed=4)) == 0, "a search by what only they say finds nothing"
    assert len(shown(part, min_killed=3, types=("ASSAULT",), since="2025-07-20", until="2025-07-22")) == 1
    gone = next(item.id for item in shown(whole) if item.id != left.id)
    assert part.happening(gone) is None
    assert part.happening(left.id) == left


def test_a_dropped_source_is_not_named_by_another_of_its_names(linked: Record) -> None:
    for name in ("TASS", "agency:tass", "تاس"):
        view = View(linked, with_drop(sources=(name,)), TODAY)
        told = str([line_of(item) for item in (*shown(view), *(t for _, t in view.tellings(Filters())))])
        assert "tass" not in told.lower(), name


def test_a_town_that_was_coarsened_is_not_found_in_its_province(linked: Record) -> None:
    view = View(linked, Policy(places=(Coarse(finest="admin"),)), TODAY)
    assert {p.name for item in shown(view) for p in item.summary.places} == {"Sumy Oblast"}
    assert shown(view, place="Sumy") == []
    assert ids(view, place="Sumy") == []
    assert len(shown(view, country="UKR")) == 2


def test_dropped_fields_cannot_be_searched(linked: Record) -> None:
    for field, filters in (
        ("date", {"since": "2025-07-01"}),
        ("date", {"until": "2025-07-22"}),
        ("places", {"country": "UKR"}),
        ("places", {"place": "Sumy"}),
        ("casualties", {"min_killed": 3}),
    ):
        view = View(linked, Policy(drop=Drop(fields=(field,))), TODAY)
        with pytest.raises(InputError, match=field):
            shown(view, **filters)
        with pytest.raises(InputError, match=field):
            ids(view, **filters)


def test_an_order_of_days_does_not_tell_dropped_days(linked: Record) -> None:
    view = View(linked, Policy(drop=Drop(fields=("date",))), TODAY)
    found = list(view.happenings(Filters()))
    assert [place for place, _ in found] == [
        ("", item.id) for item in sorted((i for _, i in found), key=lambda i: i.id)
    ]
    rest = list(view.happenings(Filters(), after=found[0][0]))
    assert [item.id for _, item in rest] == [item.id for _, item in found[1:]]
    assert "2025" not in str([line_of(item) for _, item in found])


def test_what_comes_of_age_is_news(linked: Record) -> None:
    policy = Policy(delay=(Delay(days=10),))
    then = datetime.date(2025, 7, 30)
    seen = news.Moment(10**9, then)
    early = View(linked, policy, then)
    assert news.since(early, Filters(), seen)[1] == []
    moment, found = news.since(View(linked, policy, datetime.date(2025, 7, 31)), Filters(), seen)
    assert [item.summary.start for item in found if not isinstance(item, news.Gone)] == ["2025-07-21"]
    assert moment.day == datetime.date(2025, 7, 31)
    assert news.since(View(linked, policy, moment.day), Filters(), moment)[1] == []


def test_whoever_may_not_know_of_an_incident_is_not_told_that_it_is_gone(linked: Record) -> None:
    start = news.Moment(0, TODAY)
    name = shown(View(linked, today=TODAY))[0].id
    reject = StoredJudgement(key=0, at="", author="amal", kind="reject", left=name)
    linked.judge(reject)
    assert news.Gone(name) in news.since(View(linked, today=TODAY), Filters(), start)[1]
    for policy in (Policy(delay=(Delay(days=1000),)), Policy(review="confirmed")):
        assert name not in [item.id for item in news.since(View(linked, policy, TODAY), Filters(), start)[1]]


# ---- stopped half-way -----------------------------------------------------------------------------------------------

HALF_WAY = """
import sys, time
from marsad import cli, publishing
whole = publishing.View.items
def items(*arguments, **named):
    for item in whole(*arguments, **named):
        yield item
        print("begun", flush=True)
        time.sleep(600)
publishing.View.items = items
cli.main(sys.argv[1:])
"""


@pytest.mark.parametrize(
    ("order", "signal_"),
    [
        *((("release", "out"), name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGKILL")),
        *((("export", "out", "--format", "csv"), name) for name in ("SIGTERM", "SIGHUP")),
        *((("export", "out", "--format", form), name) for form in FORMATS for name in ("SIGINT", "SIGKILL")),
    ],
)
def test_whoever_is_stopped_leaves_nothing_half_written(folder: Path, order: tuple[str, ...], signal_: str) -> None:
    with open_record("r.db", load_fold()) as record:
        record.add(coded("r1"), record.start_run("1", "d"))
    if order[0] == "export":
        (folder / "out").write_text("old")
    before = {p.name for p in folder.iterdir()}
    line = [sys.executable, "-c", HALF_WAY, *order, "--policy", "open", "--record", "r.db"]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as ran:
        assert ran.stdout is not None
        assert ran.stdout.readline() == "begun\n"
        ran.send_signal(getattr(signal, signal_))
        _, said = ran.communicate()
    left = {p.name for p in folder.iterdir() if not p.name.startswith("r.db")}
    if signal_ == "SIGKILL":  # which nobody can catch: what stays is hidden
        assert all(name.startswith(".out.") for name in left - before)
    else:
        assert (ran.returncode, left) == (1, {n for n in before if not n.startswith("r.db")})
        assert "no file is half-written" in said
    assert not (folder / "out").is_file() or (folder / "out").read_text() == "old"
    assert (folder / "out").exists() == (order[0] == "export")


SLOWLY = """
import itertools, sys, time
from marsad import cli, publishing
whole = publishing.View.items
def items(*arguments, **named):
    (one,) = whole(*arguments, **named)
    for n in range(1000):
        time.sleep(0.002)
        yield one
publishing.View.items = items
cli.main(sys.argv[1:])
"""


def test_a_long_export_counts_along_on_a_terminal(folder: Path) -> None:
    with open_record("r.db", load_fold()) as record:
        record.add(coded("r1"), record.start_run("1", "d"))
    mine, its = pty.openpty()
    line = [sys.executable, "-c", SLOWLY, "export", "out.csv", "--record", "r.db"]
    with subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=its) as ran:
        os.close(its)
        told = b""
        while portion := _read(mine):
            told += portion
    os.close(mine)
    assert ran.returncode == 0
    assert re.search(rb"\b([2-9]00|1,000)\b", told)
    assert len((folder / "out.csv").read_text("utf-8-sig").splitlines()) == 1001


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 10_000)
    except OSError:  # whoever wrote is gone
        return b""
