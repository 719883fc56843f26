"""The log of what happened to incidents: which merged and which split, and where old ids lead."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from marsad.record import looking
from marsad.record.members import Member
from marsad.record.schema import changes, redirects
from marsad.record.statements import Statement, inserting

_FORGET = Statement(redirects.delete().where(redirects.c.old == sa.bindparam("name")))
_REDIRECT = inserting(redirects)
_TURN = Statement(
    redirects.update()
    .where(redirects.c.new == sa.bindparam("name"))
    .values(new=sa.bindparam("heir"), at=sa.bindparam("moment"))
)


def incident_id(anchor: str) -> str:
    """Return the id of the incident whose first event has this anchor."""
    return "i-" + hashlib.sha256(anchor.encode()).hexdigest()[:12]


def log(
    connection: sa.Connection,
    now: Mapping[str, Sequence[Member]],
    was: Mapping[int, str],
    causes: Mapping[int, str],
) -> None:
    """Write down which incidents merged and split, point old ids at what holds their events, drop what is empty.

    `was` says which incident each event was part of before, `causes` for which events all was looked at, and why: an
    incident changed for the last of its own, or the last of all.
    """
    before = set(was.values())
    latest = causes[max(causes)] if causes else ""
    cause = {
        name: causes[max(own)] if (own := causes.keys() & {m.key for m in g}) else latest for name, g in now.items()
    }
    at = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    rows = []
    for name, group in now.items():
        old = {was[m.key] for m in group if m.key in was}
        if name not in before and old:
            rows += [
                {"at": at, "kind": "split", "incident": name, "other": o, "cause": cause[name]}
                for o in sorted(old)
                if o in now
            ]
    gone = before - now.keys()
    first = {incident_id(m.anchor): name for name, group in now.items() for m in group} if gone else {}
    for name in sorted(gone):
        heir = first.get(name) or _heir(name, now, was)
        if heir is not None:
            rows.append({"at": at, "kind": "merged", "incident": name, "other": heir, "cause": cause[heir]})
            _FORGET.many(connection, [{"name": name}])
            _REDIRECT.many(connection, [{"old": name, "new": heir, "at": at}])
            _TURN.many(connection, [{"name": name, "heir": heir, "moment": at}])
    if rows:
        connection.execute(changes.insert(), rows)
        _FORGET.many(connection, [{"name": name} for name in sorted(now)])
    if gone:
        looking.drop_incidents(connection, gone)


def _heir(name: str, now: Mapping[str, Sequence[Member]], was: Mapping[int, str]) -> str | None:
    """The incident that holds most of the events of an old one whose first event is gone."""
    shares = {new: sum(was.get(m.key) == name for m in group) for new, group in now.items()}
    best = max(shares, key=lambda new: (shares[new], new), default=None)
    return best if best is not None and shares[best] else None
