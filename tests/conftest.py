"""What several tests share: an empty folder, and the command line in this process with the stand-in for the coder."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TypeVar

import hypothesis
import pytest
from server import NoServerError, Server, running_server
from standin import Ran, StandIn

from marsad import cli, pipeline

# A busy machine is no fault of the code.
hypothesis.settings.register_profile("marsad", deadline=None)
hypothesis.settings.load_profile("marsad")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let no test be skipped for what continuous integration installs."""
    return must_run((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same where a whole file would be skipped."""
    return must_run((yield))


Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


def must_run(report: Report) -> Report:
    """Make a skip for a missing package or program a failure where `.ci/run` has installed it."""
    if report.outcome == "skipped" and os.environ.get("CI") and "not installed" in str(report.longrepr):
        report.outcome = "failed"
        report.longrepr = f"This must run in continuous integration: {report.longrepr}"
    return report


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MARSAD_RECORD", raising=False)
    monkeypatch.delenv("MARSAD_LANG", raising=False)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def marsad(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run the command line in this process, in an empty folder, with the stand-in for the coder."""
    assert folder.is_dir()
    monkeypatch.setattr(pipeline, "load_reader", StandIn)

    def run(*arguments: str) -> Ran:
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main([str(a) for a in arguments])
        captured = capsys.readouterr()
        code = left.value.code
        return Ran(code if isinstance(code, int) else 1, captured.out, captured.err)

    return run


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL server for the tests; they are skipped where none can be had."""
    pytest.importorskip("psycopg", reason="the driver psycopg is not installed")
    try:
        with running_server() as running:
            yield running
    except NoServerError as why:
        pytest.skip(str(why))


@pytest.fixture(params=["sqlite", "postgresql"])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The name of a record that is not there yet, on each kind of database."""
    return _new_location(request, tmp_path / "r.db")


@pytest.fixture
def another_location(location: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The name of a second record, on the same kind of database."""
    return _new_location(request, tmp_path / "other.db") if "://" in location else str(tmp_path / "other.db")


def _new_location(request: pytest.FixtureRequest, path: Path) -> str:
    if getattr(request, "param", "postgresql") == "sqlite":
        return str(path)
    running: Server = request.getfixturevalue("server")
    return running.new_database()
