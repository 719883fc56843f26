"""Saved pages in the layouts of Arabic outlets give their text, title and date; what is no report is refused by name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from intake_files import MORE, TEXT, page

from bench.pages import FOLDER, measure, score
from marsad.intake.documents import UnreadableError
from marsad.intake.page_dates import read_day
from marsad.intake.pages import read_page

GOLD = json.loads((FOLDER / "gold.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(GOLD))
def test_saved_page(name: str) -> None:
    found = score((FOLDER / name).read_bytes(), GOLD[name])
    assert found.pop("wrong date", 0) == 0
    assert found.pop("text", 1) >= 0.93
    assert {field: value for field, value in found.items() if value != 1} == {}


def test_all_pages_together_hold_what_is_promised() -> None:
    scores = measure().values()

    def mean(field: str) -> float:
        values = [page[field] for page in scores if field in page]
        return sum(values) / len(values)

    assert len(GOLD) == 62
    assert mean("text") >= 0.95
    assert mean("title") >= 0.98
    assert mean("date") >= 0.95
    assert mean("wrong date") == 0


DATES = [
    ("22 يوليو 2025", "2025-07-22"),
    ("الثلاثاء ٢٢ يوليو ٢٠٢٥ - 14:30", "2025-07-22"),
    ("22 تموز/يوليو 2025", "2025-07-22"),
    ("نشر في: 22/07/2025", "2025-07-22"),
    ("07/22/2025", "2025-07-22"),
    ("2025/7/22", "2025-07-22"),
    ("July 22, 2025", "2025-07-22"),
    ("05/07/2025", None),
    ("22 يوليو", None),
    ("31 فبراير 2025", None),
    ("22 يوليو 2025 - آخر تحديث 24 يوليو 2025", "2025-07-22"),
    ("آخر تحديث 24 يوليو 2025 - 22 يوليو 2025", None),
    ("22 يوليو 2025 - 24 يوليو 2025", None),
    ("تاريخ النشر: 05.07.2025 | 14:30 GMT", "2025-07-05"),
    ("منذ ساعتين", None),
]


@pytest.mark.parametrize(("text", "day"), DATES, ids=[d[0] for d in DATES])
def test_a_shown_date_is_read_only_where_it_can_mean_one_day(text: str, day: str | None) -> None:
    assert read_day(text) == day


NOT_ITS_OWN = [
    '<script type="application/ld+json">[{"@type":"NewsArticle","headline":"أخرى","datePublished":"2025-01-01"},'
    '{"@type":"NewsArticle","headline":"وثالثة","datePublished":"2025-01-02"}]</script>',
    '<script type="application/ld+json">{"@type":"ItemList","itemListElement":[{"datePublished":"2025-01-01"}]}</script>',
    '<meta property="article:modified_time" content="2025-01-01">',
    '<meta property="article:published_time" content="0000-00-00">',
    '<meta property="article:published_time" content="1970-01-01T00:00:00Z">',
]


@pytest.mark.parametrize("head", NOT_ITS_OWN)
def test_the_date_of_another_article_is_no_date(head: str) -> None:
    assert read_page(page(head=head)).metadata.published is None


def test_the_article_that_bears_the_headline_gives_the_date() -> None:
    nodes = [
        {"@type": "NewsArticle", "headline": "خبر آخر", "datePublished": "2024-01-01"},
        {"@type": "NewsArticle", "headline": "قصف على سومي", "datePublished": "2025-07-22"},
    ]
    found = read_page(page(head=f'<script type="application/ld+json">{json.dumps({"@graph": nodes})}</script>'))
    assert found.metadata.published == "2025-07-22"


def test_a_missing_article_is_refused_as_such() -> None:
    with pytest.raises(UnreadableError, match="not there"):
        read_page(page("عذرا", "<p>الصفحة غير موجودة</p>"))


def test_a_short_report_is_no_stub() -> None:
    found = read_page(page(body=f"<p>{TEXT}</p>"))
    assert found.marks == ()
    assert TEXT in found.text


def test_a_soft_404_is_refused_as_such() -> None:
    with pytest.raises(UnreadableError, match="not there"):
        read_page(page("404", "<p>عذرا، الصفحة المطلوبة غير موجودة أو تم حذفها.</p>"))


def test_a_page_that_lists_reports_is_none() -> None:
    items = "".join(
        f'<div class="item"><h3><a href="/{i}">الأمم المتحدة تعلن استئناف المحادثات</a></h3><p>وفق مصادر…</p></div>'
        for i in range(6)
    )
    with pytest.raises(UnreadableError, match="lists other reports"):
        read_page(f'<html lang="ar"><head><title>سياسة</title></head><body><h1>سياسة</h1>{items}</body></html>')


def test_a_lead_apart_from_the_text_is_read_once() -> None:
    rest = f"<p>{MORE}</p>" * 3
    body = f'<h2>قصف على سومي</h2><div class="intro"><p>{TEXT}</p></div><div class="itemFullText">{rest}</div>'
    found = read_page(f'<html lang="ar"><head><title>قصف على سومي</title></head><body>{body}</body></html>')
    assert found.text.count(TEXT) == 1
    assert found.text.index(TEXT) < found.text.index(MORE)


def test_paragraphs_that_lead_to_other_reports_are_left_out() -> None:
    also = '<p><strong>اقرأ أيضا: <a href="/2">الأمم المتحدة تعلن استئناف المحادثات</a></strong></p>'
    inline = f'<p>وذكر <a href="/3">تقرير سابق لوكالة الأنباء</a> أن {MORE}</p>'
    found = read_page(page(body=f"<p>{TEXT}</p>{also}{inline}"))
    assert "استئناف" not in found.text
    assert "تقرير سابق" in found.text


def test_the_saved_pages_are_those_that_their_generator_writes() -> None:
    import more_pages
    from saved_pages import LAYOUTS, more_stories, stories

    later = zip(more_stories(), more_pages.LAYOUTS, strict=True)
    for number, (story, layout) in enumerate([*zip(stories(), LAYOUTS * 2, strict=True), *later]):
        markup, gold = layout(story)
        name = f"{number:02}-{layout.__name__.replace('_', '-')}.html"
        assert (Path(FOLDER) / name).read_bytes().decode(gold.pop("encoding", "utf-8")) == markup
        assert GOLD[name] == json.loads(json.dumps(gold))
