"""How codes of Marsad are written in the layouts of others, from `data/exchange.yaml`."""

from __future__ import annotations

import functools
from typing import Any

import msgspec

from marsad.errors import ResourceError
from marsad.resources import DATA, read_yaml


class Acled(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """ACLED's labels: kinds of actors by sector, abroad and by event type; disorder types; vague figures; precision."""

    inter: dict[str, str]
    abroad: str
    by_event: dict[str, str]
    disorder: dict[str, str]
    vague: dict[str, int]
    geo_precision: dict[str, int]


class Ucdp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """UCDP's precision by level of place, and which sectors and victims are of which kind."""

    where_prec: dict[str, int]
    state: frozenset[str]
    armed: frozenset[str]
    civilian: frozenset[str]
    civilian_victims: frozenset[str]


class Plover(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The names of quad classes in PLOVER's data."""

    quads: dict[str, str]


class FollowTheMoney(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """FollowTheMoney's codes of countries by ours."""

    countries: dict[str, str]


class Exchange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The layouts of others."""

    acled: Acled
    ucdp: Ucdp
    plover: Plover
    ftm: FollowTheMoney


@functools.cache
def load_exchange() -> Exchange:
    """Return what `exchange.yaml` says.

    Raises:
        ResourceError: the file is broken.
    """
    data: Any = read_yaml(DATA / "exchange.yaml")
    try:
        return msgspec.convert(data, Exchange)
    except msgspec.ValidationError as error:
        raise ResourceError(f"exchange.yaml is broken: {error}.") from error
