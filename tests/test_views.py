"""Processes, relations, agreements and pairs as a user meets them: the commands on a record of gold reports."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from incident_gold import OWN, Read, add, documents, incident_with, judged, read, strike
from standin import Ran

from marsad import pipeline
from marsad.codebook import load_codebook
from marsad.record import open_record

Marsad = Callable[..., Ran]
NAMES = (
    "r02",
    "r04",
    "r05",
    "r07",
    "r08",
    "r09",
    "r10",
    "r11",
    "r12",
    "r15",
    "r17",
    "r18",
    "r19",
    "r20",
    "r21",
    "r22",
    "r23",
    "r24",
)


@pytest.fixture(scope="session")
def reports() -> dict[str, Read]:
    return read(pipeline.load_reader(), [d for d in documents(OWN) if d.id in NAMES])


@pytest.fixture(scope="session")
def made(reports: dict[str, Read], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("views") / "marsad.db"
    with open_record(str(path)) as record:
        add(record, reports.values())
    return path


@pytest.fixture
def filled(made: Path, folder: Path) -> Path:
    """The default record of an otherwise empty folder."""
    return Path(shutil.copy(made, folder / "marsad.db"))


def objects(ran: Ran) -> Any:
    assert (ran.code, ran.err) == (0, ""), ran.err
    return json.loads(ran.out)


def lines(ran: Ran) -> list[Any]:
    assert ran.code == 0, ran.err
    return [json.loads(line) for line in ran.out.splitlines()]


# ---- processes ------------------------------------------------------------------------------------------------------


def test_a_process_is_followed_step_by_step(marsad: Marsad, filled: Path, reports: dict[str, Read]) -> None:
    assert filled.exists()
    steps = lines(marsad("processes", "--party", "YEM", "--party", "Houthis", "--topic", "prisoners"))
    assert {s["step"] for s in steps} == {"acted", "mediated"}
    (talks,) = (s for s in steps if s["step"] == "mediated")
    exchange = max((s for s in steps if s["step"] == "acted"), key=lambda step: int(step["reports"]))
    assert talks["date"]["start"] == exchange["date"]["start"] == "2025-10-15"
    assert {w["name"] for w in talks["who"]} == {"Houthis", "Oman", "Yemen"}
    assert exchange["reports"] == 3
    assert exchange["topics"] == ["prisoners"]
    for words in (*talks["mentions"], *exchange["mentions"], *talks["about"], *exchange["about"]):
        assert reports[words["doc"]].coded.document.text[words["start"] : words["end"]] == words["text"] != ""


def test_steps_are_filtered_and_in_order(marsad: Marsad, filled: Path) -> None:
    assert filled.exists()
    every = lines(marsad("processes"))
    days = [s["date"]["start"] for s in every]
    assert days == sorted(days)
    assert {"called", "mediated", "acted"} <= {s["step"] for s in every}
    assert [s["step"] for s in lines(marsad("processes", "--step", "called"))] == ["called"]
    assert all(s["date"]["start"] >= "2025-10-15" for s in lines(marsad("processes", "--since", "2025-10-15")))
    assert all(s["date"]["start"] <= "2025-10-11" for s in lines(marsad("processes", "--until", "2025-10-11")))
    assert lines(marsad("processes", "--party", "FRA")) == []
    assert marsad("processes", "--topic", "weather").code == 2


def test_the_overview_gathers_steps_by_parties_and_topic(marsad: Marsad, filled: Path) -> None:
    assert filled.exists()
    found = {(*p["parties"], p["topic"]): p for p in lines(marsad("processes", "--overview"))}
    exchange = found["Houthis", "YEM", "prisoners"]
    assert exchange["kinds"].keys() == {"mediated", "acted"}
    assert exchange["latest"] in exchange["kinds"]
    assert any({"COD", "March 23 Movement"} & set(names) for names in found)


@pytest.mark.parametrize(("lang", "word"), [("en", "prisoners"), ("ar", "الأسرى")])
def test_steps_as_a_table(lang: str, word: str, marsad: Marsad, filled: Path) -> None:
    assert filled.exists()
    ran = marsad("processes", "--format", "table", "--lang", lang)
    assert ran.code == 0
    assert word in ran.out


# ---- relations ------------------------------------------------------------------------------------------------------


def test_relations_weigh_incidents_not_reports(marsad: Marsad, filled: Path) -> None:
    assert filled.exists()
    whole = objects(marsad("relations", "PAK", "AFG"))
    assert whole["parties"] == ["PAK", "AFG"]
    (strike,) = (i for i in whole["incidents"] if i["score"] < 0)  # told by four reports
    assert (strike["reports"], strike["score"], strike["directions"]) == (4, -9.7, ["PAK>AFG"])
    of_strike = [p for p in whole["points"] if strike["id"] in p["ids"]]
    assert {p["direction"] for p in of_strike} == {"PAK>AFG", "both"}
    for point in whole["points"]:
        assert point["incidents"] == len(set(point["ids"])) == sum(point["types"].values())
    assert all(p["types"]["ASSAULT"] == 1 for p in of_strike)
    assert strike["mentions"][0]["text"]


def test_relations_by_day_as_csv(marsad: Marsad, filled: Path) -> None:
    assert filled.exists()
    ran = marsad("relations", "اليمن", "الحوثيين", "--by", "day", "--format", "csv", "--since", "2025-10-15")
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    both = next(row for row in rows if row["direction"] == "both")
    assert (both["period"], both["CONSULT"], both["ASSAULT"]) == ("2025-10-15", "1", "0")
    counts = {code: int(both[code]) for code in load_codebook().types if int(both[code])}
    assert sum(counts.values()) == int(both["incidents"])
    assert float(both["score_sum"]) == sum(load_codebook().score(code) * count for code, count in counts.items())
    assert float(both["score_mean"]) == pytest.approx(float(both["score_sum"]) / int(both["incidents"]), abs=0.05)


def test_what_people_rejected_has_no_weight_and_is_counted_as_left_out(marsad: Marsad, filled: Path) -> None:
    with open_record(str(filled)) as record:
        attack = incident_with(record, strike("r10")).id
        record.judge(judged("reject", attack))
    whole = objects(marsad("relations", "PAK", "AFG"))
    assert attack not in {id_ for point in whole["points"] for id_ in point["ids"]}
    assert whole["left_out"]["rejected"] == 1


def test_a_relation_with_nothing_says_so(marsad: Marsad, filled: Path) -> None:
    assert filled.exists()
    ran = marsad("relations", "FRA", "BRA", "--format", "table")
    assert (ran.code, ran.out) == (0, "")
    assert "FRA and BRA" in ran.err


# ---- agreements -----------------------------------------------------------------------------------------------------


def register(marsad: Marsad, *more: str) -> Ran:
    terms = ("--party", "COD", "--party", "M23", "--area", "Goma", "--from", "2025-10-01", "--author", "Amal")
    return marsad("agreements", "add", "Doha truce", *terms, *more)


def dated(shown: dict[str, Any]) -> list[Any]:
    """The possible breaches of which a report says when they were."""
    return [b for b in shown["possible_breaches"] if b["evidence"]["date"]]


def test_a_truce_is_registered_and_what_may_breach_it_is_listed(marsad: Marsad, filled: Path) -> None:
    assert filled.exists()
    ran = register(marsad, "--reason", "signed in Doha")
    assert ran.code == 0
    assert "geonames:216281" in ran.err
    whole = objects(marsad("agreements", "show", "1"))
    assert whole["log"][0]["author"] == "Amal"
    assert whole["log"][0]["reason"] == "signed in Doha"
    (breach,) = dated(whole)
    assert breach["evidence"]["date"]["start"] == "2025-10-09"
    scopes = {g["about"]: g["scope"] for g in breach["grounds"]}
    assert scopes.pop("other") == "unknown"
    assert scopes == dict.fromkeys(("kind", "date", "area", "side"), "in")
    assert {m["doc"] for m in breach["evidence"]["mentions"]} == {"r07", "r08"}
    assert all(g["text"] for g in breach["grounds"])


def test_a_truce_ends_and_is_removed_and_the_log_keeps_it(marsad: Marsad, filled: Path) -> None:
    assert filled.exists()
    register(marsad)
    assert "cannot have ended" in marsad("agreements", "end", "1", "--on", "2025-09-01").err
    assert marsad("agreements", "end", "1", "--on", "2025-10-08", "--author", "Badr").code == 0
    whole = objects(marsad("agreements", "show", "1"))
    assert whole["until"] == "2025-10-08"
    assert dated(whole) == []
    assert marsad("agreements", "end", "1", "--on", "2025-10-20", "--author", "Badr").code == 0
    assert len(dated(objects(marsad("agreements", "show", "1")))) == 1
    assert marsad("agreements", "remove", "1", "--reason", "a mistake").code == 0
    assert objects(marsad("agreements", "list"))["agreements"] == []
    assert marsad("agreements", "show", "1").code == 2
    (gone,) = objects(marsad("agreements", "list", "--removed"))["agreements"]
    assert gone["removed"]
    assert [(e["kind"], e["day"]) for e in gone["log"]] == [
        ("add", None),
        ("end", "2025-10-08"),
        ("end", "2025-10-20"),
        ("remove", None),
    ]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--area", "Nowhereville"), "knows no place 'Nowhereville'"),
        (("--forbids", "ASSAULT.dron"), "nearest: drone"),
        (("--target", "powerplant"), "nearest: power-plant"),
        (("--until", "2025-09-01"), "before it begins"),
    ],
)
def test_terms_that_mean_nothing_are_refused(more: tuple[str, ...], said: str, marsad: Marsad, filled: Path) -> None:
    assert filled.exists()
    ran = register(marsad, *more)
    assert ran.code == 2
    assert said in ran.err
    assert objects(marsad("agreements", "list"))["agreements"] == []


@pytest.mark.parametrize(("lang", "words"), [("en", "Possible breaches: "), ("ar", "خروقات محتملة: ")])
def test_an_agreement_for_people(lang: str, words: str, marsad: Marsad, filled: Path) -> None:
    assert filled.exists()
    register(marsad)
    count = len(objects(marsad("agreements", "show", "1"))["possible_breaches"])
    ran = marsad("agreements", "show", "1", "--format", "text", "--lang", lang)
    assert ran.code == 0
    assert f"{words}{count}" in ran.out
    assert count > 0


# ---- why two are linked, or not -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "right", "because", "linked"),
    [
        ("r02", "r05", "direct", True),
        ("r02", "r04", "unlike", False),
        ("r07", "r17:e1", "type", False),
        ("r07", "r24", "cannot", False),
        ("r20:e1", "r21:e3", "type", False),
    ],
)
def test_why_two_are_linked_or_not(
    left: str, right: str, because: str, linked: bool, marsad: Marsad, filled: Path
) -> None:
    assert filled.exists()
    one, other = (name if ":" in name else strike(name) for name in (left, right))
    found = objects(marsad("explain", one, other))
    assert (found["because"], found["linked"]) == (because, linked)
    assert (found["incidents"][0] == found["incidents"][1]) == linked
    assert found["pair"]["reasons"]
    assert (found["pair"]["score"] > 0) == (because == "direct")


def test_two_incidents_are_compared_by_their_closest_events(marsad: Marsad, filled: Path) -> None:
    with open_record(str(filled)) as record:
        one, other = (incident_with(record, event).id for event in (strike("r02"), strike("r04")))
    found = objects(marsad("explain", one, other))
    assert not found["linked"]
    assert found["because"] in ("group", "cannot")
    assert all(least["score"] < found["pair"]["score"] for least in found["path"])


def test_a_judgement_is_named_as_the_reason(marsad: Marsad, filled: Path) -> None:
    with open_record(str(filled)) as record:
        record.judge(judged("same", strike("r23"), right=strike("r24"), reason="one street"))
        record.judge(judged("not-same", strike("r07"), right=strike("r08")))
    together, apart = (
        objects(marsad("explain", strike("r23"), strike("r24"))),
        objects(marsad("explain", strike("r07"), strike("r08"))),
    )
    assert (together["linked"], together["because"]) == (True, "people")
    assert together["judgements"][0]["reason"] == "one street"
    assert (apart["linked"], apart["because"]) == (False, "people")


@pytest.mark.parametrize(("lang", "words"), [("en", "are two incidents"), ("ar", "حادثتان")])
def test_a_pair_for_people(lang: str, words: str, marsad: Marsad, filled: Path) -> None:
    assert filled.exists()
    ran = marsad("explain", strike("r07"), strike("r24"), "--format", "text", "--lang", lang)
    assert words in ran.out
    assert "place: far apart" in ran.out


def test_one_event_is_no_pair(marsad: Marsad, filled: Path) -> None:
    assert filled.exists()
    assert "are one event" in marsad("explain", strike("r07"), strike("r07")).err
