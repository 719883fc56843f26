"""The only code that touches the network: fetches one address, politely and safely.

Only http and https. The name is resolved once, every address that it resolves to must be a public one, and the connection
goes to just that address, so that a name that changes its mind leads nowhere; each redirect is looked at in the same way.
Sizes, times, headers and redirects are bounded. No cookies are kept, no scripts run; nothing but GET is sent, save
to a webhook that an admin registered, and to a service of time-stamps.
"""

from __future__ import annotations

import contextlib
import email.utils
import http.client
import ipaddress
import queue
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import msgspec

from marsad.errors import NetworkError
from marsad.intake.addresses import joined
from marsad.intake.archives import unpack_body
from marsad.intake.documents import UnreadableError

AGENT = "marsad/1 (reads news reports; obeys robots.txt)"
"""The name by which requests and robots.txt know this program."""

MAX_ANSWER = 20_000_000
"""The longest answer, in bytes, packed or not."""

PORTS = frozenset((80, 443, 8080, 8443))
"""The ports on which the web is; others belong to services that must not be talked to in a page's name."""

_MAX_REDIRECTS = 5
_CONNECT_S = 8.0
_TOTAL_S = 25.0
_LONGEST_WAIT_S = 86_400.0
_MAX_URL = 2_000
_REDIRECTS = (301, 302, 303, 307, 308)
_CHUNK = 1 << 16
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?)+\.?", re.IGNORECASE)
# Public by the registry, but what clouds and translators of addresses answer on inside a network.
_REFUSED = tuple(
    ipaddress.ip_network(net)
    for net in (
        "100.64.0.0/10",
        "192.0.0.0/24",
        "168.63.129.16/32",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/32",
    )
)

Resolve = Callable[[str, int], Sequence[str]]
"""Turns a host name and a port into the addresses that it has."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a server answered: the address that was asked in the end, the status, the headers, the body as it is unpacked.

    `body` is empty for status 304 (not modified).
    """

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """Return the first header of this name."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


class FetchError(NetworkError):
    """An address could not be fetched: why, what to do, whether trying later may help, and how long the server asks for."""

    def __init__(self, reason: str, remedy: str, *, may_pass: bool = False, wait_s: float | None = None) -> None:
        super().__init__(f"{reason}; {remedy}.")
        self.reason = reason
        self.remedy = remedy
        self.may_pass = may_pass
        self.wait_s = wait_s


def resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host, as the system knows them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Fetcher:
    """Fetches addresses. `resolve` and `is_allowed` can be others in tests, which have servers on this machine only."""

    def __init__(
        self,
        resolve: Resolve = resolve,
        is_allowed: Callable[[str], bool] | None = None,
        total_s: float = _TOTAL_S,
        ports: frozenset[int] = PORTS,
    ) -> None:
        self._resolve = resolve
        self._is_allowed = is_allowed or is_public
        self._total_s = total_s
        self._ports = ports

    def get(self, url: str, headers: Sequence[tuple[str, str]] = ()) -> Answer:
        """Return what a server answers to a request for `url`, after redirects.

        Raises:
            FetchError: the address may not be asked, or gives no sound answer of status 200 or 304.
        """
        deadline = time.monotonic() + self._total_s
        for _ in range(_MAX_REDIRECTS + 1):
            answer = self._ask(checked_url(url, self._ports), headers, deadline)
            if answer.status not in _REDIRECTS:
                return _sound(answer)
            location = answer.header("location")
            target = joined(url, location) if location else None
            if target is None:
                raise FetchError(f"{_host(url)} redirects to nowhere", "check the address in a browser")
            # A redirect may lead anywhere: it is checked as if a person had typed it.
            url = target
        raise FetchError(f"more than {_MAX_REDIRECTS} redirects", "check the address in a browser")

    def post(self, url: str, body: bytes, headers: Sequence[tuple[str, str]] = ()) -> Answer:
        """Send some bytes to an address under the same rules, and return the status and headers that come back.

        No redirect is followed and nothing of the answer's body is read.

        Raises:
            FetchError: the address may not be asked, or nothing sound comes back.
        """
        return self._ask(checked_url(url, self._ports), headers, time.monotonic() + self._total_s, (body, False))

    def exchange(self, url: str, body: bytes, kind: str) -> Answer:
        """Return what a service answers that is sent `body`, of the media type `kind`; a redirect is a failure.

        Raises:
            FetchError: the address may not be asked, or gives no sound answer of status 200.
        """
        deadline = time.monotonic() + self._total_s
        return _sound(self._ask(checked_url(url, self._ports), [("Content-Type", kind)], deadline, (body, True)))

    def _ask(
        self, url: str, headers: Sequence[tuple[str, str]], deadline: float, sending: tuple[bytes, bool] | None = None
    ) -> Answer:
        """Ask for a page, or send bytes; the second of `sending` says whether the answer's body is wanted."""
        posted, is_wanted = sending or (None, True)
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        connection = _Pinned(host, port, self._address(host, port, deadline), parts.scheme == "https", deadline)
        path = urlunsplit(("", "", parts.path or "/", parts.query, ""))
        # Waiting for a single byte is bounded by the socket; a server that sends one a second is ended by the clock.
        clock = threading.Timer(max(0.0, deadline - time.monotonic()), connection.abort)
        clock.daemon = True
        clock.start()
        try:
            connection.putrequest("GET" if posted is None else "POST", path, skip_accept_encoding=True)
            for name, value in (("User-Agent", AGENT), ("Accept-Encoding", "gzip"), ("Accept", "*/*"), *headers):
                connection.putheader(name, value)
            connection.putheader("Connection", "close")
            if posted is not None:
                connection.putheader("Content-Length", str(len(posted)))
            connection.endheaders(posted)
            with connection.getresponse() as response:
                if not is_wanted:
                    return Answer(url=url, status=response.status, headers=tuple(response.getheaders()), body=b"")
                body = b"".join(_pieces(response, connection, deadline))
                return _answer(url, response, body)
        except UnreadableError as why:
            raise FetchError(why.reason, why.remedy) from why
        except TimeoutError as error:
            raise FetchError(f"{host} takes too long to answer", "try again later", may_pass=True) from error
        except ssl.SSLError as error:
            raise FetchError(f"{host} has no sound certificate ({error.reason})", "check the address") from error
        except (http.client.HTTPException, OSError, ValueError) as error:
            if time.monotonic() >= deadline:
                raise FetchError(f"{host} takes too long to answer", "try again later", may_pass=True) from error
            cause = " ".join(str(error).split())[:120] or type(error).__name__
            raise FetchError(f"{host} broke off ({cause})", "try again later", may_pass=True) from error
        finally:
            clock.cancel()
            connection.close()

    def _address(self, host: str, port: int, deadline: float) -> str:
        """The one address that will be asked; a host of which any address is refused is refused."""
        try:
            addresses = _in_time(lambda: self._resolve(host, port), min(_CONNECT_S, deadline - time.monotonic()))
        except TimeoutError as error:
            raise FetchError(f"looking up {host} takes too long", "try again later", may_pass=True) from error
        except (OSError, UnicodeError) as error:
            raise FetchError(f"there is no host {host!r}", "check the address", may_pass=True) from error
        for address in addresses:
            if not self._is_allowed(address):
                raise FetchError(f"{host} is at {address}, which is no public address", "give a public address")
        if not addresses:
            raise FetchError(f"there is no host {host!r}", "check the address", may_pass=True)
        return addresses[0]


def _in_time(look_up: Callable[[], Sequence[str]], limit_s: float) -> Sequence[str]:
    """What a look-up finds; the system's own cannot be told to end, so that it is left behind.

    Raises:
        TimeoutError: it takes longer than that.
    """
    found: queue.SimpleQueue[Sequence[str] | Exception] = queue.SimpleQueue()

    def look() -> None:
        try:
            found.put(look_up())
        except Exception as error:
            found.put(error)

    threading.Thread(target=look, daemon=True).start()
    try:
        answer = found.get(timeout=max(0.0, limit_s))
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(answer, Exception):
        raise answer
    return answer


class _Pinned(http.client.HTTPConnection):
    """A connection to an address that was looked up already; the name is only said, never looked up again."""

    def __init__(self, host: str, port: int, address: str, is_secure: bool, deadline: float) -> None:
        super().__init__(host, port, timeout=_CONNECT_S)
        self._address = address
        self._is_secure = is_secure
        self._deadline = deadline
        # The library forgets its socket once the answer has begun, but that is still to be bounded.
        self.own: socket.socket | None = None

    def connect(self) -> None:
        """Open the connection."""
        self.own = self.sock = socket.create_connection((self._address, self.port), timeout=_CONNECT_S)
        self.limit()
        if self._is_secure:
            self.own = self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)

    def abort(self) -> None:
        """End whatever waits on the connection."""
        if self.own is not None:
            with contextlib.suppress(OSError):
                self.own.shutdown(socket.SHUT_RDWR)

    def limit(self) -> None:
        """Let the next wait end when the time for the whole request does.

        Raises:
            TimeoutError: it is over.
        """
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if self.own is not None:
            self.own.settimeout(min(left, _CONNECT_S))


def _pieces(response: http.client.HTTPResponse, connection: _Pinned, deadline: float) -> Iterator[bytes]:
    size = 0
    length = response.getheader("Content-Length")
    if length and length.isdigit() and int(length) > MAX_ANSWER:
        raise UnreadableError(f"the answer has {int(length):,} bytes", "save the page and give the file")
    while True:
        if time.monotonic() > deadline:
            raise TimeoutError
        connection.limit()
        # read1 returns what is there: a server that sends a byte a second cannot hold the loop.
        piece = response.read1(_CHUNK)
        if not piece:
            break
        size += len(piece)
        if size > MAX_ANSWER:
            raise UnreadableError(
                f"the answer is longer than {MAX_ANSWER // 1_000_000} MB", "save the page and give the file"
            )
        yield piece
    if length and length.isdigit() and size < int(length):
        raise http.client.IncompleteRead(b"", int(length) - size)


def _answer(url: str, response: http.client.HTTPResponse, body: bytes) -> Answer:
    headers = tuple((k, v.encode("latin-1", "replace").decode("utf-8", "replace")) for k, v in response.getheaders())
    known = {k.lower(): v for k, v in headers if k.lower() == "content-encoding"}
    unpacked = unpack_body(body, known)
    if len(unpacked) > MAX_ANSWER:
        raise UnreadableError(f"the answer unpacks to more than {MAX_ANSWER // 1_000_000} MB", "save the page by hand")
    kept = tuple((k, v) for k, v in headers if k.lower() not in ("set-cookie", "set-cookie2"))
    return Answer(url=url, status=response.status, headers=kept, body=unpacked)


def _sound(answer: Answer) -> Answer:
    if answer.status in (200, 203, 304):
        return answer
    host = _host(answer.url)
    if answer.status in (404, 410):
        raise FetchError(f"{host} says that there is no such page ({answer.status})", "check the address")
    if answer.status in (401, 402, 403, 451):
        raise FetchError(f"{host} does not let programs in ({answer.status})", "save the page in a browser")
    wait_s = retry_after(answer.header("retry-after"), answer.header("date"))
    may_pass = answer.status in (408, 425, 429) or answer.status >= 500
    raise FetchError(f"{host} answers with status {answer.status}", "try again later", may_pass=may_pass, wait_s=wait_s)


def retry_after(value: str | None, date: str | None = None) -> float | None:
    """Return how many seconds a server asks to wait, at most a day; None where it does not say.

    Where it names a time, that is compared with the `date` of its answer: its clock may be wrong, but it is one.
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit() and len(text) < 12:
        return min(float(text), _LONGEST_WAIT_S)
    try:
        then, now = (email.utils.parsedate_to_datetime(stated) for stated in (text, date or ""))
        return min(max((then - now).total_seconds(), 0.0), _LONGEST_WAIT_S)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def is_public(address: str) -> bool:
    """Say whether an IP address is on the open internet: not this machine, this network, a cloud's inside, or reserved."""
    try:
        found: Any = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    inner = getattr(found, "ipv4_mapped", None)
    found = inner if inner is not None else found
    if not found.is_global or found.is_multicast or found.is_reserved or found.is_unspecified or found.is_loopback:
        return False
    return not any(found in net for net in _REFUSED if net.version == found.version)


def checked_url(url: str, ports: frozenset[int] = PORTS) -> str:
    """Return an address in the form in which it is asked: ASCII, no fragment, no name and password.

    Raises:
        FetchError: it is no address of the web, or hides another.
    """
    remedy = "give an address like https://example.org/page"
    text = url.strip()
    if len(text) > _MAX_URL or any(ord(c) < 33 or ord(c) == 127 for c in text) or "\\" in text:
        raise FetchError("the address is too long, or has blanks or control characters in it", remedy)
    try:
        parts = urlsplit(text)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode("ascii") if parts.hostname else ""
    except (ValueError, UnicodeError) as error:
        raise FetchError("it is no sound address", remedy) from error
    if parts.scheme.lower() not in ("http", "https"):
        raise FetchError(f"addresses of the kind {parts.scheme[:20] or 'without scheme'!r} are not fetched", remedy)
    if parts.username is not None or parts.password is not None:
        raise FetchError("the address has a name or password in it", "give it without")
    if port is not None and port not in ports:
        raise FetchError(f"port {port} is none of the web's", remedy)
    # 2130706433, 0x7f.1 and 0177.0.0.1 are numbers that some systems take for addresses; real names end in letters.
    if ":" in host:
        host = f"[{host}]"
    elif not _is_name(host) and not _is_plain_ip(host):
        raise FetchError(f"{host[:60]!r} is no name of a host on the web", remedy)
    netloc = host if port is None else f"{host}:{port}"
    path = quote(parts.path, safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?[]")
    return urlunsplit((parts.scheme.lower(), netloc.lower(), path, query, ""))


def _is_name(host: str) -> bool:
    return _HOST.fullmatch(host) is not None and not host.rstrip(".").rsplit(".", 1)[-1][:1].isdigit()


def _is_plain_ip(host: str) -> bool:
    try:
        return str(ipaddress.IPv4Address(host)) == host
    except ValueError:
        return False


def _host(url: str) -> str:
    return urlsplit(url).hostname or url[:60]
