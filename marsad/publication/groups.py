"""Counts of groups as they may be published: small ones are not given, nor what would tell them by subtraction."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

from marsad.publication.policy import Policy

Name = TypeVar("Name", bound=Hashable)


def published(counts: Mapping[Name, int], policy: Policy) -> dict[Name, int | None]:
    """Return the counts with None for groups smaller than the policy allows.

    Where just one would be hidden, the smallest of the others is hidden too: the sum of all less the others would tell it.
    """
    shown = {name: policy.count(number) for name, number in counts.items()}
    hidden = [name for name, number in shown.items() if number is None]
    rest = [name for name, number in shown.items() if number]
    if len(hidden) == 1 and rest:
        shown[min(rest, key=lambda name: counts[name])] = None
    return shown
