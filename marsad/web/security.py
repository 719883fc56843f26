"""The gate that every request passes: which hosts are answered, who asks, that a form came from our own page, the headers.

A form proves where it comes from three ways: the browser says its origin, the cookie is not sent from other sites, and the
form or its header repeats the cookie's value. A program with a token sends no cookie and needs none of them.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import MutableScopeHeaders
from litestar.exceptions import PermissionDeniedException
from litestar.handlers import BaseRouteHandler
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from marsad.web import accounts
from marsad.web.settings import DeskSettings, Person, person_at_this_machine

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
SEAT = "marsad_seat"
"""The cookie that a form repeats."""
SESSION = "marsad_session"
FIELD = "_seat"
HEADER = "x-marsad-seat"
KEEPS_NOTHING = "keeps_nothing"
"""Marks a handler of the API that posts to ask, not to change: it needs no form's proof."""
_SAFE = ("GET", "HEAD", "OPTIONS")
_HARMLESS = "/static/"


class Gate:
    """Lets requests in or turns them away; the person who asks is `scope["user"]`, the form's proof `state.seat`."""

    def __init__(self, settings: DeskSettings, app: ASGIApp) -> None:
        self._app = app
        self._hosts = settings.hosts()
        self._needs_login = settings.needs_login()
        self._sits_here = None if self._needs_login else person_at_this_machine()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer that it is turned away."""
        request: Request[Any, Any, Any] = Request(scope, receive)
        host = request.headers.get("host", "").lower()
        if host not in self._hosts:
            return await _refuse(send, 421, f"This desk does not answer to the name {host[:100]!r}.")
        cookies = _cookies(request)
        scope["user"] = await self._person(request, cookies)
        seat = cookies.get(SEAT, "")
        is_new = len(seat) < _SEAT_LENGTH
        seat = secrets.token_urlsafe(_SEAT_BYTES) if is_new else seat
        scope["state"]["seat"] = seat
        scope["state"]["hosts"] = self._hosts
        sets = f"{SEAT}={seat}; Path=/; HttpOnly; SameSite=Strict" if is_new else ""
        return await self._app(scope, receive, _with_headers(send, request.url.path, sets))

    async def _person(self, request: Request[Any, Any, Any], cookies: dict[str, str]) -> Person | None:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return await asyncio.to_thread(accounts.holder_of, request.app.state.desk.look, token.strip(), "token")
        if self._sits_here is not None:
            return self._sits_here
        session = cookies.get(SESSION)
        if not session:
            return None
        return await asyncio.to_thread(accounts.holder_of, request.app.state.desk.look, session, "session")


_SEAT_BYTES = 24
_SEAT_LENGTH = 32


def _cookies(request: Request[Any, Any, Any]) -> dict[str, str]:
    jar = SimpleCookie()
    try:
        jar.load(request.headers.get("cookie", ""))
    except Exception:
        return {}
    return {name: morsel.value for name, morsel in jar.items()}


async def comes_from_here(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    """Guard every change: the form must come from our own page, unless a program with a token sends it.

    Raises:
        PermissionDeniedException: it does not.
    """
    person: Person | None = connection.scope["user"]
    if not isinstance(connection, Request) or connection.method in _SAFE or (person is not None and person.by_token):
        return
    if _handler.opt.get(KEEPS_NOTHING) and _is_from_here(connection):
        return
    problem = await _forged(connection)
    if problem:
        raise PermissionDeniedException(f"This form is stale or comes from elsewhere ({problem}): reload the page.")


def _is_from_here(request: Request[Any, Any, Any]) -> bool:
    """Whether a request names no other origin or site than our own; programs name none."""
    return not _elsewhere(request)


def _elsewhere(request: Request[Any, Any, Any]) -> str:
    """Where a request says that it comes from, if not from here; empty if from here or it does not say."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc.lower() not in request.scope["state"]["hosts"]:
        return "another origin"
    is_same = request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
    return "" if is_same else "another site"


async def _forged(request: Request[Any, Any, Any]) -> str:
    """What is wrong with where a form comes from; empty if nothing."""
    elsewhere = _elsewhere(request)
    if elsewhere:
        return elsewhere
    seat = request.scope["state"]["seat"]
    given = request.headers.get(HEADER)
    if given is None and request.headers.get("content-type", "").startswith(
        ("application/x-www-form-urlencoded", "multipart/form-data")
    ):
        given = str((await request.form()).get(FIELD, ""))
    return "" if given is not None and hmac.compare_digest(given.encode(), seat.encode()) else "no proof"


def _with_headers(send: Send, path: str, cookie: str) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableScopeHeaders.from_message(message)
            for name, value in HEADERS.items():
                headers[name] = value
            if not path.startswith(_HARMLESS):
                headers.setdefault("cache-control", "private, no-store")
            if cookie:
                headers.add("set-cookie", cookie)
        await send(message)

    return sending


async def _refuse(send: Send, status: int, reason: str) -> None:
    body = reason.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    headers += [(name.encode(), value.encode()) for name, value in HEADERS.items()]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
