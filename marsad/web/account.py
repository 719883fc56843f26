"""One's own account: the second factor, turned on and off by whoever has it, and asked for at login."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

import sqlalchemy as sa
from litestar import Request, Response, get, post
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from marsad.web import accounts, second
from marsad.web.desk import desk_of, needs, note, who
from marsad.web.people import HALF, account_of, cookie, local_path
from marsad.web.security import SESSION
from marsad.web.settings import Person
from marsad.web.templating import labels_of, page

_OWN = [needs("guest")]
_STATUS = {"": 200, "second_wrong": 403, "second_wait": 429}

Done = TypeVar("Done")


@get("/account", guards=_OWN)
async def account_page(request: Request[Any, Any, Any]) -> Response[str]:
    """Show one's own account."""
    return await _show(request)


async def _show(
    request: Request[Any, Any, Any], problem: str = "", codes: list[str] | None = None, status: int = 200
) -> Response[str]:
    account, person, labels = account_of(request), who(request), labels_of(request)

    def about(connection: sa.Connection) -> dict[str, Any]:
        secret = second.waiting(connection, account)
        address = second.address_of(secret, person.name) if secret else ""
        return {
            "is_on": second.is_on(connection, account),
            "left": second.left(connection, account),
            "secret": " ".join(secret[k : k + 4] for k in range(0, len(secret), 4)) if secret else "",
            "qr": second.draw(address, labels.say("second_qr")) if address else "",
        }

    values = await asyncio.to_thread(desk_of(request).look, about)
    return page(request, "account.html", {**values, "problem": problem, "codes": codes}, status=status)


@post("/account/second", guards=_OWN, status_code=303)
async def begin_second(request: Request[Any, Any, Any]) -> Response[Any]:
    """Begin a second factor; takes the password, so that a desk left open is not enough."""
    account, person, form = account_of(request), who(request), await request.form()
    password, throttle = str(form.get("password", ""))[:1000], _throttle(request)
    key = f"password {account}"
    if not throttle.take(key):
        return await _show(request, "second_wait", status=429)

    def work(connection: sa.Connection) -> bool:
        if accounts.check(connection, person.name, password) is None:
            return False
        second.begin(connection, account)
        note(connection, person.name, "begin second factor", None)
        return True

    if not await asyncio.to_thread(desk_of(request).write, work):
        return await _show(request, "second_password_wrong", status=403)
    throttle.forgive(key)
    return Redirect("/account", status_code=303)


@post("/account/second/on", guards=_OWN, status_code=200)
async def finish_second(request: Request[Any, Any, Any]) -> Response[str]:
    """Turn the second factor on with a first code, and show the recovery codes this once."""
    account, person, code = account_of(request), who(request), await _code(request)

    def work(connection: sa.Connection) -> list[str] | None:
        codes = second.finish(connection, account, code)
        note(connection, person.name, "second factor on" if codes else "code refused", None)
        return codes

    codes, problem = await _try(request, account, work)
    return await _show(request, problem, codes, _STATUS[problem])


@post("/account/second/off", guards=_OWN, status_code=303)
async def end_second(request: Request[Any, Any, Any]) -> Response[Any]:
    """Turn the second factor off; takes a code of it, or a recovery code."""
    account, person, code = account_of(request), who(request), await _code(request)

    def work(connection: sa.Connection) -> bool | None:
        if not second.passes_second(connection, account, code):
            note(connection, person.name, "code refused", None)
            return None
        second.end(connection, account)
        note(connection, person.name, "second factor off", None)
        return True

    done, problem = await _try(request, account, work)
    return Redirect("/account", status_code=303) if done else await _show(request, problem, status=_STATUS[problem])


@get("/login/code")
async def code_page(request: Request[Any, Any, Any]) -> Response[str]:
    """Show the form for the second factor to whoever gave the right name and password."""
    after = local_path(request.query_params.get("next"))
    if await _half(request) is None:
        return page(request, "login.html", {"problem": "", "after": after})
    return page(request, "code.html", {"problem": "", "after": after})


@post("/login/code", status_code=303)
async def give_code(request: Request[Any, Any, Any]) -> Response[Any]:
    """Let in whoever gave name and password, and now a code that fits; after some failures nobody for a while."""
    person, code = await _half(request), await _code(request)
    after = local_path(str((await request.form()).get("after", "")))
    if person is None or person.account is None:
        return Redirect("/login", query_params={"next": after}, status_code=303)
    account, half = person.account, request.cookies.get(HALF, "")

    def work(connection: sa.Connection) -> str | None:
        if not second.passes_second(connection, account, code):
            note(connection, person.name, "code refused", None)
            return None
        accounts.put_out(connection, half)
        note(connection, person.name, "login", None)
        return accounts.let_in(connection, account)

    secret, problem = await _try(request, account, work)
    if secret is None:
        return page(request, "code.html", {"problem": problem, "after": after}, status=_STATUS[problem])
    cookies = [cookie(request, SESSION, secret), cookie(request, HALF, "")]
    return Redirect(after, status_code=303, cookies=cookies)


async def _half(request: Request[Any, Any, Any]) -> Person | None:
    """Whose name and password were right, a moment ago."""
    secret = request.cookies.get(HALF, "")
    return await asyncio.to_thread(accounts.holder_of, desk_of(request).look, secret, "half")


async def _code(request: Request[Any, Any, Any]) -> str:
    return str((await request.form()).get("code", ""))[:100]


async def _try(
    request: Request[Any, Any, Any], account: int, work: Callable[[sa.Connection], Done | None]
) -> tuple[Done | None, str]:
    """Do some work that a code opens; None with the label of why, where it does not, or was tried too often."""
    throttle, key = _throttle(request), f"code {account}"
    if not throttle.take(key):
        return None, "second_wait"
    done = await asyncio.to_thread(desk_of(request).write, work)
    if done is None:
        return None, "second_wrong"
    throttle.forgive(key)
    return done, ""


def _throttle(request: Request[Any, Any, Any]) -> accounts.Throttle:
    throttle: accounts.Throttle = request.app.state.code_throttle
    return throttle


ROUTES: tuple[ControllerRouterHandler, ...] = (
    account_page,
    begin_second,
    finish_second,
    end_second,
    code_page,
    give_code,
)
