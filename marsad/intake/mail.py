"""Mail and saved pages: .eml, .mbox, and .mhtml, which is a page packed as a mail."""

from __future__ import annotations

import email
import email.errors
import email.header
import email.message
import email.policy
import email.utils
import re
from collections.abc import Iterator
from typing import IO

from marsad.intake.charsets import decode
from marsad.intake.documents import (
    MAX_BYTES,
    Beside,
    InputProblem,
    Metadata,
    UnreadableError,
    Where,
    make_document,
    taken,
)
from marsad.intake.pages import read_page
from marsad.model import Received, Taken

_MAX_PARTS = 500
_LONGEST_HEADER = 20_000
_NO_TEXT = "give a mail with words in it; what is attached must be saved and given by itself"
_BOUNDARY = re.compile(rb"boundary=", re.IGNORECASE)
_START = re.compile(rb"From \S")
_HOLDS_OTHERS = re.compile(rb"message/rfc822|multipart/digest|attachment", re.IGNORECASE)
_ATTACHED = {".txt": "text", ".docx": "word", ".pdf": "pdf", ".html": "page", ".htm": "page"}
"""Attachments that are read as reports of their own, by their endings; others are left alone."""


def split_mailbox(stream: IO[bytes], where: Where) -> Iterator[Received | InputProblem]:
    """Yield the mails of an mbox file, one at a time."""
    number = size = 0
    lines: list[bytes] = []
    after_blank = True
    while line := stream.readline(MAX_BYTES):
        if after_blank and _START.match(line):
            if lines:
                number += 1
                yield from _mail(lines, size, where, number)
            lines, size = [], 0
        else:
            size += len(line)
            if size <= MAX_BYTES:
                lines.append(line[1:] if line.startswith(b">From ") else line)
        after_blank = not line.strip()
    if not lines:
        yield InputProblem(where=where.path, reason="the mailbox is empty", remedy="export the mails again")
        return
    yield from _mail(lines, size, where, number + 1)


def _mail(lines: list[bytes], size: int, where: Where, number: int) -> Iterator[Received | InputProblem]:
    if size > MAX_BYTES:
        reason = f"the mail is larger than {MAX_BYTES // 1024 // 1024} MB"
        yield InputProblem(where=f"{where.path}:mail {number}", reason=reason, remedy="save its text as a file")
        return
    yield from split_mail(b"".join(lines), where, at=f":{number}")


def split_mail(content: bytes, where: Where, *, at: str = "") -> Iterator[Received | InputProblem]:
    """Yield a mail, and by themselves the mails and the reports that are in it: forwarded, attached, or in a digest."""
    inside: list[Received] = []
    has_text = True
    if _HOLDS_OTHERS.search(content):
        try:
            message = _parse(content)
            inside = list(_others(message, where, at))
            has_text = any(p.get_content_maintype() == "text" and not _is_attached(p) for p in _parts(message))
        except UnreadableError:
            inside = []  # reading it will say what is wrong
    if has_text or not inside:
        yield where.received(content, "mail", at=at)
    yield from inside


def _others(message: email.message.Message, where: Where, at: str) -> Iterator[Received]:
    waiting, number = [message], 0
    while waiting:
        part = waiting.pop()
        inner = part.get_payload() if part.is_multipart() else None
        children = [p for p in inner if isinstance(p, email.message.Message)] if isinstance(inner, list) else []
        waiting.extend(reversed(children))
        name = part.get_filename() or ""
        ending = f".{name.rpartition('.')[2]}".lower()
        if part.get_content_type() == "message/rfc822":
            for child in children[:1]:
                number += 1
                yield where.received(_bytes_of(child), "mail", at=f"{at}/{number}")
        elif _is_attached(part) and ending in _ATTACHED and (content := _payload(part)).strip():
            yield where.inside(name).received(content, _ATTACHED[ending], at=at)


def _bytes_of(message: email.message.Message) -> bytes:
    try:
        return message.as_bytes()
    except (ValueError, LookupError, KeyError, AttributeError, TypeError, RecursionError):
        return str(message.get_payload()).encode("utf-8", "replace")


def read_mail(received: Received) -> Taken:
    """Return the report in a mail: its plain text, or else its page. The subject is the title, the sender the publisher.

    Raises:
        UnreadableError: it is no mail, or has no text.
    """
    beside = Beside.of(received)
    message = _parse(received.content)
    published = _date(_header(message, "date"))
    headers = Metadata(
        id=_header(message, "message-id").strip("<> ")[:200] or None,
        title=_header(message, "subject") or None,
        published=published,
        publisher=_sender(_header(message, "from")),
    )
    parts = _parts(message)
    marks = ("attachments",) if any(_is_attached(p) for p in parts) else ()
    for kind in ("text/plain", "text/html"):
        for part in parts:
            if part.get_content_type() != kind or _is_attached(part):
                continue
            content = _payload(part)
            if not content.strip():
                continue
            charset = part.get_content_charset()
            text = decode(content, charset) if kind == "text/plain" else read_page(content, charset).text
            document = make_document(received.name, text, beside.known.or_else(headers), beside.said)
            return taken(document, received, dated_by="message" if published else None, marks=marks)
    raise UnreadableError("the mail holds no text", _NO_TEXT)


def read_saved_page(received: Received) -> Taken:
    """Return the report on a page that a browser saved as one file (.mhtml).

    Raises:
        UnreadableError: it is no such file, or its page holds no report.
    """
    beside = Beside.of(received)
    message = _parse(received.content)
    for part in _parts(message):
        if part.get_content_type() not in ("text/html", "application/xhtml+xml"):
            continue
        page = read_page(_payload(part), part.get_content_charset())
        address = _header(part, "content-location") or _header(message, "snapshot-content-location")
        found = beside.known.or_else(page.metadata)
        if address.startswith(("http://", "https://")):
            found = found.or_else(Metadata(url=address))
        document = make_document(received.name, page.text, found.or_else(beside.hints), beside.said)
        return taken(document, received, dated_by=page.dated_by, author=page.author, marks=page.marks)
    raise UnreadableError("there is no page in it", "save the page again as a web archive or as HTML")


def _parse(content: bytes) -> email.message.Message:
    if len(_BOUNDARY.findall(content)) > _MAX_PARTS:
        # Taking parts in parts apart costs the square of their number.
        raise UnreadableError(f"the mail has more than {_MAX_PARTS} parts", "save its text as a file")
    try:
        message = email.message_from_bytes(content, policy=email.policy.compat32)
    except (ValueError, LookupError, RecursionError, AttributeError, IndexError) as error:
        raise UnreadableError(f"it is no sound mail ({error})", "export it again") from error
    if not message.keys():
        raise UnreadableError("it has no headers, so it is no mail", "name it .txt if it is plain text")
    return message


def _parts(message: email.message.Message) -> list[email.message.Message]:
    found: list[email.message.Message] = []
    waiting = [message]
    while waiting:
        part = waiting.pop()
        if len(found) + len(waiting) > _MAX_PARTS:
            raise UnreadableError(f"the mail has more than {_MAX_PARTS} parts", "save its text as a file")
        inner = part.get_payload() if part.is_multipart() else None
        if part is not message and part.get_content_type() == "message/rfc822":
            continue  # a mail of its own
        if isinstance(inner, list):
            waiting.extend(p for p in reversed(inner) if isinstance(p, email.message.Message))
        else:
            found.append(part)
    return found


def _payload(part: email.message.Message) -> bytes:
    try:
        content = part.get_payload(decode=True)
    except (UnicodeError, LookupError):
        # The charset that the mail declares is none; its bytes are looked at without it.
        part.del_param("charset")
        content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _is_attached(part: email.message.Message) -> bool:
    return part.get_content_disposition() == "attachment"


def _header(message: email.message.Message, name: str) -> str:
    """A header's words, whatever they were packed as."""
    value = message.get(name)
    if value is None:
        return ""
    try:
        pieces = email.header.decode_header(str(value)[:_LONGEST_HEADER])
        text = "".join(p if isinstance(p, str) else decode(p, charset) for p, charset in pieces)
    except (UnreadableError, ValueError, LookupError, email.errors.HeaderParseError):
        text = str(value)[:_LONGEST_HEADER]
    text = text.encode("utf-8", "replace").decode("utf-8")
    return " ".join(text.replace("\x00", " ").split())[:1000]


def _sender(value: str) -> str | None:
    name, address = email.utils.parseaddr(value)
    return name or address or None


def _date(value: str) -> str | None:
    try:
        found = email.utils.parsedate_to_datetime(value)
        # Minus zero says that the zone is not known.
        return found.isoformat() if found.tzinfo is not None else found.date().isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
