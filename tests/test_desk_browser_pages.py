"""Every page of the desk in a browser, empty ones, refusals and pages about people too: axe, sizes, widths, other hosts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from desk import HOSTILE, client_of, hostile, make_record, seat
from desk_server import CHROMIUM, Tab, browsing, serving, tab_of
from desk_views import REPORTS
from incident_gold import add, read
from playwright.sync_api import Browser

from marsad.model import Document
from marsad.pipeline import load_fold, load_reader
from marsad.record import open_record
from marsad.web import accounts

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="there is no chromium here (on Debian: apt-get install chromium)"
)
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
EVERY = [("en", 390), ("ar", 1400), ("ar", 390)]
PASSWORD = "correct horse battery"
QUIET = (
    "/",
    *(f"/{name}" for name in ("review", "relations", "processes", "agreements", "sources", "words", "feeds", "log")),
)
VIEWS = (
    "/relations",
    "/relations?first=RUS&second=UKR",
    "/relations?first=RUS&second=RUS",
    f"/relations?first={quote(HOSTILE)}&second=UKR",
    "/processes",
    "/processes?party=RUS&party=UKR",
    "/agreements",
    "/agreements/1",
    "/?since=yesterday",
    "/review?second=1",
    "/accuracy",
    "/words",
    f"/reports/{quote(hostile().id)}",
)
PEOPLE = ("/account", "/tokens", "/accounts", "/webhooks", "/policy", "/log", "/accuracy", "/public")
TELLS = """() => ({
  wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  small: [...document.querySelectorAll('body *')].filter(e => e.offsetParent && [...e.childNodes].some(
    n => n.nodeType === 3 && n.textContent.trim()) && parseFloat(getComputedStyle(e).fontSize) < 14).map(e => e.outerHTML),
  unnamed: [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')].filter(
    e => e.tabIndex < 0 && e.offsetParent && !e.closest('svg')).map(e => e.outerHTML.slice(0, 120)),
})"""


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record with all that pages are made of, and somebody who may see them all."""
    path = tmp_path_factory.mktemp("pages") / "r.db"
    make_record(path)
    reader = load_reader()
    reports = [Document(id=i, text=text, published=day, publisher=who) for i, day, who, text in REPORTS]
    with open_record(str(path), load_fold()) as made:
        add(made, read(reader, reports).values())
        made.change(lambda c: accounts.add(c, "Rima", PASSWORD, "admin"))
    terms = {"name": f"هدنة {HOSTILE}", "parties": "RUS\nUKR", "since": "2025-07-20", "forbids": "ASSAULT"}
    with client_of(path) as client:
        assert client.post("/agreements/register", data={"_seat": seat(client), **terms}).status_code == 200
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as started:
        yield started


def look(tab: Tab, path: str) -> dict[str, Any]:
    """What is wrong with the page that a tab shows; empty where nothing is."""
    tab.page.evaluate(AXE)
    result: Any = tab.page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    grave = [v for v in result["violations"] if v["impact"] in ("serious", "critical")]
    told: Any = tab.page.evaluate(TELLS)
    found = {"axe": [(v["id"], [n["html"][:160] for n in v["nodes"]][:3]) for v in grave], **told}
    found["wide"] = max(0, found["wide"])
    found["foreign"], found["said"] = tab.foreign(), [s for s in tab.said if "40" not in s]
    return {path: {what: value for what, value in found.items() if value}} if any(found.values()) else {}


def fine(found: dict[str, Any]) -> None:
    assert found == {}, json.dumps(found, ensure_ascii=False, indent=1)


@pytest.mark.parametrize(("lang", "width"), EVERY)
def test_every_view_is_fine(record: Path, browser: Browser, lang: str, width: int) -> None:
    found: dict[str, Any] = {}
    with serving(record) as address, tab_of(browser, address, lang, width) as tab:
        for path in VIEWS:
            tab.open(path)
            found |= look(tab, path)
        tab.open("/")
        tab.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        tab.page.keyboard.press("?")
        found |= look(tab, "all that opens")
    fine(found)


@pytest.mark.parametrize(("lang", "width"), EVERY)
def test_an_empty_desk_is_fine(tmp_path: Path, browser: Browser, lang: str, width: int) -> None:
    with open_record(str(tmp_path / "r.db"), load_fold()):
        pass
    found: dict[str, Any] = {}
    with serving(tmp_path / "r.db") as address, tab_of(browser, address, lang, width) as tab:
        for path in QUIET:
            tab.open(path)
            found |= look(tab, path)
    fine(found)


@pytest.mark.parametrize(("lang", "width"), EVERY)
def test_pages_about_people_are_fine(record: Path, browser: Browser, lang: str, width: int) -> None:
    found: dict[str, Any] = {}
    with serving(record, accounts=True, public="careful") as address, tab_of(browser, address, lang, width) as tab:
        tab.open("/login")
        found |= look(tab, "/login")
        # By keyboard alone: the field has the focus, Tab leads on, Enter sends.
        tab.page.keyboard.type("Rima")
        tab.page.keyboard.press("Tab")
        tab.page.keyboard.type(PASSWORD)
        with tab.page.expect_navigation():
            tab.page.keyboard.press("Enter")
        for path in PEOPLE:
            tab.open(path)
            found |= look(tab, path)
        tab.open("/policy")
        tab.page.fill("#delay-0-days", "3000")
        tab.page.select_option("#places-0-finest", "country")
        with tab.page.expect_navigation():
            tab.page.locator("button[formaction]").press("Enter")
        found |= look(tab, "what a policy would do")
        tab.open("/public")
        tab.open(str(tab.page.locator(".opens").first.get_attribute("href")))
        found |= look(tab, "a public incident")
    fine(found)
