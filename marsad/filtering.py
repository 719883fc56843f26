"""Filters as people write them: codes and names become codes, and what there is not is refused with what comes nearest.

A filter with a slip would find nothing, which looks like an answer.
"""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Iterable, Mapping

import msgspec

from marsad.codebook import load_codebook
from marsad.errors import CodebookError, InputError
from marsad.pipeline import load_fold, load_names
from marsad.record import Filters
from marsad.resources import DATA, read_tsv

_WORD = re.compile(r"\w+")
_LIKELY = 0.6


class CountryRow(msgspec.Struct, frozen=True):
    """A row of `countries.tsv`: the names of a country by its ISO 3166 alpha-3 code."""

    code: str
    en: str
    ar: str
    source: str


@functools.cache
def read_countries() -> tuple[CountryRow, ...]:
    """Return the names of all countries."""
    return tuple(read_tsv(DATA / "desk" / "countries.tsv", CountryRow))


def checked(filters: Filters) -> Filters:
    """Return filters whose types, statuses and country are codes.

    Raises:
        InputError: there is no such country.
        CodebookError: there is no such type or status.
    """
    if not (filters.types or filters.statuses or filters.country):
        return filters
    types = tuple(dict.fromkeys(type_code(text) for text in filters.types))
    statuses = tuple(dict.fromkeys(status_code(text) for text in filters.statuses))
    country = country_code(filters.country) if filters.country else None
    return msgspec.structs.replace(filters, types=types, statuses=statuses, country=country)


def type_code(text: str) -> str:
    """Return the type of this code, in large or small letters.

    Raises:
        CodebookError: there is none.
    """
    code = text.strip().upper()
    load_codebook().check_type(code)
    return code


def status_code(text: str) -> str:
    """Return the status of this code, in large or small letters.

    Raises:
        CodebookError: there is none.
    """
    code = text.strip().lower()
    load_codebook().check_status(code)
    return code


def mode_code(text: str) -> str:
    """Return the mode of this code, of whatever type, in large or small letters.

    Raises:
        CodebookError: there is none.
    """
    modes = {mode for entry in load_codebook().types.values() for mode in entry.modes}
    code = text.strip().lower()
    if code not in modes:
        raise CodebookError(f"{text!r} is no mode; {nearest(code, modes)}.").known_as("code", code=text)
    return code


def nearest(text: str, valid: Iterable[str]) -> str:
    """Return in words which valid value comes nearest to what somebody wrote, or all of them."""
    options = sorted(valid)
    near = difflib.get_close_matches(text, options, 1)
    return f"nearest: {near[0]}" if near else f"there are {', '.join(options)}"


def country_code(text: str) -> str:
    """Return the ISO 3166 alpha-3 code of a country, of its code or its name in English or Arabic.

    Raises:
        InputError: no country is called so.
    """
    wanted = text.strip()
    names = _names()
    found = names.get(_key(wanted)) or load_names().party(wanted).country
    if found is not None:
        return found
    near = difflib.get_close_matches(_key(wanted), names, 1, _LIKELY)
    row = next((r for r in read_countries() if near and r.code == names[near[0]]), None)
    told = (
        f"nearest: {row.en} ({row.code})" if row else "write its ISO code, like UKR, or its name in English or Arabic"
    )
    hint = f"{row.en} – {row.ar} ({row.code})" if row else "UKR"
    raise InputError(f"{wanted[:60]!r} is no country; {told}.").known_as("country", text=wanted[:60], near=hint)


@functools.cache
def _names() -> Mapping[str, str]:
    """The codes by code and name, as they are compared."""
    rows = read_countries()
    return {_key(name): row.code for row in rows for name in (row.en, row.ar)} | {
        _key(row.code): row.code for row in rows
    }


def _key(text: str) -> str:
    """A name as it is compared: folded, in small letters, without marks between its words."""
    return " ".join(_WORD.findall(load_fold()(text).casefold()))
