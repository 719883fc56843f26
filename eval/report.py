"""Where reading goes wrong, measured on reports that neither taggers nor choices have seen.

    python -m eval.report [--tags FILE] [--fold K] [--examples N]

Prints accuracy per field, per type, per set of reports, what types are taken for each other, and the costliest classes of
errors with examples. The training reports are read in five folds, each by what was learned from the other four. `--tags`
keeps the tags of unseen reports in FILE, or uses them where it exists (see `eval.train`).
"""

from __future__ import annotations

import argparse
import multiprocessing
import pickle
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from eval.corpus import set_of, training_cases
from eval.train import learn_choices
from eval.unseen import FOLDS, WORKERS, Report, prepare, tag_unseen
from marsad import coder, lang
from marsad.agreement import Accuracy, Json, compare
from marsad.coder.choices import read_choices
from marsad.export.contract import to_contract
from marsad.model import CodedDocument
from marsad.scoring import Case, format_table, pair_events, score_cases

COSTLIEST = 20
FIELDS = ("actor", "recipient", "places", "date", "status", "modes", "casualties", "damage", "weapons", "source")


class Error(NamedTuple):
    """One error: its class, the report, and a line that shows it."""

    kind: str
    report: str
    shown: str


def read_unseen(reports: list[Report], language: Any, fold: int, scratch: Path) -> list[Case]:
    """Read the reports of a fold with choices learned from the other folds; taggers have not seen them either."""
    path = scratch / f"weights{fold}.tsv"
    learn_choices([r for r in reports if r.fold != fold], language, path, is_quiet=True)
    # Tags are there already: the taggers of the kit are never asked.
    kit = coder.Kit(None, None, read_choices(path), language.actors, language.gazetteer)  # type: ignore[arg-type]
    cases = []
    for report in (r for r in reports if r.fold == fold):
        found: list[Any] = []
        document = report.case.document
        for passage in report.passages:
            found += coder.code_passage(passage, language, kit, document.id, len(found)).events
        coded = CodedDocument(document=document, language=language.code, events=tuple(found))
        predicted = to_contract(coded)["events"]
        cases.append(Case(name=document.id, text=document.text, gold=report.case.events, predicted=predicted))
    return cases


def load_unseen(tags: Path | None, language: Any) -> list[Report]:
    """Return the training reports with tags of taggers that have not seen them, kept in `tags` where that is given."""
    if tags is not None and tags.exists():
        reports: list[Report] = pickle.loads(tags.read_bytes())
        return reports
    reports = prepare(training_cases(), language)
    tag_unseen(reports)
    if tags is not None:
        tags.write_bytes(pickle.dumps(reports))
    return reports


def cross_validate(reports: list[Report], language: Any, folds: Sequence[int]) -> list[Case]:
    """Return the cases of some folds, each read by what was learned from the others."""
    with (
        tempfile.TemporaryDirectory() as scratch,
        ProcessPoolExecutor(WORKERS, multiprocessing.get_context("fork")) as pool,
    ):
        jobs = [pool.submit(_read_fold, fold, scratch) for fold in folds] if _share(reports, language) else []
        return [case for job in jobs for case in job.result()]


# Forked workers see what was shared before the fork; reports are too large to be sent.
_shared: dict[str, Any] = {}


def _share(reports: list[Report], language: Any) -> bool:
    _shared.update(reports=reports, language=language)
    return True


def _read_fold(fold: int, scratch: str) -> list[Case]:
    return read_unseen(_shared["reports"], _shared["language"], fold, Path(scratch))


def errors_of(case: Case) -> list[Error]:
    """Return the errors of a report by class: types confused, events missed and wrong, fields of matched events."""
    found = []
    pairs, missed, wrong = pair_events(case)
    gone, extra = {id(e) for e in missed}, {id(e) for e in wrong}
    for gold, said in pair_events(case, typed=False)[0]:
        if id(gold) in gone and id(said) in extra and gold["type"] != said["type"]:
            found.append(Error(f"type: {gold['type']} read as {said['type']}", case.name, _shown(case, gold)))
            gone.discard(id(gold))
            extra.discard(id(said))
    found += [Error(f"missed: {e['type']}", case.name, _shown(case, e)) for e in missed if id(e) in gone]
    found += [Error(f"wrong: {e['type']}", case.name, _shown(case, e)) for e in wrong if id(e) in extra]
    for gold, said in pairs:
        found += _field_errors(case, gold, said)
    return found


def _field_errors(case: Case, gold: Json, said: Json) -> list[Error]:
    """The errors in the fields of a matched event, with what gold has and what was read."""
    found = []
    for name, figure in compare(gold, said).items():
        if isinstance(figure, Accuracy):
            bad = figure.of - figure.right
            kinds = [f"{name}: wrong"] * bad
        else:
            kinds = [f"{name}: missed"] * figure.fn + [f"{name}: wrong"] * figure.fp
        field = next((f for f in FIELDS if f.startswith(name.split()[0].rstrip("s"))), name)
        shown = f"{_shown(case, gold)}\n        gold {_brief(gold.get(field))}\n        read {_brief(said.get(field))}"
        found += [Error(kind, case.name, shown) for kind in kinds]
    return found


def _brief(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(_brief(item) for item in value) or "nothing"
    if isinstance(value, dict) and "text" in value:
        keys = ("name", "country", "sector", "outcome", "kind", "object", "who", "min", "max", "level")
        return " ".join([f"«{value['text']}»", *(str(value[k]) for k in keys if value.get(k) is not None)])
    return str(value)


def _shown(case: Case, event: Json) -> str:
    """The sentence of an event's trigger, with the trigger marked."""
    trigger = event["trigger"]
    context = trigger.get("context")
    start = trigger["start"] if context is None else case.text.index(context) + context.index(trigger["text"])
    end = start + len(trigger["text"])
    low = max(case.text.rfind(mark, 0, start) for mark in ".\n") + 1
    high = min((at for mark in ".\n" if (at := case.text.find(mark, end)) >= 0), default=len(case.text))
    low, high = max(low, start - 110), min(high, end + 110)
    return f"{event['type']} {case.text[low:start].lstrip()}[{trigger['text']}]{case.text[end:high].rstrip()}"


def print_report(cases: list[Case], examples: int) -> None:
    """Print all tables."""
    print(format_table(score_cases(cases)))
    print("\nBy set of reports          events  untyped  figures   source")
    grouped: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        grouped[set_of(case.name)].append(case)
    for name, own in sorted(grouped.items()):
        result = score_cases(own)
        source = result.attributes.get("source name")
        figures = (result.events.f1, result.untyped.f1, result.figures.f1, source.f1 if source else 1.0)
        print(f"  {name:<22}" + "".join(f"{f:9.3f}" for f in figures) + f"   {len(own)} texts")
    _print_errors([error for case in cases for error in errors_of(case)], examples)


def _print_errors(errors: Iterable[Error], examples: int) -> None:
    classes: dict[str, list[Error]] = defaultdict(list)
    for error in errors:
        classes[error.kind].append(error)
    counts = Counter({kind: len(own) for kind, own in classes.items()})
    print("\nTypes taken for others")
    for kind, count in counts.most_common():
        if kind.startswith("type: ") and count > 1:
            print(f"  {count:4d}  {kind.removeprefix('type: ')}")
    print(f"\nThe {COSTLIEST} costliest classes of errors")
    for kind, count in counts.most_common(COSTLIEST):
        print(f"\n  {count:4d}  {kind}")
        own = classes[kind]
        for error in own[:: max(1, len(own) // examples)][:examples] if examples else ():
            print(f"      {error.report}: {error.shown}")


def main() -> None:
    """Read the training reports unseen and print where reading goes wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tags", type=Path)
    parser.add_argument("--fold", type=int, choices=range(FOLDS), help="one fold instead of all")
    parser.add_argument("--examples", type=int, default=4, help="examples of each class of errors")
    given = parser.parse_args()
    language = lang.load("ar")
    reports = load_unseen(given.tags, language)
    folds = range(FOLDS) if given.fold is None else [given.fold]
    print_report(cross_validate(reports, language, folds), given.examples)


if __name__ == "__main__":
    main()
