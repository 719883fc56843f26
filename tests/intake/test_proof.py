"""What was received is kept, and the text can be derived from it again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import intake_files as make
from intake_files import TEXT
from standin import Ran

from marsad.intake import Taken, derive, take
from marsad.record import open_record, proof


def kept(folder: Path) -> list[tuple[proof.Receipt, Taken]]:
    with open_record(str(folder / "marsad.db")) as record:
        found = record.look(lambda connection: list(proof.list_received(connection)))
    again = [(receipt, derive(received)) for receipt, received in found]
    assert all(isinstance(taken, Taken) for _, taken in again)
    return again  # type: ignore[return-value]


def test_received_bytes_are_kept_with_their_hash(folder: Path, marsad: Callable[..., Ran]) -> None:
    content = TEXT.encode("cp1256")
    (folder / "r.txt").write_bytes(content)
    assert marsad("add", "r.txt", "--published", "2025-07-22").code == 0
    ((receipt, taken),) = kept(folder)
    assert receipt.hash == hashlib.sha256(content).hexdigest()
    assert receipt.size == len(content)
    assert taken.received.content == content
    assert (receipt.report, receipt.version, receipt.kind, receipt.dated_by) == ("r", 1, "text", "said")
    assert (taken.document.text, taken.document.published) == (TEXT, "2025-07-22")


def test_every_kind_can_be_derived_again(folder: Path, marsad: Callable[..., Ran]) -> None:
    files = {
        "a.docx": make.word_document(TEXT),
        "b.eml": make.mail(),
        "c.jsonl": json.dumps({"text": TEXT, "published": "2025-07-22"}).encode(),
        "d.csv": f"text,published\n{TEXT},2025-07-22\n".encode("cp1256"),
        "e.html": make.page().encode(),
        "f.json": make.telegram(TEXT),
        "g.warc": make.warc({"https://a.example/1": make.page()}),
        "h.zip": make.zipped({"a.txt": TEXT.encode("utf-16")}),
        "i.txt": f"22/07/2025, 09:30 - علي: {TEXT}".encode(),
        "j.mhtml": make.saved_page(make.page("قصف آخر")),
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    assert marsad("add", ".").code == 0
    with open_record(str(folder / "marsad.db")) as record:
        for receipt, taken in kept(folder):
            stored = record.find(receipt.report)[1].document
            assert stored.text == taken.document.text
            assert stored.published == taken.document.published
    assert len({receipt.kind for receipt, _ in kept(folder)}) == len(files) - 1, "pages come twice"


def test_the_same_bytes_are_kept_once(folder: Path, marsad: Callable[..., Ran]) -> None:
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text(TEXT)
    marsad("add", ".")
    marsad("add", ".")
    assert [receipt.report for receipt, _ in kept(folder)] == ["a", "b"]
    assert len({receipt.hash for receipt, _ in kept(folder)}) == 1


def test_what_was_received_is_written_as_a_web_archive_that_can_be_added_again(
    folder: Path, marsad: Callable[..., Ran]
) -> None:
    (folder / "a.warc").write_bytes(make.warc({"https://a.example/1": make.page()}))
    (folder / "b.txt").write_text(TEXT)
    marsad("add", "a.warc", "b.txt")
    assert marsad("proof", "out.warc.gz").code == 0
    again = [t for t in take(["out.warc.gz"]) if isinstance(t, Taken)]
    assert [t.document.url for t in again][:1] == ["https://a.example/1"]
    assert TEXT in again[0].document.text
    assert again[0].received.at == "2025-07-22T09:30:00Z"
    assert again[1].document.text == TEXT


def test_every_text_can_be_checked_against_its_bytes(folder: Path, marsad: Callable[..., Ran]) -> None:
    (folder / "b.txt").write_text(TEXT)
    marsad("add", "b.txt")
    assert marsad("proof", "--check").code == 0
    listed = json.loads(marsad("proof", "--report", "b").out)
    assert (listed["report"], listed["size"], listed["kind"]) == ("b", len(TEXT.encode()), "text")
    assert "no received bytes" in marsad("proof", "--report", "nothing").err
