"""What other programs read: the contract's JSON, the table of formats, and files that are whole or not there."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from standin import TEXT, StandIn, make_event, span_in

from marsad.errors import InputError
from marsad.export import FORMATS, pick_format, write_file
from marsad.export.codes import LAYOUTS
from marsad.export.columns import COLUMNS
from marsad.export.contract import to_contract
from marsad.export.dictionary import describe, load_dictionary
from marsad.export.figures import figure
from marsad.export.frame import Frame
from marsad.model import Casualty, Damage, Document, Event, Money, Quantity
from marsad.publication.items import Telling

DOCUMENT = Document(id="r1", text=TEXT, published="2025-07-22", publisher="a.example", url="https://a.example/1")
EVENT_KEYS = (
    "id type modes status generic confidence trigger mentions actor recipient places date date_text weapons casualties "
    "damage money source"
)


def with_everything() -> Event:
    """An event with the optional marks set."""
    span = span_in(TEXT, "مبنى")
    return msgspec.structs.replace(
        make_event("r1"),
        casualties=(
            Casualty(span=span, outcome="injured", who="child", quantity=Quantity(vague="dozens"), subset=True),
        ),
        damage=(Damage(span=span, object="house", quantity=Quantity(min=20, max=20, approx=True), subset=True),),
        money=Money(span=span, min=5, max=None, currency="USD"),
    )


def test_contract_keys_and_order() -> None:
    found = to_contract(StandIn().read(DOCUMENT))
    assert " ".join(found) == "id published publisher language stories events"
    (event,) = found["events"]
    assert " ".join(event) == EVENT_KEYS
    assert event["trigger"] == {"start": 0, "end": 4, "text": "قصفت"}
    assert " ".join(event["actor"][0]) == "start end text name country sector"
    assert event["recipient"][0]["inferred"] is True
    assert " ".join(event["places"][0]) == "start end text name country lat lon level id"
    assert event["casualties"] == [
        {
            "text": "مقتل 3 أشخاص",
            "start": 64,
            "end": 76,
            "outcome": "killed",
            "min": 3,
            "max": 3,
            "who": "person",
            "subset": False,
        }
    ]
    assert " ".join(event["weapons"][0]) == "text start end kind min max"
    assert " ".join(event["source"][0]) == "text start end name"
    assert event["date"] == {"start": "2025-07-21", "end": "2025-07-21"}
    assert event["money"] is None


def test_contract_marks_only_what_is_set() -> None:
    coded = msgspec.structs.replace(StandIn().read(DOCUMENT), events=(with_everything(),))
    (event,) = to_contract(coded)["events"]
    assert event["casualties"][0] == {
        "text": "مبنى",
        "start": 84,
        "end": 88,
        "outcome": "injured",
        "min": None,
        "max": None,
        "who": "child",
        "subset": True,
        "vague": "dozens",
    }
    assert event["damage"][0]["approx"] is True
    assert event["damage"][0]["subset"] is True
    assert event["money"] == {"text": "مبنى", "start": 84, "end": 88, "min": 5, "max": None, "currency": "USD"}


def test_contract_of_an_empty_event_keeps_every_key() -> None:
    bare = Event(id="r1:e1", type="AID", trigger=span_in(TEXT, "قصفت"))
    (event,) = to_contract(msgspec.structs.replace(StandIn().read(DOCUMENT), events=(bare,)))["events"]
    assert " ".join(event) == EVENT_KEYS
    assert event["date"] is event["date_text"] is event["money"] is None
    assert event["places"] == event["source"] == []


def test_every_quoted_text_is_its_slice() -> None:
    def check(value: object) -> None:
        if isinstance(value, dict):
            if {"start", "text"} <= value.keys():
                assert TEXT[value["start"] : value["end"]] == value["text"]
            for inner in value.values():
                check(inner)
        elif isinstance(value, list):
            for inner in value:
                check(inner)

    check(to_contract(StandIn().read(DOCUMENT)))


@pytest.mark.parametrize(
    ("quantity", "said"),
    [
        (Quantity(min=17, max=17), "17"),
        (Quantity(min=17), "17+"),
        (Quantity(max=17), "≤17"),
        (Quantity(min=3, max=5), "3-5"),
        (Quantity(min=20, max=20, approx=True), "~20"),
        (Quantity(vague="dozens"), "dozens"),
        (Quantity(joint=50), "50 (joint)"),
        (Quantity(), ""),
    ],
)
def test_figures(quantity: Quantity, said: str) -> None:
    assert figure(quantity) == said


def test_formats_are_picked_by_ending_or_name() -> None:
    assert pick_format("x.CSV", None) == "csv"
    assert pick_format("x.txt", "geojson") == "geojson"
    with pytest.raises(InputError, match="is no export format"):
        pick_format("x.doc", None)


FRAME = Frame(subject="events", moment="2025-08-01T00:00:00Z")


def test_the_longest_ending_names_the_format() -> None:
    assert pick_format("x.acled.csv", None) == "acled"
    assert pick_format("x.ftm.jsonl", None) == "ftm"
    assert pick_format("x.jsonl", None) == "jsonl"


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_a_failed_export_keeps_the_old_file(tmp_path: Path, name: str) -> None:
    target = tmp_path / "x"
    target.write_text("old")

    def items() -> Iterator[Telling]:
        yield Telling(document=DOCUMENT, event=make_event("r1"))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_file(str(target), name, items(), FRAME)
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_new_file_is_read_by_whom_the_user_lets_read(tmp_path: Path) -> None:
    mask = os.umask(0o077)
    try:
        write_file(str(tmp_path / "x"), "csv", [], FRAME)
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o600


def test_a_file_that_is_there_keeps_who_may_read_it_and_a_link_leads_on(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("old")
    (tmp_path / "kept").chmod(0o640)
    (tmp_path / "latest").symlink_to(tmp_path / "kept")
    write_file(str(tmp_path / "latest"), "csv", [], FRAME)
    assert (tmp_path / "latest").is_symlink()
    assert (tmp_path / "kept").read_text("utf-8-sig").startswith("id,")
    assert stat.S_IMODE((tmp_path / "kept").stat().st_mode) == 0o640


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE) as reading:
        write_file(str(pipe), "jsonl", [Telling(document=DOCUMENT, event=make_event("r1"))], FRAME)
        assert b"r1:e1" in reading.communicate()[0]
    assert pipe.is_fifo()


def test_a_long_name_of_a_file_is_one(tmp_path: Path) -> None:
    target = tmp_path / ("x" * 250 + ".csv")
    write_file(str(target), "csv", [], FRAME)
    assert target.exists()


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        write_file(str(tmp_path), "csv", [], FRAME)
    assert list(tmp_path.iterdir()) == []


def test_export_into_nowhere(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        write_file(str(tmp_path / "no" / "x.csv"), "csv", [], FRAME)


def test_a_format_that_holds_no_incidents_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="gold holds events"):
        write_file(str(tmp_path / "x"), "gold", [], Frame(subject="incidents", moment=""))


def test_every_column_is_described_in_both_languages() -> None:
    layouts = {**COLUMNS, **LAYOUTS}
    for name, columns in layouts.items():
        described = list(describe(name, columns))
        assert [d[0] for d in described] == [c.name for c in columns]
        assert all(en and ar for _, en, ar in described)
    known = load_dictionary()
    extra = {
        (name, column)
        for name, entries in known.items()
        for column in entries
        if column not in {c.name for c in layouts[name]} and not column.startswith("OUTCOME_")
    }
    assert extra == set()
