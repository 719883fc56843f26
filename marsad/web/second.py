"""The second factor of an account: codes of an app that change every half minute (RFC 6238), and codes for when it is lost.

The secret stands in the record as the app holds it, for both sides compute the same codes; recovery codes as hashes. Whoever
can read the record's file can make codes, as they can read all the rest.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable

import pyotp
import segno
import sqlalchemy as sa

from marsad.errors import InputError
from marsad.record.schema import accounts, passes, recovery_codes

RECOVERY_CODES = 10
_STEP_S = 30
_BEHIND = 1  # steps that a phone's clock may be late; a code that is not yet due is refused
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_LENGTH = 16
_ISSUER = "Marsad"

Clock = Callable[[], float]


def is_on(connection: sa.Connection, account: int) -> bool:
    """Say whether an account has a second factor."""
    return bool(connection.scalar(sa.select(accounts.c.totp_on).where(accounts.c.key == account)))


def begin(connection: sa.Connection, account: int) -> str:
    """Give an account a new secret, which counts once a code shows that the app holds it; returns it.

    Raises:
        InputError: the account has a second factor already.
    """
    if is_on(connection, account):
        raise InputError("There is a second factor already; turn it off first.")
    secret = pyotp.random_base32()
    own = accounts.update().where(accounts.c.key == account)
    connection.execute(own.values(totp=secret, totp_on=False, totp_step=None))
    return secret


def finish(connection: sa.Connection, account: int, code: str, clock: Clock = time.time) -> list[str] | None:
    """Turn the second factor on if the code is right; returns the recovery codes, which are kept as hashes alone.

    None where the code is wrong or nothing was begun.
    """
    if is_on(connection, account) or not _takes_code(connection, account, code, clock):
        return None
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH)) for _ in range(RECOVERY_CODES)]
    rows = [{"account": account, "hash": _digest(code)} for code in codes]
    connection.execute(recovery_codes.delete().where(recovery_codes.c.account == account))
    connection.execute(recovery_codes.insert(), rows)
    connection.execute(accounts.update().where(accounts.c.key == account).values(totp_on=True))
    return ["-".join(code[k : k + 4] for k in range(0, _LENGTH, 4)) for code in codes]


def passes_second(connection: sa.Connection, account: int, code: str, clock: Clock = time.time) -> bool:
    """Say whether this code lets the account in: one of the app that was not used yet, or a recovery code, used up by it."""
    if _takes_code(connection, account, code, clock):
        return True
    plain = "".join(c for c in code.lower() if c.isalnum())
    own = (recovery_codes.c.account == account) & (recovery_codes.c.hash == _digest(plain))
    return connection.execute(recovery_codes.delete().where(own)).rowcount == 1


def end(connection: sa.Connection, account: int, *, puts_out: bool = False) -> None:
    """Take the second factor of an account away, and with `puts_out` end its sessions."""
    own = accounts.update().where(accounts.c.key == account)
    connection.execute(own.values(totp=None, totp_on=None, totp_step=None))
    connection.execute(recovery_codes.delete().where(recovery_codes.c.account == account))
    if puts_out:
        connection.execute(passes.delete().where(passes.c.account == account, passes.c.kind != "token"))


def left(connection: sa.Connection, account: int) -> int:
    """Return how many recovery codes are left."""
    count = sa.select(sa.func.count()).where(recovery_codes.c.account == account)
    return connection.scalar(count) or 0


def waiting(connection: sa.Connection, account: int) -> str | None:
    """Return the secret of a second factor that was begun and not finished."""
    row = connection.execute(sa.select(accounts.c.totp, accounts.c.totp_on).where(accounts.c.key == account)).one()
    return row.totp if row.totp and not row.totp_on else None


def address_of(secret: str, name: str) -> str:
    """Return the address by which an app takes the secret."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=_ISSUER)


def draw(address: str, title: str) -> str:
    """Return the address as a QR code, an SVG to stand in a page."""
    drawn = segno.make(address, error="m")
    return str(drawn.svg_inline(scale=5, border=4, dark="#000", light="#fff", title=title, svgclass="qr"))


def _takes_code(connection: sa.Connection, account: int, code: str, clock: Clock) -> bool:
    """Whether the app shows this code now or did a moment ago, and no code of that time or later was used."""
    row = connection.execute(sa.select(accounts.c.totp, accounts.c.totp_step).where(accounts.c.key == account)).one()
    given = "".join(code.split())
    if not row.totp or len(given) != _DIGITS or not given.isascii() or not given.isdigit():
        return False
    made, now = pyotp.TOTP(row.totp), int(clock())
    for back in range(_BEHIND + 1):
        step = now // _STEP_S - back
        moment = datetime.datetime.fromtimestamp(step * _STEP_S, datetime.UTC)
        if hmac.compare_digest(made.at(moment), given) and (row.totp_step is None or step > row.totp_step):
            used = accounts.update().where(accounts.c.key == account)
            connection.execute(used.values(totp_step=step))
            return True
    return False


_DIGITS = 6


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
