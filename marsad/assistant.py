"""The record for language models, over the Model Context Protocol: four tools that look and change nothing.

What a model is told leaves the record, so it goes through a publication policy, the careful one unless told otherwise.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

from marsad.errors import MarsadError, RecordError
from marsad.export.contract import line_of, to_contract
from marsad.filtering import checked
from marsad.library.reading import read_text
from marsad.publishing import View
from marsad.record import Filters

_MOST = 50
_INSTRUCTIONS = (
    "Incidents read out of Arabic war reports. Every figure has its source; best, low and high may differ. "
    "Quote who says so, and never give a figure without it."
)


def make_server(view: View) -> MCPServer[Any]:
    """Return a server over what a view shows."""
    server: MCPServer[Any] = MCPServer("marsad", instructions=_INSTRUCTIONS, log_level="WARNING")

    def search_incidents(
        country: str | None = None,
        event_type: str | None = None,
        since: str | None = None,
        until: str | None = None,
        limit: int = 10,
    ) -> list[dict[str, Any]]:
        """List incidents, latest first. `country` is a code or name, `event_type` like ASSAULT, a day like 2025-07-22."""
        types = (event_type,) if event_type else ()
        most = min(max(limit, 1), _MOST)
        asked = checked(Filters(country=country or None, types=types, since=since, until=until, limit=most))
        return [line_of(item) for _, item in view.happenings(asked)]

    def show_evidence(incident: str) -> dict[str, Any]:
        """Return an incident with the words of the reports that tell it, where the policy gives words."""
        found = _find(view, incident)
        quotes = []
        if not view.policy.withholds_words:
            for report, event, start, end in found.summary.mentions:
                text = view.record.find(report)[1].document.text
                quotes.append({"report": report, "event": event, "text": text[start:end], "start": start, "end": end})
        return line_of(found) | {"quotes": quotes}

    def compare_claims(incident: str) -> dict[str, Any]:
        """Return for each outcome of an incident who gave which number, and which one is taken as best and why."""
        row = line_of(_find(view, incident))
        return {"figures": row["figures"], "claims": row["claims"], "contradicted": row["contradicted"]}

    def read_report(text: str, published: str | None = None) -> dict[str, Any]:
        """Read an Arabic report: its events, every value with its words. Nothing is kept."""
        return to_contract(read_text(text, (published, None), "report"))

    for tool in (search_incidents, show_evidence, compare_claims, read_report):
        server.tool()(_telling_why(tool))
    return server


def _telling_why(tool: Callable[..., Any]) -> Callable[..., Any]:
    """A tool whose errors reach the model as sentences; the library tells nothing of errors that it does not know."""

    @functools.wraps(tool)
    def run(*arguments: Any, **named: Any) -> Any:
        try:
            return tool(*arguments, **named)
        except MarsadError as error:
            raise ToolError(str(error)) from error

    return run


def _find(view: View, wanted: str) -> Any:
    found = view.happening(wanted)
    if found is None:
        raise RecordError(f"There is no incident {wanted!r} to show; search_incidents lists them.")
    return found
