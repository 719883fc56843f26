"""Word documents: the paragraphs of a .docx, with the author and date that its properties name."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Any

from marsad.intake.documents import Beside, Metadata, UnreadableError, make_document, taken
from marsad.intake.limits import MAX_TREE, Unpacked, refuse_bomb, slurp
from marsad.model import Received, Taken

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_AGAIN = "open it in a word processor, and save it as .docx or .txt"
# Struck-out words and notes for authors are no part of the text; a text box stands there once more, for older programs.
_OLD = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_LEFT_OUT = {_OLD, *(f"{_W}{name}" for name in ("del", "moveFrom", "instrText", "fldSimple"))}


def read_word_document(received: Received) -> Taken:
    """Return the report in a .docx file.

    Raises:
        UnreadableError: it is no sound .docx file, or holds no text.
    """
    if received.content.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableError("it is an old Word file (.doc), or protected by a password", _AGAIN)
    beside = Beside.of(received)
    try:
        with zipfile.ZipFile(io.BytesIO(received.content)) as archive:
            body = _member(archive, "word/document.xml")
            if body is None:
                raise UnreadableError("it is no Word document (there is no word/document.xml)", _AGAIN)
            properties = _member(archive, "docProps/core.xml")
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise UnreadableError(f"it is no sound .docx file ({error})", _AGAIN) from error
    text = "\n".join(_paragraphs(parse_xml(body))).strip("\n")
    title, author = _properties(properties)
    document = make_document(received.name, text, beside.known.or_else(Metadata(title=title)), beside.said)
    return taken(document, received, author=author)


def parse_xml(data: bytes) -> Any:
    """Return the root of an XML document; entities are not expanded, nothing is fetched.

    Raises:
        UnreadableError: it is not XML, or declares entities of its own.
    """
    from lxml import etree  # a library that only a few formats need

    if b"<!ENTITY" in data or b"<!\x00E\x00N\x00T" in data:
        raise UnreadableError("its XML declares entities, which no text needs", "save it again without them")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableError(f"it is not XML ({' '.join(str(error).split())[:100]})", _AGAIN) from error
    if root is None:
        raise UnreadableError("it is not XML", _AGAIN)
    return root


def _member(archive: zipfile.ZipFile, name: str) -> bytes | None:
    try:
        info = archive.getinfo(name)
    except KeyError:
        return None
    refuse_bomb(info.file_size, info.compress_size)
    with Unpacked(archive.open(info), info.compress_size) as unpacked:
        return slurp(unpacked, MAX_TREE)  # type: ignore[arg-type]


def _paragraphs(root: Any) -> list[str]:
    found: list[str] = []
    for paragraph in root.iter(f"{_W}p"):
        pieces: list[str] = []
        for part in paragraph.iter(f"{_W}t", f"{_W}tab", f"{_W}br", f"{_W}cr"):
            if next(part.iterancestors(f"{_W}p")) is not paragraph:
                continue  # of a text box, whose paragraphs come by themselves
            if any(above.tag in _LEFT_OUT for above in part.iterancestors()):
                continue
            pieces.append((part.text or "") if part.tag == f"{_W}t" else "\t" if part.tag == f"{_W}tab" else "\n")
        found.append("".join(pieces))
    return found


def _properties(data: bytes | None) -> tuple[str | None, str | None]:
    if not data:
        return None, None
    try:
        root = parse_xml(data)
    except UnreadableError:
        return None, None
    return _property(root, "title"), _property(root, "creator")


def _property(root: Any, name: str) -> str | None:
    text = root.findtext(f".//{_DC}{name}")
    return " ".join(text.split()) or None if text else None
