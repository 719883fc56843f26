"""The command line. Commands live in `commands/`; each imports what is heavy when it runs, so help is instant."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from marsad.commands.accounts import accounts
from marsad.commands.adding import add
from marsad.commands.agreements import agreements
from marsad.commands.assisting import assist
from marsad.commands.checking import check_data, doctor, score
from marsad.commands.demo import demo
from marsad.commands.exporting import export
from marsad.commands.linking import incidents, judge, link
from marsad.commands.listing import events, explain, reports, show
from marsad.commands.reading import read
from marsad.commands.releasing import release
from marsad.commands.serve import serve
from marsad.commands.views import processes, relations
from marsad.commands.watching import feeds, proof, watch
from marsad.commands.webhooks import webhooks
from marsad.commands.words import words
from marsad.errors import InternalError, MarsadError

_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


class _Commands(click.Group):
    def invoke(self, ctx: click.Context) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            # Whoever read the output has seen enough; a second error at exit would be noise.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        return result


@click.group(cls=_Commands, context_settings=_SETTINGS)
@click.version_option(package_name="marsad", message="%(prog)s %(version)s")
@click.option("--record", help="The record: a file or a postgresql:// URL (default marsad.db, or MARSAD_RECORD).")
@click.option("--lang", type=click.Choice(["en", "ar"]), help="Language of the interface.")
@click.option("--quiet", "-q", is_flag=True, default=None, help="Say nothing but errors on standard error.")
@click.option("--verbose", "-v", is_flag=True, default=None, help="Say more on standard error.")
@click.pass_context
def cli(context: click.Context, /, **options: Any) -> None:
    """Marsad reads Arabic war reports and keeps a record in which every value points at its words.

    \b
    Try:  marsad demo
          marsad read report.txt --published 2025-07-22
          marsad add reports/ && marsad events --country UKR --since 2025-07-01
    """
    context.obj = {name: value for name, value in options.items() if value is not None}


for _command in (
    read,
    add,
    watch,
    feeds,
    proof,
    link,
    reports,
    events,
    incidents,
    processes,
    relations,
    agreements,
    judge,
    words,
    show,
    explain,
    export,
    release,
    assist,
    score,
    check_data,
    doctor,
    demo,
    serve,
    accounts,
    webhooks,
):
    cli.add_command(_command)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; leaves with 0 done, 1 done in part, 2 nothing done."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        code = cli.main(arguments, prog_name="marsad", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.exceptions.Abort:
        click.echo("marsad: stopped; what was added so far is in the record, and no file is half-written.", err=True)
        sys.exit(1)
    except InternalError as error:
        click.echo(f"marsad: {error} Please report this as a bug.", err=True)
        sys.exit(2)
    except MarsadError as error:
        click.echo(f"marsad: {error}", err=True)
        sys.exit(2)
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
