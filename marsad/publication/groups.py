"""Counts of groups as they may be published: small ones are not given, nor what would tell them by subtraction."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

from marsad.publication.policy import Policy

Name = TypeVar("Name", bound=Hashable)


def published(counts: Mapping[Name, int], policy: Policy) -> dict[Name, int | None]:
    """Return the counts with None for groups smaller than the policy allows.

    The sum of all less the groups that are shown is what the hidden ones come to. Where that is a single group, or so few
    that it tells them, the smallest of the others is hidden too.
    """
    shown = {name: policy.count(number) for name, number in counts.items()}
    hidden = [name for name, number in shown.items() if number is None]
    rest = sorted((name for name, number in shown.items() if number), key=lambda name: counts[name])
    while hidden and rest and (len(hidden) == 1 or sum(counts[n] for n in hidden) < policy.smallest_group):
        hidden.append(rest.pop(0))
        shown[hidden[-1]] = None
    return shown
