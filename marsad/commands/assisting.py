"""`marsad assist`: the record for language models."""

from __future__ import annotations

import click

from marsad.commands.options import Settings, open_the_record, with_settings
from marsad.errors import InputError


@click.command()
@click.option(
    "--policy",
    default="record",
    show_default=True,
    envvar="MARSAD_POLICY",
    help="record (as saved on the desk, else careful), careful, open, or a policy file.",
)
@with_settings
def assist(settings: Settings, policy: str) -> int:
    """Serve the record to a language model over standard input and output (Model Context Protocol); it changes nothing."""
    try:
        from marsad.assistant import make_server
    except ImportError as error:
        raise InputError("This needs the package mcp; install it with `pip install 'marsad[assist]'`.") from error
    from marsad.publishing import View, policy_named

    with open_the_record(settings) as record:
        make_server(View(record, policy_named(record, policy))).run()
    return 0
