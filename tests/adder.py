"""Adds and links reports of the benchmark's stream as `marsad add` does, without the coder: a program to kill, or to
run beside another.

    python -m tests.adder RECORD REPORTS [EVERY FIRST]     reports FIRST, FIRST + EVERY, … and then all the others
"""

from __future__ import annotations

import sys

from bench.stream import Made, stream
from marsad import pipeline
from marsad.link.model import ReportSketch
from marsad.model import CodedDocument, Document
from marsad.record import open_record


class Told:
    """A reader that knows by heart what the reports of the stream say."""

    def __init__(self, reports: int) -> None:
        self.made: dict[str, Made] = {made.coded.document.id: made for made in stream(reports)}

    def is_readable(self, document: Document) -> bool:
        return document.id in self.made

    def read(self, document: Document) -> CodedDocument:
        return self.made[document.id].coded

    def sketch(self, coded: CodedDocument) -> ReportSketch:
        return self.made[coded.document.id].sketch


def add(location: str, reports: int, every: int = 1, first: int = 0) -> None:
    """Add the reports to the record, those of one's own turn before the others."""
    reader = Told(reports)
    documents = [made.coded.document for made in reader.made.values()]
    ordered = [d for i, d in enumerate(documents) if i % every == first]
    ordered += [d for i, d in enumerate(documents) if i % every != first]
    with open_record(location) as record:
        run = record.start_run("1", "data")
        for outcome in pipeline.process(ordered, reader, record, run):
            assert outcome.state in ("added", "unchanged"), outcome.problem


if __name__ == "__main__":
    add(sys.argv[1], *map(int, sys.argv[2:]))
