"""Publishers and cited sources, and the incidents of a view as a table to keep."""

from __future__ import annotations

import csv
import io
from typing import Any

from litestar import Request, Response, get
from litestar.types import ControllerRouterHandler

from marsad.export.tables import safe
from marsad.record import overview as record_view
from marsad.record.fares import MOST, Fared, Fares, fares
from marsad.web.cards import cards_of
from marsad.web.desk import desk_of, needs, note, who
from marsad.web.files import as_file
from marsad.web.names import source_name
from marsad.web.settings import SCOPE
from marsad.web.templating import labels_of, page
from marsad.web.view import view_of

_READER = [needs("reader")]
_MOST_ROWS = 50_000
_MOST_SHOWN = 100
_FRESH_S = 300.0
_COLUMNS = Fared.__struct_fields__


@get("/sources", guards=_READER, sync_to_thread=True)
def sources(request: Request[Any, Any, Any]) -> Response[str]:
    """Show publishers and cited sources: how much they say, how early, what did not hold, and who copies whom."""
    labels = labels_of(request)
    found = _fares(request)
    values = {
        "publishers": found.publishers[:_MOST_SHOWN],
        "cited": [(source_name(f.name, labels), f) for f in found.cited[:_MOST_SHOWN]],
        "more": (max(0, len(found.publishers) - _MOST_SHOWN), max(0, len(found.cited) - _MOST_SHOWN)),
        "incidents": found.incidents,
        "is_capped": found.incidents >= MOST,
    }
    return page(request, "sources.html", values)


def _fares(request: Request[Any, Any, Any]) -> Fares:
    return desk_of(request).remember("fares", fares, _FRESH_S)


@get("/sources.csv", guards=_READER, opt={SCOPE: "export"}, sync_to_thread=True)
def sources_csv(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return publishers and cited sources as CSV, a row for each."""
    found = _fares(request)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(("kind", *_COLUMNS))
    for kind, rows in (("publisher", found.publishers), ("cited", found.cited)):
        for fared in rows:
            told = {name: getattr(fared, name) for name in _COLUMNS}
            told["copied_from"] = "; ".join(f"{name} {count}" for name, count in fared.copied_from)
            writer.writerow([safe("" if cell is None else cell) for cell in (kind, *told.values())])
    return as_file(request, stream.getvalue().encode("utf-8-sig"), "sources.csv", "text/csv")


@get("/incidents.csv", guards=_READER, opt={SCOPE: "export"}, sync_to_thread=True)
def table(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return the incidents of a view as a table, in the language of whoever asks; the log notes it."""
    desk, view, labels = desk_of(request), view_of(request), labels_of(request)
    portion = 0, _MOST_ROWS
    passing = desk.find(view.wanted)
    found = desk.look(lambda c: record_view.page(c, passing, portion, view.order))
    cards = desk.look(lambda c: cards_of(c, found, labels))
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    head = ("id", "type", "modes", "when", "where", "figures", "reports", "sources")
    writer.writerow(("id", *(labels.say(name) for name in head[1:])))
    for card in cards:
        figures = labels.join(f"{said} ({span})" if span else said for said, span in card.figures)
        where = labels.join((card.where, card.country))
        row = (card.id, card.kind, card.modes, card.when, where, figures, card.reports, card.sources)
        writer.writerow([safe(value) for value in row])
    desk.write(lambda c: note(c, who(request).name, "export", f"incidents.csv{view.query()}"[:400]))
    return file_of("incidents.csv", stream.getvalue())


def file_of(name: str, content: str) -> Response[bytes]:
    """Return a file to keep; Excel reads Arabic only behind a byte order mark."""
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content.encode("utf-8-sig"), media_type="text/csv", headers=headers)


ROUTES: tuple[ControllerRouterHandler, ...] = (sources, sources_csv, table)
