"""Webhooks before a receiver on this machine that behaves as receivers do: down, slow, forgetful, elsewhere."""

from __future__ import annotations

import datetime
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from desk import client_of, seat

from marsad import delivering, pipeline
from marsad.cli import cli
from marsad.errors import InputError
from marsad.intake.fetch import Fetcher
from marsad.model import Document
from marsad.record import Record, StoredJudgement, hooks, open_record
from marsad.record.hooks import Hook

TOLD = {
    "sumy": "قُتل 7 أشخاص في قصف على مدينة سومي يوم الاثنين، وفق السلطات المحلية.",
    "kharkiv": "قُتل 3 أشخاص في قصف على مدينة خاركيف يوم الثلاثاء، وفق الشرطة.",
}


class Receiver:
    """A server that answers as it is told, and remembers what it got."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.headers: dict[str, str] = {}
        self.got: list[tuple[dict[str, str], bytes]] = []
        mine = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                mine.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
                status = mine.answers.pop(0) if mine.answers else 204
                if status == 0:  # hangs up after it has it all
                    self.close_connection = True
                    return
                self.send_response(status)
                for name, value in mine.headers.items():
                    self.send_header(name, value)
                self.end_headers()

            def do_GET(self) -> None:
                mine.got.append(({}, b"GET"))

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/in"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.got]


class Clock:
    """A time that stands until it is moved."""

    def __init__(self) -> None:
        self.at = datetime.datetime(2025, 8, 1, 12, tzinfo=datetime.UTC)

    def __call__(self) -> datetime.datetime:
        return self.at

    def pass_by(self, **much: float) -> None:
        self.at += datetime.timedelta(**much)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture(scope="module")
def reader() -> pipeline.Reader:
    return pipeline.load_reader()


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with open_record(str(tmp_path / "r.db"), pipeline.load_fold()) as made:
        yield made


@pytest.fixture
def clock() -> Clock:
    return Clock()


def register(record: Record, url: str, clock: Clock, policy: str = "open", *, private: bool = True) -> str:
    made = record.change(lambda c: delivering.register(c, url, policy, "amal", private=private, now=clock()))
    return str(made[1])


def add(record: Record, reader: pipeline.Reader, name: str, text: str | None = None) -> None:
    document = Document(id=name, text=text or TOLD[name], published="2025-07-26", publisher="a.example")
    coded = reader.read(document)
    record.add(coded, record.start_run("1", "data"), reader.sketch(coded))


def deliver(record: Record, clock: Clock) -> tuple[int, int]:
    return delivering.deliver(record, record.change, clock)


def judge(record: Record, kind: str, **more: Any) -> int:
    name = next(iter(record.look(lambda c: c.exec_driver_sql("SELECT id FROM incidents").scalars().all())))
    return record.judge(StoredJudgement(key=0, at="", author="amal", kind=kind, left=more.pop("left", name), **more))


def test_a_new_incident_is_told_once_and_a_changed_one_again(
    record: Record, reader: pipeline.Reader, receiver: Receiver, clock: Clock
) -> None:
    add(record, reader, "kharkiv")
    register(record, receiver.url, clock)
    assert deliver(record, clock) == (0, 0), "what was there before is not told"
    add(record, reader, "sumy")
    assert deliver(record, clock) == (1, 1)
    assert deliver(record, clock) == (0, 0)
    (told,) = receiver.bodies()
    assert (told["type"], told["data"]["figures"]["killed"]["best"]) == ("incident.new", 7)
    name = told["data"]["id"]
    number = judge(record, "correct", left=name, field="killed", value=9)
    deliver(record, clock)
    assert receiver.bodies()[1]["type"] == "incident.changed"
    assert receiver.bodies()[1]["data"]["figures"]["killed"]["best"] == 9
    judge(record, "note", left=name, reason="seen")
    assert deliver(record, clock) == (0, 0), "a note changes nothing that is told"
    judge(record, "reject", left=name)
    deliver(record, clock)
    assert receiver.bodies()[2]["type"] == "incident.withdrawn"
    assert receiver.bodies()[2]["data"] == {"id": name, "became": None}
    assert number


def test_a_merged_incident_is_withdrawn_and_says_what_it_became(
    record: Record, reader: pipeline.Reader, receiver: Receiver, clock: Clock
) -> None:
    register(record, receiver.url, clock)
    add(record, reader, "sumy")
    add(record, reader, "kharkiv")
    deliver(record, clock)
    left, right = (told["data"]["id"] for told in receiver.bodies())
    judge(record, "same", left=left, right=right)
    deliver(record, clock)
    told = {body["type"]: body["data"] for body in receiver.bodies()[2:]}
    assert told["incident.withdrawn"]["became"] == told["incident.changed"]["id"]
    assert {told["incident.withdrawn"]["id"], told["incident.changed"]["id"]} == {left, right}


def test_a_receiver_can_check_who_sent_it_and_when(
    record: Record, reader: pipeline.Reader, receiver: Receiver, clock: Clock
) -> None:
    secret = register(record, receiver.url, clock)
    add(record, reader, "sumy")
    deliver(record, clock)
    headers, body = receiver.got[0]
    name, moment = headers["webhook-id"], int(headers["webhook-timestamp"])
    assert moment == int(clock().timestamp())
    assert name == json.loads(body)["id"]
    right = headers["webhook-signature"]
    assert right == delivering.sign(secret, name, moment, body)
    others = (
        delivering.sign(secret, name, moment + 1, body),
        delivering.sign(secret, f"{name}x", moment, body),
        delivering.sign(secret, name, moment, body + b" "),
        delivering.sign("whsec_" + "A" * 43 + "=", name, moment, body),
    )
    assert right not in others


def test_the_signature_is_that_of_the_standard() -> None:
    """The example of the Standard Webhooks specification's libraries."""
    secret, name, moment = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330
    body = b'{"test": 2432232314}'
    assert delivering.sign(secret, name, moment, body) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_what_fails_is_tried_again_later_and_later_with_the_same_id(
    record: Record, reader: pipeline.Reader, receiver: Receiver, clock: Clock
) -> None:
    register(record, receiver.url, clock)
    add(record, reader, "sumy")
    receiver.answers = [500, 0, 302]
    receiver.headers = {"Location": receiver.url}
    waits = []
    for _ in range(3):
        deliver(record, clock)
        (one,) = record.look(lambda c: hooks.log(c, 9))
        assert one.state == hooks.WAITING
        assert one.next_at is not None
        waits.append((datetime.datetime.fromisoformat(one.next_at) - clock()).total_seconds())
        assert deliver(record, clock) == (0, 0), "not before its time"
        clock.pass_by(seconds=waits[-1])
    assert waits == [30, 120, 600]
    assert deliver(record, clock) == (0, 1)
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert len(receiver.got) == 4, "a redirect is not followed"


def test_a_receiver_that_asks_for_time_gets_it(
    record: Record, reader: pipeline.Reader, receiver: Receiver, clock: Clock
) -> None:
    register(record, receiver.url, clock)
    add(record, reader, "sumy")
    receiver.answers, receiver.headers = [429], {"Retry-After": "900"}
    deliver(record, clock)
    clock.pass_by(seconds=899)
    assert deliver(record, clock) == (0, 0)
    clock.pass_by(seconds=1)
    assert deliver(record, clock) == (0, 1)


def test_after_days_it_is_given_up_and_a_person_may_send_it_again(
    record: Record, reader: pipeline.Reader, receiver: Receiver, clock: Clock
) -> None:
    register(record, receiver.url, clock)
    add(record, reader, "sumy")
    receiver.answers = [503] * 50
    for _ in range(20):
        deliver(record, clock)
        clock.pass_by(hours=20)
    (one,) = record.look(lambda c: hooks.log(c, 9))
    assert (one.state, one.status) == (hooks.UP, 503)
    assert one.tries <= len(delivering.WAITS_S) + 1
    receiver.answers = []
    record.change(lambda c: hooks.send_again(c, one.key, clock().isoformat()))
    assert deliver(record, clock) == (0, 1)


def test_a_stop_loses_nothing(
    record: Record, reader: pipeline.Reader, receiver: Receiver, clock: Clock, tmp_path: Path
) -> None:
    register(record, receiver.url, clock)
    add(record, reader, "sumy")

    class StoppedError(Exception):
        pass

    def stops(hook: Hook) -> Fetcher:
        delivering.fetcher_for(hook).post(hook.url, b"{}")
        raise StoppedError

    with pytest.raises(StoppedError):
        delivering.deliver(record, record.change, clock, stops)
    record.close()
    with open_record(str(tmp_path / "r.db"), pipeline.load_fold()) as again:
        assert deliver(again, clock) == (0, 0), "it is held a while for whoever may still be sending"
        clock.pass_by(minutes=2)
        assert deliver(again, clock) == (0, 1), "at least once"


def test_two_programs_do_not_write_the_same_down_twice(
    record: Record, reader: pipeline.Reader, receiver: Receiver, clock: Clock
) -> None:
    register(record, receiver.url, clock)
    add(record, reader, "sumy")
    (hook,) = record.look(hooks.list_all)
    assert delivering.plan(record, record.change, clock()) == 1
    assert not record.change(lambda c: hooks.keep(c, hook, (99, 99, 99), [], clock().isoformat())), "somebody was first"


def test_the_policy_holds_and_what_was_too_young_is_told_when_of_age(
    record: Record, reader: pipeline.Reader, receiver: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from marsad.publication.policy import load_policy
    from marsad.publishing import View

    def of_day(record: Record, policy: str) -> View:
        return View(record, load_policy(policy), clock().date())

    monkeypatch.setattr(View, "of_today", staticmethod(of_day))
    clock.at = datetime.datetime(2025, 7, 22, 12, tzinfo=datetime.UTC)
    register(record, receiver.url, clock, "careful")
    add(record, reader, "sumy")
    assert deliver(record, clock) == (0, 0)
    clock.pass_by(days=5)
    assert deliver(record, clock) == (1, 1)
    told = receiver.got[0][1].decode()
    assert "Sumy" in told
    assert "السلطات" not in told
    assert "a.example" not in told


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/x",
        "http://10.0.0.8/",
        "http://169.254.169.254/latest",
        "http://[::1]/",
        "ftp://a.example/",
        "x",
    ],
)
def test_no_webhook_is_registered_at_a_private_address(record: Record, clock: Clock, url: str) -> None:
    with pytest.raises(InputError):
        register(record, url, clock, private=False)


def test_a_name_that_leads_inside_is_not_asked(
    record: Record, reader: pipeline.Reader, receiver: Receiver, clock: Clock
) -> None:
    register(record, "https://hook.example/", clock, private=False)
    add(record, reader, "sumy")
    delivering.deliver(record, record.change, clock, lambda _: Fetcher(resolve=lambda *_: ["127.0.0.1"]))
    (one,) = record.look(lambda c: hooks.log(c, 9))
    assert "no public address" in (one.problem or "")
    assert receiver.got == []


@pytest.mark.parametrize("address", ["169.254.169.254", "0.0.0.0", "::ffff:169.254.169.254", "fe80::1"])
def test_not_even_a_private_webhook_asks_what_clouds_tell_their_machines(address: str) -> None:
    assert not delivering.is_private_or_public(address)
    assert delivering.is_private_or_public("192.168.1.4")


def test_a_receiver_that_is_gone_is_left_alone(
    record: Record, reader: pipeline.Reader, receiver: Receiver, clock: Clock
) -> None:
    register(record, receiver.url, clock)
    receiver.answers = [410]
    add(record, reader, "sumy")
    deliver(record, clock)
    assert [hook.active for hook in record.look(hooks.list_all)] == [False]
    add(record, reader, "kharkiv")
    assert deliver(record, clock) == (0, 0)


def test_one_receiver_that_is_down_does_not_keep_another_waiting(
    record: Record, reader: pipeline.Reader, receiver: Receiver, clock: Clock
) -> None:
    other = Receiver()
    other.answers = [500] * 9
    register(record, other.url, clock)
    register(record, receiver.url, clock)
    add(record, reader, "sumy")
    add(record, reader, "kharkiv")
    deliver(record, clock)
    assert len(receiver.got) == 2
    assert len(other.got) == 1, "who does not answer is not asked for each notice"
    other.server.shutdown()
    other.server.server_close()


def test_an_admin_keeps_webhooks_on_the_desk(record: Record, tmp_path: Path) -> None:
    record.close()
    with client_of(tmp_path / "r.db") as client:
        client.follow_redirects = False
        form = {"_seat": seat(client), "url": "https://hook.example/in", "policy": "careful"}
        made = client.post("/webhooks", data=form)
        assert "whsec_" in made.text
        page = client.get("/webhooks?lang=en").text
        assert "https://hook.example/in" in page
        assert "whsec_" not in page
        for url, policy in (("http://127.0.0.1/", "careful"), ("https://a.example/", "/etc/passwd")):
            refused = client.post("/webhooks", data={"_seat": seat(client), "url": url, "policy": policy})
            assert refused.status_code == 400
        assert client.post("/webhooks/1", data={"_seat": seat(client), "do": "stop"}).status_code == 303
        assert "stopped" in client.get("/webhooks").text
        assert client.post("/webhooks/1", data={"_seat": seat(client), "do": "remove"}).status_code == 303
        assert "hook.example" not in client.get("/webhooks").text


def test_the_command_line_keeps_and_tells_them(
    record: Record, reader: pipeline.Reader, receiver: Receiver, tmp_path: Path
) -> None:
    where = ["--record", str(tmp_path / "r.db")]
    added = CliRunner().invoke(cli, ["webhooks", "add", receiver.url, "--private", "--policy", "open", *where])
    assert added.stdout.startswith("whsec_")
    add(record, reader, "sumy")
    assert CliRunner().invoke(cli, ["webhooks", "deliver", *where]).exit_code == 0
    assert len(receiver.got) == 1
    assert "done" in CliRunner().invoke(cli, ["webhooks", "log", *where]).stdout
    assert receiver.url in CliRunner().invoke(cli, ["webhooks", "list", *where]).stdout
    assert CliRunner().invoke(cli, ["webhooks", "remove", "1", *where]).exit_code == 0
