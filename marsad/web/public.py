"""What the desk shows to whoever may not see the record itself: incidents, counts and a map as a publication policy says.

Nothing here asks the record but through the policy's view, so that no page can tell what the policy withholds. Counts look
at the latest incidents alone, for everybody may ask.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response, get
from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, NotFoundException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler
from litestar.middleware.rate_limit import RateLimitConfig
from litestar.params import FromPath, FromQuery
from litestar.types import ControllerRouterHandler

from marsad.codebook import load_codebook
from marsad.errors import InputError
from marsad.export import FORMATS
from marsad.filtering import checked, nearest
from marsad.link.summary import Where
from marsad.publication import groups
from marsad.publication.items import Happening
from marsad.publication.policy import RECORD
from marsad.publishing import View, export_to
from marsad.record import Filters
from marsad.web.cards import place_name
from marsad.web.desk import desk_of, person_of
from marsad.web.files import as_file, name_of_file
from marsad.web.labels import Labels
from marsad.web.names import source_name
from marsad.web.templating import labels_of, page
from marsad.web.view import day_of

MOST = 2_000
"""The latest incidents that are counted."""
TAKEN = ("csv", "xlsx", "geojson", "jsonl")
"""The formats that the public view may be taken along in."""
_PER_PAGE = 30
_FRESH_S = 60.0
_SQUARES = (20.0, 5.0, 1.0)
_A_MINUTE = 120
_LIMITED = [RateLimitConfig(rate_limit=("minute", _A_MINUTE), set_rate_limit_headers=True).middleware]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """An incident in one language, as the policy shows it."""

    id: str
    family: str
    kind: str
    modes: str
    where: str
    when: str
    figures: tuple[tuple[str, str], ...]
    reports: int
    sources: int
    contradicted: bool
    verdict: str | None


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """How many incidents there are: in all, by type, country, month, and square of each size; None is too few to say."""

    total: int | None
    is_part: bool
    types: dict[str, int | None]
    countries: dict[str, int | None]
    months: dict[str, int | None]
    squares: tuple[dict[tuple[float, float], int | None], ...]


def shows_public(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    """Guard: everybody, where the desk was started with a public policy; else whoever has an account.

    Raises:
        NotAuthorizedException: nobody is logged in, and there is no public view.
        PermissionDeniedException: a program with a token asks, which has the API.
    """
    person = person_of(connection)
    if person is None and desk_of(connection).settings.public is None:
        raise NotAuthorizedException("Log in first.")
    if person is not None and person.by_token:
        raise PermissionDeniedException("This needs a login: no token opens it.")


_GUARDS = [shows_public]


def _view(request: Request[Any, Any, Any]) -> View:
    desk = desk_of(request)
    return desk.ask(lambda record: View.of_today(record, desk.settings.public or RECORD))


def _filters(request: Request[Any, Any, Any]) -> Filters:
    """What is asked for; only what the policy leaves visible can be asked, for the view checks it again."""
    given = request.query_params
    code, country = given.get("type") or "", given.get("country") or ""
    days: dict[str, Any] = {name: day_of(given[name]) for name in ("since", "until") if given.get(name)}
    return checked(Filters(types=(code,) if code else (), country=country[:100] or None, **days))


@get("/public", guards=_GUARDS, middleware=_LIMITED, sync_to_thread=True)
def overview(request: Request[Any, Any, Any]) -> Response[str]:
    """Show the incidents that pass, the latest first, and how many there are of which kind."""
    view, labels, filters = _view(request), labels_of(request), _filters(request)
    after = _place(request.query_params.get("after"))
    rows = list(view.happenings(msgspec.structs.replace(filters, limit=_PER_PAGE + 1), after=after))
    counted = _counted(request, view, filters)
    book = load_codebook()
    asked = {
        "type": "".join(filters.types),
        "country": filters.country or "",
        "since": filters.since or "",
        "until": filters.until or "",
    }
    values = {
        "lines": [line_of(item, labels) for _, item in rows[:_PER_PAGE]],
        "next": _address(asked, rows[_PER_PAGE - 1][0]) if len(rows) > _PER_PAGE else None,
        "files": [(form.upper(), _file_address(form, asked)) for form in TAKEN],
        "counted": counted,
        "least": view.policy.smallest_group,
        "most": MOST,
        "asked": asked,
        "types": [(code, labels.code("type", code)) for code in book.types],
        "by_type": [(labels.code("type", code), count) for code, count in counted.types.items()],
        "by_country": [
            (labels.country(code) or labels.say("no_place"), count) for code, count in counted.countries.items()
        ],
        "by_month": [(labels.month(m) if m else labels.say("no_day"), count) for m, count in counted.months.items()],
    }
    return page(request, "public.html", values)


def _place(given: str | None) -> tuple[str, str] | None:
    """Where a page begins: behind this day and id."""
    day, _, name = (given or "").partition(" ")
    return (day[:10], name[:100]) if name else None


def _file_address(form: str, asked: dict[str, str]) -> str:
    query = urlencode([(name, value) for name, value in asked.items() if value])
    return f"/public/incidents/as/{form}" + (f"?{query}" if query else "")


def _address(asked: dict[str, str], after: tuple[str, str]) -> str:
    pairs = [(name, value) for name, value in asked.items() if value]
    return "/public?" + urlencode([*pairs, ("after", " ".join(after))])


@get("/public/incidents/{name:str}", guards=_GUARDS, middleware=_LIMITED, sync_to_thread=True)
def incident(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[str]:
    """Show an incident as the policy has it; one that it withholds is not there."""
    view, labels = _view(request), labels_of(request)
    item = view.happening(name)
    if item is None:
        raise NotFoundException("There is no such incident here.")
    drop = view.policy.drop
    hides = view.policy.masks_names or bool(drop.sources) or "source" in drop.fields
    nobody = labels.say("claim_unnamed" if hides else "claim_unsourced")
    claims = [
        (
            labels.code("outcome", total.field),
            total.count,
            source_name(total.source, labels) if total.source else nobody,
            total.said,
            total.withdrawn,
        )
        for total in item.summary.reckoning.totals
    ]
    return page(request, "public_incident.html", {"line": line_of(item, labels), "claims": claims})


@get("/public/incidents/as/{form:str}", guards=_GUARDS, middleware=_LIMITED, sync_to_thread=True)
def table(request: Request[Any, Any, Any], form: FromPath[str]) -> Response[bytes]:
    """Return the latest incidents that pass as a file in a format, as the policy has them."""
    if form not in TAKEN:
        raise InputError(f"{form[:40]!r} is no format here; {nearest(form, TAKEN)}.").known_as("code", code=form[:40])
    view = _view(request)
    stream = io.BytesIO()
    export_to(view, stream, form, "incidents", msgspec.structs.replace(_filters(request), limit=MOST))
    name = name_of_file("incidents", view.today.isoformat(), ending=FORMATS[form].endings[0].removeprefix("."))
    if person_of(request) is not None:
        return as_file(request, stream.getvalue(), name, FORMATS[form].media)
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(stream.getvalue(), media_type=FORMATS[form].media, headers=headers)


@get("/public/map.json", guards=_GUARDS, middleware=_LIMITED, sync_to_thread=True)
def map_squares(request: Request[Any, Any, Any], zoom: FromQuery[float] = 0.0) -> Response[bytes]:
    """Return how many incidents lie in each square of a fixed grid, of the whole world: a box would tell by its edges."""
    counted = _counted(request, _view(request), _filters(request))
    step = 0 if zoom < 4 else 1 if zoom < 7 else 2
    size = _SQUARES[step]
    rows = [
        {"west": west, "south": south, "east": west + size, "north": south + size, "count": count}
        for (west, south), count in sorted(counted.squares[step].items())
    ]
    return Response(msgspec.json.encode({"squares": rows}), media_type="application/json")


def _counted(request: Request[Any, Any, Any], view: View, filters: Filters) -> Counted:
    wanted = msgspec.structs.replace(filters, limit=MOST + 1)

    def count(_: object) -> Counted:
        return count_items((item for _, item in view.happenings(wanted)), view)

    return desk_of(request).remember(("public", view.today, view.policy, wanted), count, _FRESH_S)


def count_items(items: Iterable[Happening], view: View) -> Counted:
    """Count incidents by what the policy shows of them."""
    types, countries, months = Counter[str](), Counter[str](), Counter[str]()
    squares = tuple(Counter[tuple[float, float]]() for _ in _SQUARES)
    total = 0
    for number, item in enumerate(items):
        if number == MOST:
            break
        total = number + 1
        summary = item.summary
        first = summary.places[0] if summary.places else None
        types[summary.type] += 1
        countries[(first.country if first else None) or ""] += 1
        months[(summary.start or "")[:7]] += 1
        for size, counts in zip(_SQUARES, squares, strict=True):
            if first is not None and first.lat is not None and first.lon is not None:
                counts[first.lon // size * size, first.lat // size * size] += 1
    policy = view.policy
    return Counted(
        total=policy.count(total),
        is_part=total == MOST,
        types=groups.published(dict(types.most_common()), policy),
        countries=groups.published(dict(countries.most_common()), policy),
        months=groups.published(dict(sorted(months.items(), reverse=True)), policy),
        squares=tuple(groups.published(counts, policy) for counts in squares),
    )


def line_of(item: Happening, labels: Labels) -> Line:
    """Return an incident that went through the policy as a line for people."""
    summary = item.summary
    figures = summary.reckoning.figures.items()
    return Line(
        id=item.id,
        family=load_codebook().quad(summary.type),
        kind=labels.code("type", summary.type),
        modes=labels.join(labels.code("mode", f"{summary.type}.{mode}") for mode in summary.modes),
        where=labels.join(_wheres(summary.places, labels)),
        when=labels.days(summary.start, summary.end),
        figures=tuple(
            (labels.say(f"count_{f}", count=g.best), labels.range(g.low, g.high) if g.low != g.high else "")
            for f, g in figures
        ),
        reports=item.reports,
        sources=item.sources,
        contradicted=item.contradicted,
        verdict=item.verdict,
    )


def _wheres(places: Sequence[Where], labels: Labels) -> Iterable[str]:
    """The names of places and, behind those of one country, that country."""
    for place, following in zip_longest(places, places[1:]):
        name, country = place_name(place, labels, {}), labels.country(place.country)
        yield country if name == place.country else name
        if country and (following is None or following.country != place.country):
            yield country


ROUTES: tuple[ControllerRouterHandler, ...] = (overview, incident, table, map_squares)
