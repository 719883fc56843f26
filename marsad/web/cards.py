"""An incident in a few words: what, where, when, its figures with their range, who says so and what is doubtful."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence

import msgspec
import sqlalchemy as sa
from rapidfuzz.distance import Levenshtein

from marsad.codebook import load_codebook
from marsad.gazetteer import PlaceNameRow
from marsad.link.summary import Where
from marsad.model import Participant, Place
from marsad.record.incidents import StoredIncident
from marsad.record.schema import documents, events
from marsad.resources import DATA, read_tsv
from marsad.web.labels import Labels
from marsad.web.names import arabic_actors
from marsad.web.quotes import Quote, quote

_MOST_NAMES = 2
_MOST_PUBLISHERS = 12
_ONE_NAME = 0.4
"""Names that differ in less than so much of their letters are spellings of one."""
AREAS = ("admin", "area", "country")


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What a card of an incident says, in one language; `quote` are the words of its first report."""

    id: str
    type: str
    family: str
    kind: str
    modes: str
    where: str
    country: str
    parties: tuple[str, str]
    when: str
    figures: tuple[tuple[str, str], ...]
    reports: int
    sources: int
    contradicted: bool
    verdict: str | None
    denied: bool
    is_area: bool
    quote: Quote | None
    publishers: str

    def title(self) -> str:
        """Return what and where in one line."""
        return " – ".join(v for v in (self.kind, self.where or self.country) if v)


class _Told(msgspec.Struct):
    """Who and where an event tells of, without all else that it holds."""

    places: tuple[Place, ...] = ()
    actor: tuple[Participant, ...] = ()
    recipient: tuple[Participant, ...] = ()


class _First(msgspec.Struct, frozen=True):
    """The event that an incident's first report tells, and the words that tell it."""

    told: _Told
    quote: Quote


_told = msgspec.json.Decoder(_Told)


def cards_of(connection: sa.Connection, found: Sequence[StoredIncident], labels: Labels) -> list[Card]:
    """Return the cards of some incidents."""
    firsts, told = _firsts(connection, found), _publishers(connection, found)
    return [_card(incident, labels, firsts.get(incident.id), told) for incident in found]


def _publishers(connection: sa.Connection, found: Sequence[StoredIncident]) -> Mapping[str, str]:
    """Who published the reports of the incidents, by report; the first reports of each."""
    names = {m[0] for i in found for m in i.summary.mentions[:_MOST_PUBLISHERS]}
    select = sa.select(documents.c.id, documents.c.publisher)
    rows = connection.execute(select.where(documents.c.id.in_(names), documents.c.current.is_(True)))
    return {row.id: row.publisher or row.id for row in rows}


def _firsts(connection: sa.Connection, found: Sequence[StoredIncident]) -> Mapping[str, _First]:
    """Of each incident the first mention, read again from its event and its report."""
    wanted = {i.summary.mentions[0][1]: i for i in found if i.summary.mentions}
    select = sa.select(events.c.id, events.c.event, documents.c.text)
    select = select.join(documents, documents.c.key == events.c.document)
    rows = connection.execute(select.where(events.c.id.in_(list(wanted)), documents.c.current.is_(True)))
    firsts = {}
    for row in rows:
        incident = wanted[row.id]
        _, _, start, end = incident.summary.mentions[0]
        firsts[incident.id] = _First(_told.decode(row.event), quote(row.text, start, end))
    return firsts


def _card(incident: StoredIncident, labels: Labels, first: _First | None, told_by: Mapping[str, str]) -> Card:
    summary = incident.summary
    countries = dict.fromkeys(p.country for p in summary.places if p.country)
    told = first.told if first else _Told()
    words = {p.id: p.span.text for p in told.places if p.id and not p.inferred}
    where = labels.join(place_name(p, labels, words) for p in summary.places)
    country = labels.join(labels.country(code) for code in countries)
    return Card(
        id=incident.id,
        type=summary.type,
        family=load_codebook().quad(summary.type),
        kind=labels.code("type", summary.type),
        modes=labels.join(labels.code("mode", f"{summary.type}.{mode}") for mode in summary.modes),
        where=where,
        country="" if country == where else country,
        parties=(_names(told.actor, labels), _names(told.recipient, labels)),
        when=labels.days(summary.start, summary.end),
        figures=tuple(_figures(incident, labels)),
        reports=incident.reports,
        sources=incident.sources,
        contradicted=incident.contradicted,
        verdict=incident.verdict,
        denied=set(summary.statuses) == {"negated"},
        is_area=bool(summary.places) and summary.places[0].level in AREAS,
        quote=first.quote if first else None,
        publishers=labels.join(told_by.get(m[0], "") for m in summary.mentions[:_MOST_PUBLISHERS]),
    )


def _names(parties: Iterable[Participant], labels: Labels) -> str:
    names = list(dict.fromkeys(n for p in parties if (n := _party(p, labels))))
    shown = labels.join(names[:_MOST_NAMES])
    more = len(names) - _MOST_NAMES
    return labels.say("names_more", names=shown, count=more) if more > 0 else shown


def _party(party: Participant, labels: Labels) -> str:
    """A participant: a listed actor by its name in the interface language, else as the report words it."""
    known = arabic_actors().get(party.id or "") if labels.lang == "ar" else None
    return known or labels.wording.party(party)


def _figures(incident: StoredIncident, labels: Labels) -> Iterable[tuple[str, str]]:
    """Each figure in words, with its range where sources differ."""
    for field, figure in incident.summary.reckoning.figures.items():
        said = labels.say(f"count_{field}", count=figure.best)
        yield said, labels.range(figure.low, figure.high) if figure.low != figure.high else ""


def place_name(place: Where, labels: Labels, words: Mapping[str, str]) -> str:
    """Return the name of a place in the interface language: in Arabic by our list, else by the words of a report."""
    if place.level == "country" and place.country:
        return labels.country(place.country)
    if labels.lang == "ar" and place.id:
        return arabic_names().get(place.id) or words.get(place.id) or place.name
    return place.name


@functools.cache
def arabic_names() -> dict[str, str]:
    """Return the plainest Arabic name of each listed place by its id."""
    found: dict[str, list[str]] = {}
    for row in read_tsv(DATA / "ar" / "place_names.tsv", PlaceNameRow):
        found.setdefault(row.id, []).append(row.name)
    return {place: plainest(names) for place, names in found.items()}


def plainest(names: Sequence[str]) -> str:
    """Return the plainest of a place's names: of the spellings of the shortest, the one that is closest to the others."""
    shortest = min(names, key=len)
    alike = [n for n in names if n.count(" ") == shortest.count(" ") and _differ(n, shortest) <= _ONE_NAME]
    return min(alike, key=lambda name: (sum(Levenshtein.distance(name, other) for other in alike), len(name)))


def _differ(one: str, other: str) -> float:
    return float(Levenshtein.normalized_distance(one, other))
