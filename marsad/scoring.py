"""Accuracy: compares predicted events with gold, event by event and field by field.

In: gold cases (`NAME.json` beside `NAME.txt`, or one JSON object with its `text` per line) and predictions in the form
of the contract's JSON (offsets where gold has contexts). Out: a `Result` with precision, recall and F1 per field. Reads
no data files.

The rules of comparison:

- A pair of events can match if the types are equal and the predicted trigger lies in a sentence that holds the trigger
  or a mention of the gold event. Of all one-to-one assignments the one with most matches counts and, among these, the
  one whose fields agree most. "Untyped" is the same without regard to types.
- Events with `generic` count neither way; a prediction left over that fits a generic gold event is no error either.
- Fields are compared over the matched pairs, figures without regard to events over the whole report.
- A predicted name is no error where gold has the same party or source unnamed.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from marsad.agreement import MATCHED, Counts, Figure, Json, agreement, assign, compare, list_figures, overlap
from marsad.errors import InputError
from marsad.model import Document

ROLES = ("actor", "recipient", "places", "weapons", "casualties", "damage", "source")
SENTENCE_ENDS = frozenset(".!?\u061f\u061b\n")


# ------------------------------------------------------------------------------------------------ one report


class _Anchored(NamedTuple):
    """An event with the spans of its trigger and mentions and the sentences that they begin in."""

    event: Json
    spans: list[tuple[int, int]]
    sentences: list[int]


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A report with its gold events and the predicted ones; `predicted` is None where no prediction was made."""

    name: str
    text: str
    gold: list[Json]
    predicted: list[Json] | None = None


class CaseResult(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one report; `missed`, `wrong` and `ungrounded` are lines for people."""

    name: str
    events: Counts
    untyped: Counts
    figures: Counts
    types: dict[str | None, Counts]
    attributes: dict[str, Figure]
    missed: list[str]
    wrong: list[str]
    ungrounded: list[str]


def _sentence_ids(text: str) -> list[int]:
    """The number of the sentence of every code point, and of the end."""
    ids, number = [], 0
    for character in text:
        ids.append(number)
        number += character in SENTENCE_ENDS
    return [*ids, number]


def _anchor_gold(event: Json, text: str, ids: list[int]) -> _Anchored:
    spans = []
    for anchor in (event["trigger"], *(event.get("mentions") or ())):
        start = text.index(anchor["context"]) + anchor["context"].index(anchor["text"])
        spans.append((start, start + len(anchor["text"])))
    return _Anchored(event, spans, [ids[start] for start, _ in spans])


def _anchor_predicted(event: Json, text: str, ids: list[int]) -> _Anchored:
    trigger = event.get("trigger") or {}
    start, end = trigger.get("start"), trigger.get("end")
    if isinstance(start, int) and isinstance(end, int) and 0 <= start <= end <= len(text):
        return _Anchored(event, [(start, end)], [ids[start]])
    return _Anchored(event, [(-1, -1)], [-1])


def _closeness(gold: _Anchored, predicted: _Anchored) -> float:
    """How well two events agree; orders assignments that have equally many matches."""
    figures = compare(gold.event, predicted.event)
    once = ("actor country", "recipient country", "place", "weapon kind", "source name", "modes")
    score = sum(agreement(figures[name]) for name in once)
    harm = 2 * agreement(figures["casualties"]) + 2 * agreement(figures["damage"])
    score += harm + figures["status"].f1 + 0.5 * figures["date"].f1
    start, end = predicted.spans[0]
    score += 0.5 * (gold.sentences[0] == predicted.sentences[0])
    touches = [a < end and start < b for a, b in gold.spans]
    return score + (2 * any(touches) + touches[0])


def _match(gold: list[_Anchored], predicted: list[_Anchored], typed: bool) -> list[tuple[int, int]]:
    def weigh(g: _Anchored, p: _Anchored) -> float:
        if (typed and g.event.get("type") != p.event.get("type")) or p.sentences[0] not in g.sentences:
            return 0.0
        return MATCHED + _closeness(g, p)

    return assign([[weigh(g, p) for p in predicted] for g in gold])


def _match_case(
    gold: list[_Anchored], predicted: list[_Anchored], typed: bool
) -> tuple[list[tuple[Json, Json]], list[Json], list[Json]]:
    """The matched pairs, the gold events missed, the predictions that are wrong."""
    firm = [g for g in gold if not g.event.get("generic")]
    made = [p for p in predicted if not p.event.get("generic")]
    pairs = _match(firm, made, typed)
    rows, columns = {i for i, _ in pairs}, {j for _, j in pairs}
    extra = [p for j, p in enumerate(made) if j not in columns]
    spared = {j for _, j in _match([g for g in gold if g.event.get("generic")], extra, typed)}
    return (
        [(firm[i].event, made[j].event) for i, j in pairs],
        [g.event for i, g in enumerate(firm) if i not in rows],
        [p.event for j, p in enumerate(extra) if j not in spared],
    )


def pair_events(case: Case, *, typed: bool = True) -> tuple[list[tuple[Json, Json]], list[Json], list[Json]]:
    """Return the matched (gold, predicted) pairs of a report, the gold events missed and the predictions that are wrong."""
    ids = _sentence_ids(case.text)
    gold = [_anchor_gold(e, case.text, ids) for e in case.gold]
    predicted = [_anchor_predicted(e, case.text, ids) for e in case.predicted or []]
    return _match_case(gold, predicted, typed)


def _ungrounded(predicted: list[Json], text: str) -> list[str]:
    """The quoted words that are not the document's words at their offsets."""
    bad = []
    for event in predicted:
        spans = [event.get("trigger"), *(event.get("mentions") or ()), event.get("money")]
        spans += [x for role in ROLES for x in event.get(role) or ()]
        for span in spans:
            if not span or not span.get("text"):
                continue
            start, end = span.get("start"), span.get("end")
            if not isinstance(start, int) or not isinstance(end, int) or text[start:end] != span["text"]:
                bad.append(span["text"])
    return bad


def _report_figures(gold: list[Json], predicted: list[Json]) -> Counts:
    """Casualties and damage of the whole report; a surplus that a generic gold event has is no error."""

    def collect(events: list[Json], generic: bool) -> Counter[Hashable]:
        wanted = (e for e in events if bool(e.get("generic")) is generic)
        return Counter(f for e in wanted for role in ("casualties", "damage") for f in list_figures(e, role))

    want, spare, got = collect(gold, False), collect(gold, True), collect(predicted, False)
    got -= (got - want) & spare
    return overlap(want.elements(), got.elements())


def score_case(case: Case) -> CaseResult:
    """Return the figures of one report.

    Raises:
        InputError: a context or trigger of the gold is not in the text.
    """
    ids = _sentence_ids(case.text)
    try:
        gold = [_anchor_gold(e, case.text, ids) for e in case.gold]
    except ValueError as error:
        raise InputError(f"{case.name}: gold quotes words that are not in the report; check its contexts.") from error
    events = case.predicted or []
    predicted = [_anchor_predicted(e, case.text, ids) for e in events]
    pairs, missed, wrong = _match_case(gold, predicted, typed=True)
    types: dict[str | None, Counts] = defaultdict(Counts)
    for one, side in ((Counts(1, 0, 0), [g for g, _ in pairs]), (Counts(0, 1, 0), wrong), (Counts(0, 0, 1), missed)):
        for event in side:
            types[event.get("type")] = types[event.get("type")].plus(one)
    attributes: dict[str, Figure] = {}
    for pair in pairs:
        _add(attributes, compare(*pair))
    untyped, untyped_missed, untyped_wrong = _match_case(gold, predicted, typed=False)
    return CaseResult(
        name=case.name,
        events=Counts(len(pairs), len(wrong), len(missed)),
        untyped=Counts(len(untyped), len(untyped_wrong), len(untyped_missed)),
        figures=_report_figures(case.gold, events),
        types=dict(types),
        attributes=attributes,
        missed=[_describe(e) for e in missed],
        wrong=[_describe(e) for e in wrong],
        ungrounded=_ungrounded(events, case.text),
    )


def _add(total: dict[Any, Any], more: dict[Any, Any]) -> None:
    for name, figure in more.items():
        total[name] = total[name].plus(figure) if name in total else figure


def _describe(event: Json) -> str:
    return f"{event.get('id', '?')} {event.get('type')} {(event.get('trigger') or {}).get('text')}"


# ------------------------------------------------------------------------------------------------ many reports


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of many reports, in sum and one by one; `absent` names those without a prediction."""

    events: Counts
    untyped: Counts
    figures: Counts
    types: dict[str | None, Counts]
    attributes: dict[str, Figure]
    ungrounded: int
    cases: tuple[CaseResult, ...]
    absent: tuple[str, ...]

    def fields(self) -> dict[str, Figure]:
        """Return every figure under one name: events, untyped, figures, the types and the fields."""
        types = {f"type {name}": counts for name, counts in self.types.items()}
        whole: dict[str, Figure] = {"events": self.events, "untyped": self.untyped, "figures": self.figures}
        return whole | types | self.attributes

    def to_json(self, per_case: bool = True) -> Json:
        """Return the result as plain JSON data."""
        out: Json = {
            "cases_scored": len(self.cases),
            "cases_without_prediction": list(self.absent),
            "events": self.events.to_json(),
            "untyped": self.untyped.to_json(),
            "types": {name: counts.to_json() for name, counts in self.types.items()},
            "attributes": {name: figure.to_json() for name, figure in self.attributes.items()},
            "figures": self.figures.to_json(),
            "ungrounded": self.ungrounded,
        }
        if per_case:
            out["cases"] = {
                case.name: {
                    "events": case.events.to_json(),
                    "untyped": case.untyped.to_json(),
                    "figures": case.figures.to_json(),
                    "ungrounded": case.ungrounded,
                    "missed": case.missed,
                    "wrong": case.wrong,
                }
                for case in self.cases
            }
        return out


def score_cases(cases: Iterable[Case]) -> Result:
    """Return the figures of many reports.

    Raises:
        InputError: gold quotes words that its report does not hold.
    """
    results, absent = [], []
    types: dict[str | None, Counts] = {}
    attributes: dict[str, Figure] = {}
    for case in cases:
        result = score_case(case)
        results.append(result)
        _add(types, result.types)
        _add(attributes, result.attributes)
        if case.predicted is None:
            absent.append(case.name)
    return Result(
        events=_sum(r.events for r in results),
        untyped=_sum(r.untyped for r in results),
        figures=_sum(r.figures for r in results),
        types=dict(sorted(types.items(), key=lambda item: str(item[0]))),
        attributes=attributes,
        ungrounded=sum(len(r.ungrounded) for r in results),
        cases=tuple(results),
        absent=tuple(absent),
    )


def _sum(counts: Iterable[Counts]) -> Counts:
    total = Counts()
    for one in counts:
        total = total.plus(one)
    return total


class GoldCase(NamedTuple):
    """A gold file: the report as Marsad receives it, and the events that a careful human reads in it."""

    document: Document
    events: list[Json]


def load_gold(gold: Path) -> Iterator[GoldCase]:
    """Yield the cases of a folder (`NAME.json` beside `NAME.txt`, by name) or of a `.jsonl` file.

    Publication dates of single stories are handed on as what is known about the document.

    Raises:
        InputError: there is no case, a file is missing, or it is not the JSON of a gold case.
    """
    count = 0
    for name, text, data in _read_lines(gold) if gold.suffix == ".jsonl" else _read_folder(gold):
        try:
            yield _gold_case(name, text, json.loads(data))
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"{name}: not the JSON of a gold case ({type(error).__name__}: {error}).") from error
        count += 1
    if not count:
        raise InputError(f"{gold} holds no gold case: give a folder of NAME.json beside NAME.txt, or a .jsonl file.")


def _read_folder(folder: Path) -> Iterator[tuple[str, str | None, str]]:
    for path in sorted(folder.glob("*.json")):
        yield path.stem, _read(path.with_suffix(".txt")), _read(path)


def _read_lines(path: Path) -> Iterator[tuple[str, str | None, str]]:
    for number, line in enumerate(_read(path).split("\n"), 1):
        if line.strip():
            yield f"{path.name}:{number}", None, line


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8: byte {error.start}.") from error


def _gold_case(name: str, text: str | None, data: Json) -> GoldCase:
    stories = data.get("stories") or ()
    document = Document(
        id=name if text is not None else data["id"],
        text=data["text"] if text is None else text,
        published=data.get("published"),
        publisher=data.get("publisher"),
        story_dates=tuple((s["context"], s["published"]) for s in stories if s.get("published")),
    )
    return GoldCase(document, list(data["events"]))


def score_folder(gold: Path, predict: Callable[[Document], Json]) -> Json:
    """Read every gold report of a folder or `.jsonl` file with `predict` and return the figures as JSON data.

    `predict` returns one report in the form of the contract; only its `events` are looked at.

    Raises:
        InputError: the gold cannot be read.
    """
    return score_gold(gold, predict).to_json()


def score_gold(gold: Path, predict: Callable[[Document], Json]) -> Result:
    """Like `score_folder`, but return the `Result`."""

    def predicted(case: GoldCase) -> Case:
        document, events = case
        answer = predict(document).get("events") or []
        return Case(name=document.id, text=document.text, gold=events, predicted=answer)

    return score_cases(predicted(case) for case in load_gold(gold))


# ------------------------------------------------------------------------------------------------ the table


def format_table(result: Result | Json, per_case: bool = False) -> str:
    """Return the figures as a table; with `per_case` also every report's with what was missed and wrong in it."""
    data = result if isinstance(result, dict) else result.to_json()
    lines = [f"{'':<22}{'prec':>8}{'recall':>8}{'F1/acc':>8}", _row("events", data["events"])]
    lines += [_row("events, untyped", data["untyped"]), _row("figures", data["figures"]), ""]
    lines += [_row(f"  {name}", figure) for name, figure in data["types"].items()] + [""]
    lines += [_row(f"  {name}", figure) for name, figure in data["attributes"].items()] + [""]
    lines += [f"{'ungrounded spans':<22}{data['ungrounded']:8d}   (must be 0)"]
    lines += [f"{'cases':<22}{data['cases_scored']:8d}"]
    if data["cases_without_prediction"]:
        lines.append("no prediction for: " + " ".join(data["cases_without_prediction"]))
    for name, case in data["cases"].items() if per_case else ():
        lines += ["", _row(name, case["events"]), _row("  untyped", case["untyped"])]
        lines += [_row("  figures", case["figures"])]
        lines += [f"  {what:<12}{line}" for what in ("missed", "wrong", "ungrounded") for line in case[what]]
    return "\n".join(lines)


def _row(label: str, figure: Json) -> str:
    if "accuracy" in figure:
        return f"{label:<22}{'':>8}{'':>8}{figure['accuracy']:8.3f}   {figure['right']} of {figure['of']}"
    shares = f"{figure['p']:8.3f}{figure['r']:8.3f}{figure['f1']:8.3f}"
    return f"{label:<22}{shares}   {figure['tp']} right, {figure['fp']} wrong, {figure['fn']} missed"
