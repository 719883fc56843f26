"""The gate of linking: reads and links the gold of incidents and fails where a measure falls below its floor.

    python -m eval.link_gate           compare with eval/link_floors.json
    python -m eval.link_gate --raise   also raise floors to what was measured (new measures get one)
    python -m eval.link_gate --lower   also lower floors to what was measured: the only way down

`own` is the set that linking is built on (`eval/gold/incidents`). `exam` is the third-party one, checked where it lies
beside the repository; no word, weight or rule may be drawn from it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from eval.corpus import GOLD, SHARED
from eval.gate import check, format_floors, move
from eval.link_score import Gold, Json, load_gold, score
from marsad.model import Document

FLOORS = Path(__file__).with_name("link_floors.json")
SETS = {"own": GOLD / "incidents", "more": GOLD / "incidents-more", "exam": SHARED / "incidents-dev"}


def run(arguments: list[str], predict: Callable[[Gold], Json], path: Path = FLOORS) -> int:
    """Run the gate with the given command-line arguments; return the exit code."""
    parser = argparse.ArgumentParser(prog="eval.link_gate", description="Compare linking with its floors.")
    parser.add_argument("--raise", dest="up", action="store_true", help="raise floors to what was measured")
    parser.add_argument("--lower", dest="down", action="store_true", help="lower floors to what was measured")
    options = parser.parse_args(arguments)
    pinned: dict[str, dict[str, float]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    faults: list[str] = []
    for name, folder in SETS.items():
        if not folder.is_dir():
            print(f"\n{name}: not checked, these reports are not on this machine")
            continue
        gold = load_gold(folder)
        measured = score(gold, predict(gold))
        pinned[name] = move(measured, pinned.get(name, {}), up=options.up, down=options.down)
        print(f"\nlinking, {name}: {len(gold.texts)} reports, {len(gold.incidents)} incidents\n")
        print(format_floors(measured, pinned[name]))
        faults += [f"{name}: {fault}" for fault in check(measured, pinned[name])]
    if options.up or options.down:
        path.write_text(json.dumps(pinned, indent=2) + "\n", encoding="utf-8")
    for fault in faults:
        print(f"link gate: {fault}", file=sys.stderr)
    print(f"\nlink gate: {'failed' if faults else 'every floor holds'}")
    return int(bool(faults))


def link(gold: Gold) -> Json:
    """Return what `marsad incidents --format json` says of the reports, read and linked in a record of their own."""
    import tempfile

    from marsad import pipeline
    from marsad.export.incidents import incident_to_contract
    from marsad.record import Filters, open_record

    documents = (Document(id=name, text=gold.texts[name], **known) for name, known in sorted(gold.documents.items()))
    with tempfile.TemporaryDirectory() as folder, open_record(str(Path(folder) / "gold.db")) as record:
        for outcome in pipeline.process(documents, pipeline.load_reader(), record, record.start_run("gate", "gate")):
            if outcome.problem:
                print(outcome.problem, file=sys.stderr)
        found = [incident_to_contract(i.id, i.summary, i.verdict) for i in record.incidents(Filters())]
        return {"copies": record.copies(), "incidents": found}


def main() -> int:
    """Run the gate with the real reader."""
    return run(sys.argv[1:], link)


if __name__ == "__main__":
    sys.exit(main())
