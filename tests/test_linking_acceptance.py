"""Linking as a user relies on it: any order, a changed lexicon, judgements in any order, copies that are read once."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from incident_gold import EXAM, OWN, Read, add, documents, incident_with, judged, read, strike, told

from marsad import pipeline
from marsad.lang.ar import load
from marsad.model import CodedDocument, Document
from marsad.overlay import NOTHING
from marsad.record import Filters, Record, StoredJudgement, open_record
from marsad.resources import DATA


def judgements() -> tuple[StoredJudgement, ...]:
    """None of them contradicts another, so that none is the later word on anything."""
    return (
        judged("same", strike("r23"), right=strike("r24")),
        judged("not-same", strike("r07"), right=strike("r08")),
        judged("correct", strike("r07"), field="killed", value=13),
        judged("confirm", strike("r02")),
        judged("reject", strike("r10")),
    )


@pytest.fixture(scope="session")
def reader() -> pipeline.Reader:
    return pipeline.load_reader()


@pytest.fixture(scope="session")
def own(reader: pipeline.Reader) -> dict[str, Read]:
    return read(reader, documents(OWN))


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with open_record(str(tmp_path / "r.db")) as made:
        yield made


@pytest.mark.skipif(not EXAM.is_dir(), reason="the third-party reports are not on this machine")
def test_any_order_gives_the_same_incidents_of_the_exam(reader: pipeline.Reader, tmp_path: Path) -> None:
    reports = list(read(reader, documents(EXAM)).values())
    with open_record(str(tmp_path / "order.db")) as record:
        add(record, reports)
        in_order = told(record)
    for seed in range(20):
        random.Random(seed).shuffle(reports)
        with open_record(str(tmp_path / f"{seed}.db")) as record:
            add(record, reports)
            assert told(record) == in_order
    with open_record(str(tmp_path / "at-once.db")) as record:
        run = record.start_run("1", "data")
        for report in reports:
            record.add(report.coded, run)
        assert list(pipeline.relink(record, lambda _: (reader, NOTHING))) == []
        record.relink()
        assert told(record) == in_order


@pytest.fixture(scope="session")
def judged_in_order(own: dict[str, Read], tmp_path_factory: pytest.TempPathFactory) -> object:
    with open_record(str(tmp_path_factory.mktemp("judged") / "r.db")) as record:
        add(record, own.values())
        before = told(record)
        for judgement in judgements():
            record.judge(judgement)
        assert told(record) != before
        return told(record)


@pytest.mark.parametrize("seed", range(8))
def test_judgements_in_any_order_give_the_same_incidents(
    seed: int, record: Record, own: dict[str, Read], judged_in_order: object
) -> None:
    reports, order = list(own.values()), list(judgements())
    random.Random(seed).shuffle(reports)
    random.Random(seed).shuffle(order)
    add(record, reports)
    for judgement in order:
        record.judge(judgement)
    assert told(record) == judged_in_order


def test_judgements_hold_however_late_a_report_comes(
    record: Record, own: dict[str, Read], judged_in_order: object
) -> None:
    needed = ("r02", "r07", "r08", "r10", "r23", "r24")
    add(record, [own[name] for name in needed])
    for judgement in judgements():
        record.judge(judgement)
    add(record, [own[name] for name in own if name not in needed])
    assert told(record) == judged_in_order


@pytest.fixture
def another_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pipeline.Reader:
    """Reads with a lexicon that lacks a word for shelling and takes an office for an event of its own."""
    folder = tmp_path / "ar"
    shutil.copytree(DATA / "ar", folder)
    table = folder / "triggers.tsv"
    head, *rows = table.read_text(encoding="utf-8").splitlines()
    kept = [row for row in rows if row.split("\t")[0] not in ("قصف", "استهدف")]
    changed = sorted([*kept, "إدارة\tnoun\t\tMOBILIZE\t\tstrong\town"])
    table.write_text("\n".join((head, *changed)) + "\n", encoding="utf-8")
    monkeypatch.setattr(load, "FOLDER", folder)
    return pipeline.load_reader()


def test_judgements_hold_when_a_changed_lexicon_reads_again(
    record: Record, own: dict[str, Read], another_reader: pipeline.Reader
) -> None:
    names = ("r07", "r08", "r23", "r24")
    add(record, [own[name] for name in names])
    ids = {event: incident_with(record, event).id for event in (strike("r07"), strike("r23"))}
    record.judge(judged("not-same", strike("r07"), right=strike("r08")))
    record.judge(judged("same", strike("r23"), right=strike("r24")))
    record.judge(judged("correct", ids[strike("r07")], field="killed", value=13))
    assert list(pipeline.relink(record, lambda _: (another_reader, NOTHING), reread=True)) == []
    record.relink()
    now = {name: record.find(name)[1].events for name in names}
    assert now["r07"] != own["r07"].coded.events
    assert incident_with(record, strike("r07")).id == ids[strike("r07")] != incident_with(record, strike("r08")).id
    read_anew = [next(e.id for e in now[name] if e.type == "ASSAULT") for name in ("r23", "r24")]
    assert {incident_with(record, event).id for event in read_anew} == {ids[strike("r23")]}
    assert record.find_incident(ids[strike("r07")]).summary.reckoning.figures["killed"].best == 13
    assert record.examine() == []


# ---- copies that are read once --------------------------------------------------------------------------------------


class CountingReader:
    """A reader that remembers what it was asked to read."""

    def __init__(self, reader: pipeline.Reader) -> None:
        self._reader = reader
        self.is_readable, self.sketch = reader.is_readable, reader.sketch
        self.asked: list[str] = []

    def read(self, document: Document) -> CodedDocument:
        self.asked.append(document.id)
        return self._reader.read(document)


def copy_of(document: Document, name: str, published: str | None) -> Document:
    return msgspec.structs.replace(document, id=name, publisher=f"{name}.example", published=published)


@pytest.mark.parametrize("first", ["r07", "copy"])
def test_a_copy_is_read_once_keeps_its_publisher_and_adds_no_source(
    first: str, record: Record, reader: pipeline.Reader, own: dict[str, Read], tmp_path: Path
) -> None:
    original = own["r07"].coded.document
    pair = [original, copy_of(original, "copy", "2025-10-09T18:00:00Z")]
    pair.sort(key=lambda document: document.id != first)
    counting = CountingReader(reader)
    run = record.start_run("1", "data")
    assert [o.state for o in pipeline.process(pair, counting, record, run)] == ["added", "added"]
    assert counting.asked == [first]
    for document in pair:
        assert record.find(document.id)[1].events == reader.read(document).events
    assert {r.publisher for r in record.reports(Filters())} == {original.publisher, "copy.example"}
    found = incident_with(record, strike("r07").replace("r07", "copy"))
    with open_record(str(tmp_path / "alone.db")) as without:
        add(without, [own["r07"]])
        alone = incident_with(without, strike("r07"))
    assert (found.reports, found.sources) == (alone.reports + 1, alone.sources)
    assert record.copies() == [["copy", "r07"]]
    assert record.examine() == []


@pytest.mark.parametrize(
    ("published", "coder", "text"),
    [("2025-10-10", "1", None), (None, "1", None), ("2025-10-09", "2", None), ("2025-10-09", "1", "12|13")],
    ids=["another day", "no day", "another coder", "another number"],
)
def test_what_might_be_read_otherwise_is_read(
    published: str | None, coder: str, text: str | None, record: Record, reader: pipeline.Reader, own: dict[str, Read]
) -> None:
    original = own["r07"].coded.document
    counting = CountingReader(reader)
    list(pipeline.process([original], counting, record, record.start_run("1", "data")))
    other = copy_of(original, "copy", published)
    if text:
        other = msgspec.structs.replace(other, text=other.text.replace(*text.split("|")))
    list(pipeline.process([other], counting, record, record.start_run(coder, "data")))
    assert counting.asked == ["r07", "copy"]
