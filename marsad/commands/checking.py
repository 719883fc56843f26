"""`marsad score`, `check-data` and `doctor`: is the reading good, are the data and the record sound."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from marsad.commands.options import Settings, complain, is_terminal, open_the_record, say, with_settings
from marsad.commands.stamping import with_roots, wrong_stamps
from marsad.errors import InputError


@click.command()
@click.argument("gold", type=click.Path(exists=True), required=False)
@click.option("--reviewed", is_flag=True, help="Against what people reviewed in the record, with what was read there.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), help="Default: table, in a pipe json.")
@with_settings
def score(settings: Settings, gold: str | None, form: str | None, reviewed: bool) -> int:
    """Read the reports in GOLD (a folder or .jsonl file) and compare with what careful people read, field by field."""
    from marsad import scoring
    from marsad.export.contract import to_contract
    from marsad.pipeline import load_reader

    if reviewed == bool(gold):
        raise InputError("Give GOLD, a folder or .jsonl file, or --reviewed for what people reviewed in the record.")
    if gold is None:
        from marsad import reviewing

        with open_the_record(settings) as record:
            result = record.look(reviewing.measure)[1].to_json()
        if not result["cases_scored"]:
            raise InputError("Nobody confirmed or rejected an event yet; `marsad serve` opens the review.")
    else:
        say(settings, f"Scoring against {gold} …")
        reader = load_reader()
        result = scoring.score_folder(Path(gold), lambda document: to_contract(reader.read(document)))
    if (form or ("table" if is_terminal() else "json")) == "json":
        click.echo(msgspec.json.encode(result).decode())
    else:
        click.echo(scoring.format_table(result, per_case=settings.verbose))
    return 0


@click.command("check-data")
@with_settings
def check_data(settings: Settings) -> int:
    """Check lexicons, gazetteer and codebook; each fault is named with file and line."""
    from marsad import checks
    from marsad.export.wording import Wording

    problems = checks.check_data()
    for problem in problems:
        complain(str(problem))
    if problems:
        return 1
    say(settings, Wording(settings.lang).say("data_good"))
    return 0


@click.command()
@with_roots
@with_settings
def doctor(settings: Settings, roots: str | None) -> int:
    """Check the record: the database itself, every quotation, no orphan, no duplicate, time-stamps; each fault is named."""
    from marsad.export.wording import Wording

    with open_the_record(settings) as record:
        faults = [*record.examine(), *wrong_stamps(record, roots)]
    for fault in faults:
        complain(fault)
    if faults:
        return 1
    say(settings, Wording(settings.lang).say("record_good"))
    return 0
