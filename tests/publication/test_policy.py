"""What a policy withholds stands in no way out: random events, incidents and policies, through every format."""

from __future__ import annotations

import datetime
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marsad.errors import InputError
from marsad.export import FORMATS
from marsad.export.frame import Frame
from marsad.link.figures import Figure, Reckoning, Total
from marsad.link.summary import Summary, Where
from marsad.model import (
    Attribution,
    Casualty,
    Damage,
    DateRange,
    Document,
    Event,
    Money,
    Participant,
    Place,
    Quantity,
    Span,
    Weapon,
    Why,
)
from marsad.publication.atlas import Atlas
from marsad.publication.items import Happening, Telling
from marsad.publication.policy import FIELDS, Coarse, Delay, Drop, Persons, Policy, load_policy
from marsad.publication.publisher import Publisher

TODAY = datetime.date(2025, 8, 1)
LISTED = {"state:RUS": "Russia", "agency:tass": "TASS"}
# Every name that may be masked and every word of a report is one that nothing else could write.
PRIVATE = ("Qqzamir Privatov", "Qqzleila Unlistedi", "Qqzomar Nobodi")
FINE = (("geonames:705135", "Qqkonotop"), (None, "Qqnowhere"))
WORDS = "QqWord"
DAYS = ("2025-07-31", "2025-06-01", "2025-06-02")
SOURCES = ("Qqsource Daily", "TASS")


def span(words: str) -> Span:
    return Span(3, 3 + len(words), words)


names = st.sampled_from([*PRIVATE, None])


@st.composite
def parties(draw: st.DrawFn) -> Participant:
    listed = draw(st.booleans())
    name = "Russia" if listed else draw(names)
    return Participant(
        span=span(f"{WORDS} {name}"),
        name=name,
        country=draw(st.sampled_from(["UKR", None])),
        sector=draw(st.sampled_from(["CVL", "MIL", None])),
        # A made-up id does not make a person public.
        id="state:RUS" if listed else draw(st.sampled_from([None, "person:made-up"])),
        why=Why(rule="r", words=f"{WORDS} {name}"),
    )


@st.composite
def places(draw: st.DrawFn) -> Place:
    id_, name = draw(st.sampled_from(FINE))
    level = draw(st.sampled_from(["settlement", "facility"]))
    return Place(span=span(f"{WORDS} {name}"), name=name, country="UKR", lat=51.2377, lon=33.2027, level=level, id=id_)


@st.composite
def sources(draw: st.DrawFn) -> Attribution:
    name = draw(st.sampled_from([*PRIVATE, *SOURCES]))
    id_ = "agency:tass" if name == "TASS" else None
    return Attribution(span=span(f"{WORDS} {name}"), name=name, id=id_, verb=span(WORDS))


@st.composite
def tellings(draw: st.DrawFn) -> Telling:
    person = draw(st.sampled_from(PRIVATE))
    name = f"{person} {WORDS}.txt"
    who = draw(st.sampled_from(["child", "person"]))
    harmed = Quantity(min=40417, max=40418)
    casualty = Casualty(span=span(f"{WORDS} {person}"), outcome="killed", who=who, quantity=harmed)
    day = draw(st.sampled_from(["2025-07-31", "2025-06-01", None]))
    code = draw(st.sampled_from(["ASSAULT", "PROTEST"]))
    event = Event(
        id=f"{name}:e1",
        type=code,
        modes=("torture",) if code == "ASSAULT" else (),
        confidence=0.1234,
        trigger=span(f"{WORDS} {person}"),
        mentions=(span(f"{WORDS} {person}"),),
        actor=tuple(draw(st.lists(parties(), max_size=2))),
        recipient=tuple(draw(st.lists(parties(), max_size=2))),
        places=tuple(draw(st.lists(places(), max_size=2))),
        date=DateRange(day, day) if day else None,
        date_text=span(WORDS),
        weapons=(Weapon(span=span(WORDS), kind="qqweapon", quantity=Quantity()),),
        casualties=(casualty,),
        damage=(Damage(span=span(WORDS), object="qqobject", quantity=Quantity()),),
        money=Money(span=span(f"{WORDS} 77"), min=77001, max=None, currency="USD"),
        source=tuple(draw(st.lists(sources(), max_size=2))),
        why={"type": Why(rule="r", words=f"{WORDS} {person}")},
    )
    document = Document(
        id=name,
        text=f"{WORDS} {person}",
        title=f"{WORDS} {person}",
        published="2025-07-31",
        publisher=draw(st.sampled_from(["outlet.example", "Qqsecret Outlet"])),
        url=f"https://x.example/{person.replace(' ', '-')}",
        story_dates=((WORDS, "2025-07-31"),),
    )
    verdict = draw(st.sampled_from([None, "confirmed", "rejected"]))
    return Telling(document=document, event=event, incident="i-0", verdict=verdict, text_hash="0123")


@st.composite
def happenings(draw: st.DrawFn) -> Happening:
    person, source = draw(st.sampled_from(PRIVATE)), draw(st.sampled_from([*PRIVATE, *SOURCES, "agency:tass"]))
    day = draw(st.sampled_from(["2025-07-31", "2025-06-01", None]))
    total = Total(
        report=f"{person}.txt", event=f"{person}:e1", field="killed", count=40417, start=1, end=5, source=source
    )
    total = msgspec.structs.replace(total, said=draw(st.sampled_from(["2025-06-02T10:00:00Z", None])))
    where = tuple(
        Where(name=name, country="UKR", lat=51.2377, lon=33.2027, id=id_)
        for id_, name in draw(st.lists(st.sampled_from(FINE), max_size=2, unique=True))
    )
    code = draw(st.sampled_from(["ASSAULT", "PROTEST"]))
    summary = Summary(
        type=code,
        start=day,
        end=day,
        places=where,
        modes=("torture",) if code == "ASSAULT" else (),
        statuses=("actual",),
        actors=tuple(draw(st.lists(st.sampled_from([*PRIVATE, "RUS", "state:RUS"]), max_size=3, unique=True))),
        mentions=((f"{person}.txt", f"{person}.txt:e1", 0, 4),),
        reckoning=Reckoning(
            figures={"killed": Figure(best=40417, low=40417, high=40418, by=source)},
            totals=(total,),
            sources=1,
            contradicted=False,
        ),
    )
    verdict = draw(st.sampled_from([None, "confirmed", "rejected"]))
    return Happening(
        id="i-0",
        summary=summary,
        reports=1,
        sources=1,
        contradicted=False,
        verdict=verdict,
        reported=draw(st.sampled_from(["2025-06-02", None])),
    )


masks = st.sampled_from(["mask", "keep"])
types = st.sampled_from([(), ("ASSAULT",)])
policies = st.builds(
    Policy,
    review=st.sampled_from(["any", "confirmed"]),
    words=st.sampled_from(["keep", "withhold"]),
    persons=st.builds(Persons, unlisted=masks, minors=masks),
    drop=st.builds(
        Drop,
        fields=st.lists(st.sampled_from(FIELDS), max_size=2).map(tuple),
        publishers=st.sampled_from([(), ("Qqsecret Outlet",)]),
        sources=st.sampled_from([(), ("Qqsource Daily",), ("tass",), ("agency:tass",)]),
    ),
    delay=st.lists(st.builds(Delay, days=st.sampled_from([0, 10]), types=types), max_size=2).map(tuple),
    places=st.lists(
        st.builds(
            Coarse,
            finest=st.sampled_from(["admin", "country"]),
            types=types,
            younger_than_days=st.sampled_from([None, 10]),
        ),
        max_size=2,
    ).map(tuple),
)


@pytest.fixture(scope="module")
def atlas() -> Atlas:
    from marsad import lang

    return Atlas(lambda: lang.load("ar").gazetteer)


def everything(items: list[Any], subject: str) -> Iterator[tuple[str, str]]:
    """The items in every format, as text, and what the format says where it refuses."""
    frame = Frame(subject=subject, moment="2025-08-01T00:00:00Z")
    for name, form in FORMATS.items():
        stream = io.BytesIO()
        try:
            form.write(items, stream, frame)
        except InputError as error:
            yield name, str(error)
            continue
        raw = stream.getvalue()
        if name == "xlsx":
            with zipfile.ZipFile(io.BytesIO(raw)) as book:
                yield name, "\n".join(book.read(n).decode() for n in book.namelist())
        elif "parquet" in name:
            yield name, str(pyarrow.parquet.read_table(io.BytesIO(raw)).to_pylist())
        else:
            yield name, raw.decode()
        if name in ("jsonl", "plover", "ftm"):
            yield name, "\n".join(str(json.loads(line)) for line in raw.splitlines())


def is_young(item: Telling | Happening) -> bool:
    """Whether the item's day is less than ten days ago, or unknown."""
    if isinstance(item, Telling):
        day = item.event.date.end if item.event.date else item.document.published
    else:
        day = item.summary.end or item.reported
    return day is None or day > "2025-07-22"


FIELD_VALUES = {
    "money": {"77001"},
    "date": set(DAYS),
    "places": {name for _, name in FINE} | {"51.2377", "33.2027"},
    "modes": {"torture", "Torture"},
    "weapons": {"qqweapon"},
    "damage": {"qqobject"},
    "casualties": {"40417", "40418"},
    "confidence": {"0.123"},
}
"""Fields that a policy may drop, and what nothing else could write."""


def hidden(policy: Policy, item: Telling | Happening) -> set[str]:
    """What must not be seen of an item, told from the policy's words alone."""
    code = item.event.type if isinstance(item, Telling) else item.summary.type
    harmed = isinstance(item, Happening) or any(c.who == "child" for c in item.event.casualties)
    found = set()
    if policy.persons.unlisted == "mask" or (policy.persons.minors == "mask" and harmed):
        found |= {*PRIVATE, *(p.replace(" ", "-") for p in PRIVATE)}
    for rule in policy.places:
        if (not rule.types or code in rule.types) and (rule.younger_than_days is None or is_young(item)):
            found |= {name for _, name in FINE} | {"51.2377", "33.2027"}
    if policy.words == "withhold":
        found |= {WORDS, "https://x.example"}
    found |= {"TASS", "agency:tass"} if {"tass", "agency:tass"} & set(policy.drop.sources) else set(policy.drop.sources)
    for field, values in FIELD_VALUES.items():
        found |= values if field in policy.drop.fields else set()
    if "source" in policy.drop.fields:
        found |= set(SOURCES)
    if "publisher" in policy.drop.fields:
        found |= {"outlet.example", "Qqsecret Outlet"}
    return found


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(items=st.lists(tellings(), min_size=1, max_size=3), policy=policies)
def test_no_event_tells_what_the_policy_hides(atlas: Atlas, items: list[Telling], policy: Policy) -> None:
    publisher = Publisher(policy, TODAY, atlas, LISTED)
    for item in items:
        told = publisher.telling(item)
        for name, text in everything([told] if told else [], "events"):
            assert [w for w in hidden(policy, item) if w in text] == [], name


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(item=happenings(), policy=policies)
def test_no_incident_tells_what_the_policy_hides(atlas: Atlas, item: Happening, policy: Policy) -> None:
    told = Publisher(policy, TODAY, atlas, LISTED).happening(item)
    for name, text in everything([told] if told else [], "incidents"):
        assert [w for w in hidden(policy, item) if w in text] == [], name


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(item=st.one_of(tellings(), happenings()), policy=policies)
def test_what_is_rejected_unconfirmed_too_young_or_dropped_does_not_appear(
    atlas: Atlas, item: Telling | Happening, policy: Policy
) -> None:
    publisher = Publisher(policy, TODAY, atlas, LISTED)
    told = publisher.telling(item) if isinstance(item, Telling) else publisher.happening(item)
    code = item.event.type if isinstance(item, Telling) else item.summary.type
    held = any(d.days == 10 and (not d.types or code in d.types) for d in policy.delay) and is_young(item)
    unknown_day = isinstance(item, Happening) and item.summary.end is None and item.reported is None
    held |= unknown_day and any(not d.types or code in d.types for d in policy.delay)
    silent = isinstance(item, Telling) and item.document.publisher in policy.drop.publishers
    unreviewed = item.verdict == "rejected" or (policy.review == "confirmed" and item.verdict != "confirmed")
    assert (told is None) == (held or silent or unreviewed)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(item=st.one_of(tellings(), happenings()))
def test_the_open_policy_changes_nothing(atlas: Atlas, item: Telling | Happening) -> None:
    publisher = Publisher(load_policy("open"), TODAY, atlas, LISTED)
    told = publisher.telling(item) if isinstance(item, Telling) else publisher.happening(item)
    assert told == (None if item.verdict == "rejected" else item)


def test_a_child_with_the_surname_of_somebody_listed_is_not_named(atlas: Atlas) -> None:
    listed = {"person:famous": "Famous Man", "army:RUS": "Russian Armed Forces"}
    man = Participant(span=span("x"), name="Famous Man", id="person:famous")
    army = Participant(span=span("x"), name="Russian Armed Forces", id="army:RUS")
    child = Casualty(span=span("x"), outcome="killed", who="child", quantity=Quantity(min=1, max=1))
    event = Event(
        id="r:e1", type="ASSAULT", trigger=span("x"), actor=(man,), recipient=(man, army), casualties=(child,)
    )
    publisher = Publisher(Policy(), TODAY, atlas, listed)
    told = publisher.telling(Telling(document=Document(id="r", text=""), event=event))
    assert told is not None
    assert [p.name for p in told.event.recipient] == [None, "Russian Armed Forces"]
    assert [p.name for p in told.event.actor] == ["Famous Man"]


def test_a_settlement_becomes_its_province(atlas: Atlas) -> None:
    policy = msgspec.structs.replace(load_policy("open"), places=(Coarse(finest="admin"),))
    place = Place(
        span=span("x"), name="Konotop", country="UKR", lat=51.24, lon=33.2, level="settlement", id="geonames:705135"
    )
    event = Event(id="r:e1", type="ASSAULT", trigger=span("x"), places=(place,))
    told = Publisher(policy, TODAY, atlas, {}).telling(Telling(document=Document(id="r", text=""), event=event))
    assert told is not None
    (found,) = told.event.places
    assert (found.level, found.country) == ("admin", "UKR")
    assert "Sumy" in found.name
    assert found.lat != place.lat


def test_one_report_keeps_one_id_and_two_reports_have_two(atlas: Atlas) -> None:
    publisher = Publisher(load_policy("careful"), TODAY, atlas, {})
    assert publisher.report_id("r1", "a") == publisher.report_id("r1", "a")
    assert len({publisher.report_id(*pair) for pair in (("r1", "a"), ("r2", "a"), ("r1", "b"))}) == 3


def test_counts_of_tiny_groups_are_not_given() -> None:
    policy = Policy(smallest_group=5)
    assert [policy.count(n) for n in (0, 1, 4, 5, 100)] == [0, None, None, 5, 100]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("revue = 'any'", "revue"),
        ("[drop]\nfields = ['actors']", "nearest: actor"),
        ("[[delay]]\ndays = 2\ntypes = ['ASSALT']", "ASSAULT"),
        ("[persons]\nunlisted = 'hide'", "persons"),
        ("review = ", "not TOML"),
        ("smallest_group = -1", "smallest_group"),
        ("[[delay]]\ndays = -5", "days"),
        ("[[places]]\nyounger_than_days = -3\nfinest = 'admin'", "younger_than_days"),
    ],
)
def test_a_wrong_policy_says_what_is_wrong(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "p.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=says):
        load_policy(str(path))


def test_names_to_drop_are_names_without_the_spaces_around_them(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text("[drop]\npublishers = [' a.example ']\nsources = ['TASS\\n']".replace("'", '"'))
    assert load_policy(str(path)).drop == Drop(publishers=("a.example",), sources=("TASS",))


def test_a_policy_that_says_nothing_is_careful() -> None:
    assert Policy().withholds_words
    assert Policy().masks_names
