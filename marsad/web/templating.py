"""Templates: one Jinja environment per interface language, in which everything that a report says is escaped."""

from __future__ import annotations

import datetime
import functools
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import jinja2
from litestar import Request, Response
from litestar.datastructures import Cookie
from markupsafe import Markup, escape

from marsad.web.desk import desk_of, person_of
from marsad.web.labels import DIRECTIONS, Labels, load_labels
from marsad.web.settings import LANGUAGES, Person

HERE = Path(__file__).parent
_LANG = "marsad_lang"
_UNSEEN = re.compile("[\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069\u0000-\u0008\u000b-\u001f\u007f]")


_RUN = re.compile(r"(?<![\w&])[\w.]*\d+(?:[-/:.]\w+)+", re.ASCII)
"""Digits with marks between them: a day, an id, an address; beside Arabic letters they would be put in another order."""

PAGES = (
    ("overview", "/", "reader"),
    ("review", "/review", "coder"),
    ("relations", "/relations", "reader"),
    ("processes", "/processes", "reader"),
    ("agreements", "/agreements", "reader"),
    ("sources", "/sources", "reader"),
    ("words", "/words", "reader"),
    ("accounts", "/accounts", "admin"),
    ("webhooks", "/webhooks", "admin"),
    ("policy", "/policy", "admin"),
    ("log", "/log", "admin"),
)
"""The menu: label, address, and the role that it takes."""


def pages_of(person: Person) -> list[tuple[str, str]]:
    """Return the pages of the menu that a person may see."""
    return [(name, address) for name, address, role in PAGES if person.may(role)]


def seen(text: object) -> str:
    """Return text as it may stand in a line of ours: without characters that nobody sees or that turn the line around."""
    return _UNSEEN.sub("", str(text))


def apart(text: object, comma: str) -> Markup:
    """Return names that a list of ours joins as markup in which each runs its own way, and the list that of the page."""
    each = (Markup("<bdi>{}</bdi>").format(seen(name)) for name in str(text).split(comma) if name)
    return escape(comma).join(each)


def sentence(text: object) -> Markup:
    """Return a sentence as markup in which days, ids and what else runs from left to right does so."""
    return Markup(_RUN.sub(r'<bdi dir="ltr">\g<0></bdi>', str(escape(seen(text)))))


def moment(at: str | None, labels: Labels) -> Markup:
    """Return a day with its time as markup that what stands beside it does not turn around."""
    return Markup("<bdi>{}</bdi>").format(labels.moment(at))


def language_of(request: Request[Any, Any, Any]) -> str:
    """Return the interface language: asked for in the address, chosen before, or what the desk starts with."""
    for wanted in (request.query_params.get("lang"), request.cookies.get(_LANG)):
        if wanted in LANGUAGES:
            return wanted
    return desk_of(request).settings.lang


def labels_of(request: Request[Any, Any, Any]) -> Labels:
    """Return the labels of the interface language of a request."""
    return load_labels(language_of(request))


@functools.cache
def environment(lang: str) -> jinja2.Environment:
    """Return the templates in an interface language."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    labels = load_labels(lang)
    made.globals |= {"t": labels.say, "labels": labels, "lang": lang, "direction": labels.direction, "asset": asset}
    made.globals |= {"pages_of": pages_of, "now": now}
    made.globals["other_lang"] = next(code for code in DIRECTIONS if code != lang)
    made.filters |= {
        "number": labels.number,
        "day": labels.day,
        "moment": functools.partial(moment, labels=labels),
        "sentence": sentence,
        "country": labels.country,
        "seen": seen,
        "apart": functools.partial(apart, comma=labels.wording.strings["comma"]),
    }
    return made


def now() -> str:
    """Return this moment, which stands on what is printed: ISO 8601, UTC."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="minutes")


@functools.cache
def asset(path: str) -> str:
    """Return the address of a file of the package, which changes when the file does."""
    content = (HERE / "static" / path).read_bytes()
    return f"/static/{path}?{hashlib.sha256(content).hexdigest()[:10]}"


def page(request: Request[Any, Any, Any], name: str, values: Mapping[str, Any], status: int = 200) -> Response[str]:
    """Return a page, or a part of one, in the language of whoever asks."""
    lang = language_of(request)
    person = person_of(request)
    kept = [(k, v) for k, v in parse_qsl(request.url.query or "", keep_blank_values=True) if k != "lang"]
    other = next(code for code in DIRECTIONS if code != lang)
    about = {
        "person": person,
        "seat": request.scope["state"].get("seat", ""),
        "path": request.url.path,
        "here": request.url.path + (f"?{urlencode(kept)}" if kept else ""),
        "in_other": f"?{urlencode([*kept, ('lang', other)])}",
        "needs_login": desk_of(request).settings.needs_login(),
        "is_part": "hx-request" in request.headers and "hx-boosted" not in request.headers,
    }
    body = environment(lang).get_template(name).render(**about, **values)
    chosen = request.query_params.get("lang")
    cookies = (
        [Cookie(key=_LANG, value=chosen, max_age=31_536_000, samesite="lax", httponly=True)]
        if chosen in LANGUAGES
        else []
    )
    return Response(body, media_type="text/html", status_code=status, cookies=cookies)
