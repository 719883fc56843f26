"""A release: whole or not there, with checksums that hold, and a list of what changed that says why."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from standin import TEXT, Ran

import marsad.release as module
from marsad import pipeline
from marsad.errors import InputError
from marsad.model import Document
from marsad.publication.policy import Delay, Drop, Policy, load_policy
from marsad.publishing import View
from marsad.record import Record, StoredJudgement, open_record
from marsad.release import Plan, release


def add(record: Record, *documents: Document) -> None:
    run = record.start_run("1", "d")
    for outcome in pipeline.process(documents, pipeline.load_reader(), record, run):
        assert outcome.state in ("added", "new-version"), outcome.problem


OTHER = "قتل 9 مدنيين في قصف روسي على مدينة خاركيف يوم الأحد."


@pytest.fixture
def record(location: str) -> Iterator[Record]:
    with open_record(location, pipeline.load_fold()) as record:
        add(record, Document(id="r1", text=TEXT, published="2025-07-22", publisher="a.example"))
        yield record


def changes(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "changes.jsonl").read_text().splitlines()]


def test_checksums_hold_and_name_every_file(record: Record, tmp_path: Path) -> None:
    about = release(View(record), tmp_path / "one", Plan(name="1"))
    sums = dict(reversed(line.split("  ")) for line in (tmp_path / "one" / "SHA256SUMS").read_text().splitlines())
    files = {p.name for p in (tmp_path / "one").iterdir()}
    assert set(sums) == files - {"SHA256SUMS"}
    assert all(hashlib.sha256((tmp_path / "one" / n).read_bytes()).hexdigest() == s for n, s in sums.items())
    assert {"incidents.csv", "events.jsonl", "codebook.yaml", "columns.csv", "disclosures.ar.md"} <= files
    assert about["reports"] == 1
    assert about["incidents"] == 1


def test_disclosures_are_filled_in_both_languages(record: Record, tmp_path: Path) -> None:
    release(View(record), tmp_path / "one", Plan(name="2025-08"))
    for lang in ("en", "ar"):
        text = (tmp_path / "one" / f"disclosures.{lang}.md").read_text()
        assert "2025-08" in text
        assert "{" not in text
        assert "--gold" in text  # accuracy was not measured, and the text says how to


def test_changes_say_what_was_added_changed_and_withdrawn_and_why(record: Record, tmp_path: Path) -> None:
    release(View(record), tmp_path / "one", Plan(name="1"))
    (first,) = (json.loads(line) for line in (tmp_path / "one" / "incidents.jsonl").read_text().splitlines())
    record.judge(StoredJudgement(key=0, at="", author="a", kind="correct", left=first["id"], field="killed", value=4))
    add(record, Document(id="r2", text=OTHER, published="2025-07-22", publisher="b.example"))
    release(View(record), tmp_path / "two", Plan(name="2", last=tmp_path / "one"))
    found = {c["change"]: c for c in changes(tmp_path / "two")}
    assert found["added"]["id"] != first["id"]
    (figures,) = (f for f in found["changed"]["fields"] if f["field"] == "figures")
    assert (figures["before"]["killed"]["best"], figures["after"]["killed"]["best"]) == (3, 4)
    record.judge(StoredJudgement(key=0, at="", author="a", kind="reject", left=first["id"], reason="an exercise"))
    release(View(record), tmp_path / "three", Plan(name="3", last=tmp_path / "two"))
    gone = {"change": "withdrawn", "id": first["id"], "why": "rejected by people"}
    assert changes(tmp_path / "three") == [gone | {"reason": "an exercise"}]
    # The words of people are words too: what withholds those of reports does not tell them.
    release(View(record, load_policy("careful")), tmp_path / "four", Plan(name="4", last=tmp_path / "two"))
    assert gone in changes(tmp_path / "four")


def test_under_another_policy_old_values_are_not_told_again(record: Record, tmp_path: Path) -> None:
    release(View(record), tmp_path / "one", Plan(name="1"))
    release(View(record, load_policy("careful")), tmp_path / "two", Plan(name="2", last=tmp_path / "one"))
    assert "a.example" not in (tmp_path / "two" / "changes.jsonl").read_text()
    assert all(set(f) == {"field"} for c in changes(tmp_path / "two") for f in c["fields"])


def test_what_a_policy_holds_back_is_withdrawn_without_more(record: Record, tmp_path: Path) -> None:
    release(View(record), tmp_path / "one", Plan(name="1"))
    late = Policy(delay=(Delay(days=100_000),))
    release(View(record, late), tmp_path / "two", Plan(name="2", last=tmp_path / "one"))
    assert [c["why"] for c in changes(tmp_path / "two")] == ["withheld by the policy or the filters"]


def test_whom_a_policy_silences_is_not_named(record: Record, tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text('[drop]\npublishers = ["Qqsecret"]\nsources = ["Qqhidden"]\n')
    release(View(record, load_policy(str(path))), tmp_path / "one", Plan(name="1"))
    assert [p.name for p in (tmp_path / "one").iterdir() if b"Qq" in p.read_bytes()] == []


def test_whom_a_policy_silences_cannot_be_guessed_from_a_release(record: Record, tmp_path: Path) -> None:
    """Nothing in a release hangs on the names: neither a digest nor a count."""
    add(record, Document(id="r2", text=OTHER, published="2025-07-22", publisher="Loud.example"))
    told = []
    for name in ("loud.example", "nobody.example"):
        policy = msgspec.structs.replace(Policy(smallest_group=1), drop=Drop(publishers=(name,)))
        about = release(View(record, policy), tmp_path / name, Plan(name="1"))
        told.append((about["policy"], about["reports"], about["publishers"]))
    assert told[0][0] == told[1][0]
    assert [t[1:] for t in told] == [(1, 1), (2, 2)]
    release(View(record, policy), tmp_path / "next", Plan(name="2", last=tmp_path / "loud.example"))
    assert all("before" not in f for c in changes(tmp_path / "next") for f in c.get("fields", ()))


def test_few_reports_are_not_counted_where_small_groups_are_not(record: Record, tmp_path: Path) -> None:
    about = release(View(record, load_policy("careful")), tmp_path / "one", Plan(name="1"))
    assert (about["reports"], about["publishers"]) == (None, None)
    assert "Reports in Arabic: <5, by <5 publishers" in (tmp_path / "one" / "disclosures.en.md").read_text()


def test_a_release_that_fails_leaves_nothing(record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_path: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "_write_columns", fail)
    with pytest.raises(KeyboardInterrupt):
        release(View(record), tmp_path / "one", Plan(name="1"))
    assert [p.name for p in tmp_path.iterdir() if "one" in p.name] == []


def test_a_release_is_never_written_over(record: Record, tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    with pytest.raises(InputError, match="there already"):
        release(View(record), tmp_path / "one", Plan(name="1"))


def test_the_command_is_careful_unless_told_otherwise(
    marsad: Callable[..., Ran], folder: Path, record: Record, location: str
) -> None:
    assert record.examine() == []
    ran = marsad("--record", location, "release", "r1", "--name", "1")
    assert ran.code == 0, ran.err
    assert json.loads((folder / "r1" / "release.json").read_text())["policy"]["words"] == "withhold"
    ran = marsad("--record", location, "release", "r2", "--last", "nowhere")
    assert ran.code == 2
