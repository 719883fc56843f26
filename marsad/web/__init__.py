"""The desk: the web pages over the record. `make_app` makes the whole of it; `ROUTES` is every page and action, written out.

A new page is one more name in `ROUTES`. Handlers look at the record through the `Desk` that `desk_of` gives them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from litestar import Litestar, Router
from litestar.config.compression import CompressionConfig
from litestar.static_files import create_static_files_router
from litestar.types import ControllerRouterHandler

from marsad.publication.policy import RECORD, load_policy
from marsad.web import (
    account,
    accounts,
    accuracy,
    actions,
    agreements,
    errors,
    feeds,
    histogram,
    hooks,
    incident,
    live,
    overview,
    people,
    picking,
    policy,
    processes,
    public,
    relations,
    report,
    review,
    sources,
    words,
)
from marsad.web.desk import Desk
from marsad.web.security import Gate, comes_from_here
from marsad.web.settings import DeskSettings

ROUTES: tuple[ControllerRouterHandler, ...] = (
    *overview.ROUTES,
    *live.ROUTES,
    *histogram.ROUTES,
    *incident.ROUTES,
    *report.ROUTES,
    *picking.ROUTES,
    *review.ROUTES,
    *actions.ROUTES,
    *relations.ROUTES,
    *processes.ROUTES,
    *agreements.ROUTES,
    *sources.ROUTES,
    *feeds.ROUTES,
    *words.ROUTES,
    *people.ROUTES,
    *account.ROUTES,
    *accuracy.ROUTES,
    *hooks.ROUTES,
    *policy.ROUTES,
    *public.ROUTES,
)
"""Every page and action of the desk."""

_CODE_WAIT_S = 900.0  # six digits are few

STATIC = Path(__file__).parent / "static"


def make_app(settings: DeskSettings) -> Litestar:
    """Return the desk as an ASGI application over the record that the settings name.

    Raises:
        RecordError: there is no such record, or it cannot be opened.
        InputError: the public policy is none.
    """
    from marsad.web import api  # brings the exports along, which the pages do without

    if settings.public not in (None, RECORD):
        load_policy(str(settings.public))  # better now than when the first guest comes

    desk = Desk(settings)
    static: Router = create_static_files_router(path="/static", directories=[STATIC], cache_control=errors.STAYS)

    teller = hooks.Teller(desk) if settings.delivers else None

    def begin(_app: Litestar) -> None:
        if teller is not None:
            teller.start()
        desk.warm()

    def close(_app: Litestar) -> None:
        if teller is not None:
            teller.stop()
        desk.close()

    app = Litestar(
        route_handlers=[*ROUTES, api.ROUTER, static],
        guards=[comes_from_here],
        exception_handlers=errors.HANDLERS,
        compression_config=CompressionConfig(
            backend="gzip", gzip_compress_level=5, exclude=["/static/vendor/fonts", "^/live", "^/api/v1/stream"]
        ),
        on_startup=[begin],
        on_shutdown=[close],
        openapi_config=api.OPENAPI,
        include_in_schema=False,
        request_max_body_size=2_000_000,
    )
    app.state.desk = desk
    app.state.throttle = accounts.Throttle()
    app.state.code_throttle = accounts.Throttle(wait_s=_CODE_WAIT_S)
    # Around everything, so that what no route answers passes it too.
    app.asgi_handler = Gate(settings, app.asgi_handler)
    return app


__all__: list[Any] = ["ROUTES", "make_app"]
