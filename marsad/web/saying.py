"""What a form says of words that a person picked in a report, as a correction; it is refused where it makes no sense."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from marsad.codebook import load_codebook
from marsad.corrections import FIELDS, OUTCOMES, THINGS, Correction
from marsad.errors import InputError
from marsad.gazetteer import Entry
from marsad.model import CodedDocument, DateRange, Participant, Place, Span
from marsad.overlay import Known
from marsad.resources import DATA, read_tsv
from marsad.suggesting import party_at, place_at
from marsad.web.desk import Desk
from marsad.web.view import day_of

_LONGEST_SPAN = 20_000
_MOST_PEOPLE = 10_000_000
_MOST_MONEY = 10**16
TABLES = {"weapon": "weapon", "damage": "object"}
"""The kind of code in the codebook of each field that is a kind of thing."""


class _CurrencyRow(msgspec.Struct, frozen=True):
    """A row of `currencies.tsv`."""

    word: str
    currency: str | None
    source: str


@functools.cache
def currencies() -> tuple[str, ...]:
    """Return the currencies that reading knows (ISO 4217), by code."""
    rows = read_tsv(DATA / "ar" / "currencies.tsv", _CurrencyRow)
    return tuple(sorted({row.currency for row in rows if row.currency}))


def span_of(given: Mapping[str, str], coded: CodedDocument) -> Span:
    """Return the words that a form names: by where they stand, or, typed in, where they stand first.

    Raises:
        InputError: there are no such words in the report.
    """
    text, typed = coded.document.text, given.get("words", "")
    if given.get("start", "").isascii() and given.get("start", "").isdigit() and given.get("end", "").isdigit():
        start, end = int(given["start"][:9]), int(given["end"][:9])
        if 0 <= start < end <= len(text) and end - start <= _LONGEST_SPAN and (not typed or text[start:end] == typed):
            return Span(start, end, text[start:end])
    at = text.find(typed) if typed else -1
    if at < 0:
        said = f"The words {typed[:80]!r} do not stand in this report; pick them in its text."
        raise InputError(said).known_as("pick_words", words=typed[:80])
    return Span(at, at + len(typed), typed)


def correction_of(form: Mapping[str, str], coded: CodedDocument, desk: Desk) -> Correction:
    """Return what a form says of words of a report.

    Raises:
        InputError: something is missing or makes no sense.
        CodebookError: there is no such type or status.
    """
    span = span_of(form, coded)
    what = form.get("what", "")
    if what == "noise":
        return Correction(kind="noise", span=span)
    if what == "add":
        return Correction(kind="add", span=span, **_kind_of(form))
    event = next((e for e in coded.events if e.id == form.get("event")), None)
    if event is None:
        raise InputError("Choose the event that these words belong to.").known_as("pick_event")
    seats = tuple((s.start, s.end) for s in (event.trigger, *event.mentions))
    about: dict[str, Any] = {"span": span, "seats": seats, "event": event.type}
    if what == "drop":
        return Correction(kind="drop", **about)
    field = form.get("field", "")
    if what not in ("set", "remove") or field not in FIELDS:
        said = f"{field or what!r} is nothing that can be said of words."
        raise InputError(said).known_as("pick_what", what=field or what)
    about |= {"field": field, "old": _old(form, coded)}
    if what == "remove":
        if field in ("type", "status"):
            said = "An event keeps a category and a status; set others, or say that it is no event."
            raise InputError(said).known_as("pick_keeps")
        return Correction(kind="remove", **about)
    return Correction(kind="set", **about, **_value(form, field, span, desk))


def _kind_of(form: Mapping[str, str]) -> dict[str, Any]:
    book = load_codebook()
    kind, status = form.get("type", ""), form.get("status") or "actual"
    if not kind:
        raise InputError("Choose the category of the event.").known_as("pick_type")
    book.check_type(kind)
    book.check_status(status)
    mode = form.get("mode") or None
    if mode is not None and mode not in book.modes_of(kind):
        mode = None  # the type was changed after the mode was chosen
    return {"type": kind, "status": status, "modes": (mode,) if mode else ()}


def _old(form: Mapping[str, str], coded: CodedDocument) -> Span | None:
    start, _, end = form.get("old", "").partition("-")
    if not (start.isascii() and start.isdigit() and end.isascii() and end.isdigit()):
        return None
    low, high = int(start[:9]), int(end[:9])
    return Span(low, high, coded.document.text[low:high])


def _value(form: Mapping[str, str], field: str, span: Span, desk: Desk) -> dict[str, Any]:
    if field == "type":
        made = _kind_of(form)
        return {"type": made["type"], "modes": made["modes"]}
    if field == "status":
        load_codebook().check_status(form.get("status", ""))
        return {"status": form["status"]}
    if field == "date":
        if not form.get("since"):
            raise InputError("Give the day.").known_as("pick_day")
        start = day_of(form["since"])
        end = day_of(form["until"]) if form.get("until") else start
        if end < start:
            raise InputError("The last day lies before the first.").known_as("days_order")
        return {"date": DateRange(start, end)}
    if field in OUTCOMES:
        least, most = _bounds(form, _MOST_PEOPLE)
        if least is None:
            raise InputError("Give the number of people.").known_as("pick_people")
        return {"count": least, "most": most}
    if field in THINGS:
        return _thing(form, field)
    if field == "money":
        return _money(form)
    known = desk.known()
    if field == "place":
        return {"place": _place(form, span, known)}
    return {"party": _party(form, span, known)}


def _thing(form: Mapping[str, str], field: str) -> dict[str, Any]:
    code = form.get("code", "")
    if not code:
        raise InputError("Choose what kind it is.").known_as("pick_kind")
    load_codebook().check(TABLES[field], code)
    least, most = _bounds(form, _MOST_PEOPLE)
    return {"code": code, "count": least, "most": most}


def _money(form: Mapping[str, str]) -> dict[str, Any]:
    least, most = _bounds(form, _MOST_MONEY)
    if least is None:
        raise InputError("Give the sum, in whole units of its currency.").known_as("pick_sum")
    currency = form.get("currency") or None
    if currency is not None and currency not in currencies():
        said = f"{currency[:20]!r} is no currency that reading knows; choose one from the list."
        raise InputError(said).known_as("pick_currency", code=currency[:20])
    return {"count": least, "most": most, "currency": currency}


def _bounds(form: Mapping[str, str], highest: int) -> tuple[int | None, int | None]:
    """The least and the most that a form gives: one number stands for both."""
    least, most = number_of(form.get("count", ""), highest), number_of(form.get("most", ""), highest)
    if least is None:
        least = most
    if least is not None and most is not None and most < least:
        raise InputError("The upper number is less than the lower one.").known_as("numbers_order")
    return least, most if most is not None else least


def number_of(text: str, highest: int = _MOST_PEOPLE) -> int | None:
    """Return a whole number as people type it, in digits of either script; None where nothing is typed.

    Raises:
        InputError: it is none, or too large.
    """
    plain = _BETWEEN.sub("", text)
    if not plain:
        return None
    if not plain.isdecimal() or int(plain[:20]) > highest:
        said = f"{text[:40]!r} is no number that can stand here; write digits, like 12."
        raise InputError(said).known_as("number", text=text[:40])
    return int(plain)


_BETWEEN = re.compile("[,\u066c\u060c\\s]")
"""What people write between digits: commas of both scripts, spaces."""


def _place(form: Mapping[str, str], span: Span, known: Known) -> Place:
    wanted = form.get("other") or form.get("choice", "")
    entry: Entry | None = known.gazetteer.entry(wanted) if wanted else None
    if entry is None and wanted:
        entry = next(iter(known.gazetteer.candidates(known.fold(wanted))), None)
    if entry is None:
        name = wanted or span.text[:80]
        said = f"The gazetteer knows no place {name!r}; add it on the page of words first."
        raise InputError(said).known_as("pick_place", name=name)
    return place_at(span, entry)


def _party(form: Mapping[str, str], span: Span, known: Known) -> Participant:
    wanted = form.get("other") or form.get("choice", "")
    if not wanted:
        return party_at(span, None)
    party = known.actors.party(wanted)
    actor = known.actors.state(party.country) if party.country else known.actors.actor(party.id) if party.id else None
    if actor is None:
        said = f"The lexicon knows no actor {wanted!r}; add it on the page of words first, or leave it empty."
        raise InputError(said).known_as("pick_party", name=wanted)
    return party_at(span, actor)
