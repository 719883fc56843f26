"""An Arabic spelling in Latin letters, for names that no list has.

Arabic papers write the vowels of foreign names out (كوهوت is Kohut, ديمبيلي is Dembele), so that letter by letter most of a
name comes back. It is no scholarly transliteration: it gives what newspapers print.
"""

from __future__ import annotations

import re

_LETTERS = {
    "ا": "a", "أ": "a", "إ": "i", "آ": "a", "ى": "a", "ب": "b", "پ": "p", "ت": "t", "ث": "th", "ج": "j", "چ": "ch",
    "ح": "h", "خ": "kh", "د": "d", "ذ": "dh", "ر": "r", "ز": "z", "ژ": "zh", "س": "s", "ش": "sh", "ص": "s", "ض": "d",
    "ط": "t", "ظ": "z", "ع": "a", "غ": "g", "گ": "g", "ف": "f", "ڤ": "v", "ق": "q", "ك": "k", "ل": "l", "م": "m",
    "ن": "n", "ه": "h", "ة": "a", "و": "o", "ؤ": "o", "ي": "i", "ئ": "i", "ء": "",
}  # fmt: skip
_NO_NAME = ("ة", "ات")
# What several letters stand for, how names begin and end.
_RUNS = (
    (re.compile("تش"), "ch"),
    (re.compile("^ال(?=.{3})"), "al-"),
    (re.compile("^(?:أو|او)"), "o"),
    (re.compile("^(?:إي|اي)"), "i"),
    (re.compile("([وي])ف$"), r"\1v"),
    (re.compile("(?<!^)ه$"), "a"),
    (re.compile("^و"), "w"),
    (re.compile("(?<=ا)و(?=[اي])"), "w"),
    (re.compile("يو(?=.)"), "yu"),
    (re.compile("^ي|ي(?=ا)"), "y"),
    (re.compile("وي(?=[اي])"), "owi"),
)
# Arabic writes no short vowels, and no word of it begins with two consonants: خراساني.
_CONSONANT = "(?>[ksdtgc]h|[bcdfghjklmnpqrstvwxz])"
_OPENING = re.compile(f"^(al-)?(?![bdfgkpt][rl]|s[tkpmnl]|ts)({_CONSONANT})(?={_CONSONANT})")
_CROWD = re.compile(f"({_CONSONANT}{_CONSONANT})(?={_CONSONANT})")


def romanise(word: str) -> str:
    """Return a word (with or without vowel signs) in Latin letters, the first a capital: `كوهوت` → `Kohot`.

    Nothing for a word whose ending no foreign name is written with: "خاصة".
    """
    if word.endswith(_NO_NAME):
        return ""
    for pattern, latin in _RUNS:
        word = pattern.sub(latin, word)
    written = "".join(_LETTERS.get(letter, letter if letter.isascii() else "") for letter in word)
    written = _CROWD.sub(r"\1a", _OPENING.sub(r"\1\2a", written))
    return "-".join(part[:1].upper() + part[1:] if part != "al" else part for part in written.split("-"))
