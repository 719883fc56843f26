"""What became of the inputs of a run: counted along on the terminal, and summed up at its end."""

from __future__ import annotations

import contextlib
import re
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click
import msgspec

from marsad.commands.options import Settings, complain

if TYPE_CHECKING:
    from marsad.export.wording import Wording
    from marsad.intake import Meter
    from marsad.model import CodedDocument
    from marsad.pipeline import Outcome

_MOST_REASONS = 12
_LOOK_BACK_S = 30.0
_PARTICULARS = re.compile(r" \([^()]*\)|'[^']*'|\"[^\"]*\"|[0-9][0-9,.]*")


class Tally(msgspec.Struct):
    """What became of the inputs so far; `reasons` counts why some were refused."""

    states: dict[str, int] = {}
    events: int = 0
    copies: int = 0
    reasons: dict[str, int] = {}

    def count(self, outcome: Outcome) -> None:
        """Count one outcome."""
        self.states[outcome.state] = self.states.get(outcome.state, 0) + 1
        self.events += len(outcome.coded.events) if outcome.coded else 0
        self.copies += outcome.is_copy
        if outcome.reason is not None:
            reason = _kind_of(outcome.reason)
            self.reasons[reason] = self.reasons.get(reason, 0) + 1

    def of(self, *states: str) -> int:
        """Return how many outcomes were in one of these states."""
        return sum(self.states.get(state, 0) for state in states)

    def exit_code(self) -> int:
        """Return 0 done, 1 done in part, 2 nothing done."""
        if not self.of("failed", "unread"):
            return 0
        return 1 if self.of("read", "added", "new-version", "unchanged") else 2

    def refusals(self) -> list[tuple[str, int]]:
        """Return why inputs were refused, and how many for each reason, the most frequent first."""
        return sorted(self.reasons.items(), key=lambda pair: (-pair[1], pair[0]))

    def summary(self) -> dict[str, object]:
        """Return the counts for programs."""
        return {
            "added": self.of("added"),
            "new_versions": self.of("new-version"),
            "unchanged": self.of("unchanged"),
            "copies": self.copies,
            "events": self.events,
            "unread": self.of("unread"),
            "failed": self.of("failed"),
            "reasons": dict(self.refusals()),
        }


def _kind_of(reason: str) -> str:
    """A reason without what belongs to the single input: numbers, quoted words."""
    return " ".join(_PARTICULARS.sub(lambda m: "" if m[0].startswith(" (") else "…", reason).split())


def list_refusals(tally: Tally, wording: Wording) -> Iterator[str]:
    """Yield a line for each reason why inputs were refused, the most frequent first."""
    every = tally.refusals()
    for reason, count in every[:_MOST_REASONS]:
        yield wording.say("summary_reason", count=count, reason=reason)
    if len(every) > _MOST_REASONS:
        yield wording.say("summary_reasons", count=sum(count for _, count in every[_MOST_REASONS:]))


def sound(outcomes: Iterable[Outcome], tally: Tally, settings: Settings) -> Iterator[CodedDocument]:
    """Pass on what was read; count everything, name each failure, and if asked to, each report."""
    for outcome in outcomes:
        tally.count(outcome)
        if outcome.problem:
            complain(outcome.problem)
        if settings.verbose and outcome.details:
            click.echo(outcome.details, err=True)
        if settings.verbose and outcome.coded is not None:
            click.echo(f"{outcome.coded.document.id}: {outcome.state}, {len(outcome.coded.events)} events", err=True)
        if outcome.coded is not None:
            yield outcome.coded


class Pace:
    """How fast a run goes, by what lay behind it over the last half a minute: what is known already is passed quickly, and
    would promise too much."""

    def __init__(self, now: float) -> None:
        self._marks: deque[tuple[float, int, int]] = deque([(now, 0, 0)])

    def mark(self, now: float, count: int, done: int) -> None:
        """Note at a time in seconds how many reports and how many bytes lie behind."""
        if now - self._marks[-1][0] >= 1:
            self._marks.append((now, count, done))
            while len(self._marks) > 2 and now - self._marks[0][0] > _LOOK_BACK_S:
                self._marks.popleft()

    def rate(self) -> float:
        """Return the reports a second; 0 if that is not known yet."""
        (began, before, _), (ended, after, _) = self._marks[0], self._marks[-1]
        return (after - before) / (ended - began) if ended > began else 0.0

    def left_s(self, total: int | None) -> float | None:
        """Return how many seconds are left until so many bytes lie behind; None if that is not known, as when the last of
        them are opened and their reports are still to be read."""
        (began, _, before), (ended, _, after) = self._marks[0], self._marks[-1]
        if not total or after <= before or after >= total:
            return None
        return (total - after) * (ended - began) / (after - before)


def with_progress(
    outcomes: Iterable[Outcome], settings: Settings, wording: Wording, meter: Meter | None, *, shown: bool = True
) -> Iterator[Outcome]:
    """Count along on the terminal once a run takes more than a second: how many, how fast, and with a meter how long yet."""
    if not shown or settings.quiet or not sys.stderr.isatty():
        yield from outcomes
        return
    from rich.console import Console
    from rich.status import Status

    began = time.monotonic()
    pace = Pace(began)
    with contextlib.ExitStack() as stack:
        status = None
        for count, outcome in enumerate(outcomes, 1):
            now = time.monotonic()
            if status is None and now - began > 1:
                status = stack.enter_context(Status("", console=Console(stderr=True)))
            if status is not None and (outcome.problem or settings.verbose):
                # What is said meanwhile stands on lines of its own.
                status.stop()
                yield outcome
                status.start()
            else:
                yield outcome
            pace.mark(now, count, meter.done() if meter else 0)
            if status is not None:
                status.update(progress_line(wording, count, pace, meter.total if meter else None))


def progress_line(wording: Wording, count: int, pace: Pace, total: int | None) -> str:
    """Return what the terminal shows during a run."""
    parts = [wording.say("working", count=f"{count:,}")]
    if rate := pace.rate():
        parts.append(wording.say("working_rate", rate=f"{rate:,.1f}" if rate < 100 else f"{rate:,.0f}"))
    left = pace.left_s(total)
    if left is not None:
        parts.append(wording.say("working_left", left=_clock(left)))
    return " · ".join(parts)


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
