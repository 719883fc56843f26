"""Accounts in the record: who they are, how they log in, what lets them in afterwards.

Passwords are kept as Argon2id hashes, sessions and tokens as SHA-256 of a random value that only the holder has.
"""

from __future__ import annotations

import datetime
import hashlib
import secrets
import threading
import time
from collections.abc import Callable, Collection
from typing import Any

import argon2
import sqlalchemy as sa

from marsad.errors import InputError
from marsad.record.schema import accounts, passes
from marsad.web.settings import ROLES, SCOPES, Person

SHORTEST_PASSWORD = 10
TOKEN_DAYS = (30, 90, 365)
"""How long a token may be good, in days."""
_SESSION_HOURS = 12
_HALF_HOURS = 0.1
_BYTES = 32
_MOST_TRIES = 5
_WAIT_S = 60.0
_hasher = argon2.PasswordHasher()
_NOBODY = _hasher.hash(secrets.token_urlsafe(_BYTES))  # so that an unknown name takes as long as a wrong password

Look = Callable[[Callable[[sa.Connection], Any]], Any]


class Throttle:
    """Counts failed logins by name and by address; after some, neither is tried again for a while."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, wait_s: float = _WAIT_S) -> None:
        self._clock = clock
        self._wait_s = wait_s
        self._failed: dict[str, list[float]] = {}
        self._turn = threading.Lock()

    def take(self, *keys: str) -> bool:
        """Say whether another try is let through, and count it as failed until it is forgiven: many at once are many."""
        now = self._clock()
        with self._turn:
            since = now - self._wait_s
            self._failed = {k: left for k, times in self._failed.items() if (left := [t for t in times if t > since])}
            if any(len(self._failed.get(key, ())) >= _MOST_TRIES for key in keys):
                return False
            for key in keys:
                self._failed.setdefault(key, []).append(now)
            return True

    def forgive(self, *keys: str) -> None:
        """Take back a try that succeeded."""
        with self._turn:
            for key in keys:
                if self._failed.get(key):
                    self._failed[key].pop()


def add(connection: sa.Connection, name: str, password: str, role: str) -> int:
    """Make an account; returns its key.

    Raises:
        InputError: the name is taken or empty, the password too short, or there is no such role.
    """
    name = name.strip()
    if not name or len(name) > 60 or not name.isprintable():
        raise InputError("An account needs a name of 1 to 60 characters.").known_as("account_name")
    if role not in ROLES:
        raise InputError(f"{role!r} is no role; give one of {', '.join(ROLES)}.")
    if connection.scalar(sa.select(accounts.c.key).where(accounts.c.name == name)) is not None:
        raise InputError(f"There is an account {name!r} already.").known_as("account_already", name=name)
    row = {"name": name, "password": _hash_password(password), "role": role, "active": True, "at": _now()}
    made = connection.execute(accounts.insert(), row).inserted_primary_key
    return int(made[0]) if made else 0


def _hash_password(password: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        least = str(SHORTEST_PASSWORD)
        raise InputError(f"A password needs at least {least} characters.").known_as("account_password", least=least)
    return _hasher.hash(password)


def list_all(connection: sa.Connection) -> list[Any]:
    """Return every account by name, without passwords."""
    columns = [accounts.c[name] for name in ("key", "name", "role", "active", "at", "totp_on")]
    return list(connection.execute(sa.select(*columns).order_by(accounts.c.name)))


def find(connection: sa.Connection, name: str) -> int:
    """Return the key of the account with this name.

    Raises:
        InputError: there is none.
    """
    key = connection.scalar(sa.select(accounts.c.key).where(accounts.c.name == name.strip()))
    if key is None:
        raise InputError(f"There is no account {name!r}; `marsad accounts list` lists them.")
    return int(key)


def change(connection: sa.Connection, key: int, *, role: str | None = None, active: bool | None = None) -> None:
    """Give an account another role, or close or open it; whoever is logged in with it is out.

    Raises:
        InputError: there is no such account or role, or nobody would be left to keep accounts.
    """
    values: dict[str, Any] = {k: v for k, v in (("role", role), ("active", active)) if v is not None}
    if role is not None and role not in ROLES:
        raise InputError(f"{role!r} is no role; give one of {', '.join(ROLES)}.")
    if not values:
        raise InputError("Say which role the account gets, or whether it is open.")
    if connection.execute(accounts.update().where(accounts.c.key == key).values(**values)).rowcount != 1:
        raise InputError("There is no such account.")
    left = sa.select(sa.func.count()).where(accounts.c.role == "admin", accounts.c.active.is_(True))
    if not connection.scalar(left):
        last = InputError("This is the last account that may keep accounts; make another one first.")
        raise last.known_as("account_last")
    connection.execute(passes.delete().where(passes.c.account == key))


def check(connection: sa.Connection, name: str, password: str) -> Person | None:
    """Return whose name and password these are; None if nobody's, after the same time."""
    row = connection.execute(sa.select(accounts).where(accounts.c.name == name.strip())).first()
    try:
        _hasher.verify(row.password if row else _NOBODY, password)
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return None
    if row is None or not row.active:
        return None
    return Person(name=row.name, role=row.role, account=row.key)


def let_in(connection: sa.Connection, account: int, kind: str = "session") -> str:
    """Return the secret of a new `session` of an account (12 hours), or of a `half` one that owes the second factor."""
    return _new_pass(connection, account, kind, _now(_SESSION_HOURS if kind == "session" else _HALF_HOURS), {})


def make_token(connection: sa.Connection, account: int, name: str, scopes: Collection[str], days: int) -> str:
    """Return the secret of a new token of an account, good for so many days; it is kept nowhere.

    Raises:
        InputError: there is no name, no such scope, or the days are too many.
    """
    name, wanted = name.strip()[:60], [scope for scope in SCOPES if scope in scopes]
    if not name or not name.isprintable():
        raise InputError("Say what the token is for.").known_as("token_name")
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not wanted:
        none = InputError(f"{', '.join(unknown) or 'Nothing'!r} is no scope; give some of {', '.join(SCOPES)}.")
        raise none.known_as("token_scope")
    if not 1 <= days <= max(TOKEN_DAYS):
        raise InputError(f"A token is good for 1 to {max(TOKEN_DAYS)} days.")
    return _new_pass(connection, account, "token", _now(24 * days), {"name": name, "scopes": " ".join(wanted)})


def _new_pass(connection: sa.Connection, account: int, kind: str, until: str, more: dict[str, str]) -> str:
    secret = secrets.token_urlsafe(_BYTES)
    row = {"hash": _digest(secret), "account": account, "kind": kind, "at": _now(), "until": until, **more}
    connection.execute(passes.delete().where(passes.c.until < _now()))
    connection.execute(passes.insert(), row)
    return secret


def put_out(connection: sa.Connection, secret: str) -> None:
    """End the session with this secret."""
    connection.execute(passes.delete().where(passes.c.hash == _digest(secret)))


def tokens_of(connection: sa.Connection, account: int) -> list[Any]:
    """Return the tokens of an account: name, times, scopes and the start of the hash, by which `end_token` knows them."""
    select = sa.select(
        passes.c.name, passes.c.at, passes.c.until, passes.c.scopes, sa.func.substr(passes.c.hash, 1, 12).label("mark")
    )
    own = (passes.c.account == account) & (passes.c.kind == "token")
    return list(connection.execute(select.where(own).order_by(passes.c.at)))


def end_token(connection: sa.Connection, account: int, mark: str) -> bool:
    """End the token of this account whose hash starts so; says whether there was one."""
    own = (passes.c.account == account) & (passes.c.kind == "token")
    starts = sa.func.substr(passes.c.hash, 1, 12) == mark
    return connection.execute(passes.delete().where(own & starts)).rowcount > 0


def holder_of(look: Look, secret: str, kind: str) -> Person | None:
    """Return who holds this secret of a session or token; None if it is unknown, over, or the account is closed."""
    if not secret:
        return None
    select = (
        sa.select(accounts.c.key, accounts.c.name, accounts.c.role, passes.c.scopes)
        .join(passes, passes.c.account == accounts.c.key)
        .where(passes.c.hash == _digest(secret), passes.c.kind == kind, accounts.c.active.is_(True))
        .where(passes.c.until.is_(None) | (passes.c.until > _now()))
    )
    row = look(lambda connection: connection.execute(select).first())
    if row is None:
        return None
    scopes = frozenset((row.scopes or "").split()) if kind == "token" else None
    return Person(name=row.name, role=row.role, account=row.key, scopes=scopes)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _now(hours: float = 0) -> str:
    return (datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=hours)).isoformat(timespec="seconds")
