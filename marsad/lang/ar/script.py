"""Arabic characters: folding, tokens, sentence ends.

Folding makes spellings that mean the same word equal: vowel marks, tatweel and invisible characters go, the hamza seats and
alef maksura lose their difference, ة becomes ه, digits become ASCII, Latin letters lower case, presentation forms letters.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from marsad.lang.ar.foreign import is_persian_by_words
from marsad.text import Folded, fold_with_map

_MARKS = [*range(0x0610, 0x061B), *range(0x064B, 0x0660), 0x0670, *range(0x06D6, 0x06EE), 0x0640]
_INVISIBLE = [0x00AD, 0x034F, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF]
_SAME = {
    "أ": "ا",
    "إ": "ا",
    "آ": "ا",
    "ٱ": "ا",
    "ى": "ي",
    "ة": "ه",
    "ؤ": "و",
    "ئ": "ي",
    "ی": "ي",
    "ک": "ك",
    "ے": "ي",
    "ہ": "ه",
}


def _table() -> dict[int, str]:
    """Code point → folded string, for every character that folding changes."""
    table = dict.fromkeys([*_MARKS, *_INVISIBLE], "")
    table.update({ord(a): b for a, b in _SAME.items()})
    for zero in (0x0660, 0x06F0):
        table.update({zero + digit: str(digit) for digit in range(10)})
    for point in [*range(0xFB50, 0xFE00), *range(0xFE70, 0xFEFF)]:
        plain = unicodedata.normalize("NFKC", chr(point))
        if plain != chr(point):
            table[point] = "".join(table.get(ord(c), c) for c in plain if not c.isspace())
    for point in range(0x41, 0x250):
        if chr(point).lower() != chr(point) and len(chr(point).lower()) == 1:
            table[point] = chr(point).lower()
    return table


FOLD = _table()

# A number keeps its inner separators (12,431 and 7.5); a word keeps its marks and invisible joiners.
_INNER = "\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
TOKEN = re.compile(
    rf"(?P<number>\d+(?:[.,٫٬]\d+)*)|(?P<word>[^\W\d_](?:[^\W\d_]|[{_INNER}])*)|(?P<mark>[^\w\s{_INNER}])"
)
# The same tokens, without their kind.
PIECE = re.compile(re.sub(r"\?P<[a-z]+>", "?:", TOKEN.pattern))
# Splits a text into what lies between tokens and the tokens, in turn.
GAPS_AND_PIECES = re.compile(f"({PIECE.pattern})")
SENTENCE_END = frozenset(".!?؟؛…")
_ARABIC = re.compile("[\u0620-\u064a\ufb50-\ufdff\ufe70-\ufefc]+")
_FOREIGN = re.compile("[پچڤگژٹڈڑںےەۆێڵڕیکھۀ]+")
_FOREIGN_BUT_KEYS = re.compile("[پچڤگژٹڈڑںےەۆێڵڕھۀ]+")
_KURDISH = re.compile("[ەۆێڵڕڤ]+")
_URDU = re.compile("[ٹڈڑںےھہ]+")
_OTHERS = re.compile("[ښړېۍډټڼځڅۇۈۋڪ۾ٻڄٿڏڍڊٽڀٺڃڌڻڳڱڦ]+")
_KEYS = re.compile("[یک]")
_ARABIC_SCRIPT = re.compile("[\u0620-\u064a\u066e-\u06d5\ufb50-\ufdff\ufe70-\ufefc]+")
_ARTICLE = re.compile(r"\b[وفبك]?ال[^\W\d_]{2}")
_PARAGRAPH = 40  # letters
_LETTER = re.compile(r"[^\W\d_]+")


@lru_cache(maxsize=30_000)
def fold_word(text: str) -> str:
    """Return the folded form of a word (see the head of this page)."""
    return text.translate(FOLD)


def fold_text(text: str) -> str:
    """Return the folded form of any string, without the way back."""
    return text.translate(FOLD)


def fold(text: str) -> Folded:
    """Return the folded text with its map back to the original offsets."""
    return fold_with_map(text, FOLD)


def is_arabic(text: str) -> bool:
    """Say whether a text is Arabic: mostly Arabic letters, few of the letters only Persian, Urdu or Kurdish use, and not
    the small words of Persian.
    """
    sample = text[:20_000]
    arabic = _count(_ARABIC, sample)
    if arabic < 8 or (_count(_FOREIGN, sample) > 0.04 * arabic and not _is_typed_in_persian(sample, arabic)):
        return False
    if _count(_OTHERS, sample) > 0.08 * arabic:
        return False
    # Most often there are enough of them whatever the rest may be.
    is_enough = arabic >= 0.3 * len(sample) or arabic >= 0.3 * _count(_LETTER, sample)
    return is_enough and not is_persian_by_words(sample)


def has_letters(text: str) -> bool:
    """Say whether a text has any Arabic letters."""
    return _ARABIC.search(text) is not None


def has_arabic_part(text: str) -> bool:
    """Say whether a text that is not Arabic as a whole has a paragraph that is."""
    return any(_count(_ARABIC, line) >= _PARAGRAPH and is_arabic(line) for line in text[:200_000].split("\n"))


def language_of(text: str) -> str | None:
    """Return the language that a text in Arabic script is in, as ISO 639 code: ar, fa, ur, ckb; None for any other.

    The letters tell: Urdu has its own h and retroflex letters, Kurdish writes its vowels, Persian adds four letters.
    """
    sample = text[:20_000]
    if is_arabic(sample):
        return "ar"
    letters = _count(_ARABIC_SCRIPT, sample)
    if letters < 8 or letters < 0.3 * _count(_LETTER, sample) or _count(_OTHERS, sample) > 0.02 * letters:
        return None
    if is_persian_by_words(sample):
        return "fa"
    for code, own in (("ckb", _KURDISH), ("ur", _URDU), ("fa", _FOREIGN)):
        if _count(own, sample) > 0.03 * letters:
            return code
    return None


def foreign_lines(text: str) -> list[tuple[int, int]]:
    """Return (start, end) of the lines that are Persian, Urdu or Kurdish, whose words must not be taken for Arabic."""
    if not _FOREIGN.search(text):
        return []
    found: list[tuple[int, int]] = []
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        if _FOREIGN.search(line) and _count(_ARABIC_SCRIPT, line) >= _PARAGRAPH and language_of(line) != "ar":
            found.append((start, end))
        start = end + 1
    return found


def _is_typed_in_persian(sample: str, arabic: int) -> bool:
    """Arabic on a Persian keyboard has its yeh and kaf, but no other foreign letters, and the article everywhere; on an
    Arabic one it may have more of those, in names and as the towns of Iraq speak.
    """
    if _count(_FOREIGN_BUT_KEYS, sample) > (0.02 if _KEYS.search(sample) else 0.08) * arabic:
        return False
    words = sample.count(" ") + 1
    return len(_ARTICLE.findall(sample)) > 0.12 * words


def _count(letters: re.Pattern[str], text: str) -> int:
    return sum(map(len, letters.findall(text)))
