"""How the feeds that are watched fare: when each last answered, what it led to, what is wrong with it."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get
from litestar.types import ControllerRouterHandler

from marsad.record import watched
from marsad.web.desk import desk_of, needs
from marsad.web.templating import page


@get("/feeds", guards=[needs("reader")], sync_to_thread=True)
def feeds(request: Request[Any, Any, Any]) -> Response[str]:
    """Show the feeds, those that fail longest first."""
    desk = desk_of(request)
    every = sorted(desk.look(watched.list_feeds), key=lambda feed: -feed.failures)
    return page(request, "feeds.html", {"feeds": every, "pages": desk.look(watched.count_pages)})


ROUTES: tuple[ControllerRouterHandler, ...] = (feeds,)
