"""The Arabic lexicon: rows of `data/ar/*.tsv` compiled into one index of surface forms.

Single words are inflected from their lemma at load time and looked up whole or without clitics; phrases of several words are
matched by crude lemmas, so that "الطائرات المسيّرة" finds the row "طائرة مسيرة". Reads files only in `load_lexicon`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from marsad import resources
from marsad.lang.ar import words
from marsad.lang.ar.script import fold_text
from marsad.language import Hit


class TriggerRow(msgspec.Struct, frozen=True):
    """A word that may name an event; `forms` holds the present (verbs) and irregular forms, split by |."""

    lemma: str
    pos: str
    forms: str | None
    type: str
    mode: str | None
    weight: str
    source: str


class WeaponRow(msgspec.Struct, frozen=True):
    """A weapon word with its kind and the mode of assault it tells."""

    lemma: str
    kind: str
    mode: str | None
    plural: str | None
    source: str


class OutcomeRow(msgspec.Struct, frozen=True):
    """A word that tells harm to people or (outcome `damaged`) to things."""

    lemma: str
    pos: str
    outcome: str
    forms: str | None
    source: str


class DamageRow(msgspec.Struct, frozen=True):
    """A thing that can be struck."""

    lemma: str
    object: str
    plural: str | None
    source: str


class SpeechRow(msgspec.Struct, frozen=True):
    """A word that attributes what is told to somebody."""

    lemma: str
    pos: str
    stance: str
    forms: str | None
    source: str


class MarkRow(msgspec.Struct, frozen=True):
    """A negator: word and kind."""

    word: str
    kind: str
    source: str


class StatusRow(msgspec.Struct, frozen=True):
    """A word or phrase that makes what it governs future, hypothetical, negated, historical or generic."""

    word: str
    status: str
    kind: str
    source: str


class BlockerRow(msgspec.Struct, frozen=True):
    """A fixed phrase that holds a trigger's letters and is no event."""

    phrase: str
    kind: str
    source: str


class TitleRow(msgspec.Struct, frozen=True):
    """A title that stands before a person's name."""

    title: str
    sector: str | None
    kind: str | None
    source: str


class RoleRow(msgspec.Struct, frozen=True):
    """A noun for people: what kind they are as casualties (`who`) and which sector they belong to."""

    lemma: str
    who: str | None
    sector: str | None
    plural: str | None
    source: str


class NisbaRow(msgspec.Struct, frozen=True):
    """An adjective of origin with its country (ISO 3166 alpha-3)."""

    lemma: str
    country: str | None
    plural: str | None
    source: str


class PlaceKindRow(msgspec.Struct, frozen=True):
    """A word that says what kind of place the next name is."""

    word: str
    level: str
    kind: str
    gender: str | None
    source: str


class Table(msgspec.Struct, frozen=True):
    """How one lexicon file enters the index: its row class, the lemma, the feature code and the inflection."""

    name: str
    row: type[msgspec.Struct]
    lemma: Callable[[Any], str]
    code: Callable[[Any], str]
    forms: Callable[[Any, str], Iterator[tuple[str, str]]]


def _split(cell: str | None) -> tuple[str, ...]:
    return tuple(fold_text(part.strip()) for part in (cell or "").split("|") if part.strip())


def _verb_or_noun(row: Any, lemma: str) -> Iterator[tuple[str, str]]:
    extra = _split(row.forms)
    if row.pos == "verb":
        yield from words.verb_forms(lemma, extra[0] if extra else "")
        for form in extra[1:]:
            yield from words.noun_forms(form)
    else:
        yield from words.noun_forms(lemma, extra)


def _noun(row: Any, lemma: str) -> Iterator[tuple[str, str]]:
    yield from words.noun_forms(lemma, _split(row.plural))


def _adjective(row: Any, lemma: str) -> Iterator[tuple[str, str]]:
    yield from words.adjective_forms(lemma, _split(row.plural))


def _plain_noun(row: Any, lemma: str) -> Iterator[tuple[str, str]]:  # noqa: ARG001 - all inflections share a shape
    yield from words.noun_forms(lemma)


def _as_is(row: Any, lemma: str) -> Iterator[tuple[str, str]]:  # noqa: ARG001 - all inflections share a shape
    yield lemma, "word"


TABLES = (
    Table("triggers", TriggerRow, lambda r: r.lemma, lambda r: r.type, _verb_or_noun),
    Table("weapons", WeaponRow, lambda r: r.lemma, lambda r: r.kind, _noun),
    Table("outcomes", OutcomeRow, lambda r: r.lemma, lambda r: r.outcome, _verb_or_noun),
    Table("damage", DamageRow, lambda r: r.lemma, lambda r: r.object, _noun),
    Table("speech_verbs", SpeechRow, lambda r: r.lemma, lambda r: r.stance, _verb_or_noun),
    Table("negators", MarkRow, lambda r: r.word, lambda r: r.kind, _as_is),
    Table("status_words", StatusRow, lambda r: r.word, lambda r: r.status, _as_is),
    Table("trigger_blockers", BlockerRow, lambda r: r.phrase, lambda r: r.kind, _as_is),
    Table("titles", TitleRow, lambda r: r.title, lambda r: r.sector or "none", _plain_noun),
    Table("role_nouns", RoleRow, lambda r: r.lemma, lambda r: r.who or r.sector or "none", _noun),
    Table("nisbas", NisbaRow, lambda r: r.lemma, lambda r: r.country or "none", _adjective),
    Table("place_kinds", PlaceKindRow, lambda r: r.word, lambda r: r.level, _plain_noun),
)


class Lexicon:
    """The compiled index: `words` maps a surface stem to its hits, `phrases` the first two crude lemmas to phrases."""

    def __init__(self, rows: dict[str, list[Any]]) -> None:
        """Compile rows (table name → rows in file order; row k stands on line k + 2)."""
        self.rows = rows
        self.words: dict[str, list[Hit]] = {}
        self.phrases: dict[str, dict[str, list[tuple[tuple[str, ...], Hit]]]] = {}
        for table in TABLES:
            for number, row in enumerate(rows.get(table.name, ()), 2):
                self._enter(table, number, row)
        for seconds in self.phrases.values():
            for entries in seconds.values():
                entries.sort(key=lambda entry: -len(entry[0]))

    def _enter(self, table: Table, number: int, row: Any) -> None:
        lemma = fold_text(table.lemma(row))
        code = table.code(row)
        if " " in lemma:
            # Other forms of a phrase are whole phrases too ("زوارق مسيرة").
            others = _split(getattr(row, "plural", None) or getattr(row, "forms", None))
            for text in (lemma, *(o for o in others if " " in o)):
                keys = tuple(words.light(w) for w in text.split())
                hit = Hit(table.name, number, code, row, "phrase")
                self.phrases.setdefault(keys[0], {}).setdefault(keys[1], []).append((keys, hit))
            return
        seen = set()
        for form, name in table.forms(row, lemma):
            if len(form) >= 2 and form not in seen:
                seen.add(form)
                self.words.setdefault(form, []).append(Hit(table.name, number, code, row, name))

    def look_up(self, folded: str) -> tuple[str, str, tuple[Hit, ...]]:
        """Return (prefix, stem, hits) of the readings of a folded word that the lexicon confirms.

        Readings with fewer clitics come first and give prefix and stem; a later reading only adds hits of tables that the
        earlier ones lack ("فقد": lost, and ف + قد). No reading gives ("", folded, ()).
        """
        first: tuple[str, str] | None = None
        hits: list[Hit] = []
        tables: set[str] = set()
        for prefix, rest in words.splits(folded):
            for stem, pronoun in words.endings(rest):
                if pronoun and (first or prefix.endswith("ال")):
                    continue
                fitting = [h for h in self.words.get(stem, ()) if h.table not in tables and _fits(prefix, h.form)]
                if fitting:
                    first = first or (prefix, stem)
                    hits += fitting
                    tables.update(h.table for h in fitting)
        return (*first, tuple(hits)) if first else ("", folded, ())


def _fits(prefix: str, form: str) -> bool:
    """Say whether proclitics can stand before a form: س only before the present, the article and ب never before a verb."""
    if prefix.endswith("س"):
        return form == "present"
    if form in ("past", "present"):
        return prefix in ("", "و", "ف") or (form == "present" and prefix in ("ل", "ول", "فل"))
    return True


def load_lexicon(folder: Path) -> Lexicon:
    """Read and compile every lexicon file of a language folder.

    Raises:
        ResourceError: a file is missing or broken.
    """
    return Lexicon({table.name: resources.read_tsv(folder / f"{table.name}.tsv", table.row) for table in TABLES})
