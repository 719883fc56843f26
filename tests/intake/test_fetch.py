# ruff: noqa: E501
"""Fetching: what a server sends arrives; whatever else it tries ends in a named refusal, and nothing inside is asked."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import pytest
from web_server import WebServer, running

from marsad.intake import fetch
from marsad.intake.addresses import is_same_site, same_page
from marsad.intake.fetch import Fetcher, FetchError, checked_url, is_public

PUBLIC = {
    "news.example": ["93.184.216.34"],
    "inside.example": ["10.0.0.5"],
    "mixed.example": ["93.184.216.34", "127.0.0.1"],
}


class Names:
    """A resolver of the tests, which notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, host: str, _port: int) -> Sequence[str]:
        self.asked.append(host)
        if host in PUBLIC:
            return PUBLIC[host]
        if host.replace(".", "").isdigit() or ":" in host:
            return [host]
        raise OSError("no such host")


@pytest.fixture(scope="module")
def web() -> Iterator[WebServer]:
    with running() as server:
        yield server


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch, web: WebServer) -> list[str]:
    """The addresses that connections went to; they all end at the test's server."""
    found: list[str] = []
    connect = fetch.socket.create_connection

    def note(address: tuple[str, int], timeout: float) -> object:
        found.append(address[0])
        return connect(("127.0.0.1", web.port), timeout=timeout)

    monkeypatch.setattr(fetch.socket, "create_connection", note)
    return found


def fetcher(web: WebServer, total_s: float = 20) -> Fetcher:
    return Fetcher(Names(), ports=frozenset((80, 443, web.port)), total_s=total_s)


@pytest.mark.parametrize("path", ["/good", "/gzip", "/far", "/cookie"])
def test_what_is_sound_arrives(web: WebServer, connected: list[str], path: str) -> None:
    answer = fetcher(web).get(web.url(path))
    assert "قصف على سومي" in answer.body.decode()
    assert answer.header("set-cookie") is None
    assert set(connected) == {"93.184.216.34"}


REFUSED = [
    ("/circle", "redirects"), ("/endless", "longer than 20 MB"), ("/bomb", "times its size"), ("/cut", "broke off"),
    ("/huge", "99,999,999,999 bytes"), ("/headers", "broke off"), ("/header", "broke off"), ("/junk", "broke off"),
    ("/nothing", "broke off"), ("/brotli", "packed as 'br'"), ("/broken-gzip", "damaged"), ("/chunks", "broke off"),
    ("/reset", "broke off"), ("/503", "status 503"), ("/404", "no such page"), ("/403", "does not let programs in"),
    ("/to-file", "not fetched"), ("/to-loopback", "no public address"), ("/to-v6", "no public address"),
    ("/to-metadata", "no public address"), ("/to-private", "no public address"), ("/to-decimal", "no name of a host"),
    ("/to-hex", "no name of a host"), ("/to-gopher", "not fetched"), ("/to-port", "port 22"), ("/to-user", "name or password"),
    ("/to-nowhere", "redirects to nowhere"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "reason"), REFUSED, ids=[r[0] for r in REFUSED])
def test_what_servers_try_is_refused_by_name(web: WebServer, connected: list[str], path: str, reason: str) -> None:
    with pytest.raises(FetchError, match=reason):
        fetcher(web).get(web.url(path))
    assert set(connected) == {"93.184.216.34"}, "nothing but the public address was asked"


@pytest.mark.parametrize("path", ["/slow-head", "/slow-body"])
@pytest.mark.usefixtures("connected")
def test_a_slow_server_is_left(web: WebServer, path: str) -> None:
    with pytest.raises(FetchError, match="too long"):
        fetcher(web, total_s=0.5).get(web.url(path))


@pytest.mark.parametrize("host", ["inside.example", "mixed.example", "127.0.0.1", "169.254.169.254", "10.1.2.3"])
def test_refused_addresses_are_never_asked(web: WebServer, connected: list[str], host: str) -> None:
    with pytest.raises(FetchError, match="no public address"):
        fetcher(web).get(web.url("/good", host))
    assert connected == []


def test_a_name_is_looked_up_once_a_request(web: WebServer, connected: list[str]) -> None:
    names = Names()
    Fetcher(names, ports=frozenset((web.port,))).get(web.url("/good"))
    assert names.asked == ["news.example"]
    assert connected == ["93.184.216.34"], "the connection goes where the check looked"


def test_how_long_to_wait_is_told(web: WebServer, connected: list[str]) -> None:
    with pytest.raises(FetchError) as raised:
        fetcher(web).get(web.url("/503"))
    assert raised.value.may_pass
    assert raised.value.wait_s == 120
    assert connected


ADDRESSES = {
    "93.184.216.34": True, "2606:2800:220:1:248:1893:25c8:1946": True, "127.0.0.1": False, "127.1.2.3": False, "10.0.0.1": False,
    "172.16.0.1": False, "192.168.1.1": False, "169.254.169.254": False, "100.64.0.1": False, "0.0.0.0": False, "::": False,
    "255.255.255.255": False, "224.0.0.1": False, "::1": False, "fe80::1": False, "fe80::1%eth0": False, "fc00::1": False,
    "fd00:ec2::254": False, "::ffff:127.0.0.1": False, "::ffff:10.0.0.1": False, "64:ff9b::7f00:1": False, "2002:7f00:1::": False,
    "168.63.129.16": False, "192.0.0.192": False, "198.18.0.1": False, "240.0.0.1": False, "ff02::1": False, "nonsense": False,
    "192.0.2.1": False, "2001:db8::1": False, "::127.0.0.1": False,
}  # fmt: skip


@pytest.mark.parametrize(("address", "expected"), ADDRESSES.items())
def test_public_addresses(address: str, expected: bool) -> None:
    assert is_public(address) == expected


BAD_URLS = [
    "file:///etc/passwd", "ftp://a.example/", "javascript:alert(1)", "data:text/html,x", "http://", "http:///x", "//a.example/x", "",
    "http://2130706433/", "http://0x7f.1/", "http://0177.0.0.1/", "http://127.1/", "http://localhost/", "http://a/",
    "http://user:pass@a.example/", "http://a.example:22/", "http://a.example:99999/", "http://a.example/\r\nHost: b", "http://a b.example/",
    "http://a.example\\@b.example/", "http://[::1", "http://a.example/" + "x" * 3000, "http://a..example/", "http://\u0000.example/",
    "http://a.example\u2028/", "http://1.2.3.4.5/", "http://-a.example/",
]  # fmt: skip


@pytest.mark.parametrize("url", BAD_URLS)
def test_addresses_that_are_refused(url: str) -> None:
    with pytest.raises(FetchError):
        checked_url(url)


def test_addresses_in_arabic_are_asked_in_ascii() -> None:
    assert checked_url("https://أخبار.example/قصف?ع=١#x") == (
        "https://xn--igbicxr.example/%D9%82%D8%B5%D9%81?%D8%B9=%D9%A1"
    )


VARIANTS = [
    "https://a.example/news/1", "http://www.a.example/news/1/", "https://m.a.example/news/1?utm_source=x&fbclid=y", "https://a.example/news/1#top",
    "https://a.example/news/1/amp", "https://amp.a.example/news/1/amp/?utm_medium=z", "https://a.example//news/1?ref=home",
]  # fmt: skip


def test_variants_of_an_address_name_one_page() -> None:
    assert {same_page(url) for url in VARIANTS} == {"https://a.example/news/1"}
    assert same_page("https://a.example/?p=1") != same_page("https://a.example/?p=2")


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ("https://a.example/2", True),
        ("https://m.a.example/2", True),
        ("https://b.example/2", False),
        ("https://a.co.uk/", False),
    ],
)
def test_a_page_speaks_only_for_its_own_site(other: str, expected: bool) -> None:
    assert is_same_site("https://www.a.example/1", other) == expected
    assert not is_same_site("https://one.co.uk/", "https://two.co.uk/")


def test_a_look_up_that_hangs_is_left_behind(web: WebServer) -> None:
    answers = threading.Event()

    def slow(_host: str, _port: int) -> Sequence[str]:
        answers.wait()
        return ["93.184.216.34"]

    with pytest.raises(FetchError, match=r"looking up news\.example takes too long") as caught:
        Fetcher(slow, ports=frozenset((web.port,)), total_s=0.2).get(web.url("/good"))
    answers.set()
    assert caught.value.may_pass
