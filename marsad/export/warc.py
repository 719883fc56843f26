"""Received bytes as a web archive (WARC 1.1): each with its SHA-256, the time at which it came, and its headers."""

from __future__ import annotations

import datetime
import gzip
import hashlib
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from marsad.model import Received

_KINDS = {
    "page": "text/html",
    "text": "text/plain",
    "pdf": "application/pdf",
    "mail": "message/rfc822",
    "row": "application/json",
}


class Named(Protocol):
    """What a web archive says of received bytes besides themselves: the report's id, and their hash."""

    @property
    def report(self) -> str:
        """The id of the report."""
        ...

    @property
    def hash(self) -> str:
        """The SHA-256 of the bytes."""
        ...


def write_warc(path: str, found: Iterable[tuple[Named, Received]]) -> int:
    """Write received bytes to a web archive, packed if its name ends in .gz; returns how many there were."""
    count = 0
    with Path(path).open("wb") as stream:
        for named, received in found:
            record = _record(named, received)
            # Each record is packed by itself, so that readers can go to any of them.
            stream.write(gzip.compress(record, mtime=0) if path.lower().endswith(".gz") else record)
            count += 1
    return count


def _record(named: Named, received: Received) -> bytes:
    is_page = bool(received.url) and bool(received.headers)
    block = (_answer(received) if is_page else b"") + received.content
    kind = "application/http; msgtype=response" if is_page else _KINDS.get(received.kind, "application/octet-stream")
    at = datetime.datetime.fromisoformat(received.at) if received.at else datetime.datetime.now(datetime.UTC)
    fields = {
        "WARC-Type": "response" if is_page else "resource",
        "WARC-Record-ID": f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{named.report} {named.hash} {received.place}')}>",
        "WARC-Date": at.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "WARC-Target-URI": received.url or f"urn:marsad:{_ascii(named.report)}",
        "WARC-Payload-Digest": f"sha256:{named.hash}",
        "WARC-Block-Digest": f"sha256:{hashlib.sha256(block).hexdigest()}",
        "Content-Type": kind,
        "Content-Length": str(len(block)),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"WARC/1.1\r\n{head}\r\n".encode() + block + b"\r\n\r\n"


def _answer(received: Received) -> bytes:
    """The head of the answer; what told how the bytes were packed on the way is marked as such, for they are unpacked."""
    lines = ["HTTP/1.1 200 OK"]
    for name, value in received.headers:
        clean = " ".join(f"{name}: {value}".split())
        is_packing = name.lower() in ("content-encoding", "transfer-encoding", "content-length")
        lines.append(f"X-Archive-Orig-{clean}" if is_packing else clean)
    return "\r\n".join([*lines, f"Content-Length: {len(received.content)}", "", ""]).encode()


def _ascii(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe=":/@")
