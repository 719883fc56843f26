"""`marsad reports`, `events`, `show`, `explain` and `export`: what the record holds."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click
import msgspec

from marsad.commands.linking import explain_incident, explain_two, show_incident
from marsad.commands.options import Settings, is_terminal, open_the_record, say, with_filters, with_settings

if TYPE_CHECKING:
    from marsad.model import Event
    from marsad.record import Filters

_list_format = click.option(
    "--format", "form", type=click.Choice(["table", "jsonl"]), help="Default: table, in a pipe jsonl."
)


@click.command()
@_list_format
@with_filters
@with_settings
def reports(settings: Settings, form: str | None, filters: Filters) -> int:
    """List the reports in the record, newest first; --since and --until look at the day of publication."""
    from marsad.export.wording import Wording

    with open_the_record(settings) as record:
        found = record.reports(filters)
        if (form or _default()) == "table":
            from marsad.commands.rendering import console, report_table

            wording = Wording(settings.lang)
            table = report_table(wording, found)
            if table.row_count:
                console(sys.stdout).print(table)
            else:
                say(settings, wording.say("no_results"))
        else:
            _write_lines(found)
    return 0


@click.command()
@_list_format
@with_filters
@with_settings
def events(settings: Settings, form: str | None, filters: Filters) -> int:
    """List the events in the record, latest first; --since and --until look at the day of the event."""
    from marsad.export.contract import event_line
    from marsad.export.wording import Wording

    with open_the_record(settings) as record:
        found = record.events(filters, latest_first=True)
        if (form or _default()) == "table":
            from marsad.commands.rendering import console, print_events

            wording = Wording(settings.lang)
            if not print_events(console(sys.stdout), wording, (stored.event for stored in found)):
                say(settings, wording.say("no_results"))
        else:
            _write_lines(event_line(stored.document, stored.event) for stored in found)
    return 0


@click.command()
@click.argument("wanted", metavar="ID")
@click.option("--format", "form", type=click.Choice(["text", "json", "html"]), help="Default: text, in a pipe json.")
@click.option("--diff", is_flag=True, help="Show instead what each later version of a report changed.")
@with_settings
def show(settings: Settings, wanted: str, form: str | None, diff: bool) -> int:
    """Show one report, event or incident with its evidence quoted."""
    from marsad.export.contract import event_line, to_contract
    from marsad.export.wording import Wording

    form = form or ("text" if is_terminal() else "json")
    if diff:
        return _show_changes(settings, wanted, as_json=form == "json")
    with open_the_record(settings) as record:
        if wanted.startswith("i-"):
            show_incident(settings, record, wanted, as_json=form == "json")
            return 0
        stored, coded, event = record.find(wanted)
    if form == "json":
        found = event_line(coded.document, event) if event else to_contract(coded) | {"version": stored.version}
        _write_lines([found])
    elif form == "html":
        from marsad.export.page import write_page

        write_page([coded], sys.stdout, Wording(settings.lang))
    else:
        _print_text(settings, coded, (event,) if event else coded.events, reasons=False)
    return 0


@click.command()
@click.argument("wanted", metavar="ID")
@click.argument("other", metavar="[ID]", required=False)
@click.option("--format", "form", type=click.Choice(["text", "json"]), help="Default: text, in a pipe json.")
@with_settings
def explain(settings: Settings, wanted: str, other: str | None, form: str | None) -> int:
    """Say how each value of a report or event came to be: words, rule, score, what lost; of an incident, why it is one.

    With two ids, of events or incidents: why the two are linked, or why they are not.
    """
    form = form or ("text" if is_terminal() else "json")
    with open_the_record(settings) as record:
        if other is not None:
            explain_two(settings, record, (wanted, other), as_json=form == "json")
            return 0
        if wanted.startswith("i-"):
            explain_incident(settings, record, wanted, as_json=form == "json")
            return 0
        _stored, coded, event = record.find(wanted)
    chosen = (event,) if event else coded.events
    if form == "json":
        _write_lines(line for e in chosen for line in _reasons(settings, e))
    else:
        _print_text(settings, coded, chosen, reasons=True)
    return 0


def _show_changes(settings: Settings, report: str, *, as_json: bool) -> int:
    from marsad.commands.rendering import console, print_changes
    from marsad.export.wording import Wording
    from marsad.record import versions

    with open_the_record(settings) as record:
        stored = record.find(report)[0]
        texts = record.look(lambda connection: versions.list_versions(connection, stored.id))[::-1]
    wording = Wording(settings.lang)
    if len(texts) < 2:
        say(settings, wording.say("no_changes"))
    for before, after in itertools.pairwise(texts):
        pieces = versions.differences(before.text, after.text)
        if as_json:
            told = [{"kind": piece.kind, "words": piece.words} for piece in pieces]
            _write_lines([{"report": stored.id, "version": after.version, "at": after.received_at, "pieces": told}])
        else:
            head = wording.say("changes", version=after.version, at=after.received_at)
            print_changes(console(sys.stdout), head, list(versions.shortened(pieces)))
    return 0


def _default() -> str:
    return "table" if is_terminal() else "jsonl"


def _print_text(settings: Settings, coded: Any, chosen: Iterable[Event], *, reasons: bool) -> None:
    from marsad.commands.rendering import console, print_evidence, print_head
    from marsad.export.wording import Wording

    wording = Wording(settings.lang)
    out = console(sys.stdout)
    print_head(out, wording, coded.document)
    out.print()
    for event in chosen:
        print_evidence(out, wording, event, reasons=reasons)


def _reasons(settings: Settings, event: Event) -> Iterable[dict[str, Any]]:
    """Each value with its words and its reason, then the values that are judged from the event as a whole."""
    from marsad.export.wording import Wording

    wording = Wording(settings.lang)
    for value in wording.values(event):
        span = msgspec.to_builtins(value.span)
        why = msgspec.to_builtins(value.why) if value.why else None
        yield {"event": event.id, "field": value.field, "value": value.text, **span, "why": why}
    for field, text, found in wording.judged(event):
        why = msgspec.to_builtins(found) if found else None
        yield {"event": event.id, "field": field, "value": text, "why": why}


def _write_lines(rows: Iterable[Any]) -> None:
    for row in rows:
        sys.stdout.write(msgspec.json.encode(row).decode() + "\n")
