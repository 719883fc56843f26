"""Words that people add on the desk: checked, used by the next reading, given out and taken in; judgements stay."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from desk import client_of, copy_of, seat
from incident_gold import add, read
from litestar.testing import TestClient

from marsad import pipeline, vocabulary
from marsad.model import Document
from marsad.record import Filters, Record, open_record
from marsad.record.agreements import Signed

REPORTS = (
    ("w1", "قُتل 7 أشخاص في قصف على بلدة زرنوقة يوم الاثنين، وفق السلطات المحلية."),
    ("w2", "أصيب 3 أشخاص في قصف على مدينة حلب يوم الاثنين."),
    ("w3", "شن تنظيم الصخرة البيضاء هجوما على بلدة بزرنوقة يوم الاثنين، وقتل شخصان."),
)
FILTERS = Filters()
PLACE = {"kind": "place", "name": "زرنوقة", "english": "Zarnuqa", "country": "SYR", "lat": "35.5", "lon": "36.5"}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("words") / "r.db"
    with open_record(str(path), pipeline.load_fold()) as record:
        reports = [Document(id=i, text=text, published="2025-07-22", publisher="alpha") for i, text in REPORTS]
        add(record, read(pipeline.load_reader(), reports).values())
    return path


@pytest.fixture
def path(template: Path, tmp_path: Path) -> Path:
    return copy_of(template, tmp_path / "r.db")


@pytest.fixture
def client(path: Path) -> Iterator[TestClient[Any]]:
    with client_of(path) as made:
        yield made


def put(client: TestClient[Any], **form: str) -> Any:
    return client.post("/words/add", data={"_seat": seat(client), **form}, follow_redirects=True)


def places(path: Path, report: str) -> list[str]:
    with opened(path) as record:
        return [p.name for e in record.find(report)[1].events for p in e.places]


def opened(path: Path) -> Record:
    return open_record(str(path), pipeline.load_fold())


def test_a_place_that_is_added_is_found_by_reading_again_and_judgements_hold(
    client: TestClient[Any], path: Path
) -> None:
    assert places(path, "w1") == []
    with opened(path) as record:
        event = record.find("w1")[1].events[0].id
        name = next(i.id for i in record.incidents(FILTERS) if any(m[0] == "w1" for m in i.summary.mentions))
    client.post(
        f"/incidents/{name}/judge", data={"_seat": seat(client), "kind": "correct", "field": "killed", "value": "9"}
    )
    page = put(client, **PLACE).text
    number = re.findall(r'action="/words/(\d+)/reread"', page)[0]
    answer = client.post(f"/words/{number}/reread", data={"_seat": seat(client)}, follow_redirects=True)
    assert answer.status_code == 200
    assert "/reread" not in answer.text, "nothing waits any more"
    assert places(path, "w1") == ["Zarnuqa"]
    with opened(path) as record:
        incident = next(i for i in record.incidents(FILTERS) if any(m[0] == "w1" for m in i.summary.mentions))
        assert (incident.summary.reckoning.figures["killed"].best, incident.summary.places[0].name) == (9, "Zarnuqa")
        why = record.find(event)[2]
        assert why is not None
        assert f"words:{number}" in str(why.places[0].why)


def unknown_places(client: TestClient[Any]) -> dict[str, int]:
    """The places that the page tells the gazetteer lacks, with how many reports name each."""
    table = client.get("/words?lang=en").text.partition('id="places"')[2].partition("</table>")[0]
    return {name: int(n) for name, n in re.findall(r'<bdi>([^<]+)</bdi></th><td class="n">(\d+)', table)}


def test_a_place_that_nobody_listed_is_told_until_it_is_added(client: TestClient[Any], path: Path) -> None:
    assert unknown_places(client)["زرنوقة"] >= 1
    assert "حلب" not in unknown_places(client)
    put(client, **PLACE)
    page = client.get("/words").text
    number = re.findall(r"/words/(\d+)/reread", page)[0]
    client.post(f"/words/{number}/reread", data={"_seat": seat(client)}, follow_redirects=True)
    assert "زرنوقة" not in unknown_places(client)
    with opened(path) as record:
        assert record.find("w1")[1].problems == ()


def test_unknown_names_outlive_what_people_say_of_the_text(client: TestClient[Any]) -> None:
    before = unknown_places(client)
    at = REPORTS[0][1].index("يوم")
    form = {"report": "w1", "start": str(at), "end": str(at + 3), "what": "noise", "_seat": seat(client)}
    assert client.post("/pick/say", data=form, follow_redirects=False).status_code == 303
    assert unknown_places(client) == before


def test_only_reports_that_hold_the_name_are_read_again(client: TestClient[Any], path: Path) -> None:
    put(client, **PLACE)
    with opened(path) as record:
        assert set(vocabulary.waiting(record)) == {"w1", "w3"}, "behind a clitic too"


def test_what_read_is_told_apart_by_the_words_it_knew(client: TestClient[Any], path: Path) -> None:
    with opened(path) as record:
        plain = pipeline.start_reading(record)[1]
    put(client, **PLACE)
    with opened(path) as record:
        _, run = pipeline.start_reading(record)
        before, after = (record.look(lambda c, k=k: data_of(c, k)) for k in (plain, run))  # type: ignore[misc]
    assert before != after
    assert after.startswith(before)


def data_of(connection: Any, run: int) -> str:
    return str(connection.exec_driver_sql(f"SELECT data FROM runs WHERE key = {run}").scalar())


def test_taking_a_word_back_takes_its_place_away(client: TestClient[Any], path: Path) -> None:
    put(client, **PLACE)
    client.post("/words/1/reread", data={"_seat": seat(client)})
    assert places(path, "w1") == ["Zarnuqa"]
    client.post("/words/1/undo", data={"_seat": seat(client)})
    client.post("/words/1/reread", data={"_seat": seat(client)})
    assert places(path, "w1") == []
    assert "taken back" in client.get("/words?lang=en").text


def test_an_actor_and_another_name_of_it(client: TestClient[Any], path: Path) -> None:
    group = {
        "kind": "actor",
        "name": "تنظيم الصخرة البيضاء",
        "english": "White Rock",
        "country": "SYR",
        "sector": "REB",
    }
    put(client, **group)
    put(client, kind="actor-name", name="الصخريون", of="White Rock")
    page = client.post("/words/1/reread", data={"_seat": seat(client)}, follow_redirects=True).text
    assert "group:own-white-rock" in page
    with opened(path) as record:
        known = pipeline.load_known(record.own_words()).actors
        assert [known.party(name).name for name in (group["name"], "الصخريون")] == ["White Rock", "White Rock"]
        assert record.own_words().rows[1][1].id == "group:own-white-rock"


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"name": "Zarnuqa"}, "no Arabic letters"),
        ({"name": ""}, "empty"),
        ({"country": "SYA"}, "SYR"),
        ({"country": ""}, "country"),
        ({"lat": "95"}, "nowhere"),
        ({"lon": "east"}, "no number"),
        ({"lat": ""}, "latitude and longitude"),
        ({"english": ""}, "English name"),
        ({"name": "حلب", "lat": "36.2", "lon": "37.16"}, "already there"),
        ({"parent": "Nowhere Province"}, "no province"),
        ({"kind": "actor", "name": "حماس"}, "already there"),
        ({"kind": "actor-name", "of": "Nobody Whatever"}, "no actor"),
        ({"kind": "river"}, "nothing that can be added"),
    ],
)
def test_what_makes_no_sense_is_said_and_nothing_is_kept(
    client: TestClient[Any], path: Path, form: dict[str, str], said: str
) -> None:
    client.get("/words?lang=en")
    answer = put(client, **{**PLACE, **form})
    assert answer.status_code == 400
    assert said in answer.text
    if form.get("english") != "" and "kind" not in form:
        assert 'value="Zarnuqa"' in answer.text, "what was written is still there"
    with opened(path) as record:
        assert not record.own_words()


def test_a_problem_is_said_in_arabic_too(client: TestClient[Any]) -> None:
    client.get("/words?lang=ar")
    assert "لا حروف عربية" in put(client, **{**PLACE, "name": "Zarnuqa"}).text


def test_the_same_word_is_added_once(client: TestClient[Any]) -> None:
    assert put(client, **PLACE).status_code == 200
    assert put(client, **PLACE).status_code == 400


def test_what_one_record_gives_out_another_takes_in(client: TestClient[Any], path: Path, tmp_path: Path) -> None:
    put(client, **PLACE, reason="seen on a map")
    put(client, kind="place-name", name="الزرنوقية", of="own:zarnuqa")
    put(client, kind="actor", name="تنظيم الصخرة البيضاء", english="White Rock", country="SYR", sector="REB")
    table = client.get("/words.tsv").content.decode()
    with opened(path) as record:
        own = record.own_words()
    with open_record(str(tmp_path / "other.db"), pipeline.load_fold()) as other:
        assert len(vocabulary.bring_in(other, table, Signed("ann")).added) == 3
        assert {row for _, row in other.own_words().rows} == {row for _, row in own.rows}
        assert other.own_words().version() == own.version()
        again = vocabulary.bring_in(other, table, Signed("ann"))
        assert (again.added, again.known, again.problems) == ((), 3, ())


def test_a_table_with_a_fault_says_which_row(tmp_path: Path) -> None:
    table = (
        "kind\tname\tenglish\tcountry\tlat\tlon\nplace\tزرنوقة\tZarnuqa\tSYR\t35\t36\nplace\tزرنوقين\tZ\tXXX\t1\t1\n"
    )
    with open_record(str(tmp_path / "r.db"), pipeline.load_fold()) as record:
        found = vocabulary.bring_in(record, table, Signed("ann"))
    assert len(found.added) == 1
    assert "XXX" in found.problems[0]


def test_hostile_words_are_shown_as_text(client: TestClient[Any]) -> None:
    put(client, **{**PLACE, "name": "زرنوقة <script>alert(1)</script>", "english": "<b>Z</b>"})
    page = client.get("/words").text
    assert "<script>alert(1)" not in page
    assert "<b>Z</b>" not in page
