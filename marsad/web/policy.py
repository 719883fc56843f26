"""The publication policy on the desk: what holds, a form that changes it, what that would do, and who saved what when."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from marsad import trying
from marsad.codebook import load_codebook
from marsad.errors import InputError
from marsad.publication.items import Telling
from marsad.publication.policy import (
    BUILT_IN,
    FIELDS,
    RECORD,
    Policy,
    load_policy,
    policy_of,
    write_toml,
)
from marsad.publishing import policy_named
from marsad.record import policies
from marsad.record.agreements import Signed
from marsad.record.policies import StoredPolicy
from marsad.trying import Change, Trial, Tried
from marsad.web.cards import place_name
from marsad.web.desk import desk_of, needs, who
from marsad.web.files import as_file
from marsad.web.labels import Labels
from marsad.web.names import side_name, source_name
from marsad.web.templating import labels_of, page

_ADMIN = [needs("admin")]
_LONGEST = 200
_MOST_LINES = 200
_MOST_RULES = 20
_MOST_SHOWN = 25
_MOST_SAVED = 30


class Rule(msgspec.Struct, frozen=True):
    """A rule of a policy as the form shows it: its number, its types and what it says; empty ones can be filled in."""

    number: int
    types: tuple[str, ...] = ()
    days: int | None = None
    finest: str = ""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """An item of the sample in one language; `id` leads to its incident. `changes` are (field, before, after)."""

    id: str | None
    kind: str
    when: str
    why: str | None
    changes: tuple[tuple[str, str, str], ...]


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What would become of the incidents, or of the events, of the sample."""

    name: str
    count: int
    whole: int
    held: tuple[tuple[str, int], ...]
    changed: tuple[tuple[str, int], ...]
    rows: tuple[Row, ...]


@get("/policy", guards=_ADMIN, sync_to_thread=True)
def policy_page(request: Request[Any, Any, Any]) -> Response[str]:
    """Show the policy that holds in a form; `?from=careful` fills in one of the program's own instead."""
    wanted = request.query_params.get("from", "")
    if wanted and wanted not in BUILT_IN:
        raise InputError(f"{wanted[:40]!r} is no policy; give one of {', '.join(BUILT_IN)}.")
    policy = load_policy(wanted) if wanted else _in_force(request)
    return _show(request, policy, {"chosen": wanted})


def _in_force(request: Request[Any, Any, Any]) -> Policy:
    """The policy that people saved, or the careful one."""
    return desk_of(request).ask(lambda record: policy_named(record, RECORD))


def _show(request: Request[Any, Any, Any], policy: Policy, more: Mapping[str, Any], status: int = 200) -> Response[str]:
    desk, labels = desk_of(request), labels_of(request)
    saved = desk.look(policies.list_all)
    standing = next((row for row in reversed(saved) if row.policy is not None and not row.undone), None)
    public = desk.settings.public
    drop = policy.drop
    values: dict[str, Any] = {
        "policy": policy,
        "standing": standing,
        "saved": saved[: -_MOST_SAVED - 1 : -1],
        "can_undo": _last(saved),
        "public": public,
        "is_fixed": public is not None and public != RECORD,
        "built_in": BUILT_IN,
        "fields": [(name, labels.say(f"policy_field_{name}")) for name in FIELDS],
        "types": [(code, labels.code("type", code)) for code in load_codebook().types],
        "delays": _rules([Rule(0, r.types, r.days) for r in policy.delay]),
        "places": _rules([Rule(0, r.types, r.younger_than_days, r.finest) for r in policy.places]),
        "publishers": "\n".join(drop.publishers),
        "sources": "\n".join(drop.sources),
        "problem": None,
        "given": {},
        "parts": None,
        "strangers": [],
        "chosen": "",
    }
    return page(request, "policy.html", {**values, **more}, status)


def _rules(rules: Iterable[Rule]) -> list[Rule]:
    """The rules of a policy numbered, and an empty one behind them."""
    return [msgspec.structs.replace(rule, number=n) for n, rule in enumerate([*rules, Rule(0)])][:_MOST_RULES]


def _last(saved: list[StoredPolicy]) -> int | None:
    """The number of the latest row, which can be taken back; only the latest, so that it is clear what holds then."""
    return saved[-1].key if saved else None


# ---- what the form says -------------------------------------------------------------------------------------------


def policy_in(form: FormMultiDict) -> Policy:
    """Return the policy that a form describes.

    Raises:
        InputError: a number is none, or it says what no policy says.
    """

    def text(name: str) -> str:
        return str(form.get(name) or "").strip()[:_LONGEST]

    def chosen(name: str) -> list[str]:
        return [str(value)[:_LONGEST] for value in form.getall(name, []) if value]

    def rules(name: str, key: str) -> list[int]:
        return [n for n in range(_MOST_RULES) if text(f"{name}-{n}-{key}")]

    data: dict[str, Any] = {
        "review": text("review"),
        "words": text("words"),
        "smallest_group": _whole(text("smallest_group")),
        "persons": {"unlisted": text("unlisted"), "minors": text("minors")},
        "drop": {
            "fields": chosen("fields"),
            "publishers": _lines(str(form.get("publishers") or "")),
            "sources": _lines(str(form.get("sources") or "")),
        },
        "delay": [
            {"days": _whole(text(f"delay-{n}-days")), "types": chosen(f"delay-{n}-types")}
            for n in rules("delay", "days")
        ],
        "places": [
            {"finest": text(f"places-{n}-finest"), "types": chosen(f"places-{n}-types")}
            | ({"younger_than_days": _whole(days)} if (days := text(f"places-{n}-days")) else {})
            for n in rules("places", "finest")
        ],
    }
    return policy_of(data, "of this form")


def _whole(text: str) -> int:
    if not (text.isdecimal() and len(text) < 7):
        raise InputError(f"{text!r} is no whole number; write digits, like 12.").known_as("number", text=text)
    return int(text)


def _lines(text: str) -> list[str]:
    """Names, one a line; a name may hold a comma."""
    names = (line.strip()[:_LONGEST] for line in text[: _LONGEST * _MOST_LINES].splitlines())
    return list(dict.fromkeys(name for name in names if name))[:_MOST_LINES]


@post("/policy/preview", guards=_ADMIN, status_code=200)
async def preview(request: Request[Any, Any, Any]) -> Response[str]:
    """Show what the policy of a form would do to a sample of the record; nothing is saved."""
    form = await request.form()
    reason = str(form.get("reason") or "").strip()[:_LONGEST]

    def work() -> Response[str]:
        try:
            policy = policy_in(form)
        except InputError as error:
            return _refused(request, error, reason)
        tried = desk_of(request).ask(lambda record: trying.try_policy(record, policy))
        labels = labels_of(request)
        parts = [_part(name, trial, labels) for name, trial in tried.items()]
        strangers = _unknown(request, policy)
        return _show(request, policy, {"parts": parts, "strangers": strangers, "given": {"reason": reason}})

    return await asyncio.to_thread(work)


def _refused(request: Request[Any, Any, Any], error: InputError, reason: str) -> Response[str]:
    said = labels_of(request).refusal(error)
    return _show(request, _in_force(request), {"problem": said, "given": {"reason": reason}}, 400)


def _unknown(request: Request[Any, Any, Any], policy: Policy) -> list[str]:
    """The publishers that a policy drops and no report has: a slip would let theirs through."""
    from marsad.publishing import View

    return desk_of(request).ask(lambda record: View(record, policy).strangers())


@post("/policy/save", guards=_ADMIN, status_code=303)
async def save(request: Request[Any, Any, Any]) -> Response[Any]:
    """Save the policy of a form: it holds from now on."""
    form, person = await request.form(), who(request)
    reason = str(form.get("reason") or "").strip()[:_LONGEST]
    try:
        policy = policy_in(form)
    except InputError as error:
        return await asyncio.to_thread(_refused, request, error, reason)
    signed = Signed(person.name, reason or None)
    work = desk_of(request).change
    await asyncio.to_thread(work, lambda c: policies.save(c, policy, signed), person, ("save policy", reason or None))
    return Redirect("/policy", status_code=303)


@post("/policy/{number:int}/undo", guards=_ADMIN, status_code=303)
async def undo(request: Request[Any, Any, Any], number: FromPath[int]) -> Redirect:
    """Take a saved policy back; the one before holds again."""
    person = who(request)
    work = desk_of(request).change
    signed = Signed(person.name)
    await asyncio.to_thread(work, lambda c: policies.undo(c, number, signed), person, ("undo policy", str(number)))
    return Redirect("/policy", status_code=303)


@get("/policy.toml", guards=_ADMIN, sync_to_thread=True)
def policy_file(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return the policy that holds as a file, for the command line and other records."""
    return as_file(request, write_toml(_in_force(request)).encode(), "policy.toml", "application/toml")


# ---- what it would do -----------------------------------------------------------------------------------------------


def _part(name: str, trial: Trial, labels: Labels) -> Part:
    differing = [one for one in trial.tried if one.why is not None or one.changes]
    # Those that lose most say most.
    differing.sort(key=lambda one: (one.why is not None, -len(one.changes)))
    held = [one for one in differing if one.why is not None][: _MOST_SHOWN // 3]
    shown = [one for one in differing if one.why is None][: _MOST_SHOWN - len(held)]
    return Part(
        name=name,
        count=len(trial.tried),
        whole=trial.whole,
        held=tuple((labels.say(f"policy_why_{why}"), count) for why, count in trial.held.items()),
        changed=tuple((labels.say(f"policy_field_{field}"), count) for field, count in trial.changed.items()),
        rows=tuple(row for one in [*shown, *held] if (row := _row(one, labels)).why or row.changes),
    )


def _row(one: Tried, labels: Labels) -> Row:
    item = one.item
    if isinstance(item, Telling):
        code, date, name = item.event.type, item.event.date, item.incident
        start, end = (date.start, date.end) if date else (None, None)
    else:
        code, start, end, name = item.summary.type, item.summary.start, item.summary.end, item.id
    comma = labels.wording.strings["comma"]
    changes = (
        (labels.say(f"policy_field_{c.field}"), _said(c, c.before, code, labels), _said(c, c.after, code, labels))
        for c in one.changes
    )
    return Row(
        id=name,
        kind=labels.code("type", code),
        when=labels.days(start, end),
        why=labels.say(f"policy_why_{one.why}") if one.why else None,
        # What differs by its order or an id alone looks the same.
        changes=tuple(change for change in changes if sorted(change[1].split(comma)) != sorted(change[2].split(comma))),
    )


def _said(change: Change, values: tuple[Any, ...], code: str, labels: Labels) -> str:
    """The values of a field in the language of whoever asks; empty where none is left."""
    if change.field == "date":
        return labels.days(*values) if values else ""
    says: Mapping[str, Callable[[Any], str]] = {
        "places": lambda v: place_name(v, labels, {}) or labels.country(v.country),
        "actor": lambda v: side_name(v, labels) if ":" not in v else source_name(v, labels),
        "recipient": lambda v: side_name(v, labels),
        "source": lambda v: source_name(v, labels),
        "modes": lambda v: labels.code("mode", f"{code}.{v}"),
        "weapons": lambda v: labels.code("weapon", v),
        "casualties": lambda v: labels.code("outcome", v),
        "damage": lambda v: labels.code("object", v),
    }
    say = says.get(change.field, str)
    return labels.join(str(say(value)) for value in values if value)


ROUTES: tuple[ControllerRouterHandler, ...] = (policy_page, preview, save, undo, policy_file)
