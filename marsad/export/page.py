"""One self-contained HTML page: the report with its evidence marked beside the events that were read out of it.

Report text never becomes markup: everything goes through `escape`, and a content policy with hashes keeps any
other script or style from running. Nothing is fetched.
"""

from __future__ import annotations

import base64
import hashlib
import html
import itertools
import re
from collections.abc import Iterable, Iterator
from typing import TextIO

import msgspec

from marsad.export.wording import Value, Wording
from marsad.model import CodedDocument, Document, Event
from marsad.resources import DATA

FIELDS = (
    "trigger",
    "mention",
    "actor",
    "recipient",
    "place",
    "date",
    "casualties",
    "damage",
    "weapon",
    "money",
    "source",
)
"""The fields that have a colour, in the order of the legend."""

_LONGEST_HEADLINE = 160

_ROWS = ("place", "date", "casualties", "damage", "weapon", "money", "source", "mention")


class Mark(msgspec.Struct, frozen=True):
    """A piece of the text that is evidence for a value; `value` is the id that the value's button carries."""

    start: int
    end: int
    field: str
    value: str


def write_page(coded: Iterable[CodedDocument], stream: TextIO, wording: Wording) -> None:
    """Write the page for one or several reports; several get a list to choose from."""
    documents = list(coded)
    used: set[str] = set()
    reports = [_report(number, document, wording, used) for number, document in enumerate(documents)]
    style, script = _asset("page.css"), _asset("page.js")
    title = _title(documents[0].document) if len(documents) == 1 else wording.say("reports")
    parts = {
        "lang": wording.lang,
        "direction": wording.say("direction"),
        "page_title": escape(f"{title} · {wording.say('title')}"),
        "title": escape(wording.say("title")),
        "tagline": escape(wording.say("tagline")),
        "help": escape(wording.say("help")),
        "legend_title": escape(wording.say("legend")),
        "legend": "".join(
            f'<li><span class="value {f}">{escape(wording.say(f))}</span></li>' for f in FIELDS if f in used
        ),
        "contents": _contents(documents, wording) if len(documents) > 1 else "",
        "reports": "\n".join(reports),
        "style": style,
        "script": script,
        "style_hash": _policy_hash(style),
        "script_hash": _policy_hash(script),
    }
    # One pass over the template: a placeholder that a report quotes stays text.
    stream.write(re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], _asset("page.html")))


def escape(text: str) -> str:
    """Return the text so that a browser shows it and never runs it."""
    return html.escape(text, quote=True)


def mark_up(text: str, marks: Iterable[Mark], noise: Iterable[tuple[int, int]], stories: Iterable[int]) -> str:
    """Return the text as HTML: marks that overlap are split where they begin and end.

    `stories` are the offsets that stories start at; a short first line is a story's headline.
    """
    pieces = sorted(marks, key=lambda m: (m.start, m.end))
    dull = list(noise)
    starts = set(stories)
    ends = {end for start in starts if (end := _headline_end(text, start)) is not None}
    edges = [p for m in pieces for p in (m.start, m.end)] + [p for n in dull for p in n]
    cuts = sorted(c for c in {0, len(text), *starts, *ends, *edges} if 0 <= c <= len(text))
    return "".join(_pieces(text, cuts, pieces, dull, starts))


def _headline_end(text: str, start: int) -> int | None:
    """Where the story's first line ends, if it is short and more follows."""
    end = text.find("\n", start)
    return end if 0 < end - start <= _LONGEST_HEADLINE and text[end:].strip() else None


def _pieces(
    text: str, cuts: list[int], marks: list[Mark], dull: list[tuple[int, int]], starts: set[int]
) -> Iterator[str]:
    following, open_marks, named = 0, list[Mark](), set[str]()
    headline_end: int | None = None
    for start, end in itertools.pairwise(cuts):
        if start == headline_end:
            yield "</strong>"
        if start in starts:
            yield '<span class="story" role="separator"></span>' if start > min(starts) else ""
            headline_end = _headline_end(text, start)
            yield '<strong class="headline">' if headline_end is not None else ""
        open_marks = [m for m in open_marks if m.end > start]
        while following < len(marks) and marks[following].start <= start:
            if marks[following].end > start:
                open_marks.append(marks[following])
            following += 1
        words = escape(text[start:end])
        if open_marks:
            yield _marked(words, open_marks, named)
        elif any(a <= start < b for a, b in dull):
            yield f'<span class="noise">{words}</span>'
        else:
            yield words


def _marked(words: str, covering: list[Mark], named: set[str]) -> str:
    """The narrowest mark on top, mentions below all; only the first piece of a value is a stop for the Tab key."""
    ordered = sorted(covering, key=lambda m: (m.field == "mention", m.end - m.start, FIELDS.index(m.field)))
    values = list(dict.fromkeys(m.value for m in ordered))
    is_new = any(v not in named for v in values)
    named.update(values)
    many = " many" if len({m.field for m in ordered}) > 1 else ""
    stop = ' tabindex="0" role="button"' if is_new else ""
    return f'<mark class="{ordered[0].field}{many}" data-v="{" ".join(values)}"{stop}>{words}</mark>'


def _report(number: int, coded: CodedDocument, wording: Wording, used: set[str]) -> str:
    marks: list[Mark] = []
    cards = []
    for position, event in enumerate(coded.events):
        values = [(f"r{number}e{position}v{i}", value) for i, value in enumerate(wording.values(event))]
        marks += [Mark(v.span.start, v.span.end, v.field, key) for key, v in values]
        used.update(value.field for _key, value in values)
        cards.append(_card(f"r{number}e{position}", event, values, wording))
    document = coded.document
    noise = [span for story in coded.stories for span in story.noise]
    body = mark_up(document.text, marks, noise, [s.start for s in coded.stories])
    none = f'<p class="none">{escape(wording.say("no_events"))}</p>'
    return (
        f'<article id="r{number}"><div class="report" tabindex="-1">{_head(document, wording)}'
        f'<div class="text" dir="auto" lang="{escape(coded.language or "und")}">{body}</div></div>'
        f'<div class="cards">{"".join(cards) or none}</div></article>'
    )


def _head(document: Document, wording: Wording) -> str:
    facts = [f"{escape(wording.say('report'))} <bdi>{escape(document.id)}</bdi>"]
    if document.published:
        facts.append(f"{escape(wording.say('published'))}: <bdi>{escape(document.published)}</bdi>")
    if document.publisher:
        facts.append(f"<bdi>{escape(document.publisher)}</bdi>")
    if document.url and re.match(r"https?://", document.url):
        address = escape(document.url)
        facts.append(f'<a href="{address}" rel="noreferrer noopener"><bdi>{address}</bdi></a>')
    title = escape(_title(document))
    spans = "".join(f"<span>{fact}</span>" for fact in facts)
    # A title that the text opens with is shown there.
    is_in_text = document.text.lstrip().startswith(_title(document).rstrip("…"))
    kind = ' class="hidden"' if is_in_text else ""
    return f'<header class="head"><p>{spans}</p><h2 dir="auto"{kind}>{title}</h2></header>'


def _card(key: str, event: Event, values: list[tuple[str, Value]], wording: Wording) -> str:
    trigger = "".join(_button(k, v, wording, f"«{v.span.text}»") for k, v in values if v.field == "trigger")
    badges = [f'<span class="badge {escape(event.status)}">{escape(wording.label("status", event.status))}</span>']
    if event.generic:
        badges.append(f'<span class="badge generic">{escape(wording.say("generic"))}</span>')
    modes = f"<small>{escape(wording.modes(event))}</small>" if event.modes else ""
    confidence = "" if event.confidence is None else f"{wording.say('confidence')} {event.confidence:.0%}"
    head = (
        f"<h3><span>{escape(wording.label('type', event.type))}</span>"
        f"{modes}{trigger}{''.join(badges)}"
        f'<small class="confidence">{escape(confidence)}</small></h3>'
    )
    rows = [_parties(values, wording)]
    for field in _ROWS:
        buttons = "".join(_button(k, v, wording) for k, v in values if v.field == field)
        rows.append(_row(wording.say(field), buttons))
    return f'<section class="card" id="{key}">{head}<dl>{"".join(rows)}</dl></section>'


def _parties(values: list[tuple[str, Value]], wording: Wording) -> str:
    actors = "".join(_button(k, v, wording) for k, v in values if v.field == "actor")
    recipients = "".join(_button(k, v, wording) for k, v in values if v.field == "recipient")
    return _row(wording.say("actor"), actors) + _row(wording.say("recipient"), recipients)


def _row(label: str, buttons: str) -> str:
    return f"<dt>{escape(label)}</dt><dd>{buttons}</dd>" if buttons else ""


def _button(key: str, value: Value, wording: Wording, text: str | None = None) -> str:
    notes = " · ".join(n for n in value.notes if n)
    title = f' title="{escape(chr(10).join(wording.reasons(value.why)))}"' if value.why else ""
    small = f" <small>{escape(notes)}</small>" if notes else ""
    return (
        f'<button type="button" class="value {value.field}" data-v="{key}" aria-pressed="false"{title}>'
        f"<bdi>{escape(text or value.text)}</bdi>{small}</button>"
    )


def _contents(documents: list[CodedDocument], wording: Wording) -> str:
    items = "".join(
        f'<li><a href="#r{number}"><bdi>{escape(_title(coded.document))}</bdi>'
        f"<small>{len(coded.events)} · {escape((coded.document.published or '')[:10])}</small></a></li>"
        for number, coded in enumerate(documents)
    )
    return f'<nav class="contents" aria-label="{escape(wording.say("all_reports"))}"><ol>{items}</ol></nav>'


def _title(document: Document) -> str:
    if document.title:
        return document.title
    first = next((line for line in document.text.splitlines() if line.strip()), document.id)
    return first.strip() if len(first) <= 120 else first.strip()[:119] + "…"


def _asset(name: str) -> str:
    return (DATA / "page" / name).read_text(encoding="utf-8")


def _policy_hash(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode("utf-8")).digest()).decode("ascii")
