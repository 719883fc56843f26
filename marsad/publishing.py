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
from marsad.publication.items import Happening, Item, Telling
from marsad.publication.policy import CAREFUL, RECORD, Policy, load_policy
from marsad.publication.publisher import Publisher
from marsad.record import Filters, Record, leaving, policies

SUBJECTS = ("events", "incidents")
_REJECTED = "rejected"
_EVERY = 200
"""Items between two words about progress."""
_ASKED_OF = {"since": "date", "until": "date", "country": "places", "place": "places", "min_killed": "casualties"}
"""Filters that look at a field: where the policy drops it, they would tell it."""


class View:
    """A record as one policy shows it on one day."""

    def __init__(self, record: Record, policy: Policy | None = None, today: datetime.date | None = None) -> None:
        self.policy = policy or load_policy("open")
        self.record = record
        self.atlas = Atlas(_load_gazetteer)
        self.today = today or datetime.datetime.now(datetime.UTC).date()
        self._fold = load_fold()
        self._names: dict[str, str] = {}
        known = self.policy
        if self.policy.withholds_words:
            actors = load_names()
            self._names = {actor.id: actor.name for actor in actors.all()}
            # Whoever drops a source may call it by any of its names.
            called = tuple(actors.party(name).id or name for name in known.drop.sources)
            drop = msgspec.structs.replace(known.drop, sources=(*known.drop.sources, *called))
            known = msgspec.structs.replace(known, drop=drop)
        self._publisher = Publisher(known, self.today, self.atlas, self._names)
        self._silent = frozenset(name.casefold() for name in self.policy.drop.publishers)
        # The order of days would tell the days.
        self._way = leaving.Way(by_id="date" in self.policy.drop.fields or bool(self._silent), silent=self._silent)

    @staticmethod
    def of_today(record: Record, policy: str) -> View:
        """Return the view of a record under the policy of this name as of today; each is made once a day, for its gazetteer
        takes long to load.
        """
        today = datetime.datetime.now(datetime.UTC).date()
        return _view_on(record, policy_named(record, policy) if policy == RECORD else _loaded(policy, today), today)

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
                if (told := self._publisher.telling(item)) is not None and self._shows(item, told, filters)
            )
            yield from itertools.islice(passed, filters.limit)

    def happenings(
        self, filters: Filters, *, after: leaving.Place | None = None, only: Any = None
    ) -> Generator[tuple[leaving.Place, Happening], None, None]:
        """Yield the incidents that pass the filters and the policy, the latest first (or where that would tell, in the order
        of their ids), each with its place in the order; `only` keeps to those that meet a condition.

        Raises:
            InputError: the filters ask for what the policy withholds.
        """
        way = msgspec.structs.replace(self._way, after=after, only=only)
        passed = ((place, told) for place, item, told in self._judged(filters, way) if item.verdict != _REJECTED)
        with contextlib.closing(passed):
            yield from itertools.islice(passed, filters.limit)

    def would_show(self, filters: Filters, only: Any) -> Generator[Happening, None, None]:
        """Yield the incidents that meet a condition and pass, and those that would if people had not rejected them; these
        have the verdict rejected.

        Raises:
            InputError: the filters ask for what the policy withholds.
        """
        for _, item, told in self._judged(filters, msgspec.structs.replace(self._way, only=only, with_rejected=True)):
            yield msgspec.structs.replace(told, verdict=item.verdict)

    def _judged(
        self, filters: Filters, way: leaving.Way
    ) -> Generator[tuple[leaving.Place, Happening, Happening], None, None]:
        """Each incident that passes, with its place, as it is, and as the policy shows it."""
        asked = self._asked(filters)
        if self._silent:
            # Of an incident summed up anew, the columns that are asked know nothing.
            asked = msgspec.structs.replace(asked, types=(), since=None, until=None, min_killed=None)
        with (
            self.record.reading() as connection,
            contextlib.closing(leaving.happenings(connection, asked, self._fold, way)) as found,
        ):
            for place, item in found:
                known = item if item.verdict != _REJECTED else msgspec.structs.replace(item, verdict="confirmed")
                told = self._publisher.happening(known)
                if told is not None and self._shows(item, told, filters):
                    yield place, item, told

    def happening(self, wanted: str) -> Happening | None:
        """Return an incident as the policy shows it, by its id or an old one; None if there is none, or none to show."""
        found = self.record.look(lambda connection: leaving.find(connection, wanted, self._silent))
        return None if found is None else self._publisher.happening(found)

    def was_due(self, item: Happening, day: datetime.date) -> bool:
        """Say whether the policy's delays were over for an incident on an earlier day."""
        return self._publisher.was_due(item, day)

    def why_withheld(self, item: Item) -> str | None:
        """Return why the policy shows nothing of an item as the record has it: rejected, review, publisher or delay."""
        return self._publisher.why_withheld(item)

    def items(self, subject: str, filters: Filters, *, with_text: bool = False) -> Generator[Any, None, None]:
        """Yield events or incidents, as `tellings` and `happenings` do, without their places in the order."""
        found: Generator[Any, None, None] = (
            self.tellings(filters, with_text=with_text) if subject == "events" else self.happenings(filters)
        )
        with contextlib.closing(found):
            for _, told in found:
                yield told

    def strangers(self) -> list[str]:
        """Return the publishers that the policy drops and no report of the record has: a slip would let theirs through."""
        if not self._silent:
            return []
        known = {name.casefold() for name in self.record.look(leaving.publishers)}
        return [name for name in self.policy.drop.publishers if name.casefold() not in known]

    def frame(self, subject: str, *, lang: str = "en", link: str | None = None) -> Frame:
        """Return how an export of this view is made, now."""
        now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return Frame(subject=subject, moment=now, atlas=self.atlas, lang=lang, link=link)

    def check(self, filters: Filters) -> None:
        """Check that days are days, and that the filters ask for nothing that the policy withholds.

        Raises:
            InputError: one of both is not so.
        """
        for day in (filters.since, filters.until):
            if day is not None:
                _check_day(day)
        if filters.text is not None and self.policy.withholds_words:
            raise InputError(
                "This view withholds the words of reports, so it cannot be searched by them; leave --text out."
            )
        for name, field in _ASKED_OF.items():
            if field in self.policy.drop.fields and getattr(filters, name) is not None:
                shown = name.replace("_", "-")
                raise InputError(f"This view withholds the {field}, so it cannot be searched so; leave {shown} out.")

    def _asked(self, filters: Filters) -> Filters:
        """What is asked of the record: all that may pass; what is withheld counts only once the policy was applied."""
        self.check(filters)
        return msgspec.structs.replace(filters, limit=None)

    def _shows(self, item: Telling | Happening, told: Telling | Happening, filters: Filters) -> bool:
        """Whether what is left of an item still passes: a search must not find what the policy took out."""
        if isinstance(told, Happening) and self._silent and not _passes(told, filters):
            return False
        if not self.policy.withholds_words:
            return True
        places: tuple[Any, ...]
        if isinstance(told, Telling):
            actors = [v for p in told.event.actor for v in (p.name, p.country) if v]
            places, parties = told.event.places, (*told.event.actor, *told.event.recipient)
            countries = {p.country for p in parties}
        else:
            actors = [self._names.get(a, a) for a in told.summary.actors]
            places, countries = told.summary.places, set(told.summary.actors)
        if filters.actor is not None and not self._names_one(filters.actor, actors):
            return False
        if filters.place is not None:
            # The record was asked for the fine place: a province that is found by it would tell which town it was.
            known = {(p.id, p.name) for p in _places_of(item)}
            names = [p.name for p in places if (p.id, p.name) in known]
            if len(names) < len(places) or not self._names_one(filters.place, names):
                return False
        within = {p.country for p in places} or countries
        return filters.country is None or filters.country.upper() in within

    def _names_one(self, wanted: str, names: Iterable[str]) -> bool:
        folded = self._fold(wanted).casefold()
        return any(folded in self._fold(name).casefold() for name in names)


def _check_day(text: str) -> None:
    try:
        datetime.date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"{text!r} is not a day; write 2025-07-22.") from error


def _places_of(item: Telling | Happening) -> tuple[Any, ...]:
    return item.event.places if isinstance(item, Telling) else item.summary.places


def _passes(told: Happening, filters: Filters) -> bool:
    """Whether an incident meets the filters that look at the incident itself, as the record would ask."""
    summary = told.summary
    killed = summary.reckoning.figures.get("killed")
    return (
        (not filters.types or summary.type in filters.types)
        and (filters.since is None or (summary.end or "") >= filters.since)
        and (filters.until is None or (summary.start or "9") <= filters.until)
        and (filters.min_killed is None or (killed is not None and killed.best >= filters.min_killed))
    )


@functools.lru_cache(maxsize=8)
def _view_on(record: Record, policy: Policy, today: datetime.date) -> View:
    return View(record, policy, today)


@functools.lru_cache(maxsize=8)
def _loaded(name: str, _today: datetime.date) -> Policy:
    # A file that is just being written must not turn guests away.
    return load_policy(name)


def policy_named(record: Record, name: str) -> Policy:
    """Return the policy of the program with this name (careful, open, wordless), the one that people saved in the record
    (record), or the one in the file at this path.

    Raises:
        InputError: there is none, or it says what no policy says.
        RecordError: a newer Marsad saved the record's.
    """
    if name != RECORD:
        return load_policy(name)
    kept = record.look(policies.in_force)
    return load_policy(CAREFUL) if kept is None or kept.policy is None else kept.policy


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
