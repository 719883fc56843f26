"""Incidents on a terminal: the table, one with its evidence, and why it is one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from marsad.commands.rendering import one_line
from marsad.export.incidents import reasons

if TYPE_CHECKING:
    from marsad.export.wording import Wording
    from marsad.link.summary import Summary
    from marsad.record import StoredIncident, StoredJudgement
    from marsad.record.incidents import Explained
    from marsad.record.pairs import Pair

_AROUND = 40
"""Characters of the report quoted on either side of a mention."""


def incident_table(wording: Wording, found: Iterable[StoredIncident]) -> Table:
    """Return a table with one row per incident."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for key in ("id", "type", "when", "where", "figures"):
        table.add_column(wording.say(key), overflow="fold", no_wrap=key == "id")
    for key in ("reports", "sources"):
        table.add_column(wording.say(key), justify="right")
    for incident in found:
        summary = incident.summary
        cells = (
            incident.id,
            wording.label("type", summary.type),
            when_of(summary),
            wording.join(p.name for p in summary.places),
            wording.join(figures_of(wording, summary)),
            str(incident.reports),
            str(incident.sources),
        )
        table.add_row(*(one_line(c) for c in cells), style="yellow" if incident.contradicted else "")
    return table


def judgement_table(wording: Wording, found: Iterable[StoredJudgement]) -> Table:
    """Return a table with one row per judgement; those undone are dim."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for key in ("number", "judged_at", "author", "judgement", "report", "reason"):
        table.add_column(wording.say(key), overflow="fold")
    for j in found:
        about = " – ".join(v for v in (j.left, j.right) if v)
        what = " ".join(str(v) for v in (j.kind, j.field, j.value, j.undoes) if v is not None)
        cells = (str(j.key), j.at, j.author, what, about, j.reason or "")
        table.add_row(*(one_line(c) for c in cells), style="dim" if j.undone else "")
    return table


def print_incident(out: Console, wording: Wording, found: StoredIncident, texts: Mapping[str, str]) -> None:
    """Print an incident with what each report says of it; `texts` are the reports by id."""
    summary = found.summary
    _head(out, wording, found)
    for field, figure in summary.reckoning.figures.items():
        span = f"{figure.low}–{figure.high}" if figure.low != figure.high else ""
        by = wording.say("figure_judged") if figure.judged else figure.by or ""
        name = wording.label("outcome", field)
        out.print(Text(f"  {name:<12} ", style="cyan"), Text(str(figure.best), style="bold"), one_line(f"{span} {by}"))
    out.print(Text(f"  {wording.say('claims')}", style="bold"))
    for total in summary.reckoning.totals:
        quote = texts.get(total.report, "")[total.start : total.end]
        words = f"{total.said or '?'}  {total.report}  {total.field} {total.count}  {total.source or ''}  «{quote}»"
        mark = f"  {wording.say('withdrawn')}" if total.withdrawn else ""
        out.print(one_line("    " + words + mark), style="dim" if total.withdrawn else "")
    out.print(Text(f"  {wording.say('mentions')}", style="bold"))
    for report, event, start, end in summary.mentions:
        text = texts.get(report, "")
        words = f"{text[max(0, start - _AROUND) : start]}[{text[start:end]}]{text[end : end + _AROUND]}"
        out.print(one_line(f"    {event}  «{' '.join(words.split())}»"))


def print_explained(out: Console, wording: Wording, found: Explained) -> None:
    """Print why the events of an incident are linked, and why their nearest neighbours are not."""
    _head(out, wording, found.incident)
    for title, ties in (("why_linked", found.within), ("why_not_linked", found.outside)):
        out.print(Text(f"  {wording.say(title)}", style="bold"))
        for tie in ties:
            at = f" {tie.incident}" if title == "why_not_linked" and tie.incident else ""
            out.print(one_line(f"    {tie.event} – {tie.other}{at}  {tie.verdict.score:+.1f}"))
            out.print(one_line(f"        {reasons(tie.verdict)}"), style="dim")
    for row in found.log:
        out.print(one_line(f"  {row['at']}  {row['incident']} {row['kind']} {row['other']}  {row['cause'] or ''}"))
    if found.judgements:
        out.print(judgement_table(wording, found.judgements))


def print_pair(out: Console, wording: Wording, found: Pair) -> None:
    """Print why two events are one incident, or why they are two, with every reason and its weight."""
    side = "linked" if found.linked else "not_linked"
    tie = found.tie
    ids = " · ".join(dict.fromkeys(i for i in (found.left_incident, found.right_incident) if i))
    out.print(one_line(f"{tie.event} – {tie.other}  {wording.say(f'pair_{side}')}  {ids}"), style="bold")
    out.print(one_line(f"  {wording.say(f'pair_{side}_{found.because}')}"))
    if found.texts:
        out.print(one_line(f"  {wording.say(f'pair_texts_{found.texts}')}"))
    out.print(one_line(f"  {wording.say('pair_score', score=f'{tie.verdict.score:+.1f}')}"))
    for clue in sorted(tie.verdict.clues, key=lambda c: (-abs(c.weight), c.name)):
        out.print(
            one_line(f"    {clue.weight:+.1f}  {clue.name}" + (f"  ({clue.seen})" if clue.seen else "")), style="dim"
        )
    for step in found.path:
        out.print(one_line(f"  {step.event} – {step.other}  {step.verdict.score:+.1f}"))
        out.print(one_line(f"        {reasons(step.verdict)}"), style="dim")
    if found.judgements:
        out.print(judgement_table(wording, found.judgements))


def _head(out: Console, wording: Wording, found: StoredIncident) -> None:
    summary = found.summary
    places = wording.join(p.name for p in summary.places)
    head = f"{found.id}  {wording.label('type', summary.type)}  {when_of(summary)}  {places}"
    out.print(one_line(head), style="bold")
    marks = [wording.say("count_reports", count=found.reports), wording.say("count_sources", count=found.sources)]
    if found.contradicted:
        marks.append(wording.say("contradicted"))
    if found.verdict:
        marks.append(wording.say(f"verdict_{found.verdict}"))
    out.print(one_line("  " + " · ".join(marks)), style="dim")


def when_of(summary: Summary) -> str:
    """Return the day or days of an incident; empty if unknown."""
    if summary.start is None:
        return ""
    return summary.start if summary.start == summary.end else f"{summary.start} – {summary.end}"


def figures_of(wording: Wording, summary: Summary) -> Iterable[str]:
    """Yield each outcome with its best figure, and the lowest and highest where they differ."""
    for field, figure in summary.reckoning.figures.items():
        span = f" ({figure.low}–{figure.high})" if figure.low != figure.high else ""
        yield f"{wording.label('outcome', field)} {figure.best}{span}"
