"""The path of a report: intake → code → record and link. Loading happens once, in `load_reader`."""

from __future__ import annotations

import contextlib
import functools
import gc
import hashlib
import traceback
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import msgspec
from threadpoolctl import ThreadpoolController

from marsad.errors import InputError, MarsadError
from marsad.intake import InputProblem, derive
from marsad.intake.documents import EXTRACTOR
from marsad.language import Language
from marsad.link.model import ReportSketch
from marsad.model import CodedDocument, Document, Received, Taken
from marsad.overlay import NOTHING, Known, Overlay
from marsad.resources import DATA, read_tsv

if TYPE_CHECKING:
    from marsad.actors import Actors
    from marsad.gazetteer import Gazetteer
    from marsad.link.sketch import Lookup
    from marsad.link.terms import Terms
    from marsad.link.truces import Area
    from marsad.record import Record  # its library takes as long to import as a reader to load
    from marsad.suggesting import Suggested

Code = Callable[[Document, Language, Any], CodedDocument]

LANGUAGE = "ar"
_YOUNG = 20_000
"""So many new objects call the garbage collector, where Python would have it come after 700."""

_KEPT = {True: "it was kept, but not read", False: "it was not read", None: "it would be kept, but not read"}
_NAMES = {"fa": "Persian", "ur": "Urdu", "ckb": "Kurdish"}


class Reads(Protocol):
    """Whatever reads a document: the real `Reader`, or a stand-in."""

    def is_readable(self, document: Document) -> bool:
        """Say whether the text is in a language that is read."""
        ...

    def read(self, document: Document) -> CodedDocument:
        """Return what the document says."""
        ...

    def sketch(self, coded: CodedDocument) -> ReportSketch | None:
        """Return what linking needs to know of a document that was read; None leaves it unlinked for now."""
        ...

    def suggest(self, words: str, published: str | None) -> Suggested:
        """Return what words of a report may mean, for a person who picks them."""
        ...

    def known(self) -> Known:
        """Return the actors and places that are known."""
        ...


class Reader:
    """Reads documents; holds everything that is loaded once."""

    def __init__(self, language: Language, kit: Any, code: Code) -> None:
        self._language = language
        self._kit = kit
        self._code = code
        self._linking: tuple[Terms, Lookup] | None = None
        self._threads = ThreadpoolController()

    def is_readable(self, document: Document) -> bool:
        """Say whether the text is in the reader's language."""
        return self._language.is_written_in(document.text)

    def read(self, document: Document) -> CodedDocument:
        """Return what the document says: pure, the same for the same document."""
        # What reading makes is freed without the collector: its looking for cycles takes a quarter of the time. Matrices are
        # so small that several threads for one product take thrice the processor time.
        with _no_collecting(), self._threads.limit(limits=1, user_api="blas"):
            return self._code(document, self._language, self._kit)

    def suggest(self, words: str, published: str | None) -> Suggested:
        """Return what words of a report may mean, for a person who picks them."""
        from marsad.suggesting import suggest  # only the desk asks

        return suggest(words, published, self._language, self.known())

    def known(self) -> Known:
        """Return the actors and places that the reader knows."""
        from marsad.lang.ar.script import has_letters

        return Known(self._kit.actors, self._kit.gazetteer, load_fold(self._language.code), has_letters)

    def sketch(self, coded: CodedDocument) -> ReportSketch | None:
        """Return what linking needs to know of a document that was read; None for one that is not readable."""
        from marsad.link.sketch import sketch_report  # only what writes a record links

        if coded.language is None:
            return None
        if self._linking is None:
            self._linking = _load_linking(self._language, self._kit)
        return sketch_report(coded, self._language, *self._linking)


def load_reader(code: str = LANGUAGE, overlay: Overlay = NOTHING) -> Reader:
    """Load the language with this ISO 639 code and everything the coder needs, with the words that a record adds.

    Raises:
        ResourceError: a data file is broken.
    """
    from marsad import coder, lang  # loading takes a second, and most commands only look at the record

    # What is loaded stays: the collector need look neither while it grows nor ever again.
    with _no_collecting():
        language = lang.load(code, overlay)
        kit = coder.load_kit(DATA / code, language.actors, language.gazetteer)
        if not overlay:  # one with own words makes way for the next when they change
            gc.freeze()
    # What a report leaves behind is no reason to look, as it is by default: it hardly ever holds a cycle.
    first, *others = gc.get_threshold()
    gc.set_threshold(max(first, _YOUNG) if first else first, *others)
    return Reader(language, kit, coder.code)


def load_reader_of(record: Record) -> tuple[Reads, Overlay]:
    """Load the reader with the words that people added for this record; returns them too, for the run that reads."""
    own = record.own_words()
    return (load_reader(overlay=own) if own else load_reader()), own


def start_reading(record: Record) -> tuple[Reads, int]:
    """Load the reader for a record and note that it starts to read; returns it with the key of its run."""
    reader, own = load_reader_of(record)
    return reader, record.start_run(coder_version(), data_version(), own)


@contextlib.contextmanager
def _no_collecting() -> Iterator[None]:
    """Hold the garbage collector off for a while; what came up meanwhile it looks at afterwards."""
    was_collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_collecting:
            gc.enable()


def _load_linking(language: Language, kit: Any) -> tuple[Terms, Lookup]:
    """The words that linking looks at in a language, and its look-ups of places and actors."""
    from marsad.link.sketch import Lookup, name_words
    from marsad.link.terms import LinkWordRow, ProcessTopicRow, SourceKindRow, Terms

    folder = DATA / language.code
    words = read_tsv(folder / "link_words.tsv", LinkWordRow)
    kinds = read_tsv(folder / "source_kinds.tsv", SourceKindRow)
    topics = read_tsv(folder / "process_topics.tsv", ProcessTopicRow)

    @functools.lru_cache(maxsize=20_000)
    def within(place: str) -> tuple[str, ...]:
        return _within(kit.gazetteer, place)

    @functools.lru_cache(maxsize=20_000)
    def named(words: str) -> tuple[str, ...]:
        return name_words(language, words)

    countries = {actor.id: actor.country for actor in kit.actors.all()}
    return Terms(words, kinds, language, topics), Lookup(within, countries.get, named)


def load_fold(code: str = LANGUAGE) -> Callable[[str], str]:
    """Return the function that makes spellings of a language alike, for search in the record."""

    def fold_arabic(text: str) -> str:
        from marsad.lang.ar.script import fold_text  # most looks at the record search for no words

        return fold_text(text)

    return {"ar": fold_arabic}[code]


@functools.cache
def load_names(code: str = LANGUAGE) -> Actors:
    """Load the actors with their names in a language: who is meant by what a person writes (`Actors.party`)."""
    from marsad.actors import load_actors

    return load_actors(code, load_fold(code))


def load_known(overlay: Overlay = NOTHING, code: str = LANGUAGE) -> Known:
    """Load what a new row of a record's own words is checked against; takes as long as a language to load."""
    from marsad import lang
    from marsad.lang.ar.script import has_letters

    language = lang.load(code, overlay)
    return Known(language.actors, language.gazetteer, load_fold(code), has_letters)


def find_areas(text: str, code: str = LANGUAGE) -> list[Area]:
    """Return the places that a gazetteer id or a name means, the likeliest first.

    Raises:
        InputError: the gazetteer knows none.
    """
    from marsad.link.truces import Area

    gazetteer = _gazetteer(code)
    entry = gazetteer.entry(text)
    found = [entry] if entry is not None else gazetteer.candidates(load_fold(code)(text))
    if not found:
        odd = InputError(f"The gazetteer knows no place {text!r}; write its name in English or Arabic, or give its id.")
        raise odd.known_as("no_place", name=text)
    return [
        Area(id=e.id, name=e.name, level=e.level, country=e.country, within=_within(gazetteer, e.id)) for e in found
    ]


@functools.cache
def _gazetteer(code: str) -> Gazetteer:
    """The gazetteer with the names of a language; it stays loaded for the next question."""
    from marsad import lang

    return lang.load(code).gazetteer


def _within(gazetteer: Gazetteer, place: str) -> tuple[str, ...]:
    """The ids of what a place lies in, nearest first."""
    found: list[str] = []
    entry = gazetteer.entry(place)
    while entry is not None and entry.parent and entry.parent not in found:
        found.append(entry.parent)
        entry = gazetteer.entry(entry.parent)
    return tuple(found)


def coder_version() -> str:
    """Return the version of the program that reads."""
    import importlib.metadata  # only what writes a record asks

    return importlib.metadata.version("marsad")


@functools.cache
def data_version(folder: Path = DATA) -> str:
    """Return a short hash of what stands in the data files, trained weights among them: it names what a run read with.

    Equal files give equal versions on every machine. Takes some 20 ms, once a process.
    """
    names = (p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.suffix in (".tsv", ".yaml", ".bin"))
    digest = hashlib.sha256()
    for name in sorted(names):
        content = (folder / name).read_bytes()
        digest.update(f"{name}\n{len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one input: `state` is read, added, new-version, unchanged, unread (kept, but in a language that is
    not read) or failed. `problem` says why for the last two, `reason` the same without the place, `details`
    where in the program. `is_copy` says that the record held a copy of the report already.
    """

    state: str
    coded: CodedDocument | None = None
    problem: str | None = None
    details: str | None = None
    reason: str | None = None
    is_copy: bool = False


Input = Document | Taken | Received | InputProblem


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """An input with all that can be done without writing: another process may do that. `outcome` is set where it ends there;
    else the document, or what it was taken from, waits with what was read, whose language is None if nothing could be;
    `machine` is that before people corrected it, where they did.
    """

    outcome: Outcome | None = None
    taken: Taken | None = None
    coded: CodedDocument | None = None
    sketch: ReportSketch | None = None
    machine: CodedDocument | None = None


def process(inputs: Iterable[Input], reader: Reads, record: Record | None = None, run: int = 0) -> Iterator[Outcome]:
    """Read the inputs one at a time and, if a record is given, write each in a transaction of its own under `run`, with
    the bytes that it was taken from."""
    for item in inputs:
        yield settle(prepare(item, reader, record, run), record, run)


def prepare(item: Input, reader: Reads, record: Record | None = None, run: int = 0) -> Prepared:
    """Derive and read one input, unless the record holds it already. The record is only looked at.

    Raises:
        MarsadError: what reading needs is broken, or the record cannot be read.
    """
    if isinstance(item, Received):
        if record is not None and is_known(record, item):
            return Prepared(outcome=Outcome(state="unchanged"))
        item = derive(item)
    if isinstance(item, InputProblem):
        return Prepared(outcome=Outcome(state="failed", problem=str(item), reason=item.reason))
    document, taken = (item.document, item) if isinstance(item, Taken) else (item, None)
    if record is not None and record.has(document):
        return Prepared(outcome=Outcome(state="unchanged"), taken=taken)
    if not reader.is_readable(document):
        coded = CodedDocument(document=document, language=None)
        return Prepared(taken=marked(taken) if taken else None, coded=coded)
    return _read(document, taken, reader, (record, run))


def _read(document: Document, taken: Taken | None, reader: Reads, known: tuple[Record | None, int]) -> Prepared:
    record, run = known
    try:
        read = (_twin(document, record, run) if record is not None else None) or reader.read(document)
        coded = record.corrected(read) if record is not None else read
        sketch = reader.sketch(coded) if record is not None else None
    except MarsadError:
        raise
    except Exception as error:
        # A report that trips the coder must not take the other reports with it.
        cause = f"{type(error).__name__}: {error}"
        said = f"{document.id}: the coder failed ({cause}); the report was skipped, please report this as a bug."
        failed = Outcome(state="failed", problem=said, details=traceback.format_exc(), reason="the coder failed")
        return Prepared(outcome=failed)
    return Prepared(taken=taken, coded=coded, sketch=sketch, machine=None if coded is read else read)


def settle(prepared: Prepared, record: Record | None, run: int) -> Outcome:
    """Write what was prepared, if there is a record, in one transaction with the bytes; returns what became of it.

    Raises:
        RecordError: the record cannot be written.
    """
    done, coded = prepared.outcome, prepared.coded
    if record is not None and prepared.taken is not None and done is not None:
        record.keep(prepared.taken)
    if done is not None:
        return done
    assert coded is not None, "what has no outcome yet was read"
    added = record.add(coded, run, prepared.sketch, prepared.taken, prepared.machine) if record is not None else None
    if added is not None and added.state == "unchanged":
        return Outcome(state="unchanged")  # another program, or another process of this one, was faster
    if coded.language is None:
        problem = unread(coded.document, kept=record is not None)
        return Outcome(state="unread", problem=problem, reason="not in Arabic")
    if added is None:
        return Outcome(state="read", coded=coded)
    return Outcome(state=added.state, coded=coded, is_copy=added.is_copy)


def is_known(record: Record, received: Received) -> bool:
    """Say whether adding these bytes would change nothing, without deriving a text of them."""
    from marsad.record import proof  # loaded already, where there is a record

    return record.ask(lambda connection: proof.is_known(connection, received, EXTRACTOR))


def marked(taken: Taken) -> Taken:
    """Return what was taken with a mark of the language that it is in, where that can be told: in-fa, in-ur, in-ckb."""
    code = _language_of(taken.document.text)
    mark = f"in-{code}" if code else "in-another-language"
    return msgspec.structs.replace(taken, marks=(*taken.marks, mark))


def _language_of(text: str) -> str | None:
    from marsad.lang.ar.script import language_of  # most runs meet no other language

    return language_of(text)


def relink(record: Record, load: Callable[[Record], tuple[Reads, Overlay]], *, reread: bool = False) -> Iterator[str]:
    """Link the reports in a record that never were, or read every one again; yields a sentence for each that failed.

    The incidents are then still to be built anew (`Record.relink`). Nothing is loaded where there is nothing to read.
    """
    yield from _go_through(record, record.current() if reread else record.unlinked(), load, reread=reread)


def reread(
    record: Record, names: Iterable[str], load: Callable[[Record], tuple[Reads, Overlay]] = load_reader_of
) -> Iterator[str]:
    """Read some reports of a record again; their incidents follow at once. Yields a sentence for each that failed."""
    yield from _go_through(record, (record.find(name)[1] for name in names), load, reread=True)


def _go_through(
    record: Record, every: Iterable[CodedDocument], load: Callable[[Record], tuple[Reads, Overlay]], *, reread: bool
) -> Iterator[str]:
    reader: Reads | None = None
    run = 0
    for coded in every:
        if reader is None:
            reader, own = load(record)
            run = record.start_run(coder_version(), data_version(), own) if reread else 0
        try:
            if reread:
                read = reader.read(coded.document)
                again = record.corrected(read)
                record.reread(again, run, reader.sketch(again), None if again is read else read)
            else:
                sketch = reader.sketch(coded)
                if sketch is not None:
                    record.link(sketch)
        except MarsadError:
            raise
        except Exception as error:
            # As when it is added: one report that trips the coder leaves the others alone.
            yield f"{coded.document.id}: the coder failed ({type(error).__name__}: {error}); its old reading stays."


def _twin(document: Document, record: Record, run: int) -> CodedDocument | None:
    from marsad.record import twins  # loaded already, where there is a record

    return record.ask(lambda connection: twins.find(connection, document, run))


def unread(document: Document, *, kept: bool | None) -> str:
    """Say that a text is in a language that is not read, and whether it was kept nevertheless; None: it would be."""
    what = _KEPT[kept]
    name = _NAMES.get(_language_of(document.text) or "")
    found = f"is {name}, which Marsad does not read" if name else f"is in no language that Marsad reads ({LANGUAGE})"
    return f"{document.id}: the text {found}; {what}; give its Arabic text."
