"""How a document is made of text and metadata, and the problem that stands in its place where it cannot be."""

from __future__ import annotations

import datetime
import functools
import re
from typing import Any

import msgspec

from marsad.errors import InputError
from marsad.model import Document, Received, Taken

EXTRACTOR = "3"
"""The version of all that turns bytes into text; it grows whenever the same bytes may give another text."""

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


class Metadata(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of a report besides its text."""

    id: str | None = None
    title: str | None = None
    published: str | None = None
    publisher: str | None = None
    url: str | None = None
    language: str | None = None
    story_dates: tuple[tuple[str, str], ...] = ()

    def or_else(self, other: Metadata) -> Metadata:
        """Return this with what it does not know taken from another."""
        return Metadata(**{name: getattr(self, name) or getattr(other, name) for name in Metadata.__struct_fields__})


class Beside(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of a report besides its bytes: `said` on the command line, which wins over all; `known` from a file
    beside it, which wins over what the report says of itself; `hints` of a feed, which only fill in.
    """

    said: Metadata = Metadata()
    known: Metadata = Metadata()
    hints: Metadata = Metadata()

    @staticmethod
    def of(received: Received) -> Beside:
        """Return what came beside received bytes."""
        return _decode_beside(received.beside)


class Where(msgspec.Struct, frozen=True, kw_only=True):
    """Where reports are being taken from: the file or address as it is shown, the stem of their ids, what is known of
    all of them."""

    path: str
    name: str
    beside: Beside = Beside()
    url: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    time: str | None = None

    def received(
        self, content: bytes, kind: str, *, at: str = "", headers: tuple[tuple[str, str], ...] = ()
    ) -> Received:
        """Return the bytes of one report found here, or `at` a place in it (`:12`)."""
        return Received(
            content=content,
            kind=kind,
            name=self.name + at,
            place=self.path + at,
            url=self.url,
            headers=self.headers + headers,
            beside=_encode_beside(self.beside),
            at=self.time,
        )

    def inside(self, member: str) -> Where:
        """Return the place of a member of this archive; its path is for people to read, never to be opened."""
        # Its ending tells what it is, so that stays.
        shown = member if len(member) <= 120 else f"{member[:100]}…{member[-15:]}"
        shown = " ".join(shown.split())
        stem = shorten(re.split(r"[/\\]", member)[-1].rpartition(".")[0] or shown, 80)
        return msgspec.structs.replace(self, path=f"{self.path}!{shown}", name=f"{self.name}/{stem}")


@functools.lru_cache(maxsize=1000)
def _encode_beside(beside: Beside) -> str:
    return msgspec.json.encode(beside).decode()


@functools.lru_cache(maxsize=1000)
def _decode_beside(text: str) -> Beside:
    return msgspec.json.decode(text, type=Beside)


class UnreadableError(InputError):
    """Carries a reason and a remedy out of a nested reading function, to become an `InputProblem`; `at` is where in the
    report it was found."""

    def __init__(self, reason: str, remedy: str, at: str = "") -> None:
        super().__init__(f"{reason}; {remedy}.")
        self.reason = reason
        self.remedy = remedy
        self.at = at


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
    return InputProblem(where=where + why.at, reason=why.reason, remedy=why.remedy)


def tripped(where: str, error: Exception) -> InputProblem:
    """Return the problem of bytes that nobody foresaw: they must not take the other reports with them."""
    reason = f"its bytes trip the reader ({type(error).__name__}: {' '.join(str(error).split())[:200]})"
    return InputProblem(where=where, reason=reason, remedy="please report this as a bug, with the file")


def taken(
    document: Document,
    received: Received,
    *,
    dated_by: str | None = None,
    author: str | None = None,
    marks: tuple[str, ...] = (),
) -> Taken:
    """Return a document with what it was derived from; a date that was said wins over all others."""
    beside = Beside.of(received)
    if beside.said.published or beside.known.published:
        dated_by = "said"
    return Taken(
        document=document,
        received=received,
        extractor=EXTRACTOR,
        dated_by=dated_by if document.published else None,
        author=author,
        marks=marks,
    )


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
    found = _CONTROLS.search(text)
    return found.start() if found else None


_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CONTROLS = re.compile("[" + "".join(chr(c) for c in range(32) if chr(c) not in "\t\n\v\f\r\x1b") + "]")
