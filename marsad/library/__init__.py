"""Marsad as a library: read a text, ask a record, hand what is found to pandas, polars, Arrow or a notebook.

What `marsad` itself names is stable: it changes only with a new major version. What is read is made of the frozen records of
`marsad.model`; nothing here changes a record.

>>> import marsad
>>> report = marsad.read("قتل 3 جنود أوكرانيين في قصف روسي على مدينة سومي يوم الاثنين.", published="2025-07-22")
>>> event = report.events[0]
>>> event.type, event.places[0].name, event.date.start
('ASSAULT', 'Sumy', '2025-07-21')
>>> report.document.text[event.trigger.start : event.trigger.end] == event.trigger.text
True
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from marsad.library.opened import OpenRecord
    from marsad.library.reading import Reading

__all__ = ["open_record", "read"]


def read(text: str, *, published: str | None = None, publisher: str | None = None, name: str = "report") -> Reading:
    """Return what a report says: its stories, its events, and what was odd, every value with its words.

    `published` is an ISO date, or a date-time with zone; without it, "Thursday" and "yesterday" stay unresolved. `name` is
    the report's id. The first call loads the lexicon, which takes about a second. A text in a language that is not read has
    no events, and no language.

    >>> read("لا شيء.").events
    ()

    Raises:
        InputError: `published` is no date.
    """
    from marsad.library.reading import read_text

    return read_text(text, (published, publisher), name)


def open_record(location: str = "marsad.db", *, policy: str = "open") -> OpenRecord:
    """Open a record to ask it: a file or a `postgresql://` URL, as a publication policy (open, careful or a file) shows it.

    >>> with open_record(example) as record:
    ...     record.incidents(since="2025-07-01", country="UKR").to_arrow().num_rows
    1

    Raises:
        RecordError: there is no such record.
        InputError: there is no such policy.
    """
    from marsad.library.opened import OpenRecord

    return OpenRecord(location, policy)
