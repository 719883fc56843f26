"""The desk: the open record with what every request needs, and who may ask for what.

Reading needs no turn; whoever writes, or asks the linker, which remembers, waits for the one before.
"""

from __future__ import annotations

import contextlib
import datetime
import gc
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler

from marsad import pipeline
from marsad.errors import InputError
from marsad.model import CodedDocument, Document
from marsad.overlay import Known, Overlay
from marsad.pipeline import Reads, load_fold
from marsad.record import Record, StoredJudgement, open_record, overview, revising, words
from marsad.record.glance import Glance, Keeper
from marsad.record.holding import Holding
from marsad.record.overview import Found, Wanted
from marsad.record.schema import audit
from marsad.suggesting import Suggested
from marsad.web.settings import SCOPE, DeskSettings, Person

Answer = TypeVar("Answer")

_MOST_KEPT = 500
_MOST_FOUND = 20


class Desk:
    """An open record behind the desk; one for the whole process."""

    def __init__(self, settings: DeskSettings) -> None:
        self.settings = settings
        self.fold = load_fold()
        self._turn = threading.RLock()
        self._reading = threading.Lock()
        self._reader: tuple[Reads, Overlay, int] | None = None
        self._run: tuple[int, int] | None = None
        self._kept: dict[object, tuple[float, int, object]] = {}
        self._changes = 0
        self.streams = 0
        self.is_closing = False
        self._record = open_record(settings.record, self.fold, create=False)
        self._keeper = Keeper(self._record.look)
        self._holding = Holding()
        self._seen_changes = 0
        self._found: tuple[Glance | None, dict[Wanted, Found]] = None, {}

    def close(self) -> None:
        """Close the record."""
        self._record.close()

    def read(self, document: Document) -> CodedDocument:
        """Return what a report says; the reader is loaded once, and reads one report at a time."""
        with self._reading:
            reader, _ = self._load(self._record)
            if not reader.is_readable(document):
                return CodedDocument(document=document, language=None)
            return reader.read(document)

    def reread(self, names: Sequence[str]) -> list[str]:
        """Read reports again with the lexicon as it is now; returns a sentence for each that failed."""
        return self.work(lambda record: list(pipeline.reread(record, names, self._load)))

    def _load(self, record: Record) -> tuple[Reads, Overlay]:
        """The reader, loaded anew once people have changed the words of the record."""
        newest = self.look(words.newest)
        if self._reader is None or self._reader[2] != newest:
            self._reader = None
            gc.collect()  # a reader takes much room
            self._reader = *pipeline.load_reader_of(record), newest
        return self._reader[:2]

    def add(self, document: Document, person: Person) -> str:
        """Read a report into the record and link it; returns what became of it. The log notes who added it.

        Raises:
            InputError: it cannot be read.
        """
        with self._reading, self._turn:
            reader, own = self._load(self._record)
            if self._run is None or self._run[1] != own.newest:
                run = self._record.start_run(pipeline.coder_version(), pipeline.data_version(), own)
                self._run = run, own.newest
            (outcome,) = pipeline.process([document], reader, self._record, self._run[0])
            if outcome.state == "failed":
                raise InputError(f"The report could not be read ({outcome.problem}); please report this.")
            self._record.change(lambda c: note(c, person.name, "add report", document.id[:200], outcome.state))
            self._changes += 1
        return outcome.state

    def look(self, question: Callable[[sa.Connection], Answer]) -> Answer:
        """Return the answer to a question over the record, asked of one moment of it."""
        return self._record.look(question)

    def remember(self, name: object, question: Callable[[sa.Connection], Answer], seconds: float) -> Answer:
        """Return the answer to a question of this name: at most so many seconds old, as new as the last change made here.

        Counting a million incidents takes a while, and people who look at one view ask the same.
        """
        known = self._kept.get(name)
        if known is not None and known[1] == self._changes and time.monotonic() - known[0] < seconds:
            return cast(Answer, known[2])
        changes = self._changes
        answer = self.look(question)
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[name] = time.monotonic(), changes, answer
        return answer

    def warm(self) -> None:
        """Read all incidents in the background, so that whoever asks first need not wait for it."""

        def reading() -> None:
            with contextlib.suppress(sa.exc.SQLAlchemyError):  # whoever asks next is told what is wrong
                self._keeper.now()
                self._keeper.now(with_events=True)

        threading.Thread(target=reading, name="warm", daemon=True).start()

    def glance(self, *, with_events: bool = False) -> Glance:
        """Return all incidents at a glance: as new as the last change made here, else half a second old at most."""
        changes = self._changes
        found = self._keeper.now(at_once=changes != self._seen_changes, with_events=with_events)
        self._seen_changes = changes
        return found

    def find(self, wanted: Wanted) -> Found:
        """Return the incidents that pass; which do is remembered until one of them changes."""
        glance = self.glance(with_events=wanted.by_events())
        if not wanted.by_events():
            return overview.find(glance, wanted)
        moment, known = self._found
        if moment is not glance or len(known) >= _MOST_FOUND:
            moment, known = self._found = glance, {}
        if wanted not in known:
            known[wanted] = self.look(
                lambda connection: overview.find(glance, wanted, overview.Asking(connection, self.fold, self._holding))
            )
        return known[wanted]

    def ask(self, question: Callable[[Record], Answer]) -> Answer:
        """Return the answer to a question that needs the record itself, and its linker; one at a time."""
        with self._turn:
            return question(self._record)

    def work(self, question: Callable[[Record], Answer]) -> Answer:
        """Do some work that needs the record itself, and reading, each part of it all or nothing; one at a time."""
        with self._reading, self._turn:
            answer = question(self._record)
            self._changes += 1
            return answer

    def change(self, work: Callable[[sa.Connection], Answer], person: Person, noted: tuple[str, str | None]) -> Answer:
        """Do some work on the record, all or nothing, and note in the audit log who did which action to what."""

        def with_note(connection: sa.Connection) -> Answer:
            answer = work(connection)
            note(connection, person.name, *noted)
            return answer

        return self.write(with_note)

    def write(self, work: Callable[[sa.Connection], Answer]) -> Answer:
        """Do some work on the record, all or nothing, that notes by itself what was done."""
        with self._turn:
            answer = self._record.change(work)
            self._changes += 1
            return answer

    def judge(self, judgement: StoredJudgement, person: Person) -> int:
        """Write a person's judgement down under their name; incidents follow it at once. Returns its number.

        Raises:
            RecordError: it names what is not there, or nothing that can be judged.
        """
        signed = StoredJudgement(
            **{name: getattr(judgement, name) for name in _JUDGEMENT}, author=person.name, key=0, at=""
        )
        tools = revising.Tools(self._record.linker, self.fold, lambda coded: self._load(self._record)[0].sketch(coded))
        what = (f"judge {judgement.kind}", judgement.left or f"judgement {judgement.undoes}")
        with self._reading:  # before its turn, as everybody who reads and writes
            return self.change(lambda connection: revising.judge(connection, tools, signed), person, what)

    def suggest(self, text: str, published: str | None) -> Suggested:
        """Return what words of a report may mean."""
        with self._reading:
            return self._load(self._record)[0].suggest(text, published)

    def known(self) -> Known:
        """Return the actors and places that reading knows, the record's own among them."""
        with self._reading:
            return self._load(self._record)[0].known()

    def deliver(self) -> None:
        """Tell webhooks what there is to tell."""
        from marsad import delivering  # not every desk has webhooks

        delivering.deliver(self._record, self.write, lambda: datetime.datetime.now(datetime.UTC))


_JUDGEMENT = ("kind", "left", "right", "field", "value", "reason", "undoes", "detail")


def note(connection: sa.Connection, author: str, action: str, target: str | None, details: str | None = None) -> None:
    """Append a line to the audit log."""
    at = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    row = {"at": at, "author": author, "action": action, "target": target, "details": details}
    connection.execute(audit.insert(), row)


def desk_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Desk:
    """Return the desk that a request came to."""
    desk: Desk = connection.app.state.desk
    return desk


def person_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Person | None:
    """Return who asks; None for whoever has not logged in."""
    person: Person | None = connection.scope.get("user")
    return person


def who(request: Request[Any, Any, Any]) -> Person:
    """Return who asks.

    Raises:
        NotAuthorizedException: nobody has logged in.
    """
    person = person_of(request)
    if person is None:
        raise NotAuthorizedException("Log in first.")
    return person


def needs(role: str) -> Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], None]:
    """Return a guard that lets in whoever may do what `role` may; a token only with the scope that the handler names."""

    def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        person = person_of(connection)
        if person is None:
            raise NotAuthorizedException("Log in first.")
        scope = handler.opt.get(SCOPE)
        if person.by_token and (scope is None or not person.has_scope(scope)):
            needed = f"a token with the scope {scope}" if scope else "a login: no token opens it"
            raise PermissionDeniedException(f"This needs {needed}.")
        if not person.may(role):
            raise PermissionDeniedException(f"This needs the role {role}; you are {person.role}.")

    return guard
