# ruff: noqa: E501, ARG001
"""Saved pages in the layouts of Arabic outlets, with gold: our own words in the markup that the world uses.

python tests/saved_pages.py     writes tests/pages/*.html and their gold, tests/pages/gold.json, anew
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import further_pages
import more_pages

FOLDER = Path(__file__).parent / "pages"
MONTHS = ["يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"]
NAV = "".join(
    f'<li><a href="/{i}">{w}</a></li>'
    for i, w in enumerate(["الرئيسية", "أخبار", "سياسة", "اقتصاد", "رياضة", "ثقافة", "منوعات", "فيديو"])
)
RELATED = [
    "قمة عربية طارئة تبحث التطورات الأخيرة", "أسعار النفط تقفز بعد هجوم على ناقلة", "منتخب المغرب يتأهل إلى نصف النهائي",
    "تحذير من موجة حر تضرب شرق المتوسط", "كيف تحمي هاتفك من الاختراق؟",
]  # fmt: skip


class Story:
    """An article with its day, its address and its place in the run."""

    def __init__(self, number: int, title: str, lines: list[str]) -> None:
        self.number, self.title, self.lines = number, title, lines
        self.day = f"2025-{(number * 5) % 12 + 1:02}-{(number * 7) % 27 + 1:02}"
        self.stamp = f"{self.day}T{number % 20 + 2:02}:15:00+03:00"
        self.slug = f"/news/{self.day.replace('-', '/')}/{1000 + number}"
        year, month, date = self.day.split("-")
        self.words = f"{int(date)} {MONTHS[int(month) - 1]} {year}"
        self.slashes = f"{date}/{month}/{year}"

    def gold(self, **facts: Any) -> dict[str, Any]:
        """What is to be found on the page, by default the title and every line."""
        wanted = {"title": self.title, "text": "\n".join([self.title, *self.lines]), "published": self.stamp}
        return {**wanted, "dated_by": "metadata", "marks": [], **facts}


def stories() -> list[Story]:
    found = []
    for part in (FOLDER / "articles.txt").read_text(encoding="utf-8").split("# ")[1:]:
        title, *lines = part.strip().split("\n")
        found.append((title, lines))
    # Every article comes several times, cut and joined differently, so that no two pages are the same.
    return [
        Story(i, found[i % 12][0], found[i % 12][1][: 5 - i // 12 % 2] + found[(i + 5) % 12][1][i // 12 : 2 + i // 12])
        for i in range(40)
    ]


def more_stories() -> list[Story]:
    """Articles for the layouts that came later, again of lines that no other page has together."""
    old = stories()[:12]
    return [
        Story(51 + 3 * i, story.title, story.lines[:3] + old[(5 * i + 7) % 12].lines[3:5] + story.lines[3:5])
        for i, story in enumerate(old)
    ]


def further_stories() -> list[Story]:
    """Articles for the layouts that came last."""
    old = stories()[:12]
    return [
        Story(100 + 3 * i, story.title, story.lines[2:4] + old[(7 * i + 4) % 12].lines[1:4] + story.lines[:1])
        for i, story in enumerate(old[::-1])
    ]


def paragraphs(story: Story, tag: str = "p", every: str = "") -> str:
    """The lines, with something in between after the second one."""
    lines = [f"<{tag}>{line}</{tag}>" for line in story.lines]
    return "\n".join([*lines[:2], every, *lines[2:]])


def related(tag: str = "div", name: str = "related-posts", head: str = "اقرأ أيضا") -> str:
    items = "".join(
        f'<li><a href="/r{i}">{t}</a><time datetime="2024-01-0{i + 1}">0{i + 1}/01/2024</time></li>'
        for i, t in enumerate(RELATED)
    )
    return f'<{tag} class="{name}"><h3>{head}</h3><ul>{items}</ul></{tag}>'


def linked_data(story: Story, kind: str = "NewsArticle", **more: Any) -> str:
    data = {
        "@context": "https://schema.org", "@type": kind, "headline": story.title, "datePublished": story.stamp,
        "dateModified": "2025-12-30T10:00:00+03:00", "author": {"@type": "Person", "name": "سعاد الخطيب"}, **more,
    }  # fmt: skip
    return f'<script type="application/ld+json">{json.dumps(data, ensure_ascii=False)}</script>'


def whole(head: str, body: str, lang: str = "ar") -> str:
    return (
        f'<!DOCTYPE html>\n<html lang="{lang}" dir="rtl"><head><meta charset="utf-8">{head}</head>\n<body>\n{body}\n'
        "<script>window.dataLayer=[];function gtag(){dataLayer.push(arguments)}</script></body></html>"
    )


def og(story: Story, site: str, extra: str = "") -> str:
    url = f"https://{site}.example{story.slug}"
    return (
        f'<title>{story.title} | {site}</title><meta property="og:title" content="{story.title}">'
        f'<meta property="og:site_name" content="{site}"><link rel="canonical" href="{url}">'
        f'<meta name="description" content="{story.lines[0][:90]}…">{extra}'
    )


def published(story: Story) -> str:
    return f'<meta property="article:published_time" content="{story.stamp}"><meta property="article:modified_time" content="2025-12-30T08:00:00Z">'


SHARE = (
    '<div class="share-buttons"><a>فيسبوك</a><a>تويتر</a><a>واتساب</a><span>نسخ الرابط</span><span>شارك</span></div>'
)
FOOTER = "<footer><p>جميع الحقوق محفوظة © 2019 - 2026</p><ul><li>من نحن</li><li>سياسة الخصوصية</li><li>اتصل بنا</li></ul></footer>"


# ---- layouts --------------------------------------------------------------------------------------------------------


def wordpress(s: Story) -> tuple[str, dict[str, Any]]:
    """A WordPress theme: entry-content, post meta, tags, comments."""
    body = f"""<header class="site-header"><nav><ul>{NAV}</ul></nav></header><div id="content"><article class="post type-post">
<header class="entry-header"><h1 class="entry-title">{s.title}</h1><div class="entry-meta"><span class="author">كتب: سامر عيسى</span>
<time class="entry-date published" datetime="{s.stamp}">{s.words}</time></div></header>
<figure class="wp-caption"><img src="a.jpg"><figcaption>آثار الدمار (أرشيفية)</figcaption></figure>
<div class="entry-content">{paragraphs(s, every=related())}{SHARE}</div><footer class="entry-footer"><span class="tags-links">الوسوم: <a>حرب</a> <a>أخبار</a></span>
</footer></article><div id="comments" class="comments-area"><h2>تعليقان</h2><ol><li><p>الله يرحم الضحايا ويشفي الجرحى يا رب العالمين</p></li>
<li><p>متى تنتهي هذه الحرب التي دمرت كل شيء</p></li></ol></div></div><aside class="widget-area">{related("section", "widget", "الأكثر قراءة")}</aside>{FOOTER}"""
    return whole(og(s, "enab", published(s)), body), s.gold(publisher="enab")


def drupal(s: Story) -> tuple[str, dict[str, Any]]:
    """Drupal: field wrappers, a summary of its own, no article tag."""
    body = f"""<div class="region-header"><ul class="menu">{NAV}</ul></div><div class="node node--type-article">
<h1 class="page-title"><span class="field field--name-title">{s.title}</span></h1><div class="field field--name-created">نشر في: {s.slashes}</div>
<div class="field field--name-body field__item"><div class="field__item">{paragraphs(s)}</div></div>
<div class="field field--name-field-tags"><a>سياسة</a><a>حرب</a></div></div><div class="block-views">{related()}</div>{FOOTER}"""
    return whole(og(s, "radio", linked_data(s)), body), s.gold(publisher="radio", author="سعاد الخطيب")


def amp(s: Story) -> tuple[str, dict[str, Any]]:
    """An AMP page."""
    body = f"""<amp-sidebar id="sb"><ul>{NAV}</ul></amp-sidebar><main><article><h1>{s.title}</h1><amp-img src="a.jpg" alt="صورة"></amp-img>
<p class="lead">{s.lines[0]}</p><amp-ad width=300 height=250>إعلان</amp-ad>{"".join(f"<p>{line}</p>" for line in s.lines[1:])}
<amp-social-share type="twitter">غرد</amp-social-share></article></main><amp-list class="more"><p>المزيد من الأخبار تجدونها هنا في الموقع</p></amp-list>"""
    return whole(og(s, "youm", linked_data(s)), body).replace("<html", "<html amp"), s.gold(publisher="youm")


def component_blocks(s: Story) -> tuple[str, dict[str, Any]]:
    """Hashed class names and data-component blocks."""
    blocks = "".join(
        f'<div data-component="text-block" class="ssrcss-x"><p dir="rtl" class="bbc-{i}">{line}</p></div>'
        for i, line in enumerate(s.lines)
    )
    body = f"""<nav class="bbc-nav"><ul>{NAV}</ul></nav><main role="main"><div class="bbc-a"><h1 id="content" class="bbc-h">{s.title}</h1></div>
<figure><figcaption>التعليق على الصورة، رجال إنقاذ يبحثون بين الركام</figcaption></figure><time class="bbc-t" datetime="{s.day}">{s.words}</time>
{blocks}<section role="region" aria-labelledby="related"><h2>مواضيع قد تهمك</h2>{related()}</section></main>{FOOTER}"""
    return whole(og(s, "bbc"), body), s.gold(publisher="bbc", published=s.day)


def wysiwyg(s: Story) -> tuple[str, dict[str, Any]]:
    """A React page of a broadcaster: wysiwyg, inline player, newsletter box."""
    box = '<div class="newsletter-signup"><h4>اشترك في النشرة البريدية</h4><p>ملخص الأخبار في بريدك كل صباح</p></div>'
    body = f"""<header id="header"><ul>{NAV}</ul></header><div class="container"><main id="main-content-area"><header class="article-header"><h1>{s.title}</h1>
</header><div class="article-info-block"><div class="date-simple"><span class="screen-reader-text">Published On {s.words}</span><span aria-hidden="true">{s.words}</span></div></div>
<div class="wysiwyg wysiwyg--all-content">{paragraphs(s, every=box)}<p class="source">المصدر: الجزيرة + وكالات</p></div></main><aside>{related(head="آخر الأخبار")}</aside></div>"""
    return whole(og(s, "jazeera", linked_data(s)), body), s.gold(publisher="jazeera")


def line_breaks(s: Story) -> tuple[str, dict[str, Any]]:
    """An old site: tables for layout, text with <br>, the charset windows-1256."""
    body = f"""<table width="100%"><tr><td class="menu">{NAV}</td></tr><tr><td><table><tr><td class="title"><h2>{s.title}</h2></td></tr>
<tr><td class="newsdate">{s.slashes}</td></tr><tr><td class="newsbody">{"<br><br>".join(s.lines)}</td></tr></table></td>
<td class="left">{related()}</td></tr></table>{FOOTER}"""
    markup = whole(f"<title>{s.title}</title>", body).replace('charset="utf-8"', 'charset="windows-1256"')
    known = int(s.day[8:]) > 12
    return markup, s.gold(published=s.day if known else None, dated_by="page" if known else None, encoding="cp1256")


def itemprop(s: Story) -> tuple[str, dict[str, Any]]:
    """Microdata."""
    body = f"""<div class="top">{NAV}</div><div itemscope itemtype="https://schema.org/NewsArticle"><h1 itemprop="headline">{s.title}</h1>
<meta itemprop="datePublished" content="{s.stamp}"><span itemprop="author" itemscope><span itemprop="name">وكالة سانا</span></span>
<div itemprop="articleBody">{paragraphs(s)}</div>{SHARE}</div><div class="most-read">{related(head="الأكثر قراءة")}</div>"""
    return whole(og(s, "sana"), body), s.gold(publisher="sana", author="وكالة سانا")


def live_blog(s: Story) -> tuple[str, dict[str, Any]]:
    """A live blog: every entry is a story with its own time."""
    entries = [
        (f"{s.day}T{20 - i:02}:00:00+03:00", f"تحديث {w}", line)
        for i, (w, line) in enumerate(
            zip(["أول", "ثان", "ثالث", "رابع", "خامس", "سادس", "سابع"], s.lines, strict=False)
        )
    ]
    updates = [{"@type": "BlogPosting", "headline": h, "datePublished": d, "articleBody": t} for d, h, t in entries]
    items = "".join(
        f'<li class="live-post" id="p{i}"><time datetime="{d}">{d[11:16]}</time><h3>{h}</h3><p>{t}</p>{SHARE}</li>'
        for i, (d, h, t) in enumerate(entries)
    )
    body = f'<nav>{NAV}</nav><main><h1>{s.title}</h1><ol class="live-blog">{items}</ol></main><aside>{related()}</aside>{FOOTER}'
    text = "\n".join([s.title, *(f"{h}\n{t}" for _, h, t in entries)])
    head = og(s, "sky", linked_data(s, "LiveBlogPosting", liveBlogUpdate=updates))
    return whole(head, body), s.gold(
        publisher="sky", text=text, marks=["stories"], stories=[[h, d] for d, h, _ in entries]
    )


def tabs(s: Story) -> tuple[str, dict[str, Any]]:
    """Tabs: the article in the first, comments and photographs in the others."""
    body = f"""<nav>{NAV}</nav><div class="news-page"><h1>{s.title}</h1><ul class="nav nav-tabs"><li>الخبر</li><li>الصور</li><li>التعليقات</li></ul>
<div class="tab-content"><div class="tab-pane active" id="text"><div class="article-text">{paragraphs(s)}</div></div>
<div class="tab-pane" id="photos"><p>صورة 1 من 5</p></div><div class="tab-pane comments" id="comments"><p>لا توجد تعليقات بعد، كن أول من يعلق على هذا الخبر</p></div></div></div>
{related()}{FOOTER}"""
    return whole(og(s, "rudaw", published(s)), body), s.gold(publisher="rudaw")


def next_shell(s: Story) -> tuple[str, dict[str, Any]]:
    """A page that scripts fill in, whose article stands in its linked data."""
    text = "\n".join(s.lines)
    body = '<div id="__next"><div class="loader">جار التحميل...</div></div><noscript>يرجى تفعيل جافا سكريبت في المتصفح</noscript>'
    return whole(og(s, "asharq", linked_data(s, articleBody=text)), body), s.gold(publisher="asharq")


def empty_shell(s: Story) -> tuple[str, dict[str, Any]]:
    """A page that scripts fill in, with nothing else."""
    body = (
        '<div id="root"></div><noscript>You need to enable JavaScript to run this app. يرجى تفعيل جافا سكريبت</noscript>'
        + '<script src="/main.js"></script>' * 5
    )
    return whole(og(s, "alaan", published(s)), body), {"refused": "script"}


def infinite(s: Story) -> tuple[str, dict[str, Any]]:
    """Infinite scroll: the next article already stands below."""
    other = "".join(
        f"<p>{t} وفق ما أعلنت مصادر رسمية في بيان صدر مساء اليوم ونقلته وسائل الإعلام المحلية.</p>" for t in RELATED
    )
    body = f"""<nav>{NAV}</nav><div class="infinite-scroll"><article class="article" data-url="{s.slug}"><h1>{s.title}</h1>
<div class="article-body">{paragraphs(s)}</div></article><article class="article next" data-url="/x"><h1>{RELATED[0]}</h1><div class="article-body">{other}</div></article></div>"""
    return whole(og(s, "arabiya", published(s)), body), s.gold(publisher="arabiya", marks=["stories"])


def social_post(s: Story) -> tuple[str, dict[str, Any]]:
    """A post on a social network, as saved: no headings, nested divs."""
    text = "".join(f'<div dir="auto" style="text-align: start;">{line}</div>' for line in s.lines)
    body = f"""<div role="banner"><a>تسجيل الدخول</a></div><div role="main"><div role="article"><h2><a><strong><span>شبكة الأخبار</span></strong></a></h2><span><a href="/p/1">{s.words}</a></span>
<div data-ad-preview="message"><div class="x1"><span dir="auto"><div>{text}</div></span></div></div><div class="x2"><span>٢٣٤</span><span>أعجبني</span><span>تعليق</span><span>مشاركة</span></div></div></div>"""
    head = f'<title>شبكة الأخبار - {s.title} | فيسبوك</title><meta property="og:title" content="شبكة الأخبار"><meta property="og:site_name" content="facebook">'
    return whole(head, body), s.gold(
        title="شبكة الأخبار", publisher="facebook", text="\n".join(s.lines), published=s.day, dated_by="page"
    )


def telegram_web(s: Story) -> tuple[str, dict[str, Any]]:
    """The public page of a Telegram channel: many messages with their times."""
    items = [(f"{s.day}T{6 + i:02}:00:00+00:00", line) for i, line in enumerate(s.lines)]
    posts = "".join(
        f'<div class="tgme_widget_message_wrap"><div class="tgme_widget_message"><div class="tgme_widget_message_text js-message_text" dir="auto">{t}</div>'
        f'<div class="tgme_widget_message_footer"><span class="tgme_widget_message_views">1.2K</span><a class="tgme_widget_message_date"><time datetime="{d}" class="time">{d[11:16]}</time></a></div></div></div>'
        for d, t in items
    )
    body = f'<header class="tgme_header"><div class="tgme_channel_info_header_title"><span>قناة الميدان</span></div></header><main class="tgme_main"><section class="tgme_channel_history">{posts}</section></main>'
    head = '<title>قناة الميدان – Telegram</title><meta property="og:title" content="قناة الميدان"><meta property="og:site_name" content="Telegram">'
    gold = s.gold(
        title="قناة الميدان",
        publisher="Telegram",
        text="\n".join(s.lines),
        published=None,
        dated_by=None,
        marks=["stories"],
        stories=[[t[:30], d] for d, t in items],
    )
    return whole(head, body), gold


def paywall(s: Story) -> tuple[str, dict[str, Any]]:
    """A stub before a paywall."""
    body = f"""<nav>{NAV}</nav><article><h1>{s.title}</h1><div class="article-body"><p>{s.lines[0]}</p></div>
<div class="paywall"><h3>هذا المحتوى للمشتركين فقط</h3><p>اشترك الآن لمتابعة القراءة والوصول إلى جميع مقالاتنا</p><a>اشترك</a></div></article>{related()}{FOOTER}"""
    head = og(s, "quds", linked_data(s, isAccessibleForFree=False))
    return whole(head, body), s.gold(publisher="quds", text=f"{s.title}\n{s.lines[0]}", marks=["stub"])


def consent(s: Story) -> tuple[str, dict[str, Any]]:
    """A page that asks for consent in the place of the article."""
    body = """<div class="consent-modal" role="dialog"><h1>نحن نحترم خصوصيتك</h1><p>نستخدم نحن وشركاؤنا ملفات تعريف الارتباط لتخزين المعلومات على جهازك والوصول إليها ومعالجة البيانات الشخصية.</p>
<p>بالنقر على موافق فإنك تقبل استخدام ملفات تعريف الارتباط وفق سياسة الخصوصية الخاصة بنا.</p><button>موافق</button><button>رفض الكل</button></div>"""
    return whole("<title>قبل المتابعة</title>", body), {"refused": "consent"}


def excerpt(s: Story) -> tuple[str, dict[str, Any]]:
    """Only the beginning, with "read more"."""
    body = f'<nav>{NAV}</nav><article><h1>{s.title}</h1><div class="entry-summary"><p>{s.lines[0]}</p><p>{s.lines[1][:70].rsplit(" ", 1)[0]}…</p><a class="more-link" href="{s.slug}">اقرأ المزيد</a></div></article>{FOOTER}'
    text = f"{s.title}\n{s.lines[0]}\n{s.lines[1][:70].rsplit(' ', 1)[0]}…"
    return whole(og(s, "mersad", published(s)), body), s.gold(publisher="mersad", text=text, marks=["excerpt"])


def dated_in_text(s: Story) -> tuple[str, dict[str, Any]]:
    """No metadata: the date stands beside the headline in words, with today's date in the header of the site."""
    body = f"""<div class="topbar"><span class="today-date">الاثنين 1 يناير 2024</span></div><ul>{NAV}</ul><div class="single"><h1>{s.title}</h1>
<div class="post-date">{s.words} - 14:30</div><div class="text">{paragraphs(s)}</div></div><div class="sidebar">{related(head="الأحدث")}</div>{FOOTER}"""
    return whole(f"<title>{s.title}</title>", body), s.gold(published=s.day, dated_by="page")


def undated(s: Story) -> tuple[str, dict[str, Any]]:
    """No date of its own anywhere, but dates of others: in the text, in the related box, in the footer."""
    line = "وكان اتفاق سابق قد وقع في 7 سبتمبر 2023 ثم انهار بعد أسابيع قليلة من التوقيع عليه في العاصمة."
    body = f'<nav>{NAV}</nav><main><h1>{s.title}</h1><section class="content-text">{paragraphs(s)}<p>{line}</p></section></main>{related()}<footer>آخر تحديث للموقع: 2022-05-05</footer>'
    text = "\n".join([s.title, *s.lines, line])
    return whole(f'<title>{s.title}</title><meta name="generator" content="Blogger">', body), s.gold(
        published=None, dated_by=None, text=text
    )


def agency(s: Story) -> tuple[str, dict[str, Any]]:
    """A news agency: dateline, inline links, keywords, divs in the place of paragraphs."""
    lines = [
        f"<div>{line.replace('مدينة', '<a href=/t>مدينة</a>', 1).replace('قوات', '<b>قوات</b>', 1)}</div>"
        for line in s.lines
    ]
    body = f"""<div id="nav">{NAV}</div><div class="news-details"><h1 class="news-title">{s.title}</h1><div class="news-social">{SHARE}</div>
<div class="news-text" id="newsText">{"".join(lines)}</div><div class="keywords">كلمات مفتاحية: حرب، سلام، أخبار</div></div><div class="also">{related(head="أخبار ذات صلة")}</div>{FOOTER}"""
    head = og(s, "wafa", f'<meta name="pubdate" content="{s.stamp}"><meta name="author" content="رام الله - وفا">')
    return whole(head, body), s.gold(publisher="wafa", author="رام الله - وفا")


LAYOUTS: tuple[Callable[[Story], tuple[str, dict[str, Any]]], ...] = (
    wordpress, drupal, amp, component_blocks, wysiwyg, line_breaks, itemprop, live_blog, tabs, next_shell, empty_shell, infinite,
    social_post, telegram_web, paywall, consent, excerpt, dated_in_text, undated, agency,
)  # fmt: skip


def main() -> None:
    gold: dict[str, Any] = {}
    later = [
        *zip(more_stories(), more_pages.LAYOUTS, strict=True),
        *zip(further_stories(), further_pages.LAYOUTS, strict=False),
    ]
    for number, (story, layout) in enumerate([*zip(stories(), LAYOUTS * 2, strict=True), *later]):
        name = f"{number:02}-{layout.__name__.replace('_', '-')}.html"
        markup, wanted = layout(story)
        (FOLDER / name).write_bytes(markup.encode(wanted.pop("encoding", "utf-8")))
        gold[name] = wanted
    text = json.dumps(gold, ensure_ascii=False, indent=1)
    (FOLDER / "gold.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
