"""One incident: its figures and who gives them, the words of every report, why they are one, and what people did with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import sqlalchemy as sa
from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from marsad.link import doubt
from marsad.link.model import FIELDS
from marsad.record import incidents as telling
from marsad.record import judging
from marsad.record.incidents import StoredIncident, Tie
from marsad.record.judging import StoredJudgement
from marsad.record.schema import changes
from marsad.web import accounts, charts
from marsad.web.cards import cards_of
from marsad.web.desk import desk_of, needs
from marsad.web.labels import Labels
from marsad.web.names import source_name
from marsad.web.picking import field_name
from marsad.web.places import places_of
from marsad.web.quotes import Quote, Report, copies_among, quote, quotes, reports_of, seats_of
from marsad.web.settings import ROLES
from marsad.web.templating import labels_of, page

_READER = [needs("reader")]
_MOST_REPORTS = 120
_MOST_CLUES = 6


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A total that somebody gives, in its sentence."""

    field: str
    count: int
    source: str
    at: str | None
    withdrawn: bool
    is_best: bool
    report: Report
    event: str
    start: int
    end: int
    quote: Quote


class Teller(msgspec.Struct, frozen=True, kw_only=True):
    """A report with the sentences that tell of the incident, the events they belong to, and its copies."""

    report: Report
    events: tuple[str, ...]
    quotes: tuple[Quote, ...]
    copies: tuple[Report, ...]


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to the incident: a judgement, a merge or a split."""

    at: str
    author: str
    said: str
    reason: str | None = None
    judgement: int | None = None
    is_undone: bool = False


@get("/incidents/{name:str}", guards=_READER, sync_to_thread=True)
def incident(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[Any]:
    """Show an incident; an old id leads to what it became."""
    desk, labels = desk_of(request), labels_of(request)
    found = desk.look(lambda connection: {**gather(connection, name, labels), "people": _people(connection)})
    if found["incident"].id != name:
        return Redirect(f"/incidents/{found['incident'].id}", query_params=dict(request.query_params))
    return page(request, "incident.html", {**found, "noted": noted_of(request)})


def _people(connection: sa.Connection) -> list[str]:
    """Those who may be assigned something."""
    return [
        row.name
        for row in accounts.list_all(connection)
        if row.active and ROLES.index(row.role) >= ROLES.index("coder")
    ]


def noted_of(request: Request[Any, Any, Any]) -> int | None:
    """Return the number of the judgement that was just noted, if the address names one."""
    given = request.query_params.get("noted", "")
    return int(given) if given.isdigit() and len(given) < 12 else None


def gather(connection: sa.Connection, name: str, labels: Labels) -> dict[str, Any]:
    """Return all that the page of an incident shows, save why its reports are linked."""
    stored = telling.find(connection, name)
    reports = reports_of(connection, {m[0] for m in stored.summary.mentions})
    said = list(_said(stored, reports, labels))
    judged = judging.list_about(connection, seats_of(stored.summary.mentions))
    return {
        "incident": stored,
        "card": cards_of(connection, [stored], labels)[0],
        "figures": [
            (field, labels.code("outcome", field), figure, _who(figure.by, labels))
            for field, figure in stored.summary.reckoning.figures.items()
        ],
        "fields": [(field, labels.code("outcome", field)) for field in _told_first(stored)],
        "said": said,
        "toll": charts.draw_toll([(s.field, s.at, s.count) for s in said if not s.withdrawn], labels),
        "tellers": _tellers(connection, stored, reports),
        "more": max(0, stored.reports - _MOST_REPORTS),
        "history": sorted(_history(connection, stored, judged, labels), key=lambda step: step.at),
        "undoable": _last(judged),
        "assigned": next((j.reason for j in reversed(judged) if j.kind == "assign" and not j.undone), None),
        "places": places_of(connection, stored.id, labels),
        "doubts": doubts_of(stored),
    }


def _told_first(stored: StoredIncident) -> list[str]:
    """What people may count, in the order of how likely it is put right: what the reports tell comes first."""
    told = [field for field in FIELDS if field in stored.summary.reckoning.figures]
    return told + [field for field in FIELDS if field not in told]


def doubts_of(stored: StoredIncident) -> list[str]:
    """Return what is doubtful about an incident, as keys of labels."""
    return [f"doubt_{name}" for name in doubt.doubts(stored.summary)] or ["doubt_none"]


def _last(judged: Iterable[StoredJudgement]) -> int | None:
    return max((j.key for j in judged if not j.undone and j.kind != "undo"), default=None)


def _who(source: str | None, labels: Labels) -> str:
    """A source as people call it."""
    return labels.say("claim_unsourced") if source is None else source_name(source, labels)


def _said(stored: StoredIncident, reports: Mapping[str, Report], labels: Labels) -> Iterable[Said]:
    figures = stored.summary.reckoning.figures
    for total in stored.summary.reckoning.totals:
        report = reports.get(total.report)
        if report is None:
            continue
        figure = figures.get(total.field)
        yield Said(
            field=total.field,
            count=total.count,
            source=_who(total.source, labels),
            at=total.said,
            withdrawn=total.withdrawn,
            is_best=figure is not None and figure.best == total.count and not total.withdrawn,
            report=report,
            event=total.event,
            start=total.start,
            end=total.end,
            quote=quote(report.text, total.start, total.end),
        )


def _tellers(connection: sa.Connection, stored: StoredIncident, reports: Mapping[str, Report]) -> list[Teller]:
    """The reports in order of publication, each with its sentences, copies under the first of their text."""
    copied = copies_among(connection, reports.values())
    folded = {name for others in copied.values() for name in others}
    by_report: dict[str, list[tuple[str, int, int]]] = {}
    for name, event, start, end in stored.summary.mentions:
        by_report.setdefault(name, []).append((event, start, end))
    ordered = sorted(reports.values(), key=lambda r: (r.published or "", r.key))
    found = []
    for report in [r for r in ordered if r.id not in folded][:_MOST_REPORTS]:
        mentions = by_report.get(report.id, [])
        found.append(
            Teller(
                report=report,
                events=tuple(dict.fromkeys(event for event, _, _ in mentions)),
                quotes=tuple(quotes(report.text, [(start, end) for _, start, end in mentions])),
                copies=tuple(reports[name] for name in copied.get(report.id, ())),
            )
        )
    return found


def _history(
    connection: sa.Connection, stored: StoredIncident, judged: Iterable[StoredJudgement], labels: Labels
) -> Iterable[Step]:
    for j in judged:
        said = labels.say(
            f"judged_{j.kind}",
            left=j.left,
            right=j.right or "",
            field=field_name(j.field, labels) if j.field else "",
            value=j.value if j.value is not None else "",
            number=str(j.undoes or ""),
            name=j.reason or "",
        )
        reason = None if j.kind == "assign" else j.reason
        undoable = j.key if j.kind != "undo" else None
        yield Step(at=j.at, author=j.author, said=said, reason=reason, judgement=undoable, is_undone=j.undone)
    own = (changes.c.incident == stored.id) | (changes.c.other == stored.id)
    for row in connection.execute(sa.select(changes).where(own).order_by(changes.c.key)):
        said = labels.say(f"changed_{row.kind}", incident=row.incident, other=row.other)
        yield Step(at=row.at, author="", said=said)


@get("/incidents/{name:str}/why", guards=_READER, sync_to_thread=True)
def why(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[str]:
    """Show why the reports of an incident are linked, and what lies close by but is not part of it."""
    desk, labels = desk_of(request), labels_of(request)
    found = desk.ask(lambda record: record.explain_incident(name))

    def cards(connection: sa.Connection) -> dict[str, Any]:
        names = dict.fromkeys(t.incident for t in found.outside if t.incident)
        near = [telling.find(connection, other) for other in names]
        return {card.id: card for card in cards_of(connection, near, labels)}

    near = desk.look(cards)
    values = {
        "incident": found.incident,
        "within": [_tie(tie) for tie in found.within],
        "near": [(near[t.incident], _tie(t)) for t in _nearest(found.outside) if t.incident in near],
    }
    return page(request, "why.html", values)


def _nearest(ties: Iterable[Tie]) -> Iterable[Tie]:
    """The closest tie to each other incident."""
    best: dict[str, Tie] = {}
    for tie in ties:
        if tie.incident is not None:
            best.setdefault(tie.incident, tie)
    return best.values()


def _tie(tie: Tie) -> dict[str, Any]:
    clues = sorted(tie.verdict.clues, key=lambda clue: -abs(clue.weight))[:_MOST_CLUES]
    return {"event": tie.event, "other": tie.other, "score": f"{tie.verdict.score:+.1f}", "clues": clues}


ROUTES: tuple[ControllerRouterHandler, ...] = (incident, why)
