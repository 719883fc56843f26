"""What a person hands over becomes documents; what cannot be read is named, and the rest is still read."""

from __future__ import annotations

import errno
import gzip
import io
import json
import sys
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.intake import InputProblem, Metadata, check_published, read
from marsad.intake.documents import UnreadableError
from marsad.intake.pages import read_page
from marsad.model import Document

ARABIC = "قصف الجيش المدينة"


def read_all(*sources: object, **said: str) -> list[Document | InputProblem]:
    return list(read([str(s) for s in sources], Metadata(**said)))  # type: ignore[arg-type]


def the_problem(*sources: object) -> str:
    found = read_all(*sources)
    assert len(found) == 1
    assert isinstance(found[0], InputProblem)
    assert "\n" not in str(found[0])
    return str(found[0])


def test_text_arrives_untouched(folder: Path) -> None:
    text = "  سطر أول\r\nسطر\tثان\u200f \u0640\r\n\r\n"
    (folder / "r.txt").write_bytes(text.encode())
    (document,) = read_all("r.txt")
    assert document == Document(id="r", text=text)


def test_a_byte_order_mark_is_no_text(folder: Path) -> None:
    (folder / "r.txt").write_bytes(b"\xef\xbb\xbf" + ARABIC.encode())
    (document,) = read_all("r.txt")
    assert document == Document(id="r", text=ARABIC)


def test_sidecar_gives_metadata_and_command_line_wins(folder: Path) -> None:
    (folder / "r.txt").write_text(ARABIC)
    beside = {"published": "2025-07-22", "publisher": "a.example", "stories": [{"context": "قصف", "published": None}]}
    (folder / "r.meta.json").write_text(json.dumps(beside))
    assert read_all("r.txt") == [Document(id="r", text=ARABIC, published="2025-07-22", publisher="a.example")]
    (document,) = read_all("r.txt", publisher="b.example", url="https://b.example/1")
    assert isinstance(document, Document)
    assert (document.publisher, document.url) == ("b.example", "https://b.example/1")


def test_json_lines(folder: Path) -> None:
    rows = [
        {"id": "x", "text": ARABIC, "published": "2025-07-22T09:30:00+03:00", "title": None},
        {"text": ARABIC, "stories": [{"context": "قصف", "published": "2025-07-20"}]},
    ]
    lines = "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows) + "\n"
    (folder / "r.jsonl").write_text(lines)
    (folder / "z.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    first, second, third, fourth = read_all("r.jsonl", "z.jsonl.gz")
    assert first == third == Document(id="x", text=ARABIC, published="2025-07-22T09:30:00+03:00")
    assert second == Document(id="r:2", text=ARABIC, story_dates=(("قصف", "2025-07-20"),))
    assert isinstance(fourth, Document)
    assert fourth.id == "z:2"


def test_tables_keep_line_breaks_in_cells(folder: Path) -> None:
    (folder / "r.csv").write_bytes(f'id,text,published\n1,"{ARABIC}\r\n""ثم"" هدأ",2025-07-22\n,{ARABIC},\n'.encode())
    (folder / "s.csv").write_text(f"title;text\nعنوان;{ARABIC}، ثم هدأ\n")
    (folder / "t.tsv").write_text(f"text\tpublisher\n{ARABIC}, و\ta.example\n")
    assert read_all("r.csv", "s.csv", "t.tsv") == [
        Document(id="1", text=f'{ARABIC}\r\n"ثم" هدأ', published="2025-07-22"),
        Document(id="r:4", text=ARABIC),
        Document(id="s:2", text=f"{ARABIC}، ثم هدأ", title="عنوان"),
        Document(id="t:2", text=f"{ARABIC}, و", publisher="a.example"),
    ]


PAGE = """<html><head><title>عنوان - موقع</title>{meta}</head><body><nav>الرئيسية رياضة اقتصاد</nav><article>
<h1>قصف على المدينة</h1><p>قتل خمسة أشخاص في قصف مدفعي استهدف وسط المدينة صباح الثلاثاء وفق ما أفاد به شهود.</p>
<p>وقالت السلطات في 7 سبتمبر 2023 إن فرق الإنقاذ تواصل البحث عن مفقودين تحت الأنقاض في الحي الشرقي.</p></article>
<footer>جميع الحقوق محفوظة 2019</footer></body></html>"""


def test_page_gives_its_report_and_title(folder: Path) -> None:
    meta = '<meta property="article:published_time" content="2025-07-22T10:00:00+03:00">'
    (folder / "p.html").write_text(PAGE.format(meta=meta))
    (document,) = read_all("p.html")
    assert isinstance(document, Document)
    assert document.title == "قصف على المدينة"
    assert document.text.startswith("قصف على المدينة\n")
    assert "تحت الأنقاض" in document.text
    assert "الرئيسية" not in document.text
    assert document.published == "2025-07-22T10:00:00+03:00"


@pytest.mark.parametrize(
    ("meta", "published"),
    [
        ("", None),
        ('<meta itemprop="datePublished" content="2025-07-22T10:00:00">', "2025-07-22"),
        ('<meta name="date" content="yesterday">', None),
        ('<script type="application/ld+json">{"@graph":[{"datePublished":"2025-07-21"}]}</script>', "2025-07-21"),
        ('<script type="application/ld+json">{broken</script>', None),
    ],
)
def test_publication_date_comes_from_metadata_alone(meta: str, published: str | None) -> None:
    assert read_page(PAGE.format(meta=meta)).metadata.published == published


def test_page_in_a_declared_old_charset(folder: Path) -> None:
    (folder / "p.html").write_bytes(PAGE.format(meta='<meta charset="windows-1256">').encode("cp1256"))
    (document,) = read_all("p.html")
    assert isinstance(document, Document)
    assert document.title == "قصف على المدينة"


def test_folders_are_read_sorted_and_stems_are_made_unique(folder: Path) -> None:
    for name in ("b/r.txt", "a/r.txt", "a/x.jsonl", "a/.hidden.txt", "a/notes.md"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(ARABIC if name.endswith("txt") else json.dumps({"text": ARABIC}))
    found = read_all(".")
    assert [d.id for d in found if isinstance(d, Document)] == ["r", "x:1", "r~2"]
    assert [d.id for d in read_all("*/r.txt", "**/x.jsonl") if isinstance(d, Document)] == ["r", "r~2", "x:1"]


@pytest.mark.parametrize("text", [ARABIC, f"{ARABIC}\n{{ليس سطرا}}"])
def test_standard_input_as_text(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert read_all("-", published="2025-07-22") == [Document(id="stdin", text=text, published="2025-07-22")]


def test_standard_input_as_json_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = json.dumps({"text": ARABIC}) + "\n" + json.dumps({"id": "b", "text": ARABIC}) + "\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines.encode())))
    assert [d.id for d in read_all("-") if isinstance(d, Document)] == ["stdin:1", "b"]


BAD_FILES = [
    ("e.txt", b"", "no text"),
    ("w.txt", b" \n\t\n", "no text"),
    ("u.txt", "سطر\n".encode() + "قصف".encode("cp1256"), "line 2 is not UTF-8"),
    ("u16.txt", ARABIC.encode("utf-16") + b"\x00", "not UTF-16"),
    ("b.txt", b"\x00\x01\x02\xff\xfe" * 20, "binary"),
    ("n.txt", b"abc\x00def", "control character U+0000"),
    ("j.jsonl", b'{"text": "a"', "j.jsonl:1:13: not JSON"),
    ("l.jsonl", b"[1]", "l.jsonl:1: the line is JSON, but no object"),
    ("t.jsonl", b'{"title": "a"}', "'text' (or 'html') is missing"),
    ("i.jsonl", b'{"text": 5}', "'text' (or 'html') is not a string"),
    ("s.jsonl", b'{"text": "\\ud800 x"}', "not valid Unicode"),
    ("d.jsonl", b'{"text": "a", "published": "22/07/2025"}', "'22/07/2025' is not a publication date"),
    ("z.jsonl", b'{"text": "a", "published": "2025-07-22T10:00:00"}', "with its zone"),
    ("k.jsonl", b'{"text": "a", "stories": ["x"]}', "a story has no 'context'"),
    ("x.jsonl", b"[" * 100_000, "nested too deeply"),
    ("v.jsonl", b"", "the file is empty"),
    ("c.csv", b"id,body\n1,x\n", "c.csv:1: the header has no 'text' column (it has: id, body)"),
    ("h.csv", b"text\n", "no row"),
    ("q.csv", b'text\n"never closed\n', "q.csv:2: the row is broken"),
    ("m.csv", b"text\na,b\n", "m.csv:2: the row has 2 cells, the header 1"),
    ("f.csv", b"text\n\xc7\xe1\n", "not valid Unicode"),
    ("g.jsonl.gz", b"plain", "not a gzip file"),
    ("r.jsonl.gz", gzip.compress(b'{"text": "abc"}' * 99)[:40], "cut short"),
    ("p.html", b"<html><body></body></html>", "no report text"),
    ("a.pdf", b"%PDF", "no sound PDF"),
    ("a.xlsx", b"PK", ".xlsx files are not read"),
]


@pytest.mark.parametrize(("name", "content", "expected"), BAD_FILES, ids=[b[0] for b in BAD_FILES])
def test_bad_file_is_one_clear_line(folder: Path, name: str, content: bytes, expected: str) -> None:
    (folder / name).write_bytes(content)
    said = the_problem(name)
    assert said.startswith(name)
    assert expected in said
    assert "; " in said, "it says what to do"


def test_missing_empty_and_forbidden_sources(folder: Path) -> None:
    (folder / "empty").mkdir()
    assert "no such file" in the_problem("nowhere.txt")
    assert "no such file" in the_problem("*.txt")
    assert "holds no reports" in the_problem("empty")
    assert "not fetched" in the_problem("ftp://example.org/1")


def test_unreadable_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    (folder / "r.txt").write_text(ARABIC)
    monkeypatch.setattr(Path, "open", refuse)
    assert the_problem("r.txt") == "r.txt: cannot be read (Permission denied); check the file and its permissions."


def test_broken_sidecar_is_named(folder: Path) -> None:
    (folder / "r.txt").write_text(ARABIC)
    (folder / "r.meta.json").write_text("{")
    assert "r.meta.json is not JSON" in the_problem("r.txt")


def test_a_bad_row_does_not_stop_the_others(folder: Path) -> None:
    (folder / "r.jsonl").write_text(f'{{"text": "{ARABIC}"}}\n{{broken\n\n{{"text": "{ARABIC}"}}\n')
    (folder / "r.csv").write_text(f'text,published\n{ARABIC},\n"a"b,\n{ARABIC},someday\n{ARABIC},2025-07-22\n')
    kinds = [getattr(d, "id", None) or str(d) for d in read_all("r.jsonl", "r.csv")]
    assert [k.split(": ")[0] for k in kinds] == ["r:1", "r.jsonl:2:2", "r:4", "r~2:2", "r.csv:3", "r.csv:4", "r~2:5"]


def test_a_huge_line_is_named_and_passed_over(folder: Path) -> None:
    with (folder / "r.jsonl").open("w") as stream:
        for length in (50_000_000, 70_000_000):
            stream.write('{"text": "' + "x" * length + '"}\n')
        stream.write(json.dumps({"text": ARABIC}) + "\n")
    too_long, far_too_long, sound = read_all("r.jsonl")
    assert "the limit is 2,000,000" in str(too_long)
    assert "longer than 64 MB" in str(far_too_long)
    assert isinstance(sound, Document)


def test_memory_does_not_grow_with_the_file(folder: Path) -> None:
    line = json.dumps({"text": "x" * 10_000}) + "\n"
    (folder / "r.jsonl").write_text(line * 1000)
    tracemalloc.start()
    count = sum(1 for _ in read(["r.jsonl"]))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 1000
    assert peak < 2_000_000


@pytest.mark.parametrize("value", ["2025-07-22", "2025-07-22T09:30:00Z", "2025-07-22T09:30+03:00"])
def test_dates_that_are_taken(value: str) -> None:
    assert check_published(value) == value


@pytest.mark.parametrize("value", ["2025-13-01", "2025-07-22T09:30", "20250722", "today", "2025-W30-2", ""])
def test_dates_that_are_refused(value: str) -> None:
    with pytest.raises(UnreadableError, match="not a publication date"):
        check_published(value)


@given(st.binary(max_size=300))
def test_no_bytes_raise(content: bytes) -> None:
    stream = io.TextIOWrapper(io.BytesIO(content))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", stream)
        for found in read(["-"]):
            assert isinstance(found, Document | InputProblem)
