"""What a publication policy would do: a sample of the record as it stands, and as the policy would show it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import sqlalchemy as sa

from marsad.link.summary import Where
from marsad.model import Place
from marsad.publication.items import Happening, Item, Telling
from marsad.publication.policy import Policy
from marsad.publishing import View
from marsad.record import Filters, Record, leaving
from marsad.record.schema import events, incidents

LATEST, ANY = 60, 40
"""So many incidents are looked at because they are the latest, so many of any age; and as many events as both together."""


class Change(msgspec.Struct, frozen=True):
    """A field before and after: names of parties, sources and publishers, places, or for other fields what was there."""

    field: str
    before: tuple[Any, ...]
    after: tuple[Any, ...]


class Tried(msgspec.Struct, frozen=True):
    """An item as the record has it, why nothing of it would be shown (None: something would), and what would differ."""

    item: Item
    why: str | None
    changes: tuple[Change, ...]


class Trial(msgspec.Struct, frozen=True):
    """What became of a sample: the items, how many were held back for which reason, and how many differ in which field."""

    tried: tuple[Tried, ...]
    held: Mapping[str, int]
    changed: Mapping[str, int]

    @property
    def whole(self) -> int:
        """How many would be shown as they stand."""
        return sum(1 for one in self.tried if one.why is None and not one.changes)


def try_policy(record: Record, policy: Policy) -> dict[str, Trial]:
    """Return what a policy would do today to incidents and to events of a record, by these words."""
    before, after = View(record), View(record, policy)
    return {
        "incidents": _trial(after, _incidents(record, before, after)),
        "events": _trial(after, _events(record, before, after)),
    }


Pairs = Iterator[tuple[Item, Item | None]]


def _incidents(record: Record, before: View, after: View) -> Pairs:
    newest = [item.id for _, item in before.happenings(Filters(limit=LATEST))]
    # Ids are hashes, so that their order is one of chance.
    others = sa.select(incidents.c.id).where(incidents.c.id.not_in(newest)).order_by(incidents.c.id).limit(ANY)
    names = [*newest, *record.look(lambda connection: connection.scalars(others).all())]
    only = leaving.among(names)
    shown = {item.id: item for _, item in after.happenings(Filters(), only=only)}
    found = {item.id: item for _, item in before.happenings(Filters(), only=only)}
    yield from ((found[name], shown.get(name)) for name in names if name in found)


def _events(record: Record, before: View, after: View) -> Pairs:
    newest = record.look(lambda connection: connection.scalar(sa.select(sa.func.max(events.c.key)))) or 0
    start = max(0, newest - LATEST - ANY)
    shown = dict(after.tellings(Filters(), after=start))
    yield from ((item, shown.get(key)) for key, item in before.tellings(Filters(), after=start))


def _trial(after: View, pairs: Pairs) -> Trial:
    held, changed, tried = Counter[str](), Counter[str](), []
    for item, shown in pairs:
        if shown is None:
            # Of what is left of an incident without some publishers the policy may still say that it is too young.
            why = after.why_withheld(item) or "publisher"
            held[why] += 1
            tried.append(Tried(item, why, ()))
            continue
        now, then = _values(item), _values(shown)
        changes = tuple(Change(name, now[name], then[name]) for name in now if set(now[name]) != set(then[name]))
        changed.update(change.field for change in changes)
        tried.append(Tried(item, None, changes))
    return Trial(tuple(tried), dict(held.most_common()), dict(changed.most_common()))


def _values(item: Item) -> dict[str, tuple[Any, ...]]:
    """What an item says, field by field, without the words that it stands on."""
    return _of_telling(item) if isinstance(item, Telling) else _of_happening(item)


def _of_telling(item: Telling) -> dict[str, tuple[Any, ...]]:
    event, document = item.event, item.document
    return {
        "actor": tuple(p.name or p.country or "" for p in event.actor),
        "recipient": tuple(p.name or p.country or "" for p in event.recipient),
        "places": tuple(dict.fromkeys(_where(p) for p in event.places)),
        "source": tuple(a.name or "" for a in event.source),
        "publisher": (document.publisher,) if document.publisher else (),
        "date": (event.date.start, event.date.end) if event.date else (),
        "modes": event.modes,
        "weapons": tuple(w.kind for w in event.weapons),
        "casualties": tuple(c.outcome for c in event.casualties),
        "damage": tuple(d.object for d in event.damage),
        "money": (event.money.currency,) if event.money else (),
    }


def _of_happening(item: Happening) -> dict[str, tuple[Any, ...]]:
    summary = item.summary
    return {
        "actor": summary.actors,
        "places": tuple(dict.fromkeys(summary.places)),
        "source": tuple(dict.fromkeys(t.source or "" for t in summary.reckoning.totals)),
        "date": (summary.start, summary.end) if summary.start else (),
        "modes": summary.modes,
        "casualties": tuple(summary.reckoning.figures),
    }


def _where(place: Place) -> Where:
    return Where(name=place.name, country=place.country, lat=place.lat, lon=place.lon, id=place.id, level=place.level)
