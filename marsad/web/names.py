"""How parties are named on the desk: countries by their name in the interface language, listed actors by theirs."""

from __future__ import annotations

import functools

from marsad import pipeline
from marsad.actors import ActorName, Party
from marsad.resources import DATA, read_tsv
from marsad.web.labels import Labels

_LONGEST = 200


def party_of(text: str) -> Party | None:
    """Return whom a country's code, an actor's id or a name in either language means; None for no words."""
    wanted = text.strip()[:_LONGEST]
    return pipeline.load_names().party(wanted) if wanted else None


def name_of(party: Party, labels: Labels) -> str:
    """Return the name of a party in the interface language."""
    if party.country is not None:
        return labels.country(party.country)
    if party.id is not None and labels.lang == "ar":
        return arabic_actors().get(party.id, party.label)
    return party.label


def side_name(side: str, labels: Labels) -> str:
    """Return the name of a country by its code, or of a body by its English name, as far as the language has one."""
    named = labels.country(side)
    if named != side or labels.lang != "ar":
        return named
    rows = pipeline.load_names().named(side.casefold())
    return arabic_actors().get(rows[0].id, side) if rows else side


def source_name(source: str, labels: Labels) -> str:
    """Return whom a source is: a kind that linking knows ("witnesses"), a listed actor, else a name as it stands."""
    if labels.has(f"source_{source}"):
        return labels.say(f"source_{source}")
    party = party_of(source) if ":" in source else None
    return name_of(party, labels) if party is not None else source


@functools.cache
def arabic_actors() -> dict[str, str]:
    """Return the plainest Arabic name of each listed actor by its id: a full one, the shortest of those."""
    found: dict[str, str] = {}
    for row in read_tsv(DATA / "ar" / "actor_names.tsv", ActorName):
        if row.kind == "full" and len(row.name) < len(found.get(row.id, row.name + " ")):
            found[row.id] = row.name
    return found
