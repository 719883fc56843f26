"""Login and logout, accounts and their rights, tokens for programs, and the log of what was done on the desk."""

from __future__ import annotations

import asyncio
from typing import Any

import sqlalchemy as sa
from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.exceptions import HTTPException
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from marsad.errors import InputError
from marsad.record.schema import audit
from marsad.web import accounts, second
from marsad.web.desk import desk_of, needs, note, who
from marsad.web.security import SESSION
from marsad.web.settings import ROLES, SCOPES
from marsad.web.templating import page

_ADMIN = [needs("admin")]
_MOST_LINES = 200
HALF = "marsad_half"
"""The cookie of a login that still owes the second factor."""


@get("/login")
async def login_page(request: Request[Any, Any, Any]) -> Response[Any]:
    """Show the form to log in; whoever is in already goes on."""
    if request.scope.get("user") is not None:
        return Redirect("/")
    return page(request, "login.html", {"problem": "", "after": local_path(request.query_params.get("next"))})


@post("/login", status_code=303)
async def login(request: Request[Any, Any, Any]) -> Response[Any]:
    """Let in whoever knows the name and the password; after some failures nobody for a while."""
    form = await request.form()
    name, password = str(form.get("name", ""))[:60], str(form.get("password", ""))[:1000]
    throttle: accounts.Throttle = request.app.state.throttle
    after = local_path(str(form.get("after", "")))
    keys = f"name {name.casefold()}", f"from {request.client.host if request.client else ''}"
    if not throttle.take(*keys):
        return page(request, "login.html", {"problem": "login_wait", "after": after}, status=429)
    desk = desk_of(request)

    def work(connection: sa.Connection) -> tuple[str, str] | None:
        person = accounts.check(connection, name, password)
        if person is None or person.account is None:
            note(connection, name or "-", "login refused", None)
            return None
        if second.is_on(connection, person.account):
            return HALF, accounts.let_in(connection, person.account, "half")
        note(connection, person.name, "login", None)
        return SESSION, accounts.let_in(connection, person.account)

    opened = await asyncio.to_thread(desk.write, work)
    if opened is None:
        return page(request, "login.html", {"problem": "login_wrong", "after": after}, status=403)
    throttle.forgive(*keys)
    kind, secret = opened
    if kind == HALF:
        return Redirect(
            "/login/code", query_params={"next": after}, status_code=303, cookies=[cookie(request, *opened)]
        )
    return Redirect(after, status_code=303, cookies=[cookie(request, kind, secret)])


def cookie(request: Request[Any, Any, Any], name: str, value: str) -> Cookie:
    """Return a cookie that neither scripts nor other sites get; an empty value takes it away."""
    is_secure = request.url.scheme == "https"
    return Cookie(
        key=name, value=value, httponly=True, samesite="strict", secure=is_secure, max_age=None if value else 0
    )


def local_path(wanted: str | None) -> str:
    """Return where to go on after login: a path of this desk, never another host."""
    is_local = bool(wanted) and str(wanted).startswith("/") and not str(wanted).startswith(("//", "/\\"))
    return str(wanted) if is_local and str(wanted).isprintable() and "\\" not in str(wanted) else "/"


@post("/logout", guards=[needs("guest")], status_code=303)
async def logout(request: Request[Any, Any, Any]) -> Response[Any]:
    """End the session; its secret lets nobody in again."""
    secret = request.cookies.get(SESSION, "")
    await asyncio.to_thread(
        desk_of(request).change, lambda c: accounts.put_out(c, secret), who(request), ("logout", None)
    )
    return Redirect("/login", status_code=303, cookies=[cookie(request, SESSION, "")])


@get("/accounts", guards=_ADMIN)
async def accounts_page(request: Request[Any, Any, Any]) -> Response[str]:
    """Show the accounts with their roles."""
    people = await asyncio.to_thread(desk_of(request).look, accounts.list_all)
    return page(request, "accounts.html", {"people": people, "roles": ROLES})


@post("/accounts/{key:int}/second", guards=_ADMIN, status_code=303)
async def end_second(request: Request[Any, Any, Any], key: FromPath[int]) -> Redirect:
    """Take the second factor of an account away, for somebody who lost it; its sessions end."""
    await asyncio.to_thread(
        desk_of(request).change,
        lambda c: second.end(c, key, puts_out=True),
        who(request),
        ("reset second factor", str(key)),
    )
    return Redirect("/accounts", status_code=303)


@post("/accounts", guards=_ADMIN, status_code=303)
async def add_account(request: Request[Any, Any, Any]) -> Redirect:
    """Make an account."""
    form = await request.form()
    name, password, role = (str(form.get(key, "")) for key in ("name", "password", "role"))
    work = desk_of(request).change
    await asyncio.to_thread(
        work,
        lambda c: accounts.add(c, name, password, role),
        who(request),
        ("add account", f"{name[:60]} ({role[:20]})"),
    )
    return Redirect("/accounts", status_code=303)


@post("/accounts/{key:int}", guards=_ADMIN, status_code=303)
async def change_account(request: Request[Any, Any, Any], key: FromPath[int]) -> Redirect:
    """Give an account another role, or close or open it; its sessions and tokens end."""
    form = await request.form()
    role = str(form["role"]) if form.get("role") else None
    active = {"yes": True, "no": False}.get(str(form.get("active", "")))
    work = desk_of(request).change
    await asyncio.to_thread(
        work,
        lambda c: accounts.change(c, key, role=role, active=active),
        who(request),
        ("change account", f"{key}: {role or ''} {'' if active is None else 'open' if active else 'closed'}".strip()),
    )
    return Redirect("/accounts", status_code=303)


@get("/tokens", guards=[needs("reader")])
async def tokens_page(request: Request[Any, Any, Any]) -> Response[str]:
    """Show the tokens of whoever asks."""
    return await _show_tokens(request, None)


async def _show_tokens(request: Request[Any, Any, Any], secret: str | None) -> Response[str]:
    account = account_of(request)
    found = await asyncio.to_thread(desk_of(request).look, lambda connection: accounts.tokens_of(connection, account))
    may = [scope for scope in SCOPES if who(request).may(_SCOPE_ROLES.get(scope, "reader"))]
    values = {"tokens": found, "secret": secret, "scopes": may, "days": accounts.TOKEN_DAYS}
    return page(request, "tokens.html", values, status=201 if secret else 200)


_SCOPE_ROLES = {"judge": "coder", "add": "coder"}


@post("/tokens", guards=[needs("reader")], status_code=201)
async def add_token(request: Request[Any, Any, Any]) -> Response[str]:
    """Make a token with some of the rights of whoever asks, and show it this once."""
    account, form = account_of(request), await request.form()
    name, days = str(form.get("name", "")), str(form.get("days", ""))
    scopes = [str(scope) for scope in form.getall("scope", [])]
    if not days.isascii() or not days.isdigit() or len(days) > 4:
        raise InputError("Say for how many days the token is good.")
    made = await asyncio.to_thread(
        desk_of(request).change,
        lambda c: accounts.make_token(c, account, name, scopes, int(days)),
        who(request),
        ("add token", f"{name.strip()[:60]} ({' '.join(scopes)[:60]})"),
    )
    return await _show_tokens(request, made)


@post("/tokens/{mark:str}/end", guards=[needs("reader")], status_code=303)
async def end_token(request: Request[Any, Any, Any], mark: FromPath[str]) -> Redirect:
    """End a token of whoever asks; nobody else's."""
    account = account_of(request)
    work = desk_of(request).change
    ended = await asyncio.to_thread(
        work, lambda c: accounts.end_token(c, account, mark), who(request), ("end token", mark[:12])
    )
    if not ended:
        raise HTTPException(status_code=404, detail="You have no such token.")
    return Redirect("/tokens", status_code=303)


def account_of(request: Request[Any, Any, Any]) -> int:
    """Return the account of whoever asks.

    Raises:
        HTTPException: they sit at this machine and have none.
    """
    account = who(request).account
    if account is None:
        raise HTTPException(status_code=409, detail="Whoever sits at this machine has no account, and needs no token.")
    return account


@get("/log", guards=_ADMIN, sync_to_thread=True)
def log_page(request: Request[Any, Any, Any]) -> Response[str]:
    """Show what was done on the desk, the latest first."""
    select = sa.select(audit).order_by(audit.c.key.desc()).limit(_MOST_LINES)
    rows = desk_of(request).look(lambda connection: connection.execute(select).all())
    return page(request, "log.html", {"rows": rows})


ROUTES: tuple[ControllerRouterHandler, ...] = (
    login_page,
    login,
    logout,
    accounts_page,
    add_account,
    change_account,
    end_second,
    tokens_page,
    add_token,
    end_token,
    log_page,
)
