"""An open record to ask, and what was found in it."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Any

from marsad.errors import InputError, MarsadError
from marsad.export import arrow, pick_format
from marsad.export.columns import cell
from marsad.filtering import checked
from marsad.library.notebook import Picture, draw_map, draw_timeline, show_table
from marsad.library.reading import Reading, reading_of
from marsad.pipeline import load_fold
from marsad.publishing import View, export, policy_named
from marsad.record import Filters, open_record

_SHOWN = 20


class OpenRecord:
    """An open record, as a policy shows it. Use it in a `with` block, or close it."""

    def __init__(self, location: str, policy: str) -> None:
        self._record = open_record(location, load_fold(), create=False)
        try:
            self._view = View(self._record, policy_named(self._record, policy))
        except MarsadError:
            self._record.close()
            raise

    def __enter__(self) -> OpenRecord:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the record."""
        self._record.close()

    def events(self, **filters: Any) -> Found:
        """Return the events that pass: `types`, `statuses`, `country`, `place`, `actor`, `since`, `until`, `min_killed`,
        `text`, `limit`, as in `marsad events`. Nothing is asked of the record until the answer is used.

        Raises:
            InputError: there is no such filter.
            CodebookError: there is no such type or status.
        """
        return Found(self._view, "events", _filters(filters))

    def incidents(self, **filters: Any) -> Found:
        """Return the incidents that pass the same filters, the latest first.

        Raises:
            InputError: there is no such filter.
            CodebookError: there is no such type or status.
        """
        return Found(self._view, "incidents", _filters(filters))

    def report(self, wanted: str) -> Reading:
        """Return a report with its text and all that was read out of it.

        Raises:
            RecordError: there is none.
            InputError: the policy withholds the words of reports.
        """
        if self._view.policy.withholds_words:
            raise InputError("This record was opened under a policy that withholds the words of reports.")
        return reading_of(self._record.find(wanted)[1])


class Found:
    """Events or incidents that pass. Iterating yields `Telling` or `Happening` records; each use asks the record anew."""

    def __init__(self, view: View, subject: str, filters: Filters) -> None:
        self._view = view
        self._subject = subject
        self._filters = filters

    def __iter__(self) -> Iterator[Any]:
        with contextlib.closing(self._view.items(self._subject, self._filters)) as items:
            yield from items

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def to_arrow(self) -> Any:
        """Return a `pyarrow.Table`, lists as lists and days as days. Needs the extra `publish`."""
        return arrow.table(self, self._view.frame(self._subject))

    def to_polars(self) -> Any:
        """Return a `polars.DataFrame` over the memory of the Arrow table. Needs polars."""
        import importlib

        return importlib.import_module("polars").from_arrow(self.to_arrow())

    def to_pandas(self) -> Any:
        """Return a `pandas.DataFrame` with the types of Arrow, so that a missing number stays one. Needs pandas."""
        import importlib

        pandas = importlib.import_module("pandas")
        return self.to_arrow().to_pandas(types_mapper=pandas.ArrowDtype)

    def export(self, path: str, form: str | None = None) -> int:
        """Write to a file in any format of `marsad export` (None: the file's ending says which) and return how many.

        Raises:
            InputError: there is no such format, or the file cannot be written.
        """
        return export(self._view, path, pick_format(path, form), self._subject, self._filters)

    def map(self) -> Picture:
        """Return a map of the places, drawn without any tiles."""
        return draw_map(self)

    def timeline(self) -> Picture:
        """Return how many there are on each day."""
        return draw_timeline(self)

    def _repr_html_(self) -> str:
        columns = self._view.frame(self._subject).columns
        rows: Iterable[list[Any]] = ([cell(c, c.read(i)) for c in columns] for i in itertools.islice(self, _SHOWN + 1))
        return show_table([c.name for c in columns], list(rows), _SHOWN)


def _filters(given: dict[str, Any]) -> Filters:
    unknown = [name for name in given if name not in Filters.__struct_fields__]
    if unknown:
        raise InputError(f"{unknown[0]!r} is no filter; there are {', '.join(Filters.__struct_fields__)}.")
    for name in ("types", "statuses"):
        if isinstance(given.get(name), str):
            given[name] = (given[name],)
    return checked(Filters(**given))
