"""Webhooks on the desk: who is told of incidents, how that goes, and the thread that tells them while the desk is open."""

from __future__ import annotations

import asyncio
import datetime
import logging
import threading
from typing import Any
from urllib.parse import urlsplit

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from marsad import delivering
from marsad.errors import InputError
from marsad.publication.policy import BUILT_IN, RECORD
from marsad.record import hooks
from marsad.web.desk import Desk, desk_of, needs, who
from marsad.web.templating import page

_ADMIN = [needs("admin")]
_EVERY_S = 5.0
_MOST_LINES = 100
_POLICIES = (RECORD, *BUILT_IN)


class Teller:
    """Tells webhooks while the desk is open. What it has not told when it stops stands in the record."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)

    def start(self) -> None:
        """Begin telling."""
        self._thread.start()

    def stop(self) -> None:
        """End telling, after what is just being sent."""
        self._end.set()
        self._thread.join(timeout=20)

    def _run(self) -> None:
        while not self._end.wait(_EVERY_S):
            try:
                self._desk.deliver()
            except Exception:  # one bad round must not end the others
                logging.getLogger("marsad").exception("webhooks could not be told; trying again")


@get("/webhooks", guards=_ADMIN)
async def hooks_page(request: Request[Any, Any, Any]) -> Response[str]:
    """Show who is told of incidents, and the last deliveries."""
    return await _show(request, None)


async def _show(request: Request[Any, Any, Any], secret: str | None) -> Response[str]:
    def gather(connection: Any) -> dict[str, Any]:
        return {"hooks": hooks.list_all(connection), "log": hooks.log(connection, _MOST_LINES)}

    found = await asyncio.to_thread(desk_of(request).look, gather)
    by_key = {hook.key: urlsplit(hook.url).netloc for hook in found["hooks"]}
    values = {**found, "by_key": by_key, "policies": _POLICIES, "secret": secret}
    return page(request, "webhooks.html", values, status=201 if secret else 200)


@post("/webhooks", guards=_ADMIN, status_code=201)
async def add_hook(request: Request[Any, Any, Any]) -> Response[str]:
    """Register a webhook at a public address, and show its secret this once."""
    form, person = await request.form(), who(request)
    url, policy = str(form.get("url", "")).strip()[:2_000], str(form.get("policy", ""))
    if policy not in _POLICIES:  # a file of this machine is for whoever sits at it
        raise InputError(f"{policy[:40]!r} is no policy here; give one of {', '.join(_POLICIES)}.")
    now = datetime.datetime.now(datetime.UTC)
    _, secret = await asyncio.to_thread(
        desk_of(request).change,
        lambda c: delivering.register(c, url, policy, person.name, private=False, now=now),
        person,
        ("add webhook", f"{url[:200]} ({policy})"),
    )
    return await _show(request, secret)


@post("/webhooks/{key:int}", guards=_ADMIN, status_code=303)
async def change_hook(request: Request[Any, Any, Any], key: FromPath[int]) -> Redirect:
    """Stop telling a webhook, begin again, or forget it."""
    action = str((await request.form()).get("do", ""))
    works = {
        "stop": lambda c: hooks.switch(c, key, active=False),
        "begin": lambda c: hooks.switch(c, key, active=True),
        "remove": lambda c: hooks.remove(c, key),
    }
    if action not in works:
        raise InputError("Say what is to be done with the webhook: stop, begin or remove.")
    await asyncio.to_thread(desk_of(request).change, works[action], who(request), (f"{action} webhook", str(key)))
    return Redirect("/webhooks", status_code=303)


@post("/webhooks/deliveries/{key:int}/again", guards=_ADMIN, status_code=303)
async def send_again(request: Request[Any, Any, Any], key: FromPath[int]) -> Redirect:
    """Let a delivery that was given up be tried again."""
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    await asyncio.to_thread(
        desk_of(request).change, lambda c: hooks.send_again(c, key, now), who(request), ("send again", str(key))
    )
    return Redirect("/webhooks", status_code=303)


ROUTES: tuple[ControllerRouterHandler, ...] = (hooks_page, add_hook, change_hook, send_again)
