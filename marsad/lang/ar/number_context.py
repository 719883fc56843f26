"""What stands around a number in its sentence: modifiers, labels, ranges, the noun and the unit that follow."""

from __future__ import annotations

from collections.abc import Sequence, Set

import msgspec

from marsad.lang.ar.number_words import Number, Numeral, NumeralGrammar
from marsad.lang.ar.row_match import Hint, Roles, Seen
from marsad.language import Token

_DASHES = frozenset("-–—‑")
_QUOTES = frozenset("\"'«»“”„()[]")
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_LONGEST_PLAIN = 7
_SYMBOLS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₽": "RUB", "₴": "UAH", "₪": "ILS"}
_PERCENT = frozenset("%٪")
_VERB_FORMS = frozenset(("past", "present"))
_PLURAL_VERB = "وا"
_LONG_ENOUGH = 4
_THOUSAND = 1000


class Found(msgspec.Struct):
    """A number while it is being read; `low` and `high` are its bounds before modifiers."""

    first: int
    last: int
    low: float | None
    high: float | None
    rule: str
    noun: int | None = None
    unit: str | None = None
    currency: str | None = None
    vague: str | None = None
    bound: str = ""
    approx: bool = False


class Context:
    """One sentence with what the tables know of its tokens."""

    def __init__(
        self,
        tokens: Sequence[Token],
        seen: Sequence[Seen | None],
        grammar: NumeralGrammar,
    ) -> None:
        self.tokens = tokens
        self.seen = seen
        self.dated: Set[int] = frozenset()  # tokens of date phrases
        roles = Roles(tokens, seen)
        # Asked some ten times a token: bound here instead of passed on by a method.
        self.hint, self.has, self._hints = roles.hint, roles.has, roles.all
        self.grammar = grammar
        self.numerals: list[Numeral | None] = [None if s is None else s.numeral for s in seen]
        self._bound_starts = [at for at, s in enumerate(seen) if s is not None and s.bounds]
        self._bounds: dict[int, Hint] = {}
        self._ranges: set[int] = set()
        for at in self._bound_starts:
            before, opened = self.hint(at, "bound_before"), self.hint(at, "range")
            if before is not None:
                self._bounds.setdefault(before.last, before)
            if opened is not None:
                self._ranges.add(opened.last)

    # -- single tokens

    def is_word(self, at: int) -> bool:
        """Say whether a token is a word (not a mark, not a figure) and exists."""
        return 0 <= at < len(self.tokens) and self.tokens[at].word.kind in ("word", "latin")

    def mark(self, at: int) -> str:
        """The mark that a token is, or ""."""
        if 0 <= at < len(self.tokens) and self.tokens[at].word.kind == "mark":
            return self.tokens[at].word.folded
        return ""

    def is_figure(self, at: int) -> bool:
        """Say whether a token is a number in digits."""
        return 0 <= at < len(self.tokens) and self.tokens[at].word.kind == "number"

    def has_two(self, at: int) -> bool:
        """Say whether a token is "two", as behind a dual noun."""
        numeral = self.numerals[at] if at < len(self.numerals) else None
        return numeral is not None and numeral.role == "two" and not numeral.prefix

    def _touches(self, at: int) -> bool:
        return self.tokens[at].end == self.tokens[at + 1].start

    def _is_new_clause(self, at: int) -> bool:
        """Say whether a word begins with a و or ف that the lexicon does not take for a letter of the word."""
        word = self.tokens[at].word
        if word.prefix[:1] in (("و",), ("ف",)):
            return True
        return not word.hits and word.folded.startswith("و") and not word.folded.endswith(("ا", "ه"))

    # -- modifiers before

    def _end_before(self, first: int) -> int:
        """The last token before a number, past brackets, quotes and loose proclitics."""
        at = first - 1
        while at >= 0:
            numeral = self.numerals[at]
            if not (self.mark(at) in _QUOTES or (numeral is not None and numeral.role == "loose")):
                break
            at -= 1
        return at

    def with_bounds(self, found: Found) -> Found:
        """Apply "at least", "up to", "about" that stand before the number."""
        end = self._end_before(found.first)
        for at in range(end, max(end - 4, -1), -1):
            hint = self._bounds.get(at)
            if hint is None and at == end:
                continue_here = self.is_word(at)
            elif hint is None:
                continue_here = self.is_word(at) and self.numerals[at] is None
            else:
                if at < end and not (hint.value == "measured" and self.has(at + 1, "measure")):
                    return found
                is_apart = at < end or self._is_joined(found.first)
                if hint.value == "both" and is_apart and self._has_number_before(hint.first):
                    return found
                bind(found, hint.role)
                found.first = hint.first
                if at < end - 1 and found.noun is None:
                    found.noun = at + 2
                return found
            if not continue_here:
                return found
        return found

    def _is_joined(self, first: int) -> bool:
        """Say whether a number is joined to what stands before: in "9 قتلى على الأقل و16 جريحا" the nine are at least."""
        numeral = self.numerals[first]
        return self._end_before(first) < first - 1 or (numeral is not None and numeral.prefix.startswith("و"))

    def _has_number_before(self, first: int) -> bool:
        for at in range(first - 1, max(first - 5, -1), -1):
            if self.mark(at):
                return False
            if self.numerals[at] is not None:
                return True
        return False

    # -- numbers that are labels

    def label(self, number: Number) -> str | None:
        """The unit of a figure that counts nothing: part of a name, a year, a clock time, a list mark, a score."""
        first, last = number.first, number.last
        role = self._role_before(first)
        if role == "name" or (role == "name_weak" and not self.is_word(last + 1)):
            return "name"
        if role == "clock" or (self.mark(last + 1) == ":" and self.is_figure(last + 2) and self._touches(last)):
            return "time"
        if not number.digits:
            return None
        text = number.digits
        if self._is_hyphenated(first):
            return "name"
        if first == last and len(text) == 4 and text.isdecimal() and _FIRST_YEAR <= int(text) <= _LAST_YEAR:
            return "date" if role == "year" or not self._counts_next(first, last) else None
        if first == 0 and self.mark(1) in (*_DASHES, ")", ".", "/") and not self.is_figure(2):
            return "other"
        if text.isdecimal() and (len(text) > _LONGEST_PLAIN or (len(text) > 1 and text[0] == "0")) and first == last:
            return "other"
        return "other" if self.mark(last + 1) == "/" and self.is_figure(last + 2) else None

    def clock_end(self, last: int) -> int:
        """The last token of a clock time that starts with the figure at `last` ("19:45")."""
        while self.mark(last + 1) == ":" and self.is_figure(last + 2):
            last += 2
        return last

    def _counts_next(self, first: int, last: int) -> bool:
        """Say whether a figure that might be a year counts the indefinite noun behind it ("2000 شخص")."""
        if self.has(last + 1, "unit", "currency"):
            return True
        if not self._is_indefinite_noun(last + 1):
            return False
        folded = self.tokens[last + 1].word.folded
        return not self.has(first - 1, "time_preposition") or (folded.endswith("ا") and not folded.startswith("و"))

    def _is_hyphenated(self, first: int) -> bool:
        """Say whether the figure is joined to letters: "إس-300", "F-16", "Su34", "مي-8", "155mm" is not."""
        if first > 0 and self.tokens[first - 1].end == self.tokens[first].start:
            kind = self.tokens[first - 1].word.kind
            if kind == "latin":
                return True
            if self.mark(first - 1) in _DASHES and first > 1:
                letters = self.tokens[first - 2]
                if letters.end == self.tokens[first - 1].start and letters.word.kind in ("word", "latin"):
                    return self.seen[first - 2] is None or self.has(first - 2, "name")
        return False

    def _role_before(self, first: int) -> str:
        """The role of the word before a number, across one quote, dash or loose article."""
        at = first - 1
        while at >= 0 and first - at <= 3 and self.mark(at) not in ("", "(") and self.mark(at) in _QUOTES | _DASHES:
            at -= 1
        for hint in self._hints(at):
            if hint.role in ("clock", "year"):
                return hint.role
            stem = len(self.tokens[at].word.folded) - len(hint.prefix)
            if hint.role in ("name", "name_weak") and (stem >= _LONG_ENOUGH or hint.prefix in ("", "ال")):
                return hint.role
        return ""

    # -- ranges

    def stretch(self, found: Found, number: Number) -> None:
        """Read a second number that makes a range: "10-15", "10 إلى 15", "بين 10 و15", "5 أو 6"."""
        between = self._end_before(number.first) in self._ranges
        at = number.last + 1
        second = None
        if self.mark(at) in _DASHES and self.is_figure(at + 1):
            second = self.grammar.read(self.numerals, at + 1)
            if second is not None and second.scale == number.scale and second.value <= number.value:
                found.unit, found.last = "other", second.last
                return
        elif self.has(at, "to"):
            second = self.grammar.read(self.numerals, at + 1) if at + 1 < len(self.tokens) else None
            if second is not None and self._has_risen(number.first):
                found.unit = "other"
                return
        elif between:
            second = self._and_number(at)
        if second is None:
            return
        low = number.value
        if second.scale > 1 and number.scale == 1 and low < second.value / second.scale:
            low *= second.scale
        if low < second.value:
            found.low, found.high, found.last, found.rule = low, second.value, second.last, "range"

    def _and_number(self, at: int) -> Number | None:
        """The number joined by و within three tokens ("بين 10 قتلى و15")."""
        for position in range(at, min(at + 3, len(self.tokens))):
            numeral = self.numerals[position]
            if numeral is not None and numeral.prefix == "و":
                start = position + 1 if numeral.role == "loose" else position
                return self.grammar.read(self.numerals, start) if start < len(self.tokens) else None
            if not self.is_word(position):
                return None
        return None

    def _has_risen(self, first: int) -> bool:
        return any(self.has(i, "rise") for i in range(max(0, first - 6), first))

    # -- what follows

    def finish(self, found: Found) -> Found:
        """Give a number its bounds, unit, currency and noun."""
        start = found.first
        after = found.last + 1
        while self.mark(after) in _QUOTES or self._is_repeated(found, after):
            after += 1
        behind = self.hint(after, "bound_after")
        if behind is not None and behind.value == "after":
            bind(found, behind.role)
            found.last, after = behind.last, behind.last + 1
        if found.unit is None:
            self._read_unit(found, after)
        if found.unit is None and any(self.has(i, "age") for i in range(max(0, start - 2), start)):
            found.unit = "age"
        trailing = found.vague == "several" and start == found.last and self._is_counted_before(start - 1)
        if found.unit is None and found.noun is None and not trailing:
            found.noun = self._noun(found, start, after)
        if found.vague == "several" and found.unit is None and found.noun is None and self._is_noun_before(start - 1):
            found.noun = start - 1
            counted = self.hint(start - 1, "unit")
            found.unit = None if counted is None else counted.value
        return self.with_bounds_from(found, start)

    def _is_repeated(self, found: Found, at: int) -> bool:
        """Say whether the number is said again in figures: "ستة (06) عناصر"."""
        text = self.tokens[at].word.folded if self.is_figure(at) else ""
        return text.isdecimal() and int(text) == found.low and self.mark(at - 1) == "("

    def with_bounds_from(self, found: Found, start: int) -> Found:
        """Apply the modifiers before `start`, then let a measure name the noun ("عدد القتلى 12")."""
        self.with_bounds(found)
        if found.noun is None and found.unit is None:
            for at in range(start - 2, max(start - 5, -1), -1):
                if self.has(at, "measure") and self.is_word(at + 1) and not self.has(at + 1, "stop"):
                    found.noun = at + 1
                    break
        return found

    def _read_unit(self, found: Found, after: int) -> None:
        """Read a unit or currency behind the number, or the symbol before it."""
        symbol = _SYMBOLS.get(self.mark(found.first - 1)) or _SYMBOLS.get(self.mark(after))
        if symbol:
            found.unit, found.currency = "money", symbol
            return
        if self.mark(after) in _PERCENT or self.mark(found.first - 1) in _PERCENT:
            found.unit = "percent"
            return
        if self.has(after, "from") and self.has(after + 1, "currency"):
            after += 1
        money, unit = self.hint(after, "currency"), self.hint(after, "unit")
        if money is not None and money.prefix in ("", "ال"):
            found.unit, found.currency, found.last = "money", money.value or None, money.last
            self._add_fraction(found)
            return
        if unit is not None and unit.prefix in ("", "ال"):
            found.unit, found.last = unit.value, unit.last
            if unit.value == "time" and self._is_age(found.first, unit.last):
                found.unit = "age"

    def _add_fraction(self, found: Found) -> None:
        """Add what follows the currency: "مليار دولار ونصف مليار"."""
        at = found.last + 1
        numeral = self.numerals[at] if at < len(self.tokens) else None
        if numeral is None or numeral.role != "fraction" or numeral.prefix != "و" or found.low is None:
            return
        more = self.grammar.read(self.numerals, at)
        if more is not None and more.scale > 1 and more.value < found.low:
            found.low, found.high, found.last = found.low + more.value, (found.high or 0) + more.value, more.last

    def _is_age(self, first: int, last: int) -> bool:
        if self.mark(first - 1) == "(" and self.mark(last + 1) in (")", "،"):
            return True
        return any(self.has(i, "age", "age_weak") for i in range(max(0, first - 3), first)) or any(
            self.has(i, "age") for i in range(last + 1, last + 3)
        )

    def _noun(self, found: Found, start: int, after: int) -> int | None:
        """The token that is counted: behind the number, or before it ("شخص واحد", "الصحفيون الثلاثة")."""
        head = self.numerals[start]
        before = self._end_before(start)
        if head is not None and head.role != "digits":
            definite = head.prefix.endswith("ال")
        else:
            definite = (
                start > 0 and self.tokens[start - 1].word.folded.endswith("ال") and self.numerals[start - 1] is not None
            )
        if definite and self._is_definite_noun(before) and (found.low or 0) < _THOUSAND:
            return before
        alone = found.low == 1 and not self.has(after, "from", "of")
        if alone and head is not None and head.role == "one" and self._is_noun_before(before):
            return before
        noun = self._noun_after(after)
        if noun is None and found.vague is None and self._is_plural(before):
            return before
        return noun

    def _noun_after(self, after: int) -> int | None:
        """The first noun behind a number; behind "من" too, and past a second number ("72 من أصل 128 مسيرة")."""
        if not self.is_word(after):
            return None
        hint = self.hint(after, "of")
        if hint is not None or self.has(after, "from"):
            at = hint.last + 1 if hint is not None else after + 1
            while self.mark(at) in _QUOTES and at < len(self.tokens):
                at += 1
            number = self.grammar.read(self.numerals, at) if at < len(self.tokens) and self.numerals[at] else None
            at = number.last + 1 if number is not None else at
            return at if self.is_word(at) and not self.has(at, "stop", "unit") else None
        if self.has(after, "stop", "to") or self._is_new_clause(after) or self.numerals[after] is not None:
            return None
        return None if self._is_verb(after) else after

    def _is_verb(self, at: int) -> bool:
        word = self.tokens[at].word
        if not word.hits:
            return len(word.folded) > len(_PLURAL_VERB) + 1 and word.folded.endswith(_PLURAL_VERB)
        return all(h.form in _VERB_FORMS for h in word.hits)

    def _is_definite_noun(self, at: int) -> bool:
        return self.is_word(at) and self.tokens[at].word.folded.lstrip("وفبك").startswith(("ال", "لل"))

    def _is_indefinite_noun(self, at: int) -> bool:
        if not self.is_word(at) or self.has(at, "stop") or self._is_new_clause(at):
            return False
        forms = {h.form for h in self.tokens[at].word.hits}
        return not self.tokens[at].word.folded.startswith(("ال", "لل", "ب")) and not forms & _VERB_FORMS

    def _is_noun_before(self, at: int) -> bool:
        """Say whether a word before "واحد" can be what is counted: no particle, no verb."""
        if not self.is_word(at) or self.has(at, "stop", "bound_before", "measure"):
            return False
        forms = {h.form for h in self.tokens[at].word.hits}
        return not forms & _VERB_FORMS

    def _is_counted_before(self, at: int) -> bool:
        """Say whether "عدة" stands behind its noun: "ساعات عدة", "غارات عدة"."""
        return self.has(at, "unit") or self._is_plural(at)

    def _is_plural(self, at: int) -> bool:
        return at >= 0 and any(h.form == "plural" for h in self.tokens[at].word.hits) and not self.has(at, "measure")

    # -- modifiers after

    def apply_after(self, found: Sequence[Found], farthest: int) -> None:
        """Apply "at least", "or more", "approximately" that stand behind a number within `farthest` tokens."""
        for at in self._bound_starts:
            hint = self.hint(at, "bound_after")
            if hint is None or any(f.first <= at <= f.last for f in found):
                continue
            item = next((f for f in reversed(found) if f.last < hint.first), None)
            if item is None or hint.first - item.last > farthest or item.bound:
                continue
            between = range(item.last + 1, hint.first)
            if all(self.mark(i) in _QUOTES or not self.mark(i) for i in between):
                bind(item, hint.role)
                if hint.first == item.last + 1:
                    item.last = hint.last


def bind(found: Found, role: str) -> None:
    """Note a modifier on a number."""
    if role == "approx":
        found.approx = True
    else:
        found.bound = role
