"""How well incidents are linked: mentions found, B-cubed and pairwise agreement, figures, copies.

A gold folder holds reports `rNN.txt` and `gold.json`; its README says what counts. A predicted mention answers a gold one of
the same type in the same sentence of the same report, one to one, the nearest first; agreement is measured over those.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

Json = dict[str, Any]

SENTENCE_END = re.compile(r"[.!?؟؛\n]")
FIELDS = ("killed", "injured", "released", "missing", "captured", "abducted", "displaced", "trapped")


class Gold(NamedTuple):
    """Reports by name, and what careful people linked in them; each mention has its `start` and `end`."""

    texts: dict[str, str]
    documents: Json
    copies: list[list[str]]
    incidents: list[Json]


class Found(NamedTuple):
    """A gold mention that was found: its report, and the indexes of the gold and of the predicted incident."""

    report: str
    gold: int
    predicted: int


def load_gold(folder: Path) -> Gold:
    """Read a gold folder.

    Raises:
        ValueError: a mention's context does not stand exactly once in its report.
    """
    known = json.loads((folder / "gold.json").read_text(encoding="utf-8"))
    texts = {name: (folder / f"{name}.txt").read_bytes().decode("utf-8") for name in known["documents"]}
    for incident in known["incidents"]:
        for mention in incident["mentions"]:
            text, context = texts[mention["doc"]], mention["context"]
            at = text.find(context)
            if at < 0 or text.find(context, at + 1) >= 0 or mention["text"] not in context:
                raise ValueError(
                    f"{incident['id']} {mention['doc']}: {context!r} must stand there once, with its word."
                )
            mention["start"] = at + context.index(mention["text"])
            mention["end"] = mention["start"] + len(mention["text"])
    return Gold(texts, known["documents"], known["copies"], known["incidents"])


def score(gold: Gold, predicted: Json) -> dict[str, float]:
    """Return the measures by name, each from 0 to 1, for the output of `marsad incidents --format json`."""
    found = match(gold, predicted["incidents"])
    wanted = sum(len(i["mentions"]) for i in gold.incidents)
    told = {(m["doc"], k) for k, i in enumerate(gold.incidents) for m in i["mentions"]}
    best, bounds = _figures(gold.incidents, predicted["incidents"], found)
    return {
        "mention recall": _share(len(found), wanted),
        "report recall": _share(len({(f.report, f.gold) for f in found}), len(told)),
        "b-cubed": _b_cubed(found),
        "pairwise": _pairwise(found),
        "figures best": best,
        "figures low and high": bounds,
        "copies": _copies(gold, predicted.get("copies") or []),
    }


def match(gold: Gold, incidents: list[Json]) -> list[Found]:
    """Return the gold mentions that a predicted mention answers."""
    wanted, offered = _by_sentence(gold.texts, gold.incidents), _by_sentence(gold.texts, incidents)
    found = []
    for seat, mentions in wanted.items():
        ranked = sorted(
            (max(0, p[0] - g[1] + 1, g[0] - p[1] + 1), i, j)
            for i, g in enumerate(mentions)
            for j, p in enumerate(offered.get(seat, []))
        )
        taken_gold: set[int] = set()
        taken: set[int] = set()
        for _, i, j in ranked:
            if i not in taken_gold and j not in taken:
                taken_gold.add(i)
                taken.add(j)
                found.append(Found(seat[0], mentions[i][2], offered[seat][j][2]))
    return found


def _by_sentence(texts: Mapping[str, str], incidents: Iterable[Json]) -> dict[Any, list[tuple[int, int, int]]]:
    """Mentions as (start, end, incident) by report, sentence and type."""
    seats: dict[Any, list[tuple[int, int, int]]] = defaultdict(list)
    for k, incident in enumerate(incidents):
        for m in incident["mentions"]:
            if m["doc"] in texts:
                sentence = len(SENTENCE_END.findall(texts[m["doc"]], 0, m["start"]))
                seats[m["doc"], sentence, incident["type"]].append((m["start"], m["end"], k))
    return seats


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _f1(precision: float, recall: float) -> float:
    return _share(2 * precision * recall, precision + recall)


def _b_cubed(found: list[Found]) -> float:
    gold, predicted = Counter(f.gold for f in found), Counter(f.predicted for f in found)
    both = Counter((f.gold, f.predicted) for f in found)
    precision = _share(sum(n * n / predicted[p] for (_, p), n in both.items()), len(found))
    return _f1(precision, _share(sum(n * n / gold[g] for (g, _), n in both.items()), len(found)))


def _pairwise(found: list[Found]) -> float:
    def links(sizes: Iterable[int]) -> int:
        return sum(n * (n - 1) // 2 for n in sizes)

    right = links(Counter((f.gold, f.predicted) for f in found).values())
    predicted, gold = (
        links(Counter(f.predicted for f in found).values()),
        links(Counter(f.gold for f in found).values()),
    )
    if not predicted and not gold:
        return 1.0 if found else 0.0
    return _f1(_share(right, predicted), _share(right, gold))


def _figures(gold: list[Json], predicted: list[Json], found: list[Found]) -> tuple[float, float]:
    """The share of gold figures whose best value, and whose bounds, are given exactly."""
    shared, size = Counter((f.gold, f.predicted) for f in found), Counter(f.predicted for f in found)
    total = best = bounds = 0
    for k, incident in enumerate(gold):
        rivals = sorted((-n, size[p], p) for (g, p), n in shared.items() if g == k)
        offered = predicted[rivals[0][2]].get("figures") or {} if rivals else {}
        for field, wanted in incident["figures"].items():
            given = offered.get(field) or {}
            total += 1
            best += given.get("best") == wanted["best"]
            bounds += (given.get("low"), given.get("high")) == (wanted["low"], wanted["high"])
    return _share(best, total), _share(bounds, total)


def _copies(gold: Gold, groups: list[list[str]]) -> float:
    def pairs(some: list[list[str]]) -> set[tuple[str, str]]:
        return {(a, b) for group in some for a, b in combinations(sorted(set(group) & set(gold.texts)), 2)}

    wanted, given = pairs(gold.copies), pairs(groups)
    if not wanted and not given:
        return 1.0
    return _f1(_share(len(wanted & given), len(given)), _share(len(wanted & given), len(wanted)))
