"""How alike two events are, and why: features with weights decide, and the reasons stay.

Everything here looks at two sketches alone, never at the archive, so that a judgement is the same whenever it is made. A
score is in log-odds: above 0 the two are more likely one incident than not.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Collection, Mapping
from typing import NamedTuple

from marsad.gazetteer import distance_km
from marsad.link.blocks import TALKS
from marsad.link.facets import STATEMENT_DAYS, Days, Facets, Site, day_part
from marsad.link.model import Clue, EventSketch

_APART_KM, _NEAR_KM, _CITY_KM, _FAR_KM = 4.0, 15.0, 40.0, 120.0
_ENOUGH_WORDS = 6
_WORDS_TOLD = 8
_NEVER = -99.0
_DECISIVE = frozenset(
    {"date: far apart", "report: told as another", "report: another day and place", "template: other facts"}
)
_ELSEWHERE = frozenset({"place: near", "place: country", "place: apart", "place: far apart"})
"""Reasons against which nothing else counts."""

Seen = str | float | Days | Collection[str] | Collection[int]
"""What a feature was seen in: words, kilometres, a set of values. Only who asks for reasons has it put into words."""

Features = list[tuple[str, Seen]]


class Verdict(NamedTuple):
    """The score in log-odds, whether the two can be no one incident whatever else is known, and the reasons."""

    score: float
    cannot: bool
    clues: tuple[Clue, ...]


def compare(a: EventSketch, b: EventSketch, weights: Mapping[str, float], *, texts: str = "") -> Verdict:
    """Return how likely two events are one incident, with the reasons; `texts` says that their reports are
    copies of one text (`copy`) or were made from one template (`template`)."""
    if a.type != b.type:
        return Verdict(_NEVER, True, (Clue("type: differs", _NEVER),))
    one, other = Facets(a), Facets(b)
    found = [*_dates(one, other), *_others(one, other, texts)]
    clues = (Clue("bias", weights["bias"]), *(Clue(name, weights[name], _tell(seen)) for name, seen in found))
    return Verdict(sum(c.weight for c in clues), any(name in _DECISIVE for name, _ in found), clues)


def is_hopeless(a: Facets, b: Facets, weights: Mapping[str, float], texts: str = "") -> bool:
    """Say whether two events are more likely two than one by their places, days and words, whatever speaks for them else.

    Most events that meet in a block are; to see that takes a fraction of `weigh`.
    """
    if a.sketch.type != b.sketch.type:
        return True
    if texts == "copy" or a.sketch.report == b.sketch.report:
        return False
    least = min(len(a.words), len(b.words))
    words = 0.0 if least < 3 else weights["words: half"]
    most = weights["bias"] + weights[_place(a, b)[0]] + words + _most_facts(a, b, weights)
    if most + weights["date: same"] + weights["day part: same"] <= 0:
        return True
    most += sum(weights[name] for name, _ in _dates(a, b))
    if most <= 0:
        return True
    found: Features = []
    _wording(a, b, found)
    return most - words + sum(weights[name] for name, _ in found) <= 0


def _most_facts(a: Facets, b: Facets, weights: Mapping[str, float]) -> float:
    """No parties, weapons, objects and figures of two events speak for one incident by more than this."""
    if a.sketch.type in TALKS:
        most = weights["talks: both sides"]
    else:
        most = weights["party: shared"] if a.actors and b.actors else 0.0
    if a.weapons and b.weapons:
        most += weights["weapon: shared"]
    if a.objects and b.objects:
        most += weights["object: shared"]
    if a.counts and b.counts:
        most += sum(weights[f"{field}: same"] for field in a.counts if field in b.counts)
    return most


def weigh(a: Facets, b: Facets, weights: Mapping[str, float], texts: str = "") -> tuple[float, bool]:
    """Return the score of `compare` and whether the two can be no one incident, without reasons; where they cannot, the
    score is just a low one.
    """
    if a.sketch.type != b.sketch.type:
        return _NEVER, True
    score = weights["bias"]
    for name, _ in _dates(a, b):
        if name in _DECISIVE:
            return _NEVER, True
        score += weights[name]
    for name, _ in _others(a, b, texts):
        if name in _DECISIVE:
            return _NEVER, True
        score += weights[name]
    return score, False


def _tell(seen: Seen) -> str:
    if isinstance(seen, str):
        return seen
    if isinstance(seen, float):
        return f"{seen:.0f} km" if seen < math.inf else ""
    return " ".join(map(str, sorted(seen)))


def _others(a: Facets, b: Facets, texts: str) -> Features:
    found: Features = [_place(a, b)]
    _parties(a, b, found)
    if a.weapons and b.weapons:
        shared = a.weapons & b.weapons
        found.append(("weapon: shared", shared) if shared else ("weapon: apart", a.weapons | b.weapons))
    if a.objects and b.objects:
        shared = a.objects & b.objects
        found.append(("object: shared", shared) if shared else ("object: apart", a.objects | b.objects))
    _counts(a, b, found)
    _wording(a, b, found)
    if a.sketch.report == b.sketch.report:
        _in_one_report(a.sketch, b.sketch, found)
        if found[0][0] in _ELSEWHERE and _on_two_days(a, b):
            found.append(("report: another day and place", f"{a.sketch.start} {b.sketch.start}"))
    if texts:
        _as_texts(a, b, texts, found)
    return found


# ---- places ---------------------------------------------------------------------------------------------------------


def _place(a: Facets, b: Facets) -> tuple[str, Seen]:
    """The closest relation between a place of one and a place of the other."""
    if not a.sites or not b.sites:
        named = _named(a, b)
        if named:
            return "place: named", named
        return ("place: one unknown" if a.sites or b.sites else "place: unknown"), ""
    best: tuple[int, str, Seen] = (0, "place: far apart", "")
    nearest = math.inf
    for i, one in enumerate(a.sites):
        for j, other in enumerate(b.sites):
            rank, name, seen = _relation(one, other)
            if rank >= 4 and i and j:
                rank, name = 3, "place: shared second"
            if rank > best[0]:
                best = (rank, name, seen)
            elif not rank and isinstance(seen, float):
                nearest = min(nearest, seen)
    if best[1] == "place: shared second" and _are_two(a.sites[0], b.sites[0]):
        return "place: two in one area", best[2]
    if best[0]:
        return best[1:]
    named = _named(a, b)
    if named:
        return "place: named", named
    if not (a.is_near and b.is_near) or a.sketch.type in TALKS:
        return "place: elsewhere", ""
    return ("place: apart" if nearest < _FAR_KM else "place: far apart"), nearest


def _named(a: Facets, b: Facets) -> Collection[str]:
    """The words of a place of one that stand in the sentences of the other."""
    return (a.names & b.words) | (b.names & a.words)


def _are_two(a: Site, b: Site) -> bool:
    """Whether two places are two villages rather than a town and its part."""
    if not a.is_point or not b.is_point or a.at is None or b.at is None:
        return False
    return _km(a, b) > _APART_KM and not a.words & b.words


def _km(a: Site, b: Site) -> float:
    return math.inf if a.at is None or b.at is None else distance_km(*a.at, *b.at)


@functools.lru_cache(maxsize=32_768)
def _relation(a: Site, b: Site) -> tuple[int, str, Seen]:
    """How two places relate: a rank, its feature, and what shows it; for places that do not, their distance in km."""
    points = a.is_point and b.is_point
    if points and a.id == b.id and a.id is not None:
        return 5, "place: same", a.id
    shared = a.words & b.words
    if shared and (len(a.words) == len(shared) or len(b.words) == len(shared)):
        return 4, "place: same name", shared
    km = _km(a, b)
    if points and km <= _NEAR_KM:
        return 3, "place: near", km
    if a.id and a.id == b.id and a.level == "admin":
        return 2, "place: same division", a.id
    if a.id and (a.id == b.id or a.id in b.within or b.id in a.within):
        return 2, "place: within", a.id
    if points:
        same_division = km <= _CITY_KM and not a.within.isdisjoint(b.within)
        return (1, "place: country", km) if same_division else (0, "", km)
    if a.country and a.country == b.country:
        return 1, "place: country", a.country
    return 0, "", km


# ---- days -----------------------------------------------------------------------------------------------------------


def _dates(a: Facets, b: Facets) -> Features:
    one, other = a.days, b.days
    if one is None or other is None:
        return [_undated(a, b)]
    gap = max(one[0] - other[1], other[0] - one[1], 0)
    told = gap == 0 or _told_by(a, other) or _told_by(b, one)
    if gap == 0:
        name = "date: same" if one[1] - one[0] <= 1 and other[1] - other[0] <= 1 else "date: within"
    elif told:
        name = "date: told by one"
    elif gap <= STATEMENT_DAYS and (_is_statement(a, one, other) or _is_statement(b, other, one)):
        name = "date: statement day"
    elif gap == 1:
        name = "date: next day"
    else:
        name = "date: apart" if gap <= STATEMENT_DAYS else "date: far apart"
    found: Features = [(name, f"{a.sketch.start} {b.sketch.start}")]
    if told and len(a.day_parts) == len(b.day_parts) == 1:
        (left,), (right,) = a.day_parts, b.day_parts
        if left == right:
            found.append(("day part: same", day_part(left)))
        elif 1 < abs(left - right) < 3:
            found.append(("day part: apart", f"{day_part(left)} {day_part(right)}"))
    return found


def _undated(a: Facets, b: Facets) -> tuple[str, Seen]:
    """Of two events one of which has no day: whether they may have happened on one."""
    is_vague = (a.sketch.start and a.days is None) or (b.sketch.start and b.days is None)
    if a.window is None or b.window is None or is_vague:
        return "date: far apart", f"{a.sketch.start} {b.sketch.start}"
    gap = max(a.window[0] - b.window[1], b.window[0] - a.window[1])
    return ("date: one unknown" if gap <= 0 else "date: far apart"), ""


def _told_by(event: Facets, days: Days) -> bool:
    """Whether the event's own sentences name a day of the other."""
    return any(low <= days[1] and days[0] <= high for low, high in event.told)


def _is_statement(event: Facets, own: Days, other: Days) -> bool:
    """Whether an event's day may be only the day on which somebody spoke of it: that of the report, and the later one."""
    return event.published is not None and own[1] >= event.published - 1 and own[0] > other[1]


# ---- parties, numbers, words ----------------------------------------------------------------------------------------


def _parties(a: Facets, b: Facets, found: Features) -> None:
    if a.sketch.type in TALKS:
        if a.sketch.report == b.sketch.report:
            return  # a report names both sides once, and only one of them later
        left, right = ({p for p in e.parties if ":" in p or (len(p) == 3 and p.isupper())} for e in (a, b))
        if left and right:
            shared = left & right
            countries = {p for p in shared if ":" not in p}
            groups = {p for p in shared if ":" in p}
            strong = len(countries) >= 2 or len(groups) >= 2
            found.append(("talks: both sides" if strong else "talks: one side" if shared else "talks: apart", shared))
        return
    if a.actors and b.actors:
        same = a.actors & b.actors
        among = not same and not a.parties.isdisjoint(b.parties)
        found.append(("party: shared" if same else "party: one side" if among else "party: apart", same))


def _counts(a: Facets, b: Facets, found: Features) -> None:
    for field, one in a.counts.items():
        other = b.counts.get(field)
        if other is None:
            continue
        shared = one & other
        if field != "released" and shared and max(shared) <= 1 and len(one) == len(other) == 1:
            continue  # "one killed" says little
        found.append((f"{field}: same", shared) if shared else (f"{field}: differ", one | other))


def _wording(a: Facets, b: Facets, found: Features) -> None:
    least = min(len(a.words), len(b.words))
    if least < 3:
        return
    shared = a.words & b.words
    part = len(shared) / least
    name = None
    if part >= 0.5 and len(shared) >= 3:
        name = "words: half"
    elif part >= 0.33 and len(shared) >= 2:
        name = "words: third"
    elif part >= 0.18:
        name = "words: some"
    elif part < 0.08 and least >= _ENOUGH_WORDS:
        name = "words: few"
    if name is not None:
        found.append((name, sorted(shared)[:_WORDS_TOLD] if shared else shared))


# ---- reports --------------------------------------------------------------------------------------------------------


def _in_one_report(a: EventSketch, b: EventSketch, found: Features) -> None:
    """The reader of the report told the two apart; that counts, and more so in one sentence or of "another" one."""
    found.append(("report: same", a.report))
    first, second = sorted((a, b), key=lambda e: e.seats[0])
    if "new" not in second.marks and set(second.told) <= set(first.told):
        found.append(("report: taken up again", ""))
        if min(abs(s[2] - t[2]) for s in first.seats for t in second.seats) <= 1:
            found.append(("report: just before", ""))
    if {s[2] for s in a.seats} & {s[2] for s in b.seats}:
        found.append(("report: same sentence", ""))
    if "other" in a.marks or "other" in b.marks:
        found.append(("report: told as another", ""))


def _on_two_days(a: Facets, b: Facets) -> bool:
    """Whether the sentences of each of two events name its day, and not that of the other."""
    if a.days is None or b.days is None or (a.days[0] <= b.days[1] and b.days[0] <= a.days[1]):
        return False
    return _told_by(a, a.days) and _told_by(b, b.days) and not _told_by(a, b.days) and not _told_by(b, a.days)


def _as_texts(a: Facets, b: Facets, texts: str, found: Features) -> None:
    """Copies tell the same in the same words; a template with other places and numbers tells of something else."""
    if texts == "template" and a.sketch.report != b.sketch.report:
        names = [{w for s in e.sites[:1] for w in s.words} for e in (a, b)]
        counts = [{(t.field, t.count) for t in e.sketch.tolls if t.count > 1} for e in (a, b)]
        if not names[0] & names[1] and not counts[0] & counts[1]:
            found.append(("template: other facts", ""))
    elif texts == "copy" and a.words and b.words:
        part = len(a.words & b.words) / min(len(a.words), len(b.words))
        if part >= 0.6:
            found.append(("copy: same words", ""))
