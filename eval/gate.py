"""The accuracy gate: reads the exam reports with the real reader and fails where a field falls below its floor.

    python -m eval.gate              compare with eval/floors.json
    python -m eval.gate --raise      also raise floors to what was measured (new fields get one)
    python -m eval.gate --lower      also lower floors to what was measured: the only way down
    python -m eval.gate --per-case   also print what was missed and wrong in every report

Floors belong to one corpus, named by its hash. There are two sets: `own`, our exam reports, which every machine has,
and `all`, with the third-party exam reports, checked where those exist. Exit code 1: a floor does not hold.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from eval.corpus import corpus_hash, exam_cases, exam_files, shared_exam_files
from marsad.agreement import Json
from marsad.model import Document
from marsad.scoring import Case, Result, format_table, score_cases

FLOORS = Path(__file__).with_name("floors.json")
DIGITS = 3  # floors are kept, rounded down, to a thousandth
HEADLINES = ("events", "untyped", "figures")


def measure(with_shared: bool, predict: Callable[[Document], Json]) -> tuple[str, Result]:
    """Return the corpus hash and the figures of one set of exam reports."""
    files = exam_files() + (shared_exam_files() if with_shared else [])
    cases = [
        Case(name=document.id, text=document.text, gold=events, predicted=predict(document)["events"])
        for document, events in exam_cases(with_shared)
    ]
    return corpus_hash(files), score_cases(cases)


def scores(result: Result) -> dict[str, float]:
    """Return the gated figures: the headlines and every field. Types have too few events each for a floor."""
    headlines = {name: result.fields()[name].f1 for name in HEADLINES}
    return headlines | {name: figure.f1 for name, figure in result.attributes.items()}


def round_down(value: float) -> float:
    """Return the value without what lies beyond the last digit of a floor."""
    steps: int = 10**DIGITS
    return math.floor(value * steps + 1e-9) / steps


def check(measured: Mapping[str, float], floors: Mapping[str, float], ungrounded: int = 0) -> list[str]:
    """Return a sentence for every floor that does not hold; a field that is no longer measured counts as 0."""
    faults = [
        f"{name} is {measured.get(name, 0.0):.4f}, below its floor {floor:.3f}"
        for name, floor in floors.items()
        if round_down(measured.get(name, 0.0)) < floor
    ]
    if ungrounded:
        faults.append(f"{ungrounded} quoted spans are not the report's words at their offsets; there must be none")
    return faults


def move(measured: Mapping[str, float], floors: Mapping[str, float], *, up: bool, down: bool) -> dict[str, float]:
    """Return the floors moved to what was measured, in the allowed directions only."""
    moved = dict(floors)
    for name in {**floors, **measured}:
        value = round_down(measured.get(name, 0.0))
        rises, falls = value > floors.get(name, -1.0), value < floors.get(name, 0.0)
        if (up and rises) or (down and falls):
            moved[name] = value
    return moved


def format_floors(measured: Mapping[str, float], floors: Mapping[str, float]) -> str:
    """Return a table of what was measured beside its floor."""
    lines = [f"{'field':<22}{'measured':>10}{'floor':>8}"]
    for name in {**measured, **floors}:
        floor = f"{floors[name]:8.3f}" if name in floors else f"{'-':>8}"
        mark = "  BELOW" if round_down(measured.get(name, 0.0)) < floors.get(name, 0.0) else ""
        lines.append(f"{name:<22}{measured.get(name, 0.0):10.4f}{floor}{mark}")
    return "\n".join(lines)


def gate_set(
    name: str, hashed: str, result: Result, pinned: Json, options: argparse.Namespace
) -> tuple[Json, list[str]]:
    """Compare one set with its floors; return the entry to pin and the faults."""
    measured, floors = scores(result), dict(pinned.get("floors", {}))
    faults = []
    if pinned.get("corpus") not in (None, hashed):
        faults.append("the exam reports changed since the floors were pinned; pin them anew with --lower --raise")
    if options.up or options.down:
        floors = move(measured, floors, up=options.up, down=options.down)
    if options.down or pinned.get("corpus") is None:
        faults, pinned = [], {"corpus": hashed}
    print(f"\n{name}: {len(result.cases)} reports, corpus {hashed[:12]}\n")
    print(format_table(result, options.per_case), end="\n\n")
    print(format_floors(measured, floors))
    faults += check(measured, floors, result.ungrounded)
    return {"corpus": pinned["corpus"], "floors": floors}, [f"{name}: {fault}" for fault in faults]


def run(arguments: list[str], predict: Callable[[Document], Json], path: Path = FLOORS) -> int:
    """Run the gate with the given command-line arguments; return the exit code."""
    parser = argparse.ArgumentParser(prog="eval.gate", description="Compare accuracy with its floors.")
    parser.add_argument("--raise", dest="up", action="store_true", help="raise floors to what was measured")
    parser.add_argument("--lower", dest="down", action="store_true", help="lower floors to what was measured")
    parser.add_argument("--per-case", action="store_true", help="print what was missed and wrong in every report")
    options = parser.parse_args(arguments)
    pinned: Json = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    faults: list[str] = []
    for name, with_shared in (("own", False), ("all", True)):
        if with_shared and not shared_exam_files():
            print("\nall: not checked, the third-party exam reports are not on this machine")
            continue
        hashed, result = measure(with_shared, predict)
        pinned[name], found = gate_set(name, hashed, result, pinned.get(name, {}), options)
        faults += found
    if options.up or options.down:
        path.write_text(json.dumps(pinned, indent=2) + "\n", encoding="utf-8")
    for fault in faults:
        print(f"gate: {fault}", file=sys.stderr)
    print(f"\ngate: {'failed' if faults else 'every floor holds'}")
    return int(bool(faults))


def main() -> int:
    """Run the gate with the real reader."""
    from marsad.export.contract import to_contract
    from marsad.pipeline import load_reader

    reader = load_reader()
    return run(sys.argv[1:], lambda document: to_contract(reader.read(document)))


if __name__ == "__main__":
    sys.exit(main())
