"""What adding would do, without reading and without writing: for those who want to know before a long run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from marsad.intake import InputProblem, derive
from marsad.model import Document, Received, Taken
from marsad.pipeline import Input, Outcome, Reads, is_known, unread
from marsad.record import Record, twins


def preview(inputs: Iterable[Input], reader: Reads, record: Record | None) -> Iterator[Outcome]:
    """Yield what would become of each input, were it added to the record (None: to a new one). `is_copy` marks the texts
    that stand in another report word for word; other copies are found only by adding.
    """
    seen = _Seen(record)
    for item in inputs:
        if isinstance(item, Received):
            if record is not None and is_known(record, item):
                yield Outcome(state="unchanged")
                continue
            item = derive(item)
        if isinstance(item, InputProblem):
            yield Outcome(state="failed", problem=str(item), reason=item.reason)
            continue
        document = item.document if isinstance(item, Taken) else item
        is_copy, state = seen.is_copy(document), seen.state(document)
        if state != "unchanged" and not reader.is_readable(document):
            yield Outcome(state="unread", problem=unread(document, kept=None), reason="not in Arabic")
        else:
            yield Outcome(state=state, is_copy=is_copy and state != "unchanged")


class _Seen:
    """What the record holds, and what this run would have added to it so far."""

    def __init__(self, record: Record | None) -> None:
        self._record = record
        self._texts: dict[bytes, str] = {}
        self._names: dict[str, set[tuple[bytes, str | None]]] = {}

    def is_copy(self, document: Document) -> bool:
        digest = hashlib.sha256(document.text.encode()).digest()
        if self._texts.setdefault(digest, document.id) != document.id:
            return True
        return self._record is not None and self._record.ask(lambda c: twins.has_text(c, document))

    def state(self, document: Document) -> str:
        known = self._record is not None and self._record.has(document)
        digest = hashlib.sha256(document.text.encode()).digest()
        names = [document.id, *([document.url] if document.url else [])]
        told = [version for name in names for version in self._names.get(name, ())]
        known = known or any(text == digest and document.published in (None, day) for text, day in told)
        is_version = bool(told) or (self._record is not None and self._record.has_version(document))
        for name in names:
            self._names.setdefault(name, set()).add((digest, document.published))
        return "unchanged" if known else "new-version" if is_version else "added"
