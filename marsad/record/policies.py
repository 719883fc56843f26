"""The record's own publication policy: a log of those that people saved, of which the last that nobody took back holds."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from marsad.errors import RecordError
from marsad.publication.policy import Policy
from marsad.record.adding import now
from marsad.record.agreements import Signed
from marsad.record.schema import policies
from marsad.record.undoing import taken_back

_policy = msgspec.json.Decoder(Policy)


class StoredPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the log: `policy` is what was saved, None where the row takes an earlier one back; `undone` says that a later
    one did so with this.
    """

    key: int
    at: str
    author: str
    policy: Policy | None
    reason: str | None
    undoes: int | None
    undone: bool


def save(connection: sa.Connection, policy: Policy, signed: Signed) -> int:
    """Append a policy, which holds from now on; returns its number."""
    return _append(connection, {"policy": msgspec.json.encode(policy).decode(), "undoes": None}, signed)


def undo(connection: sa.Connection, key: int, signed: Signed) -> int:
    """Take a policy back, or bring one back by undoing its undoing; returns the number of the new row.

    Raises:
        RecordError: there is none with this number, or it was taken back already.
    """
    row = next((row for row in list_all(connection) if row.key == key), None)
    if row is None:
        raise RecordError(f"The record holds no policy number {key}; the page of the policy lists them.")
    if row.undone:
        raise RecordError(f"Policy number {key} was taken back already.")
    return _append(connection, {"policy": None, "undoes": key}, signed)


def _append(connection: sa.Connection, values: dict[str, object], signed: Signed) -> int:
    head = {"at": now(), "author": signed.author, "reason": signed.reason}
    made = connection.execute(policies.insert(), {**head, **values}).inserted_primary_key
    return int(made[0]) if made else 0


def list_all(connection: sa.Connection) -> list[StoredPolicy]:
    """Return every row, the oldest first.

    Raises:
        RecordError: a newer Marsad saved one that this one does not know how to keep.
    """
    rows = connection.execute(sa.select(policies).order_by(policies.c.key)).all()
    undone = taken_back(rows)
    try:
        return [
            StoredPolicy(
                key=row.key,
                at=row.at,
                author=row.author,
                policy=_policy.decode(row.policy) if row.policy else None,
                reason=row.reason,
                undoes=row.undoes,
                undone=row.key in undone,
            )
            for row in rows
        ]
    except msgspec.ValidationError as error:
        raise RecordError(
            f"A publication policy of the record is of a newer Marsad ({error}); use that one."
        ) from error


def in_force(connection: sa.Connection) -> StoredPolicy | None:
    """Return the row of the policy that holds, None where nobody saved one or all were taken back."""
    standing = (row for row in reversed(list_all(connection)) if row.policy is not None and not row.undone)
    return next(standing, None)
