"""The overview's histogram as files to keep: a table of what is counted, and a picture of its own."""

from __future__ import annotations

import csv
import io
from typing import Any

from litestar import Request, Response, get
from litestar.types import ControllerRouterHandler

from marsad.codebook import load_codebook
from marsad.export.tables import safe
from marsad.web import charts
from marsad.web.desk import desk_of, needs
from marsad.web.files import as_file, name_of_file
from marsad.web.overview import chips, counted
from marsad.web.settings import SCOPE
from marsad.web.templating import environment, labels_of
from marsad.web.view import View, view_of

_READER = [needs("reader")]
_COLUMNS = ("period", "since", "until", "type", "family", "incidents")


@get("/histogram.csv", guards=_READER, opt={SCOPE: "export"}, sync_to_thread=True)
def histogram_csv(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return the incidents of a view counted by period and category, a row for each that has any."""
    view, book = view_of(request), load_codebook()
    _, _, bars = counted(desk_of(request).find(view.wanted))
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for period, code, count in bars:
        writer.writerow([safe(cell) for cell in (period, *charts.days_of(period), code, book.quad(code), count)])
    return as_file(request, stream.getvalue().encode("utf-8-sig"), _file(view, "csv"), "text/csv")


@get("/histogram.svg", guards=_READER, opt={SCOPE: "export"}, sync_to_thread=True)
def histogram_svg(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return the histogram of a view as a picture, with what it is filtered by."""
    view, labels = view_of(request), labels_of(request)
    total, unit, bars = counted(desk_of(request).find(view.wanted))
    values = {
        "chart": charts.draw_histogram(bars, unit, labels),
        "total": total,
        "filters": [label for label, _ in chips(view, labels)],
    }
    body = environment(labels.lang).get_template("histogram.svg").render(**values)
    return as_file(request, body.encode(), _file(view, "svg"), "image/svg+xml")


def _file(view: View, ending: str) -> str:
    wanted = view.wanted
    parts = (wanted.country, *wanted.types, wanted.place, wanted.since, wanted.until)
    return name_of_file("incidents", "over-time", *(part for part in parts if part), ending=ending)


ROUTES: tuple[ControllerRouterHandler, ...] = (histogram_csv, histogram_svg)
