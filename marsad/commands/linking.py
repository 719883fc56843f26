"""`marsad link`, `incidents` and `judge`: events of many reports as one incident, and what people say of it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click
import msgspec

from marsad.commands.options import (
    Settings,
    author_of,
    complain,
    is_terminal,
    open_the_record,
    say,
    with_author,
    with_filters,
    with_settings,
)

if TYPE_CHECKING:
    from marsad.record import Filters, Record

_FORMATS = ("table", "json", "jsonl")
_MOST_HELPERS = 4  # beyond that the process that writes cannot keep up


@click.command()
@click.option("--reread", is_flag=True, help="Also read every report again with the present lexicon and weights.")
@with_settings
def link(settings: Settings, reread: bool) -> int:
    """Build all incidents anew from the events in the record. What people judged, and incident ids, stay."""
    from marsad import pipeline
    from marsad.export.wording import Wording

    with open_the_record(settings) as record:
        failed = 0
        for problem in pipeline.relink(record, pipeline.load_reader_of, reread=reread):
            failed += 1
            complain(problem)
        count = record.relink(_helpers())
    say(settings, Wording(settings.lang).say("summary_link", incidents=count))
    return 1 if failed else 0


def _helpers() -> int:
    """How many other processes may compare events: one a core, if there are several."""
    cores = os.cpu_count() or 1
    return min(cores, _MOST_HELPERS) if cores > 1 else 0


@click.command()
@click.option("--format", "form", type=click.Choice(_FORMATS), help="Default: table, in a pipe jsonl.")
@click.option("--rejected", is_flag=True, help="Also those that people rejected.")
@with_filters
@with_settings
def incidents(settings: Settings, form: str | None, rejected: bool, filters: Filters) -> int:
    """List the incidents in the record, latest first; --since and --until look at the day of the incident."""
    from marsad.export.incidents import incident_to_contract
    from marsad.export.wording import Wording

    form = form or ("table" if is_terminal() else "jsonl")
    with open_the_record(settings) as record:
        found = record.incidents(filters, with_rejected=rejected)
        if form == "table":
            from marsad.commands.rendering import console
            from marsad.commands.rendering_incidents import incident_table

            wording = Wording(settings.lang)
            table = incident_table(wording, found)
            if table.row_count:
                console(sys.stdout).print(table)
            else:
                say(settings, wording.say("no_results"))
            return 0
        rows = (incident_to_contract(i.id, i.summary, i.verdict) for i in found)
        if form == "jsonl":
            for row in rows:
                sys.stdout.write(msgspec.json.encode(row).decode() + "\n")
        else:
            whole = {"copies": record.copies(), "incidents": list(rows)}
            sys.stdout.write(msgspec.json.format(msgspec.json.encode(whole), indent=1).decode() + "\n")
    return 0


@click.group()
def judge() -> None:
    """Judge incidents: your word stands above the machine's, is kept with your name, and can be undone.

    EVENT and INCIDENT are ids as `marsad incidents` and `marsad show` print them.
    """


@judge.command()
@click.argument("left", metavar="EVENT")
@click.argument("right", metavar="EVENT")
@with_author
def same(settings: Settings, left: str, right: str, **why: str | None) -> int:
    """Say that two events, or two incidents, are one incident."""
    return _judge(settings, why, kind="same", left=left, right=right)


@judge.command("not-same")
@click.argument("left", metavar="EVENT")
@click.argument("right", metavar="EVENT")
@with_author
def not_same(settings: Settings, left: str, right: str, **why: str | None) -> int:
    """Say that two events are two incidents."""
    return _judge(settings, why, kind="not-same", left=left, right=right)


@judge.command()
@click.argument("incident")
@with_author
def confirm(settings: Settings, incident: str, **why: str | None) -> int:
    """Say that an incident is as it stands here."""
    return _judge(settings, why, kind="confirm", left=incident)


@judge.command()
@click.argument("incident")
@with_author
def reject(settings: Settings, incident: str, **why: str | None) -> int:
    """Say that an incident did not happen or is none; it is no longer listed."""
    return _judge(settings, why, kind="reject", left=incident)


@judge.command()
@click.argument("incident")
@click.argument("field")
@click.argument("value", type=click.IntRange(0))
@with_author
def correct(settings: Settings, incident: str, field: str, value: int, **why: str | None) -> int:
    """Set the best figure of an incident: FIELD is killed, injured, released …"""
    return _judge(settings, why, kind="correct", left=incident, field=field, value=value)


@judge.command()
@click.argument("number", type=int)
@with_author
def undo(settings: Settings, number: int, **why: str | None) -> int:
    """Take a judgement back, by its number; undoing an undoing brings it back."""
    return _judge(settings, why, kind="undo", left="", undoes=number)


@judge.command("list")
@click.option("--format", "form", type=click.Choice(["table", "jsonl"]), help="Default: table, in a pipe jsonl.")
@with_settings
def list_judgements(settings: Settings, form: str | None) -> int:
    """List every judgement with its number, the oldest first."""
    with open_the_record(settings) as record:
        found = record.judgements()
    if (form or ("table" if is_terminal() else "jsonl")) == "jsonl":
        for row in found:
            sys.stdout.write(msgspec.json.encode(row).decode() + "\n")
        return 0
    from marsad.commands.rendering import console
    from marsad.commands.rendering_incidents import judgement_table
    from marsad.export.wording import Wording

    console(sys.stdout).print(judgement_table(Wording(settings.lang), found))
    return 0


def _judge(settings: Settings, why: dict[str, str | None], **what: Any) -> int:
    from marsad import pipeline
    from marsad.export.wording import Wording
    from marsad.record import StoredJudgement

    author = author_of(why["author"])
    made = StoredJudgement(key=0, at="", author=author, reason=why["reason"], **what)
    with open_the_record(settings) as record:
        number = record.judge(made, lambda coded: pipeline.load_reader_of(record)[0].sketch(coded))
    say(settings, Wording(settings.lang).say("judged", number=number))
    return 0


def show_incident(settings: Settings, record: Record, wanted: str, *, as_json: bool) -> None:
    """Print an incident with its evidence, as JSON or for people."""
    from marsad.export.incidents import incident_to_contract

    found = record.find_incident(wanted)
    if as_json:
        row = incident_to_contract(found.id, found.summary, found.verdict)
        sys.stdout.write(msgspec.json.encode(row).decode() + "\n")
        return
    from marsad.commands.rendering import console
    from marsad.commands.rendering_incidents import print_incident
    from marsad.export.wording import Wording

    texts = {report: record.find(report)[1].document.text for report in {m[0] for m in found.summary.mentions}}
    print_incident(console(sys.stdout), Wording(settings.lang), found, texts)


def explain_incident(settings: Settings, record: Record, wanted: str, *, as_json: bool) -> None:
    """Print why the events of an incident are linked and why their neighbours are not."""
    from marsad.export.incidents import verdict_to_json

    found = record.explain_incident(wanted)
    if as_json:
        whole = {
            "incident": found.incident.id,
            "linked": [verdict_to_json(t.event, t.other, t.incident, t.verdict) for t in found.within],
            "not_linked": [verdict_to_json(t.event, t.other, t.incident, t.verdict) for t in found.outside],
            "log": list(found.log),
            "judgements": [msgspec.to_builtins(j) for j in found.judgements],
        }
        sys.stdout.write(msgspec.json.encode(whole).decode() + "\n")
        return
    from marsad.commands.rendering import console
    from marsad.commands.rendering_incidents import print_explained
    from marsad.export.wording import Wording

    print_explained(console(sys.stdout), Wording(settings.lang), found)


def explain_two(settings: Settings, record: Record, wanted: tuple[str, str], *, as_json: bool) -> None:
    """Print why two events, or the closest events of two incidents, are linked or are not."""
    from marsad.export.incidents import verdict_to_json
    from marsad.record.pairs import explain_pair

    found = record.look(lambda connection: explain_pair(connection, record.linker, *wanted))
    if as_json:
        whole = {
            "linked": found.linked,
            "because": found.because,
            "incidents": [found.left_incident, found.right_incident],
            "texts": found.texts or None,
            "pair": verdict_to_json(found.tie.event, found.tie.other, found.tie.incident, found.tie.verdict),
            "path": [verdict_to_json(t.event, t.other, t.incident, t.verdict) for t in found.path],
            "judgements": [msgspec.to_builtins(j) for j in found.judgements],
        }
        sys.stdout.write(msgspec.json.encode(whole).decode() + "\n")
        return
    from marsad.commands.rendering import console
    from marsad.commands.rendering_incidents import print_pair
    from marsad.export.wording import Wording

    print_pair(console(sys.stdout), Wording(settings.lang), found)
