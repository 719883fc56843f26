"""Atom feeds of events and incidents, with their points as GeoRSS."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, BinaryIO
from xml.sax.saxutils import quoteattr

from marsad.export.columns import first_point
from marsad.export.facts import Facts, facts_of
from marsad.export.frame import Frame, text_into
from marsad.export.geo import places_of, xml
from marsad.export.titles import title

_HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:georss="http://www.georss.org/georss">\n'
)


def write_atom(items: Iterable[Any], stream: BinaryIO, frame: Frame) -> int:
    """Write a feed with one entry per item; returns how many."""
    count = 0
    own = frame.link or f"urn:marsad:{frame.subject}"
    with text_into(stream) as text:
        text.write(f"{_HEAD}<id>{xml(own)}</id>\n<title>Marsad: {xml(frame.subject)}</title>\n")
        text.write(f"<updated>{xml(_moment(frame.moment))}</updated>\n<author><name>Marsad</name></author>\n")
        if frame.link:
            text.write(f'<link rel="self" href={quoteattr(frame.link)}/>\n')
        for item in items:
            count += 1
            text.write(_entry(item, frame))
        text.write("</feed>\n")
    return count


def _entry(item: Any, frame: Frame) -> str:
    facts = facts_of(item)
    # An address that would run something in the reader is no address.
    is_web = (facts.url or "").lower().startswith(("http://", "https://"))
    link = f"<link href={quoteattr(facts.url or '')}/>" if is_web else ""
    first = first_point(places_of(item))
    point = f"<georss:point>{first.lat} {first.lon}</georss:point>" if first else ""
    return (
        f"<entry><id>urn:marsad:{_urn(facts)}</id><title>{xml(title(item, frame.lang))}</title>"
        f"<updated>{xml(_moment(facts.published or facts.end or frame.moment))}</updated>{link}"
        f"<category term={quoteattr(facts.type)}/><summary>{xml(facts.notes)}</summary>{point}</entry>\n"
    )


def _urn(facts: Facts) -> str:
    """A name that may stand in a URN: an id may hold any character."""
    name = facts.id
    return (
        name if name.replace("-", "").isalnum() and name.isascii() else hashlib.sha256(name.encode()).hexdigest()[:24]
    )


def _moment(text: str) -> str:
    """An ISO date or date-time as RFC 3339 wants it."""
    if "T" not in text:
        return f"{text[:10]}T00:00:00Z"
    return text if text.endswith("Z") or text[-6] in "+-" else f"{text}Z"
