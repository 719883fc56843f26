"""Which reports hold words, remembered: a word that stands in every report of a million takes a second to look up."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from marsad.record import query
from marsad.record.schema import documents

_MOST = 16_000_000
"""So many keys are kept; they take 64 MB."""


class Holding:
    """The reports that hold words, by the words. Texts stay as they are and new ones have higher keys, so that what was
    found once holds, and only what came in since is asked for.
    """

    def __init__(self, most: int = _MOST) -> None:
        self._kept: OrderedDict[tuple[str, ...], tuple[int, npt.NDArray[np.int32]]] = OrderedDict()
        self._most = most
        self._turn = threading.Lock()

    def find(self, connection: sa.Connection, text: str, fold: query.Fold) -> npt.NDArray[np.int32]:
        """Return the keys of the reports whose text holds all these words, as `query.has_words` says; in no order."""
        words = tuple(sorted(set(re.findall(r"\w+", fold(text)))))
        # Asked before the words, so that nothing that comes in between is passed over.
        newest = int(connection.scalar(sa.select(sa.func.max(documents.c.key))) or 0)
        until, found = self._kept.get(words, (0, np.zeros(0, np.int32)))
        if newest > until:
            more = query.having_words(connection, " ".join(words), fold, after=until)
            found = np.concatenate((found, more.astype(np.int32)))
        self._keep(words, newest, found)
        return found

    def _keep(self, words: tuple[str, ...], newest: int, found: npt.NDArray[np.int32]) -> None:
        with self._turn:
            self._kept.pop(words, None)
            self._kept[words] = newest, found
            size = sum(len(keys) for _, keys in self._kept.values())
            while size > self._most and len(self._kept) > 1:
                size -= len(self._kept.popitem(last=False)[1][1])
