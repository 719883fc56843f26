"""Tells duals from the plurals, adjectives and names that are spelled alike.

The lexicon inflects every noun for the dual; "ين" also ends sound plurals of people, "ي" and "يه" adjectives.
What is decided here holds for the shape of the word and its neighbours, whatever noun it is.
"""

from __future__ import annotations

from collections.abc import Set

from marsad.lang.ar.number_context import Context
from marsad.language import Word

_THE = "ال"
_SHORT_STEM = 4
_SOUND = ("ون", "ين")
_OWNERS = frozenset(("role_nouns", "damage"))


def is_pair(context: Context, at: int, things: Set[str], people: Set[str]) -> bool:
    """Say whether the word at a token, which the lexicon can read as a dual, is one here.

    `things` names the tables of inanimate nouns: their plural never ends in ين, so the ending means two; `people` those of
    persons, who alone are so often somebody's that "ابنيه" is no adjective.
    """
    word = context.tokens[at].word
    stem = word.stem or word.folded
    if context.has(at, "no_dual"):
        return False
    if context.has_two(at + 1) or "pair" in word.marks:
        return True
    if stem.endswith("ا") and not stem.endswith("تا"):
        return _is_owned(context, at)
    is_thing = any(h.form == "dual" and h.table in things for h in word.hits)
    if word.suffix and stem.endswith("تا"):
        return True
    if word.suffix and stem.endswith("ي"):
        is_person = any(h.form in ("dual", "adjective") and h.table in people for h in word.hits)
        return stem.endswith("تي") or ((is_person or word.suffix != "ه") and not _has_sound_plural(word, stem[:-1]))
    if stem.endswith(("ي", "تا")):
        return _is_construct(context, at, stem) and (is_thing or not _has_sound_plural(word, stem[:-1]))
    if stem.endswith("ين") and not stem.endswith("تين"):
        return is_thing or not _has_sound_plural(word, stem[:-2])
    return True


def _is_owned(context: Context, at: int) -> bool:
    """ "زميلاه", "منزلا الأخوين": before an owner the ending of two loses its ن, and no ending of one is ا.

    "قتل جنديا اليوم" is one: what follows is a day.
    """
    word = context.tokens[at].word
    if "accusative" in word.marks or _THE in word.prefix:
        return False
    if word.suffix:
        return True
    after = at + 1
    if not context.is_word(after) or after in context.dated:
        return False
    owner = context.tokens[after].word
    if owner.prefix == (_THE,):
        return not any(h.form == "adjective" for h in owner.hits)
    # "راعيا أغنام", "سائقا شاحنة"; what agrees with one would end in ا ("رجلا مسنا").
    is_noun = any(h.table in _OWNERS and h.form in ("singular", "plural", "dual") for h in owner.hits)
    return is_noun and not owner.prefix and not owner.folded.endswith("ا")


def _is_construct(context: Context, at: int, stem: str) -> bool:
    """ "قذيفتي هاون", "راعيي غنم": no article, a noun behind it; without ت no noun before that it could qualify."""
    word = context.tokens[at].word
    if _THE in word.prefix or not context.is_word(at + 1) or context.has(at + 1, "stop"):
        return False
    if stem.endswith(("تي", "تا")) or word.prefix:
        return True
    before = context.tokens[at - 1].word if at else None
    verbal = before is not None and any(h.form in ("past", "present") for h in before.hits)
    return before is None or verbal or context.has(at - 1, "stop", "from")


def _has_sound_plural(word: Word, lemma: str) -> bool:
    """Say whether a noun is a participle or an adjective of origin, whose plural ends in ين too."""
    plurals = [p for h in word.hits if h.form == "dual" for p in _plurals(h.value)]
    if plurals:
        return any(p.endswith(_SOUND) for p in plurals)
    if any(h.form == "plural" for h in word.hits):
        return True
    is_active = len(lemma) >= _SHORT_STEM and lemma[1] == "ا"
    return (lemma.startswith("م") and len(lemma) >= _SHORT_STEM) or lemma.endswith("ي") or is_active


def _plurals(row: object) -> list[str]:
    """The plurals that a lexicon row gives, if its table has them."""
    plural = getattr(row, "plural", None)
    return plural.split("|") if isinstance(plural, str) else []
