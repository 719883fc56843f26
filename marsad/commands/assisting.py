"""`marsad assist`: the record for language models."""

from __future__ import annotations

import click

from marsad.commands.options import Settings, open_the_record, with_settings
from marsad.errors import InputError


@click.command()
@click.option(
    "--policy", default="careful", show_default=True, envvar="MARSAD_POLICY", help="open, careful, or a policy file."
)
@with_settings
def assist(settings: Settings, policy: str) -> int:
    """Serve the record to a language model over standard input and output (Model Context Protocol); it changes nothing."""
    try:
        from marsad.assistant import make_server
    except ImportError as error:
        raise InputError("This needs the package mcp; install it with `pip install 'marsad[assist]'`.") from error
    from marsad.publication.policy import load_policy
    from marsad.publishing import View

    chosen = load_policy(policy)
    with open_the_record(settings) as record:
        make_server(View(record, chosen)).run()
    return 0
