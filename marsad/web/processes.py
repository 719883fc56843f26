"""Negotiations: who met, called, proposed, accepted or refused, with whom, about what, in the words of the reports."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec
import sqlalchemy as sa
from litestar import Request, Response, get
from litestar.types import ControllerRouterHandler

from marsad.errors import InputError
from marsad.export.tables import safe
from marsad.link.asking import STEPS
from marsad.link.talks import Process, Step, Who
from marsad.record import processes as record_view
from marsad.record.processes import Wanted
from marsad.resources import DATA, read_tsv
from marsad.web import lanes
from marsad.web.cards import place_name
from marsad.web.desk import desk_of, needs
from marsad.web.files import as_file, name_of_file
from marsad.web.labels import Labels
from marsad.web.names import arabic_actors, name_of, party_of, side_name
from marsad.web.quotes import Quote, Report, quotes, reports_of
from marsad.web.settings import SCOPE
from marsad.web.templating import environment, labels_of, page
from marsad.web.view import day_of

_READER = [needs("reader")]
_PER_PAGE = 40
_MOST_PROCESSES = 60
_COLUMNS = ("day", "until", "step", "denied", "who", "with", "topics", "places", "reports", "sources", "incident")


class View(msgspec.Struct, frozen=True, kw_only=True):
    """What the address asks for; `given` are the parties as they were written."""

    given: tuple[str, ...]
    wanted: Wanted
    page: int

    def query(self, **changes: Any) -> str:
        """Return the query string of this view with some values changed."""
        w = self.wanted
        values: dict[str, Any] = {"party": list(self.given), "topic": list(w.topics), "step": list(w.kinds)}
        values |= {"since": w.since, "until": w.until, **changes}
        return urlencode({k: v for k, v in values.items() if v}, doseq=True)

    def is_chosen(self) -> bool:
        """Say whether anything is chosen."""
        return bool(self.query())


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A step as the page tells it, with the sentence of its first report."""

    step: Step
    what: str
    when: str
    who: str
    with_whom: str
    topics: str
    where: str
    quote: Quote | None
    report: Report | None


def topics() -> tuple[str, ...]:
    """Return what negotiations may be about, by their codes."""
    from marsad.link.terms import ProcessTopicRow

    return tuple(dict.fromkeys(row.topic for row in read_tsv(DATA / "ar" / "process_topics.tsv", ProcessTopicRow)))


def view_of(request: Request[Any, Any, Any]) -> View:
    """Return the view that the address of a request names.

    Raises:
        InputError: a value makes no sense.
    """
    given = request.query_params
    names = tuple(v.strip()[:200] for v in given.getall("party", []) if v.strip())[:4]
    for key, known in (("topic", topics()), ("step", STEPS)):
        odd = [v for v in given.getall(key, []) if v and v not in known]
        if odd:
            raise InputError(f"{odd[0]!r} is no {key}; give one of {', '.join(known)}.")
    since, until = (day_of(given[name]) if given.get(name) else None for name in ("since", "until"))
    number = given.get("page", "1")
    wanted = Wanted(
        parties=tuple(p for p in map(party_of, names) if p),
        topics=tuple(v for v in given.getall("topic", []) if v),
        kinds=tuple(v for v in given.getall("step", []) if v),
        since=since,
        until=until,
    )
    return View(given=names, wanted=wanted, page=int(number) if number.isdigit() and 0 < len(number) < 6 else 1)


@get("/processes", guards=_READER, sync_to_thread=True)
def processes(request: Request[Any, Any, Any]) -> Response[str]:
    """Show the steps of negotiations in order; with nothing chosen, who negotiates with whom about what."""
    desk, labels, view = desk_of(request), labels_of(request), view_of(request)
    steps = desk.look(lambda connection: record_view.list_steps(connection, view.wanted))
    start = (view.page - 1) * _PER_PAGE
    shown = steps[start : start + _PER_PAGE] if view.is_chosen() else []
    values = {
        "view": view,
        "given": [*view.given, "", ""][:2],
        "names": _party_names(view, labels),
        "topics": topics(),
        "kinds": STEPS,
        "processes": [_process(p, labels) for p in record_view.overview(steps)[:_MOST_PROCESSES]],
        "told": desk.look(lambda connection: list(_told(connection, shown, labels))),
        "total": len(steps),
        "pages": -(-len(steps) // _PER_PAGE) if view.is_chosen() else 1,
        "chart": _chart(steps, labels) if view.is_chosen() else None,
    }
    return page(request, "processes.html", values)


def _party_names(view: View, labels: Labels) -> list[str]:
    return [name_of(p, labels) for p in view.wanted.parties]


def _chart(steps: Sequence[Step], labels: Labels) -> lanes.Lanes | None:
    told = [(s.step, s.day, s.id, _said(s, labels)) for s in steps if s.day]
    return lanes.draw_lanes(told, STEPS, labels)


def _said(step: Step, labels: Labels) -> str:
    parts = (labels.day(step.day), labels.say(f"step_{step.step}"), _names(step.parties, labels))
    return ": ".join(p for p in parts if p)


def _process(process: Process, labels: Labels) -> dict[str, Any]:
    return {
        "sides": [(side, side_name(side, labels)) for side in process.parties],
        "topic": process.topic,
        "steps": len(process.steps),
        "kinds": [(labels.say(f"step_{kind}"), count) for kind, count in process.kinds.items()],
        "when": labels.days(process.first, process.last),
        "latest": labels.say(f"step_{process.latest}"),
    }


def _told(connection: sa.Connection, steps: Sequence[Step], labels: Labels) -> Iterable[Told]:
    reports = reports_of(connection, {m[0] for s in steps for m in s.mentions})
    for step in steps:
        report = next((reports[m[0]] for m in step.mentions if m[0] in reports), None)
        quote = None
        if report is not None:
            own = [(start, end) for name, _, start, end in step.mentions if name == report.id]
            about = [(a.start, a.end) for a in step.about if a.report == report.id]
            quote = next((q for q in quotes(report.text, own + about) if q.words()), None)
        yield Told(
            step=step,
            what=labels.say(f"step_{step.step}"),
            when=labels.days(step.day, step.until),
            who=_names(step.who, labels),
            with_whom=_names(step.with_whom, labels),
            topics=labels.join(labels.say(f"topic_{topic}") for topic in step.topics),
            where=labels.join(place_name(p, labels, {}) for p in step.places),
            quote=quote,
            report=report,
        )


def _names(parties: Iterable[Who], labels: Labels) -> str:
    return labels.join(_name(w, labels) for w in parties)


def _name(who: Who, labels: Labels) -> str:
    """A state by the name of its country, whoever is listed by the list's name, others by the words of the report."""
    if who.id is not None and who.id.startswith("state:"):
        return labels.country(who.country)
    if labels.lang == "ar":
        return arabic_actors().get(who.id or "", who.words)
    return who.name or who.words


@get("/processes.csv", guards=_READER, opt={SCOPE: "export"}, sync_to_thread=True)
def processes_csv(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return the steps of a view as CSV, a row for each."""
    desk, _labels, view = desk_of(request), labels_of(request), view_of(request)
    steps = desk.look(lambda connection: record_view.list_steps(connection, view.wanted))
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for s in steps:
        places = "; ".join(p.name for p in s.places)
        parties = ("; ".join(w.name or w.words for w in group) for group in (s.who, s.with_whom))
        row = (s.day, s.until, s.step, s.denied, *parties, "; ".join(s.topics), places, s.reports, s.sources, s.id)
        writer.writerow([safe("" if cell is None else cell) for cell in row])
    name = name_of_file("negotiations", *(p.label for p in view.wanted.parties), ending="csv")
    return as_file(request, stream.getvalue().encode("utf-8-sig"), name, "text/csv")


@get("/processes.svg", guards=_READER, opt={SCOPE: "export"}, sync_to_thread=True)
def processes_svg(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return the chart of a view as a picture of its own."""
    desk, labels, view = desk_of(request), labels_of(request), view_of(request)
    steps = desk.look(lambda connection: record_view.list_steps(connection, view.wanted))
    title = ": ".join(v for v in (labels.say("processes_head"), labels.join(_party_names(view, labels))) if v)
    values = {"chart": _chart(steps, labels), "title": title, "prefix": "step_"}
    body = environment(labels.lang).get_template("lanes.svg").render(**values)
    name = name_of_file("negotiations", *(p.label for p in view.wanted.parties), ending="svg")
    return as_file(request, body.encode(), name, "image/svg+xml")


ROUTES: tuple[ControllerRouterHandler, ...] = (processes, processes_csv, processes_svg)
