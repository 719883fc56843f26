"""What a language model gets: incidents with their claims, words only where the policy gives them, and nothing to change."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from standin import TEXT, StandIn

from marsad import pipeline
from marsad.model import Document
from marsad.publication.policy import load_policy
from marsad.publishing import View
from marsad.record import Filters, Record, open_record

mcp = pytest.importorskip("mcp", reason="mcp is not installed; `make formats` installs it")


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    reader = pipeline.load_reader()
    with open_record(str(tmp_path / "r.db"), pipeline.load_fold()) as record:
        coded = StandIn().read(Document(id="r1", text=TEXT, published="2025-07-22"))
        record.add(coded, record.start_run("1", "d"), reader.sketch(coded))
        yield record


def call(view: View, name: str, **arguments: Any) -> str:
    from marsad import assistant

    async def ask() -> str:
        async with mcp.Client(assistant.make_server(view)) as client:
            found = await client.call_tool(name, arguments)
            return json.dumps([block.text for block in found.content], ensure_ascii=False)

    return asyncio.run(ask())


def test_every_tool_answers(record: Record) -> None:
    view = View(record)
    name = next(item.id for _, item in view.happenings(Filters()))
    assert name in call(view, "search_incidents", country="UKR")
    assert "قصفت" in call(view, "show_evidence", incident=name)
    assert "killed" in call(view, "compare_claims", incident=name)
    assert "ASSAULT" in call(view, "read_report", text=TEXT, published="2025-07-22")


def test_the_careful_policy_gives_no_words(record: Record) -> None:
    view = View(record, load_policy("careful"))
    name = next(item.id for _, item in view.happenings(Filters()))
    assert "قصفت" not in call(view, "show_evidence", incident=name)


def test_what_is_not_there_is_said_so(record: Record) -> None:
    assert "no incident" in call(View(record), "show_evidence", incident="i-0")
    assert "not a day" in call(View(record), "search_incidents", since="last week")
