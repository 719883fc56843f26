"""How much an incident matters and how doubtful it is: what a person should look at first.

Both are plain sums over what the incident's summary says. They order a list; they are no probabilities.
"""

from __future__ import annotations

import math

from marsad.link.summary import Summary

_ALWAYS = 0.05  # what nobody has looked at is never quite sure
_CONTRADICTED = 0.35
_ONE_SOURCE = 0.25
_RANGE = 0.25
_NO_DAY = 0.1
_NO_PLACE = 0.1


def harmed(summary: Summary) -> int:
    """Return how many people were killed and injured by the best figures; 0 where nobody says."""
    figures = summary.reckoning.figures
    return sum(figures[field].best for field in ("killed", "injured") if field in figures)


def harm(summary: Summary) -> float:
    """Return how much an incident matters, from 1: a killed person weighs as three injured, thousands not a thousandfold."""
    figures = summary.reckoning.figures
    killed, injured = (figures[f].high if f in figures else 0 for f in ("killed", "injured"))
    return 1 + math.log2(1 + 3 * killed + injured)


def doubt(summary: Summary) -> float:
    """Return how doubtful an incident is, from 0 to about 1: contradicted, one source, a wide range, no day or place."""
    reckoning = summary.reckoning
    spread = max(((f.high - f.low) / f.high for f in reckoning.figures.values() if f.high), default=0.0)
    return (
        _ALWAYS
        + _CONTRADICTED * reckoning.contradicted
        + _ONE_SOURCE * (reckoning.sources < 2)
        + _RANGE * spread
        + _NO_DAY * (summary.start is None)
        + _NO_PLACE * (not summary.places)
    )


def doubts(summary: Summary) -> list[str]:
    """Return what is doubtful about an incident: contradicted, one_source, range, no_day, no_place."""
    reckoning = summary.reckoning
    is_wide = any(f.high > f.low for f in reckoning.figures.values())
    grounds = {
        "contradicted": reckoning.contradicted,
        "one_source": reckoning.sources < 2,
        "range": is_wide,
        "no_day": summary.start is None,
        "no_place": not summary.places,
    }
    return [name for name, holds in grounds.items() if holds]


def priority(summary: Summary) -> float:
    """Return how soon a person should look at an incident: harm times doubt, higher is sooner."""
    return round(harm(summary) * doubt(summary), 3)
