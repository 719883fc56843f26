"""Links in the record: what a report tells joins the incidents that are there, inside the transaction that adds it.

A new report looks only into its blocks. The incidents that it may change are resolved anew from what the record keeps of
their events, so that they come out the same whatever the order in which reports arrive: once for all reports of a
transaction, at its end.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import SimpleNamespace
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from marsad.link import compare, crowd, doubt, resolver
from marsad.link import copies as copying
from marsad.link.blocks import Block, is_linkable
from marsad.link.blocks import blocks as blocks_of
from marsad.link.facets import LONGEST_DAYS
from marsad.link.model import EventSketch, ReportSketch
from marsad.link.summary import Ruled, Summary, summarize
from marsad.record import history, judging, looking
from marsad.record.looking import Kin, Ties
from marsad.record.members import Identity, Member, Members, Texts
from marsad.resources import DATA, read_tsv

_to_json = msgspec.json.Encoder()
_MOST_VERDICTS = 50_000


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


class Linker:
    """Links what is added; remembers what it read of the record while nobody else writes."""

    def __init__(self, weights: Mapping[str, float] | None = None) -> None:
        self.weights = weights if weights is not None else load_weights()
        self._members = Members()
        self._texts = Texts()
        self._verdicts: dict[tuple[int, int, str], tuple[float, bool]] = {}
        # The same by anchors, and what crowds came to: as long as nothing is taken out.
        self._scores: dict[tuple[str, str], tuple[float, bool]] = {}
        self._crowds = crowd.Memory()
        # What events that were taken out leave to do: whom to compare anew, and what to resolve anew.
        self._loose: set[int] = set()
        self._tied: set[int] = set()
        # Of the events that are being added: in which blocks they look, which have no rows yet, which report told them
        # and whom they were found to be close to.
        self._looks: dict[int, list[Block]] = {}
        self._rowless: set[int] = set()
        self._waiting: dict[int, str] = {}
        self._fresh: Ties = {}

    # ---- in and out -------------------------------------------------------------------------------------------------

    def add(
        self,
        connection: sa.Connection,
        document: int,
        report: ReportSketch,
        keys: Mapping[str, int],
        heirs: Mapping[str, Identity] | None = None,
    ) -> bool:
        """Compare a report that was just written with what is there, and say whether it is a copy; `finish` links it. `keys`
        are the keys of its events by id, `heirs` the identities that events take over from another reading of the report.
        """
        self._add_copy_facts(connection, document, report)
        kin = self._find_copies(connection, document, report)
        new = []
        for event in report.events:
            key = keys[event.event]
            identity = (heirs or {}).get(event.event, Identity(event.anchor, key))
            new.append(self._make(key, document, identity, event))
        self._put(connection, new)
        self._fresh |= self.compare_near(connection, new, kin)
        self._waiting.update((member.key, report.report) for member in new)
        return "copy" in kin.values()

    def remove(self, connection: sa.Connection, document: int) -> list[Member]:
        """Take a report's reading out of the links; returns its events. `resolve` then does what follows from it."""
        if self._waiting:
            self.finish(connection)
        members = self._members.of_document(connection, document)
        self._forget_scores()
        keys = [m.key for m in members]
        if keys:
            gathered = self._gather(connection, keys, {})
            near = set(gathered.members) - set(keys)
            self._tied |= near
            self._loose |= _loosened(gathered.stored, set(keys))
        signature = copying.signature(looking.shingles_of(connection, document))
        looking.take_out(connection, document, keys, list(copying.bands(signature)))
        self._members.drop(keys)
        self._texts.drop(document)
        self._tied -= set(keys)
        self._loose -= set(keys)
        return members

    def _make(self, key: int, document: int, identity: Identity, event: EventSketch) -> Member:
        sketch = msgspec.structs.replace(event, anchor=identity.anchor)
        text = _to_json.encode(sketch).decode()
        row = {"event": key, "document": document, "anchor": sketch.anchor, "born": identity.born, "sketch": text}
        return Member(SimpleNamespace(**row, incident=None))

    def _put(self, connection: sa.Connection, new: Sequence[Member]) -> None:
        """Put new events where others look for them; rows they get with their incidents, save where what people judged may
        ask for them before."""
        stands = []
        for member in new:
            stood, self._looks[member.key] = blocks_of(member.sketch)
            stands += [(block, member.key) for block in stood]
            self._members.put(member)
        looking.put_in_blocks(connection, stands)
        if judging.has_any(connection):
            looking.put_in_events(connection, [member.row() for member in new])
        else:
            self._rowless |= {member.key for member in new}

    def sweep(self, connection: sa.Connection, names: Collection[str]) -> None:
        """Drop those of these incidents that hold no event any more."""
        looking.drop_incidents(connection, looking.empty_of(connection, names))

    # ---- copies -----------------------------------------------------------------------------------------------------

    def _add_copy_facts(self, connection: sa.Connection, document: int, report: ReportSketch) -> None:
        looking.put_in(connection, document, report.shingles, _to_json.encode(report.facts).decode())

    def _find_copies(self, connection: sa.Connection, document: int, report: ReportSketch) -> Kin:
        """Find and write down which texts that are there a new one is kin to."""
        keys = sorted(set(copying.bands(report.signature)))
        if not keys:
            return {}
        gist = copying.Gist(report)
        near = looking.in_bands(connection, keys, gist.day - copying.WINDOW_DAYS, gist.day + copying.WINDOW_DAYS)
        kin: Kin = {}
        for key, other in self._texts.of(connection, near).items():
            kind = copying.kinship(gist, other)
            if kind:
                kin[min(document, key), max(document, key)] = kind
        looking.put_in_copies(connection, kin, keys, (gist.day, document))
        self._texts.put(document, gist)
        return kin

    # ---- links ------------------------------------------------------------------------------------------------------

    def candidates(self, connection: sa.Connection, key: int) -> list[Member]:
        """Return the events in the blocks of an event, save itself."""
        looks = self._looks.get(key)
        if looks is None:
            _, looks = blocks_of(self.members(connection, [key])[0].sketch)
        if not looks:
            return []
        days = looks[0].first, looks[0].last
        found = looking.in_blocks(connection, [b.key for b in looks], days, LONGEST_DAYS)
        return self.members(connection, [k for k in found if k != key])

    def compare_near(self, connection: sa.Connection, events: Sequence[Member], kin: Kin) -> Ties:
        """Return which events in their blocks the machine holds for one incident with these, and how surely; `kin` says to
        which reports theirs are kin.
        """
        found: Ties = {}
        for own in events:
            for other in self.candidates(connection, own.key):
                score = self.tie(own, other, kin)
                if score > 0:
                    found[min(own.key, other.key), max(own.key, other.key)] = score
        return found

    def tie(self, a: Member, b: Member, kin: Kin) -> float:
        """Return the log-odds that two events are one incident where they are more likely one than two, else 0."""
        if compare.is_hopeless(a.facets, b.facets, self.weights, _texts_of(a, b, kin)):
            return 0.0
        score, cannot = self.weigh(a, b, kin)
        return round(score, 6) if score > 0 and not cannot else 0.0

    def compare(self, a: Member, b: Member, kin: Kin) -> compare.Verdict:
        """Return the machine's judgement of two events, with reasons; `kin` says which reports are copies."""
        first, second = (a, b) if a.anchor <= b.anchor else (b, a)
        return compare.compare(first.sketch, second.sketch, self.weights, texts=_texts_of(a, b, kin))

    def weigh(self, a: Member, b: Member, kin: Kin) -> tuple[float, bool]:
        """Return the log-odds that two events are one incident, and whether they cannot be; remembered."""
        texts = _texts_of(a, b, kin)
        first, second = (a, b) if a.anchor <= b.anchor else (b, a)
        name = (first.stamp, second.stamp, texts)
        known = self._verdicts.get(name)
        if known is None:
            known = compare.weigh(first.facets, second.facets, self.weights, texts)
            if len(self._verdicts) >= _MOST_VERDICTS:
                self._verdicts.clear()
            self._verdicts[name] = known
        return known

    # ---- incidents --------------------------------------------------------------------------------------------------

    def resolve(self, connection: sa.Connection, causes: Mapping[int, str]) -> None:
        """Resolve anew every incident that these events may belong to; `causes` says for each event why, for the log."""
        self._waiting.update(causes)
        self.finish(connection)

    def finish(self, connection: sa.Connection) -> None:
        """Link what was added and taken out since the last time: resolve anew every incident that may be another now, and
        write what changed. Before a transaction ends, or anything in it looks at incidents.
        """
        if not self._waiting and not self._tied and not self._loose:
            return
        causes, ties = self._waiting, self._fresh
        wanted = {*causes, *self._tied}
        loose = self.members(connection, sorted(self._loose))
        if loose:
            kin = looking.kin_of(connection, {member.document for member in loose})
            ties |= self.compare_near(connection, loose, kin)
        self._waiting, self._fresh, self._tied, self._loose = {}, {}, set(), set()
        gathered = self._gather(connection, wanted, ties)
        every = {m.anchor: m for m in gathered.members.values() if m.incident or is_linkable(m.sketch)}
        kept = _slim(gathered)
        looking.change_links(connection, gathered.stored, dict(kept.values()))
        kin = looking.kin_of(connection, {m.document for m in every.values()})
        groups = self.incidents_of(every, {pair: score for pair, (_, score) in kept.items()}, gathered.rulings, kin)
        self.save(connection, _changed(groups, wanted), kin, (gathered.rulings, causes))
        looking.put_in_events(connection, [m.row() for m in self.members(connection, sorted(self._rowless))])
        self._looks, self._rowless = {}, set()

    def incidents_of(
        self,
        every: Mapping[str, Member],
        ties: Mapping[resolver.Pair, float],
        rulings: judging.Rulings,
        kin: Kin,
    ) -> list[list[Member]]:
        """Return the incidents that these events (by anchor) make, given their links and what people judged of them."""
        settled = resolver.settle([r for r in rulings.pairs if r.left in every and r.right in every])
        sketched = {anchor: member.sketch for anchor, member in every.items()}

        self._crowds.shrink()
        scores = self._scores
        if len(scores) > _MOST_VERDICTS:
            scores.clear()

        def score(a: str, b: str) -> tuple[float, bool]:
            known = scores.get((a, b))
            if known is None:
                known = scores[a, b] = self.weigh(every[a], every[b], kin)
            return known

        return [
            [every[anchor] for anchor in group]
            for component in resolver.components(every, ties, settled[0])
            for group in crowd.resolve(component, sketched, settled, score, self._crowds)
        ]

    def _gather(self, connection: sa.Connection, keys: Iterable[int], fresh: Ties) -> _Gathered:
        """Everything that links or people's judgements tie to these events, and links that were just found among them."""
        stored = looking.links_of(connection, {k for pair in fresh for k in pair})
        counted = _may_count(fresh, stored)
        seen: dict[int, Member] = {}
        pulled: set[str] = set()
        rulings = judging.Rulings()
        has_rulings = judging.has_any(connection)
        frontier = {*keys, *(k for pair in counted for k in pair)}
        while frontier:
            members = self.members(connection, sorted(frontier))
            seen.update((m.key, m) for m in members)
            found = looking.links_of(connection, frontier)
            stored.update(found)
            reached = {k for pair in found for k in pair}
            names = {m.incident for m in members if m.incident} - pulled
            reached |= looking.events_of(connection, names)
            pulled |= names
            if has_rulings:
                rulings = rulings.merged(judging.load(connection, {m.sketch.report for m in members}))
                reached |= looking.anchored(connection, {a for r in rulings.pairs if r.same for a in (r.left, r.right)})
            frontier = reached - seen.keys()
        inside = {pair: score for pair, score in stored.items() if pair[0] in seen}
        return _Gathered(seen, inside, {**inside, **counted}, rulings)

    def save(
        self,
        connection: sa.Connection,
        groups: Sequence[Sequence[Member]],
        kin: Kin,
        because: tuple[judging.Rulings, Mapping[int, str]],
    ) -> None:
        """Write these incidents, each given as its events, what is told of them and what became of earlier ones."""
        rulings, causes = because
        now = {history.incident_id(min(group, key=lambda m: m.born).anchor): group for group in groups}
        was = {m.key: m.incident for group in groups for m in group if m.incident}
        there = looking.existing(connection, {*now, *was.values()})
        alike: dict[int, list[int]] = {}
        for (a, b), kind in kin.items():
            if kind == "copy":
                alike.setdefault(a, []).append(b)
        rows = [_row(name, group, alike, rulings) for name, group in now.items()]
        looking.write_incidents(connection, rows, there)
        moved = [(m, name) for name, g in now.items() for m in g if m.incident != name]
        looking.move(connection, [(m.key, name) for m, name in moved if m.key not in self._rowless])
        for member, name in moved:
            member.incident = name
        history.log(connection, now, {k: i for k, i in was.items() if i in there}, causes)

    # ---- what is remembered -----------------------------------------------------------------------------------------

    def members(self, connection: sa.Connection, keys: Sequence[int]) -> list[Member]:
        """Return these events, in the order of their keys."""
        return self._members.of(connection, keys)

    def forget(self) -> None:
        """Forget what was remembered: another program may have written, or what was written is taken back."""
        self._members.forget()
        self._texts.forget()
        self._forget_scores()
        self._loose, self._tied = set(), set()
        self._looks, self._rowless = {}, set()
        self._waiting, self._fresh = {}, {}

    def shrink(self) -> None:
        """Remember no more than there is room for; between transactions."""
        self._members.shrink()
        self._texts.shrink()

    def _forget_scores(self) -> None:
        self._scores.clear()
        self._crowds.forget()


def _texts_of(a: Member, b: Member, kin: Kin) -> str:
    """How the reports of two events are related by their texts."""
    return kin.get((a.document, b.document) if a.document < b.document else (b.document, a.document), "")


class _Gathered(NamedTuple):
    """Events by key, the links that the record holds between them, these and the new ones that count, and judgements."""

    members: dict[int, Member]
    stored: Ties
    ties: Ties
    rulings: judging.Rulings


def _may_count(fresh: Ties, stored: Ties) -> Ties:
    """Those of the links just found that may tie a component, given all links of their ends; `slim` decides."""
    best: dict[int, float] = {}
    for ties in (stored, fresh):
        for pair, score in ties.items():
            for key in pair:
                best[key] = max(best.get(key, 0.0), min(score, resolver.SURE))
    found = {}
    for (a, b), score in fresh.items():
        least = min(best[a], best[b], max(best[a], best[b]) - resolver.CLOSE)
        if min(score, resolver.SURE) >= least:
            found[a, b] = score
    return found


def _slim(gathered: _Gathered) -> dict[resolver.Pair, tuple[tuple[int, int], float]]:
    """The links to keep, by the anchors of their ends, with the keys."""
    pairs = {resolver.pair(*(gathered.members[key].anchor for key in keys)): keys for keys in gathered.ties}
    kept = resolver.slim({pair: gathered.ties[keys] for pair, keys in pairs.items()})
    return {pair: (pairs[pair], score) for pair, score in kept.items()}


def _loosened(ties: Ties, gone: Collection[int]) -> set[int]:
    """Which events may have links to each other that were not kept for what is gone.

    Those are its neighbours, and of each tree of strong links that it held together all but the largest piece.
    """
    found: set[int] = set()
    before, after = resolver.Groups(), resolver.Groups()
    inside: set[int] = set()
    for pair, score in ties.items():
        inside.update(pair)
        names = [f"{key:020}" for key in pair]
        if not set(pair).isdisjoint(gone):
            found.update(pair)
        elif score >= resolver.STRONG:
            after.join(*names)
        if score >= resolver.STRONG:
            before.join(*names)
    trees: dict[str, dict[str, list[int]]] = {}
    for key in sorted(inside.difference(gone)):
        name = f"{key:020}"
        trees.setdefault(before.find(name), {}).setdefault(after.find(name), []).append(key)
    for pieces in trees.values():
        largest = max(pieces.values(), key=len)
        found.update(key for piece in pieces.values() if piece is not largest for key in piece)
    return found.difference(gone)


def _changed(groups: Sequence[Sequence[Member]], wanted: Collection[int]) -> list[Sequence[Member]]:
    """The groups that are not just what an incident held before, and those with an event that was asked for."""
    held: dict[str | None, set[int]] = {}
    for group in groups:
        for member in group:
            held.setdefault(member.incident, set()).add(member.key)
    return [
        group
        for group in groups
        if not {m.key for m in group}.isdisjoint(wanted)
        or any(m.incident is None for m in group)
        or {m.key for m in group} != held[group[0].incident]
    ]


def _row(
    name: str, group: Sequence[Member], alike: Mapping[int, Sequence[int]], rulings: judging.Rulings
) -> dict[str, object]:
    by_key = {m.document: m.sketch.report for m in group}
    pairs = [(by_key[a], by_key[b]) for a in by_key for b in alike.get(a, ()) if b in by_key]
    copied = {r: g[0] for g in copying.groups(pairs) for r in g}
    ruled = rulings.of([m.sketch.anchor for m in group])
    summary = summarize([m.sketch for m in group], copied, ruled)
    return _columns(name, summary, ruled)


def _columns(name: str, summary: Summary, ruled: Ruled) -> dict[str, object]:
    killed = summary.reckoning.figures.get("killed")
    where = summary.places[0] if summary.places else None
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
        "country": where.country if where else None,
        "lat": where.lat if where else None,
        "lon": where.lon if where else None,
        "level": where.level if where else None,
        "harmed": doubt.harmed(summary),
        "priority": doubt.priority(summary),
        "modes": " ".join(summary.modes) or None,
        "incident": _to_json.encode(summary).decode(),
    }
