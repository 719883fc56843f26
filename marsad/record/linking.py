"""Links in the record: what a report tells joins the incidents that are there, inside the transaction that adds it.

A new report looks only into its blocks. The incidents that it may change are resolved anew from what the record keeps of
their events, so that they come out the same whatever the order in which reports arrive.
"""

from __future__ import annotations

import datetime
import functools
import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from marsad.link import compare, resolver
from marsad.link import copies as copying
from marsad.link.model import EventSketch, ReportSketch
from marsad.link.summary import Ruled, Summary, summarize
from marsad.record import judging
from marsad.record.schema import (
    blocks,
    changes,
    copies,
    copy_bands,
    documents,
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
_MOST_VALUES = 900  # in one query; SQLite's older limit is 999
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


Kin = dict[tuple[int, int], str]
"""How reports are related by their texts: `copy` or `template`, by the keys of the two, the smaller first."""


class Identity(NamedTuple):
    """By what an event is known through every re-reading, and when it first arrived."""

    anchor: str
    born: int


class Member(NamedTuple):
    """An event with what the record knows of it."""

    key: int
    document: int
    born: int
    incident: str | None
    sketch: EventSketch
    stamp: int


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
        for key in new:
            self._link(connection, key)
        self.resolve(connection, new, report.report)

    def remove(self, connection: sa.Connection, document: int) -> tuple[list[Member], set[int]]:
        """Take a report's reading out of the links. Returns its events, and what must be resolved anew without them."""
        members = self._load_where(connection, sketches.c.document == document)
        keys = [m.key for m in members]
        near: set[int] = set()
        for some in _portions(keys):
            found = connection.execute(
                sa.select(links.c.left, links.c.right).where(links.c.left.in_(some) | links.c.right.in_(some))
            )
            near |= {k for row in found for k in row}
        held = [m.incident for m in members if m.incident]
        for some in _portions(held):
            near |= set(connection.scalars(sa.select(sketches.c.event).where(sketches.c.incident.in_(some))))
        for some in _portions(keys):
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
        self._remember(Member(key, document, born, None, sketch, hash(text)))

    def sweep(self, connection: sa.Connection, names: Collection[str]) -> None:
        """Drop those of these incidents that hold no event any more."""
        for some in _portions(sorted(names)):
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
        near = copy_bands.c.day.between(day - copying.WINDOW_DAYS, day + copying.WINDOW_DAYS)
        found = sa.select(copy_bands.c.document).where(copy_bands.c.band.in_(keys), near).distinct()
        head = (documents.c.published, documents.c.publisher, documents.c.id)
        select = (
            sa.select(report_sketches, *head)
            .join(documents, documents.c.key == report_sketches.c.document)
            .where(report_sketches.c.document.in_(found))
        )
        pairs = []
        for row in connection.execute(select):
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
        first, last = looks[0].first, looks[0].last
        select = (
            sa.select(blocks.c.event)
            .where(blocks.c.block.in_([b.key for b in looks]))
            .where(blocks.c.first.between(first - compare.LONGEST_DAYS, last), blocks.c.last >= first)
            .distinct()
        )
        return self.members(connection, [k for k in connection.scalars(select) if k != key])

    def _link(self, connection: sa.Connection, key: int) -> None:
        own = self.members(connection, [key])[0]
        rows = []
        found = self.candidates(connection, key)
        kin = self.copies_of(connection, [own.document])
        for other in found:
            if other.sketch.type != own.sketch.type:
                continue
            verdict = self.compare(own, other, kin)
            if verdict.score > 0 and not verdict.cannot:
                left, right = sorted((own.key, other.key))
                rows.append({"left": left, "right": right, "score": round(verdict.score, 6)})
        if rows:
            known = sa.select(links.c.left, links.c.right).where((links.c.left == key) | (links.c.right == key))
            there = {tuple(row) for row in connection.execute(known)}
            rows = [r for r in rows if (r["left"], r["right"]) not in there]
        if rows:
            connection.execute(links.insert(), rows)

    def compare(self, a: Member, b: Member, kin: Kin) -> compare.Verdict:
        """Return the machine's judgement of two events; `kin` says which reports are copies."""
        texts = kin.get((min(a.document, b.document), max(a.document, b.document)), "")
        first, second = (a, b) if a.sketch.anchor <= b.sketch.anchor else (b, a)
        name = (first.stamp, second.stamp, texts)
        verdict = self._verdicts.get(name)
        if verdict is None:
            verdict = compare.compare(first.sketch, second.sketch, self._weights, texts=texts)
            if len(self._verdicts) >= _MOST_VERDICTS:
                self._verdicts.clear()
            self._verdicts[name] = verdict
        return verdict

    def copies_of(self, connection: sa.Connection, reports: Collection[int]) -> Kin:
        """Return the pairs of copies and of template reports that these reports are part of, by their keys."""
        found: Kin = {}
        for some in _portions(sorted(reports)):
            select = sa.select(copies).where(copies.c.document.in_(some) | copies.c.other.in_(some))
            found |= {(row.document, row.other): row.kind for row in connection.execute(select)}
        return found

    # ---- incidents --------------------------------------------------------------------------------------------------

    def resolve(self, connection: sa.Connection, keys: Iterable[int], cause: str) -> None:
        """Resolve anew every incident that these events may belong to, and write what changed; `cause` is for the log."""
        gathered = self._gather(connection, keys)
        members = {m.sketch.anchor: m for m in gathered.members if compare.is_linkable(m.sketch)}
        if not members:
            return
        kin = self.copies_of(connection, {m.document for m in members.values()})
        rulings = [r for r in gathered.rulings.pairs if r.left in members and r.right in members]
        together, apart = resolver.settle(rulings)
        scores: dict[tuple[str, str], tuple[float, bool]] = {}

        def score(a: str, b: str) -> tuple[float, bool]:
            pair = resolver.pair(a, b)
            if pair not in scores:
                verdict = self.compare(members[a], members[b], kin)
                scores[pair] = verdict.score, verdict.cannot
            return scores[pair]

        groups = self._groups(members, gathered.links, (together, apart), score)
        self._save(connection, [[members[a] for a in group] for group in groups], kin, (gathered.rulings, cause))

    def _groups(
        self,
        members: Mapping[str, Member],
        tied: Mapping[tuple[str, str], float],
        settled: tuple[list[tuple[str, str]], set[tuple[str, str]]],
        score: resolver.Score,
    ) -> list[list[str]]:
        """The incidents that these events make."""
        together, apart = settled
        groups = []
        for component in resolver.components(members, tied, together):
            alike = _alike([members[a] for a in component]) if len(component) > _CROWD else {}
            heads = [a for a in component if alike.get(a, a) == a]
            ruled = [resolver.pair(alike.get(a, a), alike.get(b, b)) for a, b in together]
            parted = {resolver.pair(alike.get(a, a), alike.get(b, b)) for a, b in apart}
            for group in resolver.resolve(heads, score, [p for p in ruled if p[0] != p[1]], parted):
                inside = set(group)
                groups.append(sorted(a for a in component if alike.get(a, a) in inside))
        return groups

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
            reached: set[int] = set()
            for some in _portions(frontier):
                select = sa.select(links).where(links.c.left.in_(some) | links.c.right.in_(some))
                for row in connection.execute(select):
                    pairs[row.left, row.right] = row.score
                    reached |= {row.left, row.right}
            if has_rulings:
                reports = {seen[k].sketch.report for k in frontier}
                rulings = rulings.merged(judging.load(connection, reports))
                anchors = {a for r in rulings.pairs if r.same for a in (r.left, r.right)}
                for some_anchors in _portions(sorted(anchors)):
                    wanted = sketches.c.anchor.in_(some_anchors)
                    reached |= set(connection.scalars(sa.select(sketches.c.event).where(wanted)))
            held = {m.incident for k in frontier if (m := seen[k]).incident}
            for some_ids in _portions(sorted(i for i in held if i)):
                wanted = sketches.c.incident.in_(some_ids)
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
            now[incident_id(min(group, key=lambda m: m.born).sketch.anchor)] = group
        before = {m.incident for group in groups for m in group if m.incident}
        there = _existing(connection, [*now, *before])
        for name, group in now.items():
            row = _row(name, group, kin, rulings)
            if name in there:
                connection.execute(incidents.update().where(incidents.c.id == name).values(**row))
            else:
                connection.execute(incidents.insert(), row)
            moved = [m.key for m in group if m.incident != name]
            for some in _portions(moved):
                connection.execute(sketches.update().where(sketches.c.event.in_(some)).values(incident=name))
            for member in group:
                self._remember(member._replace(incident=name))
        _log(connection, now, {i for i in before if i in there}, cause)

    # ---- what is remembered -----------------------------------------------------------------------------------------

    def members(self, connection: sa.Connection, keys: Sequence[int]) -> list[Member]:
        """Return these events, in the order of their keys."""
        missing = [k for k in keys if k not in self._members]
        found = {k: self._members[k] for k in keys if k in self._members}
        for some in _portions(missing):
            for member in self._load_where(connection, sketches.c.event.in_(some)):
                found[member.key] = member
                self._remember(member)
        return [found[k] for k in sorted(found)]

    def forget(self) -> None:
        """Forget what was remembered: a transaction begins, and another program may have written before it."""
        self._members.clear()

    def _load_where(self, connection: sa.Connection, condition: sa.ColumnElement[bool]) -> list[Member]:
        select = sa.select(sketches).where(condition).order_by(sketches.c.event)
        return [
            Member(row.event, row.document, row.born, row.incident, _sketch.decode(row.sketch), hash(row.sketch))
            for row in connection.execute(select)
        ]

    def _remember(self, member: Member) -> None:
        self._members[member.key] = member


class _Gathered(NamedTuple):
    members: list[Member]
    links: dict[tuple[str, str], float]
    rulings: judging.Rulings


def _alike(members: Sequence[Member]) -> dict[str, str]:
    """For each event the first of another report, if any, that tells just the same; nobody need compare both."""
    first: dict[tuple[object, int], str] = {}
    count: dict[tuple[object, str], int] = {}
    found = {}
    for member in sorted(members, key=lambda m: m.sketch.anchor):
        s = member.sketch
        totals = tuple((t.field, t.count) for t in s.tolls)
        told = (s.type, s.modes, s.status, s.start, s.end, s.told, s.spots, s.parties, s.weapons, s.objects, s.words)
        essence = (told, s.actors, s.marks, totals, (s.published or "")[:10])
        turn = count[essence, s.report] = count.get((essence, s.report), 0) + 1
        found[s.anchor] = first.setdefault((essence, turn), s.anchor)
    return found


def _portions(values: Sequence[int] | Sequence[str]) -> Iterable[list[int | str]]:
    for start in range(0, len(values), _MOST_VALUES):
        yield list(values[start : start + _MOST_VALUES])


def _existing(connection: sa.Connection, names: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for some in _portions(sorted(set(names))):
        found |= set(connection.scalars(sa.select(incidents.c.id).where(incidents.c.id.in_(some))))
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


def _log(connection: sa.Connection, now: Mapping[str, Sequence[Member]], before: set[str], cause: str) -> None:
    """Write down which incidents merged and split, point old ids at what holds their events, drop what is empty."""
    at = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    rows = []
    for name, group in now.items():
        old = {m.incident for m in group if m.incident}
        if name not in before and old:
            rows += [
                {"at": at, "kind": "split", "incident": name, "other": o, "cause": cause}
                for o in sorted(old)
                if o in now
            ]
    gone = before - now.keys()
    for name in sorted(gone):
        heir = _heir(name, now)
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


def _heir(name: str, now: Mapping[str, Sequence[Member]]) -> str | None:
    """The incident that holds the first event of an old one, or else most of its events."""
    for new, group in now.items():
        if any(incident_id(m.sketch.anchor) == name for m in group):
            return new
    shares = {new: sum(m.incident == name for m in group) for new, group in now.items()}
    best = max(shares, key=lambda new: (shares[new], new), default=None)
    return best if best is not None and shares[best] else None
