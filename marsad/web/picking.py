"""Words that a person picks in a report: what they may mean, and what the person says of them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote as quoted

import msgspec
from litestar import Request, Response, get, post
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from marsad.codebook import load_codebook
from marsad.corrections import FIELDS, OUTCOMES, Correction
from marsad.errors import InputError
from marsad.gazetteer import Entry
from marsad.model import CodedDocument, DateRange, Event, Participant, Place, Span
from marsad.overlay import Known
from marsad.record import StoredJudgement, query
from marsad.suggesting import Suggested, party_at, place_at
from marsad.web.desk import Desk, desk_of, needs, who
from marsad.web.labels import Labels
from marsad.web.templating import labels_of, page
from marsad.web.view import day_of

_CODER = [needs("coder")]
_LONGEST = 2_000
_LONGEST_SPAN = 20_000
_MOST = 10_000_000
WHATS = ("set", "add", "noise", "drop")
"""What a person may say: a value of an event, an event that was missed, no part of the report, no event at all."""


class Option(msgspec.Struct, frozen=True):
    """Something to choose: its code, its name, whether it is chosen."""

    code: str
    name: str
    chosen: bool = False


@get("/pick", guards=_CODER, sync_to_thread=True)
def pick(request: Request[Any, Any, Any]) -> Response[str]:
    """Show what may be said of the words that a person picked in a report."""
    desk, labels = desk_of(request), labels_of(request)
    given = {key: str(value).strip()[:_LONGEST] for key, value in request.query_params.items()}
    coded = desk.look(lambda connection: query.find(connection, given.get("report", "")))[1]
    span = span_of(given, coded)
    found = desk.suggest(span.text[:_LONGEST], _published(coded, span))
    values = {"span": span, "report": coded.document.id, **_form(given, (coded, span), found, labels)}
    return page(request, "pick.html", values)


def _published(coded: CodedDocument, span: Span) -> str | None:
    story = next((s for s in coded.stories if s.start <= span.start < s.end), None)
    return (story.published if story else None) or coded.document.published


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
        raise InputError(f"The words {typed[:80]!r} do not stand in this report; pick them in its text.")
    return Span(at, at + len(typed), typed)


# ---- what may be said -----------------------------------------------------------------------------------------------


def _form(
    given: Mapping[str, str], picked: tuple[CodedDocument, Span], found: Suggested, labels: Labels
) -> dict[str, Any]:
    span, events = picked[1], picked[0].events
    whats = WHATS if events else ("add", "noise")
    what = given.get("what") or ("set" if events else "add")
    chosen = next((e for e in events if e.id == given.get("event")), None) or _nearest(events, span)
    wanted = given.get("field", "")
    field = wanted if wanted in FIELDS else _likely(found)
    book = load_codebook()
    kind = given.get("type") or (found.types[0] if found.types else "")
    if what == "set" and field == "type" and chosen is not None:
        kind = given.get("type") or chosen.type
    status = chosen.status if what == "set" and chosen is not None else "actual"
    return {
        "what": what if what in WHATS else "set",
        "event": chosen,
        "field": field,
        "whats": [Option(code, labels.say(f"pick_{code}"), code == what) for code in whats],
        "events": [Option(e.id, f"{labels.code('type', e.type)} «{e.trigger.text}»", e is chosen) for e in events],
        "fields": [Option(code, field_name(code, labels), code == field) for code in FIELDS],
        "olds": list(_olds(chosen, field, span, labels)) if chosen else [],
        "types": [Option(code, labels.code("type", code), code == kind) for code in book.types],
        "statuses": [Option(code, labels.code("status", code), code == status) for code in book.statuses],
        "choices": list(_choices(field, found, labels)),
        "days": found.days,
        "count": found.count,
        "is_figure": field in OUTCOMES,
        "is_party": field in ("actor", "recipient"),
    }


def field_name(field: str, labels: Labels) -> str:
    """Return the name of a field that people set."""
    if field in OUTCOMES:
        return labels.code("outcome", field)
    return labels.say(field) if labels.has(field) else field


def _nearest(events: tuple[Event, ...], span: Span) -> Event | None:
    """The event whose words stand nearest to those picked."""

    def distance(event: Event) -> int:
        spans = (event.trigger, *event.mentions)
        return min(max(0, s.start - span.end, span.start - s.end) for s in spans)

    return min(events, key=distance, default=None)


def _likely(found: Suggested) -> str:
    """The field that words most likely belong to."""
    if found.days is not None:
        return "date"
    if found.count is not None:
        return "killed"
    return "actor" if found.actors and not found.places else "place"


def _olds(event: Event, field: str, span: Span, labels: Labels) -> Any:
    """The values that the new one may replace; it comes in addition where its words are none of theirs."""
    values: list[tuple[Span, str]] = []
    if field == "place":
        values = [(p.span, labels.wording.place(p)) for p in event.places]
    elif field in ("actor", "recipient"):
        values = [(p.span, labels.wording.party(p)) for p in getattr(event, field)]
    elif field in OUTCOMES:
        values = [(c.span, labels.wording.casualty(c)) for c in event.casualties if c.outcome == field]
    overlapping = next((k for k, (s, _) in enumerate(values) if s.start < span.end and span.start < s.end), None)
    at = overlapping if overlapping is not None else 0
    for k, (old, name) in enumerate(values):
        yield Option(f"{old.start}-{old.end}", name, k == at)


def _choices(field: str, found: Suggested, labels: Labels) -> Any:
    if field == "place":
        for k, e in enumerate(found.places):
            where = labels.join(filter(None, (labels.code("level", e.level), labels.country(e.country))))
            yield Option(e.id, f"{e.name} ({where})", k == 0)
    elif field in ("actor", "recipient"):
        for k, a in enumerate(found.actors):
            yield Option(a.id, a.name, k == 0)


# ---- what a person says -----------------------------------------------------------------------------------------------


# A path of its own: Litestar wraps handlers that share a path with another method once too often.
@post("/pick/say", guards=_CODER)
async def say(request: Request[Any, Any, Any]) -> Response[Any]:
    """Note what a person says of the words, and lead back to the report, where it holds."""
    desk, person = desk_of(request), who(request)
    form = {key: str(value).strip()[:_LONGEST_SPAN] for key, value in (await request.form()).items()}

    def work() -> tuple[int, str]:
        coded = desk.look(lambda connection: query.find(connection, form.get("report", "")))[1]
        made = correction_of(form, coded, desk)
        reason = form.get("reason", "")[:_LONGEST] or None
        said = StoredJudgement(key=0, at="", author="", kind=made.kind, left=coded.document.id, detail=made)
        number = desk.judge(msgspec.structs.replace(said, field=made.field, reason=reason), person)
        return number, f"{coded.document.id}:h{number}" if made.kind == "add" else form.get("event", "")

    number, event = await asyncio.to_thread(work)
    values = {"noted": str(number), **({"event": event} if event else {})}
    return Redirect(f"/reports/{quoted(form['report'])}", query_params=values, status_code=303)


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
        raise InputError("Choose the event that these words belong to.")
    seats = tuple((s.start, s.end) for s in (event.trigger, *event.mentions))
    about: dict[str, Any] = {"span": span, "seats": seats, "event": event.type}
    if what == "drop":
        return Correction(kind="drop", **about)
    field = form.get("field", "")
    if what not in ("set", "remove") or field not in FIELDS:
        raise InputError(f"{field or what!r} is nothing that can be said of words.")
    about |= {"field": field, "old": _old(form, coded)}
    if what == "remove":
        if field in ("type", "status"):
            raise InputError("An event keeps a category and a status; set others, or say that it is no event.")
        return Correction(kind="remove", **about)
    return Correction(kind="set", **about, **_value(form, field, span, desk))


def _kind_of(form: Mapping[str, str]) -> dict[str, Any]:
    book = load_codebook()
    kind, status = form.get("type", ""), form.get("status") or "actual"
    if not kind:
        raise InputError("Choose the category of the event.")
    book.check_type(kind)
    book.check_status(status)
    return {"type": kind, "status": status}


def _old(form: Mapping[str, str], coded: CodedDocument) -> Span | None:
    start, _, end = form.get("old", "").partition("-")
    if not (start.isascii() and start.isdigit() and end.isascii() and end.isdigit()):
        return None
    low, high = int(start[:9]), int(end[:9])
    return Span(low, high, coded.document.text[low:high])


def _value(form: Mapping[str, str], field: str, span: Span, desk: Desk) -> dict[str, Any]:
    if field == "type":
        return {"type": _kind_of(form)["type"]}
    if field == "status":
        load_codebook().check_status(form.get("status", ""))
        return {"status": form["status"]}
    if field == "date":
        if not form.get("since"):
            raise InputError("Give the day.")
        start = day_of(form["since"])
        end = day_of(form["until"]) if form.get("until") else start
        if end < start:
            raise InputError("The last day lies before the first.")
        return {"date": DateRange(start, end)}
    if field in OUTCOMES:
        least, most = _number(form.get("count", "")), _number(form.get("most", ""))
        if least is None and most is None:
            raise InputError("Give the number of people.")
        return {"count": least, "most": most if most is not None else least}
    known = desk.known()
    if field == "place":
        return {"place": _place(form, span, known)}
    return {"party": _party(form, span, known)}


def _number(text: str) -> int | None:
    plain = text.replace(",", "")
    if not plain:
        return None
    if not plain.isdigit() or int(plain) > _MOST:
        raise InputError(f"{text!r} is no number of people; write digits, like 12.")
    return int(plain)


def _place(form: Mapping[str, str], span: Span, known: Known) -> Place:
    wanted = form.get("other") or form.get("choice", "")
    entry: Entry | None = known.gazetteer.entry(wanted) if wanted else None
    if entry is None and wanted:
        entry = next(iter(known.gazetteer.candidates(known.fold(wanted))), None)
    if entry is None:
        raise InputError(f"The gazetteer knows no place {wanted or span.text!r}; add it on the page of words first.")
    return place_at(span, entry)


def _party(form: Mapping[str, str], span: Span, known: Known) -> Participant:
    wanted = form.get("other") or form.get("choice", "")
    if not wanted:
        return party_at(span, None)
    party = known.actors.party(wanted)
    actor = known.actors.state(party.country) if party.country else known.actors.actor(party.id) if party.id else None
    if actor is None:
        raise InputError(
            f"The lexicon knows no actor {wanted!r}; add it on the page of words first, or leave it empty."
        )
    return party_at(span, actor)


ROUTES: tuple[ControllerRouterHandler, ...] = (pick, say)
