"""`marsad processes` and `relations`: views over incidents."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click
import msgspec

from marsad.commands.options import Settings, day_of, is_terminal, open_the_record, say, with_settings
from marsad.link.asking import PERIODS, STEPS, TOPICS

if TYPE_CHECKING:
    from marsad.export.views import Quote
    from marsad.record import Record

_format = click.option(
    "--format", "form", type=click.Choice(["table", "json", "jsonl"]), help="Default: table, in a pipe jsonl."
)
_since = click.option("--since", callback=day_of, help="Not before this day.")
_until = click.option("--until", callback=day_of, help="Not after this day.")


def quotes(record: Record) -> Quote:
    """Return a function that quotes the reports of a record, each looked up once."""

    @functools.cache
    def text(report: str) -> str:
        return record.find(report)[1].document.text

    return lambda report, start, end: text(report)[start:end]


@click.command()
@_format
@click.option(
    "--party", "parties", multiple=True, help="Who takes part: a country's code or a name; all that are given."
)
@click.option(
    "--topic", "topics", multiple=True, type=click.Choice(TOPICS), help="What it is about; any that is given."
)
@click.option("--step", "kinds", multiple=True, type=click.Choice(STEPS), help="What was done; any that is given.")
@_since
@_until
@click.option("--overview", is_flag=True, help="A line for each two parties and topic instead of each step.")
@with_settings
def processes(settings: Settings, form: str | None, overview: bool, **asked: Any) -> int:
    """Follow negotiations: who met, called, proposed, accepted, refused, with whom, about what, in order.

    A step is an incident, told by one report or many, and points at their words. Topics are read from the words around it.
    """
    from marsad import pipeline
    from marsad.export import views
    from marsad.export.wording import Wording
    from marsad.record.processes import Wanted, list_steps
    from marsad.record.processes import overview as gather

    names = tuple(pipeline.load_names().party(p) for p in asked.pop("parties"))
    wanted = Wanted(parties=names, **asked)
    with open_the_record(settings) as record:
        steps = record.look(lambda connection: list_steps(connection, wanted))
        quote = quotes(record)
        form = form or ("table" if is_terminal() else "jsonl")
        if form == "table":
            from marsad.commands.rendering import console
            from marsad.commands.rendering_views import process_table, step_table

            wording = Wording(settings.lang)
            if not steps:
                say(settings, wording.say("no_steps"))
                return 0
            table = process_table(wording, gather(steps)) if overview else step_table(wording, steps, quote)
            console(sys.stdout).print(table)
            return 0
        rows: Iterable[dict[str, Any]]
        rows = map(views.process_to_json, gather(steps)) if overview else (views.step_to_json(s, quote) for s in steps)
        write_rows(rows, form, "processes" if overview else "steps")
    return 0


def write_rows(rows: Iterable[Any], form: str, name: str) -> None:
    """Write rows as JSON Lines, or as one JSON object under `name`."""
    if form == "jsonl":
        for row in rows:
            sys.stdout.write(msgspec.json.encode(row).decode() + "\n")
        return
    write_json({name: list(rows)})


def write_json(whole: Any) -> None:
    """Write one JSON value that people can read."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(whole), indent=1).decode() + "\n")


@click.command()
@click.argument("first", metavar="PARTY")
@click.argument("second", metavar="PARTY")
@click.option("--by", type=click.Choice(PERIODS), default="week", show_default=True, help="How long a period is.")
@click.option("--type", "types", multiple=True, help="Event type, like CONSULT; may be given several times.")
@_since
@_until
@click.option("--empty", "with_empty", is_flag=True, help="Also the periods in between without any incident.")
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), help="Default: table, in a pipe json.")
@with_settings
def relations(settings: Settings, first: str, second: str, form: str | None, **asked: Any) -> int:
    """Weigh what two parties do to each other and together, by day or week, with the incidents behind each point.

    PARTY is a country's code (RUS), an actor's id or a name. Scores are the codebook's, from -10 (fighting) to +10
    (cooperation), summed and averaged over incidents; an incident counts once, however many reports tell it.
    """
    from marsad import pipeline
    from marsad.codebook import load_codebook
    from marsad.export import views
    from marsad.export.wording import Wording
    from marsad.record.relations import Asked, relate

    asked["types"] = tuple(t.upper() for t in asked["types"])
    for name in asked["types"]:
        load_codebook().check_type(name)
    actors = pipeline.load_names()
    parties = actors.party(first), actors.party(second)
    form = form or ("table" if is_terminal() else "json")
    with open_the_record(settings) as record:
        relation = record.look(lambda connection: relate(connection, parties, Asked(**asked)))
        if form == "json":
            write_json(views.relation_to_json(relation, quotes(record)))
            return 0
    if form == "csv":
        views.write_relation(relation, sys.stdout)
        return 0
    from marsad.commands.rendering import console
    from marsad.commands.rendering_views import relation_table

    wording = Wording(settings.lang)
    if relation.points:
        console(sys.stdout).print(relation_table(wording, relation))
        dated, placed = (sum(getattr(a, name) for a in relation.acts) for name in ("by_report", "by_place"))
        note = wording.say("relation_note", by_report=dated, count=len(relation.acts), by_place=placed)
        say(settings, note)
    else:
        say(settings, wording.say("no_relation", first=parties[0].label, second=parties[1].label))
    if relation.left_out:
        left = {key: relation.left_out.get(key, 0) for key in ("denied", "rejected", "undated")}
        say(settings, wording.say("relation_left", **left))
    return 0
