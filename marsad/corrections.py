"""What people say of words in a report: a value of an event, an event that was missed, a stretch that is no report.

Pure: `apply` takes what the machine read and what people said, the earliest first, and returns what holds. A correction
names its words and, where it is about an event, the places of the event's mentions, so that it holds for whatever another
reading finds there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeVar

import msgspec

from marsad.model import (
    Casualty,
    CodedDocument,
    Damage,
    DateRange,
    Event,
    Money,
    Participant,
    Place,
    Quantity,
    Span,
    Story,
    Weapon,
    Why,
)

KINDS = ("set", "remove", "add", "drop", "noise")
"""Setting a value, removing one, adding an event, saying that an event is none, saying that words are no report."""

OUTCOMES = ("killed", "injured", "released", "missing", "captured", "abducted", "displaced", "trapped")
THINGS = ("weapon", "damage")
"""Fields that are a kind of thing with its count."""

FIELDS = ("place", "actor", "recipient", "date", *OUTCOMES, *THINGS, "money", "type", "status")
"""The values that people set."""

ADDED = "event"
"""How an event that a person added is marked among `Event.people`."""

Piece = TypeVar("Piece", Place, Participant, Casualty, Weapon, Damage)


class Correction(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a person said. `kind` is one of `KINDS`, `span` the words picked; `seats` and `event` (its type) name the event,
    `old` the words of the value that the new one replaces (None: it comes in addition). Of the values at the end those are
    set that `field` asks for: `code` is a kind of weapon or of what was damaged, `count` and `most` are its number, or the
    least and the most of a sum in `currency`.
    """

    kind: str
    span: Span
    field: str | None = None
    seats: tuple[tuple[int, int], ...] = ()
    event: str | None = None
    old: Span | None = None
    type: str | None = None
    modes: tuple[str, ...] = ()
    status: str | None = None
    place: Place | None = None
    party: Participant | None = None
    date: DateRange | None = None
    count: int | None = None
    most: int | None = None
    code: str | None = None
    currency: str | None = None


class Said(NamedTuple):
    """A correction in force with its number in the log, and who said it."""

    number: int
    author: str
    correction: Correction


def apply(coded: CodedDocument, said: Sequence[Said]) -> CodedDocument:
    """Return a reading as people corrected it; the same object where nothing they said holds for this text.

    Words that do not stand where they were picked are looked for elsewhere; if they stand nowhere, or several times, what
    was said of them waits for a text in which they do.
    """
    events, stories = list(coded.events), list(coded.stories)
    changed = False
    for one in said:
        span = place_of(one.correction.span, coded.document.text)
        if span is None:
            continue
        made = _apply(events, stories, _moved(one, span), span)
        changed = changed or made
    if not changed:
        return coded
    named = [_named(coded.document.id, event) for event in events]
    return msgspec.structs.replace(coded, events=tuple(named), stories=tuple(stories))


def place_of(span: Span, text: str) -> Span | None:
    """Return where words stand in a text: where they were, or the one other place."""
    if text[span.start : span.end] == span.text:
        return span
    at = text.find(span.text)
    if at < 0 or text.find(span.text, at + 1) >= 0:
        return None
    return Span(at, at + len(span.text), span.text)


def _moved(one: Said, span: Span) -> Said:
    """What was said, its event and the old value sought as far from the words as they were."""
    by = span.start - one.correction.span.start
    if not by:
        return one
    seats = tuple((start + by, end + by) for start, end in one.correction.seats)
    old = one.correction.old
    old = Span(old.start + by, old.end + by, old.text) if old else None
    return one._replace(correction=msgspec.structs.replace(one.correction, seats=seats, old=old))


def _named(report: str, event: Event) -> Event:
    """The event under the id of its report: the number of the judgement names what people added."""
    if event.id.startswith("h"):
        return msgspec.structs.replace(event, id=f"{report}:{event.id}")
    return event


def _apply(events: list[Event], stories: list[Story], one: Said, span: Span) -> bool:
    correction = one.correction
    if correction.kind == "noise":
        events[:] = [kept for event in events if (kept := _outside(event, span)) is not None]
        _add_noise(stories, span)
        return True
    if correction.kind == "add":
        at = find(events, ((span.start, span.end),), correction.type)
        if at is None or events[at].type != correction.type:
            events.append(_event(one, span, stories))
        else:
            # Another reading found it too: it is one event, and a person vouches for it.
            events[at] = _marked(events[at], ADDED, one, span)
        return True
    at = find(events, correction.seats, correction.event)
    if at is None:
        return False
    if correction.kind == "drop":
        del events[at]
    else:
        events[at] = _changed(events[at], one, span)
    return True


def find(events: Sequence[Event], seats: Iterable[tuple[int, int]], kind: str | None) -> int | None:
    """Return the number of the event that stands at these places: the one that shares most of them, of its type if several
    do; None where none does.
    """
    wanted = list(seats)

    def rank(number: int) -> tuple[int, bool, int]:
        event = events[number]
        spans = (event.trigger, *event.mentions)
        shared = sum(any(start < s.end and s.start < end for s in spans) for start, end in wanted)
        return shared, event.type == kind, -number

    best = max(range(len(events)), key=rank, default=None)
    return best if best is not None and rank(best)[0] else None


def _why(one: Said, span: Span) -> Why:
    return Why(rule=f"judgement {one.number}: {one.author}", words=span.text)


def _event(one: Said, span: Span, stories: Sequence[Story]) -> Event:
    correction, why = one.correction, _why(one, span)
    story = next((k for k, s in enumerate(stories) if s.start <= span.start < s.end), 0)
    return Event(
        id=f"h{one.number}",
        type=correction.type or "",
        trigger=span,
        modes=correction.modes,
        status=correction.status or "actual",
        confidence=1.0,
        story=story,
        people=(ADDED,),
        why={"type": why, "status": why},
    )


_WHY = {"place": "places", "weapon": "weapons", ADDED: "type"}
"""Under which name an event keeps why a field is as it is, where that is not the field's own."""


def _marked(event: Event, field: str, one: Said, span: Span, **values: object) -> Event:
    """The event with values that a person set."""
    people = tuple(dict.fromkeys((*event.people, field)))
    why = {**event.why, _WHY.get(field, field): _why(one, span)}
    if field == ADDED:
        values = {**values, "confidence": 1.0}
    return msgspec.structs.replace(event, people=people, why=why, **values)


def _changed(event: Event, one: Said, span: Span) -> Event:
    """The event with a value set or removed."""
    c, field = one.correction, one.correction.field or ""
    is_set = c.kind == "set"
    why = _why(one, span)
    if field == "type" and c.type:
        return _marked(event, field, one, span, type=c.type, modes=c.modes)
    if field == "status" and c.status:
        return _marked(event, field, one, span, status=c.status)
    if field == "date":
        return _marked(event, field, one, span, date=c.date if is_set else None, date_text=span if is_set else None)
    if field == "place":
        made = msgspec.structs.replace(c.place, span=span, why=why) if is_set and c.place else None
        return _marked(event, field, one, span, places=_put(event.places, made, c.old))
    if field in ("actor", "recipient"):
        party = msgspec.structs.replace(c.party, span=span, why=why) if is_set and c.party else None
        return _marked(event, field, one, span, **{field: _put(getattr(event, field), party, c.old)})
    if field in OUTCOMES:
        own = tuple(v for v in event.casualties if v.outcome == field)
        others = tuple(v for v in event.casualties if v.outcome != field)
        quantity = Quantity(min=c.count, max=c.most)
        figure = Casualty(span=span, outcome=field, who="person", quantity=quantity, why=why) if is_set else None
        return _marked(event, field, one, span, casualties=(*others, *_put(own, figure, c.old)))
    return _equipped(event, one, span)


def _equipped(event: Event, one: Said, span: Span) -> Event:
    """The event with a weapon, a damage or a sum of money set or removed."""
    c, field = one.correction, one.correction.field or ""
    is_set, why = c.kind == "set", _why(one, span)
    # "Several" has no count: a person who leaves the number out says just that it was there.
    quantity = Quantity(min=c.count, max=c.most)
    if field == "weapon":
        weapon = Weapon(span=span, kind=c.code, quantity=quantity, why=why) if is_set and c.code else None
        return _marked(event, field, one, span, weapons=_put(event.weapons, weapon, c.old))
    if field == "damage":
        damage = Damage(span=span, object=c.code, quantity=quantity, why=why) if is_set and c.code else None
        return _marked(event, field, one, span, damage=_put(event.damage, damage, c.old))
    if field == "money":
        money = Money(span=span, min=c.count, max=c.most, currency=c.currency, why=why) if is_set else None
        return _marked(event, field, one, span, money=money)
    return event


def _put(values: tuple[Piece, ...], made: Piece | None, old: Span | None) -> tuple[Piece, ...]:
    """The values with a new one at the place of an old one, or after them; without the old one where there is no new one."""
    found = list(values)
    at = next((k for k, v in enumerate(found) if old and v.span.start < old.end and old.start < v.span.end), None)
    if at is not None:
        found[at : at + 1] = [made] if made is not None else []
    elif made is not None:
        found.append(made)
    return tuple(found)


# ---- noise ----------------------------------------------------------------------------------------------------------


def _is_in(span: Span, noise: Span) -> bool:
    return noise.start <= span.start and span.end <= noise.end


def _outside(event: Event, noise: Span) -> Event | None:
    """What is left of an event without the words in a stretch of noise; None if nothing tells it any more."""
    spans = [s for s in (event.trigger, *event.mentions) if not _is_in(s, noise)]
    if not spans:
        return None
    is_dated = event.date_text is None or not _is_in(event.date_text, noise)
    return msgspec.structs.replace(
        event,
        trigger=spans[0],
        mentions=tuple(spans[1:]),
        places=tuple(v for v in event.places if not _is_in(v.span, noise)),
        actor=tuple(v for v in event.actor if not _is_in(v.span, noise)),
        recipient=tuple(v for v in event.recipient if not _is_in(v.span, noise)),
        casualties=tuple(v for v in event.casualties if not _is_in(v.span, noise)),
        weapons=tuple(v for v in event.weapons if not _is_in(v.span, noise)),
        damage=tuple(v for v in event.damage if not _is_in(v.span, noise)),
        source=tuple(v for v in event.source if not _is_in(v.span, noise)),
        money=event.money if event.money is None or not _is_in(event.money.span, noise) else None,
        date=event.date if is_dated else None,
        date_text=event.date_text if is_dated else None,
    )


def _add_noise(stories: list[Story], span: Span) -> None:
    for k, story in enumerate(stories):
        if story.start < span.end and span.start < story.end:
            noise = tuple(sorted({*story.noise, (span.start, span.end)}))
            stories[k] = msgspec.structs.replace(story, noise=noise)
