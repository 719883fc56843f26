"""`marsad serve`: the desk, in a browser."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import click

from marsad.commands.options import Settings, say, with_settings
from marsad.errors import InputError

if TYPE_CHECKING:
    from types import FrameType

    from marsad.web.settings import DeskSettings

_PATIENCE_S = 8
"""How long answers that are under way may still take when the desk is stopped."""
DESK = "The desk needs packages that are not installed; get them with `pip install 'marsad[desk]'`."


@click.command()
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Where to listen; others than this machine must log in."
)
@click.option("--port", default=8765, show_default=True, type=click.IntRange(1, 65535), help="The port to listen on.")
@click.option("--name", "names", multiple=True, help="A further host name that people reach the desk by.")
@click.option("--accounts", is_flag=True, help="Ask for a login on this machine too.")
@click.option(
    "--public",
    metavar="[POLICY]",
    is_flag=False,
    flag_value="record",
    help="Answer without a login, as a policy shows the record: record (what the desk's page of the policy says, "
    "careful until somebody saves one; also if none is named), careful, open, or a policy file.",
)
@with_settings
def serve(settings: Settings, host: str, port: int, names: tuple[str, ...], **options: Any) -> int:
    """Open the desk: see what the record holds, check it, correct it. Stop it with Ctrl-C."""
    try:
        from marsad.web.settings import DeskSettings
    except ImportError as error:
        raise InputError(DESK) from error
    made = DeskSettings(
        record=settings.record,
        host=host,
        port=port,
        names=names,
        lang=settings.lang,
        accounts=options["accounts"] or None,
        public=options["public"],
        delivers=True,
    )
    run_desk(settings, made)
    return 0


def run_desk(settings: Settings, desk: DeskSettings) -> None:
    """Serve the desk until it is stopped.

    Raises:
        InputError: the packages of the desk are missing, or the port is taken.
    """
    try:
        import uvicorn

        from marsad.web import make_app
    except ImportError as error:
        raise InputError(DESK) from error
    from marsad.export.wording import Wording

    app = make_app(desk)
    _check_port(desk.host, desk.port)
    shown = f"[{desk.host}]" if ":" in desk.host else desk.host
    say(settings, Wording(settings.lang).say("desk_open", address=f"http://{shown}:{desk.port}/"))

    class Server(uvicorn.Server):
        """Tells the streams that listen for news to end, for which it would wait."""

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            app.state.desk.is_closing = True
            super().handle_exit(sig, frame)

    quiet: dict[str, Any] = {"log_level": "warning", "server_header": False, "date_header": False}
    with contextlib.suppress(KeyboardInterrupt):
        Server(
            uvicorn.Config(app, host=desk.host, port=desk.port, timeout_graceful_shutdown=_PATIENCE_S, **quiet)
        ).run()


def _check_port(host: str, port: int) -> None:
    import socket

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((host, port))
    except OSError as error:
        raise InputError(f"The desk cannot listen on {host}:{port} ({error.strerror}); give another --port.") from error
