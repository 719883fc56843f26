"""Time-stamps of a service on this machine, made with `openssl ts`: asked for, kept, checked, and found out when forged."""

from __future__ import annotations

import datetime
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from standin import TEXT, Ran
from web_server import Reply, WebServer, running

from marsad.intake.fetch import Fetcher
from marsad.record import open_record, proof

pytest.importorskip("rfc3161_client", reason="the extra stamp is not installed")
if shutil.which("openssl") is None:
    pytest.skip("there is no openssl to make a service with", allow_module_level=True)

SETTINGS = """
[tsa]
default_tsa = here
[here]
serial = {0}/serial
crypto_device = builtin
signer_cert = {0}/tsa.pem
signer_key = {0}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_chain = no
"""


class Service:
    """A time-stamp service, with its root certificate."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "root.pem"
        (folder / "serial").write_text("01")
        (folder / "ts.cnf").write_text(SETTINGS.format(folder))
        self._certificate("root", "Root", [])
        use = ["-addext", "extendedKeyUsage=critical,timeStamping", "-addext", "basicConstraints=CA:FALSE"]
        self._certificate("tsa", "Service", ["-CA", str(self.root), "-CAkey", str(folder / "root.key"), *use])

    def _certificate(self, name: str, subject: str, more: list[str]) -> None:
        key, out = str(self.folder / f"{name}.key"), str(self.folder / f"{name}.pem")
        make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", f"/CN={subject}"]
        subprocess.run([*make, "-keyout", key, "-out", out, *more], check=True, capture_output=True)

    def answer(self, query: bytes) -> bytes:
        (self.folder / "q.tsq").write_bytes(query)
        config, query_path = str(self.folder / "ts.cnf"), str(self.folder / "q.tsq")
        command = ["openssl", "ts", "-reply", "-config", config, "-queryfile", query_path]
        return subprocess.run(command, check=True, capture_output=True).stdout

    def reply(self, wrong: bytes | None = None) -> Reply:
        def reply(request: BaseHTTPRequestHandler) -> None:
            query = request.rfile.read(int(request.headers["Content-Length"]))
            assert request.headers["Content-Type"] == "application/timestamp-query"
            body = wrong if wrong is not None else self.answer(query)
            request.send_response(200)
            request.send_header("Content-Length", str(len(body)))
            request.end_headers()
            request.wfile.write(body)

        return reply


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    return Service(tmp_path_factory.mktemp("service"))


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[WebServer]:
    with running() as server:
        fetcher = Fetcher(lambda _host, _port: ["127.0.0.1"], lambda _: True, ports=frozenset((server.port,)))
        monkeypatch.setattr("marsad.commands.watching.make_fetcher", lambda: fetcher)
        monkeypatch.setattr("marsad.commands.stamping._GAP_S", 0.0)
        yield server


@pytest.fixture
def stamped(folder: Path, marsad: Callable[..., Ran], web: WebServer, service: Service) -> str:
    """A record with two reports, both stamped; returns the service's root."""
    (folder / "a.txt").write_text(TEXT)
    (folder / "b.txt").write_text(f"عاجل: {TEXT}")
    marsad("add", ".")
    web.replies["/tsa"] = service.reply()
    assert marsad("proof", "--stamp", web.url("/tsa")).err == "2 received reports stamped.\n"
    return str(service.root)


def stamps() -> dict[str, bytes]:
    with open_record("marsad.db") as record:
        return dict(record.look(lambda connection: list(proof.stamps(connection))))


def test_stamps_are_kept_and_hold(stamped: str, marsad: Callable[..., Ran], service: Service) -> None:
    from marsad.intake.stamps import stamped_at

    assert all(json.loads(line)["stamped"] for line in marsad("proof").out.splitlines())
    assert marsad("proof", "--check", "--roots", stamped).code == 0
    assert marsad("doctor", "--roots", stamped).code == 0
    for digest, stamp in stamps().items():
        age = datetime.datetime.now(datetime.UTC) - stamped_at(stamp, digest)
        assert abs(age) < datetime.timedelta(hours=1)
        (service.folder / "r.tsr").write_bytes(stamp)
        own = ["-digest", digest, "-in", str(service.folder / "r.tsr"), "-CAfile", stamped]
        assert subprocess.run(["openssl", "ts", "-verify", *own], capture_output=True).returncode == 0


def test_what_is_stamped_is_not_asked_for_again(stamped: str, marsad: Callable[..., Ran], web: WebServer) -> None:
    assert stamped
    asked = len(web.asked)
    assert marsad("proof", "--stamp", web.url("/tsa")).err == "0 received reports stamped.\n"
    assert len(web.asked) == asked


def test_a_stamp_for_other_bytes_is_found_out(stamped: str, marsad: Callable[..., Ran]) -> None:
    assert stamped
    (first, _), (_, other) = sorted(stamps().items())
    with open_record("marsad.db") as record:
        record.change(lambda connection: proof.set_stamp(connection, first, other))
    ran = marsad("doctor")
    assert ran.code == 1
    assert f"The received bytes {first[:12]}…: its time-stamp is for other bytes" in ran.err


def test_a_stamp_that_nobody_trusted_signed_is_found_out(
    stamped: str, marsad: Callable[..., Ran], tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert stamped
    other = Service(tmp_path_factory.mktemp("other"))
    ran = marsad("proof", "--check", "--roots", str(other.root))
    assert ran.code == 1
    assert ran.err.count("its time-stamp does not hold") == 2


@pytest.mark.parametrize("wrong", [b"", b"<html>", b"\x30\x03\x02\x01\x00"])
def test_a_service_that_sends_no_stamp(
    folder: Path, marsad: Callable[..., Ran], web: WebServer, service: Service, wrong: bytes
) -> None:
    (folder / "a.txt").write_text(TEXT)
    marsad("add", "a.txt")
    web.replies["/tsa"] = service.reply(wrong)
    ran = marsad("proof", "--stamp", web.url("/tsa"))
    assert ran.code == 2
    assert "sends no time-stamp" in ran.err or "refuses" in ran.err
    assert stamps() == {}


def test_a_stamp_of_another_request_is_not_kept(
    folder: Path, marsad: Callable[..., Ran], web: WebServer, service: Service, stamped: str
) -> None:
    assert stamped
    old = next(iter(stamps().values()))
    (folder / "c.txt").write_text(f"تصحيح: {TEXT}")
    marsad("add", "c.txt")
    web.replies["/tsa"] = service.reply(old)
    ran = marsad("proof", "--stamp", web.url("/tsa"))
    assert "refuses, or stamps something else" in ran.err
    assert len(stamps()) == 2
