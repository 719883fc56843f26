"""The scorer of linking agrees with the third-party one, and its gate fails below a floor."""

from __future__ import annotations

import importlib.util
import json
import random
from pathlib import Path
from typing import Any

import pytest

from eval import link_gate
from eval.corpus import SHARED
from eval.link_score import Gold, load_gold, score

OTHER = SHARED / "score_incidents.py"
FOLDER = link_gate.SETS["own"]


@pytest.fixture(scope="module")
def gold() -> Gold:
    return load_gold(FOLDER)


def perfect(gold: Gold) -> dict[str, Any]:
    return {"copies": gold.copies, "incidents": gold.incidents}


def garbled(gold: Gold, seed: int) -> dict[str, Any]:
    """Mentions lost, moved between incidents and shifted, figures changed, copies mixed up."""
    rng = random.Random(seed)
    made: list[dict[str, Any]] = json.loads(json.dumps(gold.incidents))
    for incident in made:
        for mention in [m for m in incident["mentions"] if rng.random() < 0.3]:
            incident["mentions"].remove(mention)
            if rng.random() < 0.7:
                rng.choice(made)["mentions"].append(mention)
        for mention in incident["mentions"]:
            shift = rng.choice((0, 0, 0, 3, 30))
            length = len(gold.texts[mention["doc"]])
            mention["start"], mention["end"] = min(mention["start"] + shift, length - 2), length - 1
        for figure in incident["figures"].values():
            figure[rng.choice(("best", "low", "high"))] += rng.choice((0, 1))
    names = sorted(gold.texts)
    return {"copies": [rng.sample(names, 2) for _ in range(3)] + gold.copies[:2], "incidents": made}


def test_gold_against_itself_is_perfect(gold: Gold) -> None:
    assert set(score(gold, perfect(gold)).values()) == {1.0}


def test_nothing_scores_nothing(gold: Gold) -> None:
    assert set(score(gold, {"copies": [], "incidents": []}).values()) == {0.0}


@pytest.mark.skipif(not OTHER.is_file(), reason="the third-party scorer is not on this machine")
@pytest.mark.parametrize("seed", range(10))
def test_both_scorers_agree(seed: int, gold: Gold) -> None:
    spec = importlib.util.spec_from_file_location("score_incidents", OTHER)
    assert spec is not None
    assert spec.loader is not None
    other = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(other)
    texts, known = other.load_gold(FOLDER)
    theirs = other.score(texts, known, garbled(gold, seed))
    ours = score(gold, garbled(gold, seed))
    assert ours == pytest.approx(
        {
            "mention recall": theirs["mentions"]["recall"],
            "report recall": theirs["mentions"]["report_recall"],
            "b-cubed": theirs["b_cubed"]["f1"],
            "pairwise": theirs["pairwise"]["f1"],
            "figures best": theirs["figures"]["best"],
            "figures low and high": theirs["figures"]["low_high"],
            "copies": theirs["copies"]["f1"],
        }
    )


def test_the_gate_fails_below_a_floor_and_only_a_flag_lowers_one(tmp_path: Path, monkeypatch: Any, gold: Gold) -> None:
    monkeypatch.setattr(link_gate, "SETS", {"own": FOLDER})
    floors = tmp_path / "floors.json"
    assert link_gate.run(["--raise"], perfect, floors) == 0
    assert link_gate.run([], lambda g: garbled(g, 1), floors) == 1
    assert link_gate.run(["--lower"], lambda g: garbled(g, 1), floors) == 0
    assert link_gate.run([], lambda g: garbled(g, 1), floors) == 0
    assert gold.incidents


def test_a_context_that_stands_nowhere_is_refused(tmp_path: Path) -> None:
    for path in FOLDER.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "r01.txt").write_text("لا شيء هنا", encoding="utf-8")
    with pytest.raises(ValueError, match="must stand there once"):
        load_gold(tmp_path)
