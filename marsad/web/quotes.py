"""Words of a report as they may be shown: the sentence around them, what an incident's reports are, which are copies."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

import msgspec
import sqlalchemy as sa

from marsad.link import copies as copying
from marsad.record.schema import copies, documents

_AROUND = 220
_EDGE = re.compile(r"[.!?؟\n…]+[\s»\")]*|\n")


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence of a report in pieces; those that are marked are the words in question."""

    pieces: tuple[tuple[str, bool], ...]

    def words(self) -> str:
        """Return the words in question."""
        return " ".join(text for text, is_marked in self.pieces if is_marked)


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A current report: what identifies it, and its text."""

    key: int
    id: str
    title: str | None
    published: str | None
    publisher: str | None
    url: str | None
    text: str

    def name(self) -> str:
        """Return its title, or its first words."""
        if self.title:
            return self.title
        first = next((line.strip() for line in self.text.splitlines() if line.strip()), self.id)
        return first if len(first) <= 120 else first[:119] + "…"


def quote(text: str, start: int, end: int) -> Quote:
    """Return the words of a text from start to end in their sentence, which is cut where it is very long."""
    return quotes(text, [(start, end)])[0]


def quotes(text: str, spans: Iterable[tuple[int, int]]) -> list[Quote]:
    """Return the sentences of a text that hold these spans, each once, in order."""
    held: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for start, end in sorted(set(spans)):
        known = next((s for s in held if s[0] <= start and end <= s[1]), None)
        held.setdefault(known or _sentence(text, start, end), []).append((start, end))
    return [Quote(pieces=tuple(_pieces(text, sentence, marked))) for sentence, marked in held.items()]


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the sentence around a span begins and ends, without the white space around it."""
    low, high = max(0, start - _AROUND), min(len(text), end + _AROUND)
    edges = [m.end() for m in _EDGE.finditer(text, low, start)]
    last = _EDGE.search(text, end, high)
    first, stop = edges[-1] if edges else low, last.start() + 1 if last else high
    while first < start and text[first].isspace():
        first += 1
    while stop > end and text[stop - 1].isspace():
        stop -= 1
    return first, stop


def _pieces(text: str, sentence: tuple[int, int], marked: Iterable[tuple[int, int]]) -> Iterable[tuple[str, bool]]:
    at, stop = sentence
    if at and text[at - 1] not in "\n.!?؟ …" and not text[at - 1].isspace():
        yield "…", False
    for start, end in marked:
        if start > at:
            yield text[at:start], False
        if end > at:
            yield text[max(start, at) : end], True
            at = end
    if stop > at:
        yield text[at:stop], False
    if stop < len(text) and text[stop - 1] not in ".!?؟…»\n" and not text[stop].isspace():
        yield "…", False


def reports_of(connection: sa.Connection, names: Collection[str]) -> dict[str, Report]:
    """Return these current reports by id."""
    fields = [documents.c[name] for name in Report.__struct_fields__]
    select = sa.select(*fields).where(documents.c.id.in_(list(names)), documents.c.current.is_(True))
    return {row.id: Report(**row._mapping) for row in connection.execute(select)}


def copies_among(connection: sa.Connection, reports: Iterable[Report]) -> dict[str, list[str]]:
    """Return for the first report of each group of copies the others, by id, the earliest first."""
    every = sorted(reports, key=lambda r: (r.published or "", r.key))
    by_key = {r.key: r.id for r in every}
    keys = list(by_key)
    select = sa.select(copies.c.document, copies.c.other).where(copies.c.kind == "copy", copies.c.document.in_(keys))
    pairs = [(by_key[a], by_key[b]) for a, b in connection.execute(select) if b in by_key]
    groups = _grouped(copying.groups(pairs), [r.id for r in every])
    return {group[0]: group[1:] for group in groups}


def _grouped(groups: Iterable[Sequence[str]], ordered: Sequence[str]) -> list[list[str]]:
    place = {name: number for number, name in enumerate(ordered)}
    return [sorted(group, key=lambda name: place[name]) for group in groups]


def seats_of(mentions: Iterable[tuple[str, str, int, int]]) -> dict[str, set[tuple[int, int]]]:
    """Return where the mentions of an incident stand, by report."""
    found: dict[str, set[tuple[int, int]]] = defaultdict(set)
    for report, _, start, end in mentions:
        found[report].add((start, end))
    return found
