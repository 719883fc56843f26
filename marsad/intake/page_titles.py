"""The headline of a page: not the name of the site, which some pages show as their first heading or behind the headline."""

from __future__ import annotations

import re
from typing import Any

_MARKED = (
    "//*[self::h1 or self::h2 or self::h3][@itemprop='headline' or contains(@class, 'entry-title')"
    " or contains(@class, 'post-title')]"
)
_STATED = (
    "//meta[@property='og:title']/@content",
    "//meta[@name='twitter:title']/@content",
    "//title",
)
_SEPARATOR = re.compile(r"\s+[-|\u2013\u2014:\u00bb\u00ab\u2022]+\s+|\s*[|\u00bb]\s*|:\s+")
_LONGEST = 1000
_FEWEST_LETTERS = 12
_MOST_ELEMENTS = 20_000


def find_title(tree: Any, site: str | None) -> str | None:
    """Return the headline of a parsed page, None where it has none; `site` is the name of the outlet."""
    stated = next((text for path in _STATED for found in tree.xpath(path) if (text := _text(found))), None)
    marked = list(dict.fromkeys(_texts(tree, _MARKED)))
    headings = list(dict.fromkeys([*_texts(tree, "//article//h1"), *_texts(tree, "//h1")]))
    own = [h for h in headings if h != site]
    if stated:
        for heading in (*own, *marked):
            # The site's name too stands in what the page calls itself, but the headline is longer.
            if heading in stated and 2 * len(heading) > len(stated):
                return heading
    if len(marked) == 1:
        return marked[0]
    if own:
        return own[0]
    return _without_site(stated, tree, site) if stated else site


def _without_site(stated: str, tree: Any, site: str | None) -> str:
    """What a page calls itself without the name of the site, if that can be told from the headline."""
    shown = set(_texts(tree, "//body//*[not(*)]"))
    for cut in _SEPARATOR.finditer(stated):
        for part, rest in ((stated[: cut.start()], stated[cut.end() :]), (stated[cut.end() :], stated[: cut.start()])):
            if rest == site or (len(part) >= max(_FEWEST_LETTERS, len(rest)) and part in shown):
                return part
    return stated


def _texts(tree: Any, path: str) -> list[str]:
    return [text for found in tree.xpath(path)[:_MOST_ELEMENTS] if (text := _text(found))]


def _text(found: Any) -> str | None:
    text = found if isinstance(found, str) else found.text_content()
    return " ".join(text.encode("utf-8", "replace").decode().split())[:_LONGEST] or None
