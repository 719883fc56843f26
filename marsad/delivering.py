"""Webhooks: telling other programs of new and changed incidents, signed, at least once, as a publication policy shows them.

The form is that of Standard Webhooks: the headers `webhook-id`, `webhook-timestamp` and `webhook-signature`, an HMAC-SHA256
over all three of id, moment and body. A receiver that refuses old moments and ids it has seen cannot be replayed to.
"""

from __future__ import annotations

import base64
import datetime
import functools
import hashlib
import hmac
import ipaddress
import secrets
import uuid
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec
import sqlalchemy as sa

from marsad.errors import InputError
from marsad.export.contract import line_of
from marsad.intake.fetch import PORTS, Fetcher, FetchError, checked_url, is_public, retry_after
from marsad.publication.policy import RECORD, load_policy
from marsad.publishing import View
from marsad.record import Record, hooks, leaving
from marsad.record.hooks import Delivery, Hook, Told

Answer = TypeVar("Answer")
Write = Callable[[Callable[[sa.Connection], Any]], Any]
"""Does some work on the record, all or nothing: `Record.change`, or the desk's, which waits for its turn."""

NEW, CHANGED, WITHDRAWN = "incident.new", "incident.changed", "incident.withdrawn"
WAITS_S = (30, 120, 600, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000)
"""How long to wait after each try that failed, in seconds; after the last it is given up."""

_OLDEST = datetime.timedelta(days=3)
_KEPT = datetime.timedelta(days=30)
_HELD = datetime.timedelta(seconds=120)
_PREFIX = "whsec_"
_GONE = 410
_TOTAL_S = 15.0
_AT_ONCE = 50
_ALL_PORTS = frozenset(range(1, 65_536))


def register(
    connection: sa.Connection, url: str, policy: str, author: str, *, private: bool, now: datetime.datetime
) -> tuple[int, str]:
    """Register a webhook; returns its number and its secret, with which the receiver checks signatures.

    Raises:
        InputError: the address is none to send to, or there is no such policy.
    """
    try:
        address = checked_url(url, _ALL_PORTS if private else PORTS)
    except FetchError as why:
        raise InputError(f"A webhook cannot be sent to {url[:200]!r}: {why}") from why
    host = urlsplit(address).hostname or ""
    if not private and _is_literal(host) and not is_public(host):
        raise InputError(f"{host} is no public address; only `marsad webhooks add --private` allows it.")
    if policy != RECORD:
        load_policy(policy)
    secret = _PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
    hook = Hook(
        key=0,
        url=address,
        secret=secret,
        policy=policy,
        private=private,
        active=True,
        author=author,
        at=_stamp(now),
        seen=(0, 0, 0),
    )
    return hooks.add(connection, hook), secret


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


# ---- what there is to tell ------------------------------------------------------------------------------------------


def plan(record: Record, write: Write, now: datetime.datetime) -> int:
    """Write down what every webhook is to be told of what happened since it was looked last; returns how many."""
    count = 0
    for hook in record.look(hooks.list_all):
        if hook.active:
            count += _plan_one(record, write, hook, now)
    return count


def _plan_one(record: Record, write: Write, hook: Hook, now: datetime.datetime) -> int:
    seen, names = record.look(lambda connection: hooks.news(connection, hook, _stamp(now)))
    if not names and seen == hook.seen:
        return 0
    known = record.look(lambda connection: hooks.digests(connection, hook.key, names))
    # The view is asked for only where there is something to look at: its gazetteer takes long to load.
    view = View.of_today(record, hook.policy) if names else None
    told = [_tell(record, view, name, known, now) for name in names] if view is not None else []
    if not write(lambda connection: hooks.keep(connection, hook, seen, told, _stamp(now))):
        return 0
    return sum(1 for one in told if one.kind is not None)


def _tell(record: Record, view: View, name: str, known: dict[str, str | None], now: datetime.datetime) -> Told:
    """What there is to tell of an incident."""
    digest = known.get(name)
    stored = record.look(lambda connection: leaving.find(connection, name))
    if stored is None or stored.id != name or stored.verdict == "rejected":
        if digest is None:
            return Told(incident=name, digest=None)
        became = stored.id if stored is not None and stored.id != name else None
        return _told(name, None, WITHDRAWN, {"id": name, "became": became}, now)
    item = view.happening(name)
    if item is None:
        # Not of age, or not reviewed yet; what was told before stands. Policies count in days.
        tomorrow = datetime.datetime.combine(now.date() + datetime.timedelta(days=1), datetime.time(0, 5), now.tzinfo)
        return Told(incident=name, digest=digest, again_at=_stamp(tomorrow))
    line = line_of(item)
    made = hashlib.sha256(msgspec.json.encode(line)).hexdigest()
    if made == digest:
        return Told(incident=name, digest=digest)
    return _told(name, made, NEW if digest is None else CHANGED, line, now)


def _told(name: str, digest: str | None, kind: str, incident: dict[str, Any], now: datetime.datetime) -> Told:
    made = f"evt_{uuid.uuid4().hex}"
    body = {"id": made, "type": kind, "timestamp": _stamp(now), "data": incident}
    return Told(incident=name, digest=digest, id=made, kind=kind, body=msgspec.json.encode(body).decode())


# ---- sending --------------------------------------------------------------------------------------------------------


def fetcher_for(hook: Hook) -> Fetcher:
    """Return what sends to a webhook: to public addresses alone, unless the operator allowed a private one."""
    if not hook.private:
        return Fetcher(total_s=_TOTAL_S)
    return Fetcher(total_s=_TOTAL_S, is_allowed=is_private_or_public, ports=_ALL_PORTS)


def is_private_or_public(address: str) -> bool:
    """Say whether an address is a public one, this machine or this network; what clouds tell their machines is neither."""
    found: Any = ipaddress.ip_address(address.split("%")[0])
    found = getattr(found, "ipv4_mapped", None) or found
    return is_public(address) or (found.is_private and not found.is_link_local and not found.is_unspecified)


def sign(secret: str, name: str, moment: int, body: bytes) -> str:
    """Return the signature of a delivery. Source: the Standard Webhooks specification, version 1."""
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    signed = f"{name}.{moment}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def send_due(
    write: Write, now: Callable[[], datetime.datetime], fetcher_of: Callable[[Hook], Fetcher] = fetcher_for
) -> int:
    """Send what is due, up to 50, and write down how each went; returns how many were taken by their receivers."""
    count = 0
    for _ in range(_AT_ONCE):
        moment = now()
        until = moment + _HELD
        taken = write(functools.partial(hooks.take, now=_stamp(moment), until=_stamp(until)))
        if taken is None:
            break
        hook, delivery = taken
        after = _try(hook, delivery, now(), fetcher_of(hook))
        count += after.state == hooks.DONE

        def settle(connection: sa.Connection, hook: Hook = hook, after: Delivery = after) -> None:
            hooks.settle(connection, after)
            if after.status == _GONE:  # the receiver wants to be told nothing any more
                hooks.switch(connection, hook.key, active=False)

        write(settle)
    return count


def _try(hook: Hook, delivery: Delivery, now: datetime.datetime, fetcher: Fetcher) -> Delivery:
    body, moment = delivery.body.encode(), int(now.timestamp())
    headers = (
        ("Content-Type", "application/json"),
        ("Webhook-Id", delivery.id),
        ("Webhook-Timestamp", str(moment)),
        ("Webhook-Signature", sign(hook.secret, delivery.id, moment, body)),
    )
    status, problem, wait_s = None, None, None
    try:
        answer = fetcher.post(hook.url, body, headers)
        status, wait_s = answer.status, retry_after(answer.header("retry-after"), answer.header("date"))
    except FetchError as why:
        problem = str(why)
    tries = delivery.tries + 1
    made = msgspec.structs.replace(delivery, tries=tries, status=status, problem=problem, next_at=None)
    if status is not None and 200 <= status < 300:
        return msgspec.structs.replace(made, state=hooks.DONE)
    is_old = now - datetime.datetime.fromisoformat(delivery.at) > _OLDEST
    if tries > len(WAITS_S) or is_old or status == _GONE:
        return msgspec.structs.replace(made, state=hooks.UP)
    wait = datetime.timedelta(seconds=max(WAITS_S[tries - 1], wait_s or 0))
    return msgspec.structs.replace(made, next_at=_stamp(now + wait))


def deliver(
    record: Record,
    write: Write,
    now: Callable[[], datetime.datetime],
    fetcher_of: Callable[[Hook], Fetcher] = fetcher_for,
) -> tuple[int, int]:
    """Look what there is to tell, send what is due, forget what was told long ago; returns how many of the first two."""
    planned = plan(record, write, now())
    if planned:
        write(lambda connection: hooks.forget_done(connection, _stamp(now() - _KEPT)))
    if not record.look(lambda connection: hooks.is_due(connection, _stamp(now()))):
        return planned, 0
    return planned, send_due(write, now, fetcher_of)


def _stamp(at: datetime.datetime) -> str:
    return at.astimezone(datetime.UTC).isoformat(timespec="seconds")
