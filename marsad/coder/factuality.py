"""Whether it happened: status, generic statements, and the modes of an event.

Each is a choice over facts of the clause: tense, negators, status words, what stands before the trigger, and dates.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from marsad.coder.choices import Choices
from marsad.coder.passage import Cluster, Mention, Passage
from marsad.model import DateRange, Why

_LARGE = 500  # running totals are large
STATUSES = ("future", "hypothetical", "negated", "historical")


def choose_status(
    passage: Passage, cluster: Cluster, dates: DateRange | None, choices: Choices
) -> tuple[tuple[str, Why], tuple[bool, Why]]:
    """Return the status of an event with why, and whether it is a general statement (habitual, running total) with why.

    The status is the likeliest marked one above its threshold, else actual.
    """
    features = status_features(passage, cluster, dates)
    words = _words(passage, cluster.trigger)
    *scores, general = choices.group(*(f"status:{status}" for status in STATUSES), "generic").scores(features)
    scored = list(zip(STATUSES, scores, strict=True))
    margin, status = max((score - choices[f"status:{status}"].threshold, status) for status, score in scored)
    generic = choices["generic"]
    is_generic = general >= generic.threshold, generic.why(features, words)
    if margin < 0:
        lost = tuple((s, round(p, 3)) for s, p in scored)
        return ("actual", Why(rule="status: nothing marks another", words=words, lost=lost)), is_generic
    lost_to = [s for s in scored if s[0] != status]
    return (status, choices[f"status:{status}"].why(features, words, lost_to)), is_generic


def choose_modes(
    passage: Passage, cluster: Cluster, kinds: Sequence[str], choices: Choices
) -> tuple[tuple[str, ...], Why | None]:
    """Return the modes of an event and why; `kinds` are the weapon kinds and damaged objects that belong to it."""
    prefix = f"mode:{cluster.trigger.type}:"
    names = choices.names(prefix)
    if not names:
        return (), None
    features = mode_features(passage, cluster, kinds)
    chosen, why = [], None
    for name, score in zip(names, choices.group(*names).scores(features), strict=True):
        if score >= choices[name].threshold:
            chosen.append(name.removeprefix(prefix))
            why = choices[name].why(features, _words(passage, cluster.trigger))
    return tuple(chosen), why


def _words(passage: Passage, mention: Mention) -> str:
    return passage.span(mention.sentence, mention.first, mention.last).text


def status_features(passage: Passage, cluster: Cluster, dates: DateRange | None) -> list[str]:
    """Return the named features of tense, negation, modality and time around an event's trigger."""
    trigger = cluster.trigger
    sentence = passage.sentences[trigger.sentence]
    tokens = sentence.tokens
    word = tokens[trigger.first].word
    hit = next((h for h in word.hits if h.table in ("triggers", "outcomes")), None)
    form = hit.form if hit else "unknown"
    found = [
        f"form={form}",
        f"type={trigger.type}",
        f"form={form}/{trigger.type}",
        f"will={'future' in word.marks}",
        f"head={trigger.sentence == 0}",
    ]
    found.append(f"stem={word.light}")
    for back in (1, 2, 3):
        seat = trigger.first - back
        if seat >= 0:
            found.append(f"-{back}={tokens[seat].word.folded}")
            found.append(f"near={tokens[seat].word.light}")
    if trigger.last + 1 < len(tokens):
        found.append(f"+1={tokens[trigger.last + 1].word.light}")
    for phrase in sentence.phrases:
        if phrase.hit is None or phrase.kind not in ("status_words", "negators"):
            continue
        apart = trigger.first - phrase.last
        where = "close" if 0 < apart <= 3 else "before" if apart > 0 else "after"
        found += [f"{phrase.kind}={phrase.hit.code}/{where}", f"{phrase.kind}={phrase.hit.code}"]
    found += _time_features(passage, trigger, dates)
    others = sum(1 for label in passage.tags[trigger.sentence].labels[: trigger.first] if label.startswith("B-"))
    found.append(f"order={min(3, others)}")
    found.append(f"mentions={min(2, len(cluster.mentions))}")
    found.append(f"ends={tokens[-1].word.folded in '؟?'}")
    found += [f"date={d.kind}" for d in sentence.dates]
    found += [f"p={w}" for w in word.prefix]
    found += [f"large={c.quantity.min >= _LARGE}" for c in sentence.counts if c.unit is None and c.quantity.min]
    return found


def _time_features(passage: Passage, trigger: Mention, dates: DateRange | None) -> list[str]:
    """How long before publication the event's days lie."""
    del trigger
    if dates is None or passage.published is None:
        return [f"days=unknown/{dates is not None}"]
    days = (date.fromisoformat(passage.published[:10]) - date.fromisoformat(dates.end)).days
    name = (
        "future" if days < 0 else "week" if days <= 7 else "month" if days <= 31 else "year" if days <= 366 else "years"
    )
    return [f"days={name}"]


def mode_features(passage: Passage, cluster: Cluster, kinds: Sequence[str]) -> list[str]:
    """Return the named features from which the modes are chosen: lexicon modes, weapon kinds, words around the mentions."""
    found = {f"kind={kind}" for kind in kinds}
    for mention in cluster.mentions:
        sentence = passage.sentences[mention.sentence]
        for phrase in sentence.phrases:
            if phrase.hit is None or phrase.kind not in ("triggers", "weapons", "outcomes", "damage", "role_nouns"):
                continue
            at = (
                "in"
                if phrase.first <= mention.last and phrase.last >= mention.first
                else "near"
                if abs(phrase.first - mention.first) <= 6
                else "far"
            )
            mode = getattr(phrase.hit.value, "mode", None)
            if mode:
                found.add(f"{at}:mode={mode}")
            if at != "far":
                found.add(f"{at}:{phrase.kind}={phrase.hit.code}")
        for i in range(max(0, mention.first - 4), min(len(sentence.tokens), mention.last + 6)):
            word = sentence.tokens[i].word
            if word.kind == "word":
                found.add(f"{'in' if mention.first <= i <= mention.last else 'near'}:{word.light}")
    return sorted(found)
