"""What a person or a program is told when a request cannot be served: a page, or one JSON shape for the API."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from litestar import Request, Response
from litestar.datastructures import CacheControlHeader
from litestar.exceptions import HTTPException
from litestar.response import Redirect

from marsad.errors import CodebookError, InputError, MarsadError, RecordError
from marsad.web.desk import desk_of, person_of
from marsad.web.templating import labels_of, page

STAYS = CacheControlHeader(max_age=86_400, public=True)
"""How long a browser keeps a file of the package; addresses carry the version."""

_PHRASES = {status.phrase for status in HTTPStatus}
"""What a server says where nobody says anything: the page has words of its own for it."""
_STATUS: dict[type[MarsadError], int] = {InputError: 400, CodebookError: 400, RecordError: 409}


def status_of(error: Exception) -> int:
    """Return the HTTP status that an error means."""
    if isinstance(error, HTTPException):
        return error.status_code
    if isinstance(error, RecordError) and "holds no" in str(error):
        return 404
    return next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 500)


def answer(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Return the answer to a request that failed: what is wrong and what to do, nothing of the program's insides."""
    status = status_of(error)
    said = error.detail if isinstance(error, HTTPException) else str(error) if isinstance(error, MarsadError) else ""
    if status == 500:
        request.logger.error("a request failed", exc_info=error)
    if request.url.path.startswith("/api"):
        body = {"error": {"status": status, "message": _faults(error) or said or "The desk failed."}}
        return Response(body, status_code=status, headers=_headers(error, status))
    wants_page = request.method == "GET" and "hx-request" not in request.headers
    if status in (401, 403) and wants_page and request.url.path == "/" and _has_public(request):
        return Redirect("/public")
    if status == 401 and wants_page:
        return Redirect("/login", query_params={"next": request.url.path + _query(request)})
    said, is_ours = (labels_of(request).refusal(error), True) if isinstance(error, MarsadError) else (said, False)
    values = {"status": status, "said": "" if said in _PHRASES else said}
    return page(request, "error.html", {**values, "is_english": not is_ours or said == str(error)}, status=status)


def _faults(error: Exception) -> str:
    """What is wrong with which value that was sent, where that is known."""
    extra = error.extra if isinstance(error, HTTPException) else None
    faults = [fault for fault in extra if isinstance(fault, dict)] if isinstance(extra, list) else []
    named = [": ".join(v for v in (fault.get("key"), fault.get("message")) if v) for fault in faults]
    return f"This is not what is taken here: {'; '.join(named)}." if any(named) else ""


def _headers(error: Exception, status: int) -> dict[str, str]:
    """What goes with a status: which methods there are, when to come back, how to say who one is."""
    given = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    return given | ({"www-authenticate": "Bearer"} if status == 401 else {})


def _has_public(request: Request[Any, Any, Any]) -> bool:
    """Whether there is a public view for whoever may not see the record."""
    person = person_of(request)
    return desk_of(request).settings.public is not None if person is None else not person.by_token


def _query(request: Request[Any, Any, Any]) -> str:
    return f"?{request.url.query}" if request.url.query else ""


HANDLERS: dict[int | type[Exception], Any] = {
    HTTPException: answer,
    MarsadError: answer,
    500: answer,
}
