"""Messages on the page of a channel or a thread, as a browser saved it or a program exported it: each a story with its own
time."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from marsad.intake.page_facts import sound_date

# The element of a message, its text within, and which of its times is its own: one that quotes another shows two.
_SHAPES = (
    (
        "//*[contains(concat(' ', @class, ' '), ' tgme_widget_message ')]",
        ".//*[contains(@class, 'tgme_widget_message_text')]",
        -1,
    ),
    ("//*[@data-testid='tweet']", ".//*[@data-testid='tweetText']", 0),
    (
        "//*[contains(concat(' ', @class, ' '), ' status ') and .//*[contains(@class, 'status__content')]]",
        ".//*[contains(@class, 'status__content')]",
        0,
    ),
    (
        "//div[starts-with(@id, 'message') and contains(@class, 'message default')]",
        ".//div[@class='text']",
        0,
    ),
)
_EXPORTED = re.compile(r"(\d\d)\.(\d\d)\.(\d{4}) (\d\d:\d\d:\d\d)(?: UTC([+-]\d\d:\d\d))?")
# What people wrote in a forum, without their names and signatures.
_FORUMS = (
    "//div[starts-with(@id, 'post_message_')]",
    "//article[contains(@class, 'message')]//div[contains(concat(' ', @class, ' '), ' bbWrapper ')]",
    "//div[contains(concat(' ', @class, ' '), ' postbody ')]//div[contains(concat(' ', @class, ' '), ' content ')]",
    "//div[@data-role='commentContent']",
)
_CHANNEL = "//div[contains(@class, 'page_header')]//div[contains(@class, 'text')]"


class Post(msgspec.Struct, frozen=True):
    """A message with the time that the page gives it, if any."""

    text: str
    time: str | None


def read_posts(tree: Any) -> list[Post]:
    """Return the messages on a parsed page in their order; none on pages of other kinds."""
    for shape, words, which in _SHAPES:
        found: list[Post] = []
        for element in tree.xpath(shape):
            text = "\n".join("\n".join(part.itertext()).strip() for part in element.xpath(words)[:1])
            times = element.xpath(".//time/@datetime") or _exported(element)
            if text.strip():
                found.append(Post(text, sound_date(times[which]) if times else None))
        if found:
            return found
    return []


def opening_post(tree: Any) -> str | None:
    """Return what the first post of a forum's page says, for those below answer it; None on other pages."""
    for path in _FORUMS:
        for element in tree.xpath(path)[:1]:
            lines = (" ".join(line.split()) for line in element.itertext())
            return "\n".join(line for line in lines if line) or None
    return None


def channel_name(tree: Any) -> str | None:
    """Return the name of the channel on an exported page; None on others."""
    for element in tree.xpath(_CHANNEL)[:1]:
        return " ".join(element.text_content().split()) or None
    return None


def _exported(element: Any) -> list[str]:
    """The time of an exported message, ISO 8601; its day where the export does not tell the zone."""
    for shown in element.xpath(".//div[contains(@class, 'date')]/@title")[:1]:
        if found := _EXPORTED.fullmatch(shown.strip()):
            day, month, year, clock, zone = found.groups()
            return [f"{year}-{month}-{day}" + (f"T{clock}{zone}" if zone else "")]
    return []
