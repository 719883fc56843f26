"""What words of a report may mean, for a person who picks them: places, parties, days, a count, kinds of events. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from marsad.actors import Actor
from marsad.gazetteer import Entry
from marsad.language import Amount, Language, Sentence
from marsad.model import DateRange, Participant, Place, Quantity, Span
from marsad.overlay import Known

_MOST = 8


class Suggested(msgspec.Struct, frozen=True, kw_only=True):
    """The readings of some words, the likeliest first; empty or None where they have none. `count` counts people or things,
    `weapons` and `objects` are codes of the codebook, `money` is a sum in whole units with its currency (ISO 4217).
    """

    places: tuple[Entry, ...] = ()
    actors: tuple[Actor, ...] = ()
    days: DateRange | None = None
    count: Quantity | None = None
    types: tuple[str, ...] = ()
    weapons: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()
    money: Amount | None = None


def suggest(words: str, published: str | None, language: Language, known: Known) -> Suggested:
    """Return what words may mean in a report published then (ISO date or date-time)."""
    sentences = language.read_sentences(words, 0, len(words))
    days = (language.resolve_date(date, published) for s in sentences for date in s.dates)
    counts = (c.quantity for s in sentences for c in s.counts if c.unit is None)
    triggers = (h.code for s in sentences for t in s.tokens for h in t.word.hits if h.table == "triggers")
    places = [*known.gazetteer.candidates(known.fold(words)), *(e for s in sentences for e in _entries(s))]
    return Suggested(
        places=tuple({e.id: e for e in places}.values())[:_MOST],
        actors=tuple({a.id: a for s in sentences for a in _actors(s, known)}.values())[:_MOST],
        days=next((found for found in days if found is not None), None),
        count=next(counts, None),
        types=tuple(dict.fromkeys(triggers)),
        weapons=tuple(_codes(sentences, "weapons")),
        objects=tuple(_codes(sentences, "damage")),
        money=next((amount for s in sentences for amount in s.amounts), None),
    )


def _codes(sentences: Iterable[Sentence], table: str) -> Iterable[str]:
    """The codes of the words of a table that stand there, each once, those of the longest phrases first."""
    hits = [(p.last - p.first, p.hit.code) for s in sentences for p in s.phrases if p.kind == table and p.hit]
    return dict.fromkeys(code for _, code in sorted(hits, key=lambda hit: -hit[0]))


def _entries(sentence: Sentence) -> Iterator[Entry]:
    for phrase in sentence.phrases:
        if phrase.kind == "places" and phrase.hit is not None:
            yield from phrase.hit.value


def _actors(sentence: Sentence, known: Known) -> Iterator[Actor]:
    for phrase in sorted(sentence.phrases, key=lambda p: p.first - p.last):
        if phrase.hit is None:
            continue
        if phrase.kind == "actors":
            yield from (known.actors.actor(name.id) for name in phrase.hit.value)
        elif phrase.kind == "nisbas":
            state = known.actors.state(phrase.hit.value.country or "")
            if state is not None:
                yield state


def place_at(span: Span, entry: Entry) -> Place:
    """Return an entry of the gazetteer as words of a report name it."""
    head = {"name": entry.name, "country": entry.country, "lat": entry.lat, "lon": entry.lon}
    return Place(span=span, level=entry.level, id=entry.id, **head)  # type: ignore[arg-type]


def party_at(span: Span, actor: Actor | None) -> Participant:
    """Return an actor as words of a report name it; somebody nobody lists where there is none."""
    if actor is None:
        return Participant(span=span)
    return Participant(span=span, name=actor.name, country=actor.country, sector=actor.sector, id=actor.id)
