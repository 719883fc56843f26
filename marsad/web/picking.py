"""Words that a person picks in a report: what they may mean, and what the person says of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote as quoted

import msgspec
from litestar import Request, Response, get, post
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from marsad.codebook import load_codebook
from marsad.corrections import FIELDS, OUTCOMES, THINGS
from marsad.errors import CodebookError, InputError
from marsad.model import CodedDocument, Event, Span
from marsad.record import StoredJudgement, query
from marsad.suggesting import Suggested
from marsad.web.desk import desk_of, needs, who
from marsad.web.labels import Labels
from marsad.web.saying import TABLES, correction_of, currencies, span_of
from marsad.web.templating import labels_of, page

_CODER = [needs("coder")]
_LONGEST = 2_000
_LONGEST_SPAN = 20_000
_REFUSED = 422
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
    given = {key: str(value).strip()[:_LONGEST] for key, value in request.query_params.items()}
    return _show(request, given)


def _show(
    request: Request[Any, Any, Any], given: Mapping[str, str], problem: str | None = None, status: int = 200
) -> Response[str]:
    """The form, filled with what was written already; `problem` says why that was refused."""
    desk, labels = desk_of(request), labels_of(request)
    coded = desk.look(lambda connection: query.find(connection, given.get("report", "")))[1]
    span = span_of(given, coded)
    found = desk.suggest(span.text[:_LONGEST], _published(coded, span))
    values = {"span": span, "report": coded.document.id, **_form(given, (coded, span), found, labels)}
    return page(request, "pick.html", {**values, "given": given, "problem": problem}, status)


def _published(coded: CodedDocument, span: Span) -> str | None:
    story = next((s for s in coded.stories if s.start <= span.start < s.end), None)
    return (story.published if story else None) or coded.document.published


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
    kind = given.get("type") or (found.types[0] if found.types else "")
    if what == "set" and field == "type" and chosen is not None:
        kind = given.get("type") or chosen.type
    status = chosen.status if what == "set" and chosen is not None else "actual"
    about = _figures(given, field, found)
    return {
        "what": what if what in WHATS else "set",
        "event": chosen,
        "field": field,
        "whats": [Option(code, labels.say(f"pick_{code}"), code == what) for code in whats],
        "events": [Option(e.id, f"{labels.code('type', e.type)} «{e.trigger.text}»", e is chosen) for e in events],
        "fields": [Option(code, field_name(code, labels), code == field) for code in FIELDS],
        "olds": list(_olds(chosen, field, span, labels)) if chosen else [],
        **_kinds(given, kind, chosen if what == "set" else None, labels),
        "statuses": [Option(c, labels.code("status", c), c == status) for c in load_codebook().statuses],
        "choices": list(_choices(field, found, labels)),
        "codes": list(_codes(given, field, found, labels)),
        "days": (given.get("since") or _iso(found, 0), given.get("until") or _iso(found, 1)),
        **about,
        "is_figure": field in OUTCOMES,
        "is_thing": field in THINGS,
        "is_party": field in ("actor", "recipient"),
    }


def _kinds(given: Mapping[str, str], kind: str, chosen: Event | None, labels: Labels) -> dict[str, list[Option]]:
    """The types to choose from, and the modes of the one that is chosen."""
    book = load_codebook()
    modes = book.modes_of(kind) if kind in book.types else ()
    mode = given.get("mode") or (chosen.modes[0] if chosen and chosen.type == kind and chosen.modes else "")
    return {
        "types": [Option(code, labels.code("type", code), code == kind) for code in book.types],
        "modes": [Option(code, labels.code("mode", f"{kind}.{code}"), code == mode) for code in modes],
    }


def _iso(found: Suggested, end: int) -> str:
    """The first or the last of the days that words tell; empty if they tell none."""
    return (found.days.start, found.days.end)[end] if found.days else ""


def _figures(given: Mapping[str, str], field: str, found: Suggested) -> dict[str, Any]:
    """The numbers that the form begins with, and the currency of a sum: those written before, else those of the words."""
    quantity = found.money.quantity if field == "money" and found.money else found.count
    least = quantity.min if quantity else None
    most = quantity.max if quantity and quantity.max != quantity.min else None
    currency = given.get("currency") or (found.money.currency if found.money else None)
    return {
        "count": given.get("count") or ("" if least is None else str(least)),
        "most": given.get("most") or ("" if most is None else str(most)),
        "currencies": [Option(code, code, code == currency) for code in currencies()],
    }


def _codes(given: Mapping[str, str], field: str, found: Suggested, labels: Labels) -> Iterable[Option]:
    """The kinds of weapons, or of what is damaged, that of the words chosen."""
    if field not in THINGS:
        return
    book = load_codebook()
    read, every = (found.weapons, book.weapons) if field == "weapon" else (found.objects, book.objects)
    wanted = given.get("code", "")
    if wanted not in every:
        wanted = read[0] if read else ""
    for code in every:
        yield Option(code, labels.code(TABLES[field], code), code == wanted)


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
    if found.money is not None:
        return "money"
    if found.weapons or found.objects:
        return "weapon" if found.weapons else "damage"
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
    elif field == "weapon":
        values = [(w.span, labels.wording.counted("weapon", w.kind, w.quantity)) for w in event.weapons]
    elif field == "damage":
        values = [(d.span, labels.wording.counted("object", d.object, d.quantity)) for d in event.damage]
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

    is_part = "hx-request" in request.headers
    try:
        number, event = await asyncio.to_thread(work)
    except (InputError, CodebookError) as error:
        if not is_part:
            raise
        said = labels_of(request).refusal(error)
        return await asyncio.to_thread(_show, request, form, said, _REFUSED)
    values = {"noted": str(number), **({"event": event} if event else {})}
    led = Redirect(f"/reports/{quoted(form['report'])}", query_params=values, status_code=303)
    # A script that follows a redirect would put the whole page in place of the form.
    return Response(b"", status_code=200, headers={"hx-redirect": led.url}) if is_part else led


ROUTES: tuple[ControllerRouterHandler, ...] = (pick, say)
