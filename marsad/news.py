"""What is new: incidents that were written since a moment, as a policy shows them, and those that are there no more.

Incidents change with reports, with what people judge, and with words that people add; whoever writes one numbers it in the
record, and these numbers are followed. Where a policy holds incidents back for some days, a new day is news too.
"""

from __future__ import annotations

import datetime

import msgspec

from marsad.publication.items import Happening
from marsad.publishing import View
from marsad.record import Filters, incidents, judging, leaving

_AT_ONCE = 500
"""Incidents that are looked at in one go: whoever was away for long hears of it a portion at a time."""
_LONGEST = datetime.timedelta(days=400)


class Moment(msgspec.Struct, frozen=True):
    """Up to where somebody was told: the number of the last writing, and the day of it."""

    number: int
    day: datetime.date

    def __str__(self) -> str:
        return f"{self.number}.{self.day.isoformat()}"


class Gone(msgspec.Struct, frozen=True):
    """An incident that is there no more: rejected by people, or merged into the one that it `became`."""

    id: str
    became: str | None = None


def present(view: View) -> Moment:
    """Return this moment."""
    return Moment(view.record.look(leaving.newest), view.today)


def moment_of(text: str) -> Moment | None:
    """Return the moment that was written so, None if none was; without its day, no day is new."""
    number, _, day = text.partition(".")
    if not (number.isascii() and number.isdigit() and len(number) < 18):
        return None
    try:
        return Moment(int(number), datetime.date.fromisoformat(day))
    except ValueError:
        return Moment(int(number), datetime.datetime.now(datetime.UTC).date())


def since(view: View, filters: Filters, moment: Moment) -> tuple[Moment, list[Happening | Gone]]:
    """Return up to where was looked, and what is new since a moment among the incidents that pass."""
    last, names = view.record.look(lambda c: leaving.touched_since(c, moment.number, _AT_ONCE))
    found: list[Happening | Gone] = list(_of_age(view, filters, moment.day))
    told = {item.id for item in found}
    if names:
        found += [item for item in _written(view, filters, names) if item.id not in told]
    return Moment(last, max(moment.day, view.today)), found


def _of_age(view: View, filters: Filters, day: datetime.date) -> list[Happening]:
    """The incidents that the policy shows today and held back on an earlier day."""
    waits = [rule.days for rule in view.policy.delay]
    if not waits or day >= view.today:
        return []
    first = max(day - datetime.timedelta(days=max(waits)), view.today - _LONGEST)
    only = leaving.of_days(first.isoformat(), view.today.isoformat())
    return [item for _, item in view.happenings(filters, only=only) if not view.was_due(item, day)]


def _written(view: View, filters: Filters, names: list[str]) -> list[Happening | Gone]:
    heirs = view.record.look(lambda c: {name: incidents.resolve_id(c, name) for name in names})
    there = [heir for heir in heirs.values() if heir is not None]
    shown = {item.id: item for item in view.would_show(filters, leaving.among(dict.fromkeys(there)))}
    found: list[Happening | Gone] = []
    for name, heir in heirs.items():
        item = shown.get(heir or "")
        if heir is None:
            # Whoever may not know that an incident is there is not told either that it is gone.
            found += [] if _hides_some(view) else [Gone(name)]
        elif item is None:
            continue
        elif heir != name:
            found.append(Gone(name, heir) if item.verdict != "rejected" else Gone(name))
        elif item.verdict != "rejected":
            found.append(item)
        elif view.policy.review == "any" or _was_confirmed(view, name):
            found.append(Gone(name))
    return found


def _hides_some(view: View) -> bool:
    policy = view.policy
    return bool(policy.delay or policy.review == "confirmed" or policy.drop.publishers)


def _was_confirmed(view: View, name: str) -> bool:
    """Whether people confirmed an incident before they rejected it, so that it was shown."""
    seats: dict[str, list[tuple[int, int]]] = {}
    for report, _, start, end in view.record.find_incident(name).summary.mentions:
        seats.setdefault(report, []).append((start, end))
    return any(j.kind == "confirm" for j in view.record.look(lambda c: judging.list_about(c, seats)))
