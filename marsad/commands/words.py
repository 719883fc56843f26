"""`marsad words`: actors, places and names that people add to the lexicon for one record."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

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
    with_settings,
)
from marsad.errors import InputError

_KINDS = ("actor", "actor-name", "place", "place-name")


@click.group()
def words() -> None:
    """Add actors, places and names to the lexicon for this record; the shipped data stays as it is.

    What is added is used by whatever reads for this record from then on. `marsad words reread` reads the reports
    again that hold such a name; what people judged stays.
    """


@words.command("add")
@click.argument("kind", type=click.Choice(_KINDS))
@click.argument("name")
@click.option("--english", help="The usual English name (of an actor or place).")
@click.option("--of", "of", help="Whose further name it is: an id, or a name that is known (actor-name, place-name).")
@click.option("--country", help="ISO code of three letters, like SYR.")
@click.option("--sector", help="PLOVER sector of an actor, like REB.")
@click.option(
    "--what", help="What an actor is: group, party, unit, army, ministry, company, person …  [default: group]"
)
@click.option("--level", help="What a place is: settlement, facility, admin or area.  [default: settlement]")
@click.option("--lat", type=float, help="Latitude in degrees.")
@click.option("--lon", type=float, help="Longitude in degrees.")
@click.option("--in", "parent", help="The province that a place lies in: an id or a name.")
@with_author
def add_word(settings: Settings, kind: str, name: str, **given: Any) -> int:
    """Add NAME, written as reports write it: an actor, a place, or another name of either."""
    from marsad import vocabulary
    from marsad.export.wording import Wording
    from marsad.overlay import Row

    signed = _signed(given)
    row = Row(kind=kind, name=name, id=given.pop("of"), **given)
    with open_the_record(settings) as record:
        made = vocabulary.add(record, row, signed)
        waiting = len(vocabulary.waiting(record, [made.key]))
    wording = Wording(settings.lang)
    say(settings, wording.say("word_added", number=made.key, id=made.row.id if made.row else ""))
    say(settings, wording.say("word_waiting", reports=waiting))
    return 0


@words.command("list")
@click.option("--format", "form", type=click.Choice(["table", "jsonl"]), help="Default: table, in a pipe jsonl.")
@with_settings
def list_words(settings: Settings, form: str | None) -> int:
    """List what was added and taken back, with its numbers, the oldest first."""
    from marsad.record import words as log

    with open_the_record(settings) as record:
        found = record.look(log.list_all)
    if (form or ("table" if is_terminal() else "jsonl")) == "jsonl":
        for word in found:
            sys.stdout.write(msgspec.json.encode(word).decode() + "\n")
        return 0
    from marsad.commands.rendering import console, word_table
    from marsad.export.wording import Wording

    console(sys.stdout).print(word_table(Wording(settings.lang), found))
    return 0


@words.command("export")
@click.argument("path", metavar="FILE", default="-")
@with_settings
def export_words(settings: Settings, path: str) -> int:
    """Write what is in force as a table (TSV) that another record can import; - is standard output."""
    from marsad import vocabulary
    from marsad.export import replacing

    with open_the_record(settings) as record:
        text = vocabulary.give_out(record)
    if path == "-":
        sys.stdout.write(text)
        return 0
    with replacing(path) as stream:
        stream.write(text)
    return 0


@words.command("import")
@click.argument("path", metavar="FILE")
@with_author
def import_words(settings: Settings, path: str, **given: Any) -> int:
    """Add the rows of a table (TSV) that `marsad words export` wrote; what is there already stays as it is."""
    from marsad import vocabulary
    from marsad.export.wording import Wording

    try:
        text = sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read ({error}); check the path.") from error
    with open_the_record(settings, create=True) as record:
        found = vocabulary.bring_in(record, text, _signed(given))
    for problem in found.problems:
        complain(problem)
    counts = {"added": len(found.added), "known": found.known, "failed": len(found.problems)}
    say(settings, Wording(settings.lang).say("words_imported", **counts))
    return 0 if not found.problems else 1 if found.added or found.known else 2


@words.command("undo")
@click.argument("number", type=int)
@with_author
def undo_word(settings: Settings, number: int, **given: Any) -> int:
    """Take an addition back, by its number; undoing an undoing brings it back."""
    from marsad import vocabulary
    from marsad.export.wording import Wording

    with open_the_record(settings) as record:
        made = vocabulary.undo(record, number, _signed(given))
        waiting = len(vocabulary.waiting(record, [number]))
    wording = Wording(settings.lang)
    say(settings, wording.say("word_undone", number=number, made=made))
    say(settings, wording.say("word_waiting", reports=waiting))
    return 0


@words.command("reread")
@click.argument("numbers", metavar="[NUMBER]...", type=int, nargs=-1)
@with_settings
def reread_words(settings: Settings, numbers: tuple[int, ...]) -> int:
    """Read the reports again that hold an added name and were read before it was; all, or those of these NUMBERs."""
    from marsad import pipeline, vocabulary
    from marsad.export.wording import Wording

    with open_the_record(settings) as record:
        names = vocabulary.waiting(record, numbers or None)
        failed = 0
        for problem in pipeline.reread(record, names):
            failed += 1
            complain(problem)
    say(settings, Wording(settings.lang).say("words_reread", reports=len(names) - failed))
    return 1 if failed else 0


def _signed(given: dict[str, Any]) -> Any:
    from marsad.record.agreements import Signed

    return Signed(author_of(given.pop("author")), given.pop("reason"))
