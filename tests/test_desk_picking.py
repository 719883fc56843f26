"""Words that people pick in a report: what they say of them holds at once, outlives another reading, can be taken back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from desk import client_of, copy_of, seat
from incident_gold import add, read
from litestar.testing import TestClient

from marsad import pipeline
from marsad.model import Document, Event
from marsad.record import Filters, Record, open_record
from marsad.record.incidents import StoredIncident

STRUCK = "قُتل 7 أشخاص في قصف على مدينة حلب يوم الاثنين، وفق السلطات المحلية."
FIRE = "وفي خبر آخر قضت حرائق على محاصيل قرب مدينة حماة يوم الأحد."
PAGE = "كما قُتل 20 شخصا في قصف على مدينة درعا يوم السبت."
REPORTS = (
    ("p1", f"{STRUCK}\n{FIRE}\n{PAGE}"),
    ("p2", "أعلن مسؤول مقتل 7 أشخاص في قصف على مدينة حلب يوم الاثنين."),
)
TEXT = REPORTS[0][1]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("picking") / "r.db"
    with opened(path) as record:
        reports = [Document(id=i, text=text, published="2025-07-22", publisher=i) for i, text in REPORTS]
        add(record, read(pipeline.load_reader(), reports).values())
    return path


@pytest.fixture
def path(template: Path, tmp_path: Path) -> Path:
    return copy_of(template, tmp_path / "r.db")


@pytest.fixture
def client(path: Path) -> Iterator[TestClient[Any]]:
    with client_of(path) as made:
        made.get("/?lang=en")
        yield made


def opened(path: Path) -> Record:
    return open_record(str(path), pipeline.load_fold())


def events(path: Path) -> list[Event]:
    with opened(path) as record:
        return list(record.find("p1")[1].events)


def struck(path: Path) -> Event:
    """The event of the first sentence."""
    return next(e for e in events(path) if e.trigger.start < len(STRUCK))


def incident(path: Path) -> StoredIncident:
    with opened(path) as record:
        return next(i for i in record.incidents(Filters()) if any(m[1] == struck(path).id for m in i.summary.mentions))


def say(client: TestClient[Any], picked: str, **form: str) -> Any:
    start = TEXT.index(picked)
    at = {"report": "p1", "start": str(start), "end": str(start + len(picked)), "words": picked}
    return client.post("/pick/say", data={"_seat": seat(client), **at, **form}, follow_redirects=True)


def undo(client: TestClient[Any], page: str) -> Any:
    number = re.findall(r'action="/judgements/(\d+)/undo"', page)[0]
    form = {"_seat": seat(client), "report": "p1"}
    return client.post(f"/judgements/{number}/undo", data=form, follow_redirects=True)


def reread(path: Path) -> None:
    with opened(path) as record:
        assert list(pipeline.reread(record, ["p1", "p2"])) == []
        record.relink()


def test_a_place_is_corrected_by_its_words_and_taken_back(client: TestClient[Any], path: Path) -> None:
    before = events(path)
    assert [p.name for p in struck(path).places] == ["Aleppo"]
    old = struck(path).places[0].span
    form = {
        "what": "set",
        "event": struck(path).id,
        "field": "place",
        "other": "Idlib",
        "old": f"{old.start}-{old.end}",
    }
    page = say(client, "مدينة حلب", **form, reason="the mayor said so").text
    assert "corrected by a person" in page
    assert "the mayor said so" in page
    for _ in range(2):
        assert [p.name for p in struck(path).places] == ["Idlib"]
        assert struck(path).places[0].span.text == "مدينة حلب"
        assert incident(path).summary.places[0].name in ("Idlib", "Aleppo")
        reread(path)
    assert "taken back" in undo(client, page).text
    assert events(path) == before, "just what the machine read"


def test_a_figure_that_is_corrected_counts_in_the_incident(client: TestClient[Any], path: Path) -> None:
    name = incident(path).id
    page = say(client, "7 أشخاص", what="set", event=struck(path).id, field="killed", count="9").text
    for _ in range(2):
        assert [c.quantity.min for c in struck(path).casualties if c.outcome == "killed"][-1] == 9
        told = {t.count for t in incident(path).summary.reckoning.totals if t.field == "killed" and t.report == "p1"}
        assert 9 in told
        assert incident(path).id == name
        reread(path)
    undo(client, page)
    assert 9 not in {t.count for t in incident(path).summary.reckoning.totals}


def test_a_day_and_a_party_are_set(client: TestClient[Any], path: Path) -> None:
    event = struck(path).id
    say(client, "يوم الاثنين", what="set", event=event, field="date", since="2025-07-14", until="2025-07-15")
    say(client, "السلطات المحلية", what="set", event=event, field="actor", other="SYR")
    now = struck(path)
    assert now.date is not None
    assert (now.date.start, now.date.end) == ("2025-07-14", "2025-07-15")
    assert [(a.name, a.country, a.span.text) for a in now.actor][-1] == ("Syria", "SYR", "السلطات المحلية")
    assert set(now.people) == {"date", "actor"}


def test_weapons_damage_and_money_are_set_and_taken_out(client: TestClient[Any], path: Path) -> None:
    event = struck(path).id
    say(client, "قصف", what="set", event=event, field="weapon", code="drone", count="3")
    say(client, "مدينة حلب", what="set", event=event, field="damage", code="house")
    page = say(
        client, "السلطات المحلية", what="set", event=event, field="money", count="5,000,000", currency="USD"
    ).text
    for _ in range(2):
        now = struck(path)
        weapon = next(w for w in now.weapons if w.kind == "drone")
        assert (weapon.span.text, weapon.quantity.min, weapon.quantity.max) == ("قصف", 3, 3)
        damage = next(d for d in now.damage if d.object == "house")
        assert (damage.span.text, damage.quantity.min) == ("مدينة حلب", None)
        assert now.money is not None
        assert (now.money.min, now.money.max, now.money.currency) == (5_000_000, 5_000_000, "USD")
        assert set(now.people) == {"weapon", "damage", "money"}
        reread(path)
    old = weapon.span
    say(client, "قصف", what="remove", event=event, field="weapon", old=f"{old.start}-{old.end}")
    assert "drone" not in [w.kind for w in struck(path).weapons]
    undo(client, page)


def test_a_mode_is_set_with_its_type(client: TestClient[Any], path: Path) -> None:
    say(client, "قصف", what="set", event=struck(path).id, field="type", type="ASSAULT", mode="heavy-weapons")
    assert struck(path).modes == ("heavy-weapons",)


def test_digits_of_either_script_are_numbers(client: TestClient[Any], path: Path) -> None:
    say(client, "7 أشخاص", what="set", event=struck(path).id, field="killed", count="١٬٢٠٠")
    assert 1200 in [c.quantity.min for c in struck(path).casualties]


def test_a_value_is_taken_out(client: TestClient[Any], path: Path) -> None:
    old = struck(path).places[0].span
    form = {"event": struck(path).id, "field": "place", "old": f"{old.start}-{old.end}"}
    say(client, "مدينة حلب", what="remove", **form)
    assert struck(path).places == ()


def test_a_missed_event_is_added_and_listed_like_any_other(client: TestClient[Any], path: Path) -> None:
    page = say(client, "حرائق", what="add", type="COERCE", status="actual").text
    assert "added by a person" in page
    for _ in range(2):
        made = next(e for e in events(path) if e.people)
        assert (made.type, made.trigger.text, made.confidence) == ("COERCE", "حرائق", 1.0)
        with opened(path) as record:
            listed = {s.event.id: s.event.people for s in record.events(Filters(types=("COERCE",)))}
            assert listed[made.id] == ("event",)
            assert any(
                m[1] == made.id for i in record.incidents(Filters(types=("COERCE",))) for m in i.summary.mentions
            )
        reread(path)
    say(client, "مدينة حماة", what="set", event=made.id, field="place", other="حماة")
    assert [p.country for e in events(path) if e.id == made.id for p in e.places] == ["SYR"]
    undone = undo(client, page)
    assert undone.status_code == 200


def test_what_is_no_part_of_the_report_tells_nothing(client: TestClient[Any], path: Path) -> None:
    assert [e for e in events(path) if e.trigger.start >= TEXT.index(PAGE)]
    say(client, PAGE, what="noise")
    for _ in range(2):
        assert [e for e in events(path) if e.trigger.start >= TEXT.index(PAGE)] == []
        assert 20 not in {t.count for t in incident(path).summary.reckoning.totals}
        reread(path)


def test_an_event_that_is_none_is_taken_out_and_brought_back(client: TestClient[Any], path: Path) -> None:
    event = struck(path)
    page = say(client, event.trigger.text, what="drop", event=event.id).text
    assert event.trigger not in [e.trigger for e in events(path)]
    reread(path)
    assert event.trigger not in [e.trigger for e in events(path)]
    undo(client, page)
    assert event.trigger in [e.trigger for e in events(path)]


def test_what_the_words_may_mean_is_offered(client: TestClient[Any]) -> None:
    def asked(words: str, **more: str) -> str:
        start = TEXT.index(words)
        query = {"report": "p1", "start": str(start), "end": str(start + len(words)), **more}
        return str(client.get("/pick", params=query, headers={"hx-request": "true"}).text)

    assert "Aleppo" in asked("مدينة حلب")
    assert 'value="2025-07-21"' in asked("يوم الاثنين")
    assert re.search('name="count"[^>]* value="7"', asked("7 أشخاص"))
    assert re.search('name="code"[^>]*>.*value="house" selected', asked("محاصيل", field="damage")) is None
    assert '<option value="explosive" selected>' in asked("قصف", field="weapon", code="explosive")
    assert '<option value="ASSAULT" selected>' in asked("قصف", what="add")


def test_words_may_be_typed_instead_of_picked(client: TestClient[Any]) -> None:
    page = client.get("/pick", params={"report": "p1", "words": "مدينة حلب"}).text
    assert f'name="start" value="{TEXT.index("مدينة حلب")}"' in page


@pytest.mark.parametrize(
    "form",
    [
        {"what": "set", "field": "place", "other": "Nowhereville Nonesuch"},
        {"what": "set", "field": "killed", "count": "many"},
        {"what": "set", "field": "killed", "count": ""},
        {"what": "set", "field": "date", "since": ""},
        {"what": "set", "field": "weapon", "code": ""},
        {"what": "set", "field": "damage", "code": "drone"},
        {"what": "set", "field": "weapon", "code": "drone", "count": "5", "most": "3"},
        {"what": "set", "field": "money", "count": ""},
        {"what": "set", "field": "money", "count": "5", "currency": "GOLD"},
        {"what": "set", "field": "date", "since": "2025-07-14", "until": "2025-07-01"},
        {"what": "set", "field": "nothing"},
        {"what": "set", "field": "place", "event": "p1:e99", "other": "Idlib"},
        {"what": "add", "type": "PARTY"},
        {"what": "add", "type": ""},
        {"what": "remove", "field": "type"},
        {"what": "sing"},
        {"what": "noise", "words": "ليست هنا"},
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_kept(
    client: TestClient[Any], path: Path, form: dict[str, str]
) -> None:
    before = events(path)
    assert say(client, "مدينة حلب", **{"event": struck(path).id, **form}).status_code == 400
    assert events(path) == before
    with opened(path) as record:
        assert record.judgements() == []


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"what": "set", "field": "place", "other": "Nowhereville"}, "المعجم الجغرافي"),
        ({"what": "set", "field": "killed", "count": "many"}, "ليس عددا"),
        ({"what": "set", "field": "date", "since": ""}, "اذكر اليوم"),
        ({"what": "set", "field": "weapon", "code": ""}, "اختر النوع"),
        ({"what": "add", "type": "PARTY"}, "ليس من الرموز"),
    ],
)
def test_a_refusal_is_said_in_the_language_of_the_page_above_the_form(
    client: TestClient[Any], path: Path, form: dict[str, str], said: str
) -> None:
    start = TEXT.index("مدينة حلب")
    at = {"report": "p1", "start": str(start), "end": str(start + 9), "event": struck(path).id, "reason": "لأنه كذلك"}
    client.get("/?lang=ar")
    data = {"_seat": seat(client), **at, **form}
    page = client.post("/pick/say", data=data, headers={"hx-request": "true"})
    assert page.status_code == 422
    alert = re.search(r'role="alert"[^>]*>([^<]+)<', page.text)
    assert alert is not None
    assert said in alert[1]
    assert 'value="لأنه كذلك"' in page.text, "what was written is kept"
    whole = client.post("/pick/say", data=data)
    assert whole.status_code == 400
    assert said in whole.text, "without scripts too"


def test_a_changed_text_keeps_what_was_said_of_words_that_still_stand(client: TestClient[Any], path: Path) -> None:
    say(client, "7 أشخاص", what="set", event=struck(path).id, field="killed", count="9")
    changed = Document(id="p1", text=f"عاجل.\n{TEXT}", published="2025-07-22", publisher="p1")
    with opened(path) as record:
        reader, run = pipeline.start_reading(record)
        assert [o.state for o in pipeline.process([changed], reader, record, run)] == ["new-version"]
    told = [c.quantity.min for e in events(path) for c in e.casualties if c.outcome == "killed"]
    assert 9 in told, "the words were found where they stand now"


def test_a_copy_word_for_word_is_not_corrected_along(client: TestClient[Any], path: Path) -> None:
    say(client, "7 أشخاص", what="set", event=struck(path).id, field="killed", count="9")
    with opened(path) as record:
        reader, run = pipeline.start_reading(record)
        other = Document(id="p9", text=TEXT, published="2025-07-22", publisher="other")
        assert [o.state for o in pipeline.process([other], reader, record, run)] == ["added"]
        assert all(c.quantity.min != 9 for e in record.find("p9")[1].events for c in e.casualties)
