"""Events and incidents on one line, from codes and names alone: no word of a report stands in it."""

from __future__ import annotations

import functools
from typing import Any

from marsad.codebook import load_codebook
from marsad.errors import CodebookError
from marsad.publication.items import Telling


@functools.lru_cache(4096)
def label(kind: str, code: str, lang: str) -> str:
    """Return the name of a code, or the code itself if the codebook does not know it."""
    try:
        return load_codebook().label(kind, code, lang)
    except CodebookError:
        return code


def title(item: Any, lang: str) -> str:
    """Return what happened, where and when: "Assault (Drone): Sumy, 2025-07-21"."""
    what: Any = item.event if isinstance(item, Telling) else item.summary
    comma = ", " if lang == "en" else "\u060c "
    modes = comma.join(label("mode", f"{what.type}.{m}", lang) for m in what.modes)
    head = label("type", what.type, lang) + (f" ({modes})" if modes else "")
    where = comma.join(dict.fromkeys(p.name for p in what.places))
    days = what.date if isinstance(item, Telling) else what
    start = days.start if days else None
    tail = comma.join(v for v in (where, start) if v)
    return f"{head}: {tail}" if tail else head
