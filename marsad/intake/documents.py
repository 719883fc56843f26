"""How a document is made of text and metadata, and the problem that stands in its place where it cannot be."""

from __future__ import annotations

import datetime
import re
from typing import Any

import msgspec

from marsad.errors import InputError
from marsad.model import Document

MAX_BYTES = 64 * 1024 * 1024
"""The longest line or file that is read at all; longer ones are passed over without being held in memory."""

MAX_CHARACTERS = 2_000_000
"""The longest report: a thick book. Anything longer is several reports that were glued together."""

NOT_UTF8 = "save it as UTF-8 (for example: iconv -f WINDOWS-1256 -t UTF-8)"


class InputProblem(msgspec.Struct, frozen=True, kw_only=True):
    """A report or file that could not be read: where, why, and what to do. `document` is set if its text is sound."""

    where: str
    reason: str
    remedy: str
    document: Document | None = None

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}; {self.remedy}."


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a report besides its text."""

    id: str | None = None
    title: str | None = None
    published: str | None = None
    publisher: str | None = None
    url: str | None = None
    language: str | None = None
    story_dates: tuple[tuple[str, str], ...] = ()


class UnreadableError(InputError):
    """Carries a reason and a remedy out of a nested reading function, to become an `InputProblem`."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"{reason}; {remedy}.")
        self.reason = reason
        self.remedy = remedy


def check_published(value: str) -> str:
    """Return an ISO 8601 date, or date-time with zone, unchanged.

    Raises:
        UnreadableError: it is neither.
    """
    value = value.strip()
    try:
        day = _DAY.match(value)
        if day and day[0] == value:
            datetime.date.fromisoformat(value)
            return value
        if day and datetime.datetime.fromisoformat(value).tzinfo is not None:
            return value
    except ValueError:
        pass
    raise UnreadableError(
        f"{shorten(value)!r} is not a publication date", "write 2025-07-22, or 2025-07-22T09:30:00Z with its zone"
    )


def check_text(text: str) -> str:
    """Return a report's text unchanged.

    Raises:
        UnreadableError: it is empty, binary, or longer than MAX_CHARACTERS.
    """
    if not text.strip():
        raise UnreadableError("there is no text", "give a report with words in it")
    if len(text) > MAX_CHARACTERS:
        raise UnreadableError(
            f"the text has {len(text):,} characters; the limit is {MAX_CHARACTERS:,}", "split it into its reports"
        )
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise UnreadableError(f"character {error.start + 1} is not valid Unicode", NOT_UTF8) from error
    at = _first_control(text)
    if at is not None:
        raise UnreadableError(
            f"character {at + 1} is the control character U+{ord(text[at]):04X}; this is no plain text",
            "save the report as text or HTML",
        )
    return text


def metadata_from(row: dict[str, Any]) -> Metadata:
    """Return the metadata of a JSON object or CSV row.

    Raises:
        UnreadableError: a field is not a string, or a date is not valid.
    """
    values: dict[str, str | None] = {}
    for name in ("id", "title", "published", "publisher", "url", "language"):
        value = row.get(name)
        if name == "id" and isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if value is not None and not isinstance(value, str):
            raise UnreadableError(
                f"{name!r} is {type(value).__name__}, not a string", f"write {name!r} in quotes, or null"
            )
        values[name] = value or None
    if values["published"]:
        values["published"] = check_published(values["published"])
    return Metadata(**values, story_dates=_story_dates(row.get("stories")))


def make_document(name: str, text: str, metadata: Metadata, said: Metadata) -> Document:
    """Return the document; `said` (the command line) wins over `metadata` (the file); `name` is the id of last resort.

    Raises:
        UnreadableError: the text or the date is not usable.
    """
    published = said.published or metadata.published
    return Document(
        id=metadata.id or name,
        text=check_text(text),
        title=metadata.title,
        published=check_published(published) if published else None,
        publisher=said.publisher or metadata.publisher,
        url=said.url or metadata.url,
        language=metadata.language,
        story_dates=metadata.story_dates,
    )


def problem(where: str, why: UnreadableError) -> InputProblem:
    """Return the problem that is found at `where`."""
    return InputProblem(where=where, reason=why.reason, remedy=why.remedy)


def shorten(text: str, length: int = 60) -> str:
    """Return the text on one line, cut to `length` characters."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"


def _story_dates(stories: Any) -> tuple[tuple[str, str], ...]:
    if stories is None or stories == "":
        return ()
    if not isinstance(stories, list):
        raise UnreadableError(
            "'stories' is not a list", 'write [{"context": "first words", "published": "2025-07-22"}]'
        )
    dates: list[tuple[str, str]] = []
    for story in stories:
        context = story.get("context") if isinstance(story, dict) else None
        if not isinstance(context, str):
            raise UnreadableError("a story has no 'context'", "give the first words of each story as 'context'")
        published = story.get("published")
        if published is not None:
            if not isinstance(published, str):
                raise UnreadableError("a story's 'published' is not a string", "write it in quotes, or null")
            dates.append((context, check_published(published)))
    return tuple(dates)


def _first_control(text: str) -> int | None:
    """The place of the first control character that is no white space (nor the escape that terminals leave behind)."""
    for control in _CONTROLS:
        at = text.find(control)
        if at >= 0:
            return at
    return None


_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CONTROLS = tuple(chr(c) for c in range(32) if chr(c) not in "\t\n\v\f\r\x1b")
