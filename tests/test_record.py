"""The record keeps every report once, whole, in all its versions, and finds it again."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from server import USER, Server
from standin import NOISE, TEXT, Ran, StandIn, engine_of, make_event, start, wait_for_reports

from marsad.errors import RecordError
from marsad.model import Attribution, CodedDocument, Document
from marsad.pipeline import load_fold
from marsad.record import Added, Filters, Record, open_record
from marsad.record.claims import claims_of
from marsad.record.database import make_engine
from marsad.record.migrate import config
from marsad.record.schema import VERSION, metadata


def coded(name: str = "r1", text: str = TEXT, **fields: Any) -> CodedDocument:
    return StandIn().read(Document(id=name, text=text, **fields))


@pytest.fixture
def record(location: str) -> Iterator[Record]:
    with open_record(location, load_fold()) as opened:
        yield opened


def rows_of(location: str, select: str) -> list[Any]:
    """What a query finds in a record, as plain rows."""
    engine = make_engine(location, create=False)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(sa.text(select))]
    engine.dispose()
    return found


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
        ({"text": "صا_وخ"}, False),
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
    assert report_ids(record, text="ما غيره") == []
    for other in ("12", "٧", "km"):
        assert report_ids(record, text=other) == []


def test_limit_and_order(record: Record) -> None:
    run = record.start_run("1", "data")
    for day in (21, 23, 22):
        record.add(coded(f"r{day}", published=f"2025-07-{day}"), run)
    assert report_ids(record) == ["r23", "r22", "r21"]
    assert report_ids(record, limit=1) == ["r23"]
    assert event_ids(record, limit=2) == ["r21:e1", "r23:e1"]


def test_claims_hold_each_value_with_its_words(record: Record, location: str) -> None:
    record.add(coded(), record.start_run("1", "data"))
    rows = rows_of(location, 'SELECT field, value, start, "end", text, source FROM claims')
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


def test_migrations_make_the_declared_tables(location: str) -> None:
    engine = make_engine(location, create=True)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": _is_declared})
        assert compare_metadata(context, metadata) == []
    engine.dispose()
    assert ScriptDirectory.from_config(config()).get_current_head() == VERSION


def _is_declared(_object: object, name: str, kind: str, *_more: object) -> bool:
    return not (kind == "table" and name.startswith("document_words"))


def test_opening_a_current_record_needs_no_migrating(
    record: Record, location: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    record.add(coded(), record.start_run("1", "data"))
    monkeypatch.delattr("marsad.record.migrate.migrate")
    with open_record(location, create=False) as again:
        assert len(event_ids(again)) == 1


def change(location: str, statement: str) -> None:
    """Do what another program might do to a record's database."""
    engine = engine_of(location)
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def test_a_database_of_another_program(location: str) -> None:
    change(location, "CREATE TABLE notes (x INTEGER)")
    with pytest.raises(RecordError, match="database of another program"):
        open_record(location)


def test_a_record_of_a_newer_marsad(location: str) -> None:
    open_record(location).close()
    change(location, "UPDATE alembic_version SET version_num = '0999'")
    with pytest.raises(RecordError, match="made by a newer Marsad"):
        open_record(location)


def test_no_record_where_one_is_only_read(location: str) -> None:
    with pytest.raises(RecordError, match="There is no record"):
        open_record(location, create=False)


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        (lambda path: path.write_text("not a database, but long enough to look at" * 50), "is not a Marsad record"),
        (lambda path: path.mkdir(), "is a folder"),
    ],
)
def test_what_is_no_record(tmp_path: Path, prepare: Any, said: str) -> None:
    path = tmp_path / "r.db"
    prepare(path)
    with pytest.raises(RecordError, match=said):
        open_record(str(path))


def test_records_that_cannot_be(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="does not exist"):
        open_record(str(tmp_path / "no" / "r.db"))
    with pytest.raises(RecordError, match="cannot be written"):
        open_record("/proc/r.db")


def test_a_database_that_is_not_there(server: Server, marsad: Callable[..., Ran]) -> None:
    ran = marsad("--record", f"postgresql://{USER}:secret@/nowhere?host={server.folder}", "reports")
    assert ran.code == 2
    assert "createdb nowhere" in ran.err
    assert "secret" not in ran.err
    assert ran.err.count("\n") == 1


def test_a_server_that_cannot_be_reached(tmp_path: Path, marsad: Callable[..., Ran]) -> None:
    pytest.importorskip("psycopg", reason="the driver psycopg is not installed")
    ran = marsad("add", "-", "--record", f"postgresql://amal:secret@/marsad?host={tmp_path}")
    assert ran.code == 2
    assert "cannot be reached" in ran.err
    assert "secret" not in ran.err
    assert ran.err.count("\n") == 1


def test_an_address_that_is_none(marsad: Callable[..., Ran]) -> None:
    ran = marsad("reports", "--record", "postgresql://amal:secret@host:port/marsad")
    assert ran.code == 2
    assert "no address of a PostgreSQL database" in ran.err
    assert "secret" not in ran.err


def test_a_driver_that_is_not_installed(marsad: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    ran = marsad("reports", "--record", "postgresql://localhost/marsad")
    assert ran.code == 2
    assert "pip install 'marsad[postgres]'" in ran.err
    assert ran.err.count("\n") == 1


def contents(location: str) -> list[list[Any]]:
    """All that the record holds, but keys and times."""
    with open_record(location, load_fold(), create=False) as record:
        assert record.examine() == []
        found = sorted(record.reports(Filters(text="سومي")), key=lambda report: report.id)
    selects = (
        "SELECT id, hash, text, version, current, language FROM documents ORDER BY id, version",
        "SELECT id, type, event FROM events ORDER BY id",
        'SELECT d.id, s.position, s.start, s."end" FROM stories s JOIN documents d ON d.key = s.document ORDER BY 1, 2',
        "SELECT e.id, c.field, c.value, c.text FROM claims c JOIN events e ON e.key = c.event ORDER BY 1, 2, 3",
    )
    return [[r.id for r in found], *(rows_of(location, select) for select in selects)]


def test_a_killed_run_loses_nothing_and_is_completed_by_the_next(
    folder: Path, location: str, another_location: str
) -> None:
    lines = [json.dumps({"id": f"r{i}", "text": f"{i} {TEXT}"}) + "\n" for i in range(200)]
    (folder / "r.jsonl").write_text("".join(lines))
    whole = start("--quiet", "--record", another_location, "add", "r.jsonl")
    assert whole.wait() == 0
    killed = start("--quiet", "--record", location, "add", "r.jsonl", stderr=subprocess.DEVNULL)
    before = kill_halfway(killed, location)
    after = len(contents(location)[0])
    assert before <= after < 200
    assert start("--quiet", "--record", location, "add", "r.jsonl").wait() == 0
    assert contents(location) == contents(another_location)


def kill_halfway(process: subprocess.Popen[bytes], location: str) -> int:
    """Kill once reports are committed; returns how many were seen."""
    count = wait_for_reports(location, 50)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    return count


def test_a_record_that_another_program_holds(location: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("marsad.record.database.BUSY_MS", 50)
    with (
        open_record(location) as holder,
        holder._transaction(),
        pytest.raises(RecordError, match="Another program is writing"),
        open_record(location) as record,
    ):
        record.start_run("1", "data")
    with open_record(location) as record:
        assert record.start_run("1", "data")


def test_a_record_that_was_held_can_be_written_afterwards(location: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("marsad.record.database.BUSY_MS", 50)
    with open_record(location) as holder, open_record(location) as record:
        run = record.start_run("1", "data")
        with holder._transaction(), pytest.raises(RecordError, match="Another program is writing"):
            record.add(coded(), run)
        assert record.add(coded(), run).state == "added"
