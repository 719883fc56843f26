"""How alike two events are, and why: blocks bring candidates together, features with weights decide, reasons stay.

Everything here looks at two sketches alone, never at the archive, so that a judgement is the same whenever it is made. A
score is in log-odds: above 0 the two are more likely one incident than not.
"""

from __future__ import annotations

import datetime
import functools
import math
import zlib
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from marsad.gazetteer import distance_km
from marsad.link.model import Clue, EventSketch, Spot

LINKED_STATUSES = ("actual", "negated", "historical")
TALKS = frozenset({"CONSULT", "RETREAT", "AGREE", "COOPERATE"})
MAX_SPAN_DAYS = 16
"""Days beyond which a date says too little to look for an incident by it."""
_UNDATED_DAYS = 10
_STATEMENT_DAYS = 3
EARLY_DAYS = 14
LONGEST_DAYS = MAX_SPAN_DAYS + EARLY_DAYS + 2
"""No block is longer, so one that reaches into a window begins at most so many days before it."""
_CELLS_PER_DEGREE = 2
_MAX_SPOTS = 4
_MAX_PARTIES = 6
_MOST_SAID = 24
"""Words by which an event without any place is found by the names of places."""
_APART_KM, _NEAR_KM, _CITY_KM, _FAR_KM = 4.0, 15.0, 40.0, 120.0
_ENOUGH_WORDS = 6
_VAGUE_OBJECTS = frozenset({"other", "building"})
_VAGUE_WEAPONS = frozenset({"other"})
_PARTS = ("night", "morning", "noon", "evening")
_DECISIVE = frozenset({"date: far apart", "report: told as another", "template: other facts"})
"""Reasons against which nothing else counts."""
_POINTS = frozenset({"settlement", "facility"})


class Verdict(NamedTuple):
    """The score in log-odds, whether the two can be no one incident whatever else is known, and the reasons."""

    score: float
    cannot: bool
    clues: tuple[Clue, ...]


class Block(NamedTuple):
    """Where an event is found: a key (62 bits) and the first and last day, as ordinals."""

    key: int
    first: int
    last: int


def is_linkable(event: EventSketch) -> bool:
    """Say whether an event can be part of an incident: it happened, or is denied or recalled, and is one act."""
    return not event.generic and event.status in LINKED_STATUSES


# ---- blocks ---------------------------------------------------------------------------------------------------------


@functools.lru_cache(maxsize=4096)
def ordinal(day: str) -> int:
    """Return the number of a day (ISO date or date-time), counted from year 1."""
    return datetime.date.fromisoformat(day[:10]).toordinal()


def window(event: EventSketch) -> tuple[int, int] | None:
    """Return the first and last day an event may have happened on, as ordinals; None if it cannot be said."""
    published = ordinal(event.published) if event.published else None
    days = _days(event)
    if days is None:
        return None if published is None else (published - _UNDATED_DAYS, published)
    first, last = days
    for start, end in event.told:
        low, high = ordinal(start), ordinal(end)
        if high - low <= _STATEMENT_DAYS and last - EARLY_DAYS <= low <= last + 1:
            first, last = min(first, low), max(last, high)
    if published is not None and last >= published - 1:
        first = min(first, last - _STATEMENT_DAYS)
    return max(first, last - LONGEST_DAYS), last


def _days(event: EventSketch) -> tuple[int, int] | None:
    if event.start is None or event.end is None:
        return None
    first, last = ordinal(event.start), ordinal(event.end)
    return None if last - first > MAX_SPAN_DAYS else (first, last)


def blocks(event: EventSketch) -> tuple[list[Block], list[Block]]:
    """Return the blocks that an event stands in, and those that hold whatever may be the same incident."""
    days = window(event)
    if days is None or not is_linkable(event):
        return [], []
    stands = dict.fromkeys((f"report:{event.report}", *_stands(event)))
    looks = dict.fromkeys((f"report:{event.report}", *_looks(event)))
    return [_block(event.type, key, days) for key in stands], [_block(event.type, key, days) for key in looks]


def _block(kind: str, key: str, days: tuple[int, int]) -> Block:
    text = f"{kind}|{key}".encode()
    return Block(zlib.crc32(text) << 30 | zlib.adler32(text) & 0x3FFFFFFF, *days)


def _stands(event: EventSketch) -> Iterator[str]:
    points = _points(event)
    for spot in points:
        yield _cell(spot, 0, 0)
    for spot in event.spots[:_MAX_SPOTS]:
        yield from (f"in:{outer}" for outer in spot.within)
        yield from (f"word:{word}" for word in spot.words)
        if spot.level not in _POINTS and spot.id:
            yield f"at:{spot.id}"
        if spot.country:
            yield f"country:{spot.country}"
    for party in _ids(event):
        yield f"party:{party}"
        if not points:
            yield f"placeless:{party}"
    if not event.spots:
        yield from (f"said:{word}" for word in event.words[:_MOST_SAID])
    if not points:
        yield from (f"wide:{spot.country}" for spot in event.spots[:_MAX_SPOTS] if spot.country)


def _looks(event: EventSketch) -> Iterator[str]:
    points = _points(event)
    for spot in points:
        yield from (_cell(spot, y, x) for y in (-1, 0, 1) for x in (-1, 0, 1))
    for spot in event.spots[:_MAX_SPOTS]:
        yield from (f"at:{outer}" for outer in spot.within)
        yield from (f"word:{word}" for word in spot.words)
        if spot.level not in _POINTS and spot.id:
            yield f"at:{spot.id}"
            yield f"in:{spot.id}"
        if spot.country:
            yield f"wide:{spot.country}"
            if not points:
                yield f"country:{spot.country}"
    for spot in event.spots[:_MAX_SPOTS]:
        yield from (f"said:{word}" for word in spot.words)
    if not event.spots:
        yield from (f"word:{word}" for word in event.words[:_MOST_SAID])
    for party in _ids(event):
        yield f"placeless:{party}"
        if not points or event.type in TALKS:
            yield f"party:{party}"


def _points(event: EventSketch) -> list[Spot]:
    return [s for s in event.spots[:_MAX_SPOTS] if s.level in _POINTS and s.lat is not None and s.lon is not None]


def _ids(event: EventSketch) -> list[str]:
    """The parties by which an event without a place is found: ids, and the countries of its actors."""
    named = [p for p in event.parties if ":" in p][:_MAX_PARTIES]
    return [*named, *(p for p in event.actors if len(p) == 3 and p.isupper())]


def _cell(spot: Spot, y: int, x: int) -> str:
    lat = math.floor((spot.lat or 0.0) * _CELLS_PER_DEGREE) + y
    lon = math.floor((spot.lon or 0.0) * _CELLS_PER_DEGREE) + x
    return f"cell:{lat}:{(lon + 180 * _CELLS_PER_DEGREE) % (360 * _CELLS_PER_DEGREE)}"


# ---- two events -----------------------------------------------------------------------------------------------------


def compare(a: EventSketch, b: EventSketch, weights: Mapping[str, float], *, texts: str = "") -> Verdict:
    """Return how likely two events are one incident; `texts` says that their reports are
    copies of one text (`copy`) or were made from one template (`template`)."""
    if a.type != b.type:
        return Verdict(-99.0, True, (Clue("type: differs", -99.0),))
    clues = [Clue("bias", weights["bias"])]
    cannot = False
    for name, seen in (*_features(a, b), *_in_one_report(a, b), *_as_texts(a, b, texts)):
        clues.append(Clue(name, weights[name], seen))
        cannot = cannot or name in _DECISIVE
    return Verdict(sum(c.weight for c in clues), cannot, tuple(clues))


def _features(a: EventSketch, b: EventSketch) -> Iterator[tuple[str, str]]:
    yield _place(a, b)
    yield from _date(a, b)
    yield from _parties(a, b)
    for name, left, right, vague in (
        ("weapon", a.weapons, b.weapons, _VAGUE_WEAPONS),
        ("object", a.objects, b.objects, _VAGUE_OBJECTS),
    ):
        one, other = set(left) - vague, set(right) - vague
        if one and other:
            yield (f"{name}: shared" if one & other else f"{name}: apart"), " ".join(sorted(one & other or one | other))
    yield from _counts(a, b)
    yield from _wording(a, b)


def _place(a: EventSketch, b: EventSketch) -> tuple[str, str]:
    """The closest relation between a place of one and a place of the other."""
    if not a.spots or not b.spots:
        named = _named(a, b)
        if named:
            return "place: named", named
        return ("place: one unknown" if a.spots or b.spots else "place: unknown"), ""
    best: tuple[int, str, str] = (0, "place: far apart", "")
    nearest = math.inf
    for i, one in enumerate(a.spots[:_MAX_SPOTS]):
        for j, other in enumerate(b.spots[:_MAX_SPOTS]):
            rank, name, seen, km = _relation(one, other)
            if rank >= 4 and i and j:
                rank, name = 3, "place: shared second"
            nearest = min(nearest, km)
            if rank > best[0]:
                best = (rank, name, seen)
    if best[1] == "place: shared second" and _are_two(a.spots[0], b.spots[0]):
        return "place: two in one area", best[2]
    if best[0]:
        return best[1:]
    named = _named(a, b)
    if named:
        return "place: named", named
    if not all(any(s.near for s in e.spots[:_MAX_SPOTS]) for e in (a, b)) or a.type in TALKS:
        return "place: elsewhere", ""
    return ("place: apart" if nearest < _FAR_KM else "place: far apart"), f"{nearest:.0f} km" if nearest < 1e5 else ""


def _named(a: EventSketch, b: EventSketch) -> str:
    """The words of a place of one that stand in the sentences of the other."""
    one, other = ({w for s in e.spots for w in s.words} for e in (a, b))
    return " ".join(sorted(one & set(b.words) | other & set(a.words)))


def _are_two(a: Spot, b: Spot) -> bool:
    """Whether two places are two villages rather than a town and its part."""
    if a.level not in _POINTS or b.level not in _POINTS or a.lat is None or b.lat is None:
        return False
    return distance_km(a.lat, a.lon or 0.0, b.lat, b.lon or 0.0) > _APART_KM and not set(a.words) & set(b.words)


def _relation(a: Spot, b: Spot) -> tuple[int, str, str, float]:
    """How two places relate: a rank, its feature, what shows it, and their distance in km."""
    km = math.inf
    if a.lat is not None and a.lon is not None and b.lat is not None and b.lon is not None:
        km = distance_km(a.lat, a.lon, b.lat, b.lon)
    points = a.level in _POINTS and b.level in _POINTS
    if points and a.id == b.id and a.id is not None:
        return 5, "place: same", a.id, 0.0
    shared = set(a.words) & set(b.words)
    if shared and (len(a.words) == len(shared) or len(b.words) == len(shared)):
        return 4, "place: same name", " ".join(sorted(shared)), km
    if points and km <= _NEAR_KM:
        return 3, "place: near", f"{km:.0f} km", km
    if a.id and a.id == b.id and a.level == "admin":
        return 2, "place: same division", a.id, km
    if a.id and (a.id == b.id or a.id in b.within or b.id in a.within):
        return 2, "place: within", a.id, km
    if points:
        same_division = bool(set(a.within) & set(b.within)) and km <= _CITY_KM
        return (1, "place: country", f"{km:.0f} km", km) if same_division else (0, "", "", km)
    if a.country and a.country == b.country:
        return 1, "place: country", a.country, km
    return 0, "", "", km


def _date(a: EventSketch, b: EventSketch) -> Iterator[tuple[str, str]]:
    one, other = _days(a), _days(b)
    if one is None or other is None:
        yield from _undated(a, b, one, other)
        return
    gap = max(one[0] - other[1], other[0] - one[1], 0)
    seen = f"{a.start} {b.start}"
    if gap == 0:
        yield ("date: same" if one[1] - one[0] <= 1 and other[1] - other[0] <= 1 else "date: within"), seen
    elif _told_by(a, other) or _told_by(b, one):
        yield "date: told by one", seen
    elif gap <= _STATEMENT_DAYS and (_is_statement(a, one, other) or _is_statement(b, other, one)):
        yield "date: statement day", seen
    elif gap == 1:
        yield "date: next day", seen
    else:
        yield ("date: apart" if gap <= _STATEMENT_DAYS else "date: far apart"), seen
    if gap == 0 or _told_by(a, other) or _told_by(b, one):
        parts = [{m for m in e.marks if m in _PARTS} for e in (a, b)]
        if all(len(p) == 1 for p in parts):
            left, right = (_PARTS.index(p.pop()) for p in parts)
            if left == right:
                yield "day part: same", _PARTS[left]
            elif abs(left - right) > 1 and abs(left - right) < 3:
                yield "day part: apart", f"{_PARTS[left]} {_PARTS[right]}"


def _undated(
    a: EventSketch, b: EventSketch, one: tuple[int, int] | None, other: tuple[int, int] | None
) -> Iterator[tuple[str, str]]:
    spans = (window(a), window(b))
    if spans[0] is None or spans[1] is None or (a.start and one is None) or (b.start and other is None):
        yield "date: far apart", f"{a.start} {b.start}"
        return
    gap = max(spans[0][0] - spans[1][1], spans[1][0] - spans[0][1], 0)
    yield ("date: one unknown" if gap == 0 else "date: far apart"), ""


def _told_by(event: EventSketch, days: tuple[int, int]) -> bool:
    """Whether the event's own sentences name a day of the other."""
    return any(
        ordinal(s) <= days[1] and days[0] <= ordinal(e) and ordinal(e) - ordinal(s) <= _STATEMENT_DAYS
        for s, e in event.told
    )


def _is_statement(event: EventSketch, own: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether an event's day may be only the day on which somebody spoke of it: that of the report, and the later one."""
    return event.published is not None and own[1] >= ordinal(event.published) - 1 and own[0] > other[1]


def _parties(a: EventSketch, b: EventSketch) -> Iterator[tuple[str, str]]:
    one, other = set(a.parties), set(b.parties)
    if a.type in TALKS:
        if a.report == b.report:
            return  # a report names both sides once, and only one of them later
        left, right = ({p for p in e if ":" in p or (len(p) == 3 and p.isupper())} for e in (one, other))
        if left and right:
            shared = left & right
            countries = {p for p in shared if ":" not in p}
            groups = {p for p in shared if ":" in p}
            strong = len(countries) >= 2 or len(groups) >= 2
            name = "talks: both sides" if strong else "talks: one side" if shared else "talks: apart"
            yield name, " ".join(sorted(shared))
        return
    actors = set(a.actors), set(b.actors)
    if actors[0] and actors[1]:
        shared = actors[0] & actors[1]
        yield (
            ("party: shared" if shared else "party: one side" if one & other else "party: apart"),
            " ".join(sorted(shared)),
        )


def _counts(a: EventSketch, b: EventSketch) -> Iterator[tuple[str, str]]:
    for field in ("killed", "injured", "released"):
        one, other = ({t.count for t in e.tolls if t.field == field} for e in (a, b))
        if not one or not other:
            continue
        shared = one & other
        if field != "released" and shared and max(shared) <= 1 and len(one) == len(other) == 1:
            continue  # "one killed" says little
        yield (f"{field}: same" if shared else f"{field}: differ"), " ".join(map(str, sorted(shared or one | other)))


def _wording(a: EventSketch, b: EventSketch) -> Iterator[tuple[str, str]]:
    one, other = set(a.words), set(b.words)
    if len(one) < 3 or len(other) < 3:
        return
    shared = one & other
    part = len(shared) / min(len(one), len(other))
    seen = " ".join(sorted(shared)[:8])
    if part >= 0.5 and len(shared) >= 3:
        yield "words: half", seen
    elif part >= 0.33 and len(shared) >= 2:
        yield "words: third", seen
    elif part >= 0.18:
        yield "words: some", seen
    elif part < 0.08 and min(len(one), len(other)) >= _ENOUGH_WORDS:
        yield "words: few", seen


def _in_one_report(a: EventSketch, b: EventSketch) -> Iterator[tuple[str, str]]:
    """The reader of the report told the two apart; that counts, and more so in one sentence or of "another" one."""
    if a.report != b.report:
        return
    yield "report: same", a.report
    first, second = sorted((a, b), key=lambda e: e.seats[0])
    if "new" not in second.marks and set(second.told) <= set(first.told):
        yield "report: taken up again", ""
        if min(abs(s[2] - t[2]) for s in first.seats for t in second.seats) <= 1:
            yield "report: just before", ""
    if {s[2] for s in a.seats} & {s[2] for s in b.seats}:
        yield "report: same sentence", ""
    if "other" in a.marks or "other" in b.marks:
        yield "report: told as another", ""


def _as_texts(a: EventSketch, b: EventSketch, texts: str) -> Iterator[tuple[str, str]]:
    """Copies tell the same in the same words; a template with other places and numbers tells of something else."""
    if texts == "template" and a.report != b.report:
        names = [{w for s in e.spots[:1] for w in s.words} for e in (a, b)]
        counts = [{(t.field, t.count) for t in e.tolls if t.count > 1} for e in (a, b)]
        if not names[0] & names[1] and not counts[0] & counts[1]:
            yield "template: other facts", ""
    elif texts == "copy":
        one, other = set(a.words), set(b.words)
        if one and other and len(one & other) / min(len(one), len(other)) >= 0.6:
            yield "copy: same words", ""
