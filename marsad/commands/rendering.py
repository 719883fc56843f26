"""Tables and quotations on a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from marsad.export.wording import Value, Wording
    from marsad.model import CodedDocument, Document, Event, Why
    from marsad.record import StoredDocument
    from marsad.record.words import StoredWord

_STATUS_STYLE = {"actual": "", "future": "cyan", "hypothetical": "yellow", "negated": "magenta", "historical": "dim"}
_NARROWEST_TABLE = 120
_HARMLESS = "\u200c\u200d\u200e\u200f"
"""Invisible characters that join letters or mark a direction; others could reorder or drive the terminal."""


def console(stream: TextIO | None = None) -> Console:
    """Return a console that treats report text as plain text: nothing in it is markup, emoji code or link."""
    width = None if stream is None or stream.isatty() else 140
    return Console(file=stream, markup=False, emoji=False, highlight=False, width=width)


def print_events(out: Console, wording: Wording, events: Iterable[Event]) -> int:
    """Print events as a table, or in a narrow terminal one below the other; returns how many."""
    if out.width >= _NARROWEST_TABLE:
        table = event_table(wording, events)
        if table.row_count:
            out.print(table)
        return table.row_count
    count = 0
    for event in events:
        count += 1
        status = _unusual_status(wording, event)
        place = wording.join(map(wording.place, event.places))
        head = (event.id, _type(wording, event), status, wording.when(event.date), place)
        out.print(Text("  ".join(h for h in map(_clean, head) if h), style="bold"))
        for line in (wording.parties(event), *wording.figures(event), _sources(wording, event)):
            if line:
                out.print(Text("    " + _clean(line)))
    return count


def print_changes(out: Console, head: str, pieces: Iterable[tuple[str, str]]) -> None:
    """Print what changed in a text: what is gone as [-words-], what was added as {+words+}, coloured where that is possible.

    Each change is isolated, so that brackets stand around it in texts of either direction.
    """
    out.print(Text(head, style="bold"))
    line = Text()
    for kind, words in pieces:
        bare = _clean(words.rstrip())
        blank = words[len(words.rstrip()) :] if kind == "kept" else " "
        if kind == "kept":
            line.append(bare + blank)
        elif kind == "gone":
            line.append(f"\u2068[-{bare}-]\u2069{blank}", style="red")
        else:
            line.append(f"\u2068{{+{bare}+}}\u2069{blank}", style="green")
    out.print(line)


def _type(wording: Wording, event: Event) -> str:
    modes = wording.modes(event)
    return wording.label("type", event.type) + (f" ({modes})" if modes else "")


def _unusual_status(wording: Wording, event: Event) -> str:
    return "" if event.status == "actual" else wording.label("status", event.status)


def _sources(wording: Wording, event: Event) -> str:
    return wording.join(a.name if wording.lang == "en" and a.name else a.span.text for a in event.source)


def event_table(wording: Wording, events: Iterable[Event]) -> Table:
    """Return a table with one row per event."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for key in ("id", "type", "when", "where", "parties", "figures", "source"):
        table.add_column(wording.say(key), overflow="fold", no_wrap=key == "id")
    table.add_column(wording.say("confidence_short"), justify="right")
    for event in events:
        cells = (
            event.id,
            wording.join((_type(wording, event), _unusual_status(wording, event))),
            wording.when(event.date),
            wording.join(map(wording.place, event.places)),
            wording.parties(event),
            "\n".join(wording.figures(event)),
            _sources(wording, event),
            f"{event.confidence:.2f}",
        )
        style = "dim" if event.generic else _STATUS_STYLE.get(event.status, "")
        table.add_row(*(Text("\n".join(map(_clean, c.split("\n")))) for c in cells), style=style)
    return table


def report_table(wording: Wording, reports: Iterable[StoredDocument]) -> Table:
    """Return a table with one row per report."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for key in ("id", "published", "publisher", "events", "version", "first_words"):
        table.add_column(wording.say(key), justify="right" if key in ("events", "version") else "left", overflow="fold")
    for report in reports:
        words = report.title or " ".join(report.first_words.split())[:80]
        cells = (report.id, report.published, report.publisher, str(report.events), str(report.version), words)
        table.add_row(*(one_line(c or "") for c in cells), style="" if report.language else "dim")
    return table


def print_coded(out: Console, wording: Wording, coded: CodedDocument) -> None:
    """Print a report's head and its events as a table."""
    print_head(out, wording, coded.document)
    if coded.events:
        print_events(out, wording, coded.events)
    else:
        out.print(wording.say("no_events"))
    out.print()


def print_head(out: Console, wording: Wording, document: Document) -> None:
    """Print what identifies a report."""
    parts = (document.published, document.publisher, document.url)
    head = "  ".join(p for p in parts if p)
    title = document.title or " ".join(document.text.split())[:80]
    out.print(Text(f"{wording.say('report')} {document.id}", style="bold"), Text(one_line(head).plain, style="dim"))
    out.print(one_line(title))


def print_evidence(out: Console, wording: Wording, event: Event, *, reasons: bool = False) -> None:
    """Print an event value by value with the words quoted, and on request how each value came to be."""
    marks = [wording.label("status", event.status)]
    if event.generic:
        marks.append(wording.say("generic"))
    modes = wording.modes(event)
    if modes:
        marks.insert(0, modes)
    head = f"{event.id}  {wording.label('type', event.type)}"
    out.print(Text(head, style="bold"), Text(" · ".join(marks)), Text(f"{event.confidence:.2f}", style="dim"))
    for value in wording.values(event):
        _print_value(out, wording, value)
        if reasons:
            _print_why(out, wording, value.why)
    if reasons:
        for field, text, why in wording.judged(event):
            out.print(Text(f"  {wording.say(field):<12} ", style="cyan"), one_line(text))
            _print_why(out, wording, why)
    out.print()


def _print_value(out: Console, wording: Wording, value: Value) -> None:
    notes = " · ".join(n for n in value.notes if n)
    out.print(
        Text(f"  {wording.strings[value.field]:<12} ", style="cyan"),
        one_line(value.text),
        Text(f"({notes})" if notes else "", style="dim"),
        Text(f"«{one_line(value.span.text).plain}» {value.span.start}-{value.span.end}", style="green"),
    )


def _print_why(out: Console, wording: Wording, why: Why | None) -> None:
    lines = wording.reasons(why) if why else [wording.say("explain_none")]
    for line in lines:
        out.print(Text("      " + _clean(line), style="dim"))


def one_line(text: str) -> Text:
    """Return report text on one line, without the control characters that could drive the terminal."""
    return Text(_clean(text))


def _clean(text: str) -> str:
    return "".join(c if c.isprintable() or c in _HARMLESS else " " for c in text)


def word_table(wording: Wording, found: Iterable[StoredWord]) -> Table:
    """Return a table of the words that people added to the lexicon; those taken back are dim."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for key in ("number", "judged_at", "author", "word_kind", "word_name", "id", "word_english", "reason"):
        table.add_column(wording.say(key), overflow="fold")
    for word in found:
        row = word.row
        told = (row.kind, row.name, row.id, row.english) if row else ("undo", str(word.undoes), None, None)
        cells = (str(word.key), word.at, word.author, *told, word.reason)
        table.add_row(*(one_line(c or "") for c in cells), style="dim" if word.undone else "")
    return table
