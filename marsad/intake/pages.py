"""HTML pages: the report's own text without menus and adverts, and what the page says about it.

trafilatura finds the text; what stands here is what it does not know: pages that hold no report and say so, articles that
stand in linked data only, live blogs, channels.
"""

from __future__ import annotations

import logging
import re
from typing import Any

import msgspec

from marsad.intake.charsets import decode
from marsad.intake.documents import Metadata, UnreadableError
from marsad.intake.limits import MAX_TREE
from marsad.intake.page_boxes import drop_boxes, lead_above
from marsad.intake.page_dates import shown_date
from marsad.intake.page_facts import Facts, read_facts
from marsad.intake.page_posts import Post, channel_name, opening_post, read_posts
from marsad.intake.page_scripts import body_in_scripts
from marsad.intake.page_states import marks_of, refuse_page, without_call

_CHARSET = re.compile(rb"<meta[^>]{1,300}charset=[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
_MAX_DEPTH = 400
_MAX_TAGS = 60_000
# The second opinion that is asked for on doubtful pages takes time with the square of their paragraphs.
_SLOW_TAGS = 5_000
_MANY_BREAKS = 2_000
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_VOID = frozenset(
    "area base br col embed hr img input link meta param source track wbr p li td tr th option dt dd".split()  # noqa: SIM905
)
_MOST_SHOWN = 1_000_000
# So many lines may stand above the headline, so long.
_ABOVE = 6
_SECTION = 60
_AS_TEXT = "give the report's text as a .txt file"


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """What a page holds: the report's text, its title first, what the page says of it, how the date is known (metadata,
    page or None), and marks of what is odd: stub, excerpt, stories."""

    text: str
    metadata: Metadata
    dated_by: str | None = None
    author: str | None = None
    marks: tuple[str, ...] = ()


def read_page(page: bytes | str, charset: str | None = None) -> Page:
    """Return the report on a page; `charset` is what the server or the mail declared it to be in.

    Raises:
        UnreadableError: the page is not HTML text, or holds no report.
    """
    import trafilatura  # takes a second to import, and most runs read no HTML

    # What it warns of becomes a problem with a reason here.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    markup = page if isinstance(page, str) else decode(page, _declared(page) or charset)
    if not markup.strip():
        raise UnreadableError("the page is empty", "give a page with a report on it")
    size = _refuse_monster(markup)
    if markup.count("<br") > _MANY_BREAKS:
        # Line breaks too take time with the square of their number.
        markup = _BREAK.sub("\n", markup)
    tree = trafilatura.load_html(markup)
    if tree is None:
        raise UnreadableError("it is not HTML", "save it as .txt if it is plain text")
    facts = read_facts(tree)
    posts = read_posts(tree)
    if posts:
        return _channel(facts, posts, channel_name(tree) or facts.title)
    shown = _visible(tree)
    if len(shown) > _MOST_SHOWN:
        # Looking for the report among so much takes long, and would find none.
        raise UnreadableError(f"the page shows {len(shown):,} characters, which no report has", _AS_TEXT)
    published, dated_by = _date(tree, facts)
    several = bool(facts.stories) or _has_several_articles(tree)
    body = _body(tree, facts, fast=size > _SLOW_TAGS)
    refuse_page(shown, body, has_scripts=bool(tree.xpath("//script")))
    if not body:
        raise UnreadableError("the page holds no report text", "check that the page was saved whole")
    marks = marks_of(shown, body, is_free=facts.is_free) + (("stories",) if several else ())
    metadata = Metadata(
        title=facts.title,
        published=published,
        publisher=facts.publisher,
        url=facts.url,
        story_dates=facts.stories,
    )
    text = _with_title(without_call(body), facts.title)
    return Page(text=text, metadata=metadata, dated_by=dated_by, author=facts.author, marks=marks)


def _body(tree: Any, facts: Facts, *, fast: bool) -> str | None:
    """The text of the report: as it is shown, or, where that is little, as linked data or the page's scripts hold it."""
    if (opening := opening_post(tree)) is not None:
        return opening
    hidden = facts.body or body_in_scripts(tree, facts.title)
    teasers = drop_boxes(tree)
    import trafilatura  # loaded already

    # A tree, because trafilatura takes a text of one word for an address that it should fetch.
    body = trafilatura.extract(tree, include_comments=False, with_metadata=False, fast=fast)
    if body and (lead := lead_above(tree, facts.title, _without_headline(body, facts.title))):
        body = f"{lead}\n{_without_headline(body, facts.title)}"
    if teasers and not hidden and not facts.published and not _without_headline(body or "", facts.title).strip():
        raise UnreadableError(
            "the page lists other reports and holds none itself", "give the addresses of these reports"
        )
    return hidden if hidden and len(hidden) > 1.3 * len(body or "") else body


def _declared(page: bytes) -> str | None:
    found = _CHARSET.search(page[:4096])
    return found[1].decode("ascii", "replace") if found else None


def _refuse_monster(markup: str) -> int:
    """Return the number of tags of a page that can be parsed in good time.

    Raises:
        UnreadableError: it is too long, has too many elements, or they stand in one another too deeply.
    """
    if len(markup) > MAX_TREE:
        raise UnreadableError(f"the page is longer than {MAX_TREE // 1_000_000} MB", _AS_TEXT)
    depth = count = 0
    for found in _TAG.finditer(markup):
        count += 1
        if found[2].lower() in _VOID:
            continue
        depth = max(0, depth - 1) if found[1] else depth + 1
        if depth > _MAX_DEPTH or count > _MAX_TAGS:
            raise UnreadableError("the page has too many elements, or too many in one another", _AS_TEXT)
    return count


def _date(tree: Any, facts: Facts) -> tuple[str | None, str | None]:
    if facts.published:
        return facts.published, "metadata"
    shown = shown_date(tree, facts.title)
    return shown, "page" if shown else None


def _visible(tree: Any) -> str:
    """What a reader would see, whatever part of the page it belongs to."""
    return " ".join(tree.xpath("//body//text()[not(parent::script or parent::style)]"))


def _has_several_articles(tree: Any) -> bool:
    long = 0
    for article in tree.xpath("//article[.//h1 or .//h2]")[:20]:
        if not article.xpath("ancestor::article") and len(" ".join(article.xpath(".//p//text()"))) > 300:
            long += 1
    return long > 1


def _channel(facts: Facts, posts: list[Post], name: str | None) -> Page:
    dates = tuple((" ".join(post.text[:30].split("\n")[:1]), post.time) for post in posts if post.time)
    return Page(
        text="\n\n".join(post.text for post in posts),
        metadata=Metadata(title=name, publisher=facts.publisher or name, url=facts.url, story_dates=dates),
        marks=("stories",) if len(posts) > 1 else (),
    )


def _without_headline(body: str, title: str | None) -> str:
    first, _, rest = body.partition("\n")
    return rest.lstrip("\n") if title and " ".join(first.split()) == title else body


def _with_title(body: str, title: str | None) -> str:
    if not title:
        return body
    lines = body.split("\n")
    for at, line in enumerate(lines[:_ABOVE]):
        if " ".join(line.split()) == title:
            # What stands above the headline are names of sections and the like.
            body = "\n".join(lines[at:])
            break
        if len(line) > _SECTION:
            break
    return body if " ".join(body[: 2 * len(title)].split()).startswith(title) else f"{title}\n\n{body}"
