"""How well the machine reads this record: what people answered in the review, as gold, against what was read."""

from __future__ import annotations

import io
from typing import Any

from litestar import Request, Response, get
from litestar.types import ControllerRouterHandler

from marsad import reviewing
from marsad.web.desk import desk_of, needs, note, who
from marsad.web.settings import SCOPE
from marsad.web.templating import labels_of, page

_KEPT_S = 60.0


@get("/accuracy", guards=[needs("reader")], sync_to_thread=True)
def accuracy(request: Request[Any, Any, Any]) -> Response[str]:
    """Show for each field how much of what the machine read is right, as far as people reviewed it."""
    labels = labels_of(request)
    reviewed, result = desk_of(request).remember("accuracy", reviewing.measure, _KEPT_S)
    named = [
        (labels.say(f"measure_{line.field.replace(', ', '_').replace(' ', '_')}"), line)
        for line in reviewing.lines(result)
    ]
    return page(request, "accuracy.html", {"reviewed": reviewed, "named": named, "few": reviewing.FEW})


@get("/reviewed.gold.jsonl", guards=[needs("coder")], opt={SCOPE: "export"}, sync_to_thread=True)
def gold(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return what people reviewed as gold, one report a line, with its text; the log notes it."""
    desk, stream = desk_of(request), io.BytesIO()
    count = desk.look(lambda connection: reviewing.write_cases(reviewing.cases(connection), stream))
    desk.write(lambda c: note(c, who(request).name, "export", f"reviewed.gold.jsonl ({count})"))
    headers = {"content-disposition": 'attachment; filename="reviewed.gold.jsonl"'}
    return Response(stream.getvalue(), media_type="application/x-ndjson", headers=headers)


ROUTES: tuple[ControllerRouterHandler, ...] = (accuracy, gold)
