"""Why two events are one incident, or why they are two: their likeness, what people judged, what their incidents do."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import msgspec
import sqlalchemy as sa

from marsad.errors import RecordError
from marsad.link import resolver
from marsad.link.blocks import is_linkable
from marsad.record import judging, looking
from marsad.record.incidents import Tie, find_event, resolve_id
from marsad.record.linking import Linker
from marsad.record.looking import Kin
from marsad.record.members import Member
from marsad.record.schema import sketches

_MOST_MEMBERS = 60
"""Events of an incident that are looked at for its closest and its farthest pair, the first that arrived."""


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of two events.

    `linked` says whether they are one incident; `because` why: people (a judgement), direct (they are alike), through
    (events between them, in `path`). If not: type, plan (a plan or many acts are part of no incident), apart (no day, place
    or party in common, so that they are never compared), cannot (a reason against which nothing else counts), unlike (more
    likely two), people, group (they are alike, but the rest of their incidents is not; `path` holds the least alike pair).
    `texts` says that their reports are copies of one text or made from one template.
    """

    linked: bool
    because: str
    tie: Tie
    left_incident: str | None
    right_incident: str | None
    texts: str
    path: tuple[Tie, ...] = ()
    judgements: tuple[judging.StoredJudgement, ...] = ()


def explain_pair(connection: sa.Connection, linker: Linker, left: str, right: str) -> Pair:
    """Return why two events are linked or not; of two incidents, or an event and an incident, their closest events count.

    Raises:
        RecordError: there is no such event or incident, or the two are one event.
    """
    linker.forget()
    one, other = _of(connection, linker, left), _of(connection, linker, right)
    kin = looking.kin_of(connection, {m.document for m in (*one, *other)})
    a, b = max(
        ((m, n) for m in one for n in other if m.key != n.key),
        key=lambda pair: (linker.compare(pair[0], pair[1], kin).score, -pair[0].key, -pair[1].key),
        default=(None, None),
    )
    if a is None or b is None:
        raise RecordError(f"{left} and {right} are one event; name two.")
    linked = a.incident is not None and a.incident == b.incident
    reports = {a.sketch.report, b.sketch.report}
    judged = [j for j in judging.list_all(connection) if {j.left, j.right} & reports and j.kind in ("same", "not-same")]
    because, path = (_why_one if linked else _why_two)(connection, linker, (a, b), kin)
    return Pair(
        linked=linked,
        because=because,
        tie=_tie(linker, a, b, kin),
        left_incident=a.incident,
        right_incident=b.incident,
        texts=kin.get((min(a.document, b.document), max(a.document, b.document)), ""),
        path=tuple(path),
        judgements=tuple(judged),
    )


def _of(connection: sa.Connection, linker: Linker, wanted: str) -> list[Member]:
    """The event, or the events of the incident, with this id."""
    name = resolve_id(connection, wanted)
    if name is None:
        return [find_event(connection, linker, wanted)]
    return _members(connection, linker, name)


def _members(connection: sa.Connection, linker: Linker, incident: str) -> list[Member]:
    own = sa.select(sketches.c.event).where(sketches.c.incident == incident).order_by(sketches.c.born)
    return linker.members(connection, list(connection.scalars(own.limit(_MOST_MEMBERS))))


def _tie(linker: Linker, a: Member, b: Member, kin: Kin) -> Tie:
    return Tie(event=a.sketch.event, other=b.sketch.event, incident=b.incident, verdict=linker.compare(a, b, kin))


def _why_one(
    connection: sa.Connection, linker: Linker, pair: tuple[Member, Member], kin: Kin
) -> tuple[str, Sequence[Tie]]:
    a, b = pair
    together, _ = _settled(connection, _members(connection, linker, a.incident or ""))
    groups = resolver.Groups()
    for one, other in together:
        groups.join(one, other)
    if groups.find(a.anchor) == groups.find(b.anchor):
        return "people", ()
    verdict = linker.compare(a, b, kin)
    if verdict.score > 0 and not verdict.cannot:
        return "direct", ()
    steps = _steps(connection, a, b)
    by_key = {m.key: m for m in linker.members(connection, [k for step in steps for k in step])}
    kin = looking.kin_of(connection, {m.document for m in by_key.values()})
    return "through", [_tie(linker, by_key[one], by_key[other], kin) for one, other in steps]


def _steps(connection: sa.Connection, a: Member, b: Member) -> list[tuple[int, int]]:
    """The fewest links of the incident that lead from one event to the other; nothing if only likeness of groups does."""
    keys = list(connection.scalars(sa.select(sketches.c.event).where(sketches.c.incident == a.incident)))
    near: dict[int, list[int]] = {key: [] for key in keys}
    for one, other in sorted(looking.links_of(connection, keys)):
        if one in near and other in near:
            near[one].append(other)
            near[other].append(one)
    came: dict[int, int] = {a.key: a.key}
    queue = deque([a.key])
    while queue and b.key not in came:
        key = queue.popleft()
        for other in near[key]:
            if other not in came:
                came[other] = key
                queue.append(other)
    found = []
    key = b.key
    while key in came and key != a.key:
        found.append((came[key], key))
        key = came[key]
    return found[::-1]


def _why_two(
    connection: sa.Connection, linker: Linker, pair: tuple[Member, Member], kin: Kin
) -> tuple[str, Sequence[Tie]]:
    a, b = pair
    if a.sketch.type != b.sketch.type:
        return "type", ()
    if not (is_linkable(a.sketch) and is_linkable(b.sketch)):
        return "plan", ()
    every = [m for side in (a, b) for m in _members(connection, linker, side.incident or "") or [side]]
    together, apart = _settled(connection, every)
    groups = resolver.Groups()
    for one, other in together:
        groups.join(one, other)
    if any({groups.find(x), groups.find(y)} == {groups.find(a.anchor), groups.find(b.anchor)} for x, y in apart):
        return "people", ()
    verdict = linker.compare(a, b, kin)
    if verdict.cannot:
        return "cannot", ()
    if verdict.score <= 0:
        met = {m.key for m in linker.candidates(connection, a.key)} | {
            m.key for m in linker.candidates(connection, b.key)
        }
        return ("unlike" if a.key in met or b.key in met else "apart"), ()
    kin = looking.kin_of(connection, {m.document for m in every})
    sides = [[m for m in every if m.incident == side.incident] or [side] for side in (a, b)]
    ties = [(linker.compare(m, n, kin), m, n) for m in sides[0] for n in sides[1]]
    least = min(ties, key=lambda t: (not t[0].cannot, t[0].score, t[1].key, t[2].key))
    return "group", [_tie(linker, least[1], least[2], kin)]


def _settled(
    connection: sa.Connection, members: Sequence[Member]
) -> tuple[list[tuple[str, str]], set[tuple[str, str]]]:
    return resolver.settle(judging.load(connection, {m.sketch.report for m in members}).pairs)
