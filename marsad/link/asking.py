"""The values by which views over incidents are asked for; imports nothing, so that a list of choices costs no loading."""

from __future__ import annotations

TOPICS = (
    "ceasefire",
    "prisoners",
    "aid",
    "territory",
    "peace",
    "guarantees",
    "government",
    "nuclear",
    "sanctions",
    "arms",
)
"""What talks are about."""

STEPS = ("met", "called", "visited", "mediated", "proposed", "accepted", "refused", "gave-way", "acted", "backed")
"""What somebody did in a negotiation: met, called, visited, mediated, asked or proposed, accepted or promised, refused, gave
way in words, did in deed what the talks were about, backed or signed."""

PERIODS = ("day", "week")
"""How long a period of a relation is."""
