"""The few questions that the coder asks of a language, and the plain values that the answers are made of.

The coder knows only this page: it never names a language. A language reads characters, word shapes, numbers, dates and
clause marks; the coder decides what they say about events.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import msgspec

from marsad.model import DateRange, Quantity


class Hit(NamedTuple):
    """A lexicon row that a word or phrase stands for.

    `table` is the file's name without ending, `row` its line, `code` the value features are made of (a type, a weapon
    kind), `value` the row itself, `form` how the surface differs from the lemma (dual, plural, past, present, …).
    """

    table: str
    row: int
    code: str
    value: Any
    form: str


class Word(msgspec.Struct, frozen=True, eq=False):
    """All that is known of a word form, whatever text it stands in; made once per form, so that it is its own key.

    `folded` is the form after folding; `prefix` the proclitics (each one letter or the article), `stem` what is left,
    `suffix` an enclitic pronoun if the lexicon confirms one, `light` a crude lemma for phrase matching, `kind` one of
    word, number, latin, mark. `bare` lists the forms a name may have under proclitics, longest first. `marks` names facts
    only the unfolded form or a proclitic shows (an u-vowel on the first letter makes a verb passive; "future"; "and" where
    the first letter may be that word). `is_definite` tells that the article is one of the proclitics, `has_article` also
    that a list has the word with its article (a title, "the former").
    """

    folded: str
    kind: str
    prefix: tuple[str, ...] = ()
    stem: str = ""
    suffix: str = ""
    light: str = ""
    bare: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    is_definite: bool = False
    hits: tuple[Hit, ...] = ()
    has_article: bool = False


class Token(NamedTuple):
    """A word or mark in place: `text[start:end]` of the document."""

    start: int
    end: int
    word: Word


class Phrase(NamedTuple):
    """Tokens `first` to `last` (inclusive) of a sentence, read as one thing of a `kind`, with its lexicon hit if any."""

    kind: str
    first: int
    last: int
    hit: Hit | None


class Count(NamedTuple):
    """A count in a sentence: tokens `first` to `last` say it; `noun` is the token that is counted (None: none follows).

    For a dual noun ("قتيلان") first, last and noun are the same token. `unit` marks counts that are no count of people or
    things (distance, age, percent, time, money); `rule` says how it was read.
    """

    first: int
    last: int
    noun: int | None
    quantity: Quantity
    unit: str | None
    rule: str


class DatePhrase(NamedTuple):
    """Words that give a day: tokens `first` to `last`; `kind` absolute, weekday, relative, part, vague; `expression` is the
    language's own parsed value, to be resolved against a publication date. `rule` says how it was read.
    """

    first: int
    last: int
    kind: str
    expression: Any
    rule: str


class Amount(NamedTuple):
    """A sum of money: tokens `first` to `last`, whole units of `currency` (ISO 4217), None where unsaid."""

    first: int
    last: int
    quantity: Quantity
    currency: str | None
    rule: str


class Sentence(msgspec.Struct):
    """A sentence with everything the language reads in it. Token indexes are the sentence's own, from 0."""

    start: int
    end: int
    tokens: list[Token]
    phrases: list[Phrase]
    counts: list[Count]
    dates: list[DatePhrase]
    amounts: list[Amount]
    line: int = 0


class Language(Protocol):
    """What a language offers the coder."""

    code: str

    def is_written_in(self, text: str) -> bool:
        """Say whether the text is in this language."""
        ...

    def read_sentences(self, text: str, start: int, end: int) -> list[Sentence]:
        """Read text[start:end] into sentences with tokens, phrases, counts, dates and amounts."""
        ...

    def resolve_date(self, phrase: DatePhrase, published: str | None) -> DateRange | None:
        """Return the days that a date phrase means in a text published then (ISO date), or None if it does not say."""
        ...

    def find_dateline(self, sentence: Sentence) -> str | None:
        """Return the ISO date that a sentence near a story's head gives as the day of publication, or None."""
        ...

    def find_noise(self, text: str) -> Sequence[tuple[int, int]]:
        """Return the spans of page noise (share buttons, related headlines)."""
        ...
