"""A desk that really listens, and tabs of Debian's Chromium that watch what it asks for and complains of."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from marsad.web import make_app
from marsad.web.settings import DeskSettings

CHROMIUM = shutil.which("chromium")
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
)


@contextmanager
def serving(record: Path, **settings: Any) -> Iterator[str]:
    """Serve a record on a free port; gives the address."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    app = make_app(DeskSettings(record=str(record), port=port, **settings))
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", lifespan="on", timeout_graceful_shutdown=3)
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    app.state.desk.is_closing = True
    server.should_exit = True
    thread.join(timeout=10)


@contextmanager
def browsing() -> Iterator[Browser]:
    """Start Debian's Chromium, which draws maps without a graphics card."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_ARGUMENTS))
        yield started
        started.close()


class Tab:
    """A tab, with everything that it asked for and complained of."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.asked: list[str] = []
        self.said: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("console", lambda message: self.said.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.said.append(str(error)))

    def open(self, path: str) -> None:
        """Open a page of the desk, and wait for its map if it has one."""
        self.page.goto(self.address + path)
        self.settle()

    def settle(self) -> None:
        """Wait until nothing is under way."""
        self.page.wait_for_load_state("networkidle")
        if self.page.locator("#map").count():
            self.page.wait_for_selector("#map[data-ready]", timeout=20_000)

    def foreign(self) -> list[str]:
        """What it asked of other hosts."""
        own = (self.address, "data:", "blob:" + self.address)
        return [url for url in self.asked if not url.startswith(own)]


@contextmanager
def tab_of(browser: Browser, address: str, lang: str, width: int) -> Iterator[Tab]:
    """A tab of this width, in this interface language."""
    context = browser.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(90_000)  # machines are shared
    context.add_cookies([{"name": "marsad_lang", "value": lang, "url": address}])
    yield Tab(context.new_page(), address)
    context.close()
