"""The second factor: what a stolen password does not open, and what opens when the phone is lost."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyotp
import pytest
from desk import client_of, copy_of, seat
from litestar.testing import TestClient

from marsad.errors import InputError
from marsad.record import Record, open_record
from marsad.record.schema import accounts as table
from marsad.record.schema import recovery_codes
from marsad.web import accounts, second

PASSWORD = "correct horse battery"
NOON = 1_753_185_600.0


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("second") / "r.db"
    with open_record(str(path)) as made:
        made.change(lambda c: [accounts.add(c, name, PASSWORD, name) for name in ("coder", "admin")])
    return path


@pytest.fixture
def record(template: Path, tmp_path: Path) -> Iterator[Record]:
    with open_record(str(copy_of(template, tmp_path / "r.db"))) as made:
        yield made


@pytest.fixture
def client(template: Path, tmp_path: Path) -> Iterator[TestClient[Any]]:
    path = tmp_path / "r.db"
    with client_of(path if path.exists() else copy_of(template, path), accounts=True) as made:
        made.follow_redirects = False
        yield made


def give_password(client: TestClient[Any], name: str = "coder") -> Any:
    return client.post("/login", data={"_seat": seat(client, "/login"), "name": name, "password": PASSWORD})


def give_code(client: TestClient[Any], code: str) -> int:
    proof = seat(client, "/login/code") if client.cookies.get("marsad_half") else seat(client, "/login")
    return client.post("/login/code", data={"_seat": proof, "code": code}).status_code


def switch_on(record: Record, name: str = "coder", at: float | None = None) -> tuple[pyotp.TOTP, list[str]]:
    """The app and the recovery codes of an account that turned its second factor on a while ago."""
    account = record.look(lambda c: accounts.find(c, name))
    app = pyotp.TOTP(record.change(lambda c: second.begin(c, account)))
    moment = time.time() - 300 if at is None else at
    codes = record.change(lambda c: second.finish(c, account, app.at(int(moment)), lambda: moment))
    assert codes is not None
    return app, codes


def test_a_stolen_password_opens_nothing_without_a_code(record: Record, client: TestClient[Any]) -> None:
    switch_on(record)
    answer = give_password(client)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login/code?next=%2F")
    assert "marsad_session" not in client.cookies
    assert client.get("/").status_code == 302
    assert client.get("/api/v1/incidents").status_code == 401
    client.cookies.set("marsad_session", str(client.cookies.get("marsad_half")))
    assert client.get("/").status_code == 302, "half a login is no session"


def test_the_code_of_the_app_lets_in(record: Record, client: TestClient[Any]) -> None:
    app, _ = switch_on(record)
    give_password(client)
    assert give_code(client, app.now()) == 303
    assert client.get("/").status_code == 200


def test_a_code_without_a_password_opens_nothing(record: Record, client: TestClient[Any]) -> None:
    app, _ = switch_on(record)
    assert give_code(client, app.now()) == 303
    assert client.get("/").status_code == 302


def test_no_code_is_taken_twice(record: Record) -> None:
    app, _ = switch_on(record, at=NOON - 300)
    account = record.look(lambda c: accounts.find(c, "coder"))
    code = app.at(int(NOON))
    taken = [record.change(lambda c: second.passes_second(c, account, code, lambda: NOON + 5)) for _ in range(2)]
    assert taken == [True, False]
    earlier = app.at(int(NOON - 30))
    assert not record.change(lambda c: second.passes_second(c, account, earlier, lambda: NOON + 5)), "nor an older one"


def test_the_code_that_turned_it_on_does_not_let_in(record: Record) -> None:
    app, _ = switch_on(record, at=NOON)
    account = record.look(lambda c: accounts.find(c, "coder"))
    assert not record.change(lambda c: second.passes_second(c, account, app.at(int(NOON)), lambda: NOON + 1))


@pytest.mark.parametrize(("after", "right"), [(0, True), (30, True), (60, False), (-30, False)])
def test_a_code_holds_for_a_minute(record: Record, after: int, right: bool) -> None:
    app, _ = switch_on(record, at=NOON - 300)
    account = record.look(lambda c: accounts.find(c, "coder"))
    code = app.at(int(NOON))
    assert record.change(lambda c: second.passes_second(c, account, code, lambda: NOON + after)) is right


def test_a_recovery_code_lets_in_once(record: Record, client: TestClient[Any]) -> None:
    _, codes = switch_on(record)
    assert len(set(codes)) == second.RECOVERY_CODES
    give_password(client)
    assert give_code(client, codes[0].upper()) == 303
    assert client.get("/").status_code == 200
    client.cookies.clear()
    give_password(client)
    assert give_code(client, codes[0]) == 403


def test_recovery_codes_are_kept_as_hashes(record: Record) -> None:
    _, codes = switch_on(record)
    kept = str(record.look(lambda c: [tuple(row) for row in c.execute(recovery_codes.select())]))
    assert all(code not in kept and code.replace("-", "") not in kept for code in codes)


def test_guessing_codes_is_slowed_however_often_one_logs_in(record: Record, client: TestClient[Any]) -> None:
    app, codes = switch_on(record)
    answers = []
    for n in range(6):
        give_password(client)
        answers.append(give_code(client, f"00000{n}" if app.now() != f"00000{n}" else "999999"))
    assert answers == [403] * 5 + [429]
    assert give_code(client, app.now()) == 429, "even the right code waits"
    assert give_code(client, codes[0]) == 429


def test_somebody_turns_it_on_at_the_desk(record: Record, client: TestClient[Any]) -> None:
    give_password(client)
    begun = client.post("/account/second", data={"_seat": seat(client), "password": "wrong password"})
    assert begun.status_code == 403, "a desk left open is not enough"
    client.post("/account/second", data={"_seat": seat(client), "password": PASSWORD})
    page = client.get("/account").text
    assert "<svg" in page
    secret = record.look(
        lambda c: c.scalar(table.select().with_only_columns(table.c.totp).where(table.c.name == "coder"))
    )
    assert secret is not None
    assert secret in re.sub(r"\s", "", page)
    assert client.post("/account/second/on", data={"_seat": seat(client), "code": "12345"}).status_code == 403
    done = client.post("/account/second/on", data={"_seat": seat(client), "code": pyotp.TOTP(secret).now()})
    codes = re.findall(r"<li><code>([a-z0-9-]+)</code>", done.text)
    assert len(codes) == second.RECOVERY_CODES
    after = client.get("/account").text
    assert codes[0] not in after, "shown once"
    assert secret not in after
    assert client.post("/account/second/off", data={"_seat": seat(client), "code": "000000"}).status_code == 403
    assert client.post("/account/second/off", data={"_seat": seat(client), "code": codes[3]}).status_code == 303
    assert not record.look(lambda c: second.is_on(c, accounts.find(c, "coder")))


def test_an_admin_takes_it_away_and_sessions_end(record: Record, client: TestClient[Any]) -> None:
    app, _ = switch_on(record)
    give_password(client)
    give_code(client, app.now())
    was_in = dict(client.cookies)
    client.cookies.clear()
    give_password(client, "admin")
    key = record.look(lambda c: accounts.find(c, "coder"))
    assert client.post(f"/accounts/{key}/second", data={"_seat": seat(client)}).status_code == 303
    client.cookies.clear()
    for name, value in was_in.items():
        client.cookies.set(name, value)
    assert client.get("/").status_code == 302
    assert give_password(client).headers["location"] == "/"


def test_a_new_secret_does_not_replace_one_that_is_on(record: Record) -> None:
    switch_on(record)
    with pytest.raises(InputError, match="already"):
        record.change(lambda c: second.begin(c, accounts.find(c, "coder")))


def test_what_happened_stands_in_the_log(record: Record, client: TestClient[Any]) -> None:
    _, codes = switch_on(record, "admin")
    give_password(client, "admin")
    give_code(client, "000000")
    give_code(client, codes[0])
    page = client.get("/log?lang=en").text
    assert "code refused" in page
    assert codes[0] not in page
