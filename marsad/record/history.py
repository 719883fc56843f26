"""The log of what happened to incidents: which merged and which split, and where old ids lead."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from marsad.record import looking
from marsad.record.members import Member
from marsad.record.schema import changes, redirects


def incident_id(anchor: str) -> str:
    """Return the id of the incident whose first event has this anchor."""
    return "i-" + hashlib.sha256(anchor.encode()).hexdigest()[:12]


def log(connection: sa.Connection, now: Mapping[str, Sequence[Member]], was: Mapping[int, str], cause: str) -> None:
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
    first = {incident_id(m.anchor): name for name, group in now.items() for m in group} if gone else {}
    for name in sorted(gone):
        heir = first.get(name) or _heir(name, now, was)
        if heir is not None:
            rows.append({"at": at, "kind": "merged", "incident": name, "other": heir, "cause": cause})
            connection.execute(redirects.delete().where(redirects.c.old == name))
            connection.execute(redirects.insert(), {"old": name, "new": heir, "at": at})
            connection.execute(redirects.update().where(redirects.c.new == name).values(new=heir, at=at))
    if rows:
        connection.execute(changes.insert(), rows)
        connection.execute(redirects.delete().where(redirects.c.old.in_(list(now))))
    if gone:
        looking.drop_incidents(connection, gone)


def _heir(name: str, now: Mapping[str, Sequence[Member]], was: Mapping[int, str]) -> str | None:
    """The incident that holds most of the events of an old one whose first event is gone."""
    shares = {new: sum(was.get(m.key) == name for m in group) for new, group in now.items()}
    best = max(shares, key=lambda new: (shares[new], new), default=None)
    return best if best is not None and shares[best] else None
