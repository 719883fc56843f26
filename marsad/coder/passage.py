"""What the steps of the coder share: a story read into tagged sentences, the mentions of events in it, and candidates.

Indexes: a seat is (sentence, token) within the passage; spans are code points of the document.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import NamedTuple

import msgspec

from marsad.coder.tagger import Tagged
from marsad.language import Hit, Phrase, Sentence, Token
from marsad.model import Quantity, Span

# The distance of what stands in another sentence.
ELSEWHERE = 99


class Passage(msgspec.Struct):
    """One story in the making: its sentences (noise left out) with event labels and role labels per token."""

    text: str
    story: int
    published: str | None
    sentences: list[Sentence]
    tags: list[Tagged]
    roles: list[Tagged]
    _facts: dict[int, tuple[frozenset[object], ...]] = msgspec.field(default_factory=dict)
    _seats: dict[int, list[int]] = msgspec.field(default_factory=dict)
    _harm: dict[Mention, bool] = msgspec.field(default_factory=dict)
    _cover: dict[int, list[list[Phrase]]] = msgspec.field(default_factory=dict)
    _chunks: list[Chunk] | None = None
    _role_names: dict[int, list[str]] = msgspec.field(default_factory=dict)
    _topic: tuple[str, int] | None = None
    _countries: Counter[str] | None = None

    def event_seats(self, sentence: int) -> list[int]:
        """Return the tokens of a sentence at which the event tagger opens an event."""
        found = self._seats.get(sentence)
        if found is None:
            labels = self.tags[sentence].labels
            found = self._seats[sentence] = [i for i, label in enumerate(labels) if label[0] == "B"]
        return found

    def role_names(self, sentence: int) -> list[str]:
        """Return the role that the role tagger gives each token of a sentence, "" for none."""
        found = self._role_names.get(sentence)
        if found is None:
            found = self._role_names[sentence] = [label[2:] for label in self.roles[sentence].labels]
        return found

    def phrases_at(self, sentence: int, token: int) -> list[Phrase]:
        """Return the phrases of a sentence that a token belongs to, in order."""
        found = self._cover.get(sentence)
        if found is None:
            own = self.sentences[sentence]
            found = self._cover[sentence] = [[] for _ in own.tokens]
            for phrase in own.phrases:
                for seats in found[phrase.first : phrase.last + 1]:
                    seats.append(phrase)
        return found[token]

    def facts(self, sentence: int) -> tuple[frozenset[object], ...]:
        """Return the places, weapons, actors, counts and dates that a sentence names, each as a set of codes."""
        found = self._facts.get(sentence)
        if found is None:
            own = self.sentences[sentence]
            named = [
                frozenset([_code(hit) for kind, _, _, hit in own.phrases if kind == table and hit])
                for table in ("places", "weapons", "actors")
            ]
            counts = frozenset(c.quantity.min for c in own.counts if c.unit is None)
            dates = frozenset(d.expression for d in own.dates)
            found = self._facts[sentence] = (*named, counts, dates)
        return found

    def topic(self) -> tuple[str, int]:
        """Return what most words of the story speak of beside conflict (sport, film, weather …), and how many do."""
        if self._topic is None:
            words = {(p.hit.code, p.hit.row) for s in self.sentences for p in s.phrases if p.kind == "topics" and p.hit}
            counts = Counter(topic for topic, _ in words)
            self._topic = min(counts.items(), key=lambda item: (-item[1], item[0])) if counts else ("", 0)
        return self._topic

    def countries(self) -> Counter[str]:
        """Return how often the story names each country: by adjectives of origin, and by places in it."""
        if self._countries is None:
            hits = [p.hit for s in self.sentences for p in s.phrases if p.hit and p.kind in ("nisbas", "places")]
            named = (
                h.value[0].country if h.table == "places" else h.value.country for h in hits if h.code != "ordinary"
            )
            self._countries = Counter(country for country in named if country)
        return self._countries

    def is_harm(self, mention: Mention) -> bool:
        """Say whether a mention's word tells the harm done (killed, wounded, damaged) rather than the act."""
        found = self._harm.get(mention)
        if found is None:
            hits = hits_between(self.sentences[mention.sentence], mention.first, mention.last, "outcomes")
            found = self._harm[mention] = bool(hits)
        return found

    def words(self, sentence: int, first: int, last: int) -> str:
        """Return the text of tokens first to last (inclusive) of a sentence."""
        tokens = self.sentences[sentence].tokens
        return self.text[tokens[first].start : tokens[last].end]

    def span(self, sentence: int, first: int, last: int) -> Span:
        """Return the document span of tokens first to last (inclusive) of a sentence."""
        tokens = self.sentences[sentence].tokens
        start, end = tokens[first].start, tokens[last].end
        return Span(start, end, self.text[start:end])


def _code(hit: Hit) -> object:
    """What a hit stands for: the id of the first candidate, or the code of its row."""
    return hit.value[0].id if isinstance(hit.value, tuple) else hit.code


class Mention(NamedTuple):
    """Words that may name an event: tokens first to last of a sentence, its type, how far the label leads (log-odds)."""

    sentence: int
    first: int
    last: int
    type: str
    lead: float
    decoded: bool
    confidence: float = 0.0


class Cluster(NamedTuple):
    """The mentions of one event, in order; `main` is the index of the mention that is its trigger."""

    mentions: tuple[Mention, ...]
    main: int

    @property
    def trigger(self) -> Mention:
        """The mention that names the event best."""
        return self.mentions[self.main]


class Chunk(NamedTuple):
    """Tokens first to last of a sentence that the role tagger labels alike, or that a phrase proposes (label "")."""

    sentence: int
    first: int
    last: int
    label: str


# The role labels of people harmed, with the outcome each stands for.
OUTCOMES = {
    "KIL": "killed",
    "INJ": "injured",
    "MIS": "missing",
    "CAP": "captured",
    "ABD": "abducted",
    "REL": "released",
    "DIS": "displaced",
    "TRP": "trapped",
}


class Figure(NamedTuple):
    """A chunk with its count and code: outcome (and who), weapon kind, or damaged object.

    `lead` is None for what the role tagger marked, else its log-odds for a near miss.
    """

    chunk: Chunk
    code: str
    who: str
    quantity: Quantity
    rule: str
    lead: float | None


def stem_of(passage: Passage, mention: Mention) -> str:
    """Return the crude lemma of a mention's first word."""
    return passage.sentences[mention.sentence].tokens[mention.first].word.light


def chunks(passage: Passage) -> list[Chunk]:
    """Return the labelled chunks of a passage in order: runs of B-X, I-X."""
    if passage._chunks is None:
        passage._chunks = [chunk for number in range(len(passage.roles)) for chunk in _chunks_of(passage, number)]
    return passage._chunks


def _chunks_of(passage: Passage, number: int) -> Iterator[Chunk]:
    labels = passage.roles[number].labels
    for start, opening in enumerate(labels):
        if opening[0] == "B":
            last = start
            while last + 1 < len(labels) and labels[last + 1][0] == "I":
                last += 1
            yield Chunk(number, start, last, opening[2:])


_FIRST = itemgetter(1)  # of a phrase; phrases stand in order


def hits_between(sentence: Sentence, first: int, last: int, *tables: str) -> list[tuple[int, int, Hit]]:
    """Return (first token, last token, hit) of the lexicon phrases of some tables that lie within tokens first to last."""
    found = []
    phrases = sentence.phrases
    for at in range(bisect_left(phrases, first, key=_FIRST), len(phrases)):
        kind, begin, end, hit = phrases[at]
        if begin > last:
            break
        if end <= last and hit is not None and (not tables or kind in tables):
            found.append((begin, end, hit))
    return found


_NEAR_NAMES = {n: ("-" if n < 0 else "+") + str(abs(n)) for n in range(-3, 4)}


def bucket(number: int) -> str:
    """Return a distance as a feature value: exact when small, a range when large, signed."""
    if -3 <= number <= 3:
        return _NEAR_NAMES[number]
    size = abs(number)
    name = "4-6" if size <= 6 else "7-12" if size <= 12 else "13+"
    return ("-" if number < 0 else "+") + name


def word_before(tokens: Sequence[Token], first: int) -> str:
    """Return what ties a chunk to the words before it: its own preposition, else the word before."""
    word = tokens[first].word
    own = word.prefix[:-1] if word.is_definite else word.prefix
    if own:
        return "+".join(own)
    return tokens[first - 1].word.folded if first else "^"
