"""The public view of the desk: what the policy withholds stands in no way out, whoever asks and however they ask."""

from __future__ import annotations

import asyncio
import base64
import datetime
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from desk import client_of, copy_of, seat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar.testing import TestClient
from standin import TEXT, StandIn, make_event

from marsad import delivering, news, pipeline
from marsad.export.contract import line_of
from marsad.model import Attribution, CodedDocument, Document
from marsad.publication import groups
from marsad.publication.policy import Coarse, Delay, Drop, Persons, Policy
from marsad.publishing import View
from marsad.record import Filters, Record, leaving, open_record
from marsad.release import Plan, release
from marsad.web import accounts, api, public

PASSWORD = "correct horse battery"
PERSON, PLACE, OUTLET, SOURCE = "Qqzamir Privatov", "Qqsmalltown", "qqsecret.example", "Qqspokes Hidden"
POINT = (51.23771, 33.20271)
TODAY = datetime.datetime.now(datetime.UTC).date()
OLD, YOUNG = (TODAY - datetime.timedelta(days=100)).isoformat(), TODAY.isoformat()


FURTHER = {
    "one": "وأعلنت السلطات الحداد ثلاثة أيام في المقاطعة كلها.",
    "two": "ولم تصدر تفاصيل أخرى حتى الآن عن الحادث الأخير.",
}


def coded(name: str, day: str) -> CodedDocument:
    """A report with something in every field that a policy may mask."""
    document = Document(
        id=f"{PERSON} {name}.txt",
        text=f"{TEXT} {FURTHER[name]}",
        title=PERSON,
        published=day,
        publisher=OUTLET,
        url=f"https://{OUTLET}/{PERSON}",
    )
    event = make_event(document.id, document.text)
    actor = msgspec.structs.replace(event.actor[0], name=PERSON, country=None)
    place = msgspec.structs.replace(event.places[0], name=PLACE, lat=POINT[0], lon=POINT[1], id=None)
    source = Attribution(span=event.trigger, name=SOURCE)
    date = msgspec.structs.replace(event.date, start=day, end=day) if event.date else None
    changed = msgspec.structs.replace(event, actor=(actor,), places=(place,), source=(source,), date=date)
    return msgspec.structs.replace(StandIn().read(document), events=(changed,))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("public") / "kept.db"
    reader = pipeline.load_reader()
    with open_record(str(path), pipeline.load_fold()) as record:
        run = record.start_run("1", "d")
        for name, day in (("one", OLD), ("two", YOUNG)):
            item = coded(name, day)
            record.add(item, run, reader.sketch(item))
        record.change(lambda c: accounts.add(c, "visitor", PASSWORD, "guest"))
        record.change(lambda c: accounts.add(c, "basim", PASSWORD, "reader"))
    return path


@pytest.fixture
def path(template: Path, tmp_path: Path) -> Path:
    return copy_of(template, tmp_path / "kept.db")


@pytest.fixture
def outside(path: Path) -> Iterator[TestClient[Any]]:
    """Whoever has not logged in, at a desk with the careful public view."""
    with client_of(path, accounts=True, public="careful") as client:
        yield client


def log_in(client: TestClient[Any], name: str) -> None:
    form = {"_seat": seat(client, "/login"), "name": name, "password": PASSWORD}
    assert client.post("/login", data=form, follow_redirects=False).status_code == 303


def names_of(path: Path) -> list[str]:
    with open_record(str(path), pipeline.load_fold()) as record:
        return record.look(lambda c: [str(v) for v in c.exec_driver_sql("SELECT id FROM incidents").scalars()])


def addresses(names: list[str]) -> list[str]:
    """Every way to ask without a login: pages, feeds, maps, errors, with what is withheld asked for by name."""
    asked = [f"?type=ASSAULT&country=UKR&since={OLD}", "?country=QQQ", "?since=nonsense", "?after=x%20y", "?lang=ar"]
    filters = [f"?actor={quote(PERSON)}", f"?place={PLACE}", "?min_killed=3", "?text=Qq", "?limit=1", "?cursor=x", ""]
    found = ["/", "/login", "/login/code", f"/nowhere/{names[0]}", "/api/openapi.json"]
    found += [f"/public{q}" for q in ("", *asked)]
    found += [f"/public/map.json?zoom={z}" for z in (0, 5, 9)]
    found += [f"/public/incidents/{n}" for n in (*names, "i-none")]
    found += [f"/public/incidents/as/{form}" for form in (*(f for f in public.TAKEN if f != "xlsx"), "none")]
    found += [f"/api/v1/{what}{q}" for what in ("events", "incidents", "incidents.atom") for q in filters]
    found += [f"/api/v1/incidents/{n}" for n in (*names, "i-none")]
    found += [f"/incidents/{n}" for n in names] + ["/incidents.csv", "/map.json?box=-180,-90,180,90&zoom=3", "/sources"]
    return found


def everything(client: TestClient[Any], names: list[str]) -> dict[str, str]:
    """What each address answers, headers included and cursors read, without what the asker said itself."""
    told = {}
    for address in addresses(names):
        answer = client.get(address)
        assert answer.status_code < 500, address
        own = {quote(PERSON), PERSON, PLACE} if "?actor" in address or "?place" in address else set()
        own |= {OLD} if "since=" in address else set()
        body = answer.text + str(dict(answer.headers))
        body += "".join(str(base64.urlsafe_b64decode(c + "==")) for c in re.findall(r'"next":"([^"]+)"', answer.text))
        for said in own:
            body = body.replace(said, "")
        told[address] = body
    return told


masked = {
    "person": (PERSON, PERSON.split()[1], quote(PERSON)),
    "place": (PLACE, str(POINT[0]), str(POINT[1])),
    "outlet": (OUTLET,),
    "source": (SOURCE,),
    "words": ("قصفت", "two.txt", "one.txt"),
}


def test_the_careful_policy_holds_on_every_way_out(outside: TestClient[Any], path: Path) -> None:
    names = names_of(path)
    told = everything(outside, names)
    for what in ("person", "words", "source"):
        for value in masked[what]:
            assert [a for a, body in told.items() if value in body] == [], (what, value)
    assert OUTLET not in told["/public"]
    assert "total" in told["/public"]


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    fields = st.sampled_from(("places", "actor", "casualties", "source", "publisher", "date"))
    return Policy(
        review="any",
        words="withhold",
        smallest_group=draw(st.sampled_from([1, 2, 5])),
        persons=Persons(unlisted=draw(st.sampled_from(["mask", "keep"])), minors="mask"),
        drop=Drop(
            fields=tuple(draw(st.sets(fields, max_size=3))),
            publishers=draw(st.sampled_from([(), (OUTLET,)])),
            sources=draw(st.sampled_from([(), (SOURCE,)])),
        ),
        delay=draw(st.sampled_from([(), (Delay(days=2),)])),
        places=draw(st.sampled_from([(), (Coarse(finest="country"),), (Coarse(finest="admin"),)])),
    )


def test_no_policy_lets_through_what_it_masks(path: Path, tmp_path: Path) -> None:
    names = names_of(path)
    (tmp_path / "p.toml").write_text(
        (Path(public.__file__).parents[1] / "data/policies/careful.toml").read_text("utf-8")
    )
    with client_of(path, accounts=True, public=str(tmp_path / "p.toml")) as client:
        desk = client.app.state.desk

        @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(policies())
        def ask(policy: Policy) -> None:
            view = desk.ask(lambda record: View(record, policy))
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(View, "of_today", staticmethod(lambda *_: view))
                patch.setattr(api, "_A_MINUTE", 10**6)
                desk._kept.clear()
                client.app.stores.get("rate_limit")._store.clear()
                answers = everything(client, names)
                told = "".join(answers.values())
                told += str(desk.ask(lambda record: notices(record, view, names)))
                told += str([news_line(item) for item in news.since(view, Filters(), news.Moment(0, TODAY))[1]])
                told += released(view, tmp_path) + asked_by_models(view, names)
            hidden = [*masked["words"]]
            if policy.persons.unlisted == "mask" or "actor" in policy.drop.fields:
                hidden += masked["person"]
            if policy.places or "places" in policy.drop.fields:
                hidden += masked["place"]
            if "publisher" in policy.drop.fields or policy.drop.publishers:
                hidden += masked["outlet"]
            if policy.persons.unlisted == "mask" or policy.drop.sources or "source" in policy.drop.fields:
                hidden += masked["source"]
            assert [value for value in hidden if value in told] == []
            if "date" in policy.drop.fields:
                assert OLD not in told
            if policy.delay:
                # A release, a feed and the name of a file say when they were made.
                made = rf'"?(timestamp|updated|date|max-age)[^<,]*|{YOUNG}T[\d:]+Z|filename="incidents-{YOUNG}\.'
                assert YOUNG not in re.sub(made, "", told.replace(TODAY.strftime("%a"), ""))
            maps = "".join(body for address, body in answers.items() if "map.json" in address)
            assert [n for n in re.findall(r'"count":(\d+)', maps) if int(n) < policy.smallest_group] == []

        ask()


def notices(record: Record, view: View, names: list[str]) -> list[str]:
    """What webhooks would be told."""
    now = datetime.datetime.now(datetime.UTC)
    return [delivering._tell(record, view, name, {}, now).body.replace(YOUNG, "") for name in names]


def news_line(item: Any) -> Any:
    """What the stream of the API would tell."""
    return item if isinstance(item, news.Gone) else line_of(item)


def released(view: View, folder: Path) -> str:
    """Everything in a release and the one after it: names of files, what stands in them, what changed."""
    made = Path(tempfile.mkdtemp(dir=folder))
    first, second = made / "first", made / "second"
    release(view, first, Plan(name="1"))
    release(view, second, Plan(name="2", last=first, filters=Filters(types=("PROTEST",))))
    return "".join(f"{p.name} {p.read_text('utf-8-sig')}" for p in sorted(made.rglob("*")) if p.is_file())


def asked_by_models(view: View, names: list[str]) -> str:
    """What a language model is told, its errors included."""
    mcp = pytest.importorskip("mcp", reason="mcp is not installed; `make formats` installs it")
    from marsad import assistant

    asked: list[tuple[str, dict[str, Any]]] = [("search_incidents", {}), ("search_incidents", {"country": "UKR"})]
    asked += [(tool, {"incident": n}) for tool in ("show_evidence", "compare_claims") for n in (*names, "i-none")]

    async def ask() -> str:
        async with mcp.Client(assistant.make_server(view)) as client:
            answers = [await client.call_tool(tool, arguments) for tool, arguments in asked]
            return str([block.text for answer in answers for block in answer.content])

    return asyncio.run(ask())


def test_a_guest_sees_the_public_view_and_nothing_else(path: Path) -> None:
    names = names_of(path)
    with client_of(path, accounts=True) as client:
        assert client.get("/public", follow_redirects=False).status_code == 302, "nobody is let in without one"
        log_in(client, "visitor")
        assert client.get("/", follow_redirects=False).headers["location"] == "/public"
        told = everything(client, names)
        assert "rivatov" not in "".join(told.values())
        assert client.get(f"/incidents/{names[0]}").status_code == 403


def test_a_reader_sees_the_record(path: Path) -> None:
    with client_of(path, accounts=True, public="careful") as client:
        log_in(client, "basim")
        assert client.get("/", follow_redirects=False).status_code == 200
        assert "قصفت" in client.get("/").text


def test_what_is_withheld_looks_like_what_is_not_there(outside: TestClient[Any], path: Path) -> None:
    with open_record(str(path), pipeline.load_fold()) as record:
        young = [n for n in names_of(path) if (record.look(lambda c, n=n: leaving.find(c, n)).reported or "") >= YOUNG]  # type: ignore[misc]
    assert young
    withheld, absent = (outside.get(f"/public/incidents/{name}") for name in (young[0], "i-none"))
    assert withheld.status_code == absent.status_code == 404
    clean = [
        re.sub(r"(data-seat|value)=\"[^\"]+\"", "", a.text.replace(n, ""))
        for a, n in ((withheld, young[0]), (absent, "i-none"))
    ]
    assert clean[0] == clean[1]


def test_small_groups_are_not_counted_nor_told_by_subtraction() -> None:
    policy = Policy(smallest_group=5)
    assert groups.published({"a": 40, "b": 9, "c": 3}, policy) == {"a": 40, "b": None, "c": None}
    assert groups.published({"a": 40, "b": 2, "c": 3}, policy) == {"a": 40, "b": None, "c": None}
    assert groups.published({"a": 40, "b": 9}, policy) == {"a": 40, "b": 9}
    assert groups.published({"a": 3}, policy) == {"a": None}
    assert groups.published({"a": 40, "b": 9, "c": 1, "d": 1}, policy) == {"a": 40, "b": None, "c": None, "d": None}


@given(st.dictionaries(st.integers(), st.integers(1, 30), max_size=8), st.integers(1, 9))
def test_what_hidden_groups_come_to_tells_none_of_them(counts: dict[int, int], least: int) -> None:
    shown = groups.published(counts, Policy(smallest_group=least))
    hidden = [counts[name] for name, number in shown.items() if number is None]
    assert all(number == counts[name] and number >= least for name, number in shown.items() if number is not None)
    if hidden and len(hidden) < len(counts):
        assert len(hidden) > 1
        assert sum(hidden) >= least
