"""The publication policy on the desk: shown, tried on a sample, saved, taken back, and in force on every way out."""

from __future__ import annotations

import csv
import datetime
import io
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from desk import HOSTILE, client_of, copy_of, seat
from hypothesis import given
from hypothesis import strategies as st
from litestar.testing import TestClient
from test_desk_public import OUTLET, PASSWORD, PERSON, PLACE, POINT, SOURCE, coded, everything, masked, names_of

from marsad import delivering, pipeline
from marsad.errors import InputError
from marsad.publication.policy import (
    BUILT_IN,
    FIELDS,
    RECORD,
    Coarse,
    Delay,
    Drop,
    Persons,
    Policy,
    load_policy,
    write_toml,
)
from marsad.publishing import View, export_to, policy_named
from marsad.record import Filters, open_record, policies
from marsad.record.agreements import Signed
from marsad.web import accounts

TODAY = datetime.datetime.now(datetime.UTC).date()
OLD = (TODAY - datetime.timedelta(days=100)).isoformat()
FORM = {
    "review": "any",
    "words": "keep",
    "smallest_group": "1",
    "unlisted": "keep",
    "minors": "keep",
    "publishers": "",
    "sources": "",
}
"""A form that says what the open policy says."""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("policy") / "kept.db"
    reader = pipeline.load_reader()
    with open_record(str(path), pipeline.load_fold()) as record:
        run = record.start_run("1", "d")
        for name, day in (("one", OLD), ("two", TODAY.isoformat())):
            item = coded(name, day)
            record.add(item, run, reader.sketch(item))
        record.change(lambda c: accounts.add(c, "rima", PASSWORD, "admin"))
    return path


@pytest.fixture
def path(template: Path, tmp_path: Path) -> Path:
    return copy_of(template, tmp_path / "kept.db")


@pytest.fixture
def client(path: Path) -> Iterator[TestClient[Any]]:
    """Whoever has not logged in, at a desk that shows the public what the record's own policy lets it."""
    with client_of(path, accounts=True, public=RECORD) as made:
        yield made


def log_in(client: TestClient[Any]) -> None:
    form = {"_seat": seat(client, "/login"), "name": "rima", "password": PASSWORD}
    assert client.post("/login", data=form, follow_redirects=False).status_code == 303


def save(client: TestClient[Any], **changes: Any) -> Any:
    log_in(client)
    form = {**FORM, **changes, "_seat": seat(client, "/policy")}
    answer = client.post("/policy/save", data=form, follow_redirects=False)
    client.cookies.clear()
    return answer


def all_of(client: TestClient[Any], path: Path) -> str:
    """What whoever has not logged in is told, wherever they ask."""
    return "\n".join(everything(client, names_of(path)).values())


def test_until_somebody_saves_one_the_careful_policy_holds(client: TestClient[Any], path: Path) -> None:
    told = all_of(client, path)
    assert [name for kind in ("person", "words", "source") for name in masked[kind] if name in told] == []
    log_in(client)
    assert "careful" in client.get("/policy?lang=en").text


def test_what_is_saved_holds_on_every_way_out(client: TestClient[Any], path: Path) -> None:
    assert save(client).status_code == 303
    told = all_of(client, path)
    assert [kind for kind, words in masked.items() if words[0] not in told] == [], "the form said: everything"
    assert save(client, unlisted="mask", **{"places-0-finest": "country"}).status_code == 303
    told = all_of(client, path)
    left = [name for kind in ("person", "place", "words") for name in masked[kind] if name in told]
    assert left == [], "and now it says: neither people nor places"


def test_a_saved_policy_holds_for_webhooks_and_exports_that_name_the_record(path: Path) -> None:
    now = datetime.datetime.now(datetime.UTC)
    dropped = Policy(
        persons=Persons("keep", "keep"), drop=Drop(fields=("places",), sources=(SOURCE,)), smallest_group=1
    )
    with open_record(str(path), pipeline.load_fold()) as record:
        record.change(lambda c: policies.save(c, dropped, Signed("rima")))
        stream = io.BytesIO()
        export_to(View(record, policy_named(record, RECORD)), stream, "csv", "events", Filters())
        rows = list(csv.DictReader(io.StringIO(stream.getvalue().decode("utf-8-sig"))))
        assert [row["places"] for row in rows] == [""]
        assert SOURCE not in stream.getvalue().decode()
        record.change(lambda c: delivering.register(c, "https://a.example/in", RECORD, "x", private=False, now=now))
        reader = pipeline.load_reader()
        for report in ("one",):
            item = coded(report, OLD)
            item = msgspec.structs.replace(item, document=msgspec.structs.replace(item.document, id="third", url=None))
            record.add(item, record.start_run("1", "d"), reader.sketch(item))
        delivering.plan(record, record.change, now)
        bodies = str(
            record.look(lambda c: [str(v) for v in c.exec_driver_sql("SELECT body FROM deliveries").scalars()])
        )
        assert "killed" in bodies
        assert PLACE not in bodies
        assert SOURCE not in bodies


def test_a_policy_is_taken_back_and_brought_back(client: TestClient[Any], path: Path) -> None:
    save(client)
    save(client, words="withhold")
    with open_record(str(path)) as record:

        def holds() -> Policy:
            return policy_named(record, RECORD)

        def undo(number: int) -> int:
            log_in(client)
            form = {"_seat": seat(client, "/policy")}
            status = int(client.post(f"/policy/{number}/undo", data=form, follow_redirects=False).status_code)
            client.cookies.clear()
            return status

        assert holds().words == "withhold"
        assert undo(2) == 303
        assert holds().words == "keep"
        assert undo(2) == 409, "it was taken back already"
        assert undo(3) == 303
        assert holds().words == "withhold", "undoing the undoing brings it back"
        for number in (4, 2, 1):
            undo(number)
        assert holds() == load_policy("careful")
        log = record.look(lambda c: [str(v) for v in c.exec_driver_sql("SELECT action FROM audit").scalars()])
    assert log.count("save policy") == 2
    assert log.count("undo policy") >= 4


def test_a_preview_says_what_would_happen_and_saves_nothing(client: TestClient[Any], path: Path) -> None:
    log_in(client)
    form = {**FORM, "unlisted": "mask", "places-0-finest": "country", "_seat": seat(client, "/policy")}
    tried = client.post("/policy/preview?lang=en", data={**form, "publishers": "Slip of the pen"})
    assert tried.status_code == 200
    assert PERSON in tried.text, "as it stands in the record, for the one who decides"
    assert "Slip of the pen" in tried.text
    tried = client.post("/policy/preview?lang=en", data={**form, "delay-0-days": "5"})
    assert re.search(r"held back</dt><dd>1<", tried.text)
    assert "it is too young" in tried.text
    assert re.search(r'name="delay-0-days"[^>]*value="5"', tried.text), "the form keeps what was written"
    with open_record(str(path)) as record:
        assert record.look(policies.list_all) == []


def test_what_no_policy_says_is_refused(client: TestClient[Any], path: Path) -> None:
    for wrong in (
        {"review": "some"},
        {"smallest_group": "0"},
        {"smallest_group": "many"},
        {"fields": "nonsense"},
        {"delay-0-days": "-3"},
        {"delay-0-days": "3", "delay-0-types": "NOTHING"},
        {"places-0-finest": "street"},
        {"places-0-finest": "admin", "places-0-days": "x"},
    ):
        assert save(client, **wrong).status_code == 400, wrong
    with open_record(str(path)) as record:
        assert record.look(policies.list_all) == []


def test_a_policy_file_that_the_desk_was_started_with_is_not_overridden(path: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(write_toml(load_policy("careful")))
    with client_of(path, accounts=True, public=str(file)) as made:
        save(made)
        told = all_of(made, path)
        assert PERSON not in told
        log_in(made)
        assert "started with the policy" in made.get("/policy?lang=en").text


def test_a_desk_is_not_opened_with_a_policy_that_is_none(path: Path) -> None:
    with pytest.raises(InputError, match="nonsense"), client_of(path, public="nonsense"):
        pass


def test_names_that_are_dropped_stand_on_the_page_as_text(client: TestClient[Any]) -> None:
    save(client, publishers=HOSTILE, reason=HOSTILE)
    log_in(client)
    assert "<script>alert(1)" not in client.get("/policy").text


def test_the_page_fills_in_one_of_the_programs_own(client: TestClient[Any]) -> None:
    log_in(client)
    for name in BUILT_IN:
        page = client.get(f"/policy?from={name}&lang=en")
        wanted = load_policy(name)
        assert re.search(rf'<option value="{wanted.words}" selected>', page.text)
    assert client.get("/policy?from=../../etc/passwd").status_code == 400


texts = st.text(min_size=1, max_size=12).map(str.strip).filter(bool)
made_policies = st.builds(
    Policy,
    review=st.sampled_from(["any", "confirmed"]),
    words=st.sampled_from(["keep", "withhold"]),
    smallest_group=st.integers(1, 50),
    persons=st.builds(Persons, st.sampled_from(["mask", "keep"]), st.sampled_from(["mask", "keep"])),
    drop=st.builds(
        Drop,
        st.lists(st.sampled_from(FIELDS), max_size=3).map(tuple),
        st.lists(texts, max_size=2).map(tuple),
        st.lists(texts, max_size=2).map(tuple),
    ),
    delay=st.lists(st.builds(Delay, st.integers(0, 99), st.just(("ASSAULT",))), max_size=2).map(tuple),
    places=st.lists(
        st.builds(Coarse, st.sampled_from(["admin", "country"]), st.just(()), st.none() | st.integers(0, 9)), max_size=2
    ).map(tuple),
)


@given(policy=made_policies)
def test_a_policy_that_is_written_as_a_file_reads_the_same(
    tmp_path_factory: pytest.TempPathFactory, policy: Policy
) -> None:
    text = write_toml(policy)
    tomllib.loads(text)
    file = tmp_path_factory.mktemp("toml") / "p.toml"
    file.write_text(text, encoding="utf-8")
    assert load_policy(str(file)) == policy


def test_the_file_of_the_desk_is_what_holds(client: TestClient[Any], tmp_path: Path) -> None:
    save(client, publishers=f"{OUTLET}\nbeta.example", **{"delay-0-days": "3", "delay-0-types": ["ASSAULT", "PROTEST"]})
    log_in(client)
    file = tmp_path / "p.toml"
    file.write_bytes(client.get("/policy.toml").content)
    policy = load_policy(str(file))
    assert policy.drop.publishers == (OUTLET, "beta.example")
    assert policy.delay == (Delay(3, ("ASSAULT", "PROTEST")),)
    assert str(POINT[0]) not in file.read_text()
