"""The review queue: what matters and is doubtful comes first, one key answers, and two people may answer the same."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from litestar import Request, Response, get
from litestar.types import ControllerRouterHandler

from marsad.errors import InputError
from marsad.record import review as queue
from marsad.web import incident as incident_page
from marsad.web.desk import desk_of, needs, who
from marsad.web.templating import labels_of, page


@get("/review", guards=[needs("coder")], sync_to_thread=True)
def review(request: Request[Any, Any, Any]) -> Response[str]:
    """Show the next incident to judge: nobody's yet; with `?second=1` one that others judged and the asker did not; with
    `?mine=1` one that was assigned to the asker.
    """
    desk, labels, person = desk_of(request), labels_of(request), who(request)
    skipped = [v for v in (request.query_params.get("skip") or "").split(",") if v][-queue.MOST_SKIPPED :]
    is_second, is_mine = (request.query_params.get(name) == "1" for name in ("second", "mine"))

    def gather(connection: sa.Connection) -> dict[str, Any]:
        assigned = queue.assigned(connection, person.name)
        among = assigned if is_mine else None
        name = queue.following(connection, person.name, skipped, is_second=is_second, among=among)
        return {
            "progress": queue.progress(connection, person.name),
            "assigned_to_me": len(assigned),
            "agreement": queue.agreement(connection),
            **(incident_page.gather(connection, name, labels) if name else {"incident": None}),
        }

    found = desk.look(gather)
    if len(",".join(skipped)) > _LONGEST:
        raise InputError("Too many incidents were skipped; start again at /review.")
    values = {
        **found,
        "noted": incident_page.noted_of(request),
        "skipped": skipped,
        "is_second": is_second,
        "is_mine": is_mine,
    }
    return page(request, "review.html", values)


_LONGEST = 4_000

ROUTES: tuple[ControllerRouterHandler, ...] = (review,)
