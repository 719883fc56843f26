"""`marsad accounts`: who may use the desk from another machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from marsad.commands.options import Settings, open_the_record, say, with_settings
from marsad.errors import InputError

if TYPE_CHECKING:
    from types import ModuleType

ROLES = ("reader", "coder", "editor", "admin")


@click.group()
def accounts() -> None:
    """Keep the accounts of the desk: people need one wherever it listens to other machines."""


@accounts.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default="reader", show_default=True, help="What the person may do.")
@click.password_option(help="Asked for where it is not given.")
@with_settings
def add_account(settings: Settings, name: str, role: str, password: str) -> int:
    """Make an account called NAME; asks for its password."""
    from marsad.export.wording import Wording

    store = _store()
    with open_the_record(settings) as record:
        record.change(lambda connection: store.add(connection, name, password, role))
    say(settings, Wording(settings.lang).say("account_added", name=name, role=role))
    return 0


@accounts.command("list")
@with_settings
def list_accounts(settings: Settings) -> int:
    """List the accounts with their roles."""
    store = _store()
    with open_the_record(settings) as record:
        for row in record.look(store.list_all):
            click.echo(f"{row.name}\t{row.role}\t{'open' if row.active else 'closed'}")
    return 0


def _store() -> ModuleType:
    try:
        from marsad.web import accounts as store
    except ImportError as error:
        from marsad.commands.serve import DESK

        raise InputError(DESK) from error
    return store
