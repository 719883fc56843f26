"""Links in the record: what a report tells joins the incidents that are there, inside the transaction that adds it.

A new report looks only into its blocks. The incidents that it may change are resolved anew from what the record keeps of
their events, so that they come out the same whatever the order in which reports arrive.
"""

from __future__ import annotations

import datetime
import functools
import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from marsad.link import compare, resolver
from marsad.link import copies as copying
from marsad.link.model import EventSketch, ReportSketch
from marsad.link.summary import Ruled, Summary, summarize
from marsad.record import judging, looking
from marsad.record.looking import Kin
from marsad.record.schema import (
    blocks,
    changes,
    copies,
    copy_bands,
    incidents,
    links,
    redirects,
    report_sketches,
    sketches,
)
from marsad.resources import DATA, read_tsv

_to_json = msgspec.json.Encoder()
_sketch = msgspec.json.Decoder(EventSketch)
_facts = msgspec.json.Decoder(tuple[str, ...])
_MOST_VERDICTS = 100_000
_CROWD = 40
"""In a component of more events, those of different reports that tell just the same count as one."""


class WeightRow(msgspec.Struct, frozen=True):
    """A row of `link_weights.tsv`: what a feature of two events adds to the log-odds that they are one incident."""

    feature: str
    weight: float
    source: str


@functools.cache
def load_weights() -> Mapping[str, float]:
    """Return the weights by feature.

    Raises:
        ResourceError: the file is missing or broken.
    """
    return {row.feature: row.weight for row in read_tsv(DATA / "link_weights.tsv", WeightRow)}


class Identity(NamedTuple):
    """By what an event is known through every re-reading, and when it first arrived."""

    anchor: str
    born: int


class Member:
    """An event with what the record knows of it; its sketch is decoded when it is first looked at."""

    __slots__ = ("_raw", "_sketch", "anchor", "born", "document", "incident", "key", "stamp")

    def __init__(self, row: Any) -> None:
        self.key: int = row.event
        self.document: int = row.document
        self.anchor: str = row.anchor
        self.born: int = row.born
        self.incident: str | None = row.incident
        self.stamp = hash(row.sketch)
        self._raw: str = row.sketch
        self._sketch: EventSketch | None = None

    @property
    def sketch(self) -> EventSketch:
        """What linking knows of the event."""
        if self._sketch is None:
            self._sketch = _sketch.decode(self._raw)
        return self._sketch


def incident_id(anchor: str) -> str:
    """Return the id of the incident whose first event has this anchor."""
    return "i-" + hashlib.sha256(anchor.encode()).hexdigest()[:12]


class Linker:
    """Links what is added; remembers what it read of the record for one transaction."""

    def __init__(self, weights: Mapping[str, float] | None = None) -> None:
        self._weights = weights if weights is not None else load_weights()
        self._members: dict[int, Member] = {}
        self._verdicts: dict[tuple[int, int, str], compare.Verdict] = {}

    # ---- in and out -------------------------------------------------------------------------------------------------

    def add(
        self,
        connection: sa.Connection,
        document: int,
        report: ReportSketch,
        keys: Mapping[str, int],
        heirs: Mapping[str, Identity] | None = None,
    ) -> None:
        """Link a report that was just written; `keys` are the keys of its events by id, `heirs` the identities that events
        take over from another reading of the report.
        """
        self._add_copy_facts(connection, document, report)
        self._find_copies(connection, document, report)
        new = []
        for event in report.events:
            key = keys[event.event]
            identity = (heirs or {}).get(event.event, Identity(event.anchor, key))
            sketch = msgspec.structs.replace(event, anchor=identity.anchor)
            self._write(connection, key, document, identity.born, sketch)
            new.append(key)
        kin = looking.kin_of(connection, [document])
        for key in new:
            self._link(connection, key, set(new), kin)
        self.resolve(connection, new, report.report, are_new=True)

    def remove(self, connection: sa.Connection, document: int) -> tuple[list[Member], set[int]]:
        """Take a report's reading out of the links. Returns its events, and what must be resolved anew without them."""
        members = self._load_where(connection, sketches.c.document == document)
        keys = [m.key for m in members]
        near: set[int] = set()
        for some in looking.portions(keys):
            found = connection.execute(
                sa.select(links.c.left, links.c.right).where(links.c.left.in_(some) | links.c.right.in_(some))
            )
            near |= {k for row in found for k in row}
        held = [m.incident for m in members if m.incident]
        for some in looking.portions(held):
            near |= set(connection.scalars(sa.select(sketches.c.event).where(sketches.c.incident.in_(some))))
        for some in looking.portions(keys):
            connection.execute(links.delete().where(links.c.left.in_(some) | links.c.right.in_(some)))
            connection.execute(blocks.delete().where(blocks.c.event.in_(some)))
            connection.execute(sketches.delete().where(sketches.c.event.in_(some)))
        connection.execute(copies.delete().where((copies.c.document == document) | (copies.c.other == document)))
        connection.execute(copy_bands.delete().where(copy_bands.c.document == document))
        connection.execute(report_sketches.delete().where(report_sketches.c.document == document))
        for key in keys:
            self._members.pop(key, None)
        return members, near - set(keys)

    def _write(self, connection: sa.Connection, key: int, document: int, born: int, sketch: EventSketch) -> None:
        text = _to_json.encode(sketch).decode()
        row = {"event": key, "document": document, "anchor": sketch.anchor, "born": born, "sketch": text}
        connection.execute(sketches.insert(), row)
        stands, _ = compare.blocks(sketch)
        rows = [{"block": b.key, "first": b.first, "last": b.last, "event": key} for b in stands]
        if rows:
            connection.execute(blocks.insert(), rows)
        self._members[key] = Member(SimpleNamespace(**row, incident=None))

    def sweep(self, connection: sa.Connection, names: Collection[str]) -> None:
        """Drop those of these incidents that hold no event any more."""
        for some in looking.portions(sorted(names)):
            held = set(connection.scalars(sa.select(sketches.c.incident).where(sketches.c.incident.in_(some))))
            connection.execute(incidents.delete().where(incidents.c.id.in_([n for n in some if n not in held])))

    # ---- copies -----------------------------------------------------------------------------------------------------

    def _add_copy_facts(self, connection: sa.Connection, document: int, report: ReportSketch) -> None:
        facts = _to_json.encode(report.facts).decode()
        connection.execute(
            report_sketches.insert(), {"document": document, "shingles": report.shingles, "facts": facts}
        )

    def _find_copies(self, connection: sa.Connection, document: int, report: ReportSketch) -> None:
        keys, day = sorted(set(copying.bands(report.signature))), copying.day(report)
        if not keys:
            return
        pairs = []
        for row in looking.in_bands(connection, keys, day - copying.WINDOW_DAYS, day + copying.WINDOW_DAYS):
            other = ReportSketch(
                report=row.id,
                published=row.published,
                publisher=row.publisher,
                shingles=row.shingles,
                facts=_facts.decode(row.facts),
            )
            kind = copying.kinship(report, other)
            if kind:
                first, second = sorted((document, row.document))
                pairs.append({"document": first, "other": second, "kind": kind})
        if pairs:
            connection.execute(copies.insert(), pairs)
        connection.execute(copy_bands.insert(), [{"band": k, "day": day, "document": document} for k in keys])

    # ---- links ------------------------------------------------------------------------------------------------------

    def candidates(self, connection: sa.Connection, key: int) -> list[Member]:
        """Return the events in the blocks of an event, save itself."""
        member = self.members(connection, [key])[0]
        _, looks = compare.blocks(member.sketch)
        if not looks:
            return []
        days = looks[0].first, looks[0].last
        found = looking.in_blocks(connection, [b.key for b in looks], days, compare.LONGEST_DAYS)
        return self.members(connection, [k for k in found if k != key])

    def _link(self, connection: sa.Connection, key: int, new: Collection[int], kin: Kin) -> None:
        """Write down which events in its blocks a new event is held for one incident with."""
        own = self.members(connection, [key])[0]
        rows = []
        for other in self.candidates(connection, key):
            if other.key in new and other.key < key:
                continue  # seen from the other side
            verdict = self.compare(own, other, kin)
            if verdict.score > 0 and not verdict.cannot:
                left, right = sorted((own.key, other.key))
                rows.append({"left": left, "right": right, "score": round(verdict.score, 6)})
        if rows:
            connection.execute(links.insert(), rows)

    def compare(self, a: Member, b: Member, kin: Kin) -> compare.Verdict:
        """Return the machine's judgement of two events; `kin` says which reports are copies."""
        texts = kin.get((min(a.document, b.document), max(a.document, b.document)), "")
        first, second = (a, b) if a.anchor <= b.anchor else (b, a)
        name = (first.stamp, second.stamp, texts)
        verdict = self._verdicts.get(name)
        if verdict is None:
            verdict = compare.compare(first.sketch, second.sketch, self._weights, texts=texts)
            if len(self._verdicts) >= _MOST_VERDICTS:
                self._verdicts.clear()
            self._verdicts[name] = verdict
        return verdict

    # ---- incidents --------------------------------------------------------------------------------------------------

    def resolve(self, connection: sa.Connection, keys: Iterable[int], cause: str, *, are_new: bool = False) -> None:
        """Resolve anew every incident that these events may belong to, and write what changed; `cause` is for the log.

        Events that are new change only what hangs together with their neighbours; others may change all around them.
        """
        wanted = set(keys)
        gathered = self._gather(connection, wanted)
        every = {m.anchor: m for m in gathered.members if m.incident or compare.is_linkable(m.sketch)}
        together, apart = resolver.settle([r for r in gathered.rulings.pairs if r.left in every and r.right in every])
        chosen = resolver.components(every, gathered.links, together)
        if are_new:
            new = {m.anchor for m in every.values() if m.key in wanted}
            touched = _touched(every, new, gathered.links, together)
            chosen = [component for component in chosen if not touched.isdisjoint(component)]
        if not chosen:
            return
        members = {a: every[a] for component in chosen for a in component}
        kin = looking.kin_of(connection, {m.document for m in members.values()})
        rulings = [r for r in gathered.rulings.pairs if r.left in members and r.right in members]
        together, apart = resolver.settle(rulings)
        scores: dict[tuple[str, str], tuple[float, bool]] = {}

        def score(a: str, b: str) -> tuple[float, bool]:
            pair = resolver.pair(a, b)
            if pair not in scores:
                verdict = self.compare(members[a], members[b], kin)
                scores[pair] = verdict.score, verdict.cannot
            return scores[pair]

        groups = [group for component in chosen for group in _resolve(component, members, (together, apart), score)]
        self._save(connection, [[members[a] for a in group] for group in groups], kin, (gathered.rulings, cause))

    def _gather(self, connection: sa.Connection, keys: Iterable[int]) -> _Gathered:
        """Everything that links or people's judgements tie to these events."""
        seen: dict[int, Member] = {}
        pairs: dict[tuple[int, int], float] = {}
        rulings = judging.Rulings()
        has_rulings = judging.has_any(connection)
        frontier = sorted(set(keys))
        while frontier:
            for member in self.members(connection, frontier):
                seen[member.key] = member
            found = looking.links_of(connection, frontier)
            pairs.update(found)
            reached = {k for pair in found for k in pair}
            if has_rulings:
                reports = {seen[k].sketch.report for k in frontier}
                rulings = rulings.merged(judging.load(connection, reports))
                anchors = {a for r in rulings.pairs if r.same for a in (r.left, r.right)}
                for some_anchors in looking.portions(sorted(anchors)):
                    wanted = sketches.c.anchor.in_(some_anchors)
                    reached |= set(connection.scalars(sa.select(sketches.c.event).where(wanted)))
            frontier = sorted(reached - seen.keys())
        tied = {resolver.pair(seen[a].sketch.anchor, seen[b].sketch.anchor): score for (a, b), score in pairs.items()}
        return _Gathered(list(seen.values()), tied, rulings)

    def _save(
        self,
        connection: sa.Connection,
        groups: Sequence[Sequence[Member]],
        kin: Kin,
        because: tuple[judging.Rulings, str],
    ) -> None:
        rulings, cause = because
        now: dict[str, Sequence[Member]] = {}
        for group in groups:
            now[incident_id(min(group, key=lambda m: m.born).anchor)] = group
        was = {m.key: m.incident for group in groups for m in group if m.incident}
        before = set(was.values())
        there = looking.existing(connection, {*now, *before})
        for name, group in now.items():
            row = _row(name, group, kin, rulings)
            if name in there:
                connection.execute(incidents.update().where(incidents.c.id == name).values(**row))
            else:
                connection.execute(incidents.insert(), row)
            looking.move(connection, [m.key for m in group if m.incident != name], name)
            for member in group:
                member.incident = name
        _log(connection, now, {k: i for k, i in was.items() if i in there}, cause)

    # ---- what is remembered -----------------------------------------------------------------------------------------

    def members(self, connection: sa.Connection, keys: Sequence[int]) -> list[Member]:
        """Return these events, in the order of their keys."""
        missing = [k for k in keys if k not in self._members]
        found = {k: self._members[k] for k in keys if k in self._members}
        for row in looking.rows_of(connection, missing) if missing else ():
            found[row.event] = self._members[row.event] = Member(row)
        return [found[k] for k in sorted(found)]

    def forget(self) -> None:
        """Forget what was remembered: a transaction begins, and another program may have written before it."""
        self._members.clear()

    def _load_where(self, connection: sa.Connection, condition: sa.ColumnElement[bool]) -> list[Member]:
        select = sa.select(sketches).where(condition).order_by(sketches.c.event)
        return [Member(row) for row in connection.execute(select)]


class _Gathered(NamedTuple):
    members: list[Member]
    links: dict[tuple[str, str], float]
    rulings: judging.Rulings


def _touched(
    every: Collection[str], new: set[str], tied: Mapping[tuple[str, str], float], together: list[tuple[str, str]]
) -> set[str]:
    """The new events, and all that hung together with a neighbour of theirs before they came."""
    before = {pair: score for pair, score in tied.items() if new.isdisjoint(pair)}
    old_ties = [pair for pair in together if new.isdisjoint(pair)]
    near = {a for pair in (*tied, *together) if not new.isdisjoint(pair) for a in pair}
    touched = set(new)
    for component in resolver.components([a for a in every if a not in new], before, old_ties):
        if not near.isdisjoint(component):
            touched.update(component)
    return touched


def _resolve(
    component: list[str],
    members: Mapping[str, Member],
    settled: tuple[list[tuple[str, str]], set[tuple[str, str]]],
    score: resolver.Score,
) -> list[list[str]]:
    """The incidents that the events of one component make."""
    alike = _alike([members[a] for a in component]) if len(component) > _CROWD else {}
    heads = [a for a in component if alike.get(a, a) == a]
    inside = set(component)
    together = [resolver.pair(alike.get(a, a), alike.get(b, b)) for a, b in settled[0] if a in inside and b in inside]
    apart = {resolver.pair(alike.get(a, a), alike.get(b, b)) for a, b in settled[1]}
    groups = []
    for group in resolver.resolve(heads, score, [p for p in together if p[0] != p[1]], apart):
        of_group = set(group)
        groups.append(sorted(a for a in component if alike.get(a, a) in of_group))
    return groups


def _alike(members: Sequence[Member]) -> dict[str, str]:
    """For each event the first of another report, if any, that tells just the same; nobody need compare both."""
    first: dict[tuple[object, int], str] = {}
    count: dict[tuple[object, str], int] = {}
    found = {}
    for member in sorted(members, key=lambda m: m.anchor):
        s = member.sketch
        totals = tuple((t.field, t.count) for t in s.tolls)
        told = (s.type, s.modes, s.status, s.start, s.end, s.told, s.spots, s.parties, s.weapons, s.objects, s.words)
        essence = (told, s.actors, s.marks, totals, (s.published or "")[:10])
        turn = count[essence, s.report] = count.get((essence, s.report), 0) + 1
        found[s.anchor] = first.setdefault((essence, turn), s.anchor)
    return found


def _row(name: str, group: Sequence[Member], kin: Kin, rulings: judging.Rulings) -> dict[str, object]:
    by_key = {m.document: m.sketch.report for m in group}
    pairs = [(by_key[a], by_key[b]) for (a, b), kind in kin.items() if kind == "copy" and a in by_key and b in by_key]
    copied = {r: g[0] for g in copying.groups(pairs) for r in g}
    ruled = rulings.of([m.sketch.anchor for m in group])
    summary = summarize([m.sketch for m in group], copied, ruled)
    return _columns(name, summary, ruled)


def _columns(name: str, summary: Summary, ruled: Ruled) -> dict[str, object]:
    killed = summary.reckoning.figures.get("killed")
    return {
        "id": name,
        "type": summary.type,
        "date_start": summary.start,
        "date_end": summary.end,
        "killed": killed.best if killed else None,
        "reports": len({m[0] for m in summary.mentions}),
        "sources": summary.reckoning.sources,
        "contradicted": summary.reckoning.contradicted,
        "verdict": ruled.verdict,
        "incident": _to_json.encode(summary).decode(),
    }


def _log(connection: sa.Connection, now: Mapping[str, Sequence[Member]], was: Mapping[int, str], cause: str) -> None:
    """Write down which incidents merged and split, point old ids at what holds their events, drop what is empty.

    `was` says which incident each event was part of before.
    """
    before = set(was.values())
    at = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    rows = []
    for name, group in now.items():
        old = {was[m.key] for m in group if m.key in was}
        if name not in before and old:
            rows += [
                {"at": at, "kind": "split", "incident": name, "other": o, "cause": cause}
                for o in sorted(old)
                if o in now
            ]
    gone = before - now.keys()
    for name in sorted(gone):
        heir = _heir(name, now, was)
        if heir is not None:
            rows.append({"at": at, "kind": "merged", "incident": name, "other": heir, "cause": cause})
            connection.execute(redirects.delete().where(redirects.c.old == name))
            connection.execute(redirects.insert(), {"old": name, "new": heir, "at": at})
            connection.execute(redirects.update().where(redirects.c.new == name).values(new=heir, at=at))
    if rows:
        connection.execute(changes.insert(), rows)
        connection.execute(redirects.delete().where(redirects.c.old.in_(list(now))))
    if gone:
        connection.execute(incidents.delete().where(incidents.c.id.in_(sorted(gone))))


def _heir(name: str, now: Mapping[str, Sequence[Member]], was: Mapping[int, str]) -> str | None:
    """The incident that holds the first event of an old one, or else most of its events."""
    for new, group in now.items():
        if any(incident_id(m.anchor) == name for m in group):
            return new
    shares = {new: sum(was.get(m.key) == name for m in group) for new, group in now.items()}
    best = max(shares, key=lambda new: (shares[new], new), default=None)
    return best if best is not None and shares[best] else None
