"""The HTML page: evidence is marked exactly, report text stays text, nothing is fetched."""

from __future__ import annotations

import html
import io
import re
from html.parser import HTMLParser

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from standin import TEXT, StandIn

from marsad.export.page import FIELDS, Mark, mark_up, write_page
from marsad.export.wording import Wording
from marsad.model import CodedDocument, Document

EVIL = TEXT + " </div><script>alert(1)</script><img src=x onerror=alert(2)> {{script}} \"' &amp; \u202e"


def page(*documents: CodedDocument, lang: str = "en") -> str:
    stream = io.StringIO()
    write_page(documents, stream, Wording(lang))
    return stream.getvalue()


def coded(name: str = "r1", text: str = TEXT, **fields: str) -> CodedDocument:
    return StandIn().read(Document(id=name, text=text, **fields))  # type: ignore[arg-type]


class Text(HTMLParser):
    """Collects what a reader sees in the report's text, and every tag and attribute."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._inside = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "div":
            self._inside = self._inside + 1 if self._inside else int(dict(attrs).get("class") == "text")

    def handle_endtag(self, tag: str) -> None:
        if tag == "div" and self._inside:
            self._inside -= 1

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.text += data


def parsed(markup: str) -> Text:
    reader = Text()
    reader.feed(markup)
    return reader


def test_the_report_stands_there_untouched() -> None:
    assert parsed(page(coded(text=EVIL))).text == EVIL


def test_report_text_never_becomes_markup() -> None:
    evil = coded('"><script>', EVIL, title=EVIL, publisher="<b>", url="javascript:alert(1)")
    found = parsed(page(evil, coded("r2", title="<script>")))
    assert sum(tag == "script" for tag, _ in found.tags) == 1
    assert not any(tag in ("img", "b", "iframe", "object") for tag, _ in found.tags)
    assert not any(name.startswith("on") for _, attributes in found.tags for name in attributes)
    assert not any((attributes.get("href") or "#")[0] != "#" for _, attributes in found.tags)


def test_nothing_is_fetched_and_only_our_script_runs() -> None:
    markup = page(coded(url="https://a.example/1"))
    found = parsed(markup)
    assert not any(tag in ("link", "img", "iframe", "base") or "src" in attributes for tag, attributes in found.tags)
    policy = next(a["content"] for tag, a in found.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert "url(" not in markup
    assert "@import" not in markup


def test_every_value_has_a_button_and_its_words() -> None:
    found = parsed(page(coded()))
    buttons = {a["data-v"] for tag, a in found.tags if tag == "button"}
    marked = {v for tag, a in found.tags if tag == "mark" for v in (a["data-v"] or "").split()}
    assert buttons == marked
    assert len(buttons) == 10
    assert sum(a.get("tabindex") == "0" for tag, a in found.tags if tag == "mark") <= len(marked)


@pytest.mark.parametrize(("lang", "direction", "word"), [("en", "ltr", "Assault"), ("ar", "rtl", "اعتداء")])
def test_both_languages(lang: str, direction: str, word: str) -> None:
    markup = page(coded(), lang=lang)
    assert f'<html lang="{lang}" dir="{direction}">' in markup
    assert word in markup


def test_several_reports_get_a_list() -> None:
    found = parsed(page(coded("r1"), coded("r2")))
    assert [a["href"] for tag, a in found.tags if tag == "a"] == ["#r0", "#r1"]
    assert "nav" not in [tag for tag, _ in parsed(page(coded())).tags]


def test_a_report_without_events_says_so() -> None:
    empty = msgspec.structs.replace(coded(), events=())
    assert "No events were found" in page(empty)


def test_overlapping_marks_are_split() -> None:
    marks = [Mark(0, 5, "casualties", "a"), Mark(3, 8, "place", "b")]
    found = mark_up("0123456789", marks, [(8, 9)], [])
    assert re.findall(r'data-v="([^"]+)"[^>]*>(\d+)', found) == [("a", "012"), ("b a", "34"), ("b", "567")]
    assert '<span class="noise">8</span>' in found


def test_stories_begin_with_their_headline() -> None:
    text = "عنوان\n\nمتن\nعنوان ثان\n\nمتن ثان"
    found = mark_up(text, [], [], [0, text.index("عنوان ثان")])
    assert re.findall("<strong[^>]*>([^<]+)", found) == ["عنوان", "عنوان ثان"]
    assert found.count('class="story"') == 1


spans = st.tuples(st.integers(0, 20), st.integers(0, 20), st.sampled_from(FIELDS))


@given(st.text(alphabet="اب <&\n", max_size=20), st.lists(spans, max_size=8))
def test_any_marks_leave_the_text_as_it_is(text: str, drawn: list[tuple[int, int, str]]) -> None:
    marks = [
        Mark(start, min(end, len(text)), field, f"v{number}")
        for number, (start, end, field) in enumerate(drawn)
        if start <= min(end, len(text))
    ]
    found = mark_up(text, marks, [], [0])
    assert html.unescape(re.sub("<[^>]*>", "", found)) == text
    for mark in marks:
        pieces = re.findall(rf'data-v="(?:[^"]* )?{mark.value}(?: [^"]*)?"[^>]*>([^<]*)', found)
        assert html.unescape("".join(pieces)) == text[mark.start : mark.end]
