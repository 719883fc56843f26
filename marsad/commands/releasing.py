"""`marsad release`: the record as a versioned data set."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from marsad.commands.exporting import progress, stopping_cleanly, warn_of_strangers
from marsad.commands.options import Settings, open_the_record, say, with_filters, with_settings

if TYPE_CHECKING:
    from marsad.record import Filters


_MEASURED = ("cases_scored", "events", "untyped", "figures", "attributes", "fields", "ungrounded")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--name", help="Its version (default: the day).")
@click.option("--last", type=click.Path(exists=True, path_type=Path), help="The last release, to list what changed.")
@click.option("--gold", type=click.Path(exists=True, path_type=Path), help="Measure accuracy on this gold.")
@click.option("--format", "formats", multiple=True, help="Formats of the data (default: csv, jsonl, geojson).")
@click.option(
    "--policy",
    default="record",
    show_default=True,
    envvar="MARSAD_POLICY",
    help="record (as saved on the desk, else careful), careful, open, or a policy file.",
)
@with_filters
@with_settings
def release(settings: Settings, folder: Path, policy: str, filters: Filters, **options: Any) -> int:
    """Write a data release to DIR, which must not be there yet.

    It holds the data files, SHA256SUMS, release.json (versions, policy, accuracy), changes.jsonl against the last release,
    the codebook, the columns in both languages, and the five disclosures to fill in.
    """
    from marsad import publishing
    from marsad.export.wording import Wording
    from marsad.release import DATA_FORMATS, Plan
    from marsad.release import release as write

    accuracy = _measure(options["gold"]) if options["gold"] else None
    with open_the_record(settings) as record, stopping_cleanly(), progress(settings) as tell:
        view = publishing.View(record, publishing.policy_named(record, policy))
        warn_of_strangers(settings, view)
        plan = Plan(
            name=options["name"] or view.today.isoformat(),
            formats=options["formats"] or DATA_FORMATS,
            last=options["last"],
            accuracy=accuracy,
            filters=filters,
        )
        about = write(view, folder, plan, tell)
    say(
        settings,
        Wording(settings.lang).say("released", path=folder, incidents=about["incidents"], files=len(about["files"])),
    )
    return 0


def _measure(gold: Path) -> dict[str, Any]:
    from marsad import pipeline, scoring
    from marsad.export.contract import to_contract

    reader = pipeline.load_reader()
    result = scoring.score_folder(gold, lambda document: to_contract(reader.read(document)))
    return {"gold": gold.name, **{name: value for name, value in result.items() if name in _MEASURED}}
