"""The page of watched feeds: when each last answered, what it led to, what is wrong with it."""

from __future__ import annotations

import re
from pathlib import Path

from desk import client_of, watch_feeds

from marsad.pipeline import load_fold
from marsad.record import open_record


def page_of(path: Path, lang: str = "en", *, watching: bool = True) -> str:
    with open_record(str(path), load_fold()) as record:
        if watching:
            record.change(watch_feeds)
    with client_of(path) as client:
        answer = client.get(f"/feeds?lang={lang}")
        assert answer.status_code == 200
        return answer.text


def rows(page: str) -> list[str]:
    return [" ".join(re.sub("<[^>]*>", " ", row).split()) for row in page.split('<section class="feed">')[1:]]


def test_each_feed_with_its_health_those_that_fail_first(tmp_path: Path) -> None:
    fails, fresh, answers = rows(page_of(tmp_path / "r.db"))
    assert fails.startswith("Beta ")
    assert "failed 3 times in a row" in fails
    assert "beta.example answers with status 503" in fails
    assert "Last success never" in fails
    assert (
        "answers https://alpha.example/rss Last success 22 July 2025, 09:30 UTC Asked again 22 July 2025, 09:45 UTC"
        in answers
    )
    assert "Pages found 1,240 Still to fetch 2 Given up 1" in answers
    assert "not asked yet" in fresh


def test_what_a_feed_calls_itself_is_never_run(tmp_path: Path) -> None:
    page = page_of(tmp_path / "r.db", "ar")
    assert "تعثرت 3 مرات متتالية" in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert "\u202e" not in page


def test_nothing_watched(tmp_path: Path) -> None:
    assert "No feed is watched." in page_of(tmp_path / "r.db", watching=False)
