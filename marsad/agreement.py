"""How far a predicted event agrees with a gold one, field by field, and the best assignment of many to many.

In: events as plain JSON data, in the form of the contract. Out: counts per field. What belongs together is decided here
for names, places and figures; which reports and events are compared at all is decided in `scoring`. Reads no data.
"""

from __future__ import annotations

import difflib
import math
import unicodedata
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, NamedTuple, TypeAlias

Json: TypeAlias = dict[str, Any]

NEAR_KM = {"settlement": 25.0, "facility": 25.0, "admin": 150.0, "area": 150.0, "country": 150.0}
ALIKE = 0.8  # two spellings of one word, as a difflib ratio
MATCHED = 1000.0  # outweighs any agreement of fields, so that the number of matches comes first


# ------------------------------------------------------------------------------------------------ counts


class Counts(NamedTuple):
    """What was found (`tp`), found wrongly (`fp`) and missed (`fn`)."""

    tp: int = 0
    fp: int = 0
    fn: int = 0

    @property
    def precision(self) -> float:
        """The share of the found that is right; 1 where there was nothing to find and nothing was found."""
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else float(not self.fn)

    @property
    def recall(self) -> float:
        """The share of the right that is found; 1 where there was nothing to find and nothing was found."""
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else float(not self.fp)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def plus(self, other: Counts) -> Counts:
        """Return the sum of both."""
        return Counts(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn)

    def to_json(self) -> Json:
        """Return the figures and the counts behind them."""
        return {"p": self.precision, "r": self.recall, "f1": self.f1, "tp": self.tp, "fp": self.fp, "fn": self.fn}


class Accuracy(NamedTuple):
    """How many of the matched pairs have a field right."""

    right: int = 0
    of: int = 0

    @property
    def f1(self) -> float:
        """The share that is right; named like the figure that stands in the same column for counted fields."""
        return self.right / self.of if self.of else 1.0

    def plus(self, other: Accuracy) -> Accuracy:
        """Return the sum of both."""
        return Accuracy(self.right + other.right, self.of + other.of)

    def to_json(self) -> Json:
        """Return the figure and the counts behind it."""
        return {"accuracy": self.f1, "right": self.right, "of": self.of}


Figure: TypeAlias = Counts | Accuracy


def overlap(gold: Iterable[Hashable], predicted: Iterable[Hashable]) -> Counts:
    """Return the counts of two multisets."""
    want, got = Counter(gold), Counter(predicted)
    tp = (want & got).total()
    return Counts(tp, got.total() - tp, want.total() - tp)


def agreement(figure: Figure) -> float:
    """Return F1, but 0 where neither side has anything: only what is there can speak for a pair."""
    return figure.f1 if any(figure) else 0.0


# ------------------------------------------------------------------------------------------------ names and places


def fold_name(name: str | None) -> str:
    """Return the name without case, accents and punctuation."""
    plain = unicodedata.normalize("NFKD", name or "").casefold()
    kept = (c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join("".join(kept).split())


def is_same_name(left: str | None, right: str | None) -> bool:
    """Whether the names are equal or have as many words, each with its like on the other side.

    Sergey Lavrov is Sergei Lavrov; Niger, a single word, is not Nigeria.
    """
    a, b = fold_name(left), fold_name(right)
    if a == b:
        return bool(a)
    words, rest = ([w for w in name.split() if w not in ("of", "the", "and", "for")] for name in (a, b))
    if len(words) < 2 or len(words) != len(rest):
        return False
    for word in words:
        like = next((w for w in rest if _is_alike(word, w)), None)
        if like is None:
            return False
        rest.remove(like)
    return True


def _is_alike(a: str, b: str) -> bool:
    return a == b or difflib.SequenceMatcher(None, a, b).ratio() >= ALIKE


def _is_same_text(left: str | None, right: str | None) -> bool:
    a, b = fold_name(left), fold_name(right)
    return bool(a and b) and (a in b or b in a)


def _distance_km(a: Json, b: Json) -> float:
    lat1, lon1, lat2, lon2 = map(math.radians, (a["lat"], a["lon"], b["lat"], b["lon"]))
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 12742 * math.asin(min(1.0, math.sqrt(h)))


def _gap_km(gold: Json, predicted: Json) -> float | None:
    """How far apart two places are that may pass for the same; None if they may not."""
    if gold.get("country") and gold["country"] != predicted.get("country"):
        return None
    if gold.get("level") == "country" and predicted.get("level") == "country" and gold.get("country"):
        return 0.0
    if None in (gold.get("lat"), gold.get("lon"), predicted.get("lat"), predicted.get("lon")):
        return 0.0 if is_same_name(gold.get("name"), predicted.get("name")) else None
    distance = _distance_km(gold, predicted)
    return distance if distance <= NEAR_KM.get(gold.get("level") or "", 25.0) else None


# ------------------------------------------------------------------------------------------------ assignment


def assign(weights: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Return the pairs (row, column) of the one-to-one assignment with the largest sum of weights.

    Weights are positive for pairs that may be assigned and 0 for those that may not. Source: the Hungarian method with
    potentials; its cost is cubic in the longer side.
    """
    rows, columns = len(weights), len(weights[0]) if weights else 0
    if not rows or not columns:
        return []
    size = max(rows, columns)
    cost = [[0.0] * (size + 1) for _ in range(size + 1)]
    for i, j in ((i, j) for i in range(rows) for j in range(columns)):
        cost[i + 1][j + 1] = -weights[i][j]
    row_price, column_price, owner = [0.0] * (size + 1), [0.0] * (size + 1), [0] * (size + 1)
    for row in range(1, size + 1):
        owner[0] = row
        _augment(cost, row_price, column_price, owner)
    pairs = ((owner[j] - 1, j - 1) for j in range(1, columns + 1) if 0 < owner[j] <= rows)
    return [(i, j) for i, j in pairs if weights[i][j] > 0]


def _augment(cost: list[list[float]], row_price: list[float], column_price: list[float], owner: list[int]) -> None:
    """Give the row that waits in `owner[0]` a column, moving others along the cheapest path."""
    size = len(owner)
    column, least, came_from, seen = 0, [math.inf] * size, [0] * size, [False] * size
    while owner[column]:
        seen[column] = True
        row, step, following = owner[column], math.inf, 0
        for j in range(1, size):
            if seen[j]:
                continue
            reduced = cost[row][j] - row_price[row] - column_price[j]
            if reduced < least[j]:
                least[j], came_from[j] = reduced, column
            if least[j] < step:
                step, following = least[j], j
        for j in range(size):
            if seen[j]:
                row_price[owner[j]] += step
                column_price[j] -= step
            else:
                least[j] -= step
        column = following
    while column:
        owner[column], column = owner[came_from[column]], came_from[column]


# ------------------------------------------------------------------------------------------------ one pair of events


def _countries(parties: Iterable[Json] | None) -> set[str]:
    return {p["country"] for p in parties or () if p.get("country")}


def list_figures(event: Json, role: str) -> list[Hashable]:
    """Return (outcome or object, min, max) of the event's casualties or damage."""
    key = "outcome" if role == "casualties" else "object"
    return [(x.get(key), x.get("min"), x.get("max")) for x in event.get(role) or ()]


def _place_counts(gold: list[Json], predicted: list[Json]) -> Counts:
    gaps = [[_gap_km(g, p) for p in predicted] for g in gold]
    tp = len(assign([[0.0 if gap is None else MATCHED - gap for gap in row] for row in gaps]))
    return Counts(tp, len(predicted) - tp, len(gold) - tp)


def _name_counts(gold: list[Json], predicted: list[Json]) -> Counts:
    """Counts of named parties or sources; fitting gold entries without a name absorb names that are left over."""
    named, unnamed = ([g for g in gold if bool(g.get("name")) is is_named] for is_named in (True, False))
    rest = [p for p in predicted if p.get("name")]
    for entry in named:
        hit = next((p for p in rest if is_same_name(entry["name"], p["name"])), None)
        if hit is not None:
            rest.remove(hit)
    found, wrong = sum(1 for p in predicted if p.get("name")) - len(rest), 0
    for entry in rest:
        fit = next((g for g in unnamed if _may_be_unnamed(g, entry)), None)
        if fit is None:
            wrong += 1
        else:
            unnamed.remove(fit)
    return Counts(found, wrong, len(named) - found)


def _may_be_unnamed(gold: Json, predicted: Json) -> bool:
    has_country = bool(gold.get("country")) and gold.get("country") == predicted.get("country")
    return has_country or _is_same_text(gold.get("text"), predicted.get("text"))


def _money(event: Json) -> tuple[Any, ...]:
    money = event.get("money") or {}
    return money.get("min"), money.get("max"), money.get("currency")


def compare(gold: Json, predicted: Json) -> dict[str, Figure]:
    """Return the figures of every field of a matched pair of events."""
    dated = Accuracy(int((gold.get("date") or None) == (predicted.get("date") or None)), 1)
    out: dict[str, Figure] = {
        "status": Accuracy(int(gold.get("status") == predicted.get("status")), 1),
        "date": dated,
    }
    if gold.get("date"):
        out["date, gold dated"] = dated
    for role in ("actor", "recipient"):
        want, got = gold.get(role) or [], predicted.get(role) or []
        out[f"{role} country"] = overlap(_countries(want), _countries(got))
        if any(x.get("name") for x in want):
            out[f"{role} name"] = _name_counts(want, got)
    out["place"] = _place_counts(gold.get("places") or [], predicted.get("places") or [])
    kinds = ({x.get("kind") for x in event.get("weapons") or ()} for event in (gold, predicted))
    out["weapon kind"] = overlap(*kinds)
    out["casualties"] = overlap(list_figures(gold, "casualties"), list_figures(predicted, "casualties"))
    out["damage"] = overlap(list_figures(gold, "damage"), list_figures(predicted, "damage"))
    out["source name"] = _name_counts(gold.get("source") or [], predicted.get("source") or [])
    out["modes"] = overlap(set(gold.get("modes") or ()), set(predicted.get("modes") or ()))
    if gold.get("money"):
        out["money"] = Accuracy(int(_money(gold) == _money(predicted)), 1)
    return out
