"""A record through a policy: what is withheld is not found either, and files and messages tell nothing of it."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from standin import TEXT, Ran, StandIn, make_event, span_in

from marsad.errors import InputError
from marsad.export import FORMATS
from marsad.model import CodedDocument, Document
from marsad.pipeline import load_fold
from marsad.publication.policy import Policy
from marsad.publishing import View
from marsad.record import Filters, Record, open_record

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
    from marsad.publication.policy import Coarse

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
