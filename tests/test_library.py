"""Marsad as a library: what a notebook, a script or a data frame gets."""

from __future__ import annotations

import datetime
import doctest
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from standin import TEXT

import marsad
from marsad import library, pipeline
from marsad.model import Document
from marsad.record import open_record

NEEDS = "not installed; `make formats` installs it"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A record with two reports that the real reader read."""
    path = str(tmp_path_factory.mktemp("library") / "kept.db")
    documents = [
        Document(id=f"r{n}", text=TEXT, published="2025-07-22", publisher=f"p{n}.example", title=f"{n}") for n in (1, 2)
    ]
    with open_record(path, pipeline.load_fold()) as record:
        run = record.start_run("1", "d")
        for outcome in pipeline.process(documents, pipeline.load_reader(), record, run):
            assert outcome.state == "added", outcome.problem
    return path


@pytest.fixture
def opened(filled: str) -> Iterator[Any]:
    with marsad.open_record(filled) as record:
        yield record


def test_the_examples_in_the_docstrings_hold(filled: str) -> None:
    result = doctest.testmod(library, extraglobs={"example": filled})
    assert result.attempted > 5
    assert result.failed == 0


STABLE = {
    "marsad": (
        "CodebookError InputError InternalError MarsadError NetworkError RecordError ResourceError open_record read"
    ),
    "OpenRecord": "close events incidents report",
    "Found": "export map timeline to_arrow to_pandas to_polars",
    "Reading": "document events language problems stories",
    "Picture": "svg",
}
"""What programs of others rely on; a name that goes is a new major version."""


def test_what_others_rely_on_is_there_and_told_in_the_reference(opened: Any) -> None:
    incidents = opened.incidents()
    things = {
        "marsad": marsad,
        "OpenRecord": opened,
        "Found": incidents,
        "Reading": opened.report("r1"),
        "Picture": incidents.map(),
    }
    assert sorted(marsad.__all__) == STABLE["marsad"].split()
    told = (Path(__file__).parents[1] / "docs" / "reference.md").read_text("utf-8")
    for kind, names in STABLE.items():
        assert {name for name in dir(things[kind]) if name in names.split()} == set(names.split())
        assert f"`{kind}`" in told or kind == "marsad"
        for name in names.split():
            assert re.search(rf"`({kind}\.)?{name}\b", told), f"{kind}.{name}"
    surplus = {n for n in dir(opened) if not n.startswith("_")} | {n for n in dir(incidents) if not n.startswith("_")}
    assert sorted(surplus) == sorted(f"{STABLE['OpenRecord']} {STABLE['Found']}".split())


def test_everything_public_is_typed_and_documented() -> None:
    from marsad.library import opened, reading

    assert (Path(marsad.__file__).parent / "py.typed").exists()
    public = [getattr(marsad, name) for name in marsad.__all__]
    public += [
        thing
        for kind in (opened.OpenRecord, opened.Found, reading.Reading)
        for name, thing in vars(kind).items()
        if inspect.isfunction(thing) and not name.startswith("_")
    ]
    for thing in public:
        assert inspect.getdoc(thing), thing
        if inspect.isfunction(thing):
            given = inspect.signature(thing)
            assert given.return_annotation is not inspect.Signature.empty, thing
            untyped = [p for p in given.parameters.values() if p.annotation is p.empty and p.name != "self"]
            assert untyped == [], thing


def test_importing_marsad_imports_nothing_heavy() -> None:
    code = (
        "import sys, marsad; print([m for m in ('sqlalchemy', 'numpy', 'pyarrow', 'trafilatura') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_reading_shows_its_evidence_right_to_left() -> None:
    shown = marsad.read(TEXT + " <script>", published="2025-07-22")._repr_html_()
    assert 'dir="rtl"' in shown
    assert "<mark" in shown
    assert "<script" not in shown


def test_a_text_in_another_language_has_no_events() -> None:
    found = marsad.read("Nothing here is Arabic.")
    assert (found.events, found.language) == ((), None)


def test_a_date_that_is_none_is_refused() -> None:
    with pytest.raises(marsad.InputError):
        marsad.read(TEXT, published="yesterday")


def test_arrow_keeps_types(opened: Any) -> None:
    table = opened.events().to_arrow()
    assert table.num_rows == len(opened.events()) == 2
    row = table.to_pylist()[0]
    assert row["places"] == ["Sumy"]
    assert row["date_start"] == datetime.date(2025, 7, 21)


def test_pandas_and_polars(opened: Any) -> None:
    pytest.importorskip("pandas", reason=f"pandas is {NEEDS}")
    polars = pytest.importorskip("polars", reason=f"polars is {NEEDS}")
    incidents = opened.incidents()
    assert incidents.to_pandas()["killed_best"].tolist() == [3]
    assert incidents.to_polars()["killed_best"].to_list() == [3]
    assert incidents.to_polars().schema["date_start"] == polars.Date


def test_filters_are_those_of_the_command_line(opened: Any) -> None:
    assert len(opened.events(types="ASSAULT", since="2025-07-01", country="UKR")) == 2
    assert len(opened.events(until="2025-07-01")) == 0
    with pytest.raises(marsad.InputError, match="no filter"):
        opened.events(kind="x")
    with pytest.raises(marsad.InputError, match="not a day"):
        len(opened.events(since="yesterday"))
    with pytest.raises(marsad.CodebookError):
        opened.events(types="ASSALT")


def test_a_policy_holds_in_the_library_too(filled: str) -> None:
    with marsad.open_record(filled, policy="careful") as record:
        assert all(told.event.trigger.text == "" for told in record.events())
        with pytest.raises(marsad.InputError, match="withholds"):
            record.report("r1")


def test_map_timeline_table_and_file(opened: Any, tmp_path: Path) -> None:
    incidents = opened.incidents()
    assert "Sumy" in incidents.map().svg
    assert "2025-07-21: 1" in incidents.timeline().svg
    assert "Sumy" in incidents._repr_html_()
    assert incidents.export(str(tmp_path / "x.csv")) == 1
    assert (tmp_path / "x.csv").exists()
    assert opened.report("r1").document.text == TEXT


def test_nothing_found_is_shown_as_nothing(opened: Any) -> None:
    nothing = opened.incidents(until="2000-01-01")
    assert "No place" in nothing.map().svg
    assert "No day" in nothing.timeline().svg
    assert "<table>" in nothing._repr_html_()
