"""What tests of incidents share: gold reports, read once, and short ways to add, judge and look."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from marsad import pipeline
from marsad.link.model import ReportSketch
from marsad.model import CodedDocument, Document
from marsad.record import Filters, Record, StoredJudgement

ROOT = Path(__file__).parent.parent
OWN = ROOT / "eval" / "gold" / "incidents"
EXAM = ROOT.parent / "shared" / "gold" / "incidents-dev"
"""The third-party set, where it lies beside the repository."""


class Read(NamedTuple):
    """A report that was read, with what linking needs to know of it."""

    coded: CodedDocument
    sketch: ReportSketch | None


def documents(folder: Path) -> list[Document]:
    """The reports of a gold folder, in order of their names."""
    about = json.loads((folder / "gold.json").read_text(encoding="utf-8"))["documents"]
    return [
        Document(id=name, text=(folder / f"{name}.txt").read_bytes().decode(), **known)
        for name, known in sorted(about.items())
    ]


def read(reader: pipeline.Reader, wanted: Iterable[Document]) -> dict[str, Read]:
    """The reports by name, read and sketched."""
    coded = (reader.read(document) for document in wanted)
    return {c.document.id: Read(c, reader.sketch(c)) for c in coded}


# The real one, also where a test has put a stand-in in its place.
_reader = functools.cache(pipeline.load_reader)


@functools.cache
def strike(name: str) -> str:
    """The id of the first event in one of our own reports that is an assault: its number changes as reading learns."""
    (document,) = (d for d in documents(OWN) if d.id == name)
    return next(e.id for e in _reader().read(document).events if e.type == "ASSAULT")


def add(record: Record, reports: Iterable[Read]) -> None:
    """Add reports one by one."""
    run = record.start_run("1", "data")
    for report in reports:
        record.add(report.coded, run, report.sketch)


def told(record: Record) -> dict[frozenset[str], Any]:
    """The incidents by their events, with all that follows from these."""
    return {
        frozenset(m[1] for m in i.summary.mentions): (i.summary, i.sources, i.contradicted, i.verdict)
        for i in record.incidents(Filters(), with_rejected=True)
    }


def incident_with(record: Record, event: str) -> Any:
    """The incident that an event is part of."""
    return next(i for i in record.incidents(Filters()) if any(m[1] == event for m in i.summary.mentions))


def judged(kind: str, left: str = "", **values: Any) -> StoredJudgement:
    """A judgement that Amal makes."""
    return StoredJudgement(key=0, at="", author="Amal", kind=kind, left=left, **values)
