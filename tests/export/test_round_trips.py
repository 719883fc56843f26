"""What was written comes back whole, value by value, from the libraries that the readers of each format use."""

from __future__ import annotations

import csv
import datetime
import gc
import io
import json
import math
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import openpyxl
import pytest
from exported import DOCUMENT, HARD, ITEMS, TELLINGS

from marsad.errors import InputError
from marsad.export import tables
from marsad.export.columns import COLUMNS, cell
from marsad.export.contract import line_of
from marsad.export.facts import facts_of
from marsad.export.geo import places_of
from marsad.export.tables import safe
from marsad.export.titles import title

Write = Callable[..., bytes]
SUBJECTS = ("events", "incidents")
NEEDS = "not installed; `make formats` installs it"
MAPPED = {"lat", "lon", "places", "countries", "place_ids", "levels"}
"""Columns that a map has as points."""


def library(name: str) -> Any:
    return pytest.importorskip(name, reason=f"{name} is {NEEDS}")


def rows_of(subject: str) -> list[dict[str, Any]]:
    """Every column of every item, as it is."""
    return [{c.name: c.read(i) for c in COLUMNS[subject]} for i in ITEMS[subject]]


def cells_of(subject: str) -> list[dict[str, Any]]:
    """Every column of every item, as one cell holds it."""
    return [{c.name: cell(c, c.read(i)) for c in COLUMNS[subject]} for i in ITEMS[subject]]


def plain(value: Any) -> Any:
    """A value of a data frame as Python has it; what is missing is None."""
    if isinstance(value, float) and math.isnan(value):
        return None
    return value.isoformat() if isinstance(value, datetime.date) else value


@pytest.mark.parametrize("subject", SUBJECTS)
def test_json_lines_bring_back_every_value(write: Write, subject: str) -> None:
    lines = [json.loads(line) for line in write("jsonl", subject).splitlines()]
    assert lines == [msgspec.to_builtins(line_of(item)) for item in ITEMS[subject]]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_parquet_brings_back_every_value_in_duckdb_and_polars(write: Write, subject: str, tmp_path: Path) -> None:
    duckdb, polars = library("duckdb"), library("polars")
    path = tmp_path / "x.parquet"
    path.write_bytes(write("parquet", subject))
    connection = duckdb.connect()
    asked = connection.execute(f"SELECT * FROM '{path}'")
    names = [about[0] for about in asked.description]
    found = [{n: plain(v) for n, v in zip(names, row, strict=True)} for row in asked.fetchall()]
    connection.close()
    assert found == rows_of(subject)
    assert [{n: plain(v) for n, v in row.items()} for row in polars.read_parquet(path).to_dicts()] == rows_of(subject)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_geoparquet_brings_back_every_value_in_geopandas(write: Write, subject: str, tmp_path: Path) -> None:
    geopandas = library("geopandas")
    path = tmp_path / "x.geoparquet"
    path.write_bytes(write("geoparquet", subject))
    frame = geopandas.read_parquet(path)
    for n, wanted in enumerate(rows_of(subject)):
        row = frame.iloc[n]
        found = {k: row[k].tolist() if isinstance(wanted[k], list) else plain(row[k]) for k in wanted}
        assert found == wanted


@pytest.mark.parametrize("name", ["geojson", "geojsonl"])
@pytest.mark.parametrize("subject", SUBJECTS)
def test_maps_bring_back_every_value_and_every_place(write: Write, subject: str, name: str) -> None:
    raw = write(name, subject)
    features = json.loads(raw)["features"] if name == "geojson" else [json.loads(line) for line in raw.splitlines()]
    wanted = []
    for item, row in zip(ITEMS[subject], cells_of(subject), strict=True):
        values = {k: v for k, v in row.items() if k not in MAPPED}
        wanted += [(values, p.name, p.id, p.country, (p.lon, p.lat)) for p in places_of(item)]
        wanted += [] if places_of(item) else [(values, None, None, None, None)]
    found = []
    for feature in features:
        values, where = feature["properties"], feature["geometry"]
        place = [values.pop(k, None) for k in ("place", "place_id", "country")]
        values = {k: v for k, v in values.items() if k not in ("level", "place_text")}
        found.append((values, *place, tuple(where["coordinates"]) if where else None))
    assert found == wanted


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_place_without_coordinates_stands_in_a_map_too(write: Write, subject: str) -> None:
    item = ITEMS[subject][0]
    nowhere = msgspec.structs.replace(places_of(item)[0], name="Nowhere", lat=None, lon=None, id=None)
    places = (nowhere, *places_of(item))
    if subject == "events":
        item = msgspec.structs.replace(item, event=msgspec.structs.replace(item.event, places=places))
    else:
        item = msgspec.structs.replace(item, summary=msgspec.structs.replace(item.summary, places=places))
    features = json.loads(write("geojson", subject, [item]))["features"]
    assert [f["properties"]["place"] for f in features] == [p.name for p in places]
    assert features[0]["geometry"] is None
    feed = library("feedparser").parse(write("atom", subject, [item]))
    assert feed.entries[0].where["coordinates"] == (34.8, 50.92)
    entities = [json.loads(line) for line in write("ftm", subject, [item]).splitlines()]
    assert entities[-1]["properties"]["location"] == [p.name for p in places]


# libhxl leaves its file to the garbage collector.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("subject", SUBJECTS)
def test_hxl_brings_back_every_value(write: Write, subject: str, tmp_path: Path) -> None:
    hxl = library("hxl")
    path = tmp_path / "x.csv"
    path.write_bytes(write("hxl", subject))
    source = hxl.data(str(path), hxl.InputOptions(allow_local=True))
    names = [c.name for c in COLUMNS[subject]]
    found = [dict(zip(names, row.values, strict=True)) for row in source]
    del source
    gc.collect()
    # libhxl gives words with single spaces between them.
    assert [{k: " ".join(v.split()) for k, v in row.items()} for row in found] == [
        {k: "" if v is None else " ".join(str(safe(v)).split()) for k, v in row.items()} for row in cells_of(subject)
    ]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_kml_brings_back_every_value(write: Write, subject: str) -> None:
    fastkml = library("fastkml")
    marks = list(fastkml.utils.find_all(fastkml.KML.from_string(write("kml", subject)), of_type=fastkml.Placemark))
    found = [{d.name: d.value for d in mark.extended_data.elements} for mark in marks]
    # XML has no control characters.
    wanted = [{k: str(v).replace("\x0b", "") for k, v in row.items() if v is not None} for row in cells_of(subject)]
    assert found == wanted


@pytest.mark.parametrize("subject", SUBJECTS)
def test_atom_brings_back_what_happened_and_where_it_was_told(write: Write, subject: str) -> None:
    feed = library("feedparser").parse(write("atom", subject))
    for entry, item in zip(feed.entries, ITEMS[subject], strict=True):
        assert " ".join(entry.title.split()) == " ".join(title(item, "en").replace("\x0b", "").split())
        assert [link.href for link in entry.get("links", ())] == [u for u in [facts_of(item).url] if u]
        assert entry.summary == facts_of(item).notes.replace("\x0b", "")
        assert facts_of(item).type == entry.tags[0].term


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_cell_of_a_workbook_is_found_in_libreoffice(write: Write, subject: str, tmp_path: Path) -> None:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("LibreOffice is not installed; on Debian: apt-get install libreoffice-calc")
    (tmp_path / "e.xlsx").write_bytes(write("xlsx", subject))
    # It writes what it read as a workbook of its own.
    order = [
        office,
        "--headless",
        f"-env:UserInstallation=file://{tmp_path}/user",
        "--convert-to",
        "xlsx:Calc MS Excel 2007 XML",
    ]
    order += ["--outdir", str(tmp_path / "out"), str(tmp_path / "e.xlsx")]
    subprocess.run(order, check=True, capture_output=True, timeout=300)
    book = openpyxl.load_workbook(tmp_path / "out" / "e.xlsx")
    head, *rows = book[subject].iter_rows(values_only=True)
    found = [{k: v for k, v in zip(head, row, strict=True) if v is not None} for row in rows]
    wanted = [{k: v for k, v in row.items() if v is not None} for row in cells_of(subject)]
    assert [_spoken(row) for row in found] == [_spoken(row) for row in wanted]
    formulas = {c.value for row in book[subject].iter_rows() for c in row if c.data_type == "f"}
    assert formulas <= {"=TRUE()", "=FALSE()"}


def _spoken(row: dict[str, Any]) -> dict[str, Any]:
    """A row without the control character, for which spreadsheets have no place; LibreOffice writes yes as a formula."""
    flags = {"=TRUE()": True, "=FALSE()": False}
    return {k: flags.get(v, re.sub("(?i)_x000b_|\x0b", "", v)) if isinstance(v, str) else v for k, v in row.items()}


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_cell_of_a_workbook_is_found_in_pandas(write: Write, subject: str) -> None:
    frame = library("pandas").read_excel(io.BytesIO(write("xlsx", subject)), sheet_name=subject)
    for n, wanted in enumerate(cells_of(subject)):
        row = {k: frame.iloc[n][k] for k in wanted}
        found = {k: plain(v.item() if hasattr(v, "item") else v) for k, v in row.items()}
        assert _spoken(found) == _spoken(wanted)


def test_an_address_that_would_run_in_the_reader_is_no_link(write: Write) -> None:
    item = msgspec.structs.replace(TELLINGS[0], document=msgspec.structs.replace(DOCUMENT, url="javascript:alert(1)"))
    assert b"javascript" not in write("atom", "events", [item])


def test_layouts_of_others_keep_names_as_they_are(write: Write) -> None:
    polecat = [json.loads(line) for line in write("plover", "events").splitlines()]
    assert polecat[1]["Actor Name"] == [HARD]
    assert [row["Event ID"] for row in polecat] == [t.event.id for t in TELLINGS]
    acled = list(csv.DictReader(io.StringIO(write("acled", "events").decode("utf-8-sig"), newline="")))
    assert [row["actor1"] for row in acled[:2]] == ["القوات الروسية", "'" + HARD]
    entities = [json.loads(line) for line in write("ftm", "events").splitlines()]
    assert [HARD] in [e["properties"].get("name") for e in entities]


def test_a_sheet_that_is_full_is_followed_by_another(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    for most, value in (("_MOST_ROWS", 2), ("_MOST_BYTES", 1)):
        monkeypatch.setattr(tables, "_LOOK_EVERY", 2)
        with monkeypatch.context() as patch:
            patch.setattr(tables, most, value)
            book = openpyxl.load_workbook(io.BytesIO(write("xlsx", "events")))
        assert book.sheetnames == ["events", "events 2", "columns"]
        ids = [row[0] for name in book.sheetnames[:2] for row in list(book[name].iter_rows(values_only=True))[1:]]
        assert ids == [t.event.id for t in TELLINGS]


def test_what_no_workbook_holds_is_refused_in_a_sentence(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    xlsxwriter = library("xlsxwriter")

    def fail(_book: Any) -> None:
        raise xlsxwriter.exceptions.FileSizeError("Filesize would require ZIP64 extensions.")

    monkeypatch.setattr(xlsxwriter.Workbook, "close", fail)
    with pytest.raises(InputError, match="too much for a workbook"):
        write("xlsx", "events")
