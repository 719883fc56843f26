# ruff: noqa: E501
"""Ten further layouts of other generators, written with their gold before anything read them: content managers, site
builders, an old portal of tables, a forum, a wiki, a newsletter, a page made of a PDF, a print view.

Used by `tests/saved_pages.py`, which writes them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from more_pages import LATEST, Page, Story


def _page(head: str, body: str) -> str:
    return f'<!DOCTYPE html>\n<html lang="ar-aa" dir="rtl"><head>{head}</head><body>\n{body}\n</body></html>'


def _lines(s: Story) -> str:
    return "".join(f"<p>{line}</p>" for line in s.lines)


def _links() -> str:
    return "".join(f'<li><a href="/a/{i}">{t}</a></li>' for i, t in enumerate(LATEST))


def joomla(s: Story) -> Page:
    """Joomla: the name of the site as the first heading, the article's facts in a list of definitions, hits, a pager."""
    body = f"""<div class="body"><header><h1 class="site-title">شبكة الفرات</h1><nav><ul class="nav menu">{_links()}</ul></nav></header><main id="content" role="main"><div class="item-page" itemscope itemtype="https://schema.org/Article">
<meta itemprop="inLanguage" content="ar-AA" /><div class="page-header"><h2 itemprop="headline">{s.title}</h2></div><div class="icons"><ul><li><a>طباعة</a></li><li><a>البريد الإلكتروني</a></li></ul></div>
<dl class="article-info muted"><dt class="article-info-term">التفاصيل</dt><dd class="createdby" itemprop="author" itemscope>كتب بواسطة: <span itemprop="name">سلمى ياسين</span></dd><dd class="category-name">التصنيف: <a>محليات</a></dd><dd class="published"><span class="icon-calendar"></span><time datetime="{s.stamp}" itemprop="datePublished">نشر بتاريخ: {s.words}</time></dd><dd class="hits">الزيارات: 1450</dd></dl>
<div itemprop="articleBody">{_lines(s)}</div><ul class="pager pagenav"><li class="previous"><a>السابق</a></li><li class="next"><a>التالي</a></li></ul></div></main>
<aside><div class="well"><h3>آخر الأخبار</h3><ul class="latestnews">{_links()}</ul></div><div class="well"><h3>تسجيل الدخول</h3><form><p>اسم المستخدم</p><p>كلمة المرور</p><button>دخول</button></form></div></aside></div>"""
    head = f'<meta charset="utf-8"><meta name="generator" content="Joomla! - Open Source Content Management"><title>{s.title}</title>'
    return _page(head, body), s.gold(author="سلمى ياسين")


def ghost(s: Story) -> Page:
    """Ghost: linked data, an invitation to subscribe inside the text and another below, cards of other posts."""
    data = {"@context": "https://schema.org", "@type": "Article", "publisher": {"@type": "Organization", "name": "دفاتر"}, "author": {"@type": "Person", "name": "رنا خوري"}, "headline": s.title, "datePublished": s.stamp, "dateModified": "2025-12-30T00:00:00.000Z", "description": s.lines[0]}  # fmt: skip
    card = '<div class="kg-card kg-signup-card"><h2 class="kg-signup-card-heading">اشترك في دفاتر</h2><p class="kg-signup-card-subheading">رسالة كل صباح في بريدك.</p><form><input type="email"><button>اشترك</button></form><p class="kg-signup-card-disclaimer">بلا إزعاج. يمكنك إلغاء الاشتراك متى شئت.</p></div>'
    lines = [f"<p>{line}</p>" for line in s.lines]
    body = f"""<div class="gh-viewport"><header class="gh-navigation"><a class="gh-navigation-logo">دفاتر</a><nav><ul class="nav">{_links()}</ul></nav><a class="gh-button">اشترك</a></header><main class="gh-main"><article class="gh-article post"><header class="gh-article-header"><a class="gh-article-tag">ميدان</a><h1 class="gh-article-title">{s.title}</h1>
<div class="gh-article-meta"><h4 class="gh-article-author-name"><a>رنا خوري</a></h4><div class="gh-article-meta-content"><time class="gh-article-meta-date" datetime="{s.day}">{s.words}</time><span class="gh-article-meta-length"><span class="bull">—</span> 4 دقائق قراءة</span></div></div><figure class="gh-article-image"><img src="x.jpg"><figcaption>عدسة المصور</figcaption></figure></header>
<section class="gh-content gh-canvas">{"".join(lines[:2])}{card}{"".join(lines[2:])}</section></article><section class="gh-container"><h2 class="gh-container-title">اقرأ المزيد</h2><div class="gh-feed">{"".join(f'<article class="gh-card post"><a class="gh-card-link"><h3 class="gh-card-title">{t}</h3><p class="gh-card-excerpt">{t}، وهو ما ترك أثرا واسعا في الأوساط المحلية خلال الأيام الماضية.</p></a></article>' for t in LATEST)}</div></section></main><footer class="gh-footer"><div class="gh-footer-signup"><h2>دفاتر</h2><p>مجلة مستقلة</p></div><div>مدعوم من Ghost</div></footer></div>"""
    head = f'<meta charset="utf-8"><title>{s.title}</title><meta property="og:site_name" content="دفاتر"><meta property="og:title" content="{s.title}"><meta property="article:published_time" content="{s.stamp}"><meta name="generator" content="Ghost 5.82"><script type="application/ld+json">{json.dumps(data, ensure_ascii=False)}</script>'
    return _page(head, body), s.gold(publisher="دفاتر", author="رنا خوري")


def nuxt(s: Story) -> Page:
    """Nuxt: nothing but a spinner, and the article in a list of values that refer to each other by number."""
    values: list[Any] = [["Reactive", 1], {"data": 2, "state": 3}, {"post": 4, "latest": 9}, {}, {"id": 5, "title": 6, "content": 7, "published_at": 8}, 991, s.title, _lines(s), s.stamp, [10, 11]]  # fmt: skip
    values += [{"title": 12}, {"title": 13}, LATEST[0], LATEST[1]]
    body = f'<div id="__nuxt"><div class="loader"></div></div><script type="application/json" data-nuxt-data="nuxt-app" data-ssr="true" id="__NUXT_DATA__">{json.dumps(values, ensure_ascii=False)}</script><script>window.__NUXT__={{}};window.__NUXT__.config={{public:{{apiBase:"/api"}}}}</script>'
    head = f'<meta charset="utf-8"><title>{s.title} | الساعة</title><meta property="og:title" content="{s.title}"><meta property="og:site_name" content="الساعة"><meta property="article:published_time" content="{s.stamp}">'
    return _page(head, body), s.gold(publisher="الساعة")


def old_tables(s: Story) -> Page:
    """A portal of the year 2003 in windows-1256: nested tables, fonts, no heading, no paragraph, a ticker."""
    text = "<br>\n<br>\n".join(s.lines)
    menu = "".join(f'<tr><td bgcolor="#E8E8E8"><font size="2"><a href="{i}.asp">{w}</a></font></td></tr>' for i, w in enumerate(("الصفحة الأولى", "محليات", "عربيات", "اقتصاد", "رياضة")))  # fmt: skip
    body = f"""<table width="780" border="0" cellpadding="0" align="center"><tr><td colspan="3"><img src="logo.gif"><marquee direction="right"><font color="red">{" *** ".join(LATEST)}</font></marquee></td></tr><tr>
<td width="120" valign="top"><table>{menu}</table></td><td width="520" valign="top"><table width="100%"><tr><td align="center"><b><font face="Simplified Arabic" size="5" color="#000080">{s.title}</font></b></td></tr><tr><td><font face="Tahoma" size="1">{s.words}</font></td></tr><tr><td align="right"><font face="Simplified Arabic" size="4">{text}</font></td></tr><tr><td align="center"><a href="javascript:history.back()"><font size="2">رجوع</font></a> <font size="2"><a href="print.asp">نسخة للطباعة</a></font></td></tr></table></td>
<td width="140" valign="top"><table><tr><td><font size="2"><b>اقرأ في هذا العدد</b></font></td></tr>{"".join(f"<tr><td><font size=2><a href=n{i}.asp>{t}</a></font></td></tr>" for i, t in enumerate(LATEST))}</table></td></tr><tr><td colspan="3" align="center"><font size="1">جميع الحقوق محفوظة للجريدة 2003</font></td></tr></table>"""
    head = (
        f'<meta http-equiv="Content-Type" content="text/html; charset=windows-1256"><title>الجريدة - {s.title}</title>'
    )
    return f"<html dir=rtl><head>{head}</head><body bgcolor=white>{body}</body></html>", s.gold(
        published=s.day, dated_by="page", encoding="cp1256"
    )


def site_builder(s: Story) -> Page:
    """A builder of sites like Wix: hooks in the place of classes, spans in paragraphs, reading time, comments, a chat box."""
    lines = "".join(f'<div type="paragraph" data-hook="rcv-block{i}"><p class="sPFW_ A1n" dir="auto" style="line-height:1.5"><span style="font-family:avenir"><span>{line}</span></span></p></div><div type="empty-line"><p class="sPFW_"><br role="presentation"></p></div>' for i, line in enumerate(s.lines))  # fmt: skip
    body = f"""<div id="SITE_CONTAINER"><header id="SITE_HEADER"><nav aria-label="الموقع"><ul>{_links()}</ul></nav><div>تسجيل الدخول</div></header><main id="PAGES_CONTAINER"><div id="comp-post"><article class="blog-post"><div data-hook="post"><div class="post-header"><span data-hook="user-name" title="مكتب الرصد">مكتب الرصد</span><ul><li><span title="{s.words}" data-hook="time-ago">{s.words}</span></li><li><span data-hook="time-to-read">2 دقيقة قراءة</span></li></ul></div>
<h1 data-hook="post-title"><span class="blog-post-title-font">{s.title}</span></h1><section data-hook="post-description"><div class="rich-content-viewer" data-id="rich-content-viewer">{lines}</div></section><div data-hook="post-footer"><span>١٢ مشاهدة</span><span>٠ تعليقات</span><button>أعجبني</button></div></div></article>
<div data-hook="related-posts"><h2>أحدث منشورات</h2><a>عرض الكل</a>{"".join(f'<div data-hook="related-post"><h3>{t}</h3></div>' for t in LATEST)}</div><div data-hook="comments"><h2>تعليقات</h2><p>اكتب تعليقا...</p></div></div></main><footer id="SITE_FOOTER"><p>©2025 بواسطة مكتب الرصد. تم إنشاؤه بفخر باستخدام Wix.com</p></footer></div>"""
    head = f'<meta charset="utf-8"><meta name="generator" content="Wix.com Website Builder"><title>{s.title}</title><meta property="og:title" content="{s.title}"><meta property="og:site_name" content="مكتب الرصد"><meta property="article:published_time" content="{s.stamp}">'
    return _page(head, body), s.gold(publisher="مكتب الرصد")


def forum(s: Story) -> Page:
    """A forum where somebody pasted a report and others thank for it, each with a signature."""
    text = "<br />\n<br />\n".join(s.lines)
    year, month, day = s.day.split("-")

    def post(number: int, who: str, said: str) -> str:
        return f'<table id="post{number}" class="tborder"><tr><td class="thead">{day}-{month}-{year}, 02:{number} PM</td><td class="thead">#{number}</td></tr><tr><td class="alt2"><div id="postmenu_{number}"><a class="bigusername">{who}</a></div><div class="smallfont">عضو نشيط</div><div class="smallfont">تاريخ التسجيل: Mar 2009<br />المشاركات: 2,114</div></td><td class="alt1"><div id="post_message_{number}">{said}</div><div class="signature">__________________<br />اللهم احفظ بلادنا وأهلها من كل سوء ومكروه يا رب العالمين</div></td></tr></table>'

    posts = post(1, "ابن الرافدين", text) + post(2, "دجلة", "شكرا على النقل أخي الكريم، بارك الله فيك ورحم الله الشهداء جميعا.") + post(3, "بنت الشام", "لا حول ولا قوة إلا بالله، متى تنتهي هذه الحرب وترتاح الناس؟")  # fmt: skip
    body = f"""<div class="navbar"><a>منتديات الرافدين</a> &gt; <a>الأقسام العامة</a> &gt; <a>أخبار الساعة</a></div><h1 class="threadtitle">{s.title}</h1><div id="posts">{posts}</div><div class="smallfont">الذين يشاهدون محتوى الموضوع الآن : 1 ( الأعضاء 0 والزوار 1)</div><div id="similar"><b>المواضيع المتشابهة</b><ul>{_links()}</ul></div><div class="smallfont">Powered by vBulletin® Version 3.8.7</div>"""
    known = int(day) > 12
    head = f'<meta charset="utf-8"><meta name="generator" content="vBulletin 3.8.7"><title>{s.title} - منتديات الرافدين</title>'
    return _page(head, body), s.gold(published=s.day if known else None, dated_by="page" if known else None)


def of_a_pdf(s: Story) -> Page:
    """A PDF turned into HTML: every line of the print stands alone at its place, words broken over nothing, page numbers."""
    rows: list[str] = []
    for line in (s.title, *s.lines):
        row = ""
        for word in line.split():
            if len(row) + len(word) > 62:
                rows.append(row)
                row = ""
            row = f"{row} {word}".strip()
        rows.append(row)
    lines = "".join(f'<div class="t m0 x1 h{2 if i else 1} y{i} ff1 fs{0 if i else 1} fc0 sc0 ls0 ws0">{row.replace(" ", "<span class=_> </span>", 1)}</div>' for i, row in enumerate(rows))  # fmt: skip
    body = f'<div id="sidebar"><div id="outline"></div></div><div id="page-container"><div id="pf1" class="pf w0 h0" data-page-no="1"><div class="pc pc1 w0 h0"><img class="bi" alt="" src="bg1.png"/>{lines}<div class="t m0 x9 h9 y99 ff2 fs9">1</div></div></div></div><div class="loading-indicator"></div>'
    head = f'<meta charset="utf-8"/><meta name="generator" content="pdf2htmlEX"/><title>{s.title}</title>'
    return _page(head, body), s.gold(published=None, dated_by=None)


def wiki(s: Story) -> Page:
    """A wiki of news: edit links beside headings, the day in the lead, sources and categories below."""
    body = f"""<div id="mw-page-base"></div><div id="content" class="mw-body" role="main"><div id="siteNotice"><p>ساهم في كتابة الأخبار: كل من يقرأ يستطيع أن يكتب.</p></div><h1 id="firstHeading" class="firstHeading">{s.title}</h1><div id="bodyContent"><div id="siteSub">من ويكي الأخبار، مصدر الأخبار الحر</div><div id="jump-to-nav"></div><div id="mw-content-text" class="mw-content-rtl"><div class="mw-parser-output"><p><strong class="published"><span id="publishDate" class="value-title" title="{s.day}"></span>{s.words}</strong></p>{_lines(s)}
<h2><span class="mw-headline" id="sources">مصادر</span><span class="mw-editsection">[<a>عدل</a>]</span></h2><ul><li><a class="external">{LATEST[0]}</a>. الوكالة، {s.words}.</li></ul><div id="catlinks" class="catlinks">تصنيفات: <ul><li>حروب</li><li>الشرق الأوسط</li></ul></div></div></div></div></div>
<div id="mw-navigation"><h2>قائمة التصفح</h2><ul><li>دخول</li><li>اقرأ</li><li>عدل</li><li>تاريخ</li></ul></div><div id="footer"><ul><li>آخر تعديل لهذه الصفحة كان يوم 3 نوفمبر 2025، الساعة 10:11.</li><li>النصوص متاحة تحت رخصة المشاع الإبداعي نسبة المصنف 2.5.</li></ul></div>"""
    head = (
        f'<meta charset="utf-8"><meta name="generator" content="MediaWiki 1.43"><title>{s.title} - ويكي الأخبار</title>'
    )
    return _page(head, body), s.gold(published=s.day, dated_by="page")


def print_view(s: Story) -> Page:
    """The view that a site prints: no menu, the address of the report, the day that it was printed."""
    body = f"""<div class="print-logo"><img src="logo.png"></div><div class="print-site_name">المصدر: صوت الجنوب</div><hr><h2 class="print-title">{s.title}</h2><div class="print-submitted">نشر في: {s.words}</div>
<div class="print-content">{_lines(s)}</div><hr><div class="print-source_url">رابط الخبر: https://janoub.example{s.slug}</div><div class="print-date">تاريخ الطباعة: 30 ديسمبر 2025</div>"""
    head = f'<meta charset="utf-8"><title>{s.title}</title><meta name="robots" content="noindex"><base href="https://janoub.example/">'
    return f'<html dir="rtl"><head>{head}</head><body onload="window.print()">{body}</body></html>', s.gold(
        published=s.day, dated_by="page"
    )


def newsletter(s: Story) -> Page:
    """A newsletter: headline and subtitle, buttons to subscribe in the text, the reader's discussion below."""
    data = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": s.title, "datePublished": s.stamp, "isAccessibleForFree": True, "author": [{"@type": "Person", "name": "نشرة الحدود"}], "publisher": {"@type": "Organization", "name": "نشرة الحدود"}}  # fmt: skip
    box = '<div class="subscription-widget-wrap"><div class="preamble"><p>شكرا لقراءتك نشرة الحدود! اشترك مجانا لتصلك الأعداد الجديدة وتدعم عملنا.</p></div><form><input type="email" placeholder="اكتب بريدك"><button>اشترك</button></form></div>'
    lines = [f"<p>{line}</p>" for line in s.lines]
    body = f"""<div id="entry"><div class="main-menu"><h1 class="navbar-title">نشرة الحدود</h1><button>اشترك</button><button>دخول</button></div><div class="single-post"><article class="newsletter-post post"><div class="post-header"><h1 class="post-title published">{s.title}</h1><h3 class="subtitle">العدد الأسبوعي</h3><div class="byline-wrapper"><a>نشرة الحدود</a><div class="meta">{s.words}</div></div><div class="post-ufi"><a>3</a><a>شارك</a></div></div>
<div class="available-content"><div dir="auto" class="body markup">{lines[0]}{box}{"".join(lines[1:])}<p class="button-wrapper"><a class="button primary"><span>شارك هذا العدد</span></a></p></div></div></article><div class="discussion"><h4>النقاش حول هذا العدد</h4><div class="comment"><p>عمل ممتاز، أتمنى أن تكتبوا أكثر عن أوضاع النازحين في المخيمات.</p></div></div><div class="portable-archive"><h4>الأحدث</h4>{"".join(f"<div><a>{t}</a></div>" for t in LATEST)}</div></div><div class="footer">ابدأ الكتابة اليوم</div></div>"""
    head = f'<meta charset="utf-8"><title>{s.title} - نشرة الحدود</title><meta property="og:title" content="{s.title}"><script type="application/ld+json">{json.dumps(data, ensure_ascii=False)}</script>'
    text = "\n".join([s.title, "العدد الأسبوعي", *s.lines])
    return _page(head, body), s.gold(publisher="نشرة الحدود", author="نشرة الحدود", text=text)


LAYOUTS: tuple[Callable[[Any], Page], ...] = (
    joomla, ghost, nuxt, old_tables, site_builder, forum, of_a_pdf, wiki, print_view, newsletter,
)  # fmt: skip
