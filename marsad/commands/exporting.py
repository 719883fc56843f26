"""`marsad export`: events and incidents as files for other programs."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import click

from marsad.commands.options import Settings, open_the_record, say, with_filters, with_settings
from marsad.errors import InputError

if TYPE_CHECKING:
    from marsad.publishing import View
    from marsad.record import Filters


@click.command()
@click.argument("file", type=click.Path())
@click.option("--format", "form", help="Default: the file's ending; `marsad export --help` lists them.")
@click.option("--what", type=click.Choice(["events", "incidents"]), default="events", show_default=True)
@click.option(
    "--policy",
    default="open",
    show_default=True,
    envvar="MARSAD_POLICY",
    help="What may leave the record: open, careful, record (as saved on the desk), or a policy file.",
)
@click.option("--reviewed", is_flag=True, help="Gold out of what people reviewed: reports with what is right in them.")
@with_filters
@with_settings
def export(settings: Settings, file: str, form: str | None, filters: Filters, **options: Any) -> int:
    """Write the events or incidents in the record to FILE (- is standard output).

    Formats: csv, xlsx, jsonl, geojson, geojsonl, parquet, geoparquet, plover, acled, ucdp, hxl, kml, atom, ftm, gold.
    """
    from marsad import publishing
    from marsad.export import pick_format
    from marsad.export.wording import Wording

    what, policy = options["what"], options["policy"]
    if options["reviewed"]:
        return export_gold(settings, file, policy)
    name = pick_format(file, form)
    with open_the_record(settings) as record:
        view = publishing.View(record, publishing.policy_named(record, policy))
        warn_of_strangers(settings, view)
        if file == "-":
            count = publishing.export_to(view, sys.stdout.buffer, name, what, filters)
        else:
            with stopping_cleanly(), progress(settings) as tell:
                count = publishing.export(view, file, name, what, filters, tell)
    say(settings, Wording(settings.lang).say(f"written_{what}", count=count, path=file))
    return 0


def warn_of_strangers(settings: Settings, view: View) -> None:
    """Say which publishers the policy drops that no report has: a slip of the pen would publish theirs."""
    from marsad.export.wording import Wording

    for name in view.strangers():
        say(settings, Wording(settings.lang).say("unknown_publisher", name=name))


def export_gold(settings: Settings, file: str, policy: str) -> int:
    """Write what people reviewed to a file as gold.

    Raises:
        InputError: the policy withholds the words of reports, or nothing was reviewed yet.
    """
    from marsad import publishing, reviewing
    from marsad.export import replacing_bytes
    from marsad.export.wording import Wording

    with open_the_record(settings) as record:
        if publishing.policy_named(record, policy).withholds_words:
            raise InputError("The gold format quotes reports, and the publication policy withholds their words.")
        found = record.look(lambda connection: list(reviewing.cases(connection)))
    if not found:
        raise InputError("Nobody confirmed or rejected an event yet; `marsad serve` opens the review.")
    with contextlib.nullcontext(sys.stdout.buffer) if file == "-" else replacing_bytes(file) as stream:
        count = reviewing.write_cases(found, stream)
    say(settings, Wording(settings.lang).say("written_gold", count=count, path=file))
    return 0


@contextlib.contextmanager
def stopping_cleanly() -> Iterator[None]:
    """Let a polite end (a service that stops, a terminal that closes) be as Ctrl-C is: nothing half-written stays."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {n: signal.signal(n, signal.default_int_handler) for n in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def progress(settings: Settings) -> Iterator[Callable[[int], None] | None]:
    """Count along on a terminal once an export takes more than a second."""
    if settings.quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.status import Status

    began = time.monotonic()
    with contextlib.ExitStack() as stack:
        shown: list[Status] = []

        def tell(count: int) -> None:
            if not shown and time.monotonic() - began > 1:
                shown.append(stack.enter_context(Status("", console=Console(stderr=True))))
            if shown:
                shown[0].update(f"{count:,}")

        yield tell
