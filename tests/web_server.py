"""A web server on this machine that answers as a test tells it to, and misbehaves in every way that servers do."""

from __future__ import annotations

import contextlib
import gzip
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler

from intake_files import gzip_bomb, page

Reply = Callable[[BaseHTTPRequestHandler], None]


class WebServer:
    """A running server: `replies` maps a path to what answers it; `asked` are the requests so far."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.replies: dict[str, Reply] = dict(MISBEHAVIOUR)
        self.asked: list[tuple[str, dict[str, str]]] = []

    def url(self, path: str, host: str = "news.example") -> str:
        """The address of a path on a host that the tests resolve to this machine."""
        return f"http://{host}:{self.port}{path}"

    def serve(self, path: str, body: str | bytes, kind: str = "text/html; charset=utf-8", **headers: str) -> None:
        """Answer a path with a body from now on."""
        self.replies[path] = sends(body, kind, **headers)


def sends(body: str | bytes, kind: str = "text/html; charset=utf-8", status: int = 200, **headers: str) -> Reply:
    """A reply with a status, headers and a body."""
    data = body.encode() if isinstance(body, str) else body

    def reply(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Content-Type", kind)
        request.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(data)

    return reply


def redirects(target: str, status: int = 302) -> Reply:
    """A reply that leads on."""
    return sends("", status=status, Location=target)


def raw(content: bytes) -> Reply:
    """A reply of bytes, sound or not."""
    return lambda request: request.wfile.write(content) and None  # type: ignore[func-returns-value]


def _slowly(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    with contextlib.suppress(OSError):
        for _ in range(100):
            request.wfile.write(b"x")
            request.wfile.flush()
            time.sleep(0.1)


def _slow_body(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    with contextlib.suppress(OSError):
        for _ in range(100):
            request.wfile.write(b"x")
            request.wfile.flush()
            time.sleep(0.1)


def _resets(request: BaseHTTPRequestHandler) -> None:
    request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    request.connection.close()


def _endless(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    with contextlib.suppress(OSError):
        for _ in range(100):
            request.wfile.write(b"x" * 1_000_000)


MISBEHAVIOUR: dict[str, Reply] = {
    "/good": sends(page()),
    "/gzip": sends(gzip.compress(page().encode()), Content_Encoding="gzip"),
    "/cookie": sends(page(), Set_Cookie="id=1"),
    "/circle": redirects("/circle"),
    "/far": redirects("/far2"),
    "/far2": redirects("/good", 301),
    "/slow-head": _slowly,
    "/slow-body": _slow_body,
    "/reset": _resets,
    "/endless": _endless,
    "/bomb": sends(gzip_bomb(60_000_000), Content_Encoding="gzip"),
    "/cut": raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nshort"),
    "/huge": raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nx"),
    "/negative": raw(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"),
    "/headers": raw(b"HTTP/1.1 200 OK\r\n" + b"X-Y: z\r\n" * 5000 + b"\r\nx"),
    "/header": raw(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 500_000 + b"\r\n\r\nx"),
    "/junk": raw(b"\x00\xff\x00\xff" * 100),
    "/nothing": raw(b""),
    "/brotli": sends(b"xx", Content_Encoding="br"),
    "/broken-gzip": sends(b"\x1f\x8b\x08xxxxxxxxxx", Content_Encoding="gzip"),
    "/chunks": raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\nabc"),
    "/503": sends("", status=503, Retry_After="120"),
    "/404": sends("", status=404),
    "/403": sends("", status=403),
    "/to-file": redirects("file:///etc/passwd"),
    "/to-loopback": redirects("http://127.0.0.1/"),
    "/to-v6": redirects("http://[::1]/"),
    "/to-metadata": redirects("http://169.254.169.254/latest/meta-data/"),
    "/to-private": redirects("http://inside.example/"),
    "/to-decimal": redirects("http://2130706433/"),
    "/to-hex": redirects("http://0x7f000001/"),
    "/to-gopher": redirects("gopher://127.0.0.1:25/_HELO"),
    "/to-port": redirects("http://news.example:22/"),
    "/to-user": redirects("http://news.example@127.0.0.1/"),
    "/to-nowhere": raw(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"),
}


@contextlib.contextmanager
def running() -> Iterator[WebServer]:
    """Run a server for as long as the block lasts."""
    holder: list[WebServer] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server = holder[0]
            server.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
            reply = server.replies.get(self.path, sends("", status=404))
            with contextlib.suppress(OSError):
                reply(self)
            self.close_connection = True

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_arguments: object) -> None:
            pass

    class Threaded(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, *_arguments: object) -> None:
            pass

    with Threaded(("127.0.0.1", 0), Handler) as tcp:
        holder.append(WebServer(tcp.server_address[1]))
        thread = threading.Thread(target=tcp.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield holder[0]
        tcp.shutdown()
        thread.join()
