"""Time-stamps on received bytes: asked for by `marsad proof --stamp`, checked there and by `marsad doctor`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

from marsad.commands.options import Settings, complain, say

if TYPE_CHECKING:
    from marsad.intake.fetch import Fetcher
    from marsad.record import Record

_GAP_S = 0.5
_AT_ONCE = 20

with_roots = click.option(
    "--roots",
    envvar="MARSAD_TSA_ROOTS",
    type=click.Path(exists=True, dir_okay=False),
    help="Certificates (PEM) that are trusted to stand behind time-stamps: their signatures are checked too.",
)


def add_stamps(settings: Settings, record: Record, service: str, fetcher: Fetcher) -> int:
    """Have all received bytes stamped that are not yet; what was stamped before a stop stays."""
    from marsad.errors import NetworkError
    from marsad.intake.documents import UnreadableError
    from marsad.intake.stamps import ask_stamp
    from marsad.record import proof

    done = 0
    while waiting := record.look(lambda connection: proof.unstamped(connection, _AT_ONCE)):
        for digest, content in waiting:
            if done:
                time.sleep(_GAP_S)  # services are for everybody
            try:
                stamp = ask_stamp(fetcher, service, content)
            except (NetworkError, UnreadableError) as error:
                complain(f"{service}: {error}")
                say(settings, f"{done} received reports stamped; try again later for the others.")
                return 1 if done else 2
            _keep(record, digest, stamp)
            done += 1
    say(settings, f"{done} received reports stamped.")
    return 0


def _keep(record: Record, digest: str, stamp: bytes) -> None:
    from marsad.record import proof

    record.change(lambda connection: proof.set_stamp(connection, digest, stamp))


def wrong_stamps(record: Record, roots: str | None) -> list[str]:
    """Return a sentence for each time-stamp that does not hold; without `roots` it is only asked for which bytes each is."""
    from marsad.intake.documents import UnreadableError
    from marsad.intake.stamps import read_roots, stamped_at
    from marsad.record import proof

    every = record.look(lambda connection: list(proof.stamps(connection)))
    trusted: list[Any] | None = read_roots(roots) if roots and every else None
    found: list[str] = []
    for digest, stamp in every:
        try:
            stamped_at(stamp, digest, trusted)
        except UnreadableError as why:
            found.append(f"The received bytes {digest[:12]}…: {why}")
    return found
