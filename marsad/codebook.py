"""The codebook: every code that an event may carry, its names, definition and mappings, from `data/codebook.yaml`.

The codes are those of PLOVER 2.0 with the extensions INTERCEPT and APPOINT. Lookups with an unknown code raise
`CodebookError` that names the nearest valid value.
"""

from __future__ import annotations

import difflib
import functools
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from marsad.errors import CodebookError, ResourceError
from marsad.resources import DATA, read_yaml

LANGUAGES = ("en", "ar")
"""The languages that every name and definition is given in."""


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One text in English and in Arabic."""

    en: str
    ar: str

    def get(self, lang: str) -> str:
        """Return the text in `lang` ("en" or "ar").

        Raises:
            CodebookError: there is no such language.
        """
        _check("language", lang, LANGUAGES)
        return self.ar if lang == "ar" else self.en


class Mode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A refinement of one type. `acled` and `cameo` are UNSET where those of the type hold."""

    name: Text
    definition: Text
    acled: tuple[str, str] | msgspec.UnsetType | None = msgspec.UNSET
    cameo: str | msgspec.UnsetType = msgspec.UNSET


class EventType(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A category with its modes in order of precedence.

    `score` is the intensity from -10 (fighting) to +10 (cooperation), `cameo` a two-digit root code, `acled` the pair
    of event type and sub-event type, None where ACLED has no such event.
    """

    name: Text
    definition: Text
    quad: str
    score: float
    cameo: str
    acled: tuple[str, str] | None
    modes: dict[str, Mode]


class Status(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether a happening is told as fact, plan, possibility, denial or background."""

    en: str
    ar: str
    definition: Text


class Codebook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All codes, each table keyed by code in the order of the file."""

    version: str
    origin: str
    quads: dict[str, Text]
    types: dict[str, EventType]
    statuses: dict[str, Status]
    sectors: dict[str, Text]
    outcomes: dict[str, Text]
    who: dict[str, Text]
    weapons: dict[str, Text]
    objects: dict[str, Text]
    levels: dict[str, Text]
    stances: dict[str, Text]

    def modes_of(self, event_type: str) -> tuple[str, ...]:
        """Return the modes of a type in order of precedence; empty if it has none.

        Raises:
            CodebookError: the type is unknown.
        """
        return tuple(self._type(event_type).modes)

    def score(self, event_type: str) -> float:
        """Return the intensity of a type, from -10 to +10.

        Raises:
            CodebookError: the type is unknown.
        """
        return self._type(event_type).score

    def quad(self, event_type: str) -> str:
        """Return the quad class of a type.

        Raises:
            CodebookError: the type is unknown.
        """
        return self._type(event_type).quad

    def cameo_root(self, event_type: str, modes: Iterable[str] = ()) -> str:
        """Return the two-digit CAMEO root code of a type, refined by the first of its modes that has its own.

        Raises:
            CodebookError: the type or a mode is unknown.
        """
        entry = self._type(event_type)
        for mode in self._ordered(event_type, modes):
            if mode.cameo is not msgspec.UNSET:
                return mode.cameo
        return entry.cameo

    def acled(self, event_type: str, modes: Iterable[str] = (), status: str = "actual") -> tuple[str, str] | None:
        """Return ACLED's (event type, sub-event type), or None where ACLED records no such event.

        ACLED records what happened: every status but `actual` gives None.

        Raises:
            CodebookError: the type, a mode or the status is unknown.
        """
        entry = self._type(event_type)
        self.check_status(status)
        ordered = self._ordered(event_type, modes)
        if status != "actual":
            return None
        for mode in ordered:
            if mode.acled is not msgspec.UNSET:
                return mode.acled
        return entry.acled

    def label(self, kind: str, code: str, lang: str) -> str:
        """Return the name of a code in "en" or "ar".

        `kind` is one of type, mode (code written `TYPE.mode`), status, sector, outcome, who, weapon, object, level,
        stance, quad.

        Raises:
            CodebookError: kind, code or language is unknown.
        """
        if kind == "type":
            return self._type(code).name.get(lang)
        if kind == "mode":
            event_type, _, mode = code.partition(".")
            return self._mode(event_type, mode).name.get(lang)
        _check("kind", kind, ("type", "mode", *_TABLES))
        table: Mapping[str, Text | Status] = getattr(self, _TABLES[kind])
        _check(kind, code, table)
        entry = table[code]
        return Text(entry.en, entry.ar).get(lang)

    def check_type(self, event_type: str) -> None:
        """Raise CodebookError unless `event_type` is a type."""
        _check("type", event_type, self.types)

    def check_mode(self, event_type: str, mode: str) -> None:
        """Raise CodebookError unless `mode` is a mode of `event_type`."""
        self._mode(event_type, mode)

    def check_status(self, status: str) -> None:
        """Raise CodebookError unless `status` is a status."""
        _check("status", status, self.statuses)

    def check_sector(self, sector: str) -> None:
        """Raise CodebookError unless `sector` is a sector."""
        _check("sector", sector, self.sectors)

    def check(self, kind: str, code: str) -> None:
        """Raise CodebookError unless `code` is a code of `kind` (the kinds of `label`)."""
        self.label(kind, code, "en")

    def _type(self, event_type: str) -> EventType:
        self.check_type(event_type)
        return self.types[event_type]

    def _mode(self, event_type: str, mode: str) -> Mode:
        modes = self._type(event_type).modes
        _check(f"mode of {event_type}", mode, modes)
        return modes[mode]

    def _ordered(self, event_type: str, modes: Iterable[str]) -> list[Mode]:
        wanted = set(modes)
        for mode in sorted(wanted):
            self.check_mode(event_type, mode)
        return [entry for code, entry in self._type(event_type).modes.items() if code in wanted]


_TABLES = {
    "status": "statuses",
    "sector": "sectors",
    "outcome": "outcomes",
    "who": "who",
    "weapon": "weapons",
    "object": "objects",
    "level": "levels",
    "stance": "stances",
    "quad": "quads",
}


@functools.cache
def load_codebook(path: Path | None = None) -> Codebook:
    """Return the codebook that comes with the package, or the one at `path`; read once per process.

    Raises:
        ResourceError: the file is missing, is not YAML, or has a wrong or missing field.
    """
    where = path or DATA / "codebook.yaml"
    data: Any = read_yaml(where)
    try:
        book = msgspec.convert(data, Codebook)
    except msgspec.ValidationError as error:
        raise ResourceError(f"{where.name} is not a codebook: {error}.") from error
    for code, entry in book.types.items():
        if entry.quad not in book.quads:
            raise ResourceError(f"{where.name} type {code}: the quad {entry.quad!r} is not listed under quads.")
    return book


def _check(kind: str, code: str, valid: Iterable[str]) -> None:
    options = list(valid)
    if code in options:
        return
    if not options:
        raise CodebookError(f"{code!r} is no {kind}: it has none.").known_as("code", code=code)
    folded = {option.lower(): option for option in options}
    near = difflib.get_close_matches(code.lower(), folded, n=1, cutoff=0.5)
    hint = f"nearest: {folded[near[0]]}" if near else f"valid: {', '.join(options)}"
    raise CodebookError(f"{code!r} is no {kind}; {hint}.").known_as("code", code=code)
