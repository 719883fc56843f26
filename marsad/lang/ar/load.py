"""Loads Arabic: every lexicon file, the gazetteer and the actors with their Arabic names.

The only page of the language that reads files.
"""

from __future__ import annotations

from marsad import resources
from marsad.actors import load_actors
from marsad.gazetteer import load_gazetteer
from marsad.lang.ar.dates import DateReader
from marsad.lang.ar.dates_words import MonthRow, TimeRow, WeekdayRow
from marsad.lang.ar.lexicon import load_lexicon
from marsad.lang.ar.noise import Boilerplate, BoilerplateRow
from marsad.lang.ar.number_hints import CurrencyRow, UnitRow, VagueRow
from marsad.lang.ar.number_words import NumberRow
from marsad.lang.ar.numbers import NumberReader
from marsad.lang.ar.reading import Arabic
from marsad.lang.ar.romanise import romanise
from marsad.lang.ar.script import fold_text
from marsad.lang.ar.skeleton import skeleton
from marsad.language import Word
from marsad.overlay import NOTHING, Overlay

FOLDER = resources.DATA / "ar"


# Only nouns count as two; a dual adjective agrees with a noun that is counted already ("جنديان روسيان").
_COUNTED = frozenset({"role_nouns", "weapons", "damage", "outcomes", "triggers"})


# "منزلا" is one house told as an object, or two that somebody owns ("منزلا الأخوين", "منزلاهما").
_OWNED = frozenset({"role_nouns", "weapons", "damage"})


def _is_pair(word: Word) -> bool:
    if any(h.form == "dual" and h.table in _COUNTED for h in word.hits):
        return True
    owned = [h for h in word.hits if h.table in _OWNED]
    if not owned:
        return False
    if "pair" in word.marks or (word.suffix and any(h.form == "adjective" for h in owned)):
        return True
    stem = word.stem or word.folded
    return stem.endswith("ا") and any(h.form == "singular" and fold_text(h.value.lemma) == stem[:-1] for h in owned)


def load_arabic(overlay: Overlay = NOTHING) -> Arabic:
    """Return Arabic, ready to read, with the words that a record adds.

    Raises:
        ResourceError: a data file is missing or broken.
    """
    read = resources.read_tsv
    numerals = read(FOLDER / "numbers.tsv", NumberRow)
    numbers = NumberReader(
        numerals,
        read(FOLDER / "number_words_vague.tsv", VagueRow),
        read(FOLDER / "units.tsv", UnitRow),
        read(FOLDER / "currencies.tsv", CurrencyRow),
        dual=_is_pair,
    )
    dates = DateReader(
        numerals,
        read(FOLDER / "months.tsv", MonthRow),
        read(FOLDER / "weekdays.tsv", WeekdayRow),
        read(FOLDER / "time_words.tsv", TimeRow),
    )
    return Arabic(
        load_lexicon(FOLDER),
        load_gazetteer("ar", fold_text, skeleton, own=overlay.places()),
        load_actors("ar", fold_text, overlay.actors(), romanise),
        numbers,
        dates,
        Boilerplate(read(FOLDER / "boilerplate.tsv", BoilerplateRow)),
    )
