# ruff: noqa: E501, T201, B008
"""The hostile set: files made to break whoever opens them, each with what is expected of the reader.

python -m tests.hostile_files     reads them all, and prints the slowest, by clock and processor time, and the memory
"""

from __future__ import annotations

import gzip
import json
import random
import struct
import zipfile
from collections.abc import Callable, Iterator
from typing import NamedTuple

import intake_files as make
from intake_files import MORE, TEXT

REFUSED, READ, EITHER = "refused", "read", "either"


class Hostile(NamedTuple):
    """A file: its name, how its bytes are made, and whether it is to be refused or read (or only survived)."""

    name: str
    content: Callable[[], bytes]
    expected: str


def hostile_files() -> Iterator[Hostile]:
    """Yield the whole set; the same on every machine."""
    yield from bombs()
    yield from markup()
    yield from characters()
    yield from archives()
    yield from entities()
    yield from rows()
    yield from mails()
    yield from damaged()


def bombs() -> Iterator[Hostile]:
    for ending in ("jsonl.gz", "txt.gz", "html.gz", "warc.gz", "csv.gz", "ndjson.gz"):
        for fill in (b"\n", b" ", b"a", b"\x00", b"{}\n"):
            yield Hostile(f"bomb.{ending}", lambda fill=fill: make.gzip_bomb(60_000_000, fill), REFUSED)
    for inside in ("a.txt", "a.html", "a.jsonl", "a.docx", "a.pdf", "a.eml", "a.mbox", "a.json", "a.csv"):
        bomb = lambda inside=inside: make.zipped({inside: b" " * 80_000_000})  # noqa: E731
        yield Hostile("bomb.zip", bomb, REFUSED)
    yield Hostile("twice.txt.gz", lambda: gzip.compress(gzip.compress(TEXT.encode())), REFUSED)
    yield Hostile("bomb.docx", lambda: make.word_document(TEXT, " " * 90_000_000), REFUSED)
    yield Hostile("bomb.warc", lambda: packed_answer(make.gzip_bomb(60_000_000)), REFUSED)
    yield Hostile("line.jsonl", lambda: b'{"text": "' + b"x" * 200_000_000 + b'"}', REFUSED)
    yield Hostile("line.txt", lambda: b"x" * 70_000_000, REFUSED)
    yield Hostile("line.csv", lambda: b"text\n" + b"x" * 70_000_000, EITHER)
    yield Hostile("line.mbox", lambda: b"From a\nFrom: b\nSubject: c\n\n" + b"x" * 70_000_000, REFUSED)
    yield Hostile("book.txt", lambda: (TEXT + "\n").encode() * 30_000, REFUSED)


def packed_answer(body: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n"
    start = "WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: https://a.example/\r\nContent-Type: application/http"
    return f"{start}\r\nContent-Length: {len(head) + len(body)}\r\n\r\n".encode() + head + body + b"\r\n\r\n"


def markup() -> Iterator[Hostile]:
    for tag in (
        "div",
        "b",
        "span",
        "table><tr><td",
        "ul><li",
        "font",
        "a",
        "p",
        "article",
        "svg",
        "select",
        "template",
    ):
        for depth in (300, 5_000, 200_000):
            body = f"<{tag}>" * depth + TEXT
            yield Hostile("deep.html", lambda body=body: make.page(body=body).encode(), EITHER)
    for body in (
        "<p>" * 400_000 + TEXT,
        "<" * 1_000_000 + TEXT,
        "<!--" * 300_000,
        "<script>" + "var a=1;" * 500_000,
        "<p " + "a=1 " * 300_000 + ">" + TEXT,
        f'<p title="{"x" * 5_000_000}">{TEXT}</p>',
        "<![CDATA[" * 100_000,
        "&lt;" * 1_000_000,
        "&#x202e;" * 200_000 + TEXT,
        "&#0;&#xD800;&#x110000;" * 1000 + TEXT,
        "<table>" + "<tr><td>" * 100_000 + TEXT,
        f"<p>{TEXT}</p>" * 20_000,
        "<a href=x>" * 100_000,
        f"<h1>{TEXT}</h1>" * 20_000,
        "<br>" * 500_000 + TEXT,
        f"{TEXT}<br>" * 25_000,
        "<iframe src=file:///etc/passwd></iframe>" * 1000 + f"<p>{TEXT}</p>",
    ):
        yield Hostile("odd.html", lambda body=body: make.page(body=body).encode(), EITHER)
    deep = "[" * 100_000
    for head in (
        f'<script type="application/ld+json">{deep}</script>',
        '<script type="application/ld+json">{"datePublished": 5}</script>',
        '<script type="application/ld+json">{"@graph": [[[{}]]], "headline": {"a": 1}}</script>',
        '<script type="application/ld+json">' + '{"@graph":[' * 5000 + "</script>",
        f'<meta property="og:title" content="{"ا" * 1_000_000}">',
        '<meta property="article:published_time" content="' + "2025-" * 100_000 + '">',
        '<link rel="canonical" href="javascript:alert(1)">',
        '<link rel="canonical" href="http://[::1">',
        '<base href="file:///etc/">',
        '<meta charset="zip">',
        '<meta charset="' + "x" * 3000 + '">',
        '<meta charset="unicode_escape">',
        '<meta charset="utf-7">',
    ):
        yield Hostile("head.html", lambda head=head: make.page(head=head).encode(), EITHER)


def characters() -> Iterator[Hostile]:
    tricks = {
        "bidi": "\u202e", "isolate": "\u2066", "zero-width": "\u200b", "joiner": "\u200d", "mark": "\u200f",
        "tatweel": "\u0640", "soft": "\u00ad", "variation": "\ufe0f", "tag": "\U000e0041", "combining": "\u0651" * 50,
        "kashida": "\u0640" * 40, "private": "\ue000", "separator": "\u2028", "vertical": "\v", "feed": "\f",
    }  # fmt: skip
    for trick in tricks.values():
        yield Hostile("trick.txt", lambda trick=trick: trick.join(TEXT).encode(), EITHER)
        yield Hostile("trick.html", lambda trick=trick: make.page(body=f"<p>{trick.join(TEXT)}</p>").encode(), EITHER)
        yield Hostile("trick.jsonl", lambda trick=trick: json.dumps({"text": trick.join(TEXT)}).encode(), EITHER)
    shaped = "".join(chr(0xFE80 + i % 100) for i in range(500))
    yield Hostile("shaped.txt", lambda: shaped.encode(), READ)
    yield Hostile("marks.txt", lambda: ("ا" + "\u0651" * 100_000).encode(), READ)
    for control in range(32):
        expected = READ if chr(control) in "\t\n\v\f\r\x1b" else REFUSED
        yield Hostile("control.txt", lambda c=control: TEXT.encode() + bytes([c]) + MORE.encode(), expected)
    dice = random.Random(1)
    whole = (TEXT + "\n" + MORE).encode()
    for _ in range(40):
        at = dice.randrange(len(whole))
        broken = whole[:at] + bytes([dice.choice((0x80, 0xC0, 0xF5, 0xFF, 0xED))]) + whole[at + 1 :]
        yield Hostile("broken.txt", lambda broken=broken: broken, EITHER)
    for url in ("http://[", "http://[::1", "http://a]b/", "http://\u2100.example/", "//", "http://", "x" * 5000):
        yield Hostile("address.warc", lambda url=url: make.warc({url: make.page()}), READ)
    for cut in range(1, 12):
        yield Hostile("cut.txt", lambda cut=cut: whole[: -cut * 2 + 1], EITHER)
    for encoding in ("cp1256", "iso8859_6", "utf-16", "utf-16-be", "cp1252"):
        for claimed in ("utf-8", "windows-1252", "iso-8859-1", "shift_jis", "ascii", "big5"):
            body = make.page(head=f'<meta charset="{claimed}">').replace('<meta charset="utf-8">', "", 1)
            yield Hostile("wrong.html", lambda b=body, e=encoding: b.encode(e, "replace"), EITHER)


def archives() -> Iterator[Hostile]:
    names = (
        "../../../etc/passwd.txt", "/etc/passwd.txt", "..\\..\\windows\\a.txt", "C:\\a.txt", "a/../../b.txt", "~/.ssh/a.txt",
        "con.txt", "a\u202etxt.exe.txt", "x" * 5000 + ".txt", "\n\r\t.txt", "-rf.txt", "$(reboot).txt", "a;b|c.txt", ".txt",
        "!!.txt", "a.txt.txt.txt", "\u200b.txt", "%2e%2e%2fa.txt", "file:///etc/passwd.txt", "\\\\host\\share\\a.txt",
    )  # fmt: skip
    for name in names:
        yield Hostile("names.zip", lambda name=name: make.zipped({name: TEXT.encode()}), READ)
    yield Hostile("nameless.zip", nameless, READ)
    good = make.zipped({"a.txt": TEXT.encode(), "b.txt": MORE.encode()})
    for at in range(0, len(good), 6):
        yield Hostile("bits.zip", lambda at=at: good[:at] + bytes([good[at] ^ 0xFF]) + good[at + 1 :], EITHER)
    for keep in range(10, len(good), 25):
        yield Hostile("short.zip", lambda keep=keep: good[:keep], EITHER)

    def nested(depth: int) -> bytes:
        content = TEXT.encode()
        name = "a.txt"
        for _ in range(depth):
            content, name = make.zipped({name: content}), "a.zip"
        return content

    yield Hostile("nested.zip", lambda: nested(2), READ)
    for depth in (3, 10, 50):
        yield Hostile("nested.zip", lambda depth=depth: nested(depth), REFUSED)
    yield Hostile("locked.zip", lambda: good.replace(b"\x00\x00\x08\x00", b"\x01\x00\x08\x00"), REFUSED)
    yield Hostile("lying.zip", lambda: lying(good), EITHER)
    yield Hostile("empty.zip", lambda: make.zipped({}), REFUSED)
    yield Hostile("many.zip", lambda: make.zipped({f"{i}.jpg": b"" for i in range(120_000)}), REFUSED)
    yield Hostile("directory.zip", lambda: b"PK\x05\x06" + struct.pack("<4H2LH", 0, 0, 9, 9, 0xFFFFFFFE, 0, 0), REFUSED)
    yield Hostile("link.zip", linked, REFUSED)
    same = make.zipped({"a.txt": TEXT.encode()})
    yield Hostile("loop.zip", lambda: same + same, EITHER)


def lying(archive: bytes) -> bytes:
    """An archive whose members claim to be small."""
    at = archive.find(b"PK\x01\x02")
    return archive[: at + 24] + struct.pack("<L", 1) + archive[at + 28 :]


def nameless() -> bytes:
    """An archive with a member that has no name."""
    import io

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        entry = zipfile.ZipInfo("")
        archive.writestr(entry, TEXT)
        archive.writestr("a.txt", TEXT)
    return out.getvalue()


def linked() -> bytes:
    """An archive with a link to another file."""
    import io

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        entry = zipfile.ZipInfo("a.txt")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    return out.getvalue()


def entities() -> Iterator[Hostile]:
    laughs = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(12)
    )
    external = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">'
    remote = '<!DOCTYPE x [<!ENTITY % a SYSTEM "http://127.0.0.1:9/x"> %a;'
    for kind in (laughs, external, remote):
        yield Hostile("entity.docx", lambda kind=kind: make.word_document(TEXT, extra=(kind + "]>").encode()), REFUSED)
        page = kind + "]>" + make.page(body=f"<p>&a;&m; {TEXT}</p>")
        yield Hostile("entity.html", lambda page=page: page.encode(), EITHER)
        yield Hostile("entity.xhtml", lambda page=page: b'<?xml version="1.0"?>' + page.encode(), EITHER)


def rows() -> Iterator[Hostile]:
    for line in (
        "[" * 200_000, '{"a":' * 100_000, '{"text": 1e999}', '{"text": ' + "9" * 10_000 + "}", '{"text": "\\ud800"}',
        '{"text": "x", "text": ["y"]}', '{"html": "<p>"}', '{"html": 3}', '{"text": null}', "null", "NaN", '"x"', "{",
        '{"text": "\\u0000x"}', '{"text": "x", "published": "0000-00-00"}', '{"text": "x", "published": {}}',
        '{"text": "x", "stories": {}}', '{"text": "x", "stories": [[]]}', '{"text": "x", "id": []}', "\x00\x00\x00\x00",
    ):  # fmt: skip
        yield Hostile("row.jsonl", lambda line=line: line.encode(), REFUSED)
    for table in (
        'text\n"' + "x" * 100_000, "text\n" + '"' * 99_999, "text,text\na,b\n", "text\x00\na\n", "text\n\x00\n", ",,,\n,,,\n",
        "text\n" + "," * 100_000, '"text', "text\r\r\r\n", "text\n" * 10 + '"\n' * 1001,
    ):  # fmt: skip
        yield Hostile("table.csv", lambda table=table: table.encode(), EITHER)
    for export in (
        '{"messages": [', '{"messages": {}}', '{"messages": [[]]}', '{"messages": [{"text": {"a": 1}}]}',
        '{"messages": [{"id": 1, "type": "message", "text": "x", "date_unixtime": "1e99"}]}',
        '{"messages": [{"id": 1, "type": "message", "text": "x", "date_unixtime": "99999999999999999999"}]}',
        '{"messages": [{"id": {}, "type": "message", "text": "x"}]}', '{"chats": {"list": [{"messages": [5]}]}}',
        '{"messages": [{"text": ' + "[" * 5000 + "]" * 5000 + "}]}", '{"name": ' + '{"a":' * 50_000,
    ):  # fmt: skip
        yield Hostile("export.json", lambda export=export: export.encode(), EITHER)
    chat = "22/07/2025, 09:30 - علي: "
    for text in (
        chat * 1000,
        chat + "\n" * 100_000 + "x",
        "99/99/9999, 99:99 - a: b",
        chat + ":" * 100_000,
        chat + TEXT + "\x00",
    ):
        yield Hostile("chat.txt", lambda text=text: text.encode(), EITHER)


def mails() -> Iterator[Hostile]:
    parts = "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    for content in (
        "From: a\r\n" + parts * 3000,
        "From: a\r\n" + "".join(f"Content-Type: multipart/mixed; boundary=b{i}\r\n\r\n--b{i}\r\n" for i in range(3000)),
        "From: a\r\n" + parts + "--b\r\n\r\nx\r\n" * 2000 + "--b--",
        "Subject: " + "=?utf-8?B?" * 100_000 + "\r\nFrom: a\r\n\r\n" + TEXT,
        "Subject: =?zip?B?AAAA?=\r\nFrom: a\r\n\r\n" + TEXT,
        "From: " + "<" * 100_000 + "\r\n\r\n" + TEXT,
        "From: " + "(" * 100_000 + "\r\nSubject: x\r\n\r\n" + TEXT,
        "Date: " + "1" * 100_000 + "\r\nFrom: a\r\n\r\n" + TEXT,
        "From: a\r\nContent-Type: text/plain; charset=idna\r\n\r\n" + TEXT,
        "From: a\r\nContent-Transfer-Encoding: base64\r\n\r\n" + "=" * 10_000,
        "From: a\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\nbegin 666 ../../a\r\nM\r\nend",
        "From: a\r\n" + "X: y\r\n" * 200_000 + "\r\n" + TEXT,
        "From: a\r\nContent-Type: " + "a/" * 50_000 + ";" * 50_000 + "\r\n\r\n" + TEXT,
        "From: a\r\nContent-Type: message/rfc822\r\n\r\n" * 2000 + TEXT,
        "\x00" * 1000, "no headers at all",
    ):  # fmt: skip
        for name in ("odd.eml", "odd.mhtml", "odd.mbox"):
            yield Hostile(name, lambda content=content: content.encode(), EITHER)


def damaged() -> Iterator[Hostile]:
    dice = random.Random(2)
    sound = {
        "bits.docx": make.word_document(TEXT, MORE, title="x"),
        "bits.pdf": make.pdf([TEXT]),
        "bits.eml": make.mail(page=make.page()),
        "bits.mhtml": make.saved_page(make.page()),
        "bits.warc": make.warc({"https://a.example/1": make.page()}, packed=True),
        "bits.warc.gz": gzip.compress(make.warc({"https://a.example/1": make.page()})),
        "bits.wacz": make.zipped({"archive/a.warc": make.warc({"https://a.example/1": make.page()})}),
        "bits.html": make.page().encode(),
        "bits.json": make.telegram(TEXT, MORE),
    }
    for name, content in sound.items():
        for _ in range(4 if name == "bits.pdf" else 8):
            broken = bytearray(content)
            for _ in range(dice.choice((1, 3, 20))):
                broken[dice.randrange(len(broken))] = dice.randrange(256)
            yield Hostile(name, lambda broken=bytes(broken): broken, EITHER)
        yield Hostile(name, lambda content=content, n=len(content) // 2: content[:n], EITHER)
        yield Hostile(name, lambda: b"", REFUSED)
        yield Hostile(name, lambda: b"\x00" * 5000, REFUSED)
        yield Hostile(name, lambda: random.Random(3).randbytes(5000), REFUSED)


def main() -> None:
    """Read the whole set in a folder of its own, and print what it cost."""
    import os
    import resource
    import tempfile
    import time
    from pathlib import Path

    def processor_s() -> float:
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.process_time() + ended.ru_utime + ended.ru_stime

    from marsad.intake import InputProblem, Metadata, take

    spent: list[tuple[float, float, str]] = []
    counts = {"refused": 0, "read": 0}
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for number, hostile in enumerate(hostile_files()):
            Path(hostile.name).write_bytes(hostile.content())
            began, used = time.perf_counter(), processor_s()
            for found in take([hostile.name], Metadata()):
                counts["refused" if isinstance(found, InputProblem) else "read"] += 1
                if "trip the reader" in str(found):
                    print(number, found, flush=True)
            spent.append((time.perf_counter() - began, processor_s() - used, f"{number} {hostile.name}"))
            Path(hostile.name).unlink()
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) // 1024
    print(f"{len(spent)} files: {counts['refused']} refusals, {counts['read']} reports; peak memory {peak} MiB")
    for seconds, of_processor_s, name in sorted(spent, reverse=True)[:12]:
        print(f"{seconds:6.2f} s, {of_processor_s:6.2f} s of a processor  {name}")


if __name__ == "__main__":
    main()
