"""What the steps of the coder share: a story read into tagged sentences, the mentions of events in it, and candidates.

Indexes: a seat is (sentence, token) within the passage; spans are code points of the document.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

import msgspec

from marsad.coder.tagger import Tagged
from marsad.language import Hit, Sentence, Token
from marsad.model import Quantity, Span

Item = TypeVar("Item")

# The distance of what stands in another sentence.
ELSEWHERE = 99
# No sentence opens more events than this.
_CROWD = 60


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
    _topic: tuple[str, int] | None = None

    def event_seats(self, sentence: int) -> list[int]:
        """Return the tokens of a sentence at which the event tagger opens an event."""
        found = self._seats.get(sentence)
        if found is None:
            labels = self.tags[sentence].labels
            found = self._seats[sentence] = [i for i, label in enumerate(labels) if label[0] == "B"]
        return found

    def events_between(self, sentence: int, a: int, b: int) -> int:
        """Return how many events open strictly between two tokens of a sentence, at most 2."""
        low, high = (a, b) if a < b else (b, a)
        return min(2, sum(1 for i in self.event_seats(sentence) if low < i < high))

    def facts(self, sentence: int) -> tuple[frozenset[object], ...]:
        """Return the places, weapons, actors, counts and dates that a sentence names, each as a set of codes."""
        found = self._facts.get(sentence)
        if found is None:
            own = self.sentences[sentence]
            named = [
                frozenset(_code(p.hit) for p in own.phrases if p.kind == kind and p.hit)
                for kind in ("places", "weapons", "actors")
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


def chunks(passage: Passage) -> list[Chunk]:
    """Return the labelled chunks of a passage in order: runs of B-X, I-X."""
    found: list[Chunk] = []
    for number, tagged in enumerate(passage.roles):
        start, label = -1, ""
        for i, tag in enumerate([*tagged.labels, "O"]):
            if label and not tag.startswith("I-"):
                found.append(Chunk(number, start, i - 1, label))
                label = ""
            if tag.startswith("B-"):
                start, label = i, tag[2:]
    return found


def hits_between(sentence: Sentence, first: int, last: int, *tables: str) -> list[tuple[int, int, Hit]]:
    """Return (first token, last token, hit) of the lexicon phrases of some tables that lie within tokens first to last."""
    return [
        (p.first, p.last, p.hit)
        for p in sentence.phrases
        if p.hit is not None and p.first >= first and p.last <= last and (not tables or p.kind in tables)
    ]


def distance(mention: Mention, sentence: int, first: int, last: int) -> int:
    """Return the tokens between a mention and tokens of its sentence: negative when these stand before it, 0 overlap."""
    if sentence != mention.sentence:
        return ELSEWHERE
    if last < mention.first:
        return last - mention.first
    if first > mention.last:
        return first - mention.last
    return 0


def window(items: Sequence[Item], sentences: set[int], back: int, place: Callable[[Item], int]) -> list[Item]:
    """Return the items, sorted by sentence, that stand in some sentences, up to `back` before the first, or in the headline.

    Looks only at that stretch, so that a long story costs no more per event than a short one.
    """
    first, last = min(sentences), max(sentences)
    low = bisect_left(items, max(0, first - back), key=place)
    high = bisect_left(items, last + 1, key=place)
    near = [item for item in items[low:high] if place(item) < first or place(item) in sentences]
    if first - back > 0:
        near = [*items[: bisect_left(items, 1, key=place)], *near]
    return near


def rival(passage: Passage, mentions: Sequence[Mention], sentence: int, first: int, last: int) -> str:
    """Say whose event word stands nearest to some tokens: "own" (one of these mentions), "other", or "none" there."""
    nearest_at, apart = -1, ELSEWHERE
    for i in passage.event_seats(sentence):
        gap = first - i if i < first else i - last if i > last else 0
        if gap < apart:
            nearest_at, apart = i, gap
    if nearest_at < 0:
        return "none"
    low = bisect_left(mentions, sentence, key=_sentence_of)
    for mention in mentions[low : low + _CROWD]:
        if mention.sentence == sentence and mention.first <= nearest_at <= mention.last:
            return "own"
    return "other"


_NEAR_NAMES = {n: ("-" if n < 0 else "+") + str(abs(n)) for n in range(-3, 4)}


def bucket(number: int) -> str:
    """Return a distance as a feature value: exact when small, a range when large, signed."""
    if -3 <= number <= 3:
        return _NEAR_NAMES[number]
    size = abs(number)
    name = "4-6" if size <= 6 else "7-12" if size <= 12 else "13+"
    return ("-" if number < 0 else "+") + name


def nearest(mentions: Sequence[Mention], sentence: int, first: int, last: int) -> tuple[Mention, int]:
    """Return the mention nearest to some tokens and their distance (99: none in that sentence); mentions are in order."""
    low = bisect_left(mentions, sentence, key=_sentence_of)
    high = bisect_left(mentions, sentence + 1, key=_sentence_of)
    if low == high:
        beside = mentions[max(0, low - 1) : low + 1]
        return min(beside, key=lambda m: abs(m.sentence - sentence)), ELSEWHERE
    best = min(mentions[low:high], key=lambda m: abs(distance(m, sentence, first, last)))
    return best, distance(best, sentence, first, last)


def _sentence_of(mention: Mention) -> int:
    return mention.sentence


def word_before(tokens: Sequence[Token], first: int) -> str:
    """Return what ties a chunk to the words before it: its own preposition, else the word before."""
    word = tokens[first].word
    own = word.prefix[:-1] if word.is_definite else word.prefix
    if own:
        return "+".join(own)
    return tokens[first - 1].word.folded if first else "^"
