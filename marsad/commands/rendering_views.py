"""Views on a terminal: the steps of negotiations, relations of two parties."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.table import Table

from marsad.commands.rendering import one_line

if TYPE_CHECKING:
    from marsad.export.views import Quote
    from marsad.export.wording import Wording
    from marsad.link.relations import Relation
    from marsad.link.talks import Process, Step, Who

_MOST_NAMES = 4


def plain_table(wording: Wording, columns: Iterable[str], right: Iterable[str] = ()) -> Table:
    """Return an empty table with a column for each interface string; those in `right` hold numbers."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for key in columns:
        table.add_column(
            wording.say(key), overflow="fold", no_wrap=key == "id", justify="right" if key in right else "left"
        )
    return table


def step_table(wording: Wording, steps: Iterable[Step], quote: Quote) -> Table:
    """Return a table with one row per step, in order."""
    columns = ("when", "step", "who", "with_whom", "about", "where", "reports", "where_told", "id")
    table = plain_table(wording, columns, right=("reports",))
    for step in steps:
        marks = [wording.say(f"step_{step.step}")]
        if step.denied:
            marks.append(wording.say("step_only_denied" if step.only_denied else "step_denied"))
        report, _, start, end = step.mentions[0]
        cells = (
            _when(wording, step),
            " · ".join(marks),
            _names(wording, step.who),
            _names(wording, step.with_whom),
            wording.join(wording.say(f"topic_{t}") for t in step.topics),
            wording.join(p.name for p in step.places),
            str(step.reports),
            f"{report} «{quote(report, start, end)}»",
            step.id,
        )
        table.add_row(*(one_line(c) for c in cells), style="magenta" if step.denied else "")
    return table


def _when(wording: Wording, step: Step) -> str:
    if step.day is None:
        return ""
    if step.by_report:
        return f"{step.day} ({wording.say('by_report')})"
    return step.day if step.until in (None, step.day) else f"{step.day} – {step.until}"


def _names(wording: Wording, parties: tuple[Who, ...]) -> str:
    names = [(w.name if wording.lang == "en" else w.words) or w.words for w in parties]
    more = f" +{len(names) - _MOST_NAMES}" if len(names) > _MOST_NAMES else ""
    return wording.join(names[:_MOST_NAMES]) + more


def process_table(wording: Wording, processes: Iterable[Process]) -> Table:
    """Return a table with one row for each two parties and topic."""
    columns = ("between", "about", "steps", "first", "last", "latest_step", "kinds_of_steps")
    table = plain_table(wording, columns, right=("steps",))
    for p in processes:
        cells = (
            " – ".join(p.parties),
            wording.say(f"topic_{p.topic or 'none'}"),
            str(len(p.steps)),
            p.first or "",
            p.last or "",
            wording.say(f"step_{p.latest}"),
            wording.join(f"{wording.say(f'step_{kind}')} {count}" for kind, count in p.kinds.items()),
        )
        table.add_row(*(one_line(c) for c in cells))
    return table


def relation_table(wording: Wording, relation: Relation) -> Table:
    """Return a table with one row for each period and direction, and the incidents behind it."""
    columns = ("period", "way", "count_incidents", "score_sum", "score_mean", "categories", "id")
    table = plain_table(wording, columns, right=("count_incidents", "score_sum", "score_mean"))
    for p in relation.points:
        cells = (
            p.period,
            wording.say("way_both") if p.direction == "both" else p.direction.replace(">", " → "),
            str(p.incidents),
            f"{p.sum:+.1f}" if p.incidents else "",
            "" if p.mean is None else f"{p.mean:+.1f}",
            wording.join(f"{wording.label('type', kind)} {count}" for kind, count in p.types.items()),
            # A column for scripts elsewhere; here the ids stand one below the other.
            "\n".join(p.ids),
        )
        table.add_row(
            *(one_line(c) if "\n" not in c else c for c in cells), style="bold" if p.direction == "both" else ""
        )
    return table
