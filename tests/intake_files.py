"""Files of every kind that intake takes, made from a text: what tests, the hostile set and the fuzzers start from."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
import zlib
from email.message import EmailMessage

TEXT = "قصفت القوات الروسية مدينة سومي يوم الاثنين بصاروخين، ما أدى إلى مقتل 3 أشخاص وتدمير مبنى، وفق وكالة تاس."
MORE = "وقالت السلطات المحلية إن فرق الإنقاذ تواصل البحث عن مفقودين تحت الأنقاض في الحي الشرقي من المدينة القديمة."


def word_document(*paragraphs: str, title: str = "", extra: bytes = b"") -> bytes:
    """A .docx file."""
    namespace = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    body = "".join(f"<w:p><w:r><w:t>{p}</w:t></w:r></w:p>" for p in paragraphs)
    document = f'<?xml version="1.0"?><w:document {namespace}><w:body>{body}</w:body></w:document>'.encode()
    core = (
        '<c:coreProperties xmlns:c="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title></c:coreProperties>'
    )
    return zipped({"word/document.xml": extra + document, "docProps/core.xml": core.encode()})


def zipped(members: dict[str, bytes]) -> bytes:
    """A zip archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def pdf(lines: list[str], *, with_text: bool = True) -> bytes:
    """A PDF whose font maps glyph numbers to letters; the letters stand from left to right as they are given."""
    letters = sorted(set("".join(lines)))
    number = {letter: i + 1 for i, letter in enumerate(letters)}
    shown = b"BT /F 12 Tf 20 800 Td 16 TL "
    for line in lines if with_text else []:
        shown += b"<" + "".join(f"{number[c]:04x}" for c in line).encode() + b"> Tj T* "
    shown += b"ET"
    pairs = "\n".join(f"<{n:04x}> <{ord(c):04x}>" for c, n in number.items())
    mapping = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n"
        "1 begincodespacerange <0000> <ffff> endcodespacerange\n"
        f"{len(number)} beginbfchar\n{pairs}\nendbfchar endcmap end end"
    ).encode()
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 2000 842] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(shown), shown),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [6 0 R] /ToUnicode 7 0 R >>",
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) "
        b"/Supplement 0 >> /DW 600 /FontDescriptor 8 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(mapping), mapping),
        b"<< /Type /FontDescriptor /FontName /X /Flags 4 /FontBBox [0 0 600 800] /ItalicAngle 0 /Ascent 800 /Descent 0 "
        b"/CapHeight 700 /StemV 80 >>",
    ]
    out = b"%PDF-1.4\n"
    places = []
    for i, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (i, part)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(parts) + 1, table)


def mail(text: str = TEXT, subject: str = "قصف على سومي", *, page: str | None = None) -> bytes:
    """A mail."""
    message = EmailMessage()
    message["From"] = "وكالة الأنباء <desk@alpha.example>"
    message["Subject"] = subject
    message["Date"] = "Tue, 22 Jul 2025 09:30:00 +0300"
    message["Message-ID"] = "<m1@alpha.example>"
    if page is None:
        message.set_content(text)
    else:
        message.set_content(page, subtype="html")
    return message.as_bytes()


def saved_page(page: str, url: str = "https://alpha.example/news/1") -> bytes:
    """A page as a browser saves it in one file."""
    head = (
        f"From: <Saved by Blink>\r\nSnapshot-Content-Location: {url}\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/related; type="text/html"; boundary="--b"\r\n\r\n'
        f"----b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\nContent-Location: {url}"
        "\r\n\r\n"
    )
    return head.encode() + page.encode() + b"\r\n----b--\r\n"


def telegram(*texts: object) -> bytes:
    """An export of a Telegram channel."""
    messages = [
        {"id": i, "type": "message", "date": "2025-07-22T09:30:00", "date_unixtime": "1753165800", "text": text}
        for i, text in enumerate(texts, 1)
    ]
    pin = {"id": 99, "type": "service", "action": "pin_message", "text": ""}
    export = {"name": "قناة الأخبار", "type": "public_channel", "id": 17, "messages": [*messages, pin]}
    return json.dumps(export, ensure_ascii=False, indent=1).encode()


def page(title: str = "قصف على سومي", body: str = f"<p>{TEXT}</p><p>{MORE}</p>", head: str = "") -> str:
    """A plain page of an outlet."""
    return (
        f'<!DOCTYPE html><html lang="ar" dir="rtl"><head><meta charset="utf-8"><title>{title} - موقع</title>{head}</head>'
        f"<body><nav>الرئيسية رياضة</nav><article><h1>{title}</h1>{body}</article></body></html>"
    )


def warc(pages: dict[str, str], *, packed: bool = False, status: int = 200) -> bytes:
    """A web archive with an answer for each address."""
    out = b"WARC/1.1\r\nWARC-Type: warcinfo\r\nContent-Length: 0\r\n\r\n\r\n\r\n"
    for url, markup in pages.items():
        body = gzip.compress(markup.encode()) if packed else markup.encode()
        coding = "Content-Encoding: gzip\r\n" if packed else ""
        head = f"HTTP/1.1 {status} OK\r\nContent-Type: text/html; charset=utf-8\r\n{coding}\r\n".encode()
        out += (
            f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2025-07-22T09:30:00Z\r\n"
            "Content-Type: application/http; msgtype=response\r\n"
            f"Content-Length: {len(head) + len(body)}\r\n\r\n"
        ).encode()
        out += head + body + b"\r\n\r\n"
    return out


def gzip_bomb(size: int = 300_000_000, fill: bytes = b"\n") -> bytes:
    """A small gzip file that becomes large."""
    engine = zlib.compressobj(9, zlib.DEFLATED, 31)
    piece = fill * (1_000_000 // len(fill))
    return b"".join(engine.compress(piece) for _ in range(size // len(piece))) + engine.flush()
