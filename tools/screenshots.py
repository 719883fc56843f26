"""Take a picture of every page of the desk in both languages and two widths, to look at.

PYTHONPATH=tests python -m tools.screenshots [FOLDER]    (or make screenshots)

Needs Debian's chromium. The record is that of the desk's tests, hostile report included.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

from desk import hostile, make_record
from desk_server import browsing, serving, tab_of

PAGES = (
    "/",
    "/?type=ASSAULT&since=2025-10-01",
    "/review",
    "/sources",
    "/feeds",
    "/words",
    "/accounts",
    "/log",
    "/nowhere",
)
WIDTHS = (1400, 390)


def main(arguments: list[str]) -> None:
    """Write the pictures."""
    folder = Path(arguments[0]) if arguments else Path("screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    record = Path(tempfile.mkdtemp()) / "desk.db"
    make_record(record)
    with serving(record) as address, browsing() as browser:
        for lang in ("en", "ar"):
            for width in WIDTHS:
                with tab_of(browser, address, lang, width) as tab:
                    tab.open("/?min_killed=9")
                    incident = str(tab.page.locator(".opens").first.get_attribute("href"))
                    for path in (*PAGES, incident, f"/reports/{quote(hostile().id)}"):
                        tab.open(path)
                        if tab.page.locator("#map").count():
                            tab.page.wait_for_selector("#map[data-drawn]", timeout=60_000)
                        name = (
                            "incident" if path == incident else re.sub(r"\W+", "-", path).strip("-")[:40] or "overview"
                        )
                        tab.page.screenshot(path=str(folder / f"{name}-{lang}-{width}.png"), full_page=True)
                        print(folder / f"{name}-{lang}-{width}.png")


if __name__ == "__main__":
    main(sys.argv[1:])
