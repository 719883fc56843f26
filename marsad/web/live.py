"""Live arrival: how many incidents of a view came in since it was made, told as they come, or asked now and then."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.params import FromQuery
from litestar.response import ServerSentEvent
from litestar.response.sse import ServerSentEventMessage
from litestar.types import ControllerRouterHandler

from marsad.record import overview as record_view
from marsad.web.desk import Desk, desk_of, needs
from marsad.web.labels import Labels
from marsad.web.templating import labels_of
from marsad.web.view import View, view_of

_READER = [needs("reader")]
_STEP_S = 1.0
_STEPS = 2
"""A stream looks after so many steps; it ends within one of them when the desk closes."""
_BEAT_S = 20.0
_LONGEST_S = 600.0
"""A stream ends after so long, and whoever listens comes back: by then a session may have ended."""
_MOST_STREAMS = 200


class News(msgspec.Struct, frozen=True):
    """How many incidents are new, in a number and in words."""

    count: int
    said: str


def news_of(desk: Desk, view: View, after: int, labels: Labels) -> News:
    """Return how many incidents of a view came in since the moment with this stamp."""
    count = record_view.born_since(desk.find(view.wanted), after)
    return News(count, labels.say("new_incidents", count=count) if count else "")


@get("/new", guards=_READER, sync_to_thread=True)
def newcomers(request: Request[Any, Any, Any], after: FromQuery[int] = 0) -> Response[bytes]:
    """Say how many incidents of a view are new, for those that cannot listen to the stream."""
    news = news_of(desk_of(request), view_of(request), after, labels_of(request))
    return Response(msgspec.json.encode(news), media_type="application/json")


@get("/live", guards=_READER, sync_to_thread=False)
def live(request: Request[Any, Any, Any], after: FromQuery[int] = 0) -> Response[Any]:
    """Tell how many incidents of a view are new, whenever that changes (server-sent events)."""
    desk, view, labels = desk_of(request), view_of(request), labels_of(request)
    if desk.streams >= _MOST_STREAMS:
        return Response(b"", status_code=204)  # to those who listen: ask now and then instead
    return ServerSentEvent(_told(desk, view, after, labels))


async def _told(desk: Desk, view: View, after: int, labels: Labels) -> AsyncIterator[ServerSentEventMessage]:
    desk.streams += 1
    try:
        began = beat = time.monotonic()
        stamp, last = after, 0
        yield ServerSentEventMessage(comment="Marsad")
        while time.monotonic() - began < _LONGEST_S:
            now = await asyncio.to_thread(lambda: desk.glance().stamp)
            if now != stamp:
                stamp = now
                news = await asyncio.to_thread(news_of, desk, view, after, labels)
                if news.count != last:
                    last = news.count
                    yield ServerSentEventMessage(event="news", data=msgspec.json.encode(news).decode())
            if time.monotonic() - beat > _BEAT_S:
                beat = time.monotonic()
                yield ServerSentEventMessage(comment="still here")
            for _ in range(_STEPS):
                await asyncio.sleep(_STEP_S)
                if desk.is_closing:
                    return
    finally:
        desk.streams -= 1


ROUTES: tuple[ControllerRouterHandler, ...] = (newcomers, live)
