"""`marsad demo`: the sample reports in a fresh record, and a page to look at."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from marsad.commands.options import Settings, complain, is_terminal, with_settings
from marsad.errors import InputError

if TYPE_CHECKING:
    from marsad.export.wording import Wording
    from marsad.model import CodedDocument


@click.command()
@click.argument("folder", default="demo", type=click.Path(file_okay=False))
@with_settings
def demo(settings: Settings, folder: str) -> int:
    """Add six invented sample reports to a fresh record in FOLDER, write pages that show them, and open the desk."""
    from marsad.commands.rendering import console, print_events
    from marsad.export.wording import Wording

    target = Path(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
        record = target / "marsad-demo.db"
        for ending in ("", "-wal", "-shm"):
            Path(f"{record}{ending}").unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"{target} cannot be written ({error.strerror}); name another folder.") from error
    wording = Wording(settings.lang)
    coded = _fill(str(record))
    print_events(console(sys.stdout), wording, (event for document in coded for event in document.events))
    page = _write_pages(target, coded, wording)
    program = "marsad" if shutil.which("marsad") else sys.argv[0]
    click.echo(wording.say("demo_open", path=page, record=record, program=program))
    if is_terminal():
        _open_desk(settings, str(record))
    return 0


def _open_desk(settings: Settings, record: str) -> None:
    """Serve the desk over the samples until it is stopped, where its packages are installed."""
    from marsad.commands.serve import run_desk

    try:
        from marsad.web.settings import DeskSettings
    except ImportError:
        return
    run_desk(settings, DeskSettings(record=record, lang=settings.lang))


def _fill(location: str) -> list[CodedDocument]:
    """Read the samples into a new record."""
    from marsad import pipeline
    from marsad.intake import read
    from marsad.record import open_record
    from marsad.resources import DATA

    found = []
    with open_record(location, pipeline.load_fold()) as record:
        reader, run = pipeline.start_reading(record)
        for outcome in pipeline.process(read([str(DATA / "samples")]), reader, record, run):
            if outcome.problem:
                complain(outcome.problem)
            if outcome.coded is not None:
                found.append(outcome.coded)
    return found


def _write_pages(folder: Path, coded: list[CodedDocument], wording: Wording) -> Path:
    """Write one page per report and one with all of them; returns the latter."""
    from marsad.export import replacing
    from marsad.export.page import write_page

    for document in coded:
        with replacing(str(folder / f"{document.document.id}.html")) as stream:
            write_page([document], stream, wording)
    page = folder / "index.html"
    with replacing(str(page)) as stream:
        write_page(coded, stream, wording)
    return page
