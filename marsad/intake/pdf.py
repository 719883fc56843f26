"""PDF files with a text layer. They are opened in a process of their own, with limits on time and memory: the library is
written in C++, and a hostile file must not take the rest with it.

Run as a program (`python -m marsad.intake.pdf`) this is that process: a PDF on standard input, its text on standard output.
"""

from __future__ import annotations

import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from typing import Any

from marsad.intake.charsets import refuse_garbled
from marsad.intake.documents import MAX_CHARACTERS, Beside, UnreadableError, make_document, taken
from marsad.intake.pdf_lines import Glyph, in_reading_order, is_backwards, soundness, turned
from marsad.model import Received, Taken

_SECONDS = 10
_MEMORY = 1 << 30
_MAX_PAGES = 2000
_MOST_PLACED = 300_000
_REORDERED = "reordered"
_PASSWORD, _BROKEN, _NO_TEXT = 3, 4, 5

_FORMS = re.compile("[\ufb50-\ufdfb\ufe70-\ufefc]")
_FORMS_OR_LETTERS = re.compile("[\u0620-\u064a\ufb50-\ufdfb\ufe70-\ufefc]")

_REASONS = {
    _PASSWORD: ("the PDF is protected by a password", "save it without the password"),
    _BROKEN: ("it is no sound PDF", "fetch it again, or save it anew from a PDF reader"),
    _NO_TEXT: ("the PDF has no text layer: its pages are pictures", "run it through text recognition (OCR) first"),
}


def read_pdf(received: Received) -> Taken:
    """Return the report in the text layer of a PDF. Letters in visual order are put in reading order where that can be
    told, by their places on the page or by the look of their words; the mark `visual-order` says so.

    Raises:
        UnreadableError: it is no sound PDF, has no text layer, or its text is beyond repair.
    """
    beside = Beside.of(received)
    mark, _, text = _text_layer(received.content).partition("\n")
    text = _plain_letters(text)
    marks: tuple[str, ...] = ("visual-order",) if mark == _REORDERED else ()
    if is_backwards(text):
        text = "\n".join(map(turned, text.split("\n")))
        marks = ("visual-order",)
        if is_backwards(text):
            raise UnreadableError(
                "the letters of the PDF are in no reading order", "copy its text, or run it through OCR"
            )
    refuse_garbled(text)
    document = make_document(received.name, text, beside.known, beside.said)
    return taken(document, received, marks=marks)


def _plain_letters(text: str) -> str:
    """The text with shaped letters replaced by plain ones: what shape a letter takes is the font's business."""
    plain = _FORMS.sub(lambda m: unicodedata.normalize("NFKC", m[0]), text)
    return plain.replace("\r\n", "\n").replace("\r", "\n").replace("\x02", "").replace("\ufffe", "")


def _text_layer(content: bytes) -> str:
    command = [sys.executable, "-I", "-m", "marsad.intake.pdf"]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=_SECONDS + 5, check=False)
    except subprocess.TimeoutExpired as error:
        raise UnreadableError(
            f"the PDF takes longer than {_SECONDS} seconds to open", "save its text as .txt"
        ) from error
    if done.returncode in _REASONS:
        raise UnreadableError(*_REASONS[done.returncode])
    if done.returncode != 0:
        raise UnreadableError("the PDF breaks the program that opens it", "save its text as .txt")
    text = done.stdout.decode("utf-8", "replace")
    if len(text) > MAX_CHARACTERS:
        raise UnreadableError(f"the text has more than {MAX_CHARACTERS:,} characters", "split it into its reports")
    return text


def _limit_this_process() -> None:
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def _main() -> int:
    """Write the text of the PDF on standard input to standard output; the exit code says what is wrong."""
    _limit_this_process()
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(sys.stdin.buffer.read())
        if len(document) == 0:
            return _BROKEN
    except pypdfium2.PdfiumError as error:
        return _PASSWORD if "password" in str(error).lower() else _BROKEN
    pieces: list[str] = []
    size = 0
    mark = ""
    for number in range(min(len(document), _MAX_PAGES)):
        try:
            page = document[number]
            text_page = page.get_textpage()
            pieces.append(text_page.get_text_bounded())
            if len(pieces[-1]) <= _MOST_PLACED and _FORMS_OR_LETTERS.search(pieces[-1]):
                placed = in_reading_order(_lines_of(text_page))
                if soundness(_plain_letters(placed)) > soundness(_plain_letters(pieces[-1])):
                    pieces[-1], mark = placed, _REORDERED
            page.close()
        except pypdfium2.PdfiumError:
            continue
        size += len(pieces[-1])
        if size > MAX_CHARACTERS:
            break
    text = "\n".join(pieces)
    if not text.strip():
        return _NO_TEXT
    sys.stdout.buffer.write(f"{mark}\n{text}".encode("utf-8", "replace"))
    return 0


def _lines_of(text_page: Any) -> Iterator[list[Glyph]]:
    """The characters of a page with their places, line by line as the library parts them."""
    import ctypes

    import pypdfium2.raw

    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    line: list[Glyph] = []
    for at in range(text_page.count_chars()):
        code = pypdfium2.raw.FPDFText_GetUnicode(text_page, at)
        if code in (0x0A, 0x0D):
            if line:
                yield line
            line = []
        elif code >= 0x20 and code not in (0xFFFE, 0xFFFF):
            pypdfium2.raw.FPDFText_GetCharBox(text_page, at, left, right, bottom, top)
            line.append(Glyph(chr(code), left.value, right.value))
    yield line


if __name__ == "__main__":
    sys.exit(_main())
