"""A throwaway PostgreSQL server for the tests, from the programs that the system has installed."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

USER = "marsad"
_SETTINGS = ("fsync=off", "full_page_writes=off", "listen_addresses=", "max_connections=40")


class NoServerError(Exception):
    """Why there can be no server here."""


class Server:
    """A running server; its only door is a socket in its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._count = 0
        self._admin = sa.create_engine(self._url("postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)

    def new_database(self) -> str:
        """Make an empty database; returns its URL."""
        self._count += 1
        name = f"record{self._count}"
        self.run(f"CREATE DATABASE {name}")
        return self._url(name).replace("+psycopg", "")

    def run(self, statement: str) -> None:
        """Run a statement on the server's own database."""
        with self._admin.connect() as connection:
            connection.exec_driver_sql(statement)

    def is_up(self) -> bool:
        try:
            self.run("SELECT 1")
        except sa.exc.OperationalError:
            return False
        return True

    def _url(self, database: str) -> str:
        return f"postgresql+psycopg://{USER}@/{database}?host={self.folder}"


@contextlib.contextmanager
def running_server() -> Iterator[Server]:
    """Start a server in a temporary folder, and end it.

    Raises:
        NoServerError: its programs are not installed, or it does not start.
    """
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="marsad-pg-"))
    owner = _owner()
    try:
        if owner:
            os.chown(folder, owner["user"], owner["group"])
        data = folder / "data"
        made = subprocess.run(
            [programs / "initdb", "--no-sync", "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-D", data],
            capture_output=True,
            text=True,
            cwd=folder,
            **owner,
        )
        if made.returncode:
            raise NoServerError(f"initdb failed: {made.stderr.strip().splitlines()[-1:]}")
        settings = [part for setting in _SETTINGS for part in ("-c", setting)]
        with (folder / "log").open("w") as log:
            process = subprocess.Popen(
                [programs / "postgres", "-D", data, "-k", folder, *settings],
                stderr=log,
                stdout=log,
                cwd=folder,
                **owner,
            )
        try:
            server = Server(folder)
            _wait(process, server)
            yield server
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    places = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: -float(p.parent.name))]
    found = shutil.which("initdb")
    if found:
        places.insert(0, Path(found).resolve().parent)
    for place in places:
        if (place / "initdb").exists() and (place / "postgres").exists():
            return place
    raise NoServerError("no PostgreSQL server is installed; on Debian: apt-get install postgresql")


def _owner() -> dict[str, Any]:
    """The server refuses to be run by root: whom to run it as, if that is who runs the tests."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise NoServerError("the tests run as root, and there is no other user to run the server as")


def _wait(process: subprocess.Popen[bytes], server: Server) -> None:
    deadline = time.monotonic() + 30
    while not server.is_up():
        if process.poll() is not None or time.monotonic() > deadline:
            raise NoServerError(f"the server did not start: {(server.folder / 'log').read_text()[-300:]}")
        time.sleep(0.05)
