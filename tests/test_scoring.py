"""The scorer: its rules on small cases, and its agreement with the reference scorer where that exists."""

import copy
import importlib.util
import json
import math
import random
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from eval.corpus import GOLD, as_prediction, exam_cases
from marsad.agreement import Counts, assign, compare, is_same_name
from marsad.errors import InputError
from marsad.scoring import Case, format_table, load_gold, score_case, score_cases, score_folder

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT.parent / "shared" / "gold" / "score.py"
Events = list[dict[str, Any]]
TEXT = "قصف الجيش البلدة. قتل ثلاثة. نفى الوزير."


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    if not REFERENCE.is_file():
        pytest.skip(f"the reference scorer {REFERENCE} is not on this machine")
    spec = importlib.util.spec_from_file_location("reference_score", REFERENCE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    was, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    spec.loader.exec_module(module)
    sys.dont_write_bytecode = was
    return module


# Ways to damage a perfect prediction


def keep(events: Events, _: random.Random) -> Events:
    return events


def drop_half(events: Events, _: random.Random) -> Events:
    return events[::2]


def double(events: Events, _: random.Random) -> Events:
    return events + copy.deepcopy(events)


def find_nothing(_: Events, __: random.Random) -> Events:
    return []


def make_firm(events: Events, _: random.Random) -> Events:
    for event in events:
        event.pop("generic", None)
    return events


def scramble(events: Events, rng: random.Random) -> Events:
    """Wrong types, fields swapped between events, offsets shifted, items lost and invented."""
    roles = ("actor", "recipient", "places", "weapons", "casualties", "damage", "source", "date", "status", "modes")
    for event in events:
        other = rng.choice(events)
        role = rng.choice(roles)
        event[role] = copy.deepcopy(other.get(role))
        if rng.random() < 0.3:
            event["type"] = other["type"]
        if rng.random() < 0.3:
            event["trigger"] = copy.deepcopy(other["trigger"])
        if rng.random() < 0.2:
            event["trigger"]["start"] += rng.randrange(-40, 40)
        if rng.random() < 0.1:
            event["trigger"]["end"] = None
        if rng.random() < 0.2:
            event["generic"] = rng.random() < 0.5
        for item in event.get("places") or ():
            item["lat"] = item["lat"] and item["lat"] + rng.uniform(-1, 1)
        for item in (event.get("actor") or []) + (event.get("source") or []):
            item["name"] = rng.choice([item.get("name"), None, "Sergei Lavrov", "Sergey Lavrov"])
        for item in event.get("casualties") or ():
            item["max"] = rng.choice([item.get("max"), 4])
    rng.shuffle(events)
    return [copy.deepcopy(e) for e in events if rng.random() < 0.9 for _ in range(1 + (rng.random() < 0.2))]


DAMAGES = (keep, drop_half, double, find_nothing, make_firm, scramble)


def flatten(data: Any, path: str = "") -> dict[str, Any]:
    if isinstance(data, dict):
        return {k: v for key, value in data.items() for k, v in flatten(value, f"{path}/{key}").items()}
    return {path: data}


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
@pytest.mark.parametrize("seed", [1, 2])
def test_agrees_with_the_reference(
    damage: Callable[[Events, random.Random], Events], seed: int, reference: ModuleType, tmp_path: Path
) -> None:
    rng = random.Random(seed)
    cases = {case.document.id: as_prediction(case) for case in exam_cases()}
    for name, prediction in cases.items():
        prediction["events"] = damage(prediction["events"], rng)
        (tmp_path / f"{name}.json").write_text(json.dumps(prediction, ensure_ascii=False), encoding="utf-8")
    theirs = flatten(reference.score(GOLD / "dev", tmp_path))
    ours = flatten(score_folder(GOLD / "dev", lambda document: cases[document.id]))
    assert ours.keys() == theirs.keys()
    for field, value in theirs.items():
        if isinstance(value, float):
            assert math.isclose(ours[field], value, abs_tol=1e-9), field
        else:
            assert ours[field] == value, field


def test_a_perfect_prediction_is_perfect() -> None:
    cases = [
        Case(name=c.document.id, text=c.document.text, gold=c.events, predicted=as_prediction(c)["events"])
        for c in exam_cases()
    ]
    result = score_cases(cases)
    assert {name: figure.f1 for name, figure in result.fields().items() if figure.f1 != 1.0} == {}
    assert result.ungrounded == 0


def gold(**fields: Any) -> dict[str, Any]:
    event = {"id": "e1", "type": "ASSAULT", "status": "actual", "trigger": {"text": "قصف", "context": "قصف الجيش"}}
    return event | fields


def found(start: int, words: str, **fields: Any) -> dict[str, Any]:
    trigger = {"start": start, "end": start + len(words), "text": words}
    return {"id": "p", "type": "ASSAULT", "status": "actual", "trigger": trigger} | fields


def score(want: Events, got: Events | None) -> Any:
    return score_case(Case(name="case", text=TEXT, gold=want, predicted=got))


def test_a_trigger_in_the_sentence_of_a_mention_matches() -> None:
    want = gold(mentions=[{"text": "قتل", "context": "قتل ثلاثة"}])
    assert score([want], [found(18, "قتل")]).events == Counts(1, 0, 0)
    assert score([want], [found(29, "نفى")]).events == Counts(0, 1, 1)


def test_a_wrong_type_matches_only_untyped() -> None:
    result = score([gold()], [found(0, "قصف", type="COERCE")])
    assert (result.events, result.untyped) == (Counts(0, 1, 1), Counts(1, 0, 0))
    assert result.missed == ["e1 ASSAULT قصف"]
    assert result.wrong == ["p COERCE قصف"]


def test_generic_events_count_neither_way() -> None:
    assert score([gold(generic=True)], [found(0, "قصف")]).events == Counts(0, 0, 0)
    assert score([gold(generic=True)], []).events == Counts(0, 0, 0)
    assert score([], [found(0, "قصف", generic=True)]).events == Counts(0, 0, 0)


def test_a_figure_that_only_a_generic_event_has_is_no_error() -> None:
    toll = [{"outcome": "killed", "min": 3, "max": 3}]
    assert score([gold(generic=True, casualties=toll)], [found(0, "قصف", casualties=toll)]).figures == Counts(0, 0, 0)
    assert score([gold()], [found(0, "قصف", casualties=toll)]).figures == Counts(0, 1, 0)


def test_words_that_are_not_at_their_offsets_are_ungrounded() -> None:
    assert score([gold()], [found(1, "قصف")]).ungrounded == ["قصف"]
    assert score([gold()], [found(0, "قصف", money={"text": "قصف"})]).ungrounded == ["قصف"]


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("Sergei Lavrov", "Sergey Lavrov", True),
        ("Russian Ministry of Defence", "Ministry of Defense of Russia", True),
        ("Niger", "Nigeria", False),
        ("Russian Ministry of Defence", "Ukrainian Ministry of Defence", False),
        (None, None, False),
    ],
)
def test_names(left: str | None, right: str | None, same: bool) -> None:
    assert is_same_name(left, right) is same


def test_a_named_party_is_no_error_where_gold_leaves_it_unnamed() -> None:
    actor = {"text": "الجيش", "name": None, "country": "UKR"}
    named = {"text": "الجيش", "name": "Ukrainian Army", "country": "UKR"}
    assert compare({"source": [actor]}, {"source": [named]})["source name"] == Counts(0, 0, 0)
    assert compare({"source": []}, {"source": [named]})["source name"] == Counts(0, 1, 0)


def test_places_match_within_the_reach_of_their_level() -> None:
    def at(lat: float, level: str) -> dict[str, Any]:
        return {"places": [{"name": "x", "country": "UKR", "lat": lat, "lon": 30.0, "level": level}]}

    assert compare(at(50.0, "settlement"), at(50.2, "settlement"))["place"] == Counts(1, 0, 0)
    assert compare(at(50.0, "settlement"), at(50.3, "settlement"))["place"] == Counts(0, 1, 1)
    assert compare(at(50.0, "admin"), at(51.0, "settlement"))["place"] == Counts(1, 0, 0)


@pytest.mark.parametrize(
    ("weights", "pairs"),
    [
        ([], []),
        ([[0.0]], []),
        ([[5.0, 6.0], [0.0, 6.5]], [(0, 0), (1, 1)]),
        ([[2.0, 3.0, 0.0]], [(0, 1)]),
        ([[2.0], [3.0]], [(1, 0)]),
    ],
)
def test_assign(weights: list[list[float]], pairs: list[tuple[int, int]]) -> None:
    assert assign(weights) == pairs


def test_no_prediction_is_named_and_counts_as_nothing_found() -> None:
    result = score_cases([Case(name="d", text=TEXT, gold=[gold()])])
    assert result.absent == ("d",)
    assert result.events == Counts(0, 0, 1)
    assert "no prediction for: d" in format_table(result)


def test_the_table_names_what_was_missed() -> None:
    table = format_table(score_cases([Case(name="d", text=TEXT, gold=[gold()], predicted=[])]), per_case=True)
    assert "missed      e1 ASSAULT قصف" in table


def test_gold_lines_are_read_with_their_metadata(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    stories = [{"context": "قصف", "published": "2025-01-02"}]
    line = {"id": "c1", "text": TEXT, "published": "2025-01-01", "publisher": "a.example", "stories": stories}
    path.write_text(json.dumps(line | {"events": [gold()]}) + "\n", encoding="utf-8")
    (case,) = load_gold(path)
    assert (case.document.id, case.document.text, case.document.published) == ("c1", TEXT, "2025-01-01")
    assert case.document.story_dates == (("قصف", "2025-01-02"),)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [("", "no gold case"), ("{}\n", "gold.jsonl:1: not the JSON"), ("no", "gold.jsonl:1: not the JSON")],
)
def test_broken_gold_is_named(content: str, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=complaint):
        list(load_gold(path))


def test_gold_that_quotes_other_words_is_named() -> None:
    with pytest.raises(InputError, match="case: gold quotes words"):
        score([gold(trigger={"text": "هدنة", "context": "هدنة"})], [])
