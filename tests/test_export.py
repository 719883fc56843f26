"""What other programs read: the contract's JSON, CSV and GeoJSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from standin import TEXT, StandIn, make_event, span_in

from marsad.errors import InputError
from marsad.export import FORMATS, pick_format, write_file
from marsad.export.contract import to_contract
from marsad.export.tables import figure
from marsad.model import Casualty, Damage, Document, Event, Money, Quantity

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


def written(name: str, *events: Event) -> str:
    stream = io.StringIO()
    assert FORMATS[name](((DOCUMENT, event) for event in events), stream) == len(events)
    return stream.getvalue()


def test_csv_has_a_row_per_event() -> None:
    (row,) = csv.DictReader(io.StringIO(written("csv", make_event("r1"))))
    assert row["id"] == "r1:e1"
    assert row["report"] == "r1"
    assert row["places"] == "Sumy"
    assert (row["killed_min"], row["killed_max"]) == ("3", "3")
    assert row["weapons"] == "missile 2"
    assert row["sources"] == "TASS"


@pytest.mark.parametrize("words", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_csv_cells_are_no_formulas(words: str) -> None:
    event = make_event("r1")
    actor = msgspec.structs.replace(event.actor[0], name=words)
    (row,) = csv.DictReader(io.StringIO(written("csv", msgspec.structs.replace(event, actor=(actor,)))))
    assert row["actors"] == f"'{words}"


def test_geojson_has_a_point_per_place_and_keeps_events_without_any() -> None:
    nowhere = msgspec.structs.replace(make_event("r2"), places=())
    found = json.loads(written("geojson", make_event("r1"), nowhere))
    assert [f["geometry"] for f in found["features"]] == [{"type": "Point", "coordinates": [34.8, 50.92]}, None]
    assert found["features"][0]["properties"]["place"] == "Sumy"
    assert json.loads(written("geojson")) == {"type": "FeatureCollection", "features": []}


def test_json_lines_say_which_report() -> None:
    line = json.loads(written("jsonl", make_event("r1")))
    assert (line["report"], line["id"], line["url"]) == ("r1", "r1:e1", "https://a.example/1")


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
        pick_format("x.xlsx", None)


def test_csv_file_opens_in_excel(tmp_path: Path) -> None:
    write_file(str(tmp_path / "x.csv"), "csv", [(DOCUMENT, make_event("r1"))])
    assert (tmp_path / "x.csv").read_bytes().startswith(b"\xef\xbb\xbfid,")


def test_a_failed_export_keeps_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "x.csv"
    target.write_text("old")

    def events() -> Iterator[tuple[Document, Event]]:
        yield DOCUMENT, make_event("r1")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_file(str(target), "csv", events())
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_export_into_nowhere(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        write_file(str(tmp_path / "no" / "x.csv"), "csv", [])
