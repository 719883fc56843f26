"""Arabic text into sentences with everything that the lexicon, the gazetteer and the grammars read in them.

Each word form is looked at once and remembered (`Word`); a sentence costs a few dictionary look-ups per token.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, repeat

import msgspec

from marsad.actors import Actors, is_latin
from marsad.gazetteer import Gazetteer
from marsad.lang.ar import noise, script, words
from marsad.lang.ar.dates import DateReader
from marsad.lang.ar.lexicon import Lexicon
from marsad.lang.ar.numbers import NumberReader
from marsad.lang.ar.row_match import Seen
from marsad.language import DatePhrase, Hit, Phrase, Sentence, Token, Word
from marsad.model import DateRange

_LONGEST_NAME = 6
_REMEMBERED = 25_000
_HAMZAS = frozenset("\u0621\u0622\u0623\u0624\u0625\u0626")
_SHORTEST_WORD = 3
_DAMMA, _SHADDA = "\u064f", "\u0651"
# A fatha before the ending tells two from many: "شرطيَّين", "قطارَي".
_PAIR = ("\u064eي", "\u064eين")


class Form(msgspec.Struct, frozen=True):
    """What is remembered of a spelling: its word, and what may begin at it.

    `numbers` and `dates` are what their tables know of it, `counts` and `days` whether a count or a date may begin here;
    `names` holds the forms that begin names of several words, with the second words of those, `fixed` the lexicon's
    phrases by their second word. `is_busy` says that any of this is there; most words are not, and cost nothing more.
    """

    word: Word
    ends: bool
    numbers: Seen | None
    dates: Seen | None
    counts: bool
    days: bool
    names: tuple[tuple[str, set[str]], ...]
    fixed: Mapping[str, Sequence[tuple[tuple[str, ...], Hit]]]
    is_busy: bool


_Marked = list[tuple[int, Form]]
# Making a named tuple this way takes half the time.
_NO_KINDS: frozenset[str] = frozenset()
_token = _phrase = tuple.__new__


class Arabic:
    """Arabic as the coder needs it (see `marsad.language.Language`)."""

    code = "ar"

    def __init__(
        self,
        lexicon: Lexicon,
        gazetteer: Gazetteer,
        actors: Actors,
        numbers: NumberReader,
        dates: DateReader,
        page_noise: noise.Boilerplate,
    ) -> None:
        """Put the compiled resources together; nothing is read from disk here."""
        self.lexicon = lexicon
        self.gazetteer = gazetteer
        self.actors = actors
        self.numbers = numbers
        self.dates = dates
        self.page_noise = page_noise
        self._forms: dict[str, Form] = {}
        # Names of several words, with their hits once they were met.
        self._long_places: dict[str, Hit | None] = dict.fromkeys(name for name in gazetteer.names() if " " in name)
        self._long_actors: dict[str, Hit | None] = dict.fromkeys(
            name for name in (*actors.names(), *actors.body_names()) if " " in name
        )
        # The second words of all names by their first: few pairs of words get any further.
        self._name_heads: dict[str, set[str]] = {}
        self._enter_heads((*self._long_places, *self._long_actors))
        self._knows_latin = False
        self._last: tuple[str, list[Sentence]] = ("", [])

    def _enter_heads(self, names: Iterable[str]) -> None:
        for name in names:
            first, second, *_ = name.split(" ", 2)
            self._name_heads.setdefault(first, set()).add(second)

    def _learn_latin(self) -> None:
        """Take in the English names of actors, which most reports never need."""
        self._knows_latin = True
        names = [name for name in self.actors.latin_names() if " " in name]
        self._long_actors |= dict.fromkeys(names)
        self._enter_heads(names)

    def is_written_in(self, text: str) -> bool:
        """Say whether the text is Arabic (Persian, Urdu and Kurdish are not), or has a paragraph that is."""
        return script.is_arabic(text) or script.has_arabic_part(text)

    def read_sentences(self, text: str, start: int, end: int) -> list[Sentence]:
        """Read text[start:end] into sentences; a sentence ends at . ! ? ؟ ؛ … and at the line's end."""
        if start or end < len(text):
            return self._sentences(text, start, end)
        last, found = self._last
        if last != text:
            # Coding and linking ask for the same text, one after the other.
            found = self._sentences(text, start, end)
            self._last = text, found
        return list(found)

    def _sentences(self, text: str, start: int, end: int) -> list[Sentence]:
        parts = script.GAPS_AND_PIECES.split(text[start:end])
        gaps, pieces = parts[::2], parts[1::2]
        ends = list(accumulate(map(len, parts), initial=start))
        known = self._forms
        forms = [known.get(piece) or self._remember(piece) for piece in pieces]
        places = zip(ends[1::2], ends[2::2], [form.word for form in forms], strict=False)
        tokens: list[Token] = list(map(_token, repeat(Token), places))
        found: list[Sentence] = []
        line = first = 0
        for at, (gap, form) in enumerate(zip(gaps, forms, strict=False)):
            if "\n" in gap:
                if first < at:
                    found.append(self._sentence(tokens[first:at], forms[first:at], line))
                    first = at
                line += gap.count("\n")
            if form.ends:
                found.append(self._sentence(tokens[first : at + 1], forms[first : at + 1], line))
                first = at + 1
        if first < len(tokens):
            found.append(self._sentence(tokens[first:], forms[first:], line))
        return found

    def resolve_date(self, phrase: DatePhrase, published: str | None) -> DateRange | None:
        """Return the days a date phrase means in a text published then, or None."""
        return self.dates.resolve_date(phrase, published)

    def find_dateline(self, sentence: Sentence) -> str | None:
        """Return the ISO date that a sentence near a story's head gives as the day of publication, or None."""
        return self.dates.find_dateline(sentence.tokens, sentence.dates)

    def find_noise(self, text: str) -> Sequence[tuple[int, int]]:
        """Return the spans of lines that belong to the page, not to the report."""
        foreign = script.foreign_lines(text)
        found = self.page_noise.find(text)
        return sorted({*found, *foreign}) if foreign else found

    def _sentence(self, tokens: list[Token], forms: list[Form], line: int) -> Sentence:
        busy = [(i, form) for i, form in enumerate(forms) if form.is_busy]
        days = [i for i, form in busy if form.days]
        starts = [i for i, form in busy if form.counts]
        dates = self.dates.find(tokens, [form.dates for form in forms], days) if days else []
        seen = [form.numbers for form in forms] if starts else []
        counts, amounts = self.numbers.find(tokens, dates, seen, starts) if starts else ([], [])
        return Sentence(
            start=tokens[0].start,
            end=tokens[-1].end,
            tokens=tokens,
            phrases=self._phrases(tokens, busy),
            counts=counts,
            dates=dates,
            amounts=amounts,
            line=line,
        )

    def _remember(self, text: str) -> Form:
        if len(self._forms) >= _REMEMBERED:
            self._forms.clear()
        match = script.TOKEN.match(text)
        word = self._make_word(text, (match and match.lastgroup) or "mark")
        if not self._knows_latin and is_latin(word.folded):
            self._learn_latin()
        numbers, dates = self.numbers.look_up(word.folded), self.dates.look_up(word.folded)
        if numbers and numbers.starts and _HAMZAS.isdisjoint(text) and any(h.table == "outcomes" for h in word.hits):
            numbers = None  # "ميتا" is a dead man, "مئتا" two hundred: folded they are the same
        is_mark = word.kind == "mark"
        heads = self._name_heads
        names = () if is_mark else tuple((form, heads[form]) for form in word.bare if form in heads)
        fixed = {} if is_mark else self.lexicon.phrases(word.light)
        counts, days = self.numbers.may_start(word, numbers), dates is not None and dates.starts
        form = self._forms[text] = Form(
            word=word,
            ends=text in script.SENTENCE_END,
            numbers=numbers,
            dates=dates,
            counts=counts,
            days=days,
            names=names,
            fixed=fixed,
            is_busy=bool(counts or days or names or fixed or word.hits),
        )
        return form

    def _make_word(self, text: str, kind: str) -> Word:
        folded = script.fold_word(text) or text
        if kind != "word":
            return Word(folded, kind, stem=folded, light=folded, bare=(folded,))
        if folded.isascii():
            return Word(folded, "latin", stem=folded, light=folded, bare=(folded,), hits=tuple(self._names((folded,))))
        prefix, stem, hits = self.lexicon.look_up(folded)
        bare = tuple(rest for before, rest in words.splits(folded) if not before.endswith("س"))
        bare = (folded, *(f"ال{rest}" for before, rest in words.splits(folded) if before.endswith("لل")), *bare[1:])
        suffix = folded[len(prefix) + len(stem) :] if stem and folded[len(prefix) :].startswith(stem) else ""
        proclitics = words.parts(prefix if stem else _article(folded))
        return Word(
            folded,
            kind,
            prefix=proclitics,
            stem=stem or folded[len(_article(folded)) :],
            suffix=suffix,
            light=words.light(folded),
            bare=bare,
            marks=(
                *_marks(text),
                *(("future",) if "س" in proclitics else ()),
                *(("and",) if folded.startswith("و") and folded[1:] in bare else ()),
            ),
            is_definite="ال" in proclitics,
            has_article="ال" in proclitics or (bool(hits) and stem.startswith("ال")),
            hits=(*hits, *self._names(bare, is_kind=any(h.table == "place_kinds" for h in hits))),
        )

    def _names(self, forms: Sequence[str], is_kind: bool = False) -> Iterator[Hit]:
        """Hits among actors and places, from the form with the fewest clitics that has any.

        A word for a kind of place ("مدينة") alone is no place's name, whatever places are called so.
        """
        for form in forms:
            named = self.actors.named(form)
            if named:
                yield Hit("actors", 0, self.actors.actor(named[0].id).kind, named, form)
                break
        for form in forms:
            bodies = self.actors.bodies(form)
            if bodies:
                yield Hit("bodies", 0, self.actors.actor(bodies[0].id).kind, bodies, form)
                break
        if is_kind:
            return
        for form in forms:
            entries = self.gazetteer.candidates(form)
            if entries and len(form) > 2:
                code = "ordinary" if self.gazetteer.is_ordinary_word(form) else entries[0].level
                yield Hit("places", 0, code, entries, form)
                break

    def _phrases(self, tokens: list[Token], busy: _Marked) -> list[Phrase]:
        """Phrases and single hits in order; longer readings hide the single words inside them."""
        found: list[Phrase] = []
        hidden: dict[int, set[str]] = {}
        last = len(tokens) - 1
        for i, form in busy:
            own = hidden.get(i, _NO_KINDS)
            for phrase in self._long(tokens, i, form) if i < last and _goes_on(form, tokens[i + 1].word) else ():
                if phrase.kind in own:
                    continue
                found.append(phrase)
                inside = (phrase.kind, "triggers") if phrase.kind == "trigger_blockers" else (phrase.kind,)
                for k in range(phrase.first, phrase.last + 1):
                    hidden.setdefault(k, set()).update(inside)
                own = hidden[i]
            if own:
                found += [_phrase(Phrase, (hit[0], i, i, hit)) for hit in form.word.hits if hit[0] not in own]
            else:
                found += [_phrase(Phrase, (hit[0], i, i, hit)) for hit in form.word.hits]
        return found

    def _long(self, tokens: list[Token], i: int, form: Form) -> Sequence[Phrase]:
        """Names and phrases of several words that start at token i, whose next word goes on with one of them."""
        follower = tokens[i + 1].word
        fixed = form.fixed.get(follower.light)
        if follower.folded == "-" and i + 2 < len(tokens):
            follower = tokens[i + 2].word
        found: list[Phrase] = []
        for name, seconds in form.names:
            if follower.folded in seconds:
                found = [p for p in self._longest_names(tokens, i, name) if p]
                if found:
                    break
        return [*found, *self._fixed(tokens, i, fixed)] if fixed else found

    def _longest_names(self, tokens: list[Token], i: int, form: str) -> tuple[Phrase | None, Phrase | None]:
        """The longest actor and the longest place whose first word is a form of token i."""
        joined = [form]
        for token in tokens[i + 1 : i + _LONGEST_NAME]:
            if token.word.kind == "mark" and token.word.folded != "-":
                break
            joined.append(token.word.folded)
        actor = place = None
        for length in range(len(joined), 1, -1):
            name = " ".join(joined[:length]).replace(" - ", " ")
            if actor is None and name in self._long_actors:
                hit = self._long_actor(name)
                actor = Phrase(hit.table, i, i + length - 1, hit)
            if place is None and name in self._long_places:
                hit = self._long_place(name)
                place = Phrase("places", i, i + length - 1, hit)
        return actor, place

    def _long_actor(self, name: str) -> Hit:
        """The hit of an actor's name of several words, made once."""
        hit = self._long_actors[name]
        if hit is None:
            named = self.actors.named(name)
            table, rows = ("actors", named) if named else ("bodies", self.actors.bodies(name))
            hit = self._long_actors[name] = Hit(table, 0, self.actors.actor(rows[0].id).kind, rows, name)
        return hit

    def _long_place(self, name: str) -> Hit:
        """The hit of a place's name of several words, made once."""
        hit = self._long_places[name]
        if hit is None:
            entries = self.gazetteer.candidates(name)
            code = "ordinary" if self.gazetteer.is_ordinary_word(name) else entries[0].level
            hit = self._long_places[name] = Hit("places", 0, code, entries, name)
        return hit

    def _fixed(self, tokens: list[Token], i: int, rows: Sequence[tuple[tuple[str, ...], Hit]]) -> Iterator[Phrase]:
        """Lexicon phrases of several words that start at token i, the longest of each table."""
        seen = set()
        for keys, hit in rows:
            last = i + len(keys) - 1
            if hit.table in seen or last >= len(tokens):
                continue
            if all(tokens[i + k].word.light == key for k, key in enumerate(keys)):
                seen.add(hit.table)
                yield Phrase(hit.table, i, last, hit)


def _goes_on(form: Form, after: Word) -> bool:
    """Say whether the next word goes on with a name or phrase that begins here; most do not."""
    if form.fixed and after.light in form.fixed:
        return True
    if form.names:
        folded = after.folded
        for _, seconds in form.names:
            if folded in seconds:
                return True
        return folded == "-"
    return False


def _article(folded: str) -> str:
    """The run of proclitics that ends in the article, or nothing: without a lexicon only the article is safe to cut."""
    for prefix, rest in reversed(words.splits(folded)):
        if prefix.endswith(("ال", "لل")) and len(rest) >= _SHORTEST_WORD:
            return prefix
    return ""


def _marks(text: str) -> tuple[str, ...]:
    """Facts that only the unfolded form shows."""
    found = []
    if len(text) > 1 and text[1] == _DAMMA:
        found.append("first-u")
    if text.startswith(("و", "ف")) and len(text) > 2 and text[2] == _DAMMA:
        found.append("second-u")
    if text.endswith("\u064b") or "\u064b" in text[-2:]:
        found.append("accusative")
    if text.replace(_SHADDA, "").endswith(_PAIR):
        found.append("pair")
    return tuple(found)
