"""The record keeps every report once, whole, in all its versions, and finds it again."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.dialects import postgresql
from standin import NOISE, TEXT, StandIn, make_event, start, wait_for_reports

from marsad.errors import RecordError
from marsad.model import Attribution, CodedDocument, Document
from marsad.pipeline import load_fold
from marsad.record import Added, Filters, Record, open_record
from marsad.record.claims import claims_of
from marsad.record.migrate import config
from marsad.record.schema import VERSION, make_engine, metadata


def coded(name: str = "r1", text: str = TEXT, **fields: Any) -> CodedDocument:
    return StandIn().read(Document(id=name, text=text, **fields))


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with open_record(str(tmp_path / "r.db"), load_fold()) as opened:
        yield opened


def event_ids(record: Record, **filters: Any) -> list[str]:
    return [stored.event.id for stored in record.events(Filters(**filters))]


def report_ids(record: Record, **filters: Any) -> list[str]:
    return [stored.id for stored in record.reports(Filters(**filters))]


def test_everything_comes_back_as_it_was(record: Record) -> None:
    run = record.start_run("1", "data")
    written = coded(
        text=f"{TEXT}\n{NOISE}", title="عنوان", published="2025-07-22", publisher="a.example", url="https://a.example/1"
    )
    record.add(written, run)
    stored, found, event = record.find("r1")
    # The language of the text is known once it was read.
    assert found == msgspec.structs.replace(written, document=msgspec.structs.replace(written.document, language="ar"))
    assert event is None
    assert (stored.version, stored.events) == (1, 1)
    assert record.find("r1:e1")[2] == written.events[0]


def test_adding_twice_changes_nothing(record: Record) -> None:
    run = record.start_run("1", "data")
    assert record.add(coded(), run) == Added("added", 1)
    assert record.add(coded(), run) == Added("unchanged", 1)
    assert record.has(coded().document)
    assert event_ids(record) == ["r1:e1"]


def test_same_text_under_the_same_address_is_the_same_report(record: Record) -> None:
    run = record.start_run("1", "data")
    record.add(coded("a", url="https://a.example/1"), run)
    assert record.add(coded("b", url="https://a.example/1"), run).state == "unchanged"
    assert report_ids(record) == ["a"]


@pytest.mark.parametrize("url", ["https://a.example/1", None])
def test_changed_text_is_a_new_version_and_the_old_one_stays(record: Record, url: str | None) -> None:
    run = record.start_run("1", "data")
    record.add(coded(url=url), run)
    assert record.add(coded(text="تصحيح: " + TEXT, url=url), run) == Added("new-version", 2)
    assert event_ids(record) == ["r1:e1"]
    assert record.find("r1")[1].document.text.startswith("تصحيح")
    assert record.add(coded(url=url), run) == Added("unchanged", 1), "adding the old text again does not bring it back"
    assert record.find("r1")[0].version == 2


def test_changed_text_under_the_same_address_and_another_id(record: Record) -> None:
    run = record.start_run("1", "data")
    record.add(coded("a", url="https://a.example/1"), run)
    record.add(coded("b", "تصحيح: " + TEXT, url="https://a.example/1"), run)
    assert report_ids(record) == ["b"]
    assert event_ids(record) == ["b:e1"]


def test_a_publication_date_learned_later_makes_a_new_version(record: Record) -> None:
    run = record.start_run("1", "data")
    record.add(coded(), run)
    assert record.add(coded(published="2025-07-22"), run).state == "new-version"
    assert record.add(coded(), run).state == "unchanged"
    assert [r.published for r in record.reports(Filters())] == ["2025-07-22"]


@pytest.mark.parametrize(
    ("filters", "passes"),
    [
        ({"types": ("ASSAULT",)}, True),
        ({"types": ("AID", "CONSULT")}, False),
        ({"statuses": ("actual",)}, True),
        ({"statuses": ("negated",)}, False),
        ({"country": "ukr"}, True),
        ({"country": "RUS"}, False),
        ({"place": "sumy"}, True),
        ({"place": "سُومى"}, True),
        ({"place": "100%"}, False),
        ({"actor": "القوات الروسيه"}, True),
        ({"actor": "rus"}, True),
        ({"actor": "أشخاص"}, False),
        ({"since": "2025-07-21"}, True),
        ({"since": "2025-07-22"}, False),
        ({"until": "2025-07-21"}, True),
        ({"until": "2025-07-20"}, False),
        ({"min_killed": 3}, True),
        ({"min_killed": 4}, False),
        ({"text": "روسية سومي"}, True),
        ({"text": "صاروخ"}, True),
        ({"text": "من خاركيف"}, False),
        ({"text": '"OR NOT * سومي'}, False),
        ({"text": "***"}, False),
        ({"text": ""}, False),
    ],
)
def test_filters(record: Record, filters: dict[str, Any], passes: bool) -> None:
    record.add(coded(published="2025-07-21T10:00:00Z"), record.start_run("1", "data"))
    assert event_ids(record, **filters) == (["r1:e1"] if passes else [])
    assert report_ids(record, **filters) == (["r1"] if passes else [])


def test_short_words_are_found_too(record: Record) -> None:
    record.add(coded(), record.start_run("1", "data"))
    assert report_ids(record, text="ما أدى") == ["r1"]


def test_limit_and_order(record: Record) -> None:
    run = record.start_run("1", "data")
    for day in (21, 23, 22):
        record.add(coded(f"r{day}", published=f"2025-07-{day}"), run)
    assert report_ids(record) == ["r23", "r22", "r21"]
    assert report_ids(record, limit=1) == ["r23"]
    assert event_ids(record, limit=2) == ["r21:e1", "r23:e1"]


def test_claims_hold_each_value_with_its_words(record: Record, tmp_path: Path) -> None:
    record.add(coded(), record.start_run("1", "data"))
    with sqlite3.connect(tmp_path / "r.db") as connection:
        rows = connection.execute('SELECT field, value, start, "end", text, source FROM claims').fetchall()
    connection.close()
    killed = next(row for row in rows if row[0] == "killed")
    assert json.loads(killed[1])["min"] == 3
    assert (TEXT[killed[2] : killed[3]], killed[5]) == ("مقتل 3 أشخاص", "TASS")
    assert all(TEXT[start:end] == text for _f, _v, start, end, text, _s in rows)
    assert {row[0] for row in rows} >= {"type", "status", "actor", "recipient", "place", "date", "weapon", "damage"}


@pytest.mark.parametrize(
    ("names", "expected"), [((), [None]), (("TASS",), ["TASS"]), (("TASS", "RIA", "TASS"), ["RIA", "TASS"])]
)
def test_each_value_is_claimed_by_each_source(names: tuple[str, ...], expected: list[str | None]) -> None:
    (event,) = coded().events
    said = tuple(Attribution(span=event.source[0].span, name=name) for name in names)
    told = msgspec.structs.replace(coded(), events=(msgspec.structs.replace(event, source=said),))
    found = list(claims_of(told))
    assert sorted((c.source for c in found if c.field == "killed"), key=str) == expected
    assert len(found) == len(list(claims_of(coded()))) * len(expected)


def test_a_report_is_written_whole_or_not_at_all(record: Record) -> None:
    run = record.start_run("1", "data")
    broken = make_event("r1")
    twice = msgspec.structs.replace(coded(), events=(broken, msgspec.structs.replace(broken, id=None)))  # type: ignore[arg-type]
    with pytest.raises(RecordError):
        record.add(twice, run)
    assert report_ids(record) == []
    assert record.add(coded(), run).state == "added"


def test_unknown_id(record: Record) -> None:
    with pytest.raises(RecordError, match="no report or event 'x'"):
        record.find("x")


def test_migrations_make_the_declared_tables(tmp_path: Path) -> None:
    engine = make_engine(str(tmp_path / "r.db"), create=True)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": _is_declared})
        assert compare_metadata(context, metadata) == []
    assert ScriptDirectory.from_config(config()).get_current_head() == VERSION


def _is_declared(_object: object, name: str, kind: str, *_more: object) -> bool:
    return not (kind == "table" and name.startswith("document_words"))


def test_tables_are_valid_for_postgresql() -> None:
    for table in metadata.sorted_tables:
        assert "CREATE TABLE" in str(sa.schema.CreateTable(table).compile(dialect=postgresql.dialect()))


def test_opening_a_current_record_is_quick(record: Record, tmp_path: Path) -> None:
    record.add(coded(), record.start_run("1", "data"))
    began = time.perf_counter()
    with open_record(str(tmp_path / "r.db"), create=False) as again:
        assert len(event_ids(again)) == 1
    assert time.perf_counter() - began < 0.3


def other_program(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE notes (x)")
    connection.close()


def newer_program(path: Path) -> None:
    open_record(str(path)).close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0999'")
    connection.close()


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        (lambda path: path.write_text("not a database, but long enough to look at" * 50), "is not a Marsad record"),
        (lambda path: path.mkdir(), "is a folder"),
        (other_program, "database of another program"),
        (newer_program, "made by a newer Marsad"),
    ],
)
def test_what_is_no_record(tmp_path: Path, prepare: Any, said: str) -> None:
    path = tmp_path / "r.db"
    prepare(path)
    with pytest.raises(RecordError, match=said):
        open_record(str(path))


def test_records_that_cannot_be(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="PostgreSQL records are not supported yet"):
        open_record("postgresql://localhost/marsad")
    with pytest.raises(RecordError, match="does not exist"):
        open_record(str(tmp_path / "no" / "r.db"))
    with pytest.raises(RecordError, match="cannot be written"):
        open_record("/proc/r.db")
    with pytest.raises(RecordError, match="There is no record"):
        open_record(str(tmp_path / "r.db"), create=False)


def contents(path: Path) -> list[list[Any]]:
    """All that the record holds, but keys and times."""
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    selects = (
        "SELECT id, hash, text, version, current, language FROM documents ORDER BY id",
        "SELECT id, type, event FROM events ORDER BY id",
        'SELECT d.id, s.position, s.start, s."end" FROM stories s JOIN documents d ON d.key = s.document ORDER BY 1, 2',
        "SELECT e.id, c.field, c.value, c.text FROM claims c JOIN events e ON e.key = c.event ORDER BY 1, 2, 3",
        "SELECT d.id FROM document_words w JOIN documents d ON d.key = w.rowid WHERE words MATCH '\"سومي\"' ORDER BY 1",
    )
    rows = [connection.execute(select).fetchall() for select in selects]
    connection.close()
    return rows


def test_a_killed_run_loses_nothing_and_is_completed_by_the_next(folder: Path) -> None:
    lines = [json.dumps({"id": f"r{i}", "text": f"{i} {TEXT}"}) + "\n" for i in range(200)]
    (folder / "r.jsonl").write_text("".join(lines))
    whole = start("--quiet", "--record", "whole.db", "add", "r.jsonl")
    assert whole.wait() == 0
    killed = start("--quiet", "--record", "killed.db", "add", "r.jsonl", stderr=subprocess.DEVNULL)
    before = kill_halfway(killed, folder / "killed.db")
    after = len(contents(folder / "killed.db")[0])
    assert before <= after < 200
    assert start("--quiet", "--record", "killed.db", "add", "r.jsonl").wait() == 0
    assert contents(folder / "killed.db") == contents(folder / "whole.db")


def kill_halfway(process: subprocess.Popen[bytes], path: Path) -> int:
    """Kill once reports are committed; returns how many were seen."""
    count = wait_for_reports(path, 50)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    return count


def test_two_programs_may_add_at_once(folder: Path) -> None:
    for name in ("a", "b"):
        rows = [json.dumps({"id": f"{name}{i}", "text": TEXT}) + "\n" for i in range(100)]
        (folder / f"{name}.jsonl").write_text("".join(rows))
    both = [start("--quiet", "add", f"{name}.jsonl") for name in ("a", "b")]
    assert [process.wait() for process in both] == [0, 0]
    assert len(contents(folder / "marsad.db")[0]) == 200


def test_a_record_that_another_program_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "r.db"
    open_record(str(path)).close()
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr("marsad.record.schema.BUSY_MS", 50)
    with pytest.raises(RecordError, match="Another program is writing"), open_record(str(path)) as record:
        record.start_run("1", "data")
    holder.close()
