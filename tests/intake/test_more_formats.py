"""Files as other programs than those of `test_formats` write them."""

from __future__ import annotations

import json
from email.message import EmailMessage
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from pathlib import Path

import intake_files as make
import pytest
from intake_files import MORE, TEXT

from marsad.intake import Metadata, Taken, take
from marsad.intake.pdf_lines import Glyph, in_reading_order, turned


def taken(folder: Path, name: str, content: bytes) -> list[Taken]:
    (folder / name).write_bytes(content)
    found = list(take([name], Metadata()))
    assert [str(f) for f in found if not isinstance(f, Taken)] == []
    return [f for f in found if isinstance(f, Taken)]


# ---- PDF ------------------------------------------------------------------------------------------------------------


def drawn(words: list[str], shown: dict[str, str]) -> list[Glyph]:
    """A line as browsers write it: the words from right to left, the letters of each from left to right, as they are shown;
    `shown` says so of words that are not simply turned."""
    found: list[Glyph] = []
    right = 1000.0
    for word in words:
        left = right - 10 * len(word)
        letters = shown.get(word, word[::-1])
        found += [Glyph(letter, left + 10 * i, left + 10 * i + 9) for i, letter in enumerate(letters)]
        found.append(Glyph(" ", left, left))
        right = left - 5
    return found


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("قتل ثلاثة جنود غربي الأنبار", {}),
        ("أصيب 12 مدنيا في 22/07/2025 وفق بيان", {"12": "12", "22/07/2025": "22/07/2025"}),
        ("الهدنة من 21-22 يوليو", {"21-22": "22-21"}),
        ("قالت «قسد» إن (25) قتيلا سقطوا", {"(25)": ")25("}),
        ("أسقطت طائرة F-16 أمس", {"F-16": "F-16"}),
        ("نسبة 3.5% من السكان", {"3.5%": "%3.5"}),
    ],
    ids=["words", "numbers", "from-to", "brackets", "hyphen", "percent"],
)
def test_letters_of_a_pdf_are_read_by_their_places(line: str, shown: dict[str, str]) -> None:
    assert in_reading_order([drawn(line.split(), shown)]) == line


def test_latin_words_of_a_pdf_stand_forwards() -> None:
    latin = ("Watch", "Rights", "Human")
    assert in_reading_order([drawn(["وفق", *latin, "أمس"], {w: w for w in latin})]) == "وفق Human Rights Watch أمس"


def test_brackets_that_a_pdf_holds_as_drawn_are_turned() -> None:
    line = drawn(["عادة.)", "بيان", "رقم", "25("], {"25(": "(25"})
    assert in_reading_order([line]) == "عادة. (بيان رقم 25)"


def test_a_line_turned_twice_is_as_before() -> None:
    assert turned(turned("قتل 12 جنديا في F-16 يوم 22/07/2025")) == "قتل 12 جنديا في F-16 يوم 22/07/2025"


# ---- mail -----------------------------------------------------------------------------------------------------------


def inner(text: str, name: str) -> EmailMessage:
    message = EmailMessage()
    message["Subject"], message["From"], message["Message-ID"] = name, "a@agency.example", f"<{name}@agency.example>"
    message["Date"] = "Tue, 22 Jul 2025 09:30:00 +0300"
    message.set_content(text)
    return message


def test_a_forwarded_mail_keeps_its_own_date(folder: Path) -> None:
    outer = MIMEMultipart()
    outer["Subject"], outer["Date"] = "Fwd", "Thu, 24 Jul 2025 10:00:00 +0000"
    outer.attach(MIMEMessage(inner(TEXT, "one")))
    (found,) = taken(folder, "r.eml", outer.as_bytes())
    assert found.document.text.strip() == TEXT
    assert found.document.published == "2025-07-22T09:30:00+03:00"


def test_every_mail_of_a_digest_is_a_report(folder: Path) -> None:
    digest = MIMEMultipart("digest")
    digest["Subject"], digest["Date"] = "Digest", "Thu, 24 Jul 2025 10:00:00 +0000"
    for name, text in (("one", TEXT), ("two", MORE)):
        digest.attach(MIMEMessage(inner(text, name)))
    found = taken(folder, "r.mbox", b"From - Thu Jul 24 10:00:00 2025\n" + digest.as_bytes())
    assert [t.document.text.strip() for t in found] == [TEXT, MORE]
    assert [t.document.id for t in found] == ["one@agency.example", "two@agency.example"]


def test_attached_reports_are_reports(folder: Path) -> None:
    message = inner("انظر المرفق رجاء، ففيه نص البيان.", "three")
    message.add_attachment(make.word_document(TEXT), maintype="application", subtype="msword", filename="بيان.docx")
    message.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="a.png")
    found = taken(folder, "r.eml", message.as_bytes())
    assert [t.document.text.strip() for t in found] == ["انظر المرفق رجاء، ففيه نص البيان.", TEXT]


# ---- chats ----------------------------------------------------------------------------------------------------------


def test_export_of_a_whole_telegram_account(folder: Path) -> None:
    channel = json.loads(make.telegram(TEXT))
    export = {"about": "Here is the data you requested.", "personal_information": {"bio": "x" * 9000}}
    export["chats"] = {"about": "…", "list": [channel]}
    found = taken(folder, "result.json", json.dumps(export, ensure_ascii=False, indent=1).encode())
    assert [t.document.text for t in found] == [TEXT]


def test_export_of_telegram_as_pages(folder: Path) -> None:
    messages = "".join(
        f'<div class="message default clearfix" id="message{i}"><div class="body"><div class="pull_right date details" '
        f'title="22.07.2025 14:3{i}:00 UTC+03:00">14:3{i}</div><div class="text">{text}</div></div></div>'
        for i, text in enumerate((TEXT, MORE))
    )
    head = '<div class="page_header"><div class="content"><div class="text bold">قناة الأخبار</div></div></div>'
    page = f'<html><head><meta charset="utf-8"><title>Exported Data</title></head><body>{head}{messages}</body></html>'
    (found,) = taken(folder, "messages.html", page.encode())
    assert found.document.text == f"{TEXT}\n\n{MORE}"
    assert found.document.publisher == "قناة الأخبار"
    assert [date for _, date in found.document.story_dates] == [
        "2025-07-22T14:30:00+03:00",
        "2025-07-22T14:31:00+03:00",
    ]


def test_what_whatsapp_writes_itself_is_no_report(folder: Path) -> None:
    mark = "\u200e"
    lines = [
        f"[22/07/2025, 14:30:15] أخبار: {mark}Messages and calls are end-to-end encrypted.",
        f"[22/07/2025, 14:31:00] ~\u202fمراسل: {TEXT}",
        f"{mark}[22/07/2025, 14:32:00] ~\u202fمراسل: {mark}image omitted",
        "[22/07/2025, 14:33:00] علي: تم حذف هذه الرسالة",
    ]
    (found,) = taken(folder, "_chat.txt", "\r\n".join(lines).encode())
    assert found.document.text == TEXT
    assert found.document.publisher == "مراسل"


# ---- documents and archives -----------------------------------------------------------------------------------------


def test_a_text_box_is_read_once(folder: Path) -> None:
    run = f"<w:p><w:r><w:t>{MORE}</w:t></w:r></w:p>"
    box = (
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice>'
        f"<w:txbxContent>{run}</w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent>{run}</w:txbxContent></mc:Fallback>"
        "</mc:AlternateContent>"
    )
    plain = make.zipped(
        {"word/document.xml": _body(f"<w:p><w:r>{box}</w:r></w:p><w:p><w:r><w:t>{TEXT}</w:t></w:r></w:p>")}
    )
    (found,) = taken(folder, "r.docx", plain)
    assert [line for line in found.document.text.split("\n") if line] == [MORE, TEXT]


def _body(markup: str) -> bytes:
    namespace = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    return f'<?xml version="1.0"?><w:document {namespace}><w:body>{markup}</w:body></w:document>'.encode()


def test_robots_txt_in_a_web_archive_is_no_report(folder: Path) -> None:
    pages = {"https://a.example/robots.txt": "User-agent: *", "https://a.example/1": make.page()}
    (found,) = taken(folder, "r.warc", make.warc(pages))
    assert found.document.url == "https://a.example/1"
