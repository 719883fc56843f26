"""Counts as people write them."""

from __future__ import annotations

from marsad.model import Quantity


def figure(quantity: Quantity) -> str:
    """Return a count as people write it: 17, 17+, ≤17, 3-5, ~20, dozens; empty if nothing is known."""
    low, high = quantity.min, quantity.max
    if low is None and high is None:
        return quantity.vague or (f"{quantity.joint} (joint)" if quantity.joint is not None else "")
    about = "~" if quantity.approx else ""
    if low == high:
        return f"{about}{low}"
    if high is None:
        return f"{about}{low}+"
    return f"{about}≤{high}" if low is None else f"{about}{low}-{high}"
