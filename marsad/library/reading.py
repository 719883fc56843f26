"""A report that was read: the frozen records, shown in notebooks with every value marked in the text."""

from __future__ import annotations

import functools

from marsad.export.wording import Wording
from marsad.intake import check_published
from marsad.library.notebook import show_reading
from marsad.model import CodedDocument, Document
from marsad.pipeline import Reader, load_reader


class Reading(CodedDocument, frozen=True, kw_only=True):
    """What was read out of one report; a `CodedDocument` that notebooks show."""

    def _repr_html_(self) -> str:
        return show_reading(self, Wording("ar" if self.language == "ar" else "en"))


@functools.cache
def _reader() -> Reader:
    return load_reader()


def read_text(text: str, about: tuple[str | None, str | None], name: str) -> Reading:
    """Return what a report says; `about` are its date and its publisher.

    Raises:
        InputError: the date is none.
    """
    published, publisher = about
    if published is not None:
        published = check_published(published)
    document = Document(id=name, text=text, published=published, publisher=publisher)
    if not _reader().is_readable(document):
        return Reading(document=document, language=None)
    return reading_of(_reader().read(document))


def reading_of(coded: CodedDocument) -> Reading:
    """Return a coded document as a reading."""
    return Reading(**{name: getattr(coded, name) for name in CodedDocument.__struct_fields__})
