"""The HTML page in a browser: values and their words find each other, nothing is fetched, narrow screens hold it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from standin import NOISE, TEXT, StandIn

from marsad.export.page import write_page
from marsad.export.wording import Wording
from marsad.model import Document

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
HOSTILE = '<img src="https://a.example/x.png"><script src="https://a.example/x.js"></script>'
UNBROKEN = "https://a.example/" + "x" * 200


class Watched:
    """A page of reports in a browser tab, and all that the tab complained of or asked for."""

    def __init__(self, tab: Page) -> None:
        self.tab = tab
        self.said: list[str] = []
        self.requests: list[str] = []
        tab.on("console", lambda message: self.said.append(message.text))
        tab.on("pageerror", lambda error: self.said.append(str(error)))
        tab.on("request", lambda request: self.requests.append(request.url))

    def open(self, path: Path, *documents: Document, lang: str = "en") -> None:
        """Write the page of these reports and open it."""
        with path.open("w", encoding="utf-8") as stream:
            write_page([StandIn().read(d) for d in documents], stream, Wording(lang))
        self.tab.goto(path.as_uri())
        assert self.requests == [path.as_uri()]

    def lit(self) -> str:
        """The words that are lit."""
        return "".join(self.tab.locator("mark.lit").all_text_contents())

    def is_in_sight(self, selector: str) -> bool:
        """Say whether the element's top or bottom edge stands in the window."""
        return bool(
            self.tab.locator(selector).evaluate(
                "e => { const { top, bottom } = e.getBoundingClientRect(); return top < innerHeight && bottom > 0; }"
            )
        )


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("there is no chromium on this machine (on Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Watched]:
    """A tab in which nothing may go wrong and nothing may be fetched."""
    context = browser.new_context(reduced_motion="reduce", viewport={"width": 1200, "height": 700})
    watched = Watched(context.new_page())
    yield watched
    context.close()
    assert watched.said == []
    assert [url for url in watched.requests if not url.startswith("file:")] == []


def report(name: str = "r1", text: str = TEXT) -> Document:
    return Document(id=name, text=text, published="2025-07-22", url="https://a.example/1")


def long_report() -> Document:
    return report(text="سطر.\n\n" * 100 + TEXT + "\n\nسطر." * 100)


def test_a_click_on_a_value_lights_its_words(page: Watched, tmp_path: Path) -> None:
    page.open(tmp_path / "r.html", long_report())
    assert not page.is_in_sight("mark.casualties >> nth=0")
    page.tab.click("button.value.casualties")
    assert page.lit() == "مقتل 3 أشخاص"
    assert page.is_in_sight("mark.lit >> nth=0")
    page.tab.click("button.value.place")
    assert page.lit() == "مدينة سومي"
    assert page.tab.locator("button[aria-pressed=true]").count() == 1
    page.tab.keyboard.press("Escape")
    assert page.lit() == ""


def test_a_click_on_words_shows_their_card(page: Watched, tmp_path: Path) -> None:
    page.tab.set_viewport_size({"width": 390, "height": 700})
    page.open(tmp_path / "r.html", long_report())
    assert not page.is_in_sight(".card")
    page.tab.click("mark.place")
    assert page.is_in_sight(".card.lit")
    assert page.tab.locator("button.place").get_attribute("aria-pressed") == "true"


def test_words_of_two_values_show_one_after_the_other(page: Watched, tmp_path: Path) -> None:
    page.open(tmp_path / "r.html", report())
    pressed = page.tab.locator("button[aria-pressed=true]")
    shown = []
    for _ in range(2):
        page.tab.click("mark.many")
        shown.append(pressed.get_attribute("class"))
    assert sorted(str(s) for s in shown) == ["value casualties", "value recipient"]


def test_words_are_reached_by_keyboard(page: Watched, tmp_path: Path) -> None:
    page.open(tmp_path / "r.html", report())
    page.tab.focus("mark.place")
    page.tab.keyboard.press("Enter")
    assert page.tab.evaluate("document.activeElement.className") == "value place"


def test_hostile_text_fetches_and_runs_nothing(page: Watched, tmp_path: Path) -> None:
    page.open(tmp_path / "r.html", report(text=f"{HOSTILE} {TEXT}"))
    assert HOSTILE in page.tab.locator(".text").inner_text()


def test_noise_is_dimmed(page: Watched, tmp_path: Path) -> None:
    page.open(tmp_path / "r.html", report(text=f"{TEXT}\n{NOISE}"))
    colours = page.tab.evaluate("['.noise', '.text'].map(s => getComputedStyle(document.querySelector(s)).color)")
    assert page.tab.locator(".noise").inner_text() == NOISE
    assert colours[0] != colours[1]


def test_one_of_several_reports_is_shown(page: Watched, tmp_path: Path) -> None:
    page.open(tmp_path / "r.html", report("r1"), report("r2"))
    assert page.tab.locator("article:visible").get_attribute("id") == "r0"
    page.tab.click(".contents a >> nth=1")
    assert page.tab.locator("article:visible").get_attribute("id") == "r1"


@pytest.mark.parametrize(("lang", "direction"), [("en", "ltr"), ("ar", "rtl")])
def test_each_language_has_its_direction(page: Watched, tmp_path: Path, lang: str, direction: str) -> None:
    page.open(tmp_path / "r.html", report(), lang=lang)
    read = "[document.body, document.querySelector('.text')].map(e => getComputedStyle(e).direction)"
    assert page.tab.evaluate(read) == [direction, "rtl"], "an Arabic report runs from the right on every page"


@pytest.mark.parametrize("lang", ["en", "ar"])
@pytest.mark.parametrize("width", [320, 390])
def test_narrow_screens_need_no_sideways_scrolling(page: Watched, tmp_path: Path, lang: str, width: int) -> None:
    page.tab.set_viewport_size({"width": width, "height": 844})
    page.open(tmp_path / "r.html", report(text=f"{TEXT} {UNBROKEN}"), report("r2"), lang=lang)
    scrolling = "[...document.querySelectorAll('html, .report')].filter(e => e.scrollWidth > e.clientWidth).length"
    assert page.tab.evaluate("document.documentElement.clientWidth") == width
    assert page.tab.evaluate(scrolling) == 0
