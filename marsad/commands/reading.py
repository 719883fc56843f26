"""`marsad read`: reports in, events out."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click
import msgspec

from marsad.commands.counting import Tally, sound, with_progress
from marsad.commands.options import Settings, is_terminal, say, with_metadata, with_settings

if TYPE_CHECKING:
    from marsad.export.wording import Wording
    from marsad.intake import Metadata
    from marsad.model import CodedDocument

READ_FORMATS = ("table", "jsonl", "json", "html")


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
    from marsad.export.wording import Wording
    from marsad.intake import read as take_in

    output: str | None = options["output"]
    form = options["form"] or _format_of(output)
    wording = Wording(settings.lang)
    tally = Tally()
    outcomes = pipeline.process(take_in(paths, said), pipeline.load_reader())
    is_elsewhere = output is not None or not is_terminal()
    coded = sound(with_progress(outcomes, settings, wording, None, shown=is_elsewhere), tally, settings)
    first = next(coded, None)
    if first is not None:
        with _stream(output) as stream:
            _print(form, chain([first], coded), stream, wording, reasons=options["reasons"])
    failed = tally.of("failed", "unread")
    say(settings, wording.say("summary_read", reports=tally.of("read"), events=tally.events, failed=failed))
    return tally.exit_code()


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
