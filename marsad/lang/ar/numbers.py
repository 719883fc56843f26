"""Finds counts and sums of money in an Arabic sentence.

A number is read by `number_words`, what stands around it by `number_context`; here is decided what may start a count: a
numeral, a dual noun, "one of", or a word for an unknown number ("dozens").
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set

from marsad.lang.ar.number_context import Context, Found
from marsad.lang.ar.number_duals import is_pair
from marsad.lang.ar.number_hints import CurrencyRow, HintTables, UnitRow, VagueRow
from marsad.lang.ar.number_words import Number, NumberRow, Numeral, NumeralGrammar
from marsad.lang.ar.row_match import Hint, Seen
from marsad.language import Amount, Count, DatePhrase, Token, Word
from marsad.model import Quantity

_FARTHEST_AFTER = 5
# Lexicon tables of inanimate nouns, and of persons.
_THINGS = frozenset(("weapons", "damage"))
_PEOPLE = frozenset(("role_nouns",))


_MOST = 10**18
"""A longer row of digits counts nothing, and no database holds it."""


def is_dual(word: Word) -> bool:
    """Say whether the lexicon knows a word as a dual and not also as a plural of the same spelling."""
    forms = {hit.form for hit in word.hits}
    return "dual" in forms and "plural" not in forms


class NumberReader:
    """Reads numbers; built once from the tables, holds no state of any text."""

    def __init__(
        self,
        numbers: Iterable[NumberRow],
        vague: Iterable[VagueRow],
        units: Iterable[UnitRow],
        currencies: Iterable[CurrencyRow],
        dual: Callable[[Word], bool] = is_dual,
    ) -> None:
        self._tables = HintTables(numbers, vague, units, currencies)
        self._grammar = NumeralGrammar()
        self._is_dual = dual

    def look_up(self, folded: str) -> Seen | None:
        """Return what the tables know of a folded word, to be handed back to `find`; None for most words."""
        return self._tables.look_up(folded)

    def may_start(self, word: Word, seen: Seen | None) -> bool:
        """Say whether a count may begin at a word of which the tables know `seen`."""
        return (seen is not None and seen.starts) or self._is_pair(word)

    def find(
        self, tokens: Sequence[Token], dates: Sequence[DatePhrase], seen: Sequence[Seen | None], starts: Sequence[int]
    ) -> tuple[list[Count], list[Amount]]:
        """Return the counts and sums of money of one sentence in order; numbers inside `dates` come with unit "date".

        `seen` is what `look_up` says of each token, `starts` the tokens that `may_start`.
        """
        pairs = {at for at in starts if self._is_pair(tokens[at].word)}
        found = _Sentence(tokens, seen, self._grammar).read(starts, pairs, dates)
        return (
            [Count(f.first, f.last, f.noun, _quantity(f), f.unit, f"numbers.{f.rule}") for f in found],
            [
                Amount(f.first, f.last, _quantity(f), f.currency, f"numbers.{f.rule}")
                for f in found
                if f.unit == "money"
            ],
        )

    def find_counts(self, tokens: Sequence[Token], dates: Sequence[DatePhrase] = ()) -> list[Count]:
        """Return the counts of one sentence (see `find`)."""
        return self._find(tokens, dates)[0]

    def find_amounts(self, tokens: Sequence[Token], dates: Sequence[DatePhrase] = ()) -> list[Amount]:
        """Return the sums of money of one sentence (see `find`)."""
        return self._find(tokens, dates)[1]

    def _find(self, tokens: Sequence[Token], dates: Sequence[DatePhrase]) -> tuple[list[Count], list[Amount]]:
        seen = [self.look_up(t.word.folded) for t in tokens]
        return self.find(tokens, dates, seen, [at for at, t in enumerate(tokens) if self.may_start(t.word, seen[at])])

    def _is_pair(self, word: Word) -> bool:
        return bool(word.hits) and self._is_dual(word)


class _Sentence(Context):
    """One reading of one sentence."""

    def read(self, starts: Sequence[int], pairs: Set[int], dates: Sequence[DatePhrase]) -> list[Found]:
        """Return everything found at the tokens where something may begin, in order."""
        self.dated = {at for d in dates for at in range(d.first, d.last + 1)}
        dated = {at: d for d in dates for at in range(d.first, d.last + 1) if d.kind != "part"}
        found: list[Found] = []
        last = -1
        for at in starts:
            if at <= last:
                continue
            item = self._dated(at, dated[at]) if at in dated else self._read_at(at, at in pairs, at + 1 in dated)
            if item is not None:
                found.append(item)
                last = item.last
        self.apply_after(found, _FARTHEST_AFTER)
        return found

    def _dated(self, at: int, phrase: DatePhrase) -> Found | None:
        numeral = self.numerals[at]
        if numeral is None or numeral.role != "digits":
            return None
        return Found(at, phrase.last, None, None, "date", unit="date")

    def _read_at(self, at: int, is_pair: bool, dated: bool) -> Found | None:
        """Read what starts at a token: a vague number, a numeral, a dual, an ordinal; None if nothing does."""
        known = self.seen[at]
        if known is None:
            return self._pair(at) if is_pair else None
        vague = self.hint(at, "vague")
        numeral = known.numeral
        if vague is not None and not (numeral is not None and self._is_after_number(at)):
            return self._vague(vague)
        if numeral is not None:
            if numeral.role == "both":
                return self.finish(Found(at, at, 2, 2, "both"))
            if (numeral.role == "one_of" and not self._is_compound(at)) or self._is_and_one_of(at, numeral, dated):
                return self._one_of(at, numeral)
            return self._number(at)
        if known.unit_pair:
            return self.with_bounds(Found(at, at, 2, 2, "dual", noun=at, unit=known.unit_pair))
        return self._pair(at) if is_pair else None

    def _is_after_number(self, at: int) -> bool:
        before = self.numerals[at - 1] if at else None
        return before is not None and before.role not in ("loose", "ordinal")

    def _is_and_one_of(self, at: int, numeral: Numeral, dated: bool) -> bool:
        """Say whether "واحد" is و with "أحد": folding makes them equal; a definite noun follows "أحد" alone."""
        if numeral.role != "one" or numeral.prefix or not numeral.text.startswith("و") or dated:
            return False
        return self.is_word(at + 1) and self.tokens[at + 1].word.folded.startswith("ال")

    def _is_compound(self, at: int) -> bool:
        number = self.grammar.read(self.numerals, at)
        return number is not None and number.last > at

    # -- one kind of reading each

    def _pair(self, at: int) -> Found | None:
        """A dual noun: "قتيلان", also before its own numeral ("سائقين اثنين")."""
        if not is_pair(self, at, _THINGS, _PEOPLE):
            return None
        return self.with_bounds(Found(at, at + 1 if self.has_two(at + 1) else at, 2, 2, "dual", noun=at))

    def _vague(self, hint: Hint) -> Found | None:
        found = Found(hint.first, hint.last, None, None, "vague", vague=hint.value)
        if hint.role == "vague_after":
            if not self.is_word(hint.first - 1):
                return None
            found.noun = hint.first - 1
            return found
        return self.finish(found)

    def _one_of(self, at: int, numeral: Numeral) -> Found | None:
        """ "أحد الجنود": one. "الأحد" is a day, and "لم … أحد" nobody."""
        if numeral.prefix.endswith("ال") or not self.is_word(at + 1) or self.has(at + 1, "stop"):
            return None
        if any(self.has(i, "denial") for i in range(max(0, at - 3), at)):
            return None
        return Found(at, at, 1, 1, "one-of", noun=at + 1)

    def _number(self, at: int) -> Found | None:
        numeral = self.numerals[at]
        assert numeral is not None
        ordinal = self.grammar.read_ordinal(self.numerals, at)
        if ordinal is not None:
            return self._ordinal(ordinal)
        number = self.grammar.read(self.numerals, at)
        if number is None:
            return None
        if number.first == number.last and numeral.role in ("one", "two") and numeral.prefix.endswith("ال"):
            return None
        unit = self.label(number)
        if unit is not None:
            last = self.clock_end(number.last) if unit == "time" else number.last
            return Found(at, last, int(number.value), int(number.value), "label", unit=unit)
        found = Found(at, number.last, number.value, number.value, "number")
        self.stretch(found, number)
        return self.finish(found)

    def _ordinal(self, number: Number) -> Found | None:
        if not number.prefix.endswith("ال"):
            return None
        value = int(number.value)
        aged = any(self.has(i, "age") for i in range(number.last + 1, number.last + 4)) or (
            number.first > 0 and self.has(number.first - 1, "age_weak")
        )
        return Found(number.first, number.last, value, value, "ordinal", unit="age" if aged else "ordinal")


def _quantity(found: Found) -> Quantity:
    """The quantity of a number with its bounds."""
    if found.vague or found.low is None:
        return Quantity(vague=found.vague)
    if max(found.low, found.high or 0) > _MOST:
        return Quantity()
    low, high = round(found.low), round(found.high if found.high is not None else found.low)
    return Quantity(
        min=None if found.bound == "at_most" else low,
        max=None if found.bound == "at_least" else high,
        approx=found.approx,
    )
