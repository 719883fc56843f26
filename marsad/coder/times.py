"""When: the date phrase that dates each event.

The language reads date phrases and resolves them against the story's day of publication; the choice `date` decides which
phrase dates which event. Without a day of publication relative words stay unresolved: `date` is None, the words are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from marsad.coder.choices import Choices
from marsad.coder.passage import ELSEWHERE, Cluster, Passage, bucket, nearest, rival, word_before
from marsad.language import DatePhrase, Language
from marsad.model import DateRange, Span, Why

_LOOK_BACK = 3


class Moment(NamedTuple):
    """A date phrase of a sentence and the days it means, if they are known."""

    sentence: int
    phrase: DatePhrase
    dates: DateRange | None


def find_moments(passage: Passage, language: Language) -> list[Moment]:
    """Return the date phrases of a passage in order, resolved against its day of publication."""
    return [
        Moment(number, phrase, language.resolve_date(phrase, passage.published))
        for number, sentence in enumerate(passage.sentences)
        for phrase in sentence.dates
    ]


def choose_date(
    passage: Passage, cluster: Cluster, moments: Sequence[Moment], choices: Choices
) -> tuple[DateRange | None, Span | None, Why | None]:
    """Return the days of an event, the words that give them, and why."""
    choice = choices["date"]
    scored = [(moment, features, choice.score(features)) for moment, features in candidates(passage, cluster, moments)]
    if not scored:
        return None, None, None
    best, features, score = max(scored, key=lambda x: x[2])
    if score < choice.threshold:
        return None, None, None
    span = passage.span(best.sentence, best.phrase.first, best.phrase.last)
    lost = [(passage.span(m.sentence, m.phrase.first, m.phrase.last).text, s) for m, _, s in scored if m is not best]
    return best.dates, span, choice.why(features, span.text, lost, read=best.phrase.rule)


def candidates(passage: Passage, cluster: Cluster, moments: Sequence[Moment]) -> Iterator[tuple[Moment, list[str]]]:
    """Yield the date phrases that could date an event, with the named features that `date` decides from."""
    own = {m.sentence for m in cluster.mentions}
    first = min(own)
    for moment in moments:
        if moment.sentence in own or first - _LOOK_BACK <= moment.sentence < first or moment.sentence <= 1:
            yield moment, date_features(passage, cluster, moments, moment)


def date_features(passage: Passage, cluster: Cluster, moments: Sequence[Moment], moment: Moment) -> list[str]:
    """Return the named features of a date phrase as the date of an event."""
    phrase = moment.phrase
    mention, apart = nearest(cluster.mentions, moment.sentence, phrase.first, phrase.last)
    type_ = cluster.trigger.type
    tokens = passage.sentences[moment.sentence].tokens
    before = word_before(tokens, phrase.first)
    side = bucket(apart) if apart != ELSEWHERE else f"back{max(-1, min(3, mention.sentence - moment.sentence))}"
    own = any(m.sentence == mention.sentence for m in moments)
    found = [
        f"kind={phrase.kind}",
        f"kind={phrase.kind}/{side}",
        f"side={side}",
        f"side={side}/{type_}",
        f"known={moment.dates is not None}/{phrase.kind}",
        f"own={own}/{apart != ELSEWHERE}/{phrase.kind}",
        f"before={before}/{apart != ELSEWHERE}",
        f"rule={phrase.rule}",
        f"type={type_}/{apart != ELSEWHERE}/{own}",
        f"at={min(phrase.first, 3)}/{apart != ELSEWHERE}",
    ]
    nearer = rival(passage, cluster.mentions, moment.sentence, phrase.first, phrase.last)
    found.append(f"rival={nearer}/{apart != ELSEWHERE}")
    if apart != ELSEWHERE:
        rivals = [m for m in moments if m.sentence == moment.sentence]
        order = sorted(
            rivals, key=lambda m: abs(nearest(cluster.mentions, m.sentence, m.phrase.first, m.phrase.last)[1])
        )
        found.append(f"rank={min(2, order.index(moment))}/{len(rivals) > 1}")
        low, high = sorted((mention.first, phrase.first))
        others = sum(1 for tag in passage.tags[moment.sentence].labels[low + 1 : high] if tag.startswith("B-"))
        found.append(f"triggers={min(2, others)}/{apart > 0}")
    else:
        earlier = [m for m in moments if m.sentence < mention.sentence]
        found.append(f"latest={bool(earlier) and earlier[-1] is moment}/{own}/{side}")
        found.append(f"first={moment is moments[0]}/{own}/{type_}")
    return found
