"""Webhooks in the record: who is told of incidents, up to where it was looked what there is to tell, what is under way.

Everything stands here, so that a stop at any moment loses nothing: what is to be told is written down together with how far
was looked, and is taken off once the receiver said that it has it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
import sqlalchemy as sa

from marsad.errors import InputError
from marsad.record import judging
from marsad.record.schema import changes, deliveries, documents, judgements, sketches, webhook_incidents, webhooks

AT_ONCE = 500
"""Reports that are looked at in one go."""

WAITING, DONE, UP = "waiting", "done", "up"
_SEEN = ("seen_report", "seen_judgement", "seen_change")


class Hook(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook: `seen` is up to which report, judgement and change of incidents it was looked."""

    key: int
    url: str
    secret: str
    policy: str
    private: bool
    active: bool
    author: str
    at: str
    seen: tuple[int, int, int]


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a webhook is told: its id stays through all tries, so that a receiver knows it again."""

    key: int
    id: str
    hook: int
    kind: str
    incident: str
    body: str
    at: str
    state: str
    tries: int
    next_at: str | None
    status: int | None
    problem: str | None


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """Something new to tell of an incident (`id`, `kind` and `body`), or nothing (`kind` None); what was told last, and when
    to look again at what has not come of age.
    """

    incident: str
    digest: str | None
    again_at: str | None = None
    id: str = ""
    kind: str | None = None
    body: str = ""


def add(connection: sa.Connection, hook: Hook) -> int:
    """Register a webhook, which is told of what comes from now on; returns its key."""
    values = {name: getattr(hook, name) for name in ("url", "secret", "policy", "private", "active", "author", "at")}
    row = {**values, **dict(zip(_SEEN, _newest(connection), strict=True))}
    made = connection.execute(webhooks.insert(), row).inserted_primary_key
    return int(made[0]) if made else 0


def _newest(connection: sa.Connection) -> tuple[int, int, int]:
    found = [connection.scalar(sa.select(sa.func.max(t.c.key))) or 0 for t in (documents, judgements, changes)]
    return found[0], found[1], found[2]


def list_all(connection: sa.Connection) -> list[Hook]:
    """Return every webhook, the oldest first."""
    return [_hook(row) for row in connection.execute(sa.select(webhooks).order_by(webhooks.c.key))]


def switch(connection: sa.Connection, key: int, *, active: bool) -> None:
    """Stop telling a webhook, or begin again with what comes from now on.

    Raises:
        InputError: there is no such webhook.
    """
    values: dict[str, Any] = {"active": active}
    if active:
        values |= dict(zip(_SEEN, _newest(connection), strict=True))
    if connection.execute(webhooks.update().where(webhooks.c.key == key).values(**values)).rowcount != 1:
        raise InputError(f"There is no webhook number {key}; `marsad webhooks list` lists them.")


def remove(connection: sa.Connection, key: int) -> None:
    """Forget a webhook and all that it was told.

    Raises:
        InputError: there is no such webhook.
    """
    for table in (deliveries, webhook_incidents):
        connection.execute(table.delete().where(table.c.hook == key))
    if connection.execute(webhooks.delete().where(webhooks.c.key == key)).rowcount != 1:
        raise InputError(f"There is no webhook number {key}; `marsad webhooks list` lists them.")


# ---- what there is to tell ------------------------------------------------------------------------------------------


def news(connection: sa.Connection, hook: Hook, now: str) -> tuple[tuple[int, int, int], list[str]]:
    """Return how far was looked, and the incidents that may have changed since, or whose time may have come."""
    newest = _newest(connection)
    report, judgement, change = hook.seen
    seen = min(newest[0], report + AT_ONCE), newest[1], newest[2]
    found: dict[str, None] = {}
    is_between = (sketches.c.document > report) & (sketches.c.document <= seen[0])
    of_reports = sa.select(sketches.c.incident).where(is_between, sketches.c.incident.is_not(None)).distinct()
    found |= dict.fromkeys(connection.scalars(of_reports))
    found |= dict.fromkeys(_judged(connection, judgement))
    for row in connection.execute(sa.select(changes).where(changes.c.key > change).order_by(changes.c.key)):
        found |= dict.fromkeys((row.incident, row.other))
    again = sa.select(webhook_incidents.c.incident).where(
        webhook_incidents.c.hook == hook.key, webhook_incidents.c.again_at <= now
    )
    found |= dict.fromkeys(connection.scalars(again))
    return seen, list(found)


def _judged(connection: sa.Connection, since: int) -> Iterable[str]:
    rows = connection.execute(sa.select(judgements.c.key, judgements.c.undoes).where(judgements.c.key > since)).all()
    for row in rows:
        anchors = [a for key in (row.key, row.undoes) if key for a in judging.anchors_of(connection, key)]
        yield from connection.scalars(
            sa.select(sketches.c.incident).where(sketches.c.anchor.in_(anchors), sketches.c.incident.is_not(None))
        )


def digests(connection: sa.Connection, hook: int, names: Iterable[str]) -> dict[str, str | None]:
    """Return what a webhook was told last of these incidents, as hashes; None where nothing yet."""
    own = (webhook_incidents.c.hook == hook) & webhook_incidents.c.incident.in_(list(names))
    return {row.incident: row.digest for row in connection.execute(sa.select(webhook_incidents).where(own))}


def keep(connection: sa.Connection, hook: Hook, seen: tuple[int, int, int], told: Iterable[Told], now: str) -> bool:
    """Write down what a webhook is to be told, and how far was looked; False, and nothing, if another program was first."""
    was = [webhooks.c[name] == value for name, value in zip(_SEEN, hook.seen, strict=True)]
    mine = webhooks.update().where(webhooks.c.key == hook.key, webhooks.c.active.is_(True), *was)
    if connection.execute(mine.values(**dict(zip(_SEEN, seen, strict=True)))).rowcount != 1:
        return False
    for one in told:
        own = (webhook_incidents.c.hook == hook.key) & (webhook_incidents.c.incident == one.incident)
        connection.execute(webhook_incidents.delete().where(own))
        if one.digest is not None or one.again_at is not None:
            row = {"hook": hook.key, "incident": one.incident, "digest": one.digest, "again_at": one.again_at}
            connection.execute(webhook_incidents.insert(), row)
        if one.kind is not None:
            made = {"id": one.id, "hook": hook.key, "kind": one.kind, "incident": one.incident, "body": one.body}
            connection.execute(deliveries.insert(), {**made, "at": now, "state": WAITING, "tries": 0, "next_at": now})
    return True


# ---- what is under way ----------------------------------------------------------------------------------------------


def is_due(connection: sa.Connection, now: str) -> bool:
    """Say whether anything is to be sent now."""
    return connection.execute(sa.select(deliveries.c.key).where(_due(now)).limit(1)).first() is not None


def _due(now: str) -> sa.ColumnElement[bool]:
    active = sa.select(webhooks.c.key).where(webhooks.c.active.is_(True))
    return (deliveries.c.state == WAITING) & (deliveries.c.next_at <= now) & deliveries.c.hook.in_(active)


def take(connection: sa.Connection, now: str, until: str) -> tuple[Hook, Delivery] | None:
    """Return what is to be sent next, and put it off `until` then, so that no other program sends it meanwhile.

    Whoever takes it and stops leaves it to be sent again.
    """
    select = sa.select(deliveries).where(_due(now))
    row = connection.execute(select.order_by(deliveries.c.next_at, deliveries.c.key).limit(1)).first()
    if row is None:
        return None
    connection.execute(deliveries.update().where(deliveries.c.key == row.key).values(next_at=until))
    hook = connection.execute(sa.select(webhooks).where(webhooks.c.key == row.hook)).one()
    return _hook(hook), _delivery(row)


def settle(connection: sa.Connection, delivery: Delivery) -> None:
    """Write down how a try went; while one delivery waits for its next try, the others of its webhook wait as well."""
    values = {name: getattr(delivery, name) for name in ("state", "tries", "next_at", "status", "problem")}
    connection.execute(deliveries.update().where(deliveries.c.key == delivery.key).values(**values))
    if delivery.state == WAITING:
        others = (deliveries.c.hook == delivery.hook) & (deliveries.c.state == WAITING)
        sooner = deliveries.c.next_at < delivery.next_at
        connection.execute(deliveries.update().where(others, sooner).values(next_at=delivery.next_at))


def send_again(connection: sa.Connection, key: int, now: str) -> None:
    """Let a delivery be tried again at once, with all its tries before it.

    Raises:
        InputError: there is no such delivery.
    """
    again = deliveries.update().where(deliveries.c.key == key)
    if connection.execute(again.values(state=WAITING, tries=0, next_at=now, at=now)).rowcount != 1:
        raise InputError("There is no such delivery.")


def log(connection: sa.Connection, limit: int) -> list[Delivery]:
    """Return the last deliveries, the latest first."""
    return [
        _delivery(r) for r in connection.execute(sa.select(deliveries).order_by(deliveries.c.key.desc()).limit(limit))
    ]


def forget_done(connection: sa.Connection, before: str) -> int:
    """Take off what was told before a moment; returns how many."""
    return connection.execute(deliveries.delete().where(deliveries.c.state == DONE, deliveries.c.at < before)).rowcount


def _hook(row: Any) -> Hook:
    names = [name for name in Hook.__struct_fields__ if name != "seen"]
    seen = row.seen_report, row.seen_judgement, row.seen_change
    return Hook(**{name: getattr(row, name) for name in names}, seen=seen)


def _delivery(row: Any) -> Delivery:
    return Delivery(**{name: getattr(row, name) for name in Delivery.__struct_fields__})
