"""`marsad watch`, `marsad feeds` and `marsad proof`: feeds that are watched, how they fare, and what was received."""

from __future__ import annotations

import datetime
import random
import sys
import time
from typing import TYPE_CHECKING, Any

import click
import msgspec

from marsad.commands.options import Settings, complain, is_terminal, open_the_record, say, with_settings
from marsad.commands.stamping import add_stamps, with_roots, wrong_stamps
from marsad.errors import InputError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from marsad.intake.fetch import Fetcher

_LONGEST_SLEEP_S = 300.0


def make_fetcher() -> Fetcher:
    """Return what asks the network; tests put another in its place."""
    from marsad.intake.fetch import Fetcher

    return Fetcher()


@click.command()
@click.argument("path", metavar="SOURCES.toml", type=click.Path(dir_okay=False))
@click.option("--once", is_flag=True, help="Do what is due now, and end.")
@with_settings
def watch(settings: Settings, path: str, once: bool) -> int:
    """Keep adding from feeds at a polite interval until stopped; what was done stands in the record."""
    from marsad import pipeline
    from marsad.watching import Means, Watcher, read_watchlist

    listed = read_watchlist(path)
    means = Means(
        fetcher=make_fetcher(),
        now=lambda: datetime.datetime.now(datetime.UTC),
        dice=random.Random(),
        pause=time.sleep,
    )
    done = failed = 0
    with open_the_record(settings, create=True) as record:
        watcher = Watcher(record, pipeline.load_reader_of, listed, means)
        while True:
            for outcome in watcher.step():
                done += outcome.state in ("added", "new-version")
                failed += outcome.state == "failed"
                if outcome.problem:
                    complain(outcome.problem)
                if outcome.coded is not None and outcome.state != "unchanged":
                    say(settings, f"{outcome.coded.document.id}: {outcome.state}, {len(outcome.coded.events)} events")
            if once:
                break
            time.sleep(min(max(watcher.next_s(), 1.0), _LONGEST_SLEEP_S))
    say(settings, f"{done} reports added or changed, {failed} failures.")
    return 0 if not failed else 1 if done else 2


@click.command()
@click.option("--format", "form", type=click.Choice(["table", "jsonl"]), help="Default: table, in a pipe jsonl.")
@with_settings
def feeds(settings: Settings, form: str | None) -> int:
    """List the feeds that are watched: last success, items, failures in a row, the last problem."""
    from marsad.record import watched

    with open_the_record(settings) as record:
        found = record.look(watched.list_feeds)
    if (form or ("table" if is_terminal() else "jsonl")) == "jsonl":
        for feed in found:
            click.echo(msgspec.json.encode(feed).decode())
        return 0
    from rich.table import Table

    from marsad.commands.rendering import console, one_line

    table = Table("feed", "last success", "items", "failures", "problem")
    for feed in found:
        problem = one_line(feed.problem or "")
        table.add_row(one_line(feed.name), feed.succeeded_at or "never", str(feed.items), str(feed.failures), problem)
    console(sys.stdout).print(table)
    return 0


@click.command()
@click.argument("path", required=False, metavar="FILE", type=click.Path(dir_okay=False))
@click.option("--report", help="Only what this report was received as.")
@click.option("--check", is_flag=True, help="Derive each text again from its bytes, and say where it differs.")
@click.option("--stamp", "service", metavar="URL", help="Have a service (RFC 3161) stamp what has no time-stamp yet.")
@with_roots
@with_settings
def proof(settings: Settings, path: str | None, report: str | None, **options: Any) -> int:
    """Write what was received as a web archive (.warc or .warc.gz), or list it: hash, time, kind, place.

    A service that stamps sees hashes only. --check looks at the time-stamps too.
    """
    from marsad.record import proof as kept

    if path is not None and not path.lower().endswith((".warc", ".warc.gz")):
        raise InputError(f"{path} is no name of a web archive; end it in .warc or .warc.gz.")
    with open_the_record(settings) as record:
        if options["service"]:
            return add_stamps(settings, record, options["service"], make_fetcher())
        if options["check"]:
            wrong = wrong_stamps(record, options["roots"])
            return _check(settings, record.look(lambda c: _differing(c, report)), wrong)
        if path is not None:
            from marsad.export.warc import write_warc

            count = record.look(lambda c: write_warc(path, kept.list_received(c, report)))
            say(settings, f"{count} received reports written to {path}.")
        else:
            for receipt in record.look(lambda c: list(kept.list_receipts(c, report))):
                click.echo(msgspec.json.encode(receipt).decode())
    return 0


def _differing(connection: Connection, report: str | None) -> list[str]:
    from marsad.intake import InputProblem, derive
    from marsad.record import proof as kept

    found: list[str] = []
    for receipt, received in kept.list_received(connection, report):
        again = derive(received)
        if isinstance(again, InputProblem):
            found.append(f"{receipt.report}: its bytes can no longer be read ({again.reason}).")
        elif kept.text_hash(connection, receipt.key) != kept.hash_of(again.document.text):
            found.append(
                f"{receipt.report}: extractor {receipt.extractor} gave another text than {again.extractor} does."
            )
    return found


def _check(settings: Settings, differing: list[str], wrong: list[str]) -> int:
    for line in (*differing, *wrong):
        complain(line)
    say(
        settings, f"{len(differing)} texts differ from what their bytes give now, {len(wrong)} time-stamps do not hold."
    )
    return 1 if differing or wrong else 0
