"""`marsad webhooks`: other programs that are told of new and changed incidents."""

from __future__ import annotations

import datetime
from pathlib import Path

import click

from marsad.commands.options import Settings, author_of, open_the_record, say, with_settings


@click.group()
def webhooks() -> None:
    """Keep the webhooks: who is told of new and changed incidents. The desk tells them while it is open."""


@webhooks.command("add")
@click.argument("url")
@click.option(
    "--policy",
    default="record",
    show_default=True,
    help="What it is told: record (as saved on the desk, else careful), careful, open, or a policy file.",
)
@click.option("--private", is_flag=True, help="Allow an address on this machine or in this network, on any port.")
@with_settings
def add_webhook(settings: Settings, url: str, policy: str, private: bool) -> int:
    """Tell URL of incidents from now on; prints the secret with which it checks signatures."""
    from marsad import delivering
    from marsad.publication.policy import BUILT_IN, RECORD

    named = policy if policy in (*BUILT_IN, RECORD) else str(Path(policy).resolve())
    with open_the_record(settings) as record:
        _, secret = record.change(
            lambda c: delivering.register(c, url, named, author_of(None), private=private, now=_now())
        )
    click.echo(secret)
    return 0


@webhooks.command("list")
@with_settings
def list_webhooks(settings: Settings) -> int:
    """List the webhooks: number, state, policy, address."""
    from marsad.record import hooks

    with open_the_record(settings) as record:
        for hook in record.look(hooks.list_all):
            click.echo(f"{hook.key}\t{'active' if hook.active else 'stopped'}\t{hook.policy}\t{hook.url}")
    return 0


@webhooks.command("remove")
@click.argument("number", type=int)
@with_settings
def remove_webhook(settings: Settings, number: int) -> int:
    """Tell the webhook with this NUMBER nothing any more, and forget it."""
    from marsad.record import hooks

    with open_the_record(settings) as record:
        record.change(lambda connection: hooks.remove(connection, number))
    return 0


@webhooks.command("log")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000))
@with_settings
def show_log(settings: Settings, limit: int) -> int:
    """Show the last deliveries: moment, webhook, what, incident, state, tries, status or problem."""
    from marsad.record import hooks

    with open_the_record(settings) as record:
        for one in record.look(lambda connection: hooks.log(connection, limit)):
            said = one.problem or one.status or ""
            click.echo(f"{one.at}\t{one.hook}\t{one.kind}\t{one.incident}\t{one.state}\t{one.tries}\t{said}".rstrip())
    return 0


@webhooks.command("deliver")
@with_settings
def deliver(settings: Settings) -> int:
    """Tell what there is to tell, once: for a machine where no desk is open."""
    from marsad import delivering
    from marsad.export.wording import Wording

    with open_the_record(settings) as record:
        planned, sent = delivering.deliver(record, record.change, _now)
    say(settings, Wording(settings.lang).say("webhooks_told", planned=planned, sent=sent))
    return 0


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
