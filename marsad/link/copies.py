"""Finds near-verbatim copies: MinHash brings candidates together, a real comparison decides.

Copies and reports from one template on different events overlap alike in their words, so numbers, places and days decide.
"""

from __future__ import annotations

import datetime
import zlib
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from marsad.link.model import ReportSketch

SHINGLE = 3
BANDS = 48
ROWS = 2
MIN_SHINGLES = 10
"""A text of fewer runs of words is too short to be told a copy from a report that says the same."""
LEAST = 0.55
"""The share of the shorter text's shingles that must stand in the longer one."""
LEAST_FACTS = 0.75
LEAST_TEMPLATE = 0.35
LEAST_SIZE = 0.5
WINDOW_DAYS = 7
"""Days after which a text that appears again is no syndicated copy but the next use of a template."""
_PRIME = (1 << 31) - 1
_MIX = np.random.Generator(np.random.PCG64(20250101)).integers(1, _PRIME, size=(2, BANDS * ROWS), dtype=np.int64)


def shingles(words: Sequence[str]) -> bytes:
    """Return the hashes of every run of `SHINGLE` words: sorted, each once, four bytes each."""
    joined = ("\x1f".join(words[i : i + SHINGLE]) for i in range(len(words) - SHINGLE + 1))
    return np.array(sorted({zlib.crc32(piece.encode()) for piece in joined}), dtype="<u4").tobytes()


def signature(hashed: bytes) -> tuple[int, ...]:
    """Return the MinHash signature of a text's shingles; empty for a text too short."""
    if len(hashed) < 4 * MIN_SHINGLES:
        return ()
    values = _runs(hashed).astype(np.int64) % _PRIME
    mixed = (values[:, None] * _MIX[0] + _MIX[1]) % _PRIME
    return tuple(int(v) for v in mixed.min(axis=0))


def bands(sign: Sequence[int]) -> Iterator[int]:
    """Yield the keys (62 bits) under which a signature meets those it may be a copy of."""
    for band in range(len(sign) // ROWS):
        piece = ",".join(map(str, (band, *sign[band * ROWS : (band + 1) * ROWS]))).encode()
        yield zlib.crc32(piece) << 30 | zlib.adler32(piece) & 0x3FFFFFFF


class Gist:
    """What of a report is compared with others: its shingles and facts as sets, made once for all comparisons."""

    __slots__ = ("body", "day", "facts", "publisher", "report", "shingles")

    def __init__(self, report: ReportSketch) -> None:
        self.report = report.report
        self.publisher = report.publisher
        self.day = day(report)
        self.shingles = frozenset(_runs(report.shingles).tolist())
        self.facts = frozenset(f[2:] for f in report.facts)
        self.body = frozenset(f[2:] for f in report.facts if f.startswith("b:"))


def day(report: ReportSketch) -> int:
    """Return the number of the day on which a report appeared; 0 if unknown, so that such reports meet only each other."""
    return datetime.date.fromisoformat(report.published[:10]).toordinal() if report.published else 0


def kinship(a: Gist, b: Gist) -> str:
    """Return `copy` for two reports that are copies of one text, `template` for two of one publisher that share much of
    their words but not all their numbers, places and days, and else nothing.
    """
    if abs(a.day - b.day) > WINDOW_DAYS:
        return ""
    shorter, longer = sorted((len(a.shingles), len(b.shingles)))
    if shorter < MIN_SHINGLES or shorter < LEAST_SIZE * longer:
        return ""
    common = len(a.shingles & b.shingles) / shorter
    if common < LEAST_TEMPLATE:
        return ""
    facts = _facts_alike(a, b)
    if common >= LEAST and facts >= LEAST_FACTS:
        return "copy"
    is_template = facts < 1 and a.publisher is not None
    return "template" if is_template and a.publisher == b.publisher else ""


def _runs(hashed: bytes) -> npt.NDArray[np.uint32]:
    return np.frombuffer(hashed, dtype="<u4")


def _facts_alike(a: Gist, b: Gist) -> float:
    """Headlines differ between copies, so facts of the body are compared; each must stand somewhere in the other."""
    shared = len(a.body & b.facts) + len(b.body & a.facts)
    total = len(a.body) + len(b.body)
    return shared / total if total else 1.0


def groups(pairs: Sequence[tuple[str, str]]) -> list[list[str]]:
    """Return the groups of reports that pairs of copies make, each sorted, in order of their first."""
    head: dict[str, str] = {}

    def root(name: str) -> str:
        while head.setdefault(name, name) != name:
            name = head[name]
        return name

    for a, b in pairs:
        first, second = sorted((root(a), root(b)))
        head[second] = first
    found: dict[str, list[str]] = {}
    for name in sorted(head):
        found.setdefault(root(name), []).append(name)
    return sorted(sorted(g) for g in found.values())
