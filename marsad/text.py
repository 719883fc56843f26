"""Spans and folding that never lose the way back to the untouched text.

A folded text carries, for each of its characters, the offset of the original character it came from, so that whatever is
found in the folded text can be quoted from the original.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from marsad.model import Span


class Folded(msgspec.Struct, frozen=True):
    """A folded text; `origin[i]` is the offset in the original text of the character that became `text[i]`."""

    text: str
    origin: tuple[int, ...]
    original: str

    def span(self, start: int, end: int) -> Span:
        """Return the original span of the folded characters start (inclusive) to end (exclusive)."""
        if start >= end:
            at = self.origin[start] if start < len(self.origin) else len(self.original)
            return Span(at, at, "")
        first = self.origin[start]
        # Dropped marks belong to the letter before them: the span runs up to the next kept character.
        last = self.origin[end] if end < len(self.origin) else len(self.original)
        last = max(last, self.origin[end - 1] + 1)
        return Span(first, last, self.original[first:last])


def fold_with_map(text: str, table: Mapping[int, str]) -> Folded:
    """Replace every character by its entry in `table` (code point → string, "" drops it), keeping the way back."""
    folded: list[str] = []
    origin: list[int] = []
    for offset, character in enumerate(text):
        piece = table.get(ord(character), character)
        folded.append(piece)
        origin.extend([offset] * len(piece))
    return Folded("".join(folded), tuple(origin), text)


def span_of(text: str, start: int, end: int) -> Span:
    """Return the span of text[start:end]."""
    return Span(start, end, text[start:end])
