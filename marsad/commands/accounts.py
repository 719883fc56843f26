"""`marsad accounts`: who may use the desk from another machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from marsad.commands.options import Settings, open_the_record, say, with_settings
from marsad.errors import InputError

if TYPE_CHECKING:
    from types import ModuleType

ROLES = ("guest", "reader", "coder", "editor", "admin")


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
            second = "second factor" if row.totp_on else ""
            click.echo(f"{row.name}\t{row.role}\t{'open' if row.active else 'closed'}\t{second}".rstrip())
    return 0


@accounts.command("reset-second")
@click.argument("name")
@with_settings
def reset_second(settings: Settings, name: str) -> int:
    """Take the second factor of NAME away, for somebody who lost it; sessions end."""
    store = _store()
    from marsad.export.wording import Wording
    from marsad.web import second

    with open_the_record(settings) as record:
        record.change(lambda c: second.end(c, store.find(c, name), puts_out=True))
    say(settings, Wording(settings.lang).say("second_reset_done", name=name))
    return 0


@accounts.command("add-token")
@click.argument("name")
@click.option("--for", "purpose", required=True, help="What the token is for.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    help="read, read:texts, judge, add or export; several may be given.",
)
@click.option("--days", type=click.IntRange(1, 365), default=90, show_default=True, help="How long it is good.")
@with_settings
def add_token(settings: Settings, name: str, purpose: str, scopes: tuple[str, ...], days: int) -> int:
    """Make a token of the account NAME for a program, and print it: it is kept nowhere."""
    store = _store()
    with open_the_record(settings) as record:
        secret = record.change(lambda c: store.make_token(c, store.find(c, name), purpose, scopes, days))
    click.echo(secret)
    return 0


@accounts.command("tokens")
@click.argument("name")
@with_settings
def list_tokens(settings: Settings, name: str) -> int:
    """List the tokens of the account NAME: mark, purpose, scopes, end."""
    store = _store()
    with open_the_record(settings) as record:
        for row in record.look(lambda c: store.tokens_of(c, store.find(c, name))):
            click.echo(f"{row.mark}\t{row.name}\t{row.scopes}\t{row.until or ''}".rstrip())
    return 0


@accounts.command("end-token")
@click.argument("name")
@click.argument("mark")
@with_settings
def end_token(settings: Settings, name: str, mark: str) -> int:
    """End the token of the account NAME with this MARK, which `accounts tokens` lists."""
    store = _store()
    with open_the_record(settings) as record:
        if not record.change(lambda c: store.end_token(c, store.find(c, name), mark)):
            raise InputError(f"{name} has no token {mark!r}; `marsad accounts tokens {name}` lists them.")
    return 0


def _store() -> ModuleType:
    try:
        from marsad.web import accounts as store
    except ImportError as error:
        from marsad.commands.serve import DESK

        raise InputError(DESK) from error
    return store
