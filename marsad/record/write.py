"""The open record: what can be asked of it and written to it, each in one transaction."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import TypeVar

import sqlalchemy as sa

from marsad.link.model import ReportSketch
from marsad.model import CodedDocument, Document, Event, Taken
from marsad.overlay import NOTHING, Overlay
from marsad.record import adding, doctor, judging, proof, query, rebuild, revising, words
from marsad.record import incidents as telling
from marsad.record.adding import Added
from marsad.record.comparing import Helpers
from marsad.record.database import explain, make_engine
from marsad.record.linking import Linker
from marsad.record.schema import runs
from marsad.record.statements import Statement, inserting

_NEW_RUN = inserting(runs, numbered=True)
_DATA_VERSION = Statement(sa.text("PRAGMA data_version"))

Answer = TypeVar("Answer")


def open_record(location: str, fold: Callable[[str], str] = str.casefold, *, create: bool = True) -> Record:
    """Open the record at `location` (a path, or the URL of a PostgreSQL database), creating it if wanted; `fold` makes
    spellings alike for search.

    Raises:
        RecordError: it cannot be opened.
    """
    return Record(make_engine(location, create=create), location, fold)


class Record:
    """An open record. Use it in a `with` block, or close it."""

    def __init__(self, engine: sa.Engine, location: str, fold: Callable[[str], str]) -> None:
        self._engine = engine
        self._location = location
        self._fold = fold
        self._writer: sa.Connection | None = None
        self._reader: sa.Connection | None = None
        self._group: sa.Connection | None = None
        self._seen: object = None
        self.linker = Linker()

    def __enter__(self) -> Record:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        if isinstance(error, sa.exc.DBAPIError):
            raise explain(error, self._location) from error

    def close(self) -> None:
        """Close the connections."""
        for connection in (self._writer, self._reader):
            if connection is not None:
                connection.close()
        self._writer = self._reader = None
        self._engine.dispose()

    def start_run(self, coder: str, data: str, own: Overlay = NOTHING) -> int:
        """Note that a coder version starts reading with a data version and the record's own words; returns the key of the
        run.
        """
        version = f"{data}+{own.version()}" if own else data
        row = {"coder": coder, "data": version, "started_at": adding.now(), "words": own.newest or None}
        with self._transaction() as connection:
            return _NEW_RUN.insert(connection, row)

    def own_words(self) -> Overlay:
        """Return the words that people added to the lexicon for this record."""
        return self.look(words.in_force)

    def has(self, document: Document) -> bool:
        """Say whether adding this report would change nothing."""
        # Only looks, so that programs that add at once do not wait for each other here; adding looks again.
        return self.ask(lambda c: adding.unchanged(document, adding.versions(c, document)) is not None)

    def has_version(self, document: Document) -> bool:
        """Say whether there is a report of this id or address, whatever its text."""
        return bool(self.ask(lambda c: adding.versions(c, document)))

    def corrected(self, coded: CodedDocument) -> CodedDocument:
        """Return a reading as people corrected the report; the same object where they said nothing that holds for it."""
        return self.ask(lambda connection: revising.corrected(connection, coded))

    def add(
        self,
        coded: CodedDocument,
        run: int,
        sketch: ReportSketch | None = None,
        taken: Taken | None = None,
        machine: CodedDocument | None = None,
    ) -> Added:
        """Write a report and its events, with the bytes that it was taken from if given, and link them to incidents if it
        comes with its sketch: all or nothing. `machine` is what was read, where people corrected it.

        Raises:
            RecordError: the record cannot be written.
        """
        return self._write(coded, (run, False), sketch, (taken, machine))

    def reread(
        self,
        coded: CodedDocument,
        run: int,
        sketch: ReportSketch | None = None,
        machine: CodedDocument | None = None,
    ) -> Added:
        """Put another reading of the same text in the place of the one that is there; judgements and incident ids stay.
        `machine` is what was read, where people corrected it.

        Raises:
            RecordError: the record cannot be written.
        """
        return self._write(coded, (run, True), sketch, (None, machine))

    def keep(self, taken: Taken) -> None:
        """Keep the bytes that a report which is there was taken from, unless they are kept already."""
        if not self.ask(lambda connection: proof.is_kept(connection, taken)):
            self.change(lambda connection: proof.keep(connection, taken))

    def _write(
        self,
        coded: CodedDocument,
        how: tuple[int, bool],
        sketch: ReportSketch | None,
        behind: tuple[Taken | None, CodedDocument | None],
    ) -> Added:
        taken, machine = behind
        try:
            with self._transaction() as connection:
                added = adding.add(connection, coded, how, self._fold, (self.linker, sketch))
                if taken is not None:
                    proof.keep(connection, taken)
                if machine is not None:
                    revising.keep(connection, machine, corrected=True)
                elif how[1]:
                    revising.keep(connection, coded, corrected=False)
                return added
        except sa.exc.DBAPIError as error:
            raise explain(error, self._location) from error

    def events(self, filters: query.Filters, *, latest_first: bool = False) -> Iterator[query.StoredEvent]:
        """Yield the current events that pass the filters, in the order of adding or latest first."""
        with self._engine.connect() as connection:
            yield from query.list_events(connection, filters, self._fold, latest_first=latest_first)

    def reports(self, filters: query.Filters) -> Iterator[query.StoredDocument]:
        """Yield the current reports that pass the filters (those with an event that does, where it is about events)."""
        with self._engine.connect() as connection:
            yield from query.list_documents(connection, filters, self._fold)

    def find(self, wanted: str) -> tuple[query.StoredDocument, CodedDocument, Event | None]:
        """Return the report with this id, and the event if it is an event's id.

        Raises:
            RecordError: the record holds neither.
        """
        with self._engine.connect() as connection:
            return query.find(connection, wanted)

    def incidents(self, filters: query.Filters, *, with_rejected: bool = False) -> Iterator[telling.StoredIncident]:
        """Yield the incidents that pass the filters, the latest first."""
        with self._engine.connect() as connection:
            yield from telling.list_incidents(connection, filters, self._fold, with_rejected=with_rejected)

    def copies(self) -> list[list[str]]:
        """Return the groups of reports that are copies of one text."""
        return self.look(telling.list_copies)

    def find_incident(self, wanted: str) -> telling.StoredIncident:
        """Return the incident with this id; an old id leads to what it became.

        Raises:
            RecordError: there is none.
        """
        return self.look(lambda connection: telling.find(connection, wanted))

    def explain_incident(self, wanted: str) -> telling.Explained:
        """Return why the events of an incident are linked, and why their neighbours are not.

        Raises:
            RecordError: there is no such incident.
        """
        return self.look(lambda connection: telling.explain(connection, self.linker, wanted))

    def judge(self, judgement: judging.StoredJudgement, sketch: revising.Sketching | None = None) -> int:
        """Write a judgement down; incidents follow it at once. Returns its number, by which it can be undone. What is said
        of the text of a report takes `sketch`, by which a reader has the report linked anew.

        Raises:
            RecordError: it names what is not there, or nothing that can be judged.
        """
        with self._transaction() as connection:
            return revising.judge(connection, revising.Tools(self.linker, self._fold, sketch), judgement)

    def unlinked(self) -> Iterator[CodedDocument]:
        """Yield the current reports that were read but never linked, as they were read."""
        yield from self._coded(rebuild.unlinked(self._engine))

    def current(self) -> Iterator[CodedDocument]:
        """Yield every current report that was read, with its text."""
        yield from self._coded(rebuild.current(self._engine))

    def _coded(self, names: list[str]) -> Iterator[CodedDocument]:
        for name in names:
            yield self.find(name)[1]

    def link(self, sketch: ReportSketch) -> None:
        """Link a report that is there but was never linked."""
        with self._transaction() as connection:
            rebuild.link_one(connection, self.linker, sketch)

    def relink(self, processes: int = 0) -> int:
        """Build all incidents anew from what is known of their events; returns how many there are.

        With `processes` so many others are started to compare events; the module that asks must be importable without
        doing anything (`if __name__ == "__main__":`).
        """
        helpers = Helpers(self._location, processes) if processes else None
        with self._transaction() as connection:
            return rebuild.relink(connection, self.linker, helpers)

    def examine(self) -> list[str]:
        """Return a sentence for every fault of the record; none if it is sound."""
        return self.look(lambda connection: list(doctor.examine(connection)))

    @contextlib.contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Give a connection that sees one moment of the record, to be read from while it is open."""
        try:
            with self._engine.connect() as connection:
                yield connection
        except sa.exc.DBAPIError as error:
            raise explain(error, self._location) from error

    def look(self, question: Callable[[sa.Connection], Answer]) -> Answer:
        """Return the answer to a question over the record, asked of one moment of it."""
        with self._engine.connect() as connection:
            return question(connection)

    def ask(self, question: Callable[[sa.Connection], Answer]) -> Answer:
        """Return the answer to a question, as `look` does, over a connection that stays open: for every single report."""
        if self._reader is None:
            self._reader = self._engine.connect()
        with self._reader.begin():
            return question(self._reader)

    def change(self, work: Callable[[sa.Connection], Answer]) -> Answer:
        """Do some work on the record, all or nothing, and return what comes of it."""
        with self._transaction() as connection:
            return work(connection)

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """Write all that is written inside in one transaction, all or nothing: a tenth as many for many short reports.

        Raises:
            RecordError: the record cannot be written.
        """
        if self._group is not None:
            yield
            return
        try:
            with self._transaction() as connection:
                self._group = connection
                try:
                    yield
                finally:
                    self._group = None
        except sa.exc.DBAPIError as error:
            raise explain(error, self._location) from error

    def judgements(self) -> list[judging.StoredJudgement]:
        """Return every judgement, the oldest first."""
        return self.look(judging.list_all)

    def _transaction(self) -> contextlib.AbstractContextManager[sa.Connection]:
        if self._group is not None:
            return contextlib.nullcontext(self._group)
        if self._writer is None:
            self._writer = self._engine.connect().execution_options(writes=True)
        return _Transaction(self._writer, self._look_around, self.linker)

    def _look_around(self, connection: sa.Connection) -> None:
        """Forget what linking remembers if another program has written since; only SQLite tells."""
        now = None
        if connection.dialect.name == "sqlite":
            (now,) = _DATA_VERSION.column(connection)
        if now is None or now != self._seen:
            self.linker.forget()
        self._seen = now
        self.linker.shrink()


class _Transaction:
    """Begins on entering and hands out the connection; on leaving links what was added and commits, or rolls back."""

    def __init__(self, connection: sa.Connection, begun: Callable[[sa.Connection], None], linker: Linker) -> None:
        self._connection = connection
        self._begun = begun
        self._linker = linker

    def __enter__(self) -> sa.Connection:
        self._open = self._connection.begin()
        self._begun(self._connection)
        return self._connection

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.ExitStack() as undoing:
            undoing.callback(self._linker.forget)
            undoing.callback(self._open.rollback)
            if error is None:
                self._linker.finish(self._connection)
                self._open.commit()
                undoing.pop_all()
