"""What stands among the text of a page and is no part of it: boxes of other reports, calls to share or subscribe, dates.

They are told by their names, and teasers by their shape: several alike, side by side, each a link with a few words.
"""

from __future__ import annotations

import re
from typing import Any

_BOX = re.compile(
    r"paywall|newsletter(?!-post)|consent|didomi|onetrust|share-|social-share|relat(?:ed|ion)|self-promo|adspot"
    r"|sign-?up|subscription-|editsection|catlinks|sitesub",
    re.IGNORECASE,
)
_DATE = re.compile(r"(?<!up)date|timestamp|pub-?time|published|read(?:ing)?-?time", re.IGNORECASE)
_LONGEST_DATE = 120
_CLOCK_OR_YEAR = re.compile(r"\d{1,2}[:.]\d\d|\d{4}")
_TEASER_TAGS = ("div", "li", "article", "section", "a", "tr")
_FEWEST_ALIKE = 3
_LONGEST_TEASER = 500
_SHORTEST_HEADLINE = 15
_AS_MUCH = 0.5
_LONGEST_CALL = 25
_SHORTEST_LEAD = 80
_LONGEST_LEAD = 3_000
_LONGEST_CELL = 400
_MOST_TABLES = 500
_WEB_ARCHIVE = "//*[@id='wm-ipp-base' or @id='wm-ipp-print' or @id='donato']"


def drop_boxes(tree: Any) -> int:
    """Take out of a parsed page what is no part of the report that it shows, and tables that only lay it out; returns how
    many teasers of other reports it showed.
    """
    whole = _size_of_text(tree)
    for element in tree.xpath("//body//*[@class or @id]"):
        name = f"{element.get('class') or ''} {element.get('id') or ''}"
        is_box = _BOX.search(name) and not element.xpath(".//h1") and _size_of_text(element) < _AS_MUCH * whole
        if is_box or (_DATE.search(name) and _is_date(element)):
            element.drop_tree()
    for element in tree.xpath(_WEB_ARCHIVE):
        element.drop_tree()
    teasers = _teasers(tree)
    for element in teasers:
        element.drop_tree()
    asides = [p for p in tree.xpath("//body//p[.//a]") if _leads_aside(p)]
    if sum(len(p.text_content()) for p in asides) < _AS_MUCH * whole:
        for element in asides:
            element.drop_tree()
    for table in tree.xpath("//body//table")[:_MOST_TABLES]:
        if any(_if_short(cell, _LONGEST_CELL) is None for cell in table.xpath("./tr/td | ./tbody/tr/td")):
            _unwrap(table)
    return len(teasers)


def _is_date(element: Any) -> bool:
    text = _if_short(element, _LONGEST_DATE)
    return text is not None and bool(element.xpath(".//time") or _CLOCK_OR_YEAR.search(text))


def _teasers(tree: Any) -> list[Any]:
    """Elements side by side that look alike, of which each begins with a link to another page and has little more."""
    found: list[Any] = []
    for parent in tree.xpath("//body[count(*) >= 3] | //body//*[count(*) >= 3]"):
        alike: dict[tuple[str, str], list[Any]] = {}
        for child in parent:
            if child.tag in _TEASER_TAGS:
                alike.setdefault((child.tag, child.get("class") or ""), []).append(child)
        for group in alike.values():
            if len(group) >= _FEWEST_ALIKE and all(_is_teaser(child) for child in group):
                found.extend(group)
    return found


def _is_teaser(element: Any) -> bool:
    text = _if_short(element, _LONGEST_TEASER)
    if text is None or element.xpath(".//h1"):
        return False
    links = [element] if element.tag == "a" else element.xpath(".//a")
    named = (" ".join(a.text_content().split()) for a in links if _leads_away(a))
    return any(len(name) >= _SHORTEST_HEADLINE and text.startswith(name) for name in named)


def _leads_aside(paragraph: Any) -> bool:
    """Whether a paragraph is a link to another report, with "read also" before it or without."""
    text = _if_short(paragraph, _LONGEST_TEASER)
    if text is None:
        return False
    linked = " ".join(" ".join(a.text_content().split()) for a in paragraph.xpath(".//a") if _leads_away(a))
    return len(linked) >= _SHORTEST_HEADLINE and len(text) - len(linked) <= _LONGEST_CALL and text.endswith(linked)


def lead_above(tree: Any, title: str | None, body: str) -> str:
    """Return the paragraphs between the headline and the text that was found, where a page keeps its lead apart."""
    first = " ".join(body.split("\n", 1)[0].split())
    found: list[str] = []
    is_below = False
    for element in tree.xpath("//body//*[self::h1 or self::h2 or self::h3 or self::p or self::div or self::td]"):
        text = _if_short(element, _LONGEST_LEAD)
        if not text:
            continue
        if text == title:
            is_below, found = True, []
        elif text == first or (element.tag == "p" and first.startswith(text)):
            return "\n".join(found)
        elif is_below and element.tag == "p" and len(text) >= _SHORTEST_LEAD and not element.xpath("ancestor::figure"):
            found.append(text)
    return ""


def _leads_away(link: Any) -> bool:
    address = (link.get("href") or "").strip()
    return bool(address) and not address.startswith("#")


def _size_of_text(element: Any) -> int:
    return sum(len(p.text_content()) for p in element.xpath(".//p")) or len(element.text_content())


def _unwrap(table: Any) -> None:
    """Make plain boxes of a table."""
    for element in (table, *table.xpath("./tbody | ./tr | ./tbody/tr | ./tr/td | ./tbody/tr/td")):
        element.tag = "div"


def _if_short(element: Any, longest: int) -> str | None:
    """The text of an element, None where it is longer; what is long is not looked at whole."""
    parts: list[str] = []
    size = 0
    for part in element.itertext():
        parts.append(part)
        size += len(part.strip())
        if size > longest:
            return None
    return " ".join("".join(parts).split())
