"""The record as it is published: events and incidents through filters and a publication policy, for every way out."""

from __future__ import annotations

import contextlib
import datetime
import functools
import itertools
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any

import msgspec

from marsad.errors import InputError
from marsad.export import FORMATS, write_file, write_stream
from marsad.export.frame import Frame
from marsad.pipeline import LANGUAGE, load_fold, load_names
from marsad.publication.atlas import Atlas
from marsad.publication.items import Happening, Telling
from marsad.publication.policy import Policy, load_policy
from marsad.publication.publisher import Publisher
from marsad.record import Filters, Record, leaving

SUBJECTS = ("events", "incidents")
_EVERY = 200
"""Items between two words about progress."""
_HEARD = 1_000
"""Reports that are asked for news at once."""


class View:
    """A record as one policy shows it on one day."""

    def __init__(self, record: Record, policy: Policy | None = None, today: datetime.date | None = None) -> None:
        self.policy = policy or load_policy("open")
        self.record = record
        self.atlas = Atlas(_load_gazetteer)
        self.today = today or datetime.datetime.now(datetime.UTC).date()
        self._fold = load_fold()
        self._names = {actor.id: actor.name for actor in load_names().all()} if self.policy.withholds_words else {}
        self._publisher = Publisher(self.policy, self.today, self.atlas, self._names)

    @staticmethod
    def of_today(record: Record, policy: str) -> View:
        """Return the view of a record under a policy as of today; made once a day, for its gazetteer takes long to load."""
        return _view_on(record, policy, datetime.datetime.now(datetime.UTC).date())

    def newest(self) -> int:
        """Return the key of the last report that was added."""
        return self.record.look(leaving.newest)

    def news(self, filters: Filters, since: int) -> tuple[int, list[Happening]]:
        """Return the key of the last report that was looked at, and the incidents that pass and that a report behind the
        key `since`, up to that one, tells.
        """
        # Whoever was away for long hears of it a portion at a time.
        last = min(self.newest(), since + _HEARD)
        if last <= since:
            return since, []
        return last, [item for _, item in self.happenings(filters, told_by=range(since + 1, last + 1))]

    def tellings(
        self, filters: Filters, *, with_text: bool = False, after: int = 0
    ) -> Generator[tuple[int, Telling], None, None]:
        """Yield the events that pass the filters and the policy, in the order of adding, each with its key.

        Raises:
            InputError: the filters ask for what the policy withholds.
        """
        asked = self._asked(filters)
        with (
            self.record.reading() as connection,
            contextlib.closing(
                leaving.tellings(connection, asked, self._fold, with_text=with_text, after=after)
            ) as found,
        ):
            passed = (
                (key, told)
                for key, item in found
                if (told := self._publisher.telling(item)) is not None and self._shows(told, filters)
            )
            yield from itertools.islice(passed, filters.limit)

    def happenings(
        self, filters: Filters, *, after: leaving.Place | None = None, told_by: range | None = None
    ) -> Generator[tuple[leaving.Place, Happening], None, None]:
        """Yield the incidents that pass the filters and the policy, the latest first, each with its place in the order;
        `told_by` keeps to those that reports with these keys tell.

        Raises:
            InputError: the filters ask for what the policy withholds.
        """
        asked = self._asked(filters)
        with (
            self.record.reading() as connection,
            contextlib.closing(
                leaving.happenings(connection, asked, self._fold, after=after, told_by=told_by)
            ) as found,
        ):
            passed = (
                (place, told)
                for place, item in found
                if (told := self._publisher.happening(item)) is not None and self._shows(told, filters)
            )
            yield from itertools.islice(passed, filters.limit)

    def happening(self, wanted: str) -> Happening | None:
        """Return an incident as the policy shows it, by its id or an old one; None if there is none, or none to show."""
        found = self.record.look(lambda connection: leaving.find(connection, wanted))
        return None if found is None else self._publisher.happening(found)

    def items(self, subject: str, filters: Filters, *, with_text: bool = False) -> Generator[Any, None, None]:
        """Yield events or incidents, as `tellings` and `happenings` do, without their places in the order."""
        found: Generator[Any, None, None] = (
            self.tellings(filters, with_text=with_text) if subject == "events" else self.happenings(filters)
        )
        with contextlib.closing(found):
            for _, told in found:
                yield told

    def frame(self, subject: str, *, lang: str = "en", link: str | None = None) -> Frame:
        """Return how an export of this view is made, now."""
        now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return Frame(subject=subject, moment=now, atlas=self.atlas, lang=lang, link=link)

    def _asked(self, filters: Filters) -> Filters:
        """What is asked of the record: all that may pass; what is withheld counts only once the policy was applied."""
        if filters.text is not None and self.policy.withholds_words:
            raise InputError(
                "This view withholds the words of reports, so it cannot be searched by them; leave --text out."
            )
        return msgspec.structs.replace(filters, limit=None)

    def _shows(self, item: Telling | Happening, filters: Filters) -> bool:
        """Whether what is left of an item still passes: a search must not find what the policy took out."""
        if not self.policy.withholds_words:
            return True
        places: tuple[Any, ...]
        if isinstance(item, Telling):
            actors = [v for p in item.event.actor for v in (p.name, p.country) if v]
            places, parties = item.event.places, (*item.event.actor, *item.event.recipient)
            countries = {p.country for p in parties}
        else:
            actors = [self._names.get(a, a) for a in item.summary.actors]
            places, countries = item.summary.places, set(item.summary.actors)
        if filters.actor is not None and not self._names_one(filters.actor, actors):
            return False
        if filters.place is not None and not self._names_one(filters.place, [p.name for p in places]):
            return False
        if filters.min_killed is not None and "casualties" in self.policy.drop.fields:
            return False
        within = {p.country for p in places} or countries
        return filters.country is None or filters.country.upper() in within

    def _names_one(self, wanted: str, names: Iterable[str]) -> bool:
        folded = self._fold(wanted).casefold()
        return any(folded in self._fold(name).casefold() for name in names)


@functools.lru_cache(maxsize=8)
def _view_on(record: Record, policy: str, today: datetime.date) -> View:
    return View(record, load_policy(policy), today)


def export(
    view: View, path: str, name: str, subject: str, filters: Filters, tell: Callable[[int], None] | None = None
) -> int:
    """Write what a view shows to a file in a format, and return how many items; `tell` is told how many so far.

    Raises:
        InputError: the file cannot be written, or the format does not hold such items.
    """
    with contextlib.closing(_items(view, name, subject, filters)) as items:
        return write_file(path, name, _told(items, tell), view.frame(subject))


def export_to(view: View, stream: Any, name: str, subject: str, filters: Filters) -> int:
    """Write what a view shows to an open binary stream, as `export` does."""
    with contextlib.closing(_items(view, name, subject, filters)) as items:
        return write_stream(stream, name, items, view.frame(subject))


def _items(view: View, name: str, subject: str, filters: Filters) -> Generator[Any, None, None]:
    # Closed by whoever asked, for a writer that fails must not leave a query open.
    return view.items(subject, filters, with_text=FORMATS[name].needs_text)


def _told(items: Iterable[Any], tell: Callable[[int], None] | None) -> Iterator[Any]:
    for count, item in enumerate(items, 1):
        yield item
        if tell is not None and count % _EVERY == 0:
            tell(count)


def _load_gazetteer() -> Any:
    from marsad import lang  # loading takes its time, and not every export asks where a place lies

    return lang.load(LANGUAGE).gazetteer
