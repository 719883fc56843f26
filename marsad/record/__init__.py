"""The record: the database of what was read, where every value still points at its words.

`open_record` gives a `Record`; `Record.add` writes one report in one transaction, the reading side is `record.query`.
"""

from __future__ import annotations

from marsad.record.adding import Added
from marsad.record.incidents import StoredIncident
from marsad.record.judging import StoredJudgement
from marsad.record.query import Filters, StoredDocument, StoredEvent
from marsad.record.write import Record, open_record

__all__ = [
    "Added",
    "Filters",
    "Record",
    "StoredDocument",
    "StoredEvent",
    "StoredIncident",
    "StoredJudgement",
    "open_record",
]
