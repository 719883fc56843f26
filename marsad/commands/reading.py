"""`marsad read` and `marsad add`: reports in, events out."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click
import msgspec

from marsad.commands.options import Settings, complain, is_terminal, open_the_record, say, with_metadata, with_settings

if TYPE_CHECKING:
    from marsad.export.wording import Wording
    from marsad.intake import Metadata
    from marsad.model import CodedDocument
    from marsad.pipeline import Outcome

READ_FORMATS = ("table", "jsonl", "json", "html")


class Tally(msgspec.Struct):
    """What became of the inputs so far."""

    states: dict[str, int] = {}
    events: int = 0

    def count(self, outcome: Outcome) -> None:
        """Count one outcome."""
        self.states[outcome.state] = self.states.get(outcome.state, 0) + 1
        self.events += len(outcome.coded.events) if outcome.coded else 0

    def of(self, *states: str) -> int:
        """Return how many outcomes were in one of these states."""
        return sum(self.states.get(state, 0) for state in states)

    def exit_code(self) -> int:
        """Return 0 done, 1 done in part, 2 nothing done."""
        if not self.of("failed", "unread"):
            return 0
        return 1 if self.of("read", "added", "new-version", "unchanged") else 2


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH…")
@click.option("--format", "form", type=click.Choice(READ_FORMATS), help="Default: table, in a pipe jsonl.")
@click.option("--output", "-o", type=click.Path(dir_okay=False), help="Write to this file instead.")
@click.option("--explain", "reasons", is_flag=True, help="Say for each value how it came to be.")
@with_metadata
@with_settings
def read(settings: Settings, paths: tuple[str, ...], said: Metadata, **options: Any) -> int:
    """Read reports, print what is found, keep nothing. PATH is a file, folder, glob, or - for standard input."""
    from marsad import pipeline
    from marsad.intake import read as take_in

    output: str | None = options["output"]
    form = options["form"] or _format_of(output)
    wording = _wording(settings)
    tally = Tally()
    outcomes = pipeline.process(take_in(paths, said), pipeline.load_reader())
    is_elsewhere = output is not None or not is_terminal()
    coded = _sound(_with_progress(outcomes, settings, wording, shown=is_elsewhere), tally, settings)
    first = next(coded, None)
    if first is not None:
        with _stream(output) as stream:
            _print(form, chain([first], coded), stream, wording, reasons=options["reasons"])
    failed = tally.of("failed", "unread")
    say(settings, wording.say("summary_read", reports=tally.of("read"), events=tally.events, failed=failed))
    return tally.exit_code()


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE…")
@with_metadata
@with_settings
def add(settings: Settings, sources: tuple[str, ...], said: Metadata) -> int:
    """Read reports and add them to the record. SOURCE is a file, folder, glob, address (of a page, feed or sitemap) or -."""
    from marsad import pipeline
    from marsad.intake import take as take_in

    wording = _wording(settings)
    with open_the_record(settings, create=True) as record:
        tally = Tally()
        run = record.start_run(pipeline.coder_version(), pipeline.data_version())
        outcomes = pipeline.process(take_in(sources, said), pipeline.load_reader(), record, run)
        for _ in _sound(_with_progress(outcomes, settings, wording, shown=True), tally, settings):
            pass
    say(
        settings,
        wording.say(
            "summary_add",
            added=tally.of("added"),
            versions=tally.of("new-version"),
            unchanged=tally.of("unchanged"),
            events=tally.events,
            failed=tally.of("failed", "unread"),
        ),
    )
    return tally.exit_code()


def _wording(settings: Settings) -> Wording:
    from marsad.export.wording import Wording

    return Wording(settings.lang)


def _sound(outcomes: Iterable[Outcome], tally: Tally, settings: Settings) -> Iterator[CodedDocument]:
    """Pass on what was read; count everything, name each failure, and if asked to, each report."""
    for outcome in outcomes:
        tally.count(outcome)
        if outcome.problem:
            complain(outcome.problem)
        if settings.verbose and outcome.details:
            click.echo(outcome.details, err=True)
        if settings.verbose and outcome.coded is not None:
            click.echo(f"{outcome.coded.document.id}: {outcome.state}, {len(outcome.coded.events)} events", err=True)
        if outcome.coded is not None:
            yield outcome.coded


def _with_progress(
    outcomes: Iterable[Outcome], settings: Settings, wording: Wording, *, shown: bool
) -> Iterator[Outcome]:
    """Count along on the terminal once a run takes more than a second."""
    if not shown or settings.quiet or not sys.stderr.isatty():
        yield from outcomes
        return
    from rich.console import Console
    from rich.status import Status

    began = time.monotonic()
    with contextlib.ExitStack() as stack:
        status = None
        for count, outcome in enumerate(outcomes, 1):
            if status is None and time.monotonic() - began > 1:
                status = stack.enter_context(Status("", console=Console(stderr=True)))
            if status is not None and (outcome.problem or settings.verbose):
                # What is said meanwhile stands on lines of its own.
                status.stop()
                yield outcome
                status.start()
            else:
                yield outcome
            if status is not None:
                status.update(wording.say("working", count=count))


def _format_of(output: str | None) -> str:
    if output is None:
        return "table" if is_terminal() else "jsonl"
    ending = Path(output).suffix.lstrip(".").lower().replace("htm", "html").replace("htmll", "html")
    return ending if ending in READ_FORMATS else "jsonl"


@contextlib.contextmanager
def _stream(output: str | None) -> Iterator[TextIO]:
    if output is None:
        yield sys.stdout
        return
    from marsad.export import replacing

    with replacing(output) as stream:
        yield stream


def _print(form: str, coded: Iterable[CodedDocument], stream: TextIO, wording: Wording, *, reasons: bool) -> None:
    if reasons and form == "table":
        return _print_reasons(coded, stream, wording)
    return _PRINTERS[form](coded, stream, wording)


def _print_json_lines(coded: Iterable[CodedDocument], stream: TextIO, _wording: Wording) -> None:
    from marsad.export.contract import to_contract

    for document in coded:
        stream.write(msgspec.json.encode(to_contract(document)).decode() + "\n")
        stream.flush()


def _print_json(coded: Iterable[CodedDocument], stream: TextIO, _wording: Wording) -> None:
    from marsad.export.contract import to_contract

    separator = "["
    for document in coded:
        text = msgspec.json.format(msgspec.json.encode(to_contract(document)), indent=1).decode()
        stream.write(f"{separator}\n{text}")
        separator = ","
    stream.write("\n]\n")


def _print_html(coded: Iterable[CodedDocument], stream: TextIO, wording: Wording) -> None:
    from marsad.export.page import write_page

    write_page(coded, stream, wording)


def _print_table(coded: Iterable[CodedDocument], stream: TextIO, wording: Wording) -> None:
    from marsad.commands.rendering import console, print_coded

    out = console(stream)
    for document in coded:
        print_coded(out, wording, document)


def _print_reasons(coded: Iterable[CodedDocument], stream: TextIO, wording: Wording) -> None:
    from marsad.commands.rendering import console, print_evidence, print_head

    out = console(stream)
    for document in coded:
        print_head(out, wording, document.document)
        for event in document.events:
            print_evidence(out, wording, event, reasons=True)


_PRINTERS: dict[str, Callable[[Iterable[Any], TextIO, Any], None]] = {
    "table": _print_table,
    "jsonl": _print_json_lines,
    "json": _print_json,
    "html": _print_html,
}
