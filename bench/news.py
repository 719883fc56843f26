"""A stream of reports as a desk gets it: other places and figures in the sentences of our own gold reports, day after day.

Every report is the beginning of a gold report in which each settlement is another one, the large ones more often, and each
number of two digits or less another. So no two tell of the same, but for those that mean to: one in seven repeats one of the
last fifty word for word under another publisher, one in seven repeats it with a figure changed. The same on every run.
"""

from __future__ import annotations

import datetime
import itertools
import random
import re
from collections.abc import Iterator
from typing import NamedTuple

from bench.read import SENTENCE
from eval.corpus import exam_cases, training_cases
from marsad.gazetteer import PlaceNameRow, PlaceRow
from marsad.model import Document
from marsad.resources import DATA, read_tsv

SEED = 20250722
A_DAY = 400
_START = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
_TOWNS = 3_000
_LAST = 50
_AGAIN = 1 / 7
_DIGITS = re.compile(r"(?<![\d.,/:\u0660-\u0669-])\d{1,2}(?![\d.,/:%\u066a\u0660-\u0669-])")


class _Told(NamedTuple):
    """What a report is made of: which sentences, which towns and figures."""

    sentences: tuple[str, ...]
    places: int
    figures: int


def stream(count: int) -> Iterator[Document]:
    """Yield so many reports, as long as those of the exam, in the order of their publication."""
    rng = random.Random(SEED)
    cases = [SENTENCE.findall(case.document.text) for case in training_cases(with_shared=False)]
    sizes = [len(case.document.text) for case in exam_cases()]
    towns = _Towns()
    recent: list[_Told] = []
    for number in range(count):
        chance = rng.random()
        if recent and chance < 2 * _AGAIN:
            told = rng.choice(recent)
            told = told if chance < _AGAIN else told._replace(figures=number)
        else:
            told = _Told(_some(cases, rng.choice(sizes), rng), number, number)
        recent = [*recent[1 - _LAST :], told]
        published = _START + datetime.timedelta(minutes=number * 1440 / A_DAY)
        yield Document(
            id=f"n{number}",
            text=towns.moved(told),
            published=published.isoformat(timespec="seconds"),
            publisher=f"outlet-{number % 40}.example",
        )


def _some(cases: list[list[str]], size: int, rng: random.Random) -> tuple[str, ...]:
    """Sentences of one report after the other, as many as are nearest to the size."""
    found: list[str] = []
    length = 0
    while length < size:
        case = rng.choice(cases)
        for sentence in case:
            if length and length + len(sentence) / 2 > size:
                return tuple(found)
            found.append(sentence)
            length += len(sentence)
        found.append("\n")
    return tuple(found)


class _Towns:
    """Settlements by name, and one pattern that finds all of them."""

    def __init__(self) -> None:
        rows = {row.id: row for row in read_tsv(DATA / "places.tsv", PlaceRow) if row.level == "settlement"}
        names: dict[str, str] = {}
        for row in read_tsv(DATA / "ar" / "place_names.tsv", PlaceNameRow):
            if row.id in rows and len(row.name) > 3 and row.id not in names:
                names[row.id] = row.name
        large = sorted(names, key=lambda place: -int(rows[place].population or 0))[:_TOWNS]
        self._names = [names[place] for place in large]
        self._chances = list(itertools.accumulate(1 / (rank + 10) for rank in range(len(large))))
        every = sorted(set(names.values()), key=len, reverse=True)
        self._pattern = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, every)) + r")(?!\w)")

    def moved(self, told: _Told) -> str:
        """The report with its towns and figures."""
        places, figures = random.Random(told.places), random.Random(told.figures)
        moved: dict[str, str] = {}

        def other(found: re.Match[str]) -> str:
            if found[0] not in moved:
                moved[found[0]] = places.choices(self._names, cum_weights=self._chances)[0]
            return moved[found[0]]

        text = self._pattern.sub(other, "".join(told.sentences))
        return _DIGITS.sub(lambda _: str(figures.randint(2, 60)), text)
