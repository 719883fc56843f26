"""What was looked up lately: so much is remembered that those who come next find it, and no more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """Values by key, of which the last `most` that were asked for stay, and at most twice as many.

    Nothing goes before `shrink` is called, so that within a transaction each key has one value.
    """

    __slots__ = ("_most", "_new", "_old")

    def __init__(self, most: int) -> None:
        self._most = most
        self._new: dict[Key, Value] = {}
        self._old: dict[Key, Value] = {}

    def get(self, key: Key) -> Value | None:
        """Return the value of a key, None if it is not remembered."""
        value = self._new.get(key)
        if value is None:
            value = self._old.get(key)
            if value is not None:
                self._new[key] = value
        return value

    def put(self, key: Key, value: Value) -> None:
        """Remember a value."""
        self._new[key] = value

    def drop(self, keys: Iterable[Key]) -> None:
        """Forget these."""
        for key in keys:
            self._new.pop(key, None)
            self._old.pop(key, None)

    def forget(self) -> None:
        """Forget all."""
        self._new.clear()
        self._old.clear()

    def shrink(self) -> None:
        """Make room: let go of what nobody asked for since the last time that there was too much."""
        if len(self._new) > self._most:
            self._old, self._new = self._new, {}
