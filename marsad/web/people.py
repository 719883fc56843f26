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
from marsad.web import accounts
from marsad.web.desk import desk_of, needs, note, who
from marsad.web.security import SESSION
from marsad.web.settings import ROLES
from marsad.web.templating import page

_ADMIN = [needs("admin")]
_MOST_LINES = 200


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
    if not throttle.is_open(*keys):
        return page(request, "login.html", {"problem": "login_wait", "after": after}, status=429)
    desk = desk_of(request)

    def work(connection: sa.Connection) -> str | None:
        person = accounts.check(connection, name, password)
        if person is None or person.account is None:
            note(connection, name or "-", "login refused", None)
            return None
        note(connection, person.name, "login", None)
        return accounts.let_in(connection, person.account, "session")

    secret = await asyncio.to_thread(desk.write, work)
    if secret is None:
        throttle.note(*keys)
        return page(request, "login.html", {"problem": "login_wrong", "after": after}, status=403)
    cookie = Cookie(key=SESSION, value=secret, httponly=True, samesite="strict", secure=request.url.scheme == "https")
    return Redirect(after, status_code=303, cookies=[cookie])


def local_path(wanted: str | None) -> str:
    """Return where to go on after login: a path of this desk, never another host."""
    is_local = bool(wanted) and str(wanted).startswith("/") and not str(wanted).startswith(("//", "/\\"))
    return str(wanted) if is_local and str(wanted).isprintable() and "\\" not in str(wanted) else "/"


@post("/logout", guards=[needs("reader")], status_code=303)
async def logout(request: Request[Any, Any, Any]) -> Response[Any]:
    """End the session; its secret lets nobody in again."""
    secret = request.cookies.get(SESSION, "")
    await asyncio.to_thread(
        desk_of(request).change, lambda c: accounts.put_out(c, secret), who(request), ("logout", None)
    )
    gone = Cookie(key=SESSION, value="", max_age=0, httponly=True, samesite="strict")
    return Redirect("/login", status_code=303, cookies=[gone])


@get("/accounts", guards=_ADMIN)
async def accounts_page(request: Request[Any, Any, Any]) -> Response[str]:
    """Show the accounts with their roles."""
    people = await asyncio.to_thread(desk_of(request).look, accounts.list_all)
    return page(request, "accounts.html", {"people": people, "roles": ROLES})


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
    account = _account(request)
    found = await asyncio.to_thread(desk_of(request).look, lambda connection: accounts.tokens_of(connection, account))
    return page(request, "tokens.html", {"tokens": found, "secret": None})


@post("/tokens", guards=[needs("reader")], status_code=201)
async def add_token(request: Request[Any, Any, Any]) -> Response[str]:
    """Make a token with the rights of whoever asks, and show it this once."""
    account, form = _account(request), await request.form()
    name = str(form.get("name", "")).strip()[:60]
    if not name:
        raise InputError("Say what the token is for.")
    desk, person = desk_of(request), who(request)
    made = await asyncio.to_thread(
        desk.change, lambda c: accounts.let_in(c, account, "token", name), person, ("add token", name)
    )
    found = await asyncio.to_thread(desk.look, lambda connection: accounts.tokens_of(connection, account))
    return page(request, "tokens.html", {"tokens": found, "secret": made}, status=201)


@post("/tokens/{mark:str}/end", guards=[needs("reader")], status_code=303)
async def end_token(request: Request[Any, Any, Any], mark: FromPath[str]) -> Redirect:
    """End a token of whoever asks; nobody else's."""
    account = _account(request)
    work = desk_of(request).change
    ended = await asyncio.to_thread(
        work, lambda c: accounts.end_token(c, account, mark), who(request), ("end token", mark[:12])
    )
    if not ended:
        raise HTTPException(status_code=404, detail="You have no such token.")
    return Redirect("/tokens", status_code=303)


def _account(request: Request[Any, Any, Any]) -> int:
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
    tokens_page,
    add_token,
    end_token,
    log_page,
)
