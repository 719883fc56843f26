"""One report: its untouched text with the evidence of every value marked, the events beside it, its copies and versions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec
import sqlalchemy as sa
from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from marsad.codebook import load_codebook
from marsad.export.page import FIELDS, Mark, mark_up
from marsad.export.wording import Value
from marsad.model import Casualty, CodedDocument, Event
from marsad.record import judging, query
from marsad.record.incidents import incident_of
from marsad.record.schema import copies, documents
from marsad.record.versions import differences, list_versions
from marsad.web.desk import desk_of, needs
from marsad.web.incident import noted_of
from marsad.web.labels import Labels
from marsad.web.picking import field_name
from marsad.web.templating import labels_of, page

_READER = [needs("reader")]
_ROWS = ("actor", "recipient", "place", "date", "casualties", "damage", "weapon", "money", "source", "mention")
# Browsers make one line break of a carriage return with what follows; whoever counts characters needs both.
_LONGEST_QUOTE = 160
_RETURN = re.compile("\r(\n?)")
_CODE = re.compile("\\b[A-Z]{3}\\b")
_UNSEEN = re.compile("[\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]")


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A value of an event beside the text; `key` is what its words carry."""

    key: str
    value: Value
    reasons: tuple[str, ...]


class EventCard(msgspec.Struct, frozen=True, kw_only=True):
    """An event beside the text that tells it."""

    key: str
    event: Event
    family: str
    kind: str
    modes: str
    status: str
    share: int
    triggers: tuple[Shown, ...]
    rows: tuple[tuple[str, tuple[Shown, ...]], ...]
    judged: tuple[tuple[str, tuple[str, ...]], ...]
    incident: str | None


@get("/reports/{name:path}", guards=_READER, sync_to_thread=True)
def report(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[str]:
    """Show a report; `?event=` lights one of its events."""
    desk, labels = desk_of(request), labels_of(request)
    wanted = name.removeprefix("/")

    def gather(connection: sa.Connection) -> dict[str, Any]:
        stored, coded, _ = query.find(connection, wanted)
        cards = [_card(number, e, labels, incident_of(connection, e.id)) for number, e in enumerate(coded.events)]
        versions = list_versions(connection, stored.id)
        return {
            "stored": stored,
            "coded": coded,
            "cards": cards,
            "text": _marked(coded, cards),
            "used": [f for f in FIELDS if any(s.value.field == f for c in cards for s in _all(c))],
            "copies": _copies(connection, stored.id),
            "versions": versions,
            "diff": differences(versions[1].text, versions[0].text) if len(versions) > 1 else [],
            "history": list(_history(connection, stored.id, labels)),
            "is_link": bool(re.match(r"https?://", stored.url or "")),
        }

    values = desk.look(gather)
    given = {key: request.query_params.get(key, "") for key in ("event", "pick", "field")}
    return page(request, "report.html", {**values, "lit": given["event"], "given": given, "noted": noted_of(request)})


def _history(connection: sa.Connection, name: str, labels: Labels) -> Iterable[dict[str, Any]]:
    """What people said of words of this report, the latest first."""
    for j in reversed(judging.list_all_of(connection, name)):
        if j.detail is None:
            continue
        field = field_name(j.detail.field, labels) if j.detail.field else ""
        kind = labels.code("type", j.detail.type) if j.detail.type else ""
        said = labels.say(f"text_{j.detail.kind}", field=field, type=kind)
        words = j.detail.span.text
        yield {
            "judgement": j,
            "said": said,
            "words": words if len(words) <= _LONGEST_QUOTE else words[:_LONGEST_QUOTE] + "…",
        }


def _card(number: int, event: Event, labels: Labels, incident: str | None) -> EventCard:
    wording = labels.wording
    shown = [
        Shown(key=f"e{number}v{i}", value=v, reasons=tuple(wording.reasons(v.why)) if v.why else ())
        for i, v in enumerate(_worded(v, event, labels) for v in wording.values(event))
    ]
    rows = ((field, tuple(s for s in shown if s.value.field == field)) for field in _ROWS)
    judged = (
        (f"{labels.say(field)}: {text}", tuple(wording.reasons(why)) if why else ())
        for field, text, why in wording.judged(event)
    )
    return EventCard(
        key=f"e{number}",
        event=event,
        family=load_codebook().quad(event.type),
        kind=labels.code("type", event.type),
        modes=wording.modes(event),
        status=labels.code("status", event.status),
        share=round(100 * (event.confidence or 0.0)),
        triggers=tuple(s for s in shown if s.value.field == "trigger"),
        rows=tuple((field, found) for field, found in rows if found),
        judged=tuple(judged),
        incident=incident,
    )


def _worded(value: Value, event: Event, labels: Labels) -> Value:
    """A day, a count of people or a country as the rest of the desk writes it."""
    if value.field == "date" and event.date is not None:
        return msgspec.structs.replace(value, text=labels.days(event.date.start, event.date.end))
    if value.field == "casualties":
        told = (_counted(c, labels) for c in event.casualties if c.span == value.span)
        return msgspec.structs.replace(value, text=next((t for t in told if t), value.text))
    if value.field in ("actor", "recipient", "place"):
        named = (_CODE.sub(lambda found: labels.country(found[0]), note) for note in value.notes)
        notes = tuple(note for note in named if note != value.text)
        return msgspec.structs.replace(value, notes=notes)
    return value


def _counted(casualty: Casualty, labels: Labels) -> str:
    """An exact count of people in words; empty where the report gives none."""
    count, key = casualty.quantity.min, f"count_{casualty.outcome}"
    if count is None or count != casualty.quantity.max or not labels.has(key):
        return ""
    who = "" if casualty.who == "person" else f" ({labels.code('who', casualty.who)})"
    return labels.say(key, count=count) + who


def _all(card: EventCard) -> Iterable[Shown]:
    yield from card.triggers
    for _, shown in card.rows:
        yield from shown


def _marked(coded: CodedDocument, cards: Iterable[EventCard]) -> str:
    """The text as markup, all of it escaped; characters that nobody sees are named, so that none plays tricks."""
    marks = [Mark(s.value.span.start, s.value.span.end, s.value.field, s.key) for c in cards for s in _all(c)]
    noise = [span for story in coded.stories for span in story.noise]
    body = mark_up(coded.document.text, marks, noise, [s.start for s in coded.stories])
    body = _RETURN.sub(lambda m: "<span data-one hidden></span>\n" if m[1] else "<span data-one>\n</span>", body)
    return _UNSEEN.sub(lambda found: f'<span class="unseen">U+{ord(found[0]):04X}</span>', body)


def _copies(connection: sa.Connection, name: str) -> list[Any]:
    """The current reports whose text is a copy of this one's."""
    own, other = documents.alias(), documents.alias()
    found: dict[str, Any] = {}
    for here, there in ((copies.c.document, copies.c.other), (copies.c.other, copies.c.document)):
        select = (
            sa.select(other.c.id, other.c.publisher, other.c.published)
            .select_from(own)
            .join(copies, here == own.c.key)
            .join(other, other.c.key == there)
            .where(own.c.id == name, own.c.current.is_(True), other.c.current.is_(True), copies.c.kind == "copy")
        )
        found |= {row.id: row for row in connection.execute(select)}
    return sorted(found.values(), key=lambda row: (row.published or "", row.id))


ROUTES: tuple[ControllerRouterHandler, ...] = (report,)
