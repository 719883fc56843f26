"""Rows that take others back: which of them no longer hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def taken_back(rows: Sequence[Any]) -> set[int]:
    """Return the keys of rows (with `key` and `undoes`, oldest first) that a later row takes back and nothing restores."""
    undone: set[int] = set()
    for row in reversed(rows):
        if row.undoes is not None and row.key not in undone:
            undone.add(row.undoes)
    return undone
