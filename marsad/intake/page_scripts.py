"""Articles that stand in the data of a page's scripts alone, for a framework to show: the longest text by the headline."""

from __future__ import annotations

import html
import json
import re
from typing import Any

_DATA = "//script[@type='application/json' or @id='__NEXT_DATA__' or @id='__NUXT_DATA__']/text()"
_MAX_DATA = 3_000_000
_MAX_NODES = 50_000
_MUCH = 200
_BETWEEN = re.compile(r"<(?:br|/p|/div|/h[1-6]|/li)\b[^>]{0,200}>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,2000}>")


def body_in_scripts(tree: Any, title: str | None) -> str | None:
    """Return the text of the article with this headline, None where the data of the page holds none."""
    if not title:
        return None
    best = ""
    for script in tree.xpath(_DATA)[:20]:
        try:
            data: Any = json.loads(script) if len(script) <= _MAX_DATA else None
        except (ValueError, RecursionError):
            continue
        for node in _nodes(data) if not _is_flat(data) else _resolved(data):
            if any(isinstance(v, str) and " ".join(v.split()) == title for v in node.values()):
                best = max(best, *(_text_in(value) for value in node.values()), key=len)
    return best if len(best) >= max(_MUCH, 2 * len(title)) else None


def _is_flat(data: Any) -> bool:
    """Whether data is a list of values in which objects name the places of theirs, as Nuxt writes it."""
    return isinstance(data, list) and any(isinstance(v, str) for v in data) and any(isinstance(v, dict) for v in data)


def _resolved(values: list[Any]) -> list[dict[str, Any]]:
    """The objects of such a list, with the values that they refer to."""

    def at(place: Any) -> Any:
        is_place = isinstance(place, int) and not isinstance(place, bool) and 0 <= place < len(values)
        return values[place] if is_place else None

    found: list[dict[str, Any]] = []
    for item in values[:_MAX_NODES]:
        if isinstance(item, dict):
            found.append({name: at(place) for name, place in item.items()})
    return found


def _nodes(data: Any) -> list[dict[str, Any]]:
    """The objects in data, however deep."""
    found: list[dict[str, Any]] = []
    waiting = [data]
    for _ in range(_MAX_NODES):
        if not waiting:
            break
        item = waiting.pop()
        if isinstance(item, dict):
            found.append(item)
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    return found


def _text_in(value: Any) -> str:
    """The text of a value: markup or plain, or paragraphs in a list."""
    if isinstance(value, str):
        return _plain(value)
    if isinstance(value, list):
        parts = (item if isinstance(item, str) else _longest(item) for item in value[:2_000])
        return "\n".join(text for part in parts if (text := _plain(part)))
    return ""


def _longest(item: Any) -> str:
    words = [v for v in item.values() if isinstance(v, str)] if isinstance(item, dict) else []
    return max(words, key=len, default="")


def _plain(markup: str) -> str:
    """Markup as text; its tags are only cut out, for this is what a page would show of it."""
    lines = html.unescape(_TAG.sub(" ", _BETWEEN.sub("\n", markup))).split("\n")
    return "\n".join(line for text in lines if (line := " ".join(text.split())))
