"""From addresses to the bytes of reports: pages, feeds with all their items, lists of addresses."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator

from marsad.intake.addresses import name_of, same_page
from marsad.intake.documents import Beside, InputProblem, Metadata, UnreadableError, Where, problem
from marsad.intake.feeds import Item, is_feed, read_feed
from marsad.intake.fetch import Answer, Fetcher, FetchError
from marsad.model import Received

_MAX_LISTS = 20
_TEXT_KINDS = {
    "text/html": "page",
    "application/xhtml+xml": "page",
    "text/plain": "text",
    "application/pdf": "pdf",
    "message/rfc822": "mail",
    "multipart/related": "saved-page",
}


def split_address(
    url: str, said: Metadata, fetcher: Fetcher, now: Callable[[], datetime.datetime]
) -> Iterator[Received | InputProblem]:
    """Yield the report at an address, or those of every item of a feed or sitemap; variants of an address once."""
    waiting = [Item(url=url)]
    seen: set[str] = set()
    lists = 0
    while waiting:
        item = waiting.pop(0)
        page = same_page(item.url)
        if page in seen and not item.is_list:
            continue
        seen.add(page)
        try:
            answer = fetcher.get(item.url)
            if is_feed(answer.body, answer.header("content-type") or ""):
                lists += 1
                if lists > _MAX_LISTS:
                    raise UnreadableError(
                        f"it leads to more than {_MAX_LISTS} further lists", "give the newest one alone"
                    )
                waiting.extend(read_feed(answer.body, answer.url))
            else:
                yield received_of(answer, Beside(said=said, hints=item.hints), now())
        except FetchError as why:
            yield InputProblem(where=item.url, reason=why.reason, remedy=why.remedy)
        except UnreadableError as why:
            yield problem(item.url, why)


def received_of(answer: Answer, beside: Beside, at: datetime.datetime) -> Received:
    """Return the bytes of the report in an answer.

    Raises:
        UnreadableError: what is there is no report: a picture, a film.
    """
    stated = (answer.header("content-type") or "").split(";")[0].strip().lower()
    kind = _TEXT_KINDS.get(stated, "" if stated else "page")
    if not kind:
        if answer.body[:5] == b"%PDF-":
            kind = "pdf"
        elif answer.body[:200].lstrip()[:1] == b"<":
            kind = "page"
        else:
            raise UnreadableError(f"there is no report there, but {stated[:60]!r}", "give the address of a page")
    where = Where(
        path=answer.url,
        name=name_of(answer.url),
        beside=beside,
        url=answer.url,
        headers=answer.headers,
        time=at.isoformat(timespec="seconds"),
    )
    return where.received(answer.body, kind)
