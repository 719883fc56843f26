"""What people do with incidents (confirm, reject, correct, merge, split, note, assign, undo): each is a judgement."""

from __future__ import annotations

import asyncio
import re
from typing import Any
from urllib.parse import quote

from litestar import Request, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from marsad.errors import InputError
from marsad.record import StoredJudgement
from marsad.record import incidents as telling
from marsad.web.desk import desk_of, needs, who
from marsad.web.saying import number_of

_CODER = [needs("coder")]
_ALONE = ("confirm", "reject")
_WITH_OTHER = ("same", "not-same")
_WITH_WORDS = ("note", "assign")
_LONGEST = 2_000


@post("/incidents/{name:str}/judge", guards=_CODER, status_code=303)
async def judge(request: Request[Any, Any, Any], name: FromPath[str]) -> Redirect:
    """Note what a person judged of an incident, and lead back to it, or to the queue it came from."""
    desk, person = desk_of(request), who(request)
    form = {key: str(value).strip()[:_LONGEST] for key, value in (await request.form()).items()}
    judgement = judgement_of(form, name)

    def work() -> tuple[int, str]:
        number = desk.judge(judgement, person)
        return number, desk.look(lambda connection: telling.resolve_id(connection, name)) or name

    number, now = await asyncio.to_thread(work)
    if form.get("then") == "review":
        return Redirect("/review", query_params={"noted": str(number), **_queue_of(form)}, status_code=303)
    return Redirect(f"/incidents/{now}", query_params={"noted": str(number)}, status_code=303)


def _queue_of(form: dict[str, str]) -> dict[str, str]:
    """What the review queue passes over, and which queue it is, so that it goes on where it was."""
    return {name: form[name] for name in ("skip", "second", "mine") if form.get(name)}


def _id_of(text: str) -> str | None:
    """The id of an incident or event in what a person gave: the id, or the address of the incident's page."""
    return re.sub(r"^\S*/incidents/|[?#].*$", "", text) or None


def judgement_of(form: dict[str, str], name: str) -> StoredJudgement:
    """Return the judgement that a form asks for.

    Raises:
        InputError: something is missing or makes no sense.
    """
    kind, reason, other = form.get("kind", ""), form.get("reason") or None, _id_of(form.get("other") or "")
    made: dict[str, Any] = {"key": 0, "at": "", "author": "", "kind": kind, "left": name, "reason": reason}
    if kind in _ALONE:
        return StoredJudgement(**made)
    if kind in _WITH_WORDS:
        if reason is None:
            raise InputError("There is nothing to write down; fill in the field.").known_as("nothing_written")
        return StoredJudgement(**made)
    if kind in _WITH_OTHER:
        if other is None:
            raise InputError("Name the other incident or event by its id.").known_as("no_other")
        left = form.get("event") or name
        return StoredJudgement(**{**made, "left": left}, right=other)
    if kind == "correct":
        value = number_of(form.get("value", ""))
        if value is None:
            raise InputError("Give the number of people.").known_as("pick_people")
        return StoredJudgement(**made, field=form.get("field"), value=value)
    raise InputError(f"{kind!r} is nothing that can be done with an incident.")


@post("/judgements/{number:int}/undo", guards=_CODER, status_code=303)
async def undo(request: Request[Any, Any, Any], number: FromPath[int]) -> Redirect:
    """Take a judgement back, and lead back to the incident that the form names."""
    desk, person = desk_of(request), who(request)
    form = await request.form()
    name = str(form.get("incident", ""))
    judgement = StoredJudgement(key=0, at="", author="", kind="undo", left="", undoes=number)

    def work() -> str | None:
        desk.judge(judgement, person)
        return desk.look(lambda connection: telling.resolve_id(connection, name))

    now = await asyncio.to_thread(work)
    if form.get("report"):
        return Redirect(f"/reports/{quote(str(form['report']))}", status_code=303)
    if form.get("then") == "review" or now is None:
        return Redirect("/review" if form.get("then") == "review" else "/", status_code=303)
    return Redirect(f"/incidents/{now}", status_code=303)


ROUTES: tuple[ControllerRouterHandler, ...] = (judge, undo)
