"""The shape of Arabic words: clitics split off by candidates, inflected forms built from lemmas.

Everything here works on folded forms (see `script`). Splits are candidates: the lexicon confirms one, or none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

# و ف, then س of the future, then ب ل ك, then the article; لل is ل with the article.
_PROCLITICS = re.compile(r"(?P<join>[وف]?)(?P<future>س?)(?P<prep>(?:لل|[بلك])?)(?P<article>(?:ال)?)")
_PRONOUNS = ("هما", "كما", "هم", "هن", "ها", "كم", "نا", "ه", "ي", "ك")
_PRONOUN_ENDS = frozenset(pronoun[-1] for pronoun in _PRONOUNS)
_SHORTEST = 2

PREFIXES = tuple(
    sorted(
        {
            j + s + p + a
            for j in ("", "و", "ف")
            for s in ("", "س")
            for p in ("", "ب", "ل", "ك", "لل")
            for a in ("", "ال")
        }
        - {j + "س" + p + a for j in ("", "و", "ف") for p in ("", "ب", "ل", "ك", "لل") for a in ("", "ال") if p or a}
        - {j + "لل" + "ال" for j in ("", "و", "ف")}
        - {j + "ل" + "ال" for j in ("", "و", "ف")},
        key=lambda p: (len(p), p),
    )
)


def parts(prefix: str) -> tuple[str, ...]:
    """Cut a run of proclitics into single ones: "وبال" → ("و", "ب", "ال"); "لل" → ("ل", "ال")."""
    match = _PROCLITICS.fullmatch(prefix)
    if match is None:
        return ()
    found = [
        match["join"],
        match["future"],
        *(("ل", "ال") if match["prep"] == "لل" else (match["prep"],)),
        match["article"],
    ]
    return tuple(p for p in found if p)


# Prefixes by the letter they begin with; every word may have none.
_BY_LETTER = {letter: [p for p in PREFIXES if not p or p[0] == letter] for letter in {p[0] for p in PREFIXES if p}}
_WHOLE = [""]


@lru_cache(maxsize=30_000)
def splits(folded: str) -> tuple[tuple[str, str], ...]:
    """Return (prefix, rest) for every way to read proclitics at the head of a word, the whole word first."""
    size = len(folded) - _SHORTEST
    return tuple(
        [
            (prefix, folded[len(prefix) :])
            for prefix in _BY_LETTER.get(folded[:1], _WHOLE)
            if len(prefix) <= size and folded.startswith(prefix)
        ]
    )


@lru_cache(maxsize=30_000)
def endings(rest: str) -> tuple[tuple[str, str], ...]:
    """Return (stem, pronoun) for every way to read an object or possessive pronoun at the end, the whole word first.

    ت before a pronoun may be ة ("مدينته" → "مدينه"), a bare و may be وا ("قصفوه" → "قصفوا").
    """
    found = [(rest, "")]
    for pronoun in _PRONOUNS if rest[-1:] in _PRONOUN_ENDS else ():
        stem = rest[: -len(pronoun)]
        if rest.endswith(pronoun) and len(stem) >= _SHORTEST:
            found.append((stem, pronoun))
            if stem.endswith("ت"):
                found.append((stem[:-1] + "ه", pronoun))
            if stem.endswith("و"):
                found.append((stem + "ا", pronoun))
    return tuple(found)


_SHORTEST_LIGHT = 3
_LIGHT_ENDINGS = ("تين", "تان", "يين", "يا", "ات", "ان", "ين", "ون", "يه", "ه", "ي", "ا")


@lru_cache(maxsize=30_000)
def light(folded: str) -> str:
    """Return a crude lemma for matching phrases: no proclitics, no number, gender or case ending.

    "والطائرات" and "طائرتين" both become "طاير". Never used on names.
    """
    rest = folded
    for prefix, kept in reversed(splits(folded)):
        if len(kept) >= _SHORTEST_LIGHT and not prefix.endswith(("س", "ك")):
            rest = kept
            break
    for ending in _LIGHT_ENDINGS:
        if rest.endswith(ending) and len(rest) - len(ending) >= _SHORTEST_LIGHT:
            return rest[: -len(ending)]
    return rest


def noun_forms(lemma: str, plurals: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Yield (form, name of the form) of a folded noun or adjective: cases, dual, sound plurals, given broken plurals."""
    yield lemma, "singular"
    base = lemma[:-1] + "ت" if lemma.endswith("ه") else lemma
    if lemma.endswith("ه"):
        yield lemma[:-1] + "ات", "plural"
    else:
        if len(lemma) >= _SHORTEST_LIGHT:
            yield lemma + "ا", "singular"  # but "أما" is "as for"
        if not plurals:
            # "مركبات" are vehicles (مركبة), not ships (مركب، مراكب).
            yield lemma + "ات", "plural"
        yield lemma + "ون", "plural"
        yield lemma + "وا", "plural"
        yield lemma + "و", "plural"
    # "جنديين" is two soldiers because their plural is broken (جنود); "مدنيين" is many: the sound plural looks the same.
    pair = "dual" if plurals or base != lemma else "plural"
    yield base + "ان", "dual"
    yield base + "ين", pair
    # "مدفعي" is the adjective of مدفع, hardly ever two guns; "مقاتلي" and "غارتي" are the noun before another.
    yield base + "ي", "adjective" if pair == "dual" and base == lemma else pair
    if base != lemma:
        yield base + "ا", "dual"
    for plural in plurals:
        yield plural, "plural"
        if not plural.endswith("ه"):
            yield plural + "ا", "plural"


def adjective_forms(lemma: str, plurals: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Yield (form, name) of a folded adjective: both genders, dual, plural ("روسي": روسيه روسيان روسيين روسيون روسيات)."""
    yield from noun_forms(lemma)
    yield from noun_forms(lemma + "ه")
    yield from ((plural, "plural") for plural in plurals)


PERSONS = ("ي", "ت", "ن", "ا")
_PAST = ("", "ت", "ا", "تا", "وا", "و", "ن", "نا")
_PRESENT = ("", "ون", "وا", "و", "ان", "ا", "ن")


def verb_forms(past: str, present: str) -> Iterator[tuple[str, str]]:
    """Yield (form, name) of a folded verb from its past and present third person ("قصف", "يقصف")."""
    weak = past.endswith(("ي", "ا")) and len(past) >= 3
    hollow = past[:-1] if weak else past
    yield past, "past"
    for ending in _PAST[1:]:
        if not (weak and ending == "ا"):
            yield hollow + ending, "past"
    if weak:
        yield hollow + "يا", "past"
    if not present:
        return
    stem = present[1:]
    short = stem[:-1] if stem.endswith(("ي", "ا", "و")) and len(stem) >= 3 else stem
    for person in PERSONS:
        yield person + stem, "present"
        if person in "يت":
            for ending in _PRESENT[1:]:
                yield person + short + ending, "present"
    if short != stem:
        yield "ي" + short, "present"
        yield "ت" + short, "present"
