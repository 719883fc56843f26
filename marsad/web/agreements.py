"""Agreements that people register, and the incidents in their scope: possible breaches with their evidence, no verdicts."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from marsad import pipeline
from marsad.codebook import load_codebook
from marsad.errors import InputError, RecordError
from marsad.export.agreements import ground_text
from marsad.export.tables import safe
from marsad.link.truces import Agreement, Area, Breach
from marsad.record import agreements as log
from marsad.record import incidents as telling
from marsad.record.agreements import Signed, StoredAgreement
from marsad.web import lanes
from marsad.web.cards import Card, arabic_names, cards_of, place_name
from marsad.web.desk import desk_of, needs, who
from marsad.web.files import as_file, name_of_file
from marsad.web.labels import Labels
from marsad.web.names import name_of
from marsad.web.quotes import Quote, Report, quotes, reports_of
from marsad.web.settings import SCOPE
from marsad.web.templating import environment, labels_of, page
from marsad.web.view import day_of

_READER, _EDITOR = [needs("reader")], [needs("editor")]
_PER_PAGE = 20
_SCOPES = ("in", "may")
_LONGEST = 200
_MOST_OTHERS = 4
_COLUMNS = (
    "scope",
    "from",
    "to",
    "category",
    "places",
    "why",
    "reports",
    "sources",
    "contradicted",
    "review",
    "incident",
)


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A possible breach: its card, why it is listed (how surely, sentence), and the sentences of its reports."""

    scope: str
    card: Card
    grounds: tuple[tuple[str, str], ...]
    told: tuple[tuple[Report, Quote], ...]


@get("/agreements", guards=_READER, sync_to_thread=True)
def agreements(request: Request[Any, Any, Any]) -> Response[str]:
    """Show the agreements, and the form that registers one."""
    labels = labels_of(request)
    found = desk_of(request).look(log.list_all)
    book = load_codebook()
    values = {
        "agreements": [(a, terms_of(a.terms, labels)) for a in found],
        "kinds": [
            (code, labels.code("type", code))
            for code, entry in reversed(book.types.items())
            if "conflict" in entry.quad
        ],
        "modes": [
            (f"{code}.{mode}", f"{labels.code('type', code)}: {labels.code('mode', f'{code}.{mode}')}")
            for code in ("ASSAULT", "COERCE")
            for mode in book.types[code].modes
        ],
        "objects": [(code, labels.code("object", code)) for code in book.objects],
    }
    return page(request, "agreements.html", values)


def terms_of(terms: Agreement, labels: Labels) -> dict[str, Any]:
    """Return the terms of an agreement in words."""
    return {
        "parties": [name_of(p, labels) for p in terms.parties],
        "areas": [_area_name(a, labels) for a in terms.areas],
        "since": labels.day(terms.since),
        "until": labels.day(terms.until),
        "forbids": labels.join(labels.code("mode" if "." in code else "type", code) for code in terms.forbids),
        "targets": labels.join(labels.code("object", code) for code in terms.targets),
    }


def _area_name(area: Area, labels: Labels) -> str:
    name = arabic_names().get(area.id, area.name) if labels.lang == "ar" else area.name
    where = labels.country(area.country) if area.country and area.level != "country" else ""
    return f"{name} ({labels.join((labels.code('level', area.level), where))})"


@get("/agreements/{number:int}", guards=_READER, sync_to_thread=True)
def agreement(request: Request[Any, Any, Any], number: FromPath[int]) -> Response[str]:
    """Show an agreement, what was put down of it, and the incidents in its scope with their evidence."""
    desk, labels = desk_of(request), labels_of(request)
    found, listed = _look(request, number)
    scope = request.query_params.get("scope")
    chosen = [b for b in listed if scope in (None, b.scope)]
    given = request.query_params.get("page", "1")
    at = int(given) if given.isdigit() and 0 < len(given) < 6 else 1
    shown = chosen[(at - 1) * _PER_PAGE : at * _PER_PAGE]
    values = {
        "agreement": found,
        "terms": terms_of(found.terms, labels),
        "others": list(_others(found.terms, labels)),
        "listed": desk.look(lambda connection: list(_listed(connection, shown, found.terms.areas, labels))),
        "counts": {name: sum(b.scope == name for b in listed) for name in _SCOPES},
        "scope": scope,
        "total": len(listed),
        "page_number": at,
        "pages": -(-len(chosen) // _PER_PAGE),
        "chart": _chart(listed, labels),
        "log": [(e, labels.say(f"agreement_{e.kind}", day=labels.day(e.day))) for e in found.log],
    }
    return page(request, "agreement.html", values)


def _look(request: Request[Any, Any, Any], number: int) -> tuple[StoredAgreement, list[Breach]]:
    def both(connection: sa.Connection) -> tuple[StoredAgreement, list[Breach]]:
        known = next((a for a in log.list_all(connection) if a.number == number), None)
        if known is None:
            gone = RecordError(f"The record holds no agreement number {number}.")
            raise gone.known_as("no_agreement", number=str(number))
        return known, log.breaches(connection, known.terms)

    return desk_of(request).look(both)


def _others(terms: Agreement, labels: Labels) -> Iterable[str]:
    """Other places that bear the name of an area, for whoever meant one of those."""
    for area in terms.areas:
        same = [a for a in pipeline.find_areas(area.name) if a.id != area.id]
        yield from (f"{_area_name(a, labels)}: {a.id}" for a in same[:_MOST_OTHERS])


def _chart(listed: Sequence[Breach], labels: Labels) -> lanes.Lanes | None:
    told = [(b.scope, b.summary.start, b.incident, _said(b, labels)) for b in listed if b.summary.start]
    return lanes.draw_lanes(told, _SCOPES, labels)


def _said(breach: Breach, labels: Labels) -> str:
    where = labels.join(place_name(p, labels, {}) for p in breach.summary.places)
    parts = (labels.day(breach.summary.start), labels.code("type", breach.summary.type), where)
    return ", ".join(p for p in parts if p) if labels.lang == "en" else labels.join(parts)


def _listed(
    connection: sa.Connection, shown: Sequence[Breach], areas: Sequence[Area], labels: Labels
) -> Iterable[Listed]:
    cards = cards_of(connection, [telling.find(connection, b.incident) for b in shown], labels)
    reports = reports_of(connection, {m[0] for b in shown for m in b.summary.mentions})
    for breach, card in zip(shown, cards, strict=True):
        spans: dict[str, list[tuple[int, int]]] = {}
        for name, _, start, end in breach.summary.mentions:
            spans.setdefault(name, []).append((start, end))
        told = [
            (reports[name], q)
            for name, own in spans.items()
            if name in reports
            for q in quotes(reports[name].text, own)
        ]
        named = _named(breach, areas, labels)
        grounds = tuple((g.scope, _ground(g, labels, named)) for g in breach.grounds)
        yield Listed(scope=breach.scope, card=card, grounds=grounds, told=tuple(told[:4]))


def _named(breach: Breach, areas: Sequence[Area], labels: Labels) -> dict[str, str]:
    """The places that an incident and the agreement name, by their English name in the interface language."""
    named = {p.name: place_name(p, labels, {}) for p in breach.summary.places}
    return named | {a.name: arabic_names().get(a.id, a.name) for a in areas if labels.lang == "ar"}


def _ground(ground: Any, labels: Labels, places: Mapping[str, str]) -> str:
    """Why an incident is listed, in words; `places` are the names of places by the English one."""
    values = dict(ground.values)
    for key in ("place", "area"):
        if values.get(key):
            values[key] = places.get(values[key], values[key])
    for key in ("country", "party"):
        if values.get(key):
            values[key] = labels.join(labels.country(v.strip()) for v in values[key].split(","))
    if "names" in values:
        values["names"] = labels.join(labels.country(v.strip()) for v in values["names"].split(","))
    for key in ("day", "days"):
        if key in values:
            # Days as the language writes them: bare ISO days turn around between right-to-left words.
            start, _, last = values[key].partition(" – ")
            values[key] = labels.days(start, last or None)
    return ground_text(msgspec.structs.replace(ground, values=values), labels.wording)


@get("/agreements/{number:int}/breaches.csv", guards=_READER, opt={SCOPE: "export"}, sync_to_thread=True)
def agreement_csv(request: Request[Any, Any, Any], number: FromPath[int]) -> Response[bytes]:
    """Return the possible breaches of an agreement as CSV, a row for each with why it is listed."""
    labels = labels_of(request)
    found, listed = _look(request, number)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for b in listed:
        s = b.summary
        named = _named(b, found.terms.areas, labels)
        why = "; ".join(_ground(g, labels, named) for g in b.grounds)
        places = "; ".join(p.name for p in s.places)
        row = (
            b.scope,
            s.start,
            s.end,
            s.type,
            places,
            why,
            b.reports,
            b.sources,
            b.contradicted,
            b.verdict,
            b.incident,
        )
        writer.writerow([safe("" if cell is None else cell) for cell in row])
    name = name_of_file("possible-breaches", str(number), ending="csv")
    return as_file(request, stream.getvalue().encode("utf-8-sig"), name, "text/csv")


@get("/agreements/{number:int}/breaches.svg", guards=_READER, opt={SCOPE: "export"}, sync_to_thread=True)
def agreement_svg(request: Request[Any, Any, Any], number: FromPath[int]) -> Response[bytes]:
    """Return the chart of an agreement's possible breaches as a picture of its own."""
    labels = labels_of(request)
    found, listed = _look(request, number)
    title = f"{labels.say('breaches')}: {found.terms.name}"
    values = {"chart": _chart(listed, labels), "title": title, "prefix": "scope_"}
    body = environment(labels.lang).get_template("lanes.svg").render(**values)
    return as_file(
        request, body.encode(), name_of_file("possible-breaches", str(number), ending="svg"), "image/svg+xml"
    )


# ---- what people put down ---------------------------------------------------------------------------------------------


# A path of its own: Litestar wraps handlers that share a path with another method once too often.
@post("/agreements/register", guards=_EDITOR, status_code=303)
async def register(request: Request[Any, Any, Any]) -> Redirect:
    """Register an agreement, and lead to its page, which says what was understood."""
    desk, person, form = desk_of(request), who(request), await request.form()
    given = {key: str(form.get(key) or "").strip()[:_LONGEST] for key in ("name", "since", "until", "reason")}
    lists = {key: [str(v).strip()[:_LONGEST] for v in form.getall(key, [])] for key in ("forbids", "targets")}
    lists |= {key: _lines(str(form.get(key) or "")) for key in ("parties", "areas")}

    def work() -> int:
        made = agreement_of(given, lists)
        signed = Signed(person.name, given["reason"] or None)
        return desk.change(lambda connection: log.add(connection, made, signed), person, ("register", made.name))

    number = await asyncio.to_thread(work)
    return Redirect(f"/agreements/{number}", status_code=303)


def _lines(text: str) -> list[str]:
    """The parts of a field that lists several, one a line or with commas between."""
    for mark in ("،", ",", ";", "؛"):
        text = text.replace(mark, "\n")
    return [line.strip()[:_LONGEST] for line in text.split("\n") if line.strip()][:20]


def agreement_of(given: dict[str, str], lists: dict[str, list[str]]) -> Agreement:
    """Return the agreement that a form registers.

    Raises:
        InputError: something is missing, or a place is unknown.
        CodebookError: there is no such category, mode or object.
    """
    if not given["name"]:
        raise InputError("Give the agreement a name.").known_as("agreement_name")
    if not lists["parties"]:
        raise InputError("Say who is bound: a country's code or a name, one a line.").known_as("agreement_parties")
    if not given["since"]:
        raise InputError("Say from which day it holds.").known_as("agreement_since")
    book = load_codebook()
    forbids = [code for code in lists["forbids"] if code]
    for code in forbids:
        kind, _, mode = code.partition(".")
        book.check_type(kind)
        if mode:
            book.check_mode(kind, mode)
    targets = [code for code in lists["targets"] if code]
    for code in targets:
        book.check("object", code)
    names = pipeline.load_names()
    return Agreement(
        name=given["name"],
        parties=tuple(names.party(text) for text in lists["parties"]),
        areas=tuple(pipeline.find_areas(text)[0] for text in lists["areas"]),
        since=day_of(given["since"]),
        until=day_of(given["until"]) if given["until"] else None,
        forbids=tuple(forbids),
        targets=tuple(targets),
    )


@post("/agreements/{number:int}/end", guards=_EDITOR, status_code=303)
async def end(request: Request[Any, Any, Any], number: FromPath[int]) -> Redirect:
    """Say that an agreement ended, or take it off the list; either stands in its log."""
    desk, person, form = desk_of(request), who(request), await request.form()
    day, kind = str(form.get("day") or ""), str(form.get("kind") or "")
    signed = Signed(person.name, str(form.get("reason") or "").strip()[:_LONGEST] or None)
    if kind not in ("end", "remove"):
        raise InputError(f"{kind!r} is nothing that can be done with an agreement.")
    last = day_of(day) if kind == "end" else ""

    def work(connection: sa.Connection) -> None:
        if kind == "end":
            log.end(connection, number, last, signed)
        else:
            log.remove(connection, number, signed)

    await asyncio.to_thread(lambda: desk.change(work, person, (f"{kind} agreement", str(number))))
    return Redirect(f"/agreements/{number}" if kind == "end" else "/agreements", status_code=303)


ROUTES: tuple[ControllerRouterHandler, ...] = (agreements, agreement, agreement_csv, agreement_svg, register, end)
