"""Arabic spelling → the sounds that survive transliteration, for foreign place names that no list has.

Upper-case letters are classes of consonants that Arabic papers mix up when they write a foreign name (غورليفكا and
هورليفكا, بوكروفسك for a name with p), lower-case letters are vowels. `latin_skeleton` in `marsad.gazetteer_index` gives
the same form for Latin spellings.
"""

from __future__ import annotations

_SOUNDS = {
    "ا": "a", "و": "u", "ي": "i", "ه": "G", "ع": "", "ء": "",
    "ب": "B", "پ": "B", "ت": "T", "ث": "T", "ط": "T", "ج": "G", "چ": "TS", "ح": "G", "خ": "G", "غ": "G", "گ": "G",
    "د": "D", "ذ": "Z", "ض": "D", "ز": "Z", "ظ": "Z", "ژ": "Z", "ر": "R", "س": "S", "ش": "S", "ص": "S",
    "ف": "F", "ڤ": "F", "ق": "K", "ك": "K", "ل": "L", "م": "M", "ن": "N",
}  # fmt: skip
_ARTICLE = "ال"


def skeleton(folded: str) -> str:
    """Return the sounds of a folded Arabic name: `خاركيف` → `GaRKiF`. Characters without a sound are left out."""
    words = [_word(word) for word in folded.split()]
    return "".join(words)


def _word(word: str) -> str:
    if word.startswith(_ARTICLE) and len(word) > 4:
        word = word[2:]
    # ه at the end of a foreign name writes its last vowel.
    tail = "a" if word.endswith("ه") and len(word) > 2 else ""
    body = word[:-1] if tail else word
    sounds = "".join(_SOUNDS.get(letter, "") for letter in body) + tail
    return "".join(s for i, s in enumerate(sounds) if i == 0 or s != sounds[i - 1])
