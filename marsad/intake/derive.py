"""From received bytes to a document: one function a kind. Pure, so that the text can be derived again from the bytes."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import msgspec

from marsad.intake.addresses import is_same_site, is_sound, name_of
from marsad.intake.charsets import decode
from marsad.intake.chats import read_telegram, read_whatsapp
from marsad.intake.documents import (
    Beside,
    InputProblem,
    Metadata,
    UnreadableError,
    make_document,
    problem,
    taken,
    tripped,
)
from marsad.intake.mail import read_mail, read_saved_page
from marsad.intake.office import read_word_document
from marsad.intake.pages import read_page
from marsad.intake.pdf import read_pdf
from marsad.intake.rows import read_cells, read_row
from marsad.model import Received, Taken


def derive(received: Received) -> Taken | InputProblem:
    """Return the document that received bytes hold, or the problem that stands in its place; never raises for any bytes."""
    try:
        return _READERS[received.kind](received)
    except UnreadableError as why:
        return problem(received.place, why)
    except RecursionError:
        return InputProblem(
            where=received.place, reason="its parts are nested too deeply", remedy="save its text as .txt"
        )
    except Exception as error:
        return tripped(received.place, error)


def _read_text(received: Received) -> Taken:
    beside = Beside.of(received)
    text = decode(received.content, _charset(received))
    metadata = beside.known.or_else(beside.hints).or_else(Metadata(url=received.url))
    document = make_document(received.name, text, metadata, beside.said)
    return taken(document, received, dated_by="feed" if beside.hints.published else None)


def _read_page(received: Received) -> Taken:
    beside = Beside.of(received)
    page = read_page(received.content, _charset(received))
    metadata = beside.known.or_else(_of_its_own(page.metadata, received.url)).or_else(beside.hints)
    document = make_document(received.name, page.text, metadata, beside.said)
    dated_by = page.dated_by or ("feed" if beside.hints.published else None)
    return taken(document, received, dated_by=dated_by, author=page.author, marks=page.marks)


def _of_its_own(stated: Metadata, url: str | None) -> Metadata:
    """What a page states, with an id by its address; its canonical address must be on its own site, and no home page."""
    if url is None or not is_sound(url):
        return stated
    canonical = stated.url
    if canonical and (not is_same_site(canonical, url) or urlsplit(canonical).path.strip("/") == ""):
        canonical = None
    return msgspec.structs.replace(stated, url=canonical or url, id=name_of(canonical or url))


def _charset(received: Received) -> str | None:
    """The encoding that the server declared."""
    for name, value in received.headers:
        if name.lower() == "content-type" and "charset=" in value.lower():
            return value.lower().partition("charset=")[2].split(";")[0].strip(" \"'") or None
    return None


_READERS: dict[str, Callable[[Received], Taken]] = {
    "text": _read_text,
    "page": _read_page,
    "row": read_row,
    "cells": read_cells,
    "mail": read_mail,
    "saved-page": read_saved_page,
    "word": read_word_document,
    "pdf": read_pdf,
    "telegram": read_telegram,
    "whatsapp": read_whatsapp,
}
