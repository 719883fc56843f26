"""The address of a view: what is filtered, sorted and shown stands in the query string alone, so it can be shared."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Request

from marsad.errors import InputError
from marsad.filtering import country_code, mode_code, nearest, status_code, type_code
from marsad.record.overview import REVIEWS, Wanted

ORDERS = ("date", "harm", "doubt")
PER_PAGE = 30
_MANY = ("types", "statuses", "modes")
_NAMES = {
    "type": "types",
    "status": "statuses",
    "mode": "modes",
    **{n: n for n in ("country", "place", "actor", "publisher", "source", "since", "until", "min_killed")},
    **{n: n for n in ("confidence", "review", "text")},
}
_LONGEST = 200


class View(msgspec.Struct, frozen=True, kw_only=True):
    """What a person looks at: the incidents wanted, their order, the page (from 1) and where the map stands."""

    wanted: Wanted
    order: str = "date"
    page: int = 1
    at: str | None = None

    def query(self, **changes: Any) -> str:
        """Return the query string of this view with some values changed; None takes one out. Changing starts at page 1."""
        pairs = dict(self.pairs())
        if changes.keys() - {"page", "at"}:
            pairs.pop("page", None)
        for name, value in changes.items():
            values = (
                [str(v) for v in value] if isinstance(value, list | tuple) else [] if value is None else [str(value)]
            )
            pairs[name] = values
        flat = [(name, value) for name, values in pairs.items() for value in values]
        return f"?{urlencode(flat)}" if flat else ""

    def pairs(self) -> Iterable[tuple[str, list[str]]]:
        """Yield the parameters of the address with their values."""
        for name, field in _NAMES.items():
            value = getattr(self.wanted, field)
            values = [str(v) for v in value] if field in _MANY else [] if value is None else [str(value)]
            if values:
                yield name, values
        if self.order != "date":
            yield "order", [self.order]
        if self.page > 1:
            yield "page", [str(self.page)]
        if self.at:
            yield "at", [self.at]

    def is_filtered(self) -> bool:
        """Say whether any filter is set."""
        return self.wanted != Wanted()


def view_of(request: Request[Any, Any, Any]) -> View:
    """Return the view that the address of a request names.

    Raises:
        InputError: a value makes no sense.
        CodebookError: there is no such type or status.
    """
    given = request.query_params
    values: dict[str, Any] = {}
    for name, field in _NAMES.items():
        found = [v.strip()[:_LONGEST] for v in given.getall(name, []) if v.strip()]
        if found:
            values[field] = tuple(dict.fromkeys(found)) if field in _MANY else found[-1]
    _check_codes(values)
    for name in ("since", "until"):
        if name in values:
            values[name] = day_of(values[name])
    if "min_killed" in values:
        values["min_killed"] = int(_number("min_killed", values["min_killed"]))
    if "confidence" in values:
        values["confidence"] = min(1.0, _number("confidence", values["confidence"]))
    if values.get("review") not in (None, *REVIEWS):
        raise InputError(f"{values['review']!r} is no state of review; {nearest(values['review'], REVIEWS)}.")
    order = given.get("order") or "date"
    if order not in ORDERS:
        raise InputError(f"{order!r} is no order; {nearest(order, ORDERS)}.")
    page = int(_number("page", given.get("page") or "1"))
    return View(wanted=Wanted(**values), order=order, page=max(1, min(page, 10_000)), at=_place(given.get("at")))


_CODES: Mapping[str, Callable[[str], str]] = {"types": type_code, "statuses": status_code, "modes": mode_code}


def _check_codes(values: dict[str, Any]) -> None:
    for field, code_of in _CODES.items():
        if field in values:
            values[field] = tuple(dict.fromkeys(code_of(text) for text in values[field]))
    if "country" in values:
        values["country"] = country_code(values["country"])


def day_of(value: str) -> str:
    """Return a day as it is written in an address.

    Raises:
        InputError: it is none.
    """
    try:
        return datetime.date.fromisoformat(value).isoformat()
    except ValueError as error:
        raise InputError(f"{value!r} is not a day; write 2025-07-22.").known_as("day", text=value) from error


def _number(name: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError as error:
        raise InputError(f"{name}: {value!r} is not a number.").known_as("number", text=value) from error
    if not 0 <= number < 1e9:
        raise InputError(f"{name}: {value} is out of range.").known_as("number", text=value)
    return number


def _place(at: str | None) -> str | None:
    """Where the map stands, "lat,lon,zoom", if that is what it says."""
    try:
        lat, lon, zoom = (float(part) for part in (at or "").split(","))
    except ValueError:
        return None
    is_there = -90 <= lat <= 90 and -180 <= lon <= 180 and 0 <= zoom <= 20
    return f"{lat:.3f},{lon:.3f},{zoom:.2f}" if is_there else None
