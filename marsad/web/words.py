"""Words: names that nobody listed, and what people add to the lexicon of this record, with the reports that it concerns."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from itertools import islice
from typing import Any

import msgspec
import sqlalchemy as sa
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from marsad import vocabulary
from marsad.codebook import load_codebook
from marsad.errors import InputError
from marsad.filtering import read_countries
from marsad.overlay import BODIES, KINDS, PLACE_LEVELS, RefusedError, Row
from marsad.record import Record
from marsad.record import sources as record_sources
from marsad.record import words as log
from marsad.record.agreements import Signed
from marsad.record.words import StoredWord
from marsad.web.desk import desk_of, needs, note, who
from marsad.web.files import as_file
from marsad.web.labels import Labels
from marsad.web.templating import labels_of, page

_READER, _EDITOR = [needs("reader")], [needs("editor")]
_LONGEST = 200
_MOST_SHOWN = 200
_MOST_COUNTED = 500
_KEPT_S = 300.0
_AT_ONCE = 200
"""So many reports are read again while somebody waits for the page; it takes some ten seconds."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the log with how many reports wait to be read again for it (`more` than counted)."""

    word: StoredWord
    waiting: int
    more: bool


@get("/words", guards=_READER, sync_to_thread=True)
def words(request: Request[Any, Any, Any]) -> Response[str]:
    """Show what people added, and the places and parties that nobody listed, the most frequent first; `?name=` fills in the
    forms.
    """
    given = request.query_params
    values = {"name": str(given.get("name", ""))[:_LONGEST], "kind": str(given.get("kind", ""))}
    return _page(request, values, None, 200)


def _page(request: Request[Any, Any, Any], given: Mapping[str, str], problem: str | None, status: int) -> Response[str]:
    desk, labels = desk_of(request), labels_of(request)

    def gather(connection: sa.Connection) -> dict[str, Any]:
        every = log.list_all(connection)
        shown = []
        for word in [w for w in reversed(every) if w.row is not None][:_MOST_SHOWN]:
            count = len(list(islice(log.waiting(connection, word, every, desk.fold), _MOST_COUNTED + 1)))
            shown.append(Shown(word=word, waiting=min(count, _MOST_COUNTED), more=count > _MOST_COUNTED))
        return {"own": shown}

    # Counting the names of a million reports takes a while.
    strangers = desk.remember(
        "unknown names", lambda c: (record_sources.unknown_places(c), record_sources.unknown(c)), _KEPT_S
    )
    noted = request.query_params.get("reread", "")
    values = {
        **desk.look(gather),
        "places": strangers[0],
        "parties": strangers[1],
        **_choices(labels),
        "given": given,
        "problem": problem,
        "reread": int(noted) if noted.isdigit() and len(noted) < 9 else None,
    }
    return page(request, "words.html", values, status)


def _choices(labels: Labels) -> dict[str, Any]:
    book = load_codebook()
    countries = sorted(((row.code, labels.country(row.code)) for row in read_countries()), key=lambda pair: pair[1])
    return {
        "countries": countries,
        "sectors": [(code, labels.code("sector", code)) for code in book.sectors],
        "levels": [(code, labels.code("level", code)) for code in PLACE_LEVELS],
        "bodies": [(code, labels.say(f"body_{code}")) for code in BODIES],
    }


@get("/words.tsv", guards=_READER, sync_to_thread=True)
def table(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return what people added as a table that another record can take in."""
    text = desk_of(request).ask(vocabulary.give_out)
    return as_file(request, text.encode(), "words.tsv", "text/tab-separated-values; charset=utf-8")


@post("/words/add", guards=_EDITOR)
async def add(request: Request[Any, Any, Any]) -> Response[Any]:
    """Add an actor, a place or a name; what is wrong with it is said above the form, which keeps what was written."""
    desk, person = desk_of(request), who(request)
    form = {key: str(value).strip()[:_LONGEST] for key, value in (await request.form()).items()}
    signed = Signed(person.name, form.get("reason") or None)

    def work(record: Record) -> None:
        made = vocabulary.add(record, row_of(form), signed)
        record.change(lambda c: note(c, person.name, "add word", f"{form['kind']} {made.row.name if made.row else ''}"))

    try:
        await asyncio.to_thread(desk.work, work)
    except InputError as error:
        said = labels_of(request).refusal(error)
        return await asyncio.to_thread(_page, request, form, said, 400)
    return Redirect("/words", status_code=303)


def row_of(form: Mapping[str, str]) -> Row:
    """Return the row that a form describes, not checked yet.

    Raises:
        InputError: a coordinate is no number, or the form says nothing of what to add.
    """
    if form.get("kind") not in KINDS:
        raise InputError(f"{form.get('kind', '')!r} is nothing that can be added; give one of {', '.join(KINDS)}.")
    fields = ("kind", "name", "english", "country", "sector", "what", "level", "parent")
    given: dict[str, Any] = {name: form.get(name) or None for name in fields}
    given |= {"name": form.get("name", ""), "id": form.get("of") or None}
    for axis in ("lat", "lon"):
        if form.get(axis):
            try:
                given[axis] = float(form[axis].replace("٫", ".").replace(",", "."))
            except ValueError as error:
                sentence = f"{form[axis]!r} is no number of degrees; write it like 36.63."
                raise RefusedError("number", sentence, name=form[axis]) from error
    return Row(**given)


@post("/words/{number:int}/undo", guards=_EDITOR, status_code=303)
async def undo(request: Request[Any, Any, Any], number: FromPath[int]) -> Redirect:
    """Take an addition back."""
    desk, person = desk_of(request), who(request)
    signed = Signed(person.name)
    await asyncio.to_thread(
        desk.change, lambda connection: log.undo(connection, number, signed), person, ("undo word", str(number))
    )
    return Redirect("/words", status_code=303)


@post("/words/{number:int}/reread", guards=_EDITOR, status_code=303)
async def reread(request: Request[Any, Any, Any], number: FromPath[int]) -> Redirect:
    """Read the reports again that hold an added name, a portion at a time; what people judged stays."""
    desk, person = desk_of(request), who(request)

    def work() -> int:
        names = desk.ask(lambda record: vocabulary.waiting(record, [number]))[:_AT_ONCE]
        failed = desk.reread(names)
        desk.write(lambda c: note(c, person.name, "read again", f"word {number}: {len(names) - len(failed)} reports"))
        return len(names) - len(failed)

    count = await asyncio.to_thread(work)
    return Redirect("/words", query_params={"reread": str(count)}, status_code=303)


ROUTES: tuple[ControllerRouterHandler, ...] = (words, table, add, undo, reread)
