"""What two parties do to each other and together: a chart of scores by day or week, and the incidents behind each point."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import urlencode

import msgspec
import sqlalchemy as sa
from litestar import Request, Response, get
from litestar.types import ControllerRouterHandler

from marsad.actors import Party
from marsad.codebook import load_codebook
from marsad.errors import InputError
from marsad.export.views import write_relation
from marsad.link.asking import PERIODS
from marsad.link.relations import Act, Relation, directions, period_of
from marsad.record import incidents as telling
from marsad.record import relations as record_view
from marsad.record.relations import Asked
from marsad.web import scores
from marsad.web.cards import Card, cards_of
from marsad.web.desk import desk_of, needs
from marsad.web.files import as_file, name_of_file
from marsad.web.labels import Labels
from marsad.web.names import name_of, party_of
from marsad.web.settings import SCOPE
from marsad.web.templating import environment, labels_of, page
from marsad.web.view import day_of

_READER = [needs("reader")]
_PER_PAGE = 20
_MOST_PAIRS = 12


class View(NamedTuple):
    """What the address asks for: two parties, how long a period is, from when to when, which period is opened."""

    parties: tuple[Party | None, Party | None]
    asked: Asked
    period: str | None
    page: int

    def query(self, **changes: Any) -> str:
        """Return the query string of this view with some values changed; None takes one out."""
        first, second = (p.text if p else "" for p in self.parties)
        values = {"first": first, "second": second, "by": self.asked.by, "since": self.asked.since}
        values |= {"until": self.asked.until, "period": self.period, **changes}
        return urlencode([(name, str(value)) for name, value in values.items() if value])


class Behind(msgspec.Struct, frozen=True, kw_only=True):
    """An incident behind a point: its card, what it weighs, in which direction, and what that is inferred from."""

    card: Card
    score: str
    ways: tuple[str, ...]
    by_place: bool
    by_report: bool


def view_of(request: Request[Any, Any, Any]) -> View:
    """Return the view that the address of a request names.

    Raises:
        InputError: a value makes no sense.
    """
    given = request.query_params
    by = given.get("by") or "week"
    if by not in PERIODS:
        raise InputError(f"{by!r} is no period; give one of {', '.join(PERIODS)}.")
    since, until = (day_of(given[name]) if given.get(name) else None for name in ("since", "until"))
    number = given.get("page", "1")
    return View(
        parties=(party_of(given.get("first", "")), party_of(given.get("second", ""))),
        asked=Asked(by=by, since=since, until=until, with_empty=True),
        period=given.get("period") or None,
        page=int(number) if number.isdigit() and 0 < len(number) < 6 else 1,
    )


@get("/relations", guards=_READER, sync_to_thread=True)
def relations(request: Request[Any, Any, Any]) -> Response[str]:
    """Show how two parties relate; without two parties, whom the record tells of most."""
    desk, labels, view = desk_of(request), labels_of(request), view_of(request)
    values: dict[str, Any] = {"view": view, "relation": None, "chart": None, "pairs": []}
    values["given"] = [p.text if p else "" for p in view.parties]
    found = _related(request, view)
    if found is None:
        pairs = desk.look(lambda connection: record_view.pairs(connection, _MOST_PAIRS))
        values["pairs"] = [(a, b, labels.country(a), labels.country(b), count) for a, b, count in pairs]
        return page(request, "relations.html", values)
    acts = [a for a in found.acts if view.period in (None, period_of(a.day, view.asked.by)[0])]
    acts.sort(key=lambda a: (a.day, a.id), reverse=True)
    start = (view.page - 1) * _PER_PAGE
    shown = acts[start : start + _PER_PAGE]
    values |= {
        "relation": found,
        "chart": scores.draw_scores(found, labels),
        "names": _names(view, labels),
        "rows": list(_rows(found, labels)),
        "kinds": list(_kinds(found, labels)),
        "behind": desk.look(lambda connection: _behind(connection, shown, labels)),
        "total": len(acts),
        "pages": -(-len(acts) // _PER_PAGE),
        "opened": _label_of(view, labels),
        "dated": sum(a.by_report for a in found.acts),
        "placed": sum(a.by_place for a in found.acts),
    }
    return page(request, "relations.html", values)


def _related(request: Request[Any, Any, Any], view: View) -> Relation | None:
    """The relation of the two parties; None where fewer than two are given."""
    first, second = view.parties
    if first is None or second is None:
        return None
    if (first.country, first.id, first.folded) == (second.country, second.id, second.folded):
        same = InputError(f"{first.text!r} and {second.text!r} are the same party; give two.")
        raise same.known_as("same_party", first=first.text, second=second.text)
    return desk_of(request).look(lambda connection: record_view.relate(connection, (first, second), view.asked))


def _names(view: View, labels: Labels) -> tuple[str, str]:
    first, second = (name_of(p, labels) if p else "" for p in view.parties)
    return first, second


def _label_of(view: View, labels: Labels) -> str:
    if view.period is None:
        return ""
    try:
        if view.asked.by == "day":
            return labels.day(day_of(view.period))
        import datetime

        year, _, week = view.period.partition("-W")
        monday = datetime.date.fromisocalendar(int(year), int(week), 1)
    except ValueError as error:
        raise InputError(f"{view.period!r} is no week; write 2025-W30.") from error
    return labels.days(monday.isoformat(), (monday + datetime.timedelta(days=6)).isoformat())


def _rows(found: Relation, labels: Labels) -> Iterable[tuple[str, str, dict[str, Any]]]:
    """The periods with incidents, the latest first: name, label, and for each way the number, sum and mean."""
    ways = dict(zip(directions(found.parties), ("forth", "back", "both"), strict=True))
    periods: dict[str, tuple[str, dict[str, Any]]] = {}
    for p in found.points:
        if p.incidents:
            _, cells = periods.setdefault(p.period, (labels.days(p.start, p.end), {}))
            mean = "" if p.mean is None else scores.signed(p.mean)
            cells[ways[p.direction]] = (p.incidents, scores.signed(p.sum), mean)
    for period in sorted(periods, reverse=True):
        yield (period, *periods[period])


def _kinds(found: Relation, labels: Labels) -> Iterable[tuple[str, str, str, tuple[int, int, int]]]:
    """The categories by how often: family, name, score, and how many incidents forth, back and in all."""
    book = load_codebook()
    sums = {
        "forth": Counter(a.type for a in found.acts if a.forth),
        "back": Counter(a.type for a in found.acts if a.back),
        "both": Counter(a.type for a in found.acts),
    }
    for code, count in sums["both"].most_common():
        counts = (sums["forth"][code], sums["back"][code], count)
        yield book.quad(code), labels.code("type", code), scores.signed(book.score(code)), counts


def _behind(connection: sa.Connection, acts: Iterable[Act], labels: Labels) -> list[Behind]:
    chosen = list(acts)
    cards = cards_of(connection, [telling.find(connection, a.id) for a in chosen], labels)
    return [
        Behind(
            card=card,
            score=scores.signed(act.score),
            ways=tuple(way for way, is_so in (("forth", act.forth), ("back", act.back)) if is_so),
            by_place=act.by_place,
            by_report=act.by_report,
        )
        for act, card in zip(chosen, cards, strict=True)
    ]


@get("/relations.csv", guards=_READER, opt={SCOPE: "export"}, sync_to_thread=True)
def relations_csv(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return the points of two parties as CSV: a row for each period and direction, a column for each category."""
    view = view_of(request)
    found = _asked(request, view)
    stream = io.StringIO()
    write_relation(found, stream)
    # Excel reads Arabic in a CSV file only behind a byte order mark.
    return as_file(request, stream.getvalue().encode("utf-8-sig"), _file(view, "csv"), "text/csv")


@get("/relations.svg", guards=_READER, opt={SCOPE: "export"}, sync_to_thread=True)
def relations_svg(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return the chart of two parties as a picture of its own."""
    view, labels = view_of(request), labels_of(request)
    found = _asked(request, view)
    values = {"chart": scores.draw_scores(found, labels), "names": _names(view, labels), "by": view.asked.by}
    body = environment(labels.lang).get_template("relations.svg").render(**values)
    return as_file(request, body.encode(), _file(view, "svg"), "image/svg+xml")


def _asked(request: Request[Any, Any, Any], view: View) -> Relation:
    found = _related(request, view)
    if found is None:
        raise InputError("Give two parties: ?first=RUS&second=UKR.")
    return found


def _file(view: View, ending: str) -> str:
    return name_of_file("relations", *(p.label for p in view.parties if p), view.asked.by, ending=ending)


ROUTES: tuple[ControllerRouterHandler, ...] = (relations, relations_csv, relations_svg)
