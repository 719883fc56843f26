"""Page noise in scraped Arabic reports: share buttons, related headlines, tags, captions of players.

The patterns are rows of `boilerplate.tsv`. A line is noise when it is such a pattern or starts with one and is short; the
lines under a "related" head are noise up to the next blank line or full sentence.
"""

from __future__ import annotations

import msgspec

from marsad.lang.ar.script import TOKEN, fold_text


class BoilerplateRow(msgspec.Struct, frozen=True):
    """A pattern of page noise; `kind` is line-start, line, related-head or inline."""

    pattern: str
    kind: str
    source: str


_SHORT_LINE = 90
_HEAD = 40
_MENU_ITEMS = 3
_MENU_LONGEST = 30


class Boilerplate:
    """Finds page noise line by line."""

    def __init__(self, rows: list[BoilerplateRow]) -> None:
        """Index the patterns by kind, as tuples of folded words."""
        self._lines: set[tuple[str, ...]] = set()
        self._starts: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for row in rows:
            key = _words(row.pattern)
            if not key:
                continue
            if row.kind == "line":
                self._lines.add(key)
            elif row.kind in ("line-start", "related-head"):
                self._starts.setdefault(key[0], []).append((key, row.kind))

    def find(self, text: str) -> list[tuple[int, int]]:
        """Return (start, end) of each noise line, in order; ends exclude the line break."""
        found: list[tuple[int, int]] = []
        start, related = 0, False
        for line in text.split("\n"):
            end = start + len(line)
            kind = self._kind(line)
            if not line.strip():
                related = False
            elif kind:
                found.append((start, end))
                related = kind == "related-head" and len(_words(line)) <= 5
            elif related and len(line) <= _SHORT_LINE * 2 and not line.rstrip().endswith("."):
                found.append((start, end))
            else:
                related = False
            start = end + 1
        return found

    def _kind(self, line: str) -> str | None:
        # Only the first words of a long line matter: it is noise at most as the head of related news.
        key = _words(line if len(line) <= _SHORT_LINE else line[:_HEAD])
        if not key:
            # A line of marks and digits alone (rules, dots, page numbers) says nothing.
            return "line" if line.strip() and not any(c.isalnum() for c in line) else None
        if key in self._lines or _is_menu(line):
            return "line"
        for pattern, kind in self._starts.get(key[0], ()):
            if key[: len(pattern)] == pattern and (kind == "related-head" or len(line) <= _SHORT_LINE):
                return kind
        return None


def _is_menu(line: str) -> bool:
    """Whether a line is a bar of links ("الأخبار | تحليلات | الطقس") or of hashtags."""
    items = [item.strip() for item in line.split("|")]
    if len(items) >= _MENU_ITEMS and max(map(len, items)) <= _MENU_LONGEST:
        return True
    return all(word.startswith("#") for word in line.split())


def _words(text: str) -> tuple[str, ...]:
    """The folded words of a line, without marks."""
    return tuple(fold_text(m.group()) for m in TOKEN.finditer(text) if m.lastgroup != "mark")
