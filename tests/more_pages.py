# ruff: noqa: E501
"""Twelve more layouts, written with their gold before anything read them: what the first forty pages do not have.

Used by `tests/saved_pages.py`, which writes them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape
from typing import Any, Protocol


class Story(Protocol):
    """What a layout asks of an article (`saved_pages.Story`)."""

    title: str
    lines: list[str]
    day: str
    stamp: str
    words: str
    slug: str

    def gold(self, **facts: Any) -> dict[str, Any]: ...


Page = tuple[str, dict[str, Any]]

MENU = '<div class="menu"><a href="/1">الرئيسية</a> | <a href="/2">العالم العربي</a> | <a href="/3">تقارير وتحليلات</a> | <a href="/4">رياضة</a></div>'
LATEST = [
    "وزير الخارجية يصل إلى عمّان في زيارة تستمر يومين", "الذهب يسجل أعلى مستوى له منذ شهرين وسط إقبال المستثمرين",
    "دراسة تكشف فوائد جديدة للمشي نصف ساعة كل يوم", "إغلاق مطار العاصمة ساعات عدة بسبب عاصفة رملية",
]  # fmt: skip


def _head(s: Story, site: str, *more: str) -> str:
    return f'<meta charset="utf-8"><title>{s.title} - {site}</title><meta property="og:title" content="{s.title}"><meta property="og:site_name" content="{site}">{"".join(more)}'


def _page(head: str, body: str) -> str:
    return f'<!DOCTYPE html>\n<html lang="ar" dir="rtl"><head>{head}</head><body>\n{body}\n</body></html>'


def _linked(data: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(data, ensure_ascii=False)}</script>'


def _cards(name: str = "card") -> str:
    """What else is on the site, with an excerpt each, as long as a paragraph of the article."""
    return "".join(
        f'<div class="{name}"><a href="/n/{i}"><h4>{t}</h4></a><p>{t}، بحسب ما أفادت به مصادر مطلعة تحدثت إلى مراسلنا اليوم، فيما لم يصدر أي تعليق رسمي حتى الآن.</p></div>'
        for i, t in enumerate(LATEST)
    )


def dotted_date(s: Story) -> Page:
    """A broadcaster with a date in dots, a summary apart from the text, and boxes of other stories between paragraphs."""
    year, month, day = s.day.split("-")
    box = f'<div class="read-more"><div class="read-more__wrap"><a href="/x"><div class="read-more__title">{LATEST[0]}</div><div class="read-more__summary">{LATEST[0]}، ومن المقرر أن يلتقي خلالها كبار المسؤولين لبحث العلاقات الثنائية.</div></a></div></div>'
    lines = [f"<p>{line}</p>" for line in s.lines[1:]]
    body = f"""<div class="header">{MENU}</div><div class="layout"><div class="article article_text"><h1 class="heading">{s.title}</h1>
<div class="article__date"><span class="date">تاريخ النشر: {day}.{month}.{year} | 14:30 GMT</span></div><div class="article__cover"><img src="a.jpg"><div class="media__title">{s.title}</div><div class="media__copyright">Reuters</div></div>
<div class="article__short-url">انسخ الرابط: <input value="https://ar.example/x1"></div><div class="article__summary"><p>{s.lines[0]}</p></div>
<div class="text js-text">{lines[0]}{box}{"".join(lines[1:])}<p>المصدر: "نوفوستي"</p></div><div class="tags-trends">كلمات دليلية <a>أخبار الحروب</a> <a>موسكو</a></div></div>
<div class="sidebar"><div class="main-news">الأكثر تداولا {_cards()}</div></div></div><div class="footer">© مؤسسة مستقلة غير ربحية. جميع الحقوق محفوظة.</div>"""
    return _page(_head(s, "ruptly"), body), s.gold(publisher="ruptly", published=s.day, dated_by="page")


def agency_dateline(s: Story) -> Page:
    """An agency: dateline paragraph, published and updated in one line, and the agency's notice below the text."""
    notice = "الأخبار المنشورة على الصفحة الرسمية للوكالة هي اختصار لجزء من الأخبار التي تعرض للمشتركين عبر نظام تدفق الأخبار. من أجل الاشتراك يرجى الاتصال بالرابط التالي."
    dateline = "بيروت / سعيد الأحمد / الوكالة"
    paragraphs = "".join(f"<p>{line}</p>" for line in [dateline, *s.lines])
    body = f"""{MENU}<div class="container detay"><div class="row"><span class="detay-kategori">الدول العربية</span><h1>{s.title}</h1><h4>- المصدر قال إن الحصيلة أولية</h4>
<span class="tarih">{s.words}<span class="ayrac">•</span>تحديث: {s.words}</span><div class="detay-foto"><img src="b.jpg"></div>
<div class="detay-icerik">{paragraphs}</div><div class="detay-paylas">شارك <a>واتس آب</a><a>تلغرام</a></div><div class="detay-not">{notice}</div>
<div class="konular">المواضيع ذات الصلة <a>لبنان</a><a>غارة</a></div></div></div><div class="son-haberler">{_cards("haber")}</div>"""
    text = "\n".join([s.title, "- المصدر قال إن الحصيلة أولية", dateline, *s.lines])
    return _page(_head(s, "anba"), body), s.gold(publisher="anba", text=text, published=s.day, dated_by="page")


def blogger(s: Story) -> Page:
    """A blog: the headline of the page is the blog's name, that of the post an h3; text in spans with line breaks."""
    lines = "<br /><br />".join(f'<span style="font-size: large;">{line}</span>&nbsp;' for line in s.lines)
    body = f"""<div id="header"><h1 class="title">مدونة ريف حلب</h1><p class="description"><span>يوميات من الشمال</span></p></div><div class="blog-posts hfeed"><div class="date-outer">
<h2 class="date-header"><span>{s.words}</span></h2><div class="post hentry" itemprop="blogPost" itemscope><a name="123"></a><h3 class="post-title entry-title" itemprop="name">{s.title}</h3>
<div class="post-body entry-content" itemprop="description articleBody"><div dir="rtl" style="text-align: right;" trbidi="on">{lines}</div><div style="clear: both;"></div></div>
<div class="post-footer"><span class="post-author vcard">مرسلة بواسطة <span class="fn" itemprop="author" itemscope><span itemprop="name">أبو خالد</span></span></span> <span class="post-timestamp">في <a class="timestamp-link"><abbr class="published" itemprop="datePublished" title="{s.stamp}">2:30 م</abbr></a></span> <span class="post-labels">التسميات: <a>حلب</a></span></div></div></div></div>
<div class="comments" id="comments"><h4>هناك تعليق واحد:</h4><dl><dt>غير معرف</dt><dd><p>حسبنا الله ونعم الوكيل، كان القصف عنيفا جدا على الحي الذي نسكن فيه.</p></dd></dl></div>
<div id="sidebar"><div class="widget BlogArchive"><h2>أرشيف المدونة</h2><ul><li>يوليو (12)</li><li>يونيو (30)</li></ul></div><div class="widget PopularPosts"><h2>المشاركات الشائعة</h2>{_cards("item")}</div></div>"""
    return _page(
        f'<meta charset="utf-8"><title>مدونة ريف حلب: {s.title}</title><meta name="generator" content="blogger">', body
    ), s.gold(author="أبو خالد")


def broken_linked_data(s: Story) -> Page:
    """A daily whose linked data holds raw line ends in strings, and whose story names its writer in words."""
    linked = '<script type="application/ld+json">\n{"@context":"http://schema.org","@type":"NewsArticle","headline":"' + s.title + '",\n"description":"' + s.lines[0][:60] + "\n" + s.lines[0][60:90] + '",\n"datePublished":"' + s.stamp + '","dateModified":"2025-12-31T00:00:00+02:00","author":{"@type":"Person","name":"كتب محمد علي"}}\n</script>'  # fmt: skip
    text = "".join(
        f"<p>{line}</p>" + ('<div class="ads"><p>إعلان</p></div>' if i == 1 else "") for i, line in enumerate(s.lines)
    )
    body = f"""<div class="topNav">{MENU}</div><section class="col-xs-8"><article><div class="articleHeader"><h1>{s.title}</h1><span class="newsStoryDate">{s.words} 02:30 م</span></div>
<div class="img-cont"><img src="c.jpg" alt="صورة"><span class="img-cap">صورة أرشيفية</span></div><span class="writeBy">كتب محمد علي</span><div id="articleBody">{text}
<div style="text-align:center"><img src="d.jpg"><br>جانب من الحادث</div></div></article><div class="tags" id="tags"><h3>الموضوعات المتعلقة</h3>{_cards("relatedItem")}</div>
<div id="commentsForm"><h3>أضف تعليق</h3><p>لا تفوتك أخبارنا، اشترك الآن في النشرة الإخبارية</p></div></section>"""
    return _page(_head(s, "sabah", linked), body), s.gold(publisher="sabah")


def web_forms(s: Story) -> Page:
    """An old portal of server controls: no headings at all, everything in spans with ids."""
    year, month, day = s.day.split("-")
    text = "<br/><br/>".join(s.lines)
    body = f"""<form method="post" action="./NewsQ.aspx" id="form1"><input type="hidden" name="__VIEWSTATE" value="{"dDwtMTA4NzczMzI" * 40}" />{MENU}<div class="outer-cont"><table><tr><td>
<span id="ContentPlaceHolder1_lblCategory">عرب وعالم</span></td></tr><tr><td><span id="ContentPlaceHolder1_lblTitle" class="newsTitle">{s.title}</span></td></tr>
<tr><td><span id="ContentPlaceHolder1_lblDate">{int(day)}-{int(month)}-{year} | 14:30</span></td></tr><tr><td><div id="ContentPlaceHolder1_divContent" class="newsContent"><span>{text}</span></div></td></tr>
<tr><td><span id="ContentPlaceHolder1_lblKeywords">كلمات البحث: حرب | قصف</span></td></tr></table></div><div class="LeftPanel"><table>{"".join(f"<tr><td><a href=/{i}>{t}</a></td></tr>" for i, t in enumerate(LATEST))}</table></div></form>"""
    known = int(day) > 12
    head = f"<meta charset=utf-8><title>{s.title} - بوابة الأخبار</title>"
    return _page(head, body), s.gold(published=s.day if known else None, dated_by="page" if known else None)


def graph_and_banner(s: Story) -> Page:
    """A broadcaster: linked data in a graph with a video of another day, a consent banner above the article, self-promotion."""
    graph = {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "BreadcrumbList", "itemListElement": []},
            {"@type": "VideoObject", "name": "نشرة الأخبار", "uploadDate": "2024-02-02T00:00:00Z", "datePublished": "2024-02-02T00:00:00Z"},
            {"@type": ["NewsArticle"], "headline": s.title, "datePublished": s.stamp, "author": [{"@type": "Organization", "name": "القناة 24"}]},
        ],
    }  # fmt: skip
    banner = '<div id="didomi-host"><div role="dialog" aria-label="اختيارات الخصوصية"><h2>مرحبا بكم</h2><p>نستخدم نحن وشركاؤنا ملفات تعريف الارتباط لقياس الجمهور وعرض إعلانات مخصصة ومعالجة بياناتكم الشخصية. يمكنكم تغيير اختياراتكم في أي وقت.</p><button>موافقة وإغلاق</button><button>معرفة المزيد</button></div></div>'
    promo = '<div class="o-self-promo"><p>للمزيد: <a href="/y">' + LATEST[3] + '</a></p></div><div class="m-newsletter"><h2>النشرة الإعلامية</h2><p>أهم الأخبار الدولية في صندوق الوارد الخاص بك</p></div>'  # fmt: skip
    lines = [f"<p>{line}</p>" for line in s.lines[1:]]
    body = f"""{banner}<header>{MENU}</header><main><article class="t-content"><a class="a-tag" href="/me">الشرق الأوسط</a><h1 class="t-content__title a-page-title">{s.title}</h1>
<div class="t-content__dates"><p class="m-pub-dates"><span class="m-pub-dates__date">نشرت في: <time datetime="{s.stamp}" pubdate="pubdate">{s.words}</time></span><span class="m-pub-dates__date">آخر تحديث: <time datetime="2025-12-29T09:00:00+00:00">29/12/2025</time></span><span class="m-pub-dates__reading-time">3 دقائق</span></p></div>
<p class="t-content__chapo">{s.lines[0]}</p><figure class="m-item-image"><img src="e.jpg"><figcaption>دخان يتصاعد من موقع الغارة. © أ ف ب</figcaption></figure><div class="t-content__body u-clearfix">{lines[0]}{promo}{"".join(lines[1:])}<p><strong>القناة 24/ أ ف ب</strong></p></div></article>
<div class="o-layout-list">{_cards("m-item-list-article")}</div></main>"""
    text = "\n".join([s.title, *s.lines, "القناة 24/ أ ف ب"])
    return _page(_head(s, "canal", _linked(graph)), body), s.gold(publisher="canal", author="القناة 24", text=text)


def thread(s: Story) -> Page:
    """A thread on a network of short messages, as saved from the browser, with somebody's reply below."""
    items = [(f"{s.day}T{9 + i:02}:10:00.000Z", line) for i, line in enumerate(s.lines)]
    posts = "".join(
        f'<div data-testid="cellInnerDiv"><article data-testid="tweet" role="article"><div data-testid="User-Name"><a href="/rassed"><span>الراصد</span></a><span>@rassed</span><a href="/rassed/status/{i}"><time datetime="{d}">{i} س</time></a></div><div data-testid="tweetText" lang="ar" dir="auto"><span class="css-1">{t}</span></div><div role="group"><button><span>12</span></button><button><span>340</span></button></div></article></div>'
        for i, (d, t) in enumerate(items)
    )
    body = f'<div id="react-root"><header role="banner"><a>استكشاف</a><a>الإشعارات</a></header><main role="main"><h2>منشور</h2><section>{posts}</section></main><div data-testid="sidebarColumn"><h2>أشخاص ذوو صلة</h2><h2>ماذا يحدث</h2><span>الأكثر تداولا في العراق</span></div></div>'
    head = f'<meta charset="utf-8"><title>الراصد على X: "{s.lines[0][:40]}" / X</title><meta property="og:title" content="الراصد (@rassed) على X"><meta property="og:site_name" content="X (formerly Twitter)">'
    gold = s.gold(
        title="الراصد (@rassed) على X", publisher="X (formerly Twitter)", text="\n".join(s.lines), published=None, dated_by=None, marks=["stories"],
        stories=[[t[:30], d] for d, t in items],
    )  # fmt: skip
    return _page(head, body), gold


def timeline(s: Story) -> Page:
    """A day's coverage whose entries carry no machine's time but a clock beside them."""
    entries = "".join(
        f'<div class="timeline-item"><div class="timeline-time">{20 - i:02}:15</div><div class="timeline-content"><h3 class="timeline-title">{t}</h3><div class="timeline-text"><p>{line}</p></div></div></div>'
        for i, (t, line) in enumerate(
            zip(["بيان رسمي جديد", "حصيلة أولية", "رد فعل دولي", "شهود يروون", "تحرك عاجل"], s.lines, strict=False)
        )
    )
    text = "\n".join(
        [
            s.title,
            *(
                f"{t}\n{line}"
                for t, line in zip(
                    ["بيان رسمي جديد", "حصيلة أولية", "رد فعل دولي", "شهود يروون", "تحرك عاجل"], s.lines, strict=False
                )
            ),
        ]
    )
    body = f"""<nav>{MENU}</nav><main><h1>{s.title}</h1><div class="live-update"><span class="live-tag">مباشر</span><div class="timeline">{entries}</div></div></main><aside>{_cards()}</aside>"""
    head = _head(s, "mayadeen", f'<meta property="article:published_time" content="{s.stamp}">')
    return _page(head, body), s.gold(publisher="mayadeen", text=text)


def page_builder(s: Story) -> Page:
    """A page builder: nested sections, subheadings, a list of facts and a quotation in the text; the author by reference."""
    graph = {"@context": "https://schema.org", "@graph": [
        {"@type": "Article", "@id": "#article", "headline": s.title, "datePublished": s.stamp, "author": {"@id": "#p1"}, "publisher": {"@id": "#o1"}},
        {"@type": "WebPage", "@id": "#page", "name": s.title + " - المرصد", "datePublished": s.stamp}, {"@type": "Organization", "@id": "#o1", "name": "المرصد"},
        {"@type": "Person", "@id": "#p1", "name": "هدى العلي", "url": "/author/huda"},
    ]}  # fmt: skip
    facts = [
        "مقتل ستة مدنيين بينهم طفلان في البلدة القديمة.",
        "احتراق ثلاث سيارات وتضرر مدرسة.",
        "نزوح نحو أربعين عائلة إلى القرى المجاورة.",
    ]
    quote = "لم نسمع صوت الطائرة، ثم اهتز البيت كله وسقط السقف علينا."
    body = f"""<div class="elementor elementor-location-header"><section class="elementor-section">{MENU}</section></div><div class="elementor elementor-location-single post"><section class="elementor-section"><div class="elementor-container"><div class="elementor-column">
<div class="elementor-element elementor-widget-theme-post-title"><div class="elementor-widget-container"><h1 class="elementor-heading-title elementor-size-default">{s.title}</h1></div></div>
<div class="elementor-widget-post-info"><ul class="elementor-icon-list-items elementor-post-info"><li><span class="elementor-post-info__item--type-author">هدى العلي</span></li><li><span class="elementor-post-info__item--type-date">{s.words}</span></li><li><span>لا توجد تعليقات</span></li></ul></div>
<div class="elementor-widget-theme-post-content"><div class="elementor-widget-container"><p>{s.lines[0]}</p><h2 class="wp-block-heading">ماذا حدث؟</h2><p>{s.lines[1]}</p><ul class="wp-block-list">{"".join(f"<li>{f}</li>" for f in facts)}</ul>
<blockquote class="wp-block-quote"><p>{quote}</p><cite>أحد سكان البلدة</cite></blockquote>{"".join(f"<p>{line}</p>" for line in s.lines[2:])}<div class="jp-relatedposts"><h3>متعلق</h3><p>{LATEST[1]}</p></div></div></div>
<div class="elementor-widget-share-buttons"><span>Facebook</span><span>Twitter</span></div><div class="elementor-widget-post-navigation"><span>السابق</span><a>{LATEST[2]}</a></div><div class="elementor-widget-posts"><div class="elementor-posts-container">{_cards("elementor-post__text")}</div></div></div></div></section></div>"""
    text = "\n".join([s.title, s.lines[0], "ماذا حدث؟", s.lines[1], *facts, quote, "أحد سكان البلدة", *s.lines[2:]])
    return _page(_head(s, "المرصد", _linked(graph)), body), s.gold(publisher="المرصد", author="هدى العلي", text=text)


def archived(s: Story) -> Page:
    """A newspaper theme as a web archive plays it back: its toolbar above, its addresses in the links."""
    toolbar = '<!-- BEGIN WAYBACK TOOLBAR INSERT --><div id="wm-ipp-base" lang="en"><div id="wm-ipp"><div id="wm-capinfo"><a href="/web/*/x">14 captures</a><div class="r">05 Mar 2024 - 30 Dec 2025</div></div><span>Jul</span><span>AUG</span><span>About this capture</span><div>COLLECTED BY Organization: Archive Team</div></div></div><!-- END WAYBACK TOOLBAR INSERT -->'
    head = _head(
        s, "sahafa", f'<link rel="canonical" href="https://web.archive.org/web/20251230010203/https://sahafa.example{s.slug}">', f'<meta property="article:published_time" content="{s.stamp}">',
    )  # fmt: skip
    modules = "".join(
        f'<div class="td_module_10"><h3 class="entry-title td-module-title"><a href="/{i}">{t}</a></h3><time class="entry-date updated td-module-date" datetime="2025-12-1{i}T10:00:00+00:00">1{i} ديسمبر، 2025</time><div class="td-excerpt">{t} وذلك بعد أيام من المشاورات المكثفة بين الأطراف المعنية في العاصمة...</div></div>'
        for i, t in enumerate(LATEST)
    )
    inline = f'<div class="td-a-rec td-a-rec-id-content_inline"><span class="td-adspot-title">- الإعلانات -</span></div><div class="td_block_related_posts td_block_wrap"><h4><span>مقالات ذات صلة</span><span>المزيد من المؤلف</span></h4>{modules}</div>'
    lines = [f"<p>{line}</p>" for line in s.lines]
    body = f"""{toolbar}<div class="td-header-wrap">{MENU}</div><div class="td-main-content-wrap"><article class="post type-post"><div class="td-post-header"><ul class="td-category"><li>أخبار</li></ul><header class="td-post-title"><h1 class="entry-title">{s.title}</h1><div class="td-module-meta-info"><div class="td-post-author-name">بواسطة <a>محرر الموقع</a> -</div><span class="td-post-date"><time class="entry-date updated td-module-date" datetime="{s.stamp}">{s.words}</time></span><div class="td-post-views">1023</div></div></header></div>
<div class="td-post-content tagdiv-type">{lines[0]}{lines[1]}{inline}{"".join(lines[2:])}</div><footer><div class="td-post-source-tags">الوسوم <a>سوريا</a></div><div class="td-post-next-prev">المقالة السابقة {LATEST[0]}</div></footer></article><div class="td-pb-span4">{modules}</div></div>"""
    return _page(head, body), s.gold(publisher="sahafa")


def open_premium(s: Story) -> Page:
    """An article that is said to be for subscribers, but is here in full."""
    linked = _linked({
        "@type": "NewsArticle", "headline": s.title, "datePublished": s.stamp, "isAccessibleForFree": "False",
        "hasPart": {"@type": "WebPageElement", "isAccessibleForFree": "False", "cssSelector": ".premium"},
    })  # fmt: skip
    body = f"""<header>{MENU}</header><main class="l-main"><div class="story"><span class="badge">خاص بالمشتركين</span><h1 class="story__title">{s.title}</h1><div class="story__byline">لندن: <a>الصحيفة</a></div><div class="story__content premium">{"".join(f"<p>{line}</p>" for line in s.lines)}</div></div></main><section class="more">{_cards()}</section>"""
    return _page(_head(s, "awsat", linked), body), s.gold(publisher="awsat")


def script_data(s: Story) -> Page:
    """A page that scripts fill in, whose article stands in the data of its framework alone."""
    body_html = "".join(f"<p>{line}</p>" for line in s.lines)
    data = {"props": {"pageProps": {"menu": [{"title": t, "url": "/"} for t in LATEST], "article": {"id": 9, "title": s.title, "body": body_html, "publishedAt": s.stamp}, "related": [{"title": t, "body": f"<p>{t} وفق ما ذكرته وسائل إعلام محلية.</p>"} for t in LATEST]}}}  # fmt: skip
    body = f'<div id="__next"><div class="spinner"></div></div><script id="__NEXT_DATA__" type="application/json">{json.dumps(data, ensure_ascii=False)}</script><noscript>{escape("يجب تفعيل جافا سكريبت لعرض هذا الموقع")}</noscript>'
    head = _head(s, "sharq", f'<meta property="article:published_time" content="{s.stamp}">')
    return _page(head, body), s.gold(publisher="sharq")


LAYOUTS: tuple[Callable[[Any], Page], ...] = (
    dotted_date, agency_dateline, blogger, broken_linked_data, web_forms, graph_and_banner, thread, timeline, page_builder, archived, open_premium,
    script_data,
)  # fmt: skip
