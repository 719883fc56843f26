"""The Arabic lexicon: rows of `data/ar/*.tsv` compiled into one index of surface forms.

Single words are inflected from their lemma at load time and looked up whole or without clitics; phrases of several words are
matched by crude lemmas, so that "الطائرات المسيّرة" finds the row "طائرة مسيرة". Reads files only in `load_lexicon`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np

from marsad import packed, resources
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
    """A word by its kind: a negator, a direction, a word that opens the parts of a total."""

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


class AnaphorRow(msgspec.Struct, frozen=True):
    """A noun that stands for a name told before ("the movement"): the kinds of actors that it may mean, `|` between."""

    lemma: str
    kinds: str
    source: str


class PersonNameRow(msgspec.Struct, frozen=True):
    """A word of personal names with its usual English spelling."""

    name: str
    latin: str
    source: str


class TopicRow(msgspec.Struct, frozen=True):
    """A word of reports on sport, film, weather and the like, where attacks and battles are none."""

    word: str
    topic: str
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
    forms: Callable[[Any, str, tuple[str, ...]], Iterator[tuple[str, str]]]


def _split(cell: str) -> tuple[str, ...]:
    """The parts of a folded cell."""
    return tuple([part.strip() for part in cell.split("|") if part.strip()]) if cell else ()


def _verb_or_noun(row: Any, lemma: str, extra: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if row.pos == "verb":
        yield from words.verb_forms(lemma, extra[0] if extra else "")
        for form in extra[1:]:
            yield from words.noun_forms(form)
    else:
        yield from words.noun_forms(lemma, extra)


def _noun(row: Any, lemma: str, extra: tuple[str, ...]) -> Iterator[tuple[str, str]]:  # noqa: ARG001 - one shape
    return words.noun_forms(lemma, extra)


def _adjective(row: Any, lemma: str, extra: tuple[str, ...]) -> Iterator[tuple[str, str]]:  # noqa: ARG001 - one shape
    return words.adjective_forms(lemma, extra)


def _as_is(row: Any, lemma: str, extra: tuple[str, ...]) -> Iterator[tuple[str, str]]:  # noqa: ARG001 - one shape
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
    Table("titles", TitleRow, lambda r: r.title, lambda r: r.sector or "none", _noun),
    Table("role_nouns", RoleRow, lambda r: r.lemma, lambda r: r.who or r.sector or "none", _noun),
    Table("nisbas", NisbaRow, lambda r: r.lemma, lambda r: r.country or "none", _adjective),
    Table("directions", MarkRow, lambda r: r.word, lambda r: r.kind, _as_is),
    Table("part_words", MarkRow, lambda r: r.word, lambda r: r.kind, _as_is),
    Table("topics", TopicRow, lambda r: r.word, lambda r: r.topic, _noun),
    Table("anaphors", AnaphorRow, lambda r: r.lemma, lambda r: r.kinds, _noun),
    Table("person_names", PersonNameRow, lambda r: r.name, lambda r: "name", _as_is),  # noqa: ARG005 - one shape
    Table("place_kinds", PlaceKindRow, lambda r: r.word, lambda r: r.level, _noun),
)


class _Entry(NamedTuple):
    """A row with its folded lemma and further forms."""

    table: Table
    number: int
    row: Any
    lemma: str
    extra: tuple[str, ...]

    def heads(self) -> set[str]:
        """The first two letters of every form that `words` makes of the row."""
        found = {self.lemma[:_HEAD], *(form[:_HEAD] for form in self.extra)}
        if getattr(self.row, "pos", "") == "verb" and self.extra:
            found.update(person + self.extra[0][1:_HEAD] for person in words.PERSONS)
        if len(self.lemma) <= _HEAD:
            found.add(self.lemma[:1] + "ت")
        return found


_Phrases = dict[str, list[tuple[tuple[str, ...], Hit]]]
_NO_PHRASES: _Phrases = {}
# What the form of the packed index depends on beside the rows.
_CODE = tuple(Path(__file__).with_name(name) for name in ("lexicon.py", "words.py", "script.py"))
_HEAD = 2


class Lexicon:
    """The rows as an index of surface forms.

    Rows are inflected when the first word is met that begins like them: a report uses few of them.
    """

    def __init__(self, rows: dict[str, list[Any]], index: dict[str, packed.Array] | None = None) -> None:
        """Take rows (table name → rows in file order; row k stands on line k + 2), and what `index_rows` makes of them."""
        self.rows = rows
        self._index = index = index_rows(rows) if index is None else index
        self._lemmas = packed.as_text(index["lemmas"]).split("\n")
        self._extras = packed.as_text(index["extras"]).split("\n")
        self._words: dict[str, list[Hit]] = {}
        self._phrases: dict[str, _Phrases] = {}
        # The beginnings that were not met yet, with their numbers.
        self._waiting = _numbered(packed.as_text(index["heads"]))
        self._waiting_phrases = _numbered(packed.as_text(index["lights"]))

    def _entries(self, kind: str, number: int) -> list[_Entry]:
        """The entries under a beginning."""
        index, found = self._index, []
        start, end = index[f"{kind}_ends"][number : number + 2]
        for at in index[f"{kind}_entries"][start:end].tolist():
            table, line = TABLES[index["tables"][at]], int(index["lines"][at])
            row = self.rows[table.name][line - 2]
            found.append(_Entry(table, line, row, self._lemmas[at], _split(self._extras[at])))
        return found

    def words(self, stem: str) -> Sequence[Hit]:
        """Return the rows of which a stem is a form, in the order of `TABLES` and lines."""
        head = stem[:_HEAD]
        waiting = self._waiting.get(head)
        if waiting is not None:
            self._words.update(_inflect(self._entries("heads", waiting), head))
            self._waiting.pop(head, None)
        return self._words.get(stem, ())

    def phrases(self, light: str) -> _Phrases:
        """Return the phrases whose first crude lemma this is, by their second, the longest first."""
        waiting = self._waiting_phrases.get(light)
        if waiting is not None:
            found: _Phrases = {}
            for table, number, row, text, _ in self._entries("lights", waiting):
                keys = tuple(map(words.light, text.split()))
                found.setdefault(keys[1], []).append((keys, Hit(table.name, number, table.code(row), row, "phrase")))
            for entries in found.values():
                entries.sort(key=lambda entry: -len(entry[0]))
            self._phrases[light] = found
            self._waiting_phrases.pop(light, None)
        return self._phrases.get(light, _NO_PHRASES)

    def forms(self) -> set[str]:
        """Return every form that a word or the crude lemmas of a phrase are looked up by."""
        for head in tuple(self._waiting):
            self.words(head)
        phrases = [self.phrases(light) for light in (*self._phrases, *self._waiting_phrases)]
        keys = {" ".join(keys) for found in phrases for rows in found.values() for keys, _ in rows}
        return keys.union(self._words)

    def look_up(self, folded: str) -> tuple[str, str, tuple[Hit, ...]]:
        """Return (prefix, stem, hits) of the readings of a folded word that the lexicon confirms.

        Readings with fewer clitics come first and give prefix and stem; a later reading only adds hits of tables that the
        earlier ones lack ("فقد": lost, and ف + قد). Where no reading is confirmed, prefix and stem are empty; that a word
        may be somebody's name ("المصري") confirms nothing.
        """
        first: tuple[str, str] | None = None
        hits: list[Hit] = []
        tables: set[str] = set()
        for prefix, rest in words.splits(folded):
            for stem, pronoun in words.endings(rest):
                if pronoun and (first or prefix.endswith("ال")):
                    continue
                known = self.words(stem)
                fitting = [h for h in known if h.table not in tables and _fits(prefix, h.form)] if known else ()
                if fitting:
                    if first is None and any(h.table != "person_names" for h in fitting):
                        first = prefix, stem
                    hits += fitting
                    tables.update(h.table for h in fitting)
        prefix, stem = first or ("", "")
        return prefix, stem, tuple(hits)


def index_rows(rows: dict[str, list[Any]]) -> dict[str, packed.Array]:
    """Return the entries of all rows as arrays, by the two letters they begin with, phrases by their first crude lemma."""
    entries: list[_Entry] = []
    heads: dict[str, list[int]] = {}
    lights: dict[str, list[int]] = {}
    for table in TABLES:
        for entry in _entries(table, rows.get(table.name, [])):
            if " " in entry.lemma:
                # Other forms of a phrase are whole phrases too ("زوارق مسيرة").
                for text in (entry.lemma, *(form for form in entry.extra if " " in form)):
                    lights.setdefault(words.light(text.partition(" ")[0]), []).append(len(entries))
                    entries.append(entry._replace(lemma=text, extra=()))
            else:
                for head in entry.heads():
                    heads.setdefault(head, []).append(len(entries))
                entries.append(entry)
    numbers = {table.name: number for number, table in enumerate(TABLES)}
    found = {
        "tables": np.array([numbers[entry.table.name] for entry in entries], dtype=np.int32),
        "lines": np.array([entry.number for entry in entries], dtype=np.int32),
        "lemmas": packed.as_bytes("\n".join(entry.lemma for entry in entries)),
        "extras": packed.as_bytes("\n".join("|".join(entry.extra) for entry in entries)),
    }
    for kind, groups in (("heads", heads), ("lights", lights)):
        found[kind] = packed.as_bytes("\n".join(groups))
        found[f"{kind}_ends"] = np.cumsum([0, *map(len, groups.values())], dtype=np.int32)
        found[f"{kind}_entries"] = np.array([at for own in groups.values() for at in own], dtype=np.int32)
    return found


def _numbered(lines: str) -> dict[str, int]:
    return {line: number for number, line in enumerate(lines.split("\n"))} if lines else {}


def _entries(table: Table, rows: list[Any]) -> Iterator[_Entry]:
    """The rows of a table, their cells folded all at once."""
    if not rows:
        return
    lemmas = fold_text("\n".join(table.lemma(row) for row in rows)).split("\n")
    cells = [getattr(row, "plural", None) or getattr(row, "forms", None) or "" for row in rows]
    extras = fold_text("\n".join(cells)).split("\n")
    for number, (row, lemma, extra) in enumerate(zip(rows, lemmas, extras, strict=True), 2):
        yield _Entry(table, number, row, lemma, _split(extra))


def _inflect(entries: Sequence[_Entry], head: str) -> dict[str, list[Hit]]:
    """The forms of rows that begin with these two letters, with their hits."""
    found: dict[str, list[Hit]] = {}
    for table, number, row, lemma, extra in entries:
        seen = set()
        for form, name in table.forms(row, lemma, extra):
            if form not in seen and form[:_HEAD] == head and len(form) >= _HEAD:
                seen.add(form)
                found.setdefault(form, []).append(Hit(table.name, number, table.code(row), row, name))
    return found


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
    paths = [folder / f"{table.name}.tsv" for table in TABLES]
    rows = {table.name: resources.read_tsv(path, table.row) for table, path in zip(TABLES, paths, strict=True)}
    return Lexicon(rows, packed.derived("lexicon", paths, _CODE, lambda: index_rows(rows)))
