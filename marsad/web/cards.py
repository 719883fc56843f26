"""An incident in a few words: what, where, when, its figures with their range, who says so and what is doubtful."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence

import msgspec
import sqlalchemy as sa

from marsad.codebook import load_codebook
from marsad.gazetteer import PlaceNameRow
from marsad.link.summary import Where
from marsad.model import Place
from marsad.record.incidents import StoredIncident
from marsad.record.schema import events, sketches
from marsad.resources import DATA, read_tsv
from marsad.web.labels import Labels

_MOST_EVENTS = 400


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What a card of an incident says, in one language."""

    id: str
    type: str
    family: str
    kind: str
    modes: str
    where: str
    country: str
    when: str
    figures: tuple[tuple[str, str], ...]
    reports: int
    sources: int
    contradicted: bool
    verdict: str | None
    denied: bool
    is_area: bool

    def title(self) -> str:
        """Return what and where in one line."""
        return " – ".join(v for v in (self.kind, self.where or self.country) if v)


class _Places(msgspec.Struct):
    """The places of an event, without all else that it holds."""

    places: tuple[Place, ...] = ()


_places = msgspec.json.Decoder(_Places)


def cards_of(connection: sa.Connection, found: Sequence[StoredIncident], labels: Labels) -> list[Card]:
    """Return the cards of some incidents; in Arabic a place that nobody listed is named by the words of a report."""
    missing = [
        i.id for i in found if labels.lang == "ar" and any((p.id or "") not in arabic_names() for p in i.summary.places)
    ]
    words = _words_for_places(connection, missing) if missing else {}
    return [card_of(incident, labels, words) for incident in found]


def card_of(incident: StoredIncident, labels: Labels, words: dict[str, str] | None = None) -> Card:
    """Return the card of an incident; `words` are names of places as reports write them, by id."""
    summary = incident.summary
    countries = dict.fromkeys(p.country for p in summary.places if p.country)
    return Card(
        id=incident.id,
        type=summary.type,
        family=load_codebook().quad(summary.type),
        kind=labels.code("type", summary.type),
        modes=labels.join(labels.code("mode", f"{summary.type}.{mode}") for mode in summary.modes),
        where=labels.join(place_name(p, labels, words or {}) for p in summary.places),
        country=labels.join(labels.country(code) for code in countries),
        when=labels.days(summary.start, summary.end),
        figures=tuple(_figures(incident, labels)),
        reports=incident.reports,
        sources=incident.sources,
        contradicted=incident.contradicted,
        verdict=incident.verdict,
        denied=set(summary.statuses) == {"negated"},
        is_area=bool(summary.places) and summary.places[0].level in ("admin", "area", "country"),
    )


def _figures(incident: StoredIncident, labels: Labels) -> Iterable[tuple[str, str]]:
    """Each figure in words, with its range where sources differ."""
    for field, figure in incident.summary.reckoning.figures.items():
        said = labels.say(f"count_{field}", count=figure.best)
        yield said, labels.range(figure.low, figure.high) if figure.low != figure.high else ""


def place_name(place: Where, labels: Labels, words: dict[str, str]) -> str:
    """Return the name of a place in the interface language, as far as one is known."""
    if place.level == "country" and place.country:
        return labels.country(place.country)
    if labels.lang == "ar" and place.id:
        return arabic_names().get(place.id) or words.get(place.id) or place.name
    return place.name


def _words_for_places(connection: sa.Connection, names: Sequence[str]) -> dict[str, str]:
    """The shortest words that reports of these incidents use for each place."""
    select = sa.select(events.c.event).join(sketches, sketches.c.event == events.c.key)
    found: dict[str, str] = {}
    for text in connection.scalars(select.where(sketches.c.incident.in_(names)).limit(_MOST_EVENTS)):
        for place in _places.decode(text).places:
            known = found.get(place.id or "")
            if place.id and not place.inferred and (known is None or len(place.span.text) < len(known)):
                found[place.id] = place.span.text
    return found


@functools.cache
def arabic_names() -> dict[str, str]:
    """Return the plainest Arabic name of each listed place by its id: the shortest, the first where several are."""
    found: dict[str, str] = {}
    for row in read_tsv(DATA / "ar" / "place_names.tsv", PlaceNameRow):
        known = found.get(row.id)
        if known is None or len(row.name) < len(known):
            found[row.id] = row.name
    return found
