"""Messages on the page of a channel or a thread, as a browser saved it: each a story with its own time."""

from __future__ import annotations

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
)


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
            times = element.xpath(".//time/@datetime")
            if text.strip():
                found.append(Post(text, sound_date(times[which]) if times else None))
        if found:
            return found
    return []
