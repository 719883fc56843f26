"""Cuts out of a coded report what linking compares, so that no report is read again when others come to be linked with it.

In: the coded report, its language, the look-ups of places and actors. Out: a `ReportSketch`, plain data for the record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from marsad.gazetteer import distance_km
from marsad.language import Language, Sentence, Word
from marsad.link import copies, talks
from marsad.link.model import FIELDS, EventSketch, ReportSketch, Spot, Toll
from marsad.link.terms import Terms
from marsad.link.tolls import Found, read_tolls
from marsad.model import CodedDocument, Event, Participant, Place, Span

_DULL = frozenset({"speech_verbs", "negators", "outcomes", "status_words", "titles"})
"""Phrases whose words stand in reports of every incident."""
_PARTS_OF_DAY = ("morning", "noon", "evening", "night")
_SHORTEST_STEM = 3
_REACH = 4
"""How many sentences after an event a total may follow that names no event of its own."""
_IMPLAUSIBLE_KM = 2500
"""A place so far from all others of a report is more likely a word misread."""
_RELEASES = frozenset({"RETREAT"})


class Lookup(NamedTuple):
    """What linking asks of gazetteer, actors and language: the ids a place lies in, nearest first; an actor's country; the
    stems of a place's own words (`name_words`)."""

    within: Callable[[str], tuple[str, ...]]
    country: Callable[[str], str | None]
    words: Callable[[str], tuple[str, ...]]


class _Seat(NamedTuple):
    """A sentence of the report, its number, and the events with a mention in it."""

    number: int
    sentence: Sentence
    events: tuple[int, ...]


def sketch_report(coded: CodedDocument, language: Language, terms: Terms, lookup: Lookup) -> ReportSketch:
    """Return what linking needs to know of a report; pure, the same for the same reading."""
    document = coded.document
    text = document.text
    noise = {*language.find_noise(text), *(span for story in coded.stories for span in story.noise)}
    sentences = [s for s in language.read_sentences(text, 0, len(text)) if not any(a <= s.start < b for a, b in noise)]
    seats = [_Seat(k, s, tuple(_events_in(coded.events, s))) for k, s in enumerate(sentences)]
    tolls = _assign_tolls(coded, seats, terms, lookup)
    events = tuple(_event(coded, k, seats, tolls[k], (language, terms, lookup)) for k in range(len(coded.events)))
    hashed = copies.shingles([t.word.light for s in sentences for t in s.tokens if t.word.kind != "mark"])
    return ReportSketch(
        report=document.id,
        published=document.published,
        publisher=document.publisher,
        shingles=hashed,
        signature=copies.signature(hashed),
        facts=tuple(_facts(sentences, language, document.published)),
        events=events,
    )


def _facts(sentences: Sequence[Sentence], language: Language, published: str | None) -> Iterator[str]:
    """The numbers, places and days of a text: what tells a report from another of the same template."""
    for number, sentence in enumerate(sentences):
        head = "h" if sentence.line == 0 and number == 0 else "b"
        for count in sentence.counts:
            if count.unit != "date" and count.quantity.min is not None:
                yield f"{head}:n:{count.quantity.min}"
        for phrase in sentence.dates:
            days = language.resolve_date(phrase, published)
            if days is not None:
                yield f"{head}:d:{days.start}/{days.end}"
        for phrase_ in sentence.phrases:
            if phrase_.kind == "places" and phrase_.hit is not None and phrase_.hit.code != "ordinary":
                yield f"{head}:p:{_code(phrase_.hit.value)}"


def _code(value: object) -> str:
    first = value[0] if isinstance(value, tuple) and value else value
    return str(getattr(first, "id", first))


def _events_in(events: Sequence[Event], sentence: Sentence) -> Iterator[int]:
    for k, event in enumerate(events):
        if any(sentence.start <= s.start < sentence.end for s in (event.trigger, *event.mentions)):
            yield k


# ---- one event ------------------------------------------------------------------------------------------------------


def _event(
    coded: CodedDocument, k: int, seats: Sequence[_Seat], tolls: Sequence[Toll], tools: tuple[Language, Terms, Lookup]
) -> EventSketch:
    language, terms, lookup = tools
    event = coded.events[k]
    own = [seat for seat in seats if k in seat.events]
    published = _day(coded, event)
    told = sorted({days for seat in own for days in _days_told(seat.sentence, language, published)})
    marks = set(_marks(own, event, terms))
    date = _date(event, seats, told, marks)
    return EventSketch(
        event=event.id,
        report=coded.document.id,
        anchor=f"{coded.document.id}:{event.trigger.start}:{event.type}",
        type=event.type,
        modes=event.modes,
        status=event.status,
        generic=event.generic,
        published=published,
        start=date[0] if date else None,
        end=date[1] if date else None,
        told=tuple(told),
        spots=tuple(_spot(p, own, lookup) for p in _plausible(coded, event.places)),
        actors=tuple(sorted({c for a in event.actor for c in _codes(a)})),
        parties=tuple(sorted({c for a in (*event.actor, *event.recipient) for c in _codes(a)})),
        weapons=tuple(sorted({w.kind for w in event.weapons})),
        objects=tuple(sorted({d.object for d in event.damage})),
        words=tuple(sorted({w for seat in own for w in _words(seat, event)})),
        marks=tuple(sorted(marks)),
        tolls=tuple(_with_peoples(event, tolls)),
        seats=tuple(sorted(_seat_of(s, seats) for s in (event.trigger, *event.mentions))),
        topics=tuple(talks.read_topics(coded.events, k, [(s.sentence, s.events) for s in seats], terms)),
    )


def _with_peoples(event: Event, tolls: Sequence[Toll]) -> Iterator[Toll]:
    """The totals, those that a person set in place of what the words were read as; the source is whose words they are."""
    fields = set(event.people).intersection(FIELDS)
    yield from (t for t in tolls if t.field not in fields)
    for figure in event.casualties:
        count = figure.quantity.min if figure.quantity.min is not None else figure.quantity.max
        if figure.outcome not in fields or figure.subset or count is None:
            continue
        read = next((t for t in tolls if t.field == figure.outcome), None)
        span = figure.span
        made = Toll(field=figure.outcome, count=count, start=span.start, end=span.end)
        yield msgspec.structs.replace(made, source=read.source, rank=read.rank) if read else made


def _days_told(sentence: Sentence, language: Language, published: str | None) -> Iterator[tuple[str, str]]:
    """The days that a sentence names, save those in the name of a group ("the 23 March Movement")."""
    for phrase in sentence.dates:
        if not _is_in_name(sentence, phrase.first):
            days = language.resolve_date(phrase, published)
            if days is not None and not (published and days.start > published[:10]):
                yield days.start, days.end


def _is_in_name(sentence: Sentence, at: int) -> bool:
    return any(p.kind == "actors" and p.first < at <= p.last for p in sentence.phrases)


def _date(
    event: Event, seats: Sequence[_Seat], told: Sequence[tuple[str, str]], marks: set[str]
) -> tuple[str, str] | None:
    """The days of an event as it was read, unless their words are part of a name, or it is recalled from years ago."""
    if "anniversary" in marks and event.date is not None and "date" not in event.people:
        past = [days for days in told if days[1] < event.date.start and days[1][:4] < event.date.start[:4]]
        if past:
            return past[0]
    if event.date is None:
        return None
    if "date" in event.people:
        return event.date.start, event.date.end
    span = event.date_text
    for seat in seats if span is not None else ():
        for i, token in enumerate(seat.sentence.tokens):
            if span is not None and token.start == span.start and _is_in_name(seat.sentence, i):
                return told[0] if len(told) == 1 else None
    return event.date.start, event.date.end


def _day(coded: CodedDocument, event: Event) -> str | None:
    story = coded.stories[event.story] if event.story < len(coded.stories) else None
    return (story.published if story else None) or coded.document.published


def _seat_of(span: Span, seats: Sequence[_Seat]) -> tuple[int, int, int]:
    number = next((s.number for s in seats if s.sentence.start <= span.start < s.sentence.end), -1)
    return span.start, span.end, number


def _codes(party: Participant) -> Iterator[str]:
    yield from (c for c in (party.id, party.name, party.country) if c)


def _plausible(coded: CodedDocument, places: Sequence[Place]) -> Iterator[Place]:
    """The places, without those that lie far from all else in the report, in a country that nobody in it is from."""
    every = {(p.id, p.country, p.lat, p.lon) for e in coded.events for p in e.places}
    countries = {a.country for e in coded.events for a in (*e.actor, *e.recipient) if a.name or a.id}
    for place in places:
        if place.why is not None and place.why.rule.startswith("judgement "):
            yield place
            continue
        others = [o for o in every if o[0] != place.id and o[2] is not None and o[3] is not None]
        is_alone = place.country not in countries and all(o[1] != place.country for o in others)
        if is_alone and others and place.lat is not None and place.lon is not None:
            far = all(distance_km(place.lat, place.lon, o[2] or 0.0, o[3] or 0.0) > _IMPLAUSIBLE_KM for o in others)
            if far:
                continue
        yield place


def name_words(language: Language, name: str) -> tuple[str, ...]:
    """Return the stems of the words that name a place, sorted: not its kind, no nisba."""
    found = language.read_sentences(name, 0, len(name))
    return tuple(sorted({t.word.light for s in found for t in s.tokens if _is_name(s, t)}))


def _spot(place: Place, own: Sequence[_Seat], lookup: Lookup) -> Spot:
    return Spot(
        id=place.id,
        name=place.name,
        level=place.level,
        country=place.country,
        lat=place.lat,
        lon=place.lon,
        within=lookup.within(place.id) if place.id else (),
        words=lookup.words(place.span.text),
        near=any(seat.sentence.start <= place.span.start < seat.sentence.end for seat in own),
    )


def _is_name(sentence: Sentence, token: object) -> bool:
    at = sentence.tokens.index(token)  # type: ignore[arg-type]
    kinds = {p.kind for p in sentence.phrases if p.first == at == p.last}
    return sentence.tokens[at].word.kind == "word" and not kinds & {"place_kinds", "nisbas"}


def _words(seat: _Seat, event: Event) -> Iterator[str]:
    """The stems of a sentence that may tell this incident from others; of a crowded one, those around the mention."""
    sentence = seat.sentence
    dull = {i for p in sentence.phrases if p.kind in _DULL for i in range(p.first, p.last + 1)}
    dull |= {i for d in sentence.dates for i in range(d.first, d.last + 1)}
    dull |= {i for c in sentence.counts for i in range(c.first, c.last + 1) if i != c.noun}
    spans = [s for s in (event.trigger, *event.mentions) if sentence.start <= s.start < sentence.end]
    for i, token in enumerate(sentence.tokens):
        word = token.word
        is_mention = any(s.start <= token.start < s.end for s in spans)
        if word.kind == "word" and i not in dull and not is_mention and len(word.light) >= _SHORTEST_STEM:
            yield word.light


def _marks(own: Sequence[_Seat], event: Event, terms: Terms) -> Iterator[str]:
    """What the words around the mentions say: a part of the day, that it is another one, a commemoration."""
    for seat in own:
        sentence = seat.sentence
        for date in sentence.dates:
            for token in sentence.tokens[date.first : date.last + 1]:
                yield from (r for r in terms.roles(token) if r in _PARTS_OF_DAY)
        starts = {s.start for s in (event.trigger, *event.mentions) if sentence.start <= s.start < sentence.end}
        heads = [i for i, token in enumerate(sentence.tokens) if token.start in starts]
        near = {j for i in heads for j in range(max(0, i - 2), i + 3)}
        for token in (sentence.tokens[j] for j in sorted(near) if j < len(sentence.tokens)):
            yield from (r for r in terms.roles(token) if r in ("other", "anniversary"))
        if any(_is_news(sentence, i, event.type, is_lead=seat.number <= 1) for i in heads):
            yield "new"


def _is_news(sentence: Sentence, at: int, kind: str, *, is_lead: bool) -> bool:
    """Whether a word brings an event up rather than coming back to it: neither "the attack" nor "the act of the exchange"
    does, nor a verb or a word of harm below the lead.
    """
    word, following = sentence.tokens[at].word, sentence.tokens[at + 1 : at + 2]
    if word.is_definite or any(t.word.is_definite and _names(t.word, kind) for t in following):
        return False
    is_harm = any(p.kind == "outcomes" and p.first <= at <= p.last for p in sentence.phrases)
    return is_lead or not (is_harm or _is_verb(word))


def _names(word: Word, kind: str) -> bool:
    return any(h.table == "triggers" and h.code == kind for h in word.hits)


def _is_verb(word: Word) -> bool:
    return any(h.form in ("past", "present") for h in word.hits)


# ---- totals ---------------------------------------------------------------------------------------------------------


def _assign_tolls(coded: CodedDocument, seats: Sequence[_Seat], terms: Terms, lookup: Lookup) -> list[list[Toll]]:
    """The totals of the report, each with the event that it belongs to."""
    given: list[list[Toll]] = [[] for _ in coded.events]
    latest: int | None = None
    since = 0
    speaker: tuple[str | None, str | None] = (None, None)
    for seat in seats:
        harmful = [k for k in seat.events if coded.events[k].type in ("ASSAULT", "RETREAT", "COERCE", "CRIME")]
        found = read_tolls(seat.sentence, terms)
        speaker = _speaker(coded, seat, terms, speaker)
        for total in found:
            owner = _owner(coded, seat, harmful, total)
            if (owner is None and not seat.events) or (owner is None and harmful == []):
                owner = latest if seat.number - since <= _REACH else None
            if owner is not None:
                given[owner].append(_toll(coded.events[owner], seat, total, (speaker, lookup)))
        if harmful:
            latest, since = harmful[-1] if found and len(harmful) == 1 else harmful[0], seat.number
    return [_merge(coded.events[k], own) for k, own in enumerate(given)]


def _owner(coded: CodedDocument, seat: _Seat, harmful: Sequence[int], total: Found) -> int | None:
    """The event of the sentence whose mention stands nearest to the number."""
    tokens = seat.sentence.tokens
    start, end = tokens[total.first].start, tokens[total.last].end

    def distance(k: int) -> tuple[int, int]:
        event = coded.events[k]
        spans = [s for s in (event.trigger, *event.mentions) if seat.sentence.start <= s.start < seat.sentence.end]
        return min(max(0, s.start - end, start - s.end) for s in spans), k

    return min(harmful, key=distance, default=None)


def _speaker(
    coded: CodedDocument, seat: _Seat, terms: Terms, before: tuple[str | None, str | None]
) -> tuple[str | None, str | None]:
    """Who speaks in a sentence (name, kind): its cited source, or words that name one beside a verb of speech."""
    sentence = seat.sentence
    found: list[tuple[bool, int, str, str | None]] = []
    for event in coded.events:
        attackers = {c for a in event.actor for c in _codes(a)}
        for source in event.source:
            if sentence.start <= source.span.start < sentence.end:
                inside = [t for t in sentence.tokens if source.span.start <= t.start < source.span.end]
                kind = terms.source_kind(inside)
                name = source.id or source.name or source.span.text
                # Who is accused in a sentence is seldom who speaks in it.
                found.append((name in attackers, source.span.start, name, kind[0] if kind else _kind_of(source.id)))
    if found:
        chosen = min(found, key=lambda f: (f[3] is None, f[0], f[1]))
        return chosen[2], chosen[3]
    if any(p.kind == "speech_verbs" for p in sentence.phrases):
        named = terms.source_kind(sentence.tokens)
        if named is not None:
            spoken, first, last = named
            body = next((_code(p.hit.value) for p in sentence.phrases if p.kind == "actors" and p.hit), None)
            words = coded.document.text[sentence.tokens[first].start : sentence.tokens[last].end]
            return (body if spoken in ("army", "party") else None) or words, spoken
        if seat.number and before[1] is not None:
            return before
    headed = terms.source_kind(sentence.tokens) if seat.number == 0 else None
    return None, headed[0] if headed else None


def _kind_of(actor: str | None) -> str | None:
    return "army" if actor and actor.split(":")[0] == "army" else None


def _toll(
    event: Event,
    seat: _Seat,
    total: Found,
    who: tuple[tuple[str | None, str | None], Lookup],
) -> Toll:
    (name, kind), lookup = who
    tokens = seat.sentence.tokens
    field = total.field
    if event.type in _RELEASES and field in ("captured", "displaced"):
        field = "released"
    return Toll(
        field=field,
        count=total.number,
        start=tokens[total.first].start,
        end=tokens[total.last].end,
        source=name,
        rank=_rank(event, name, kind, lookup),
        withdrawn=total.withdrawn,
        corrects=total.corrects,
    )


def _rank(event: Event, name: str | None, kind: str | None, lookup: Lookup) -> str:
    """How authoritative a source is on the victims of an event."""
    if kind == "counter":
        return "counter"
    if kind not in ("army", "party"):
        return "media"
    if event.type in _RELEASES:
        return "counter"
    country = lookup.country(name) if name and ":" in name else None
    attackers = {c for a in event.actor for c in _codes(a)}
    victims = {p.country for p in event.places[:1] if p.country}
    if name in attackers or (country and country in attackers and country not in victims):
        return "attacker"
    if country and victims and country not in victims:
        return "attacker"
    return "own-side" if country in victims and country else "attacker" if attackers & {name} else "media"


def _merge(event: Event, tolls: Sequence[Toll]) -> list[Toll]:
    """The totals of one event in one report: parts of an exchange go, equal ones said twice stay as evidence."""
    if event.type not in _RELEASES:
        return list(tolls)
    released = [t for t in tolls if t.field == "released"]
    others = [t for t in tolls if t.field != "released"]
    if not released:
        return others
    best = max(released, key=lambda t: (t.count, -t.start))
    return [*others, best]
