"""Files, folders, globs and standard input: finds them, opens them, and takes each apart by its kind."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from glob import glob, has_magic
from pathlib import Path
from typing import IO, Any, cast

import msgspec

from marsad.intake.archives import split_warc, split_zip
from marsad.intake.charsets import decode
from marsad.intake.chats import is_telegram, is_whatsapp, split_telegram, split_whatsapp
from marsad.intake.documents import (
    Beside,
    InputProblem,
    Metadata,
    UnreadableError,
    Where,
    metadata_from,
    problem,
    tripped,
)
from marsad.intake.limits import MAX_FREE, Counted, Unpacked, slurp
from marsad.intake.mail import split_mail, split_mailbox
from marsad.intake.rows import split_json_lines, split_table
from marsad.model import Received

Found = Iterator[Received | InputProblem]

ENDINGS = (
    ".jsonl.gz",
    ".ndjson.gz",
    ".warc.gz",
    ".txt.gz",
    ".html.gz",
    ".csv.gz",
    ".txt",
    ".html",
    ".htm",
    ".xhtml",
    ".jsonl",
    ".ndjson",
    ".json",
    ".csv",
    ".tsv",
    ".docx",
    ".pdf",
    ".eml",
    ".mbox",
    ".mhtml",
    ".mht",
    ".warc",
    ".wacz",
    ".zip",
)
"""The endings that a folder is searched for."""

_BOM = b"\xef\xbb\xbf"
_JSON_OBJECT = re.compile(rb'\s*\{\s*["}]')
_KINDS = f"give one of these: {' '.join(ENDINGS)}"
_NAMED = (".meta.json", ".marsad.json")


Visit = Callable[[str, Metadata], Found]
"""Yields the reports at an address of the web."""

Follow = Callable[[IO[bytes], int], None]
"""Is told of each file that is opened, with its size in bytes."""


def split_sources(sources: Iterable[str], said: Metadata, visit: Visit, follow: Follow | None = None) -> Found:
    """Yield the bytes of every report in paths, globs, folders, `-` and addresses, in that order; folders and globs are
    sorted. What is on the web is left to `visit`."""
    names = Names()
    for source in sources:
        if re.match(r"https?://", source):
            yield from visit(source, said)
            continue
        for path in expand(source):
            if isinstance(path, InputProblem):
                yield path
            elif path == "-":
                yield from _split_stdin(said)
            elif path.lower().endswith(".urls"):
                for url in Path(path).read_text(encoding="utf-8", errors="replace").split():
                    yield from visit(url, said)
            else:
                yield from _split_path(path, names, said, follow)


class Names:
    """Gives each file of a run a name of its own: its stem, or `stem~2` if the stem is taken."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def take(self, path: str) -> str:
        """Return the name for the file at `path`."""
        stem = _stem(path)
        self._seen[stem] = number = self._seen.get(stem, 0) + 1
        return stem if number == 1 else f"{stem}~{number}"


def expand(source: str) -> Iterator[str | InputProblem]:
    """Yield the files that a path, folder or glob stands for."""
    if re.match(r"[a-z]+://", source):
        yield _missing(source, "addresses of this kind are not fetched", "give one that begins with https://")
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
            yield from expand(match)
        if not matches:
            yield _missing(source, "there is no such file or folder", "check the path")


def _files_in(folder: str) -> Iterator[str | InputProblem]:
    errors: list[OSError] = []
    for root, folders, files in os.walk(folder, onerror=errors.append):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for name in sorted(files):
            lower = name.lower()
            if lower.endswith(ENDINGS) and not lower.endswith(_NAMED) and not name.startswith("."):
                yield str(Path(root) / name)
        while errors:
            error = errors.pop()
            yield _missing(str(error.filename), f"cannot be read ({error.strerror})", "check its permissions")
    for error in errors:
        yield _missing(str(error.filename), f"cannot be read ({error.strerror})", "check its permissions")


def _split_path(path: str, names: Names, said: Metadata, follow: Follow | None) -> Found:
    name = names.take(path)
    try:
        with Path(path).open("rb") as stream:
            if follow is not None:
                follow(stream, os.fstat(stream.fileno()).st_size)
            where = Where(path=path, name=name, beside=Beside(said=said, known=_sidecar(path)))
            yield from split_file(stream, where)
    except UnreadableError as why:
        yield problem(path, why)
    except OSError as error:
        yield _missing(path, f"cannot be read ({error.strerror or error})", "check the file and its permissions")
    except Exception as error:
        yield tripped(path, error)


def split_file(stream: IO[bytes], where: Where, depth: int = 0) -> Found:
    """Yield the bytes of every report in a file, whose kind its ending tells, or else its first bytes.

    Raises:
        UnreadableError: it is of no kind that is read, or damaged.
    """
    stream = buffered(stream)
    if where.path.lower().endswith(".gz") or (_is_gzip(stream) and not where.path.lower().endswith((".warc", ".wacz"))):
        yield from _split_gzip(stream, where, depth)
        return
    ending = _ending(where.path)
    if ending in _REFUSED:
        raise UnreadableError(f"{ending} files are not read", _KINDS)
    yield from (_SPLITTERS.get(ending) or _split_by_first_bytes)(stream, where, depth)


def buffered(stream: IO[bytes]) -> IO[bytes]:
    """Return the stream with a look ahead."""
    return stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(cast("io.RawIOBase", stream))


def _head(stream: IO[bytes]) -> bytes:
    """The first bytes of a buffered stream, which stay in it."""
    return cast("io.BufferedReader[Any]", stream).peek(4096)[:4096]


def _is_gzip(stream: IO[bytes]) -> bool:
    return _head(stream)[:2] == b"\x1f\x8b"


def _split_gzip(stream: IO[bytes], where: Where, depth: int) -> Found:
    _refuse_gzip_bomb(stream)
    packed = Counted(stream)
    inner = msgspec.structs.replace(where, path=where.path[:-3]) if where.path.lower().endswith(".gz") else where
    try:
        with gzip.GzipFile(fileobj=packed, mode="rb") as unpacked:
            bounded = buffered(cast("IO[bytes]", Unpacked(cast("IO[bytes]", unpacked), packed)))
            if _is_gzip(bounded):
                raise UnreadableError("it is packed twice", "unpack it once")
            splitter = _SPLITTERS.get(_ending(inner.path)) or _split_by_first_bytes
            yield from splitter(bounded, where, depth)
    except gzip.BadGzipFile as error:
        raise UnreadableError("is not a gzip file", "compress it with gzip, or name it .jsonl") from error
    except (EOFError, zlib.error) as error:
        raise UnreadableError("the gzip file is cut short or damaged", "fetch or compress it again") from error


def _refuse_gzip_bomb(stream: IO[bytes]) -> None:
    """Unpack the beginning once without looking at it: a bomb is known before its millions of lines are read."""
    if not stream.seekable():
        return
    packed = Counted(stream)
    try:
        with gzip.GzipFile(fileobj=packed, mode="rb") as unpacked:
            bounded = Unpacked(cast("IO[bytes]", unpacked), packed)
            while bounded.count <= MAX_FREE and bounded.read(1 << 20):
                pass
    except (OSError, EOFError, zlib.error):
        pass  # what is damaged is named where it is read
    finally:
        stream.seek(0)


def _split_rows(stream: IO[bytes], where: Where, _depth: int) -> Found:
    return split_json_lines(stream, where)


def _split_tables(stream: IO[bytes], where: Where, _depth: int) -> Found:
    return split_table(stream, where)


def _split_mails(stream: IO[bytes], where: Where, _depth: int) -> Found:
    return split_mailbox(stream, where)


def _split_mail(stream: IO[bytes], where: Where, _depth: int) -> Found:
    return split_mail(slurp(stream), where)


def _split_crawl(stream: IO[bytes], where: Where, _depth: int) -> Found:
    return split_warc(stream, where)


def _split_archive(stream: IO[bytes], where: Where, depth: int) -> Found:
    return split_zip(stream, where, depth, _split_member)


def _split_wacz(stream: IO[bytes], where: Where, depth: int) -> Found:
    return split_zip(stream, where, depth, _split_crawl_member)


def _split_member(stream: IO[bytes], where: Where, depth: int) -> Found:
    """A member of an archive; what is no report (pictures, style sheets) is passed over."""
    ending = _ending(where.path)
    if ending in _SPLITTERS or where.path.lower().endswith(".gz"):
        yield from split_file(stream, where, depth)
    elif ending in _REFUSED:
        raise UnreadableError(f"{ending} files are not read", _KINDS)


def _split_crawl_member(stream: IO[bytes], where: Where, _depth: int) -> Found:
    if where.path.lower().endswith((".warc", ".warc.gz")):
        yield from split_warc(stream, where)


def _whole(kind: str) -> Callable[[IO[bytes], Where, int], Found]:
    def split(stream: IO[bytes], where: Where, _depth: int) -> Found:
        yield where.received(slurp(stream), kind)

    return split


def _split_json(stream: IO[bytes], where: Where, _depth: int) -> Found:
    """JSON is an export of Telegram, or one report."""
    head = _head(stream)
    if is_telegram(head):
        yield from split_telegram(stream, where)
    elif head.lstrip(_BOM + b" \r\n\t").startswith(b"{"):
        yield where.received(slurp(stream).removeprefix(_BOM), "row")
    else:
        raise UnreadableError("it is JSON, but neither a report nor a Telegram export", _KINDS)


def _split_text(stream: IO[bytes], where: Where, _depth: int) -> Found:
    """Plain text is one report, or the export of a chat."""
    content = slurp(stream)
    try:
        is_chat = is_whatsapp(decode(content[:8000])) if content[:200].strip() else False
    except UnreadableError:
        is_chat = False
    if is_chat:
        yield from split_whatsapp(content, where)
    else:
        yield where.received(content, "text")


def _split_by_first_bytes(stream: IO[bytes], where: Where, depth: int) -> Found:
    head = _head(stream)
    for start, ending in _MAGIC:
        if head.startswith(start):
            yield from _SPLITTERS[ending](stream, where, depth)
            return
    if re.match(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html)", head, re.IGNORECASE):
        yield from _SPLITTERS[".html"](stream, where, depth)
    elif _JSON_OBJECT.match(head.removeprefix(_BOM)):
        yield from (split_telegram(stream, where) if is_telegram(head) else split_json_lines(stream, where))
    else:
        yield from _split_text(stream, where, depth)


_MAGIC = (
    (b"PK\x03\x04", ".zip"),
    (b"PK\x05\x06", ".zip"),
    (b"%PDF-", ".pdf"),
    (b"WARC/", ".warc"),
    (b"From ", ".mbox"),
)

_SPLITTERS: dict[str, Callable[[IO[bytes], Where, int], Found]] = {
    ".txt": _split_text,
    ".html": _whole("page"),
    ".htm": _whole("page"),
    ".xhtml": _whole("page"),
    ".jsonl": _split_rows,
    ".ndjson": _split_rows,
    ".json": _split_json,
    ".csv": _split_tables,
    ".tsv": _split_tables,
    ".docx": _whole("word"),
    ".pdf": _whole("pdf"),
    ".eml": _split_mail,
    ".mbox": _split_mails,
    ".mhtml": _whole("saved-page"),
    ".mht": _whole("saved-page"),
    ".warc": _split_crawl,
    ".wacz": _split_wacz,
    ".zip": _split_archive,
}

_REFUSED = {".doc", ".xlsx", ".xls", ".rtf", ".odt", ".epub", ".7z", ".rar", ".tar", ".tgz", ".xz", ".bz2"}


def _split_stdin(said: Metadata) -> Found:
    stream = buffered(sys.stdin.buffer)
    where = Where(path="-", name="stdin", beside=Beside(said=said))
    try:
        yield from _split_by_first_bytes(stream, where, 0)
    except UnreadableError as why:
        yield problem("standard input", why)
    except Exception as error:
        yield tripped("standard input", error)


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
    for ending in ENDINGS:
        if name.lower().endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)]
    return Path(path).stem


def _ending(path: str) -> str:
    name = re.split(r"[!/\\]", path)[-1]
    # A file that is called .txt is text too.
    return f".{name.rpartition('.')[2]}".lower() if "." in name else ""


def _missing(where: str, reason: str, remedy: str) -> InputProblem:
    return InputProblem(where=where, reason=reason, remedy=remedy)
