"""The API: events and incidents as JSON, pages by cursor, feeds, a stream of what is new, and reading a posted report.

Whoever may read the desk gets the record as it stands; others get it under the public policy, if the desk has one.
Errors have one shape: `{"error": {"status": 400, "message": "…"}}`. The last page of a list costs no more than the first.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import difflib
import hashlib
import io
import itertools
import time
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.exceptions import NotAuthorizedException, NotFoundException, PermissionDeniedException
from litestar.middleware.rate_limit import RateLimitConfig
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import ServerSentEvent, ServerSentEventMessage

from marsad import news
from marsad.errors import InputError
from marsad.export import FORMATS, write_stream
from marsad.export.contract import line_of, to_contract
from marsad.filtering import country_code, status_code, type_code
from marsad.intake import check_published
from marsad.model import Document
from marsad.publication.items import Happening
from marsad.publication.policy import RECORD
from marsad.publishing import View
from marsad.record import Filters, StoredJudgement
from marsad.web import shapes
from marsad.web.desk import Desk, desk_of, person_of
from marsad.web.security import KEEPS_NOTHING
from marsad.web.settings import Person

OPENAPI = OpenAPIConfig(
    title="Marsad",
    version="1",
    description="Events and incidents read out of Arabic war reports. Ids of incidents stay.",
    path="/api",
    render_plugins=[JsonRenderPlugin()],
    components=Components(
        security_schemes={
            "token": SecurityScheme(
                type="http",
                scheme="bearer",
                description="A token of the desk. Scopes: read (events and incidents without words of reports), read:texts "
                "(with them), judge, add, export. Its holder's role holds too. Without one the public policy holds, if any.",
            )
        }
    ),
)


def _takes(*scopes: str) -> list[dict[str, list[str]]]:
    """What a route's security says: a token with one of these scopes."""
    return [{"token": [scope]} for scope in scopes]


_READS = _takes("read", "read:texts")
# Whoever sits at the machine needs no token, nor does anybody where there is a public policy.
_LOOKS = [*_READS, {}]
_MOST = 500
_USUAL = 50
_LONGEST_TEXT = 200_000
_A_MINUTE = 240
_POLL_S = 2.0
_BEAT_S = 20.0
_LONGEST_S = 600.0
"""A stream ends after so long, and whoever listens comes back: by then a token may have been taken away."""
_FEED = 100

Code = Annotated[str | None, QueryParameter(max_length=100)]
Words = Annotated[str | None, QueryParameter(max_length=200)]
Day = Annotated[str | None, QueryParameter(pattern=r"^\d{4}-\d{2}-\d{2}$", description="A day, like 2025-07-22.")]
Limit = Annotated[int, QueryParameter(ge=1, le=_MOST, description="No more than so many on a page.")]
Cursor = Annotated[
    str | None, QueryParameter(max_length=200, description="Where to read on: `next` of the page before.")
]


Asked = NamedDependency[Filters]


class Page(msgspec.Struct, frozen=True):
    """A page of a list; `next` is the cursor of the page that follows, None on the last one."""

    items: list[dict[str, Any]]
    next: str | None


class Posted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A report to read. `published` is an ISO 8601 date or date-time with zone."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=_LONGEST_TEXT)]
    published: Annotated[str, msgspec.Meta(max_length=40)] | None = None
    publisher: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    id: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] = "report"


class Added(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a report: added, new-version, unchanged, or unread (kept, but in a language that is not read)."""

    id: str
    state: str


class Judged(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A judgement on an incident; `other` is the one it is the same as or not, `field` and `value` a figure put right,
    `undoes` the number of a judgement that is taken back.
    """

    kind: Literal["confirm", "reject", "correct", "same", "not-same", "note", "assign", "undo"]
    incident: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None
    other: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None
    field: Annotated[str, msgspec.Meta(max_length=40)] | None = None
    value: Annotated[int, msgspec.Meta(ge=0, le=10_000_000)] | None = None
    reason: Annotated[str, msgspec.Meta(max_length=2_000)] | None = None
    undoes: Annotated[int, msgspec.Meta(ge=1, le=2**62)] | None = None


class Noted(msgspec.Struct, frozen=True, kw_only=True):
    """The number of a judgement, by which it can be undone."""

    number: int


# ---- what is asked --------------------------------------------------------------------------------------------------


def provide_about(
    types: Annotated[list[str] | None, QueryParameter(name="type")] = None,
    statuses: Annotated[list[str] | None, QueryParameter(name="status")] = None,
    country: Code = None,
    place: Words = None,
    actor: Words = None,
) -> dict[str, Any]:
    """What happened, where and by whom; codes and the names of countries, slips refused."""
    return {
        "types": tuple(dict.fromkeys(type_code(text) for text in types or ())),
        "statuses": tuple(dict.fromkeys(status_code(text) for text in statuses or ())),
        "country": country_code(country) if country else None,
        "place": place or None,
        "actor": actor or None,
    }


_PARAMETERS = (
    *("type", "status", "country", "place", "actor", "since", "until", "min_killed", "text"),
    *("cursor", "limit"),
)


def provide_filters(
    request: Request[Any, Any, Any],
    about: NamedDependency[dict[str, Any]],
    since: Day = None,
    until: Day = None,
    min_killed: Annotated[int | None, QueryParameter(ge=0, le=10**9)] = None,
    text: Words = None,
) -> Filters:
    """All that is asked, as filters over the record.

    Raises:
        InputError: something is asked that there is not: a filter with a slip would pass everything.
    """
    for name in request.query_params:
        if name not in _PARAMETERS:
            near = difflib.get_close_matches(name, _PARAMETERS, 1) or [", ".join(_PARAMETERS)]
            raise InputError(f"There is no parameter {name[:40]!r}; nearest: {near[0]}.")
    return Filters(**about, since=since, until=until, min_killed=min_killed, text=text or None)


def view_of(request: Request[Any, Any, Any]) -> View:
    """Return the record as whoever asks may see it.

    Raises:
        NotAuthorizedException: they may not see it.
        PermissionDeniedException: their token has not the scope.
    """
    desk = desk_of(request)
    person = person_of(request)
    if person is not None and person.may("reader"):
        _check_scope(person, "read", "read:texts")
        return _views(desk, "open" if person.has_scope("read:texts") else "wordless")
    if person is not None:
        return _views(desk, desk.settings.public or RECORD)  # a guest
    if desk.settings.public is None:
        raise NotAuthorizedException("Send a token: `Authorization: Bearer …`; the desk makes them.")
    return _views(desk, desk.settings.public)


def _asker(request: Request[Any, Any, Any], role: str, *scopes: str) -> Person:
    """Who asks for something that takes this role, and of a token one of these scopes.

    Raises:
        NotAuthorizedException: nobody who is known.
        PermissionDeniedException: somebody who may not.
    """
    person = person_of(request)
    if person is None:
        raise NotAuthorizedException("This needs a token: `Authorization: Bearer …`; the desk makes them.")
    _check_scope(person, *scopes)
    if not person.may(role):
        raise PermissionDeniedException(f"This needs the role {role}; the token's holder is {person.role}.")
    return person


def _check_scope(person: Person, *scopes: str) -> None:
    if not person.has_scope(*scopes):
        raise PermissionDeniedException(f"The token has not the scope {' or '.join(scopes)}.")


def _views(desk: Desk, policy: str) -> View:
    """One view a policy and a day, for the gazetteer behind it is loaded once."""
    return desk.ask(lambda record: View.of_today(record, policy))


def _position(cursor: str | None, kind: Any) -> Any:
    if not cursor:
        return None
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(cursor.encode() + b"=="), type=kind)
    except (binascii.Error, msgspec.DecodeError, UnicodeError, ValueError) as error:
        raise InputError("This cursor is none of ours; take `next` of the page before, or leave it out.") from error


def _cursor(place: Any) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def _page(found: Iterable[tuple[Any, Any]], limit: int) -> Page:
    rows = list(itertools.islice(found, limit + 1))
    return Page([line_of(item) for _, item in rows[:limit]], _cursor(rows[limit - 1][0]) if len(rows) > limit else None)


def _answer(request: Request[Any, Any, Any], body: bytes, media: str) -> Response[bytes]:
    """Answer with a tag of what is answered; nothing, where the asker holds just that."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
    headers = {"etag": tag, "cache-control": "private, no-cache"}
    if tag in [t.strip().removeprefix("W/") for t in request.headers.get("if-none-match", "").split(",")]:
        return Response(b"", status_code=304, headers=headers, media_type=media)
    return Response(body, headers=headers, media_type=media)


_JSON = "application/json"


# ---- the routes -----------------------------------------------------------------------------------------------------


@get(
    "/events",
    summary="Events, in the order of adding",
    sync_to_thread=True,
    security=_LOOKS,
    responses=shapes.gives(shapes.Events),
)
def list_events(
    request: Request[Any, Any, Any], filters: Asked, cursor: Cursor = None, limit: Limit = _USUAL
) -> Response[bytes]:
    """Return a page of events."""
    asked = msgspec.structs.replace(filters, limit=limit + 1)
    after = _position(cursor, int) or 0
    found = view_of(request).tellings(asked, after=min(max(after, 0), 2**62))
    return _answer(request, msgspec.json.encode(_page(found, limit)), _JSON)


@get(
    "/incidents",
    summary="Incidents, the latest first",
    sync_to_thread=True,
    security=_LOOKS,
    responses=shapes.gives(shapes.Incidents),
)
def list_incidents(
    request: Request[Any, Any, Any], filters: Asked, cursor: Cursor = None, limit: Limit = _USUAL
) -> Response[bytes]:
    """Return a page of incidents."""
    asked = msgspec.structs.replace(filters, limit=limit + 1)
    found = view_of(request).happenings(asked, after=_position(cursor, tuple[str, str]))
    return _answer(request, msgspec.json.encode(_page(found, limit)), _JSON)


@get(
    "/incidents/{name:str}",
    summary="One incident, by its id or an old one",
    sync_to_thread=True,
    security=_LOOKS,
    responses=shapes.gives(shapes.Incident),
)
def find_incident(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
    """Return an incident."""
    found = view_of(request).happening(name)
    if found is None:
        raise NotFoundException("There is no such incident here.")
    return _answer(request, msgspec.json.encode(line_of(found)), _JSON)


@get(
    "/incidents.atom",
    summary="The latest incidents that pass, as a feed",
    sync_to_thread=True,
    security=_LOOKS,
    responses=shapes.gives(str, FORMATS["atom"].media),
)
def feed(request: Request[Any, Any, Any], filters: Asked) -> Response[bytes]:
    """Return a feed; its address is the saved search."""
    view = view_of(request)
    asked = msgspec.structs.replace(filters, limit=_FEED)
    items = [item for _, item in view.happenings(asked)]
    # The moment of the feed is that of its newest entry, so that its tag stays while nothing changes.
    moment = max((i.reported or "" for i in items), default="") or "1970-01-01T00:00:00Z"
    frame = msgspec.structs.replace(view.frame("incidents", link=str(request.url)), moment=moment)
    stream = io.BytesIO()
    write_stream(stream, "atom", items, frame)
    return _answer(request, stream.getvalue(), FORMATS["atom"].media)


@get(
    "/stream",
    summary="New and changed incidents as they come (server-sent events)",
    sync_to_thread=False,
    security=_LOOKS,
    responses=shapes.gives(str, "text/event-stream"),
)
def stream_incidents(request: Request[Any, Any, Any], filters: Asked) -> ServerSentEvent:
    """Send an incident whenever it is new or changed, by a report, a judgement or an added word, as `incident`, and one that
    is there no more as `withdrawn`; `Last-Event-ID` reads on where a reader left.
    """
    view_of(request).check(filters)  # who may not ask hears so before the stream begins
    since = news.moment_of(request.headers.get("last-event-id", ""))
    return ServerSentEvent(_news(desk_of(request), lambda: view_of(request), filters, since))


async def _news(
    desk: Desk, look: Callable[[], View], filters: Filters, since: news.Moment | None
) -> AsyncIterator[ServerSentEventMessage]:
    began = beat = time.monotonic()
    last = since if since is not None else await asyncio.to_thread(lambda: news.present(look()))
    told: dict[str, int] = {}
    yield ServerSentEventMessage(comment="Marsad")
    while time.monotonic() - began < _LONGEST_S:
        last, found = await asyncio.to_thread(_since, look, filters, last)
        for number, item in enumerate(found, 1):
            is_gone = isinstance(item, news.Gone)
            data = msgspec.json.encode(item if is_gone else line_of(item))
            if told.get(item.id) == hash(data):  # linking writes neighbours anew, mostly as they were
                continue
            told[item.id] = hash(data)
            # Whoever is cut off between two of them hears all of them again.
            name = str(last) if number == len(found) else None
            yield ServerSentEventMessage(event="withdrawn" if is_gone else "incident", id=name, data=data.decode())
        if time.monotonic() - beat > _BEAT_S:
            beat = time.monotonic()
            yield ServerSentEventMessage(comment="still here")
        await asyncio.sleep(_POLL_S)
        if desk.is_closing:
            return


def _since(
    look: Callable[[], View], filters: Filters, last: news.Moment
) -> tuple[news.Moment, list[Happening | news.Gone]]:
    # A view is that of a day, and a stream may last into the next.
    return news.since(look(), filters, last)


@post(
    "/read",
    summary="Read a report and keep nothing",
    sync_to_thread=True,
    status_code=200,
    opt={KEEPS_NOTHING: True},
    security=_READS,
    responses=shapes.gives(shapes.Report),
)
def read_report(request: Request[Any, Any, Any], data: JSONBody[Posted]) -> Response[bytes]:
    """Return what a posted report says, as `marsad read` prints it."""
    _asker(request, "reader", "read", "read:texts")
    coded = desk_of(request).read(_document(data))
    return Response(msgspec.json.encode(to_contract(coded)), media_type=_JSON)


@post(
    "/reports",
    summary="Add a report to the record",
    sync_to_thread=True,
    status_code=200,
    security=_takes("add"),
    responses=shapes.gives(Added),
)
def add_report(request: Request[Any, Any, Any], data: JSONBody[Posted]) -> Added:
    """Read a report, keep it and link what it tells; adding it again changes nothing."""
    person = _asker(request, "coder", "add")
    return Added(id=data.id, state=desk_of(request).add(_document(data), person))


@post(
    "/judgements",
    summary="Judge an incident",
    sync_to_thread=True,
    status_code=201,
    security=_takes("judge"),
    responses=shapes.gives(Noted, status=201),
)
def add_judgement(request: Request[Any, Any, Any], data: JSONBody[Judged]) -> Noted:
    """Note what a person judged, under the name of the token's holder; incidents follow it at once."""
    person = _asker(request, "coder", "judge")
    if (data.undoes is None) == (data.kind == "undo") or (data.kind != "undo" and not data.incident):
        raise InputError("Name the incident that is judged, or with the kind undo the number of the judgement.")
    if data.kind == "correct" and (data.field is None or data.value is None):
        raise InputError("Say which figure is put right (field), and to what (value).")
    if data.kind in ("same", "not-same") and not data.other:
        raise InputError("Name the other incident or event (other).")
    judgement = StoredJudgement(
        key=0,
        at="",
        author="",
        kind=data.kind,
        left=data.incident or "",
        right=data.other,
        field=data.field,
        value=data.value,
        reason=data.reason,
        undoes=data.undoes,
    )
    return Noted(number=desk_of(request).judge(judgement, person))


def _document(data: Posted) -> Document:
    published = check_published(data.published) if data.published else None
    return Document(id=data.id, text=data.text, published=published, publisher=data.publisher)


ROUTER = Router(
    path="/api/v1",
    route_handlers=[
        list_events,
        list_incidents,
        find_incident,
        feed,
        stream_incidents,
        read_report,
        add_report,
        add_judgement,
    ],
    dependencies={
        "about": Provide(provide_about, sync_to_thread=False),
        "filters": Provide(provide_filters, sync_to_thread=False),
    },
    middleware=[RateLimitConfig(rate_limit=("minute", _A_MINUTE), set_rate_limit_headers=True).middleware],
    include_in_schema=True,
    tags=["v1"],
)
