"""Each format read back by the library that its readers use: what was written is what they find."""

from __future__ import annotations

import csv
import datetime
import gc
import io
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet
import pytest
from exported import DOCUMENT, HARD, ITEMS, MOMENT

from marsad.export.columns import COLUMNS, cell
from marsad.export.tables import safe

Write = Callable[..., bytes]
SUBJECTS = ("events", "incidents")
NEEDS = "not installed; `make formats` installs it"


def library(name: str) -> Any:
    return pytest.importorskip(name, reason=f"{name} is {NEEDS}")


def expected(subject: str) -> list[dict[str, Any]]:
    """The cells of every item, by column."""
    return [{c.name: cell(c, c.read(i)) for c in COLUMNS[subject]} for i in ITEMS[subject]]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_csv_holds_every_cell(write: Write, subject: str) -> None:
    rows = list(csv.DictReader(io.StringIO(write("csv", subject).decode("utf-8-sig"), newline="")))
    wanted = [{k: "" if v is None else str(safe(v)) for k, v in row.items()} for row in expected(subject)]
    assert rows == wanted


def test_csv_cells_are_no_formulas(write: Write) -> None:
    rows = list(csv.DictReader(io.StringIO(write("csv", "events").decode("utf-8-sig"), newline="")))
    assert rows[1]["actors"] == "'" + HARD


@pytest.mark.parametrize("name", ["csv", "acled", "ucdp"])
def test_csv_opens_in_excel(write: Write, name: str) -> None:
    assert write(name, "events").startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("subject", SUBJECTS)
def test_xlsx_holds_every_cell_with_its_type(write: Write, subject: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(write("xlsx", subject)))
    assert book.sheetnames == [subject, "columns"]
    head, *rows = book[subject].iter_rows(values_only=True)
    found = [{k: v for k, v in zip(head, row, strict=True) if v is not None} for row in rows]
    # A control character has no place in a cell.
    wanted = [{k: v for k, v in row.items() if v is not None} for row in expected(subject)]
    for row in wanted:
        row.update({k: v.replace("\x0b", "_x000B_") for k, v in row.items() if isinstance(v, str) and "\x0b" in v})
    assert [_unescaped(r) for r in found] == [_unescaped(r) for r in wanted]


def _unescaped(row: dict[str, Any]) -> dict[str, Any]:
    return {k: v.replace("_x000B_", "\x0b") if isinstance(v, str) else v for k, v in row.items()}


def test_xlsx_holds_no_formula(write: Write) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(write("xlsx", "events")))["events"]
    assert {c.data_type for row in sheet.iter_rows() for c in row if c.value is not None} == {"s", "n", "b"}


def test_xlsx_says_what_its_columns_mean_in_both_languages(write: Write) -> None:
    rows = list(openpyxl.load_workbook(io.BytesIO(write("xlsx", "incidents")))["columns"].iter_rows(values_only=True))
    assert [r[0] for r in rows[1:]] == [c.name for c in COLUMNS["incidents"]]
    assert {r[0]: r[2] for r in rows}["killed_low"] == "قتلى: أدنى رقم ذُكر."


@pytest.mark.parametrize("subject", SUBJECTS)
def test_xlsx_in_pandas(write: Write, subject: str) -> None:
    pandas = library("pandas")
    frame = pandas.read_excel(io.BytesIO(write("xlsx", subject)))
    assert list(frame["id"]) == [row["id"] for row in expected(subject)]


def test_xlsx_in_libreoffice(write: Write, tmp_path: Path) -> None:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("LibreOffice is not installed; on Debian: apt-get install libreoffice-calc")
    (tmp_path / "e.xlsx").write_bytes(write("xlsx", "events"))
    order = [
        office,
        "--headless",
        "--convert-to",
        "csv:Text - txt - csv (StarCalc):44,34,76",
        "--outdir",
        str(tmp_path),
    ]
    subprocess.run([*order, str(tmp_path / "e.xlsx")], check=True, capture_output=True, timeout=300)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "e.csv").read_text("utf-8"), newline="")))
    assert [r["id"] for r in rows] == ["r1:e1", "r1:e2", "r2:e1"]
    assert rows[1]["actors"].startswith("=HYPERLINK")


@pytest.mark.parametrize("subject", SUBJECTS)
def test_json_lines_hold_everything(write: Write, subject: str) -> None:
    lines = [json.loads(line) for line in write("jsonl", subject).splitlines()]
    assert [line["id"] for line in lines] == [row["id"] for row in expected(subject)]
    if subject == "events":
        assert (lines[0]["incident"], lines[0]["verdict"], lines[0]["url"]) == ("i-1", "confirmed", DOCUMENT.url)
        assert lines[1]["actor"][0]["name"] == HARD
    else:
        assert [c["value"]["min"] for c in lines[0]["claims"]] == [3, 5]


def typed(row: dict[str, Any], subject: str) -> dict[str, Any]:
    """A row as Arrow holds it."""
    kinds = {c.name: c for c in COLUMNS[subject]}
    return {k: v.isoformat() if isinstance(v, datetime.date) else v for k, v in row.items() if k in kinds}


@pytest.mark.parametrize("name", ["parquet", "geoparquet"])
@pytest.mark.parametrize("subject", SUBJECTS)
def test_parquet_loses_nothing(write: Write, subject: str, name: str) -> None:
    table = pyarrow.parquet.read_table(io.BytesIO(write(name, subject)))
    wanted = [{c.name: c.read(i) for c in COLUMNS[subject]} for i in ITEMS[subject]]
    assert [typed(row, subject) for row in table.to_pylist()] == wanted


@pytest.mark.parametrize("subject", SUBJECTS)
def test_parquet_in_duckdb_and_polars(write: Write, subject: str, tmp_path: Path) -> None:
    duckdb, polars = library("duckdb"), library("polars")
    path = tmp_path / "x.parquet"
    path.write_bytes(write("parquet", subject))
    ids = [row["id"] for row in expected(subject)]
    connection = duckdb.connect()
    assert [r[0] for r in connection.execute(f"SELECT id FROM '{path}'").fetchall()] == ids
    days = connection.execute(f"SELECT max(date_start) FROM '{path}'").fetchone()
    assert days == (datetime.date(2025, 7, 21),)
    connection.close()
    frame = polars.read_parquet(path)
    assert frame["id"].to_list() == ids
    assert frame["date_start"].to_list()[0] == datetime.date(2025, 7, 21)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_geoparquet_in_geopandas(write: Write, subject: str, tmp_path: Path) -> None:
    geopandas = library("geopandas")
    path = tmp_path / "x.parquet"
    path.write_bytes(write("geoparquet", subject))
    frame = geopandas.read_parquet(path)
    assert frame.crs.to_string() == "OGC:CRS84"
    assert frame.geometry.iloc[0].geom_type == "MultiPoint"
    assert sorted((p.x, p.y) for p in frame.geometry.iloc[0].geoms) == [(33.2, 51.24), (34.8, 50.92)]
    assert frame.geometry.iloc[1] is None


@pytest.mark.parametrize("name", ["geojson", "geojsonl"])
@pytest.mark.parametrize("subject", SUBJECTS)
def test_geojson_in_geopandas(write: Write, subject: str, name: str, tmp_path: Path) -> None:
    geopandas = library("geopandas")
    path = tmp_path / f"x.{name}"
    path.write_bytes(write(name, subject))
    frame = geopandas.read_file(path)
    assert list(frame["id"])[:2] == [ITEMS[subject][0].id if subject == "incidents" else "r1:e1"] * 2
    assert [(p.x, p.y) for p in frame.geometry[:2]] == [(34.8, 50.92), (33.2, 51.24)]
    assert frame.geometry[2] is None


def test_geojson_of_nothing(write: Write) -> None:
    assert json.loads(write("geojson", "events", [])) == {"type": "FeatureCollection", "features": []}


# libhxl leaves its file to the garbage collector.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("subject", SUBJECTS)
def test_hxl_in_libhxl(write: Write, subject: str, tmp_path: Path) -> None:
    hxl = library("hxl")
    path = tmp_path / "x.csv"
    path.write_bytes(write("hxl", subject))
    source = hxl.data(str(path), hxl.InputOptions(allow_local=True))
    assert [c.header for c in source.columns] == [c.name for c in COLUMNS[subject]]
    assert [c.display_tag for c in source.columns] == [c.hxl for c in COLUMNS[subject]]
    # libhxl leaves blank rows out; here is none.
    assert [row.get("#event+id") for row in source] == [row["id"] for row in expected(subject)]
    del source
    gc.collect()


@pytest.mark.parametrize("subject", SUBJECTS)
def test_kml_in_fastkml(write: Write, subject: str) -> None:
    fastkml = library("fastkml")
    marks = list(fastkml.utils.find_all(fastkml.KML.from_string(write("kml", subject)), of_type=fastkml.Placemark))
    assert len(marks) == len(ITEMS[subject])
    assert {(p.x, p.y) for p in marks[0].geometry.geoms} == {(34.8, 50.92), (33.2, 51.24)}
    assert marks[0].begin.dt == datetime.date(2025, 7, 21)
    data = {d.name: d.value for d in marks[0].extended_data.elements}
    assert data["date_start"] == "2025-07-21"
    assert marks[1].geometry is None


@pytest.mark.parametrize("subject", SUBJECTS)
def test_atom_in_feedparser(write: Write, subject: str) -> None:
    feedparser = library("feedparser")
    feed = feedparser.parse(write("atom", subject))
    assert not feed.bozo
    assert feed.version == "atom10"
    assert feed.feed.updated == MOMENT
    assert len({e.id for e in feed.entries}) == len(ITEMS[subject])
    assert all(e.title and e.updated and e.summary for e in feed.entries)
    assert feed.entries[0].tags[0].term == "ASSAULT"


@pytest.mark.parametrize("subject", SUBJECTS)
def test_entities_are_valid_followthemoney(write: Write, subject: str) -> None:
    library("followthemoney")
    from followthemoney import model

    raw = [json.loads(line) for line in write("ftm", subject).splitlines()]
    events = []
    for entity in raw:
        proxy = model.get_proxy(entity)
        model.get(entity["schema"]).validate(entity)
        # Nothing was dropped as a value that its type does not allow, but for what FollowTheMoney writes otherwise.
        assert set(proxy.properties) == set(entity["properties"])
        if proxy.schema.name == "Event":
            events.append(proxy)
            assert set(proxy.get("involved")) <= {e["id"] for e in raw}
    assert len(events) == len(ITEMS[subject])
    assert events[0].get("startDate") == ["2025-07-21"]
    assert events[0].get("country") == ["ua"]


def test_acled_keeps_the_conservative_rule(write: Write) -> None:
    first, second = csv.DictReader(io.StringIO(write("acled", "incidents").decode("utf-8-sig")))
    assert (first["event_type"], first["disorder_type"]) == ("Explosions/Remote violence", "Political violence")
    assert (first["fatalities"], first["time_precision"], first["geo_precision"]) == ("3", "2", "1")
    assert "Killed 5 (3-5)" in first["notes"]
    assert "TASS" in first["notes"]
    assert (second["event_type"], second["time_precision"], second["fatalities"]) == ("Protests", "", "0")


def test_ucdp_has_best_low_and_high(write: Write) -> None:
    (row,) = csv.DictReader(io.StringIO(write("ucdp", "incidents").decode("utf-8-sig")))
    assert (row["best"], row["low"], row["high"]) == ("5", "3", "5")
    assert (row["date_start"], row["date_end"], row["date_prec"]) == ("2025-07-21", "2025-07-22", "2")


def test_plover_speaks_its_codes(write: Write) -> None:
    first, *_ = (json.loads(line) for line in write("plover", "events").splitlines())
    assert first == first | {
        "Event Type": "ASSAULT",
        "Event Mode": ["heavy-weapons"],
        "Quad Code": "MATERIAL CONFLICT",
        "GeoNames ID": 692194,
        "Source": ["TASS"],
    }


def test_gold_is_scored_as_perfect(write: Write, tmp_path: Path) -> None:
    from marsad.export.contract import event_to_contract
    from marsad.scoring import load_gold, score_folder

    items = [i for i in ITEMS["events"] if i.document.id == "r1"]
    path = tmp_path / "x.gold.jsonl"
    path.write_bytes(write("gold", "events", items))
    (case,) = load_gold(path)
    assert case.document.text == DOCUMENT.text
    result = score_folder(path, lambda _: {"events": [event_to_contract(i.event) for i in items]})
    assert result["events"]["f1"] == 1.0
    assert result["figures"]["f1"] == 1.0
