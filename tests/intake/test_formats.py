"""Every kind of file that people have: what is in it arrives, with what the file says of it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import intake_files as make
import pytest
from intake_files import MORE, TEXT

from marsad.intake import InputProblem, Metadata, Taken, take


def take_all(*sources: object) -> list[Taken | InputProblem]:
    return list(take([str(s) for s in sources], Metadata()))


def take_one(folder: Path, name: str, content: bytes) -> Taken:
    (folder / name).write_bytes(content)
    (found,) = take_all(name)
    assert isinstance(found, Taken), str(found)
    return found


def refusal(folder: Path, name: str, content: bytes) -> str:
    (folder / name).write_bytes(content)
    found = take_all(name)
    assert len(found) == 1
    assert isinstance(found[0], InputProblem)
    return str(found[0])


ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1256", "iso8859_6"]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_text_in_every_encoding_that_arabic_comes_in(folder: Path, encoding: str) -> None:
    assert take_one(folder, "r.txt", TEXT.encode(encoding)).document.text == TEXT


@pytest.mark.parametrize("encoding", ["utf-16", "cp1256", "iso8859_6"])
def test_tables_in_old_encodings(folder: Path, encoding: str) -> None:
    table = f'id,text,published\n1,"{TEXT}",2025-07-22\n2,{MORE},\n'
    (folder / "r.csv").write_bytes(table.encode(encoding))
    first, second = take_all("r.csv")
    assert isinstance(first, Taken)
    assert isinstance(second, Taken)
    assert (first.document.text, second.document.text) == (TEXT, MORE)
    assert (first.dated_by, second.dated_by) == ("row", None)


GARBLED = [
    ("utf-8 as latin", TEXT.encode().decode("latin-1"), "UTF-8 that was taken for windows-1252"),
    ("utf-8 as 1252", TEXT.encode().decode("cp1252", "replace"), "UTF-8 that was taken for windows-1252"),
    ("utf-8 as 1256", TEXT.encode().decode("cp1256", "replace"), "UTF-8 that was taken for windows-1256"),
    ("1256 as latin", TEXT.encode("cp1256").decode("latin-1"), "windows-1256 that was taken for windows-1252"),
    ("lost", TEXT.encode("cp1256").decode("utf-8", "replace"), "letters were lost"),
]


@pytest.mark.parametrize(("text", "reason"), [g[1:] for g in GARBLED], ids=[g[0] for g in GARBLED])
def test_mojibake_is_named_as_such(folder: Path, text: str, reason: str) -> None:
    assert reason in refusal(folder, "r.txt", text.encode())
    assert reason in refusal(folder, "r.jsonl", json.dumps({"text": text}).encode())


@pytest.mark.parametrize("text", ["Le général a été tué hier près de la frontière, à l'aube.", "Übergröße für Bär"])
def test_other_languages_are_not_taken_for_mojibake(folder: Path, text: str) -> None:
    assert take_one(folder, "r.txt", text.encode()).document.text == text


def test_word_document(folder: Path) -> None:
    found = take_one(folder, "r.docx", make.word_document(TEXT, MORE, title="قصف على سومي"))
    assert found.document.text == f"{TEXT}\n{MORE}"
    assert found.document.title == "قصف على سومي"


def test_pdf_with_text_in_reading_order(folder: Path) -> None:
    found = take_one(folder, "r.pdf", make.pdf([line[::-1] for line in (TEXT, MORE)]))
    assert found.document.text.split("\n") == [TEXT, MORE]


def test_pdf_with_letters_in_visual_order_is_repaired_and_marked(folder: Path) -> None:
    found = take_one(folder, "r.pdf", make.pdf([TEXT, MORE]))
    assert found.document.text.split("\n") == [TEXT, MORE]


def test_pdf_of_pictures_is_refused_with_the_reason(folder: Path) -> None:
    assert "no text layer" in refusal(folder, "r.pdf", make.pdf([TEXT], with_text=False))


def test_mail(folder: Path) -> None:
    found = take_one(folder, "r.eml", make.mail())
    assert found.document.text.strip() == TEXT
    assert found.document.title == "قصف على سومي"
    assert found.document.publisher == "وكالة الأنباء"
    assert (found.document.published, found.dated_by) == ("2025-07-22T09:30:00+03:00", "message")


def test_mail_that_is_a_page(folder: Path) -> None:
    found = take_one(folder, "r.eml", make.mail(page=make.page()))
    assert TEXT in found.document.text
    assert "رياضة" not in found.document.text


def test_mailbox(folder: Path) -> None:
    one, two = make.mail(), make.mail(MORE + "\n\n>From هنا")
    (folder / "r.mbox").write_bytes(b"From a\n" + one + b"\nFrom b\n" + two.replace(b"m1@", b"m2@"))
    found = [t for t in take_all("r.mbox") if isinstance(t, Taken)]
    assert [t.document.id for t in found] == ["m1@alpha.example", "m2@alpha.example"]
    assert found[1].document.text.startswith(MORE)


def test_telegram_channel(folder: Path) -> None:
    formatted = ["قصف على ", {"type": "bold", "text": "سومي"}, " صباح اليوم"]
    (folder / "result.json").write_bytes(make.telegram(TEXT, formatted, ""))
    found = [t for t in take_all("result.json") if isinstance(t, Taken)]
    assert [t.document.text for t in found] == [TEXT, "قصف على سومي صباح اليوم"]
    assert found[0].document.id == "telegram:17/1"
    assert found[0].document.publisher == "قناة الأخبار"
    assert (found[0].document.published, found[0].dated_by) == ("2025-07-22T06:30:00Z", "message")


WHATSAPP = [
    ("22/07/2025, 09:30 - علي: {}", "2025-07-22"),
    ("[22/07/2025, 09:30:12] علي: {}", "2025-07-22"),
    ("7/22/25, 9:30 AM - علي: {}", "2025-07-22"),
    ("\u200f٢٢/٧/٢٠٢٥، ٩:٣٠ ص - علي: {}", "2025-07-22"),
    ("05/07/2025, 09:30 - علي: {}", None),
]


@pytest.mark.parametrize(("line", "published"), WHATSAPP, ids=[w[0][:12] for w in WHATSAPP])
def test_whatsapp_chat(folder: Path, line: str, published: str | None) -> None:
    lines = [line.format(TEXT), MORE, line.replace("علي: {}", "انضم علي"), line.format("<Media omitted>")]
    found = take_one(folder, "chat.txt", "\n".join(lines).encode())
    assert found.document.text == f"{TEXT}\n{MORE}"
    assert found.document.publisher == "علي"
    assert found.document.published == published
    assert ("day-or-month" in found.marks) == (published is None)


def test_saved_page(folder: Path) -> None:
    found = take_one(folder, "r.mhtml", make.saved_page(make.page()))
    assert TEXT in found.document.text
    assert found.document.url == "https://alpha.example/news/1"


@pytest.mark.parametrize("packed", [False, True])
def test_web_archive(folder: Path, packed: bool) -> None:
    content = make.warc({"https://a.example/1": make.page()}, packed=packed)
    for name, data in (
        ("r.warc", content),
        ("r.warc.gz", gzip.compress(content)),
        ("r.wacz", make.zipped({"archive/data.warc.gz": gzip.compress(content), "pages/pages.jsonl": b"{}"})),
    ):
        found = take_one(folder, name, data)
        assert TEXT in found.document.text
        assert found.document.url == "https://a.example/1"
        assert found.received.at == "2025-07-22T09:30:00Z"
        assert ("Content-Type", "text/html; charset=utf-8") in found.received.headers
        (folder / name).unlink()


def test_web_archive_without_pages_says_so(folder: Path) -> None:
    content = make.warc({"https://a.example/1": make.page()}, status=404)
    assert "no page with text" in refusal(folder, "r.warc", content)


def test_archive_of_many_kinds(folder: Path) -> None:
    row = json.dumps({"text": TEXT}).encode()
    members = {
        "a/one.txt": TEXT.encode(),
        "b/two.html": make.page().encode(),
        "rows.jsonl": row + b"\n" + row,
        "inner.zip": make.zipped({"three.txt": MORE.encode()}),
        "picture.jpg": b"\xff\xd8",
        "../../etc/passwd.txt": TEXT.encode(),
        "old.doc": b"x",
    }
    (folder / "r.zip").write_bytes(make.zipped(members))
    found = take_all("r.zip")
    assert [t.document.id for t in found if isinstance(t, Taken)] == [
        "r/one",
        "r/two",
        "r/rows:1",
        "r/rows:2",
        "r/inner/three",
        "r/passwd",
    ]
    assert [str(t).split("; ")[0] for t in found if isinstance(t, InputProblem)] == [
        "r.zip!old.doc: .doc files are not read"
    ]
    assert sorted(p.name for p in folder.iterdir()) == ["r.zip"], "nothing is unpacked to disk"


@pytest.mark.parametrize("name", ["no-ending", "x.dat"])
def test_the_first_bytes_tell_the_kind_where_the_name_does_not(folder: Path, name: str) -> None:
    assert take_one(folder, name, make.page().encode()).received.kind == "page"
    assert take_one(folder, name, make.zipped({"a.txt": TEXT.encode()})).document.text == TEXT
    assert take_one(folder, name, json.dumps({"text": TEXT}).encode()).document.text == TEXT
    assert take_one(folder, name, gzip.compress(TEXT.encode())).document.text == TEXT
