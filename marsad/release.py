"""`marsad release`: the record as a versioned data set: files with checksums, what changed since the last, how it was made.

A release is made in a folder beside its own and renamed once it is whole.
"""

from __future__ import annotations

import csv
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa

from marsad.errors import InputError
from marsad.export import FORMATS, usual_mode
from marsad.export.columns import COLUMNS
from marsad.export.dictionary import describe
from marsad.export.wording import Wording
from marsad.pipeline import coder_version, data_version
from marsad.publication.policy import Policy
from marsad.publishing import SUBJECTS, View, export
from marsad.record import Filters, incidents, judging
from marsad.record.schema import documents, runs
from marsad.resources import DATA

DATA_FORMATS = ("csv", "jsonl", "geojson")
_COMPARED = "incidents.jsonl"
_CHANGES = "changes.jsonl"
_ABOUT = "release.json"
_LANGUAGES = ("en", "ar")


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What to release: its name (a version), the formats, the last release's folder, accuracy as it was measured (`None`:
    it was not), the filters.
    """

    name: str
    formats: tuple[str, ...] = DATA_FORMATS
    last: Path | None = None
    accuracy: Mapping[str, Any] | None = None
    filters: Filters = Filters()


class Counts(msgspec.Struct):
    """What the incidents of a release come to."""

    incidents: int = 0
    single: int = 0
    contradicted: int = 0
    confirmed: int = 0


def release(view: View, folder: Path, plan: Plan, tell: Callable[[int], None] | None = None) -> dict[str, Any]:
    """Write a release to a folder that is not there yet, and return what `release.json` says.

    Raises:
        InputError: the folder is there, it cannot be written, or the last release is none.
    """
    if folder.exists():
        raise InputError(f"{folder} is there already; a release is never changed: give another folder.")
    for name in plan.formats:
        if name not in FORMATS:
            raise InputError(f"{name!r} is no export format; there are {', '.join(FORMATS)}.")
    try:
        making = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    except OSError as error:
        raise InputError(f"{folder} cannot be written ({error.strerror}); check the folder and its disk.") from error
    try:
        about = _write(view, making, plan, tell)
        making.chmod(usual_mode(0o777))
        os.rename(making, folder)  # noqa: PTH104 - a name that is taken must fail, not be replaced
    except OSError as error:
        raise InputError(f"{folder} cannot be written ({error.strerror}); check the folder and its disk.") from error
    finally:
        if making.exists():
            shutil.rmtree(making)
    return about


def _write(view: View, folder: Path, plan: Plan, tell: Callable[[int], None] | None) -> dict[str, Any]:
    rows: dict[str, int] = {}
    for subject in SUBJECTS:
        for name in plan.formats:
            if subject in FORMATS[name].about:
                path = f"{subject}{FORMATS[name].endings[0]}"
                rows[path] = export(view, str(folder / path), name, subject, plan.filters, tell)
    if _COMPARED not in rows:
        rows[_COMPARED] = export(view, str(folder / _COMPARED), "jsonl", "incidents", plan.filters, tell)
    changes = _compare(view, folder, plan.last)
    shutil.copyfile(DATA / "codebook.yaml", folder / "codebook.yaml")
    _write_columns(folder / "columns.csv")
    counts = _count(folder / _COMPARED)
    about = _about(view, plan, counts) | {"changes": changes}
    for lang in _LANGUAGES:
        text = (DATA / "release" / f"disclosures.{lang}.md").read_text(encoding="utf-8")
        (folder / f"disclosures.{lang}.md").write_text(
            text.format(**_told(about, counts, view.policy, Wording(lang))), encoding="utf-8"
        )
    about["files"] = [
        {"name": p.name, "bytes": p.stat().st_size, "sha256": _digest(p), "rows": rows.get(p.name)}
        for p in sorted(folder.iterdir())
    ]
    (folder / _ABOUT).write_bytes(msgspec.json.format(msgspec.json.encode(about), indent=1) + b"\n")
    sums = "".join(f"{_digest(p)}  {p.name}\n" for p in sorted(folder.iterdir()))
    (folder / "SHA256SUMS").write_text(sums, encoding="utf-8")
    return about


def _about(view: View, plan: Plan, counts: Counts) -> dict[str, Any]:
    def ask(connection: sa.Connection) -> dict[str, Any]:
        current = documents.c.current.is_(True)
        printed = sa.select(documents.c.publisher, sa.func.count()).where(current).group_by(documents.c.publisher)
        silent = {name.casefold() for name in view.policy.drop.publishers}
        by_outlet = {name: n for name, n in connection.execute(printed) if (name or "").casefold() not in silent}
        read_by = connection.execute(
            sa.select(runs.c.coder, runs.c.data)
            .join(documents, documents.c.run == runs.c.key)
            .where(current)
            .distinct()
        )
        return {
            "reports": view.policy.count(sum(by_outlet.values())),
            "publishers": view.policy.count(sum(name is not None for name in by_outlet)),
            "read_by": [{"coder": r.coder, "data": r.data} for r in sorted(read_by)],
        }

    return {
        "name": plan.name,
        "moment": view.frame("events").moment,
        "coder": coder_version(),
        "data": data_version(),
        "policy": _policy_told(view.policy),
        **view.record.look(ask),
        "incidents": counts.incidents,
        "accuracy": plan.accuracy,
    }


def _policy_told(policy: Policy) -> dict[str, Any]:
    """A policy as it may be published: whom it silences is counted, not named, in the digest neither."""
    told: dict[str, Any] = msgspec.to_builtins(policy)
    told["drop"]["publishers"], told["drop"]["sources"] = len(policy.drop.publishers), len(policy.drop.sources)
    told["digest"] = hashlib.sha256(msgspec.json.encode(told)).hexdigest()[:16]
    return told


def _told(about: Mapping[str, Any], counts: Counts, policy: Policy, wording: Wording) -> dict[str, Any]:
    accuracy = about["accuracy"]
    measured = wording.say("accuracy_unmeasured")
    if accuracy:
        scores = {name: f"{accuracy[name]['f1']:.3f}" for name in ("events", "figures")}
        measured = wording.say("accuracy_measured", **scores)
    given = {name: policy.count(getattr(counts, name)) for name in ("single", "contradicted", "confirmed")}
    given |= {name: about[name] for name in ("reports", "publishers")}
    few = f"<{policy.smallest_group}"
    return {
        **{name: about[name] for name in ("name", "moment", "coder", "data", "incidents")},
        **{name: few if number is None else number for name, number in given.items()},
        "accuracy": measured,
        "policy": about["policy"]["digest"],
    }


def _count(path: Path) -> Counts:
    counts = Counts()
    for row in _lines(path):
        counts.incidents += 1
        counts.single += row["sources"] <= 1
        counts.contradicted += bool(row["contradicted"])
        counts.confirmed += row["verdict"] == "confirmed"
    return counts


def _write_columns(path: Path) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        lines = csv.writer(stream)
        lines.writerow(("table", "column", "English", "Arabic"))
        for subject, columns in COLUMNS.items():
            lines.writerows((subject, *row) for row in describe(subject, columns))


# ---- what changed ---------------------------------------------------------------------------------------------------


def _compare(view: View, folder: Path, last: Path | None) -> dict[str, int] | None:
    """Write what changed since the last release, and return how much; None where there is no last one."""
    if last is None:
        return None
    before, about = last / _COMPARED, last / _ABOUT
    if not before.exists() or not about.exists():
        raise InputError(f"{last} is no release: it lacks {_COMPARED} or {_ABOUT}.")
    same_policy = msgspec.json.decode(about.read_bytes())["policy"]["digest"] == _policy_told(view.policy)["digest"]
    # Whom the last policy silenced is not known: old values might be theirs.
    same_policy &= not (view.policy.drop.publishers or view.policy.drop.sources)
    counts = {"added": 0, "changed": 0, "withdrawn": 0}
    where = dict(_offsets(before))
    with before.open("rb") as old, (folder / _CHANGES).open("wb") as out:
        for row in _lines(folder / _COMPARED):
            at = where.pop(row["id"], None)
            change: dict[str, Any] | None = {"change": "added", "id": row["id"]}
            if at is not None:
                old.seek(at)
                change = _changed(msgspec.json.decode(old.readline()), row, with_values=same_policy)
            if change is not None:
                counts[change["change"]] += 1
                out.write(msgspec.json.encode(change) + b"\n")
        for name in sorted(where):
            counts["withdrawn"] += 1
            out.write(msgspec.json.encode({"change": "withdrawn", "id": name, **_why(view, name)}) + b"\n")
    return counts


def _changed(before: dict[str, Any], after: dict[str, Any], *, with_values: bool) -> dict[str, Any] | None:
    """What differs between two tellings of an incident. Under another policy the old values may be withheld by now."""
    fields = [name for name in after if before.get(name) != after[name]]
    if not fields:
        return None
    values = [{"field": f, "before": before.get(f), "after": after[f]} if with_values else {"field": f} for f in fields]
    return {"change": "changed", "id": after["id"], "fields": values}


def _why(view: View, name: str) -> dict[str, Any]:
    """Why an incident of the last release is not in this one."""
    heir = view.record.look(lambda connection: incidents.resolve_id(connection, name))
    if heir is None:
        return {"why": "no longer in the record"}
    if heir != name and view.happening(heir) is not None:
        return {"why": "merged", "into": heir}
    if heir != name:
        return {"why": "merged"}
    if view.record.find_incident(name).verdict == "rejected":
        # What people wrote may name those whom the policy masks.
        reason = None if view.policy.withholds_words else view.record.look(lambda c: judging.reason_against(c, name))
        return {"why": "rejected by people"} | ({"reason": reason} if reason else {})
    return {"why": "withheld by the policy or the filters"}


def _offsets(path: Path) -> Iterator[tuple[str, int]]:
    at = 0
    with path.open("rb") as stream:
        for line in stream:
            yield msgspec.json.decode(line)["id"], at
            at += len(line)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as stream:
        for line in stream:
            yield msgspec.json.decode(line)


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
