"""Incidents in the record: the same in any order of arrival, with ids that stay and judgements that hold."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from incident_gold import strike

from marsad import pipeline
from marsad.errors import RecordError
from marsad.model import CodedDocument, Document, Event
from marsad.overlay import NOTHING
from marsad.record import Filters, Record, StoredJudgement, open_record
from marsad.record.schema import changes

GOLD = Path(__file__).parent.parent / "eval" / "gold" / "incidents"


@pytest.fixture(scope="session")
def reader() -> pipeline.Reader:
    return pipeline.load_reader()


@pytest.fixture(scope="session")
def coded(reader: pipeline.Reader) -> dict[str, CodedDocument]:
    about = json.loads((GOLD / "gold.json").read_text(encoding="utf-8"))["documents"]
    documents = [
        Document(id=name, text=(GOLD / f"{name}.txt").read_bytes().decode(), **known)
        for name, known in sorted(about.items())
    ]
    return {d.id: reader.read(d) for d in documents}


@pytest.fixture
def record(location: str) -> Iterator[Record]:
    with open_record(location) as made:
        yield made


def add(record: Record, reader: pipeline.Reader, documents: list[CodedDocument]) -> None:
    run = record.start_run("1", "data")
    for document in documents:
        record.add(document, run, reader.sketch(document))


def told(record: Record) -> dict[frozenset[str], Any]:
    """The incidents by their events, with all that follows from these."""
    return {
        frozenset(m[1] for m in i.summary.mentions): (i.summary, i.sources, i.contradicted)
        for i in record.incidents(Filters(), with_rejected=True)
    }


def incident_with(record: Record, event: str) -> Any:
    return next(i for i in record.incidents(Filters()) if any(m[1] == event for m in i.summary.mentions))


def judged(kind: str, left: str = "", **values: Any) -> StoredJudgement:
    return StoredJudgement(key=0, at="", author="Amal", kind=kind, left=left, **values)


@pytest.fixture(scope="session")
def in_order(
    coded: dict[str, CodedDocument], reader: pipeline.Reader, tmp_path_factory: pytest.TempPathFactory
) -> dict[frozenset[str], Any]:
    with open_record(str(tmp_path_factory.mktemp("order") / "r.db")) as made:
        add(made, reader, list(coded.values()))
        return told(made)


@pytest.mark.parametrize("seed", range(20))
def test_any_order_gives_the_same_incidents(
    seed: int, tmp_path: Path, reader: pipeline.Reader, coded: dict[str, CodedDocument], in_order: Any
) -> None:
    shuffled = list(coded.values())
    random.Random(seed).shuffle(shuffled)
    with open_record(str(tmp_path / "r.db")) as record:
        add(record, reader, shuffled)
        assert told(record) == in_order


def test_each_database_gives_the_same_incidents(
    record: Record, reader: pipeline.Reader, coded: dict[str, CodedDocument], in_order: Any
) -> None:
    add(record, reader, list(reversed(coded.values())))
    assert told(record) == in_order


def test_all_at_once_gives_what_one_by_one_gives(
    record: Record, reader: pipeline.Reader, coded: dict[str, CodedDocument], in_order: Any
) -> None:
    run = record.start_run("1", "data")
    for document in coded.values():
        record.add(document, run)
    assert told(record) == {}
    assert list(pipeline.relink(record, lambda _: (reader, NOTHING))) == []
    record.relink()
    assert told(record) == in_order
    record.relink()
    assert told(record) == in_order


def test_an_incident_keeps_its_id_and_old_ids_lead_on(
    record: Record, reader: pipeline.Reader, coded: dict[str, CodedDocument]
) -> None:
    add(record, reader, [coded["r23"], coded["r24"]])
    first, second = incident_with(record, strike("r23")).id, incident_with(record, strike("r24")).id
    number = record.judge(judged("same", strike("r23"), right=strike("r24")))
    assert incident_with(record, strike("r24")).id == first
    assert record.find_incident(second).id == first
    record.judge(judged("undo", undoes=number))
    assert incident_with(record, strike("r24")).id == second
    assert record.find_incident(second).id == second
    with record._engine.connect() as connection:
        kinds = [row.kind for row in connection.execute(sa.select(changes).order_by(changes.c.key))]
    assert kinds == ["merged", "split"]


def test_what_people_judge_stands(record: Record, reader: pipeline.Reader, coded: dict[str, CodedDocument]) -> None:
    add(record, reader, [coded["r07"], coded["r08"], coded["r24"]])
    camp = incident_with(record, strike("r07")).id
    assert incident_with(record, strike("r08")).id == camp
    record.judge(judged("not-same", strike("r07"), right=strike("r08"), reason="two camps"))
    assert incident_with(record, strike("r08")).id != camp
    record.judge(judged("correct", camp, field="killed", value=13))
    assert record.find_incident(camp).summary.reckoning.figures["killed"].best == 13
    record.judge(judged("confirm", camp))
    assert record.find_incident(camp).verdict == "confirmed"
    record.judge(judged("reject", incident_with(record, strike("r24")).id))
    assert all(i.summary.mentions[0][0] != "r24" for i in record.incidents(Filters()))
    record.relink()
    assert record.find_incident(camp).summary.reckoning.figures["killed"].best == 13
    assert incident_with(record, strike("r08")).id != camp


def by_another_lexicon(document: CodedDocument) -> CodedDocument:
    """As a changed lexicon may read it: another word as the trigger, other numbers of events, one more event in front."""
    changed = []
    for number, event in enumerate(document.events):
        spans = [event.trigger, *event.mentions]
        turned = spans[1:] + spans[:1]
        changed.append(
            msgspec.structs.replace(
                event, id=f"{document.document.id}:e{number + 2}", trigger=turned[0], mentions=tuple(turned[1:])
            )
        )
    word = document.document.text.split()[0]
    extra = Event(
        id=f"{document.document.id}:e1",
        type="MOBILIZE",
        trigger=msgspec.structs.replace(document.events[0].trigger, start=0, end=len(word), text=word),
    )
    return msgspec.structs.replace(document, events=(extra, *changed))


def moved(name: str) -> str:
    """The strike of a report as the other lexicon numbers it."""
    report, number = strike(name).split(":e")
    return f"{report}:e{int(number) + 1}"


def test_judgements_and_ids_hold_when_a_changed_lexicon_reads_again(
    record: Record, reader: pipeline.Reader, coded: dict[str, CodedDocument]
) -> None:
    add(record, reader, [coded[n] for n in ("r07", "r08", "r23", "r24")])
    ids = {e: incident_with(record, e).id for e in (strike("r07"), strike("r23"))}
    record.judge(judged("not-same", strike("r07"), right=strike("r08")))
    record.judge(judged("same", strike("r23"), right=strike("r24")))
    record.judge(judged("correct", ids[strike("r07")], field="killed", value=13))
    run = record.start_run("2", "other data")
    for name in ("r24", "r07", "r23", "r08"):
        again = by_another_lexicon(coded[name])
        assert record.reread(again, run, reader.sketch(again)).state == "read-again"
    assert incident_with(record, moved("r07")).id == ids[strike("r07")] != incident_with(record, moved("r08")).id
    assert incident_with(record, moved("r23")).id == ids[strike("r23")] == incident_with(record, moved("r24")).id
    assert record.find_incident(ids[strike("r07")]).summary.reckoning.figures["killed"].best == 13


def test_a_new_version_of_a_report_takes_the_place_of_the_old(
    record: Record, reader: pipeline.Reader, coded: dict[str, CodedDocument]
) -> None:
    add(record, reader, [coded["r07"], coded["r08"]])
    camp = incident_with(record, strike("r07")).id
    text = coded["r08"].document.text.replace("19", "23")
    newer = reader.read(msgspec.structs.replace(coded["r08"].document, text=text))
    add(record, reader, [newer])
    found = record.find_incident(camp)
    assert found.reports == 2
    assert found.summary.reckoning.figures["killed"].high == 23


def test_why_linked_and_why_not(record: Record, reader: pipeline.Reader, coded: dict[str, CodedDocument]) -> None:
    add(record, reader, [coded[n] for n in ("r02", "r04", "r05")])
    found = record.explain_incident(incident_with(record, strike("r05")).id)
    assert {t.event for t in found.within} >= {strike("r02"), strike("r05")}
    assert all(t.verdict.clues for t in (*found.within, *found.outside))
    assert any(t.event == strike("r05") and t.verdict.score > 0 for t in found.within)
    assert any(t.other == strike("r04") for t in found.outside)


@pytest.mark.parametrize(
    ("judgement", "said"),
    [
        (judged("same", "r07:e1", right="r07:e1"), "are one event"),
        (judged("same", "r07:e1", right="nowhere"), "no event or incident 'nowhere'"),
        (judged("correct", "r07:e1", field="happy", value=1), "no figure of an incident"),
        (judged("undo", undoes=7), "no judgement number 7"),
    ],
)
def test_a_judgement_on_nothing_is_refused(
    judgement: StoredJudgement, said: str, record: Record, reader: pipeline.Reader, coded: dict[str, CodedDocument]
) -> None:
    add(record, reader, [coded["r07"]])
    with pytest.raises(RecordError, match=said):
        record.judge(judgement)
    assert record.judgements() == []


def test_filters(record: Record, reader: pipeline.Reader, coded: dict[str, CodedDocument]) -> None:
    add(record, reader, [coded[n] for n in ("r02", "r07", "r17")])

    def types(**filters: Any) -> list[str]:
        return sorted({i.summary.type for i in record.incidents(Filters(**filters))})

    assert types(types=("RETREAT",)) == ["RETREAT"]
    assert types(place="Sake", types=("ASSAULT",)) == types(min_killed=12) == ["ASSAULT"]
    assert types(until="2024-01-01") == []
    assert len(list(record.incidents(Filters(limit=1)))) == 1


def test_a_record_is_sound_after_every_kind_of_change(
    record: Record, reader: pipeline.Reader, coded: dict[str, CodedDocument]
) -> None:
    add(record, reader, [coded[n] for n in ("r07", "r08", "r23", "r24", "r02", "r22")])
    record.judge(judged("same", strike("r23"), right=strike("r24")))
    record.judge(judged("undo", undoes=1))
    again = by_another_lexicon(coded["r08"])
    record.reread(again, 1, reader.sketch(again))
    text = coded["r07"].document.text.replace("12", "13")
    add(record, reader, [reader.read(msgspec.structs.replace(coded["r07"].document, text=text))])
    record.relink()
    assert record.examine() == []


def test_the_doctor_names_a_wrong_quotation(
    record: Record, reader: pipeline.Reader, coded: dict[str, CodedDocument]
) -> None:
    add(record, reader, [coded["r07"]])
    with record._engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(sa.text("UPDATE claims SET start = start + 1 WHERE key = 1"))
    assert len(record.examine()) == 1
    assert "does not stand at" in record.examine()[0]
