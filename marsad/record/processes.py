"""Reads the steps of negotiations out of the record, in order: who met, called, proposed, accepted, refused, about what.

A step is an incident, so that many reports tell it once. Plans ("will meet") are no incidents and no steps.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from marsad.actors import Party
from marsad.link import talks
from marsad.link.model import EventSketch
from marsad.link.summary import Summary
from marsad.link.talks import About, Step, Who
from marsad.model import Participant
from marsad.record.schema import documents, events, incidents, sketches

_summary = msgspec.json.Decoder(Summary)
_sketch = msgspec.json.Decoder(EventSketch)


class _Roles(msgspec.Struct):
    """The participants of an event, without all else that it holds."""

    actor: tuple[Participant, ...] = ()
    recipient: tuple[Participant, ...] = ()


_roles = msgspec.json.Decoder(_Roles)


class Wanted(NamedTuple):
    """Which steps: all these parties take part, about one of these topics, of one of these kinds, from and to which day."""

    parties: tuple[Party, ...] = ()
    topics: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None


def list_steps(connection: sa.Connection, wanted: Wanted) -> list[Step]:
    """Return the steps that pass, the earliest first; one without a day of its own stands on that of its first report."""
    found = [step for rows in _incidents(connection, wanted) if (step := _step(rows)) and _passes(step, wanted)]
    return sorted(found, key=lambda s: (s.day is None, s.day or "", s.first_told or "", s.id))


def _incidents(connection: sa.Connection, wanted: Wanted) -> Iterator[list[Any]]:
    select = (
        sa.select(incidents, sketches.c.sketch, events.c.event, documents.c.published)
        .join(sketches, sketches.c.incident == incidents.c.id)
        .join(events, events.c.key == sketches.c.event)
        .join(documents, documents.c.key == sketches.c.document)
        .where(incidents.c.type.in_(talks.TYPES))
        .where(incidents.c.verdict.is_(None) | (incidents.c.verdict != "rejected"))
        .order_by(incidents.c.id, documents.c.published, sketches.c.anchor)
    )
    if wanted.since:
        select = select.where(incidents.c.date_end.is_(None) | (incidents.c.date_end >= wanted.since))
    if wanted.until:
        select = select.where(incidents.c.date_start.is_(None) | (incidents.c.date_start <= wanted.until))
    rows = connection.execute(select.execution_options(yield_per=200))
    yield from (list(group) for _, group in groupby(rows, key=lambda row: row.id))


def _step(rows: Sequence[Any]) -> Step | None:
    row = rows[0]
    summary = _summary.decode(row.incident)
    about = list(_about([_sketch.decode(r.sketch) for r in rows]))
    topics = tuple(dict.fromkeys([a.topic for a in about] or talks.topics_by_mode(row.type, summary.modes)))
    kind = talks.step_kind(row.type, summary.modes, topics)
    if kind is None:
        return None
    roles = [_roles.decode(r.event) for r in rows]
    who = _named(p for r in roles for p in r.actor)
    whom = tuple(p for p in _named(p for r in roles for p in r.recipient) if p not in who)
    if row.type != "CONSULT" and not topics and len({w.side for w in (*who, *whom) if w.name}) < 2:
        return None  # a demand to the public is no step between parties
    told = min((r.published for r in rows if r.published), default=None)
    return Step(
        id=row.id,
        step=kind,
        type=row.type,
        modes=summary.modes,
        day=row.date_start or (told[:10] if told else None),
        until=row.date_end,
        by_report=row.date_start is None,
        first_told=told,
        denied="negated" in summary.statuses,
        only_denied=set(summary.statuses) == {"negated"},
        who=who,
        with_whom=whom,
        topics=topics,
        about=tuple(about),
        places=summary.places,
        mentions=summary.mentions,
        reports=row.reports,
        sources=row.sources,
    )


def _about(told: Iterable[EventSketch]) -> Iterator[About]:
    """The words that say what it is about, of the topic that most reports give first."""
    every = [About(topic=t, report=s.report, start=start, end=end) for s in told for t, start, end in s.topics]
    votes = Counter(topic for topic, _ in {(a.topic, a.report) for a in every})
    yield from sorted(every, key=lambda a: (-votes[a.topic], a.topic, a.report, a.start))


def _named(parties: Iterable[Participant]) -> tuple[Who, ...]:
    """Whom the reports name, those that most name first; who has no name only where nobody has one."""
    votes: Counter[str] = Counter()
    known: dict[str, Who] = {}
    for p in parties:
        key = p.id or p.name or p.span.text
        votes[key] += 1
        known.setdefault(key, Who(id=p.id, name=p.name, country=p.country, sector=p.sector, words=p.span.text))
    ordered = sorted(known, key=lambda key: (-votes[key], key))
    return tuple([known[k] for k in ordered if known[k].name] or [known[k] for k in ordered])


def _passes(step: Step, wanted: Wanted) -> bool:
    if not all(any(party.rank((w.id, w.name, w.country), w.words) for w in step.parties) for party in wanted.parties):
        return False
    if wanted.topics and not set(wanted.topics) & set(step.topics):
        return False
    if wanted.kinds and step.step not in wanted.kinds:
        return False
    if (wanted.since or wanted.until) and step.day is None:
        return False
    last = step.until or step.day or ""
    return (wanted.since or "") <= last and (step.day or "") <= (wanted.until or "9999")


def overview(steps: Iterable[Step]) -> list[talks.Process]:
    """Return the steps gathered by each two parties and what they are about, those with most steps first."""
    held: dict[tuple[str, str, str], list[Step]] = defaultdict(list)
    for step in steps:
        names = sorted({w.side for w in step.parties if w.side})
        for i, one in enumerate(names):
            for other in names[i + 1 :]:
                for topic in step.topics or ("",):
                    held[one, other, topic].append(step)
    found = [
        talks.Process(
            parties=key[:2],
            topic=key[2] or None,
            steps=tuple(s.id for s in own),
            kinds=dict(Counter(s.step for s in own)),
            first=own[0].day,
            last=own[-1].day,
            latest=own[-1].step,
        )
        for key, own in held.items()
    ]
    return sorted(found, key=lambda p: (-len(p.steps), p.parties, p.topic or ""))
