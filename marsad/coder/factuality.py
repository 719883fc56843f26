"""Whether it happened: status, generic statements, and the modes of an event.

Each is a choice over facts of the clause: tense, negators, status words, what stands before the trigger, and dates.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from marsad.coder.choices import Choices
from marsad.coder.parts import Told
from marsad.coder.passage import Cluster, Mention, Passage
from marsad.coder.weighing import Weighed
from marsad.model import DateRange, Why

_QUESTION = frozenset("؟?")
_TELLING = frozenset({"triggers", "weapons", "outcomes", "damage", "role_nouns"})
_LARGE = 500  # running totals are large
STATUSES = ("future", "hypothetical", "negated", "historical")


Status = tuple[tuple[str, Why], tuple[bool, Why]]
Modes = tuple[tuple[str, ...], Why | None]


def choose_statuses(
    passage: Passage, clusters: Sequence[Cluster], dates: Sequence[DateRange | None], choices: Choices
) -> list[Status]:
    """Return, per event, its status with why, and whether it is a general statement (habitual, running total) with why.

    The status is the likeliest marked one above its threshold, else actual.
    """
    group = choices.group(*(f"status:{status}" for status in STATUSES), "generic")
    features = [status_features(passage, own, days) for own, days in zip(clusters, dates, strict=True)]
    weighed = group.weigh_each(features)
    return [_status(weighed, at, _words(passage, own.trigger)) for at, own in enumerate(clusters)]


def _status(weighed: Weighed, at: int, words: str) -> Status:
    *scores, general = [own[at] for own in weighed.scores]
    *marked, generic = weighed.group.choices
    is_generic = general >= generic.threshold, weighed.why(len(marked), at, words)
    scored = list(zip(STATUSES, scores, strict=True))
    margin, best = max([(scores[k] - choice.threshold, k) for k, choice in enumerate(marked)])
    if margin < 0:
        lost = tuple([(s, round(p, 3)) for s, p in scored])
        return ("actual", Why(rule="status: nothing marks another", words=words, lost=lost)), is_generic
    others = [s for k, s in enumerate(scored) if k != best]
    return (STATUSES[best], weighed.why(best, at, words, others)), is_generic


def choose_modes(
    passage: Passage, clusters: Sequence[Cluster], kinds: Sequence[Sequence[str]], choices: Choices
) -> list[Modes]:
    """Return, per event, its modes and why; `kinds` are the weapon kinds and damaged objects that belong to each."""
    found: list[Modes] = [((), None)] * len(clusters)
    types: dict[str, list[int]] = {}
    for number, cluster in enumerate(clusters):
        types.setdefault(cluster.trigger.type, []).append(number)
    for type_, own in types.items():
        names = choices.names(f"mode:{type_}:")
        if names:
            weighed = choices.group(*names).weigh_each([mode_features(passage, clusters[k], kinds[k]) for k in own])
            for at, k in enumerate(own):
                found[k] = _modes(weighed, at, _words(passage, clusters[k].trigger))
    return found


def _modes(weighed: Weighed, at: int, words: str) -> Modes:
    choices = weighed.group.choices
    chosen = [k for k, scores in enumerate(weighed.scores) if scores[at] >= choices[k].threshold]
    names = tuple([choices[k].name.rpartition(":")[2] for k in chosen])
    return names, weighed.why(chosen[-1], at, words) if chosen else None


def _words(passage: Passage, mention: Mention) -> str:
    return passage.words(mention.sentence, mention.first, mention.last)


def status_features(passage: Passage, cluster: Cluster, dates: DateRange | None) -> list[Told]:
    """Return the features of tense, negation, modality and time around an event's trigger."""
    trigger = cluster.trigger
    sentence = passage.sentences[trigger.sentence]
    tokens = sentence.tokens
    word = tokens[trigger.first].word
    hit = next((h for h in word.hits if h.table in ("triggers", "outcomes")), None)
    form = hit.form if hit else "unknown"
    marks = tuple(
        (kind, hit.code, "close" if 0 < trigger.first - end <= 3 else "before" if trigger.first > end else "after")
        for kind, _, end, hit in sentence.phrases
        if kind in ("status_words", "negators") and hit is not None
    )
    before = tuple(tokens[trigger.first - back].word for back in (1, 2, 3) if trigger.first >= back)
    found: list[Told] = [
        (_form, (form, trigger.type, word.prefix, "future" in word.marks, trigger.sentence == 0)),
        (_marks, (marks,)),
        (_time, (_days(passage, dates), tuple(d.kind for d in sentence.dates))),
        (_place, (min(3, _events_before(passage, trigger)), min(2, len(cluster.mentions)), tokens[-1].word.folded)),
    ]
    found.append(f"stem={word.light}")
    for back, other in enumerate(before, 1):
        found += [f"-{back}={other.folded}", f"near={other.light}"]
    if trigger.last + 1 < len(tokens):
        found.append(f"+1={tokens[trigger.last + 1].word.light}")
    found += [f"large={c.quantity.min >= _LARGE}" for c in sentence.counts if c.unit is None and c.quantity.min]
    return found


def _events_before(passage: Passage, trigger: Mention) -> int:
    return sum(1 for i in passage.event_seats(trigger.sentence) if i < trigger.first)


def _form(form: str, type_: str, prefix: tuple[str, ...], future: bool, headline: bool) -> list[str]:
    """Features of how the trigger's word is built."""
    found = [f"form={form}", f"type={type_}", f"form={form}/{type_}", f"will={future}", f"head={headline}"]
    return [*found, *(f"p={p}" for p in prefix)]


def _marks(marks: tuple[tuple[str, str, str], ...]) -> list[str]:
    """Features of negators and status words in the sentence."""
    return [name for table, code, where in marks for name in (f"{table}={code}/{where}", f"{table}={code}")]


def _time(days: str, kinds: tuple[str, ...]) -> list[str]:
    """Features of when it was."""
    return [f"days={days}", *(f"date={kind}" for kind in kinds)]


def _place(order: int, mentions: int, end: str) -> list[str]:
    """Features of the trigger's place among others and of the sentence's end."""
    return [f"order={order}", f"mentions={mentions}", f"ends={end in _QUESTION}"]


def _days(passage: Passage, dates: DateRange | None) -> str:
    """How long before publication the event's days lie."""
    if dates is None or passage.published is None:
        return f"unknown/{dates is not None}"
    days = (date.fromisoformat(passage.published[:10]) - date.fromisoformat(dates.end)).days
    return (
        "future" if days < 0 else "week" if days <= 7 else "month" if days <= 31 else "year" if days <= 366 else "years"
    )


def mode_features(passage: Passage, cluster: Cluster, kinds: Sequence[str]) -> list[str]:
    """Return the named features from which the modes are chosen: lexicon modes, weapon kinds, words around the mentions."""
    found = {f"kind={own}" for own in kinds}
    for mention in cluster.mentions:
        sentence = passage.sentences[mention.sentence]
        for kind, first, last, hit in sentence.phrases:
            if kind not in _TELLING or hit is None:
                continue
            is_in, is_near = first <= mention.last and last >= mention.first, abs(first - mention.first) <= 6
            at = "in" if is_in else "near" if is_near else "far"
            mode = getattr(hit.value, "mode", None)
            if mode:
                found.add(f"{at}:mode={mode}")
            if is_in or is_near:
                found.add(f"{at}:{kind}={hit.code}")
        start = max(0, mention.first - 4)
        for i, token in enumerate(sentence.tokens[start : mention.last + 6], start):
            if token.word.kind == "word":
                found.add(("in:" if mention.first <= i <= mention.last else "near:") + token.word.light)
    return sorted(found)
