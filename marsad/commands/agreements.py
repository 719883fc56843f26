"""`marsad agreements`: truces that people register, and the incidents in their scope."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from marsad.commands.options import (
    Settings,
    author_of,
    day_of,
    is_terminal,
    open_the_record,
    say,
    with_author,
    with_settings,
)
from marsad.commands.views import quotes, write_json

if TYPE_CHECKING:
    from marsad.export.wording import Wording
    from marsad.link.truces import Area, Breach
    from marsad.record.agreements import Signed, StoredAgreement

_MOST_OTHERS = 4
_MOST_QUOTES = 3
_AROUND = 40
"""Characters of the report quoted on either side of a mention."""

_format = click.option("--format", "form", type=click.Choice(["table", "json"]), help="Default: table, in a pipe json.")


@click.group()
def agreements() -> None:
    """Register truces, and list the incidents in their scope as possible breaches.

    Marsad gives no verdict: it says for each incident why it is listed, what is unknown, and which words tell it.
    """


@agreements.command("add")
@click.argument("name")
@click.option("--party", "parties", multiple=True, required=True, help="Who is bound: a country's code or a name.")
@click.option("--area", "areas", multiple=True, help="Where: a place's name or gazetteer id (default: anywhere).")
@click.option("--from", "since", required=True, callback=day_of, help="The first day.")
@click.option("--until", callback=day_of, help="The last day (default: it has not ended).")
@click.option(
    "--forbids", multiple=True, default=("ASSAULT",), show_default=True, help="Type, or TYPE.mode like ASSAULT.drone."
)
@click.option("--target", "targets", multiple=True, help="What alone is protected, like power-plant (default: all).")
@with_author
def add_agreement(settings: Settings, name: str, **terms: Any) -> int:
    """Register an agreement called NAME, and say which parties and places were understood."""
    from marsad import pipeline
    from marsad.codebook import load_codebook
    from marsad.export.wording import Wording
    from marsad.link.truces import Agreement
    from marsad.record import agreements as log

    signed = _signed(terms)
    book = load_codebook()
    forbids = tuple(_code(code) for code in terms["forbids"])
    for code in forbids:
        kind, _, mode = code.partition(".")
        book.check_type(kind)
        if mode:
            book.check_mode(kind, mode)
    for target in terms["targets"]:
        book.check("object", target)
    wording = Wording(settings.lang)
    actors = pipeline.load_names()
    made = Agreement(
        name=name,
        parties=tuple(actors.party(p) for p in terms["parties"]),
        areas=tuple(_area(settings, wording, pipeline.find_areas(a)) for a in terms["areas"]),
        since=terms["since"],
        until=terms["until"],
        forbids=forbids,
        targets=terms["targets"],
    )
    with open_the_record(settings) as record:
        number = record.change(lambda connection: log.add(connection, made, signed))
    say(settings, wording.say("agreement_added", number=number))
    return 0


def _code(code: str) -> str:
    kind, dot, mode = code.partition(".")
    return kind.upper() + dot + mode.lower()


def _area(settings: Settings, wording: Wording, found: list[Area]) -> Area:
    """The likeliest of the places, named to the person together with the others."""
    first, *others = found
    values = {"name": first.name, "level": wording.label("level", first.level), "country": first.country or "?"}
    say(settings, wording.say("area_taken", id=first.id, **values))
    if others:
        named = [f"{a.name} ({wording.label('level', a.level)}, {a.country or '?'}, {a.id})" for a in others]
        say(settings, wording.say("area_others", others=wording.join(named[:_MOST_OTHERS])))
    return first


def _signed(options: dict[str, Any]) -> Signed:
    from marsad.record.agreements import Signed

    return Signed(author_of(options.pop("author")), options.pop("reason"))


@agreements.command("list")
@click.option("--removed", is_flag=True, help="Also those that were removed.")
@_format
@with_settings
def list_agreements(settings: Settings, form: str | None, removed: bool) -> int:
    """List the registered agreements."""
    from marsad.export.agreements import terms_to_json
    from marsad.export.wording import Wording
    from marsad.record import agreements as log

    with open_the_record(settings) as record:
        found = record.look(lambda connection: log.list_all(connection, with_removed=removed))
    if (form or ("table" if is_terminal() else "json")) == "json":
        rows = [terms_to_json(a.number, a.terms, removed=a.removed, log=a.log) for a in found]
        write_json({"agreements": rows})
        return 0
    wording = Wording(settings.lang)
    if not found:
        say(settings, wording.say("no_agreements"))
        return 0
    _print_agreements(wording, found)
    return 0


@agreements.command("show")
@click.argument("number", type=int)
@click.option("--format", "form", type=click.Choice(["text", "json"]), help="Default: text, in a pipe json.")
@with_settings
def show_agreement(settings: Settings, number: int, form: str | None) -> int:
    """Show an agreement, and the incidents in its scope as possible breaches, each with why it is listed and its words."""
    from marsad.export.agreements import breach_to_json, terms_to_json
    from marsad.export.wording import Wording
    from marsad.record import agreements as log

    wording = Wording(settings.lang)
    with open_the_record(settings) as record:
        found, listed = record.look(
            lambda connection: (known := log.find(connection, number), log.breaches(connection, known.terms))
        )
        quote = quotes(record)
        if (form or ("text" if is_terminal() else "json")) == "json":
            whole = terms_to_json(found.number, found.terms, removed=found.removed, log=found.log)
            write_json(whole | {"possible_breaches": [breach_to_json(b, wording, quote) for b in listed]})
            return 0
        _print_agreements(wording, [found])
        _print_log(wording, found)

        def around(mention: tuple[str, str, int, int]) -> str:
            report, event, start, end = mention
            before, after = quote(report, max(0, start - _AROUND), start), quote(report, end, end + _AROUND)
            return f"{event}  «{' '.join(f'{before}[{quote(report, start, end)}]{after}'.split())}»"

        _print_breaches(wording, listed, around)
    return 0


@agreements.command("end")
@click.argument("number", type=int)
@click.option("--on", "day", required=True, callback=day_of, help="Its last day.")
@with_author
def end_agreement(settings: Settings, number: int, day: str, **why: Any) -> int:
    """Say that an agreement ended; said again, the later word counts."""
    from marsad.export.wording import Wording
    from marsad.record import agreements as log

    signed = _signed(why)
    with open_the_record(settings) as record:
        record.change(lambda connection: log.end(connection, number, day, signed))
    say(settings, Wording(settings.lang).say("agreement_ended", number=number, day=day))
    return 0


@agreements.command("remove")
@click.argument("number", type=int)
@with_author
def remove_agreement(settings: Settings, number: int, **why: Any) -> int:
    """Take an agreement off the list; the log keeps who registered and who removed it."""
    from marsad.export.wording import Wording
    from marsad.record import agreements as log

    signed = _signed(why)
    with open_the_record(settings) as record:
        record.change(lambda connection: log.remove(connection, number, signed))
    say(settings, Wording(settings.lang).say("agreement_gone", number=number))
    return 0


# ---- on a terminal --------------------------------------------------------------------------------------------------


def _print_agreements(wording: Wording, found: Iterable[StoredAgreement]) -> None:
    from marsad.commands.rendering import console, one_line
    from marsad.commands.rendering_views import plain_table

    columns = ("number", "name", "parties", "areas", "from", "until", "forbids", "targets")
    table = plain_table(wording, (f"agreement_{column}" for column in columns))
    for a in found:
        forbids = (wording.label("mode" if "." in code else "type", code) for code in a.terms.forbids)
        cells = (
            str(a.number),
            a.terms.name + (f" ({wording.say('agreement_removed')})" if a.removed else ""),
            wording.join(p.label for p in a.terms.parties),
            wording.join(area.name for area in a.terms.areas) or wording.say("agreement_anywhere"),
            a.terms.since,
            a.terms.until or wording.say("agreement_open"),
            wording.join(forbids),
            wording.join(wording.label("object", target) for target in a.terms.targets),
        )
        table.add_row(*(one_line(c) for c in cells), style="dim" if a.removed else "")
    console(sys.stdout).print(table)


def _print_log(wording: Wording, found: StoredAgreement) -> None:
    from marsad.commands.rendering import console, one_line

    out = console(sys.stdout)
    out.print(one_line(wording.say("agreement_log")), style="bold")
    for entry in found.log:
        what = wording.say(f"agreement_{entry.kind}", day=entry.day)
        line = wording.say("agreement_by", at=entry.at, author=entry.author, what=what)
        out.print(one_line(f"  {line}" + (f"  «{entry.reason}»" if entry.reason else "")))


def _print_breaches(wording: Wording, listed: list[Breach], around: Any) -> None:
    from marsad.commands.rendering import console, one_line
    from marsad.commands.rendering_incidents import figures_of, when_of
    from marsad.export.agreements import ground_text

    out = console(sys.stdout)
    if not listed:
        out.print(one_line(wording.say("no_breaches")))
        return
    out.print(one_line(f"{wording.say('breaches')}: {len(listed)}"), style="bold")
    out.print(one_line(wording.say("breaches_note")), style="dim")
    for b in listed:
        head = (b.incident, wording.label("type", b.summary.type), when_of(b.summary))
        where = wording.join(p.name for p in b.summary.places)
        marks = [wording.say(f"scope_{b.scope}"), wording.say("count_reports", count=b.reports)]
        marks.append(wording.say("count_sources", count=b.sources))
        if b.contradicted:
            marks.append(wording.say("contradicted"))
        if b.verdict:
            marks.append(wording.say(f"verdict_{b.verdict}"))
        out.print()
        out.print(one_line("  ".join(v for v in (*head, where, *figures_of(wording, b.summary)) if v)), style="bold")
        out.print(one_line("  " + " · ".join(marks)), style="green" if b.scope == "in" else "yellow")
        for ground in b.grounds:
            unsure = "" if ground.scope == "in" else f"[{wording.say(f'scope_{ground.scope}')}] "
            out.print(one_line(f"    {unsure}{ground_text(ground, wording)}"))
        first: dict[str, Any] = {}
        for mention in b.summary.mentions:
            first.setdefault(mention[0], mention)
        for mention in list(first.values())[:_MOST_QUOTES]:
            out.print(one_line(f"    {around(mention)}"), style="dim")
