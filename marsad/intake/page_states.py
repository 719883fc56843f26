"""What is wrong with a page as a whole: consent, scripts, a paywall, an excerpt. The words are in
`page_phrases.tsv`."""

from __future__ import annotations

import functools

import msgspec

from marsad.intake.documents import UnreadableError
from marsad.resources import DATA, read_tsv

SEATS = str.maketrans("\u0623\u0625\u0622", "\u0627" * 3)
"""Hamza seats are written or left out at will."""

_SHORT = 600
_STUB = 2500
_TAIL = 200


class PagePhrase(msgspec.Struct, frozen=True):
    """Words by which a page betrays itself: `kind` is paywall, consent, script, more, missing, updated, printed (both
    stand before a day that is not that of publication), or chat: what stands in the place of a message."""

    words: str
    kind: str
    source: str


def refuse_page(markup_text: str, text: str | None, *, has_scripts: bool) -> None:
    """Do nothing for a page that holds a report.

    Raises:
        UnreadableError: what stands there is a question for consent, a message that the article is missing or that it
            needs scripts, and no report; the reason says which.
    """
    shown = (text or "").strip()
    if len(shown) > _SHORT:
        return
    whole = " ".join(markup_text.split())[:20_000].lower()
    if _count("consent", whole) >= 2 and len(whole) < 6_000 and (not shown or _count("consent", shown.lower())):
        raise UnreadableError(
            "the page asks for consent to cookies and holds no report", "accept it in a browser, and save the page then"
        )
    if _count("missing", whole) and len(shown) < _SHORT // 2:
        raise UnreadableError("the page says that the article is not there", "look for the article's new address")
    if len(shown) < 80 and (_count("script", whole) or (has_scripts and len(whole) < 200)):
        raise UnreadableError(
            "the page is an empty shell that script fills in",
            "open it in a browser, and save the page once it is shown",
        )


def marks_of(markup_text: str, text: str, *, is_free: bool) -> tuple[str, ...]:
    """Return `stub` for the beginning of an article behind a paywall, `excerpt` for one that goes on elsewhere."""
    whole = " ".join(markup_text.split()).lower()
    if len(text) < _STUB and (not is_free or _count("paywall", whole)):
        return ("stub",)
    tail = text.rstrip()[-_TAIL:].lower()
    is_cut = tail.rstrip(" ]").endswith(("…", "...")) or _count("more", tail) > 0
    if len(text) < _STUB and is_cut and _count("more", whole):
        return ("excerpt",)
    return ()


def without_call(text: str) -> str:
    """Return a text without the words that ask to read more, where its last line is nothing else."""
    lines = text.rstrip().split("\n")
    while lines and lines[-1].strip().lower().translate(SEATS).strip(" .…[]»«>") in _phrases()["more"]:
        lines.pop()
    return "\n".join(lines)


def phrases(kind: str) -> tuple[str, ...]:
    """Return the words of a kind, in small letters and without the seats of hamza (`SEATS`)."""
    return _phrases()[kind]


def _count(kind: str, text: str) -> int:
    plain = text.translate(SEATS)
    return sum(words in plain for words in _phrases()[kind])


@functools.cache
def _phrases() -> dict[str, tuple[str, ...]]:
    rows = read_tsv(DATA / "ar" / "page_phrases.tsv", PagePhrase)
    kinds = ("paywall", "consent", "script", "more", "missing", "updated", "printed", "chat")
    return {kind: tuple(row.words.lower().translate(SEATS) for row in rows if row.kind == kind) for kind in kinds}
