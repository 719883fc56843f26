"""Files, folders, globs and standard input: finds them, opens them, and hands each to the reader for its kind."""

from __future__ import annotations

import gzip
import json
import os
import re
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from glob import glob, has_magic
from pathlib import Path
from typing import IO, Any

import msgspec

from marsad.intake.documents import (
    MAX_BYTES,
    NOT_UTF8,
    InputProblem,
    Metadata,
    UnreadableError,
    make_document,
    metadata_from,
    problem,
)
from marsad.intake.pages import read_page
from marsad.intake.rows import read_json_lines, read_table
from marsad.model import Document

Found = Iterator[Document | InputProblem]

ENDINGS = (".jsonl.gz", ".txt", ".html", ".htm", ".jsonl", ".csv", ".tsv")
"""The endings that a folder is searched for."""

_BOM = b"\xef\xbb\xbf"
_JSON_OBJECT = re.compile(rb'\s*\{\s*["}]')
_KINDS = "give a .txt, .html, .jsonl, .jsonl.gz, .csv or .tsv file"


def read_sources(sources: Iterable[str], said: Metadata) -> Found:
    """Yield what is found in paths, globs, folders and `-`, in that order; folders and globs are sorted."""
    names = Names()
    for source in sources:
        for path in _expand(source):
            if isinstance(path, InputProblem):
                yield path
            elif path == "-":
                yield from _read_stdin(said)
            else:
                yield from _read_file(path, names, said)


class Names:
    """Gives each file of a run a name of its own: its stem, or `stem~2` if the stem is taken."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def take(self, path: str) -> str:
        """Return the name for the file at `path`."""
        stem = _stem(path)
        self._seen[stem] = number = self._seen.get(stem, 0) + 1
        return stem if number == 1 else f"{stem}~{number}"


def _expand(source: str) -> Iterator[str | InputProblem]:
    if re.match(r"[a-z]+://", source):
        yield _missing(source, "addresses are not fetched", "save the page and give the file")
    elif source == "-" or Path(source).is_file() or (Path(source).exists() and not Path(source).is_dir()):
        yield source
    elif Path(source).is_dir():
        paths = _files_in(source)
        first = next(paths, None)
        if first is None:
            yield _missing(source, "the folder holds no reports", _KINDS)
            return
        yield first
        yield from paths
    else:
        # Path.glob refuses absolute patterns.
        matches = sorted(glob(source, recursive=True)) if has_magic(source) else []  # noqa: PTH207
        for match in matches:
            yield from _expand(match)
        if not matches:
            yield _missing(source, "there is no such file or folder", "check the path")


def _files_in(folder: str) -> Iterator[str | InputProblem]:
    errors: list[OSError] = []
    for root, folders, files in os.walk(folder, onerror=errors.append):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for name in sorted(files):
            if name.lower().endswith(ENDINGS) and not name.startswith("."):
                yield str(Path(root) / name)
        while errors:
            error = errors.pop()
            yield _missing(str(error.filename), f"cannot be read ({error.strerror})", "check its permissions")
    for error in errors:
        yield _missing(str(error.filename), f"cannot be read ({error.strerror})", "check its permissions")


def _read_file(path: str, names: Names, said: Metadata) -> Found:
    name = names.take(path)
    reader = _reader_for(path)
    try:
        with _open(path) as stream:
            yield from reader(stream, path, name, said)
    except UnreadableError as why:
        yield problem(path, why)
    except gzip.BadGzipFile:
        yield _missing(path, "is not a gzip file", "compress it with gzip, or name it .jsonl")
    except (EOFError, zlib.error):
        yield _missing(path, "the gzip file is cut short or damaged", "fetch or compress it again")
    except OSError as error:
        yield _missing(path, f"cannot be read ({error.strerror or error})", "check the file and its permissions")


def _open(path: str) -> IO[bytes]:
    if path.lower().endswith(".gz"):
        return gzip.open(path, "rb")  # type: ignore[return-value]
    return Path(path).open("rb")


def _reader_for(path: str) -> Callable[[IO[bytes], str, str, Metadata], Found]:
    lower = path.lower()
    if lower.endswith((".jsonl", ".jsonl.gz", ".ndjson")):
        return read_json_lines
    if lower.endswith((".csv", ".tsv")):
        return read_table
    if lower.endswith((".html", ".htm")):
        return _read_page_file
    if lower.endswith((".json", ".gz", ".pdf", ".doc", ".docx", ".zip", ".xlsx", ".warc")):
        return _refuse
    return _read_text_file


def _refuse(_stream: IO[bytes], path: str, _name: str, _said: Metadata) -> Found:
    yield _missing(path, f"{Path(path).suffix} files are not read", _KINDS)


def _read_text_file(stream: IO[bytes], path: str, name: str, said: Metadata) -> Found:
    yield make_document(name, _decode(_slurp(stream)), _sidecar(path), said)


def _read_page_file(stream: IO[bytes], path: str, name: str, said: Metadata) -> Found:
    text, found = read_page(_slurp(stream))
    beside = _sidecar(path)
    merged = msgspec.structs.replace(
        beside,
        title=beside.title or found.title,
        published=beside.published or found.published,
        publisher=beside.publisher or found.publisher,
        url=beside.url or found.url,
    )
    yield make_document(name, text, merged, said)


def _read_stdin(said: Metadata) -> Found:
    stream = sys.stdin.buffer
    first = stream.readline(MAX_BYTES)
    try:
        if _JSON_OBJECT.match(first.removeprefix(_BOM)):
            yield from read_json_lines(stream, "-", "stdin", said, first)
        else:
            yield make_document("stdin", _decode(first + _slurp(stream)), Metadata(), said)
    except UnreadableError as why:
        yield problem("standard input", why)


def _slurp(stream: IO[bytes]) -> bytes:
    data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise UnreadableError(f"it is larger than {MAX_BYTES // 1024 // 1024} MB", "split it into its reports")
    return data


def _decode(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableError("it is UTF-16", "save it as UTF-8")
    data = data.removeprefix(_BOM)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        if b"\x00" in data[:4096]:
            raise UnreadableError("it is binary", _KINDS) from error
        raise UnreadableError(f"line {line} is not UTF-8 (byte {error.start + 1})", NOT_UTF8) from error


def _sidecar(path: str) -> Metadata:
    """The metadata in NAME.meta.json beside NAME.txt."""
    beside = Path(path).with_name(f"{_stem(path)}.meta.json")
    if not beside.is_file():
        return Metadata()
    remedy = f"correct {beside.name}, or remove it"
    try:
        row: Any = json.loads(beside.read_bytes())
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"its {beside.name} is not JSON ({error})", remedy) from error
    except OSError as error:
        raise UnreadableError(f"its {beside.name} cannot be read ({error.strerror})", remedy) from error
    if not isinstance(row, dict):
        raise UnreadableError(f"its {beside.name} is not a JSON object", remedy)
    return metadata_from(row)


def _stem(path: str) -> str:
    name = Path(path).name
    for ending in (*ENDINGS, ".ndjson"):
        if name.lower().endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)]
    return Path(path).stem


def _missing(where: str, reason: str, remedy: str) -> InputProblem:
    return InputProblem(where=where, reason=reason, remedy=remedy)
