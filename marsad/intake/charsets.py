"""Bytes to text: which encoding they are in, declared or not, and whether some program has already garbled them."""

from __future__ import annotations

import codecs
import re

from marsad.intake.documents import NOT_UTF8, UnreadableError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LEGACY = ("cp1256", "iso8859_6", "mac_arabic")
_NO_CHARSETS = ("idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "utf-7")
_SAMPLE = 200_000
_ENOUGH_LETTERS = 8

_LETTERS = re.compile("[\u0620-\u064a\u066e-\u06d3]")
_MARKS = re.compile("[\u060c-\u061f\u064b-\u066d\u200b-\u200f\u2010-\u203a\u00a0\u00ab\u00bb\u00d7]")
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")
_ARTICLE = re.compile("(?<![\u0620-\u064a])[\u0648\u0641\u0628\u0643]?\u0627\u0644[\u0620-\u064a]")
_UTF8_PIECE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")

# What two encodings make of each other's Arabic.
_UTF8_AS_LATIN = re.compile("[\u00d8-\u00db][^\x00-\x7f\u0600-\u06ff]")
_UTF8_AS_1256 = re.compile("[\u0637\u0638][^\x00-\x7f]")
_1256_AS_LATIN = re.compile("(?<![\u00c0-\u00ff])[\u00e6\u00dd\u00c8\u00df]?\u00c7\u00e1[\u00c0-\u00ff]")
_GARBLED = "fetch or export the report again from where it came from; this copy is garbled"


def decode(data: bytes, declared: str | None = None) -> str:
    """Return the text of bytes: by their byte order mark, as UTF-8, as `declared`, or as the Arabic encoding that fits.

    Raises:
        UnreadableError: they are in none of these, or the text is garbled (mojibake).
    """
    text = data.decode(charset_of(data, declared), "strict") if data else ""
    text = text.removeprefix("\ufeff")
    refuse_garbled(text)
    return text


def charset_of(data: bytes, declared: str | None = None, *, partial: bool = False) -> str:
    """Return the encoding in which bytes can be decoded; `partial` allows a character that is cut at the end.

    Raises:
        UnreadableError: there is none that fits.
    """
    for mark, name in _BOMS:
        if data.startswith(mark):
            return _sound(data, name, partial=partial)
    error = _failure(data, "utf-8", partial=partial)
    if error is None:
        return _wide(data) or "utf-8"
    if b"\x00" in data[:_SAMPLE]:
        wide = _wide(data)
        if wide is None:
            raise UnreadableError("it is binary", "give the report as text, a page, or one of the known exports")
        return _sound(data, wide, partial=partial)
    line = data.count(b"\n", 0, error.start) + 1
    broken = UnreadableError(f"line {line} is not UTF-8 (byte {error.start + 1})", NOT_UTF8)
    if _is_broken_utf8(data):
        raise broken from error
    legacy = _legacy(data, declared)
    if legacy is None:
        raise broken from error
    return legacy


def refuse_garbled(text: str) -> None:
    """Do nothing for a sound text.

    Raises:
        UnreadableError: it was decoded with the wrong encoding by whoever handed it on; the reason names which.
    """
    if text.isascii():
        return
    sample = text[:_SAMPLE]
    beyond = len(_BEYOND_ASCII.findall(sample))
    if beyond < _ENOUGH_LETTERS:
        return
    if sample.count("\ufffd") > max(3, 0.03 * beyond):
        raise UnreadableError("letters were lost on the way (there are \ufffd in their place)", _GARBLED)
    if len(_UTF8_AS_LATIN.findall(sample)) > 0.35 * beyond:
        raise UnreadableError("the text is mojibake: UTF-8 that was taken for windows-1252", _GARBLED)
    if len(_UTF8_AS_1256.findall(sample)) > 0.4 * beyond:
        raise UnreadableError("the text is mojibake: UTF-8 that was taken for windows-1256", _GARBLED)
    words = sample.count(" ") + 1
    if not _LETTERS.search(sample) and len(_1256_AS_LATIN.findall(sample)) > 0.08 * words:
        raise UnreadableError("the text is mojibake: windows-1256 that was taken for windows-1252", _GARBLED)


def _failure(data: bytes, name: str, *, partial: bool) -> UnicodeDecodeError | None:
    try:
        if partial:
            codecs.getincrementaldecoder(name)().decode(data)
        else:
            data.decode(name)
    except UnicodeDecodeError as error:
        return error
    return None


def _sound(data: bytes, name: str, *, partial: bool) -> str:
    error = _failure(data, name, partial=partial)
    if error is not None:
        what = name.upper()
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableError(f"line {line} is not {what} (byte {error.start + 1}), as it began", NOT_UTF8) from error
    return name


def _wide(data: bytes) -> str | None:
    """UTF-16 without its mark: every second byte is the 06 of Arabic letters or the 00 of Latin ones and blanks."""
    sample = data[:_SAMPLE]
    if len(sample) < 16 or len(data) % 2 or sample.count(0) + sample.count(6) < 0.3 * len(sample):
        return None
    for name, high in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[0::2])):
        if high.count(0) + high.count(6) > 0.9 * len(high) and high.count(6) > 0.3 * len(high):
            return name
    return None


def _is_broken_utf8(data: bytes) -> bool:
    """Most bytes beyond ASCII stand in sound UTF-8: it is no other encoding, but a damaged or mixed file."""
    sample = data[:_SAMPLE]
    beyond = sum(b > 0x7F for b in sample)
    return sum(map(len, _UTF8_PIECE.findall(sample))) > 0.5 * beyond


def _legacy(data: bytes, declared: str | None) -> str | None:
    """The one-byte encoding in which the bytes are Arabic; a declared one that is not Arabic is believed last."""
    sample = data[:_SAMPLE]
    best: tuple[float, str] | None = None
    known = _codec(declared)
    for name in dict.fromkeys((known, *_LEGACY) if known else _LEGACY):
        score = _arabic_score(sample, name)
        if score > 0 and _failure(data, name, partial=False) is None:
            # The earlier one wins a draw.
            best = (score, name) if best is None or score > best[0] else best
    if best is not None:
        return best[1]
    return known if known is not None and _failure(data, known, partial=False) is None else None


def _codec(declared: str | None) -> str | None:
    if not declared:
        return None
    try:
        found = codecs.lookup(declared.strip().strip("\"'"))
    except (LookupError, ValueError):
        return None
    # Codecs like zip and idna turn bytes into other things than text.
    return found.name if found._is_text_encoding and found.name not in _NO_CHARSETS else None


def _arabic_score(sample: bytes, name: str) -> float:
    text = sample.decode(name, "replace")
    letters = len(_LETTERS.findall(text))
    beyond = len(_BEYOND_ASCII.findall(text)) - len(_MARKS.findall(text))
    if letters < _ENOUGH_LETTERS or letters < 0.9 * beyond:
        return 0.0
    return len(_ARTICLE.findall(text)) / (text.count(" ") + 1)
