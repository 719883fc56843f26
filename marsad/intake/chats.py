"""Channels and chats: the export of Telegram Desktop (JSON), and the text that WhatsApp exports."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterator
from typing import IO, Any

import msgspec

from marsad.intake.charsets import decode
from marsad.intake.documents import Beside, InputProblem, Metadata, UnreadableError, Where, make_document, taken
from marsad.intake.limits import slurp
from marsad.intake.page_states import SEATS, phrases
from marsad.model import Received, Taken

_MAX_EXPORT = 256 * 1024 * 1024
_EXPORT_AGAIN = "export the channel again from Telegram Desktop, as machine-readable JSON"


# ---- Telegram -------------------------------------------------------------------------------------------------------


class _Chat(msgspec.Struct):
    messages: list[msgspec.Raw] = []
    name: str | None = None
    id: int | str = 0


class _Chats(msgspec.Struct):
    all: list[_Chat] = msgspec.field(default_factory=list, name="list")


class _Export(_Chat):
    chats: _Chats = msgspec.field(default_factory=_Chats)


# What msgspec raises for bytes that are no JSON of the shape that is wanted.
_NO_JSON = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)


class _Message(msgspec.Struct):
    id: int | str = 0
    type: str = "message"
    date: str = ""
    date_unixtime: str | int | None = None
    text: Any = ""
    from_: str | None = msgspec.field(default=None, name="from")
    forwarded_from: str | None = None


def split_telegram(stream: IO[bytes], where: Where) -> Iterator[Received | InputProblem]:
    """Yield the messages with text of a Telegram export, of one channel or of many."""
    content = slurp(stream, _MAX_EXPORT)
    try:
        export = msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"), type=_Export)
    except _NO_JSON as error:
        raise UnreadableError(f"it is no Telegram export ({error})", _EXPORT_AGAIN) from error
    found = 0
    for chat in [export, *export.chats.all]:
        headers = (("chat", str(chat.id)), ("name", chat.name or ""))
        for raw in chat.messages:
            found += 1
            message = bytes(raw)
            if not _has_text(message):
                continue
            number = _number(message)
            yield where.received(message, "telegram", at=f":{chat.id}/{number}", headers=headers)
    if not found:
        yield InputProblem(where=where.path, reason="the export holds no messages", remedy=_EXPORT_AGAIN)


def read_telegram(received: Received) -> Taken:
    """Return the report in one message of a Telegram export; the channel is its publisher.

    Raises:
        UnreadableError: it is no message.
    """
    beside = Beside.of(received)
    known = dict(received.headers)
    try:
        message = msgspec.json.decode(received.content, type=_Message)
    except _NO_JSON as error:
        raise UnreadableError(f"it is no message of a Telegram export ({error})", _EXPORT_AGAIN) from error
    published = _moment(message)
    metadata = Metadata(
        id=f"telegram:{known.get('chat', '')}/{message.id}",
        published=published,
        publisher=known.get("name") or message.from_,
    )
    document = make_document(received.name, plain(message.text), beside.known.or_else(metadata), beside.said)
    marks = ("forwarded",) if message.forwarded_from else ()
    return taken(document, received, dated_by="message" if published else None, author=message.from_, marks=marks)


def plain(text: Any) -> str:
    """Return the words of a message, which are a string or a list of strings and formatted pieces."""
    if isinstance(text, str):
        return text
    if not isinstance(text, list):
        return ""
    pieces = (p if isinstance(p, str) else p.get("text", "") if isinstance(p, dict) else "" for p in text)
    return "".join(p for p in pieces if isinstance(p, str))


def _has_text(message: bytes) -> bool:
    try:
        found = msgspec.json.decode(message, type=_Message)
    except _NO_JSON:
        return True  # reading it will say what is wrong
    return found.type == "message" and bool(plain(found.text).strip())


def _number(message: bytes) -> str:
    try:
        return str(msgspec.json.decode(message, type=_Message).id)
    except _NO_JSON:
        return "?"


def _moment(message: _Message) -> str | None:
    """When a message was sent: by its Unix time, or else the day of its date, whose zone the export does not tell."""
    try:
        if message.date_unixtime is not None:
            moment = datetime.datetime.fromtimestamp(int(message.date_unixtime), datetime.UTC)
            return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
        return datetime.date.fromisoformat(message.date[:10]).isoformat()
    except (ValueError, OverflowError, OSError):
        return None


# ---- WhatsApp -------------------------------------------------------------------------------------------------------

_INVISIBLE = str.maketrans(dict.fromkeys([0x200E, 0x200F, 0x202A, 0x202B, 0x202C, 0xFEFF]))
_STAMP = re.compile(
    r"\[?(?P<a>\d{1,4})[./-](?P<b>\d{1,2})[./-](?P<c>\d{2,4})[,\u060c]? +\d{1,2}:\d{2}(?::\d{2})?"
    r"[\u202f\u00a0 ]?(?:[AaPp]\.?[Mm]\.?|[\u0635\u0645])?\]?(?: - | )(?P<rest>.*)",
    re.DOTALL,
)
_SENDER = re.compile(r"(?P<name>[^:\n]{1,80}): (?P<text>.*)", re.DOTALL)
_NOTICE = re.compile(": \u200e")
_UNKNOWN_SENDER = "~ \u202f\u00a0"
_LEFT_OUT = re.compile(r"<[^<>\n]{3,40}>\s*$|\S+\.(?:jpg|opus|mp4|webp|pdf) \(.*\)\s*$")


def is_whatsapp(text: str) -> bool:
    """Say whether a text is an export of WhatsApp: its first lines bear stamps, and most have a sender."""
    lines = [line for line in text[:4000].translate(_INVISIBLE).split("\n")[:12] if line.strip()]
    stamped = [m for m in map(_stamp, lines) if m]
    return bool(lines) and _stamp(lines[0]) is not None and len(stamped) >= min(2, len(lines))


def split_whatsapp(content: bytes, where: Where) -> Iterator[Received | InputProblem]:
    """Yield the messages of an exported chat; each is kept with its stamp, and the order of day and month in all."""
    text = decode(content)
    messages: list[list[str]] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        if _stamp(line.translate(_INVISIBLE)):
            messages.append([line])
        elif messages:
            messages[-1].append(line)
    order = _order(messages)
    for number, lines in enumerate(messages, 1):
        whole = "\n".join(lines).strip("\n")
        stamp = _stamp(whole.translate(_INVISIBLE))
        sent = _SENDER.match(stamp["rest"]) if stamp else None
        if sent is None or not sent["text"].strip() or _is_left_out(whole, sent["text"].strip()):
            continue
        yield where.received(whole.encode(), "whatsapp", at=f":{number}", headers=(("order", order),))


def read_whatsapp(received: Received) -> Taken:
    """Return the report in one message of an exported chat.

    Raises:
        UnreadableError: it is no message.
    """
    beside = Beside.of(received)
    text = received.content.decode("utf-8", "replace").lstrip("".join(map(chr, _INVISIBLE)))
    stamp = _stamp(text.translate(_INVISIBLE))
    sent = _SENDER.match(stamp["rest"]) if stamp else None
    if stamp is None or sent is None:
        raise UnreadableError("it is no message of a WhatsApp export", "export the chat again, without media")
    # The words themselves stay as they came: only the stamp is looked at without its invisible characters.
    words = text[text.find(": ") + 2 :] if sent["text"] not in text else text[text.find(sent["text"]) :]
    published = _day(stamp, dict(received.headers).get("order", ""))
    metadata = Metadata(published=published, publisher=sent["name"].strip(_UNKNOWN_SENDER))
    document = make_document(received.name, words, beside.known.or_else(metadata), beside.said)
    marks = () if published else ("day-or-month",)
    return taken(document, received, dated_by="message" if published else None, marks=marks)


def _is_left_out(message: str, text: str) -> bool:
    """Whether the program wrote a message itself: in the place of media, of what was deleted, or as a notice.

    Those of iPhones begin with an invisible mark.
    """
    is_notice = _NOTICE.match(message[message.find(": ") :]) is not None
    return (
        is_notice or _LEFT_OUT.match(text) is not None or text.lower().translate(SEATS).strip(" .") in phrases("chat")
    )


def _stamp(line: str) -> re.Match[str] | None:
    digits = "".join(str(unicodedata.digit(c)) if c.isdigit() and not c.isascii() else c for c in line[:40])
    return _STAMP.match(digits + line[40:])


def _order(messages: list[list[str]]) -> str:
    """How the dates of a chat are written, `dmy`, `mdy` or `ymd`; empty where no day beyond the twelfth tells."""
    orders: set[str] = set()
    for lines in messages:
        stamp = _stamp(lines[0].translate(_INVISIBLE))
        if stamp is None:
            continue
        a, b = int(stamp["a"]), int(stamp["b"])
        if a > 31:
            orders.add("ymd")
        elif a > 12:
            orders.add("dmy")
        elif b > 12:
            orders.add("mdy")
    return orders.pop() if len(orders) == 1 else ""


def _day(stamp: re.Match[str], order: str) -> str | None:
    if order not in ("dmy", "mdy", "ymd"):
        return None
    value = dict(zip(order, (int(stamp["a"]), int(stamp["b"]), int(stamp["c"])), strict=True))
    year = value["y"] + 2000 if value["y"] < 100 else value["y"]
    try:
        return datetime.date(year, value["m"], value["d"]).isoformat()
    except ValueError:
        return None


def is_telegram(head: bytes) -> bool:
    """Say whether a JSON file begins like an export of Telegram Desktop."""
    start = head[:4000]
    return start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{") and any(
        key in start for key in (b'"messages"', b'"chats"', b'"personal_information"')
    )
