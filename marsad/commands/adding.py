"""`marsad add`: reports into the record."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from marsad.commands.counting import Tally, list_refusals, sound, with_progress
from marsad.commands.options import Settings, open_the_record, say, with_metadata, with_settings

if TYPE_CHECKING:
    from marsad.intake import InputProblem, Metadata
    from marsad.model import Received
    from marsad.pipeline import Outcome


def _cores() -> int:
    """How many processors this program may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE…")
@click.option("--processes", type=click.IntRange(1), help="Read in so many processes (default: one a core).")
@click.option("--dry-run", is_flag=True, help="Only say what would be added; nothing is read or written.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="Of the summary.")
@with_metadata
@with_settings
def add(settings: Settings, sources: tuple[str, ...], said: Metadata, **options: Any) -> int:
    """Read reports and add them to the record. SOURCE is a file, folder, glob, address (of a page, feed or sitemap) or -.

    What the record holds already is passed over, so that a run that was stopped goes on where it was.
    """
    from marsad.export.wording import Wording
    from marsad.intake import Meter, split

    wording = Wording(settings.lang)
    tally = Tally()
    meter = Meter(sources)
    inputs = split(sources, said, meter)
    dry_run = options["dry_run"]
    run = _would_add(settings, inputs) if dry_run else _add(settings, sources, inputs, options["processes"])
    with contextlib.closing(run) as outcomes:
        for _ in sound(with_progress(outcomes, settings, wording, meter), tally, settings):
            pass
    if options["form"] == "json":
        click.echo(msgspec.json.encode(tally.summary()).decode())
    else:
        counts = {
            "added": tally.of("added"),
            "versions": tally.of("new-version"),
            "unchanged": tally.of("unchanged"),
            "copies": tally.copies,
            "events": tally.events,
            "failed": tally.of("failed", "unread"),
        }
        say(settings, wording.say("summary_would_add" if dry_run else "summary_add", **counts))
        for line in list_refusals(tally, wording):
            say(settings, line)
    return tally.exit_code()


def _add(
    settings: Settings, sources: tuple[str, ...], inputs: Iterator[Received | InputProblem], processes: int | None
) -> Generator[Outcome, None, None]:
    from marsad import pipeline, workers

    # Pages are asked for one after the other: reading keeps up with that.
    count = processes or (1 if any("://" in source for source in sources) else _cores())
    with open_the_record(settings, create=True) as record:
        own = record.own_words()
        load = functools.partial(pipeline.load_reader, overlay=own) if own else pipeline.load_reader
        crew = workers.Crew(count=count, load=load, location=settings.record)
        run = record.start_run(pipeline.coder_version(), pipeline.data_version(), own)
        yield from workers.process(inputs, crew, record, run)


def _would_add(settings: Settings, inputs: Iterator[Received | InputProblem]) -> Generator[Outcome, None, None]:
    from marsad import pipeline
    from marsad.preview import preview

    with contextlib.ExitStack() as stack:
        there = "://" in settings.record or Path(settings.record).exists()
        record = stack.enter_context(open_the_record(settings)) if there else None
        reader = pipeline.load_reader() if record is None else pipeline.load_reader_of(record)[0]
        yield from preview(inputs, reader, record)
