"""The desk in a browser: an analyst's walk in both languages and widths, much of it by keyboard, and what axe finds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from desk import copy_of, hostile, make_record
from desk_server import CHROMIUM, Tab, browsing, serving, tab_of
from playwright.sync_api import Browser

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="there is no chromium here (on Debian: apt-get install chromium)"
)
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
PLACES = {"en": "Mogadishu", "ar": "مقديشو"}
EVERY = [(lang, width) for lang in ("en", "ar") for width in (1400, 390)]
PAGES = (
    "/sources",
    "/feeds",
    "/words?kind=place",
    "/log",
    "/accounts",
    "/",
    "/?type=ASSAULT&text=مطار",
    "/review",
    "/nowhere",
    f"/reports/{quote(hostile().id)}",
)


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("desk") / "r.db"
    make_record(path)
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as started:
        yield started


@pytest.fixture(params=EVERY, ids=lambda p: f"{p[0]}-{p[1]}")
def tab(request: pytest.FixtureRequest, record: Path, browser: Browser, tmp_path: Path) -> Iterator[Tab]:
    """A tab in which nothing may go wrong and nothing may be asked of another host."""
    lang, width = request.param
    with serving(copy_of(record, tmp_path / "r.db")) as address, tab_of(browser, address, lang, width) as made:
        made.lang, made.width = lang, width  # type: ignore[attr-defined]
        yield made
        assert made.foreign() == []
        assert [s for s in made.said if "404" not in s] == []


def press(tab: Tab, key: str) -> None:
    """Press a key that leads to another page."""
    with tab.page.expect_navigation():
        tab.page.keyboard.press(key)


def test_the_walk(tab: Tab) -> None:
    page, place = tab.page, PLACES[tab.lang]  # type: ignore[attr-defined]
    # Filter by days and place; the address holds it.
    tab.open("/")
    every = page.locator(".card").count()
    if not page.locator("#filters").is_visible():
        page.click(".filters > summary")
    page.fill("#f-since", "2025-10-01")
    page.fill("#f-place", place)
    page.press("#f-place", "Enter")
    page.wait_for_url("**place=**")
    tab.settle()
    some = page.locator(".card").count()
    assert 0 < some < every
    shared = page.url
    # Open an incident of several reports by keyboard, see a claim's words marked.
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    press(tab, "Enter")
    tab.settle()
    assert page.locator(".claim .quote mark").count() > 0
    best = page.locator("td.best").all_text_contents()
    # Correct a figure, see it, take it back.
    page.keyboard.press("e")
    page.fill("#c-value", "77")
    with page.expect_navigation():
        page.press("#c-value", "Enter")
    assert "77" in page.locator("td.best").all_text_contents()
    press(tab, "u")
    assert page.locator("td.best").all_text_contents() == best
    # Merge with another incident by its id.
    tab.open("/?type=ASSAULT")
    names = [str(a.get_attribute("href")).rsplit("/", 1)[1] for a in page.locator(".opens").all()]
    tab.open(f"/incidents/{names[0]}")
    page.keyboard.press("m")
    page.keyboard.type(names[1])
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator(".noted").is_visible()
    tab.open("/?type=ASSAULT")
    assert page.locator(".card").count() == len(names) - 1
    # Review five by keyboard: one key an answer.
    tab.open("/review")
    seen = set()
    for key in ("c", "x", "n", "c", "x"):
        seen.add(page.locator(".incident .opens").get_attribute("href"))
        press(tab, key)
    assert len(seen) == 5
    # The shared address shows the same view.
    tab.page.goto(shared)
    tab.settle()
    assert page.locator("#f-place").input_value() == place
    assert page.locator("#f-since").input_value() == "2025-10-01"
    assert page.locator(".card").count() <= some


def test_a_report_and_its_events_find_each_other(tab: Tab) -> None:
    page = tab.page
    tab.open("/?min_killed=9")
    with page.expect_navigation():
        page.locator(".opens").first.click()
    with page.expect_navigation():
        page.locator(".claim .from a").first.click()
    assert page.locator(".event.lit").count() == 1, "the event that the claim is part of is lit"
    page.locator("button.value.place").first.click()
    lit = "".join(page.locator(".text mark.lit").all_text_contents())
    assert lit
    page.keyboard.press("Escape")
    assert page.locator(".text mark.lit").count() == 0
    page.locator(".text mark.trigger").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("button.value[aria-pressed=true]").count() == 1


def test_what_is_printed_holds_values_and_sources_and_nothing_to_press(tab: Tab) -> None:
    page = tab.page
    tab.open(f"/reports/{quote(hostile().id)}")
    page.emulate_media(media="print")
    assert page.locator("button.value.place").first.is_visible()
    assert not page.locator("#pick").is_visible()
    page.emulate_media(media="screen")
    tab.open("/?min_killed=9")
    page.emulate_media(media="print")
    assert ".example" in page.locator(".card .printed").first.inner_text()
    assert not page.locator(".downloads").first.is_visible()
    page.emulate_media(media="screen")
    with page.expect_navigation():
        page.locator(".opens").first.click()
    page.emulate_media(media="print")
    assert page.locator(".told .printed").first.is_visible()
    assert [b for b in page.locator("button, summary[data-key], .in-text").all() if b.is_visible()] == []


def test_words_are_picked_by_keyboard_and_said_something_of(tab: Tab) -> None:
    page = tab.page
    tab.open(f"/reports/{quote(hostile().id)}")
    page.keyboard.press("p")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowLeft")
    picked = page.locator("#pick-said").text_content() or ""
    assert picked in hostile().text
    assert " " in picked, "two words"
    page.keyboard.press("Enter")
    page.wait_for_selector("#p-what:focus")
    assert page.locator("#pick-form mark").text_content() == picked
    page.select_option("#p-what", "add")
    page.wait_for_selector("#p-type")
    page.select_option("#p-type", "PROTEST")
    with page.expect_navigation():
        page.click("#pick-say button.strong")
    assert page.locator(".mark.confirmed").count() == 1
    press(tab, "u")
    assert page.locator(".mark.confirmed").count() == 0


def test_words_behind_what_nobody_sees_are_picked_where_they_stand(tab: Tab) -> None:
    page = tab.page
    tab.open(f"/reports/{quote(hostile().id)}")
    page.evaluate(SELECT, "وأصيب 12 آخرون")
    page.wait_for_selector("#pick-say")
    assert page.locator("#pick-form mark").text_content() == "وأصيب 12 آخرون"
    assert page.locator("#pick-say [name=start]").input_value() == str(hostile().text.index("وأصيب 12"))


SELECT = """words => {
  const walker = document.createTreeWalker(document.getElementById('report-text'), 4);
  const nodes = []; let all = '';
  for (let n; (n = walker.nextNode());) { nodes.push([n, all.length]); all += n.data; }
  const at = k => { const [n, s] = nodes.filter(([, s]) => s <= k).pop(); return [n, k - s]; };
  const from = all.indexOf(words);
  getSelection().setBaseAndExtent(...at(from), ...at(from + words.length));
}"""


def test_days_are_chosen_by_dragging_over_the_chart(tab: Tab) -> None:
    if tab.width < 1000:  # type: ignore[attr-defined]
        pytest.skip("a finger scrolls here; the days are fields of the form")
    page = tab.page
    tab.open("/?since=2025-10-01")
    box = page.locator("svg.histogram").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 5, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 60, steps=5)
    page.mouse.up()
    page.wait_for_url("**until=**")
    assert page.locator(".chips li").count() == 2


def test_nothing_is_wider_than_the_screen_or_smaller_than_can_be_read(tab: Tab) -> None:
    for path in pages(tab):
        tab.open(path)
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert tab.page.evaluate(wide) <= 0, path
        assert tab.page.evaluate(SMALL) == [], path


SMALL = """[...document.querySelectorAll('body *')].filter(e => e.offsetParent && [...e.childNodes].some(
  n => n.nodeType === 3 && n.textContent.trim()) && parseFloat(getComputedStyle(e).fontSize) < 14).map(e => e.outerHTML)"""


def test_axe_finds_nothing_serious(tab: Tab) -> None:
    found = {}
    for path in pages(tab):
        tab.open(path)
        tab.page.evaluate(AXE)
        result: Any = tab.page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
        grave = [v for v in result["violations"] if v["impact"] in ("serious", "critical")]
        if grave:
            found[path] = [(v["id"], [n["html"][:160] for n in v["nodes"]][:3]) for v in grave]
    assert found == {}, json.dumps(found, ensure_ascii=False, indent=1)


def pages(tab: Tab) -> list[str]:
    """Every page of the desk."""
    tab.open("/?min_killed=9")
    return [*PAGES, str(tab.page.locator(".opens").first.get_attribute("href"))]
