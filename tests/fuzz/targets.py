"""What the fuzzers try: a function each that takes any bytes, and raises where what it tries broke a promise."""

from __future__ import annotations

import functools
import io
from collections.abc import Callable, Iterator

import intake_files as make
from hostile_files import hostile_files

from marsad.intake import InputProblem, Metadata, Taken, derive
from marsad.intake.documents import Beside, UnreadableError, Where
from marsad.intake.files import split_file
from marsad.model import CodedDocument, Received, Span
from marsad.pipeline import Reader, load_reader
from marsad.resources import DATA

LONGEST_SEED = 4_000
"""Longer seeds teach a fuzzer nothing that shorter ones do not."""


class BrokenPromiseError(Exception):
    """What a fuzzer looks for, besides exceptions, hangs and memory."""


def text(content: bytes) -> None:
    """Read a text file into events: every quotation stands where it says."""
    taken = _derived(content, "text")
    if taken is not None and _reader().is_readable(taken.document):
        coded = _reader().read(taken.document)
        _reader().sketch(coded)
        for span in _spans(coded):
            if taken.document.text[span.start : span.end] != span.text:
                raise BrokenPromiseError(f"{span.text!r} does not stand at {span.start}")


def page(content: bytes) -> None:
    """Take the report out of a page."""
    _derived(content, "page")


def archive(content: bytes) -> None:
    """Take an archive apart, and its members: the first byte says which kind it claims to be."""
    kinds = (".zip", ".warc", ".wacz", ".warc.gz", ".jsonl.gz", ".mbox", ".docx", ".json")
    where = Where(path="a" + kinds[content[0] % len(kinds) if content else 0], name="a", beside=Beside(said=Metadata()))
    try:
        for found in split_file(io.BytesIO(content[1:]), where):
            _check(found if isinstance(found, InputProblem) else derive(found))
    except UnreadableError as why:
        if not why.reason or not why.remedy:
            raise BrokenPromiseError("a refusal without its reason") from why


TARGETS: dict[str, Callable[[bytes], None]] = {"text": text, "page": page, "archive": archive}


def seeds(target: str) -> Iterator[bytes]:
    """Yield what a fuzzer begins with: sound inputs of every kind, and the short ones of the hostile set."""
    samples = [path.read_bytes() for path in sorted((DATA / "samples").glob("*.txt"))]
    hostile = [(h.name, h.content) for h in hostile_files()]
    endings = {"text": (".txt",), "page": (".html", ".xhtml"), "archive": (".zip", ".warc", ".wacz", ".gz")}[target]
    if target == "text":
        yield from (sample[:LONGEST_SEED] for sample in samples)
        yield from (paragraph for sample in samples for paragraph in sample.split(b"\n") if len(paragraph) > 80)
    elif target == "page":
        yield from (make.page(body=f"<p>{sample.decode()[:800]}</p>").encode() for sample in samples)
    else:
        yield b"\x00" + make.zipped({"a.txt": make.TEXT.encode(), "b.html": make.page().encode()})
        yield b"\x01" + make.warc({"https://a.example/1": make.page()}, packed=True)
        yield b"\x02" + make.zipped({"archive/a.warc": make.warc({"https://a.example/1": make.page()})})
        yield b"\x06" + make.word_document(make.TEXT, make.MORE)
        yield b"\x07" + make.telegram(make.TEXT, make.MORE)
    for name, content in hostile:
        # Bombs are made by their recipes alone; making them all takes minutes.
        if name.endswith(endings) and not name.startswith(("bomb", "line", "book", "deep", "odd", "many")):
            made = content()
            if len(made) <= LONGEST_SEED:
                yield (b"\x00" if target == "archive" else b"") + made


@functools.cache
def _reader() -> Reader:
    return load_reader()


def _derived(content: bytes, kind: str) -> Taken | None:
    found = derive(Received(content=content, kind=kind, name="a", place="a", beside="{}"))
    _check(found)
    return found if isinstance(found, Taken) else None


def _check(found: Taken | InputProblem) -> None:
    if isinstance(found, Taken):
        found.document.text.encode()
        return
    if not found.reason or not found.remedy or "\n" in str(found):
        raise BrokenPromiseError(f"a refusal that is no sentence: {found}")
    if "trip the reader" in found.reason:
        raise BrokenPromiseError(str(found))


def _spans(coded: CodedDocument) -> Iterator[Span]:
    for event in coded.events:
        yield event.trigger
        yield from event.mentions
        for part in (event.places, event.actor, event.recipient, event.weapons, event.casualties, event.damage):
            yield from (value.span for value in part)
