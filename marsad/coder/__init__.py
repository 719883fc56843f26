"""One document in, coded events out: pure, without files, clock or network.

`code` is the whole path in order: sentences, stories, tags, mentions, events, and for each event its places, days, parties,
figures, sources, status and modes. Every weighted choice comes from the same mechanism (`choices`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from marsad.actors import Actors
from marsad.coder import (
    events,
    factuality,
    ownership,
    participants,
    places,
    quantities,
    sites,
    stories,
    strangers,
    times,
    triggers,
)
from marsad.coder.choices import Choices, load_choices
from marsad.coder.network import Network, load_network
from marsad.coder.pairs import Layout, find_pairs
from marsad.coder.parties import Party, find_parties
from marsad.coder.passage import Cluster, Passage
from marsad.coder.tagger import Tagger, load_tagger
from marsad.gazetteer import Gazetteer
from marsad.language import Language
from marsad.model import (
    Attribution,
    CodedDocument,
    Document,
    Event,
    Participant,
    Place,
    Problem,
    Span,
    Story,
    Why,
)

# Verbal and material help are the only types whose sums of money are coded (gold conventions).
_MONEY_TYPES = frozenset({"AID", "AGREE"})


class Kit(msgspec.Struct, frozen=True):
    """The trained and looked-up knowledge that coding needs, loaded once."""

    events: Tagger
    network: Network
    choices: Choices
    actors: Actors
    gazetteer: Gazetteer


class Read(NamedTuple):
    """What was read in one passage."""

    events: list[Event]
    problems: list[Problem]


class Fields(NamedTuple):
    """What was chosen for one event out of all that its passage holds."""

    places: list[Place]
    dates: times.Days
    parties: dict[str, list[participants.Chosen]]
    records: ownership.Records
    status: factuality.Status
    modes: factuality.Modes
    type_why: Why


def load_kit(folder: Path, actors: Actors, gazetteer: Gazetteer) -> Kit:
    """Load a language's trained weights from its data folder.

    Raises:
        ResourceError: a weight file is missing or broken.
    """
    return Kit(
        load_tagger(folder / "tagger_events.tsv"),
        load_network(folder / "network.tsv"),
        load_choices(folder / "weights.tsv"),
        actors,
        gazetteer,
    )


def code(document: Document, language: Language, kit: Kit) -> CodedDocument:
    """Read a document's events; text in another language gives none, and a problem that says so."""
    if not language.is_written_in(document.text):
        where = Span(0, min(40, len(document.text)), document.text[:40])
        return CodedDocument(
            document=document,
            language=None,
            problems=(Problem(where, f"is not written in the language {language.code}"),),
        )
    found: list[Event] = []
    problems: list[Problem] = []
    passages = read_passages(document, language, kit)
    for _, passage in passages:
        read = code_passage(passage, language, kit, document.id, len(found))
        found += read.events
        problems += read.problems
    return CodedDocument(
        document=document,
        language=language.code,
        stories=tuple(story for story, _ in passages),
        events=tuple(found),
        problems=tuple(problems),
    )


def read_passages(document: Document, language: Language, kit: Kit) -> list[tuple[Story, Passage]]:
    """Read a document into stories and their passages: sentences tagged with events and roles, noise left out."""
    noise = language.find_noise(document.text)
    sentences = [
        s
        for s in language.read_sentences(document.text, 0, len(document.text))
        if not any(a <= s.start < b for a, b in noise)
    ]
    marks = kit.network.mark(sentences)
    tags, labelled = kit.events.tag(sentences, marks.events), marks.roles
    found = []
    for number, story in enumerate(stories.find_stories(document, sentences, noise, language)):
        own = [k for k, s in enumerate(sentences) if story.start <= s.start < story.end]
        passage = Passage(
            document.text,
            number,
            story.published or document.published,
            [sentences[k] for k in own],
            [tags[k] for k in own],
            [labelled[k] for k in own],
        )
        found.append((story, passage))
    return found


def code_passage(passage: Passage, language: Language, kit: Kit, document_id: str, known: int) -> Read:
    """Return the events of one passage, numbered from `known` + 1, and what it names that nobody knows."""
    kept = triggers.keep_mentions(passage, kit.choices)
    clusters = events.join_mentions(passage, list(kept.mentions), kit.choices)
    if not clusters:
        return Read([], [])
    layout = Layout(passage, clusters)
    named = sites.find_sites(passage, kit.gazetteer)
    parties = find_parties(passage, kit.actors)
    home = home_country(named, parties)
    moments, figures = times.find_moments(passage, language), quantities.find_figures(passage)
    wishes = (
        places.wish_for(layout, named),
        times.wish_for(layout, moments),
        participants.wish_for(layout, parties),
        ownership.wish_for(layout, figures),
    )
    of_site, of_moment, of_party, of_figure = find_pairs(layout, wishes)
    dates = times.choose_dates(layout, moments, of_moment, kit.choices)
    owned = ownership.assign_figures(layout, figures, of_figure, kit.choices)
    records = ownership.as_records(passage, owned, kit.choices)
    kinds = [[w.kind for w in weapons] + [d.object for d in damage] for _, weapons, damage in records]
    fields = zip(
        places.choose_places(layout, named, of_site, (kit.choices, kit.gazetteer)),
        dates,
        participants.choose_parties(layout, parties, of_party, kit.choices),
        records,
        factuality.choose_statuses(passage, clusters, [days for days, _, _ in dates], kit.choices),
        factuality.choose_modes(passage, clusters, kinds, kit.choices),
        [kept.why(passage, cluster.trigger) for cluster in clusters],
        strict=True,
    )
    made = [
        _event(passage, cluster, Fields(*own), (home, kit), f"{document_id}:e{number}")
        for number, (cluster, own) in enumerate(zip(clusters, fields, strict=True), known + 1)
    ]
    taken = {(site.sentence, i) for site in named for i in range(site.first, site.last + 1)}
    return Read(made, list(strangers.find_unknown_places(passage, taken)))


def _event(passage: Passage, cluster: Cluster, chosen: Fields, given: tuple[str | None, Kit], event_id: str) -> Event:
    """Fill the fields of one event with what was chosen for it; given is the country that the story speaks of."""
    (home_of_story, kit), trigger, where, parties = given, cluster.trigger, chosen.places, chosen.parties
    home = _country(where, home_of_story)
    dates, date_text, date_why = chosen.dates
    (status, status_why), (generic, generic_why) = chosen.status
    casualties, weapons, damage = chosen.records
    modes, modes_why = chosen.modes
    why = {"type": chosen.type_why, "status": status_why, "generic": generic_why}
    why.update({name: reason for name, reason in (("modes", modes_why), ("date", date_why)) if reason})
    return Event(
        id=event_id,
        type=trigger.type,
        modes=modes,
        status=status,
        generic=generic,
        confidence=round(max(m.confidence for m in cluster.mentions), 2),
        story=passage.story,
        trigger=passage.span(trigger.sentence, trigger.first, trigger.last),
        mentions=tuple(passage.span(m.sentence, m.first, m.last) for m in cluster.mentions if m is not trigger),
        actor=_participants(passage, cluster, parties["actor"], "actor", home, kit),
        recipient=_participants(passage, cluster, parties["recipient"], "recipient", home, kit),
        places=tuple(where),
        date=dates,
        date_text=date_text,
        weapons=weapons,
        casualties=casualties,
        damage=damage,
        money=ownership.find_money(passage, cluster) if trigger.type in _MONEY_TYPES else None,
        source=_sources(passage, cluster, parties["source"], home[0], kit.actors),
        why=why,
    )


def home_country(named: Sequence[sites.Site], parties: Sequence[Party]) -> str | None:
    """Return the country that a story speaks of: that of most of its places and parties, if it is that of at least half."""
    told = Counter(site.entry.country for site in named if site.entry.country)
    told.update(party.country for party in parties if party.country)
    country, times_named = told.most_common(1)[0] if told else (None, 0)
    return country if 2 * times_named >= told.total() else None


def _country(where: Sequence[Place], home: str | None) -> tuple[str | None, str]:
    """The country that an event is told in, and how it is known: by the event's place, or by the whole story."""
    own = next((p.country for p in where if p.country), None)
    return (own, "place") if own else (home, "story")


def _participants(
    passage: Passage,
    cluster: Cluster,
    chosen: list[participants.Chosen],
    role: str,
    where: tuple[str | None, str],
    kit: Kit,
) -> tuple[Participant, ...]:
    """The actors or recipients of an event; one without a country may take that of the event's place or story."""
    home = kit.choices.group("home")
    least = home.choices[0].threshold
    country, known_by = where
    found = []
    for party, why in chosen:
        own = None
        if party.country is None and party.name is None and country:
            part = participants.home_part(party, role, cluster.trigger.type, known_by)
            own = country if home.scores((part,))[0] >= least else None
        found.append(participants.as_participant(passage, cluster, (party, why), own, kit.actors))
    return tuple(found)


def _sources(
    passage: Passage, cluster: Cluster, chosen: list[participants.Chosen], home: str | None, actors: Actors
) -> tuple[Attribution, ...]:
    """Everybody whom the report says the event from; "the health ministry" is that of the country told of."""
    own = {m.sentence for m in cluster.mentions}
    found = []
    for party, why in chosen:
        body = actors.body(party.body, home) if party.body and home else None
        found.append(
            Attribution(
                span=passage.span(party.chunk.sentence, party.chunk.first, party.chunk.last),
                name=body.name if body else party.name,
                id=body.id if body else party.id,
                inferred=party.chunk.sentence not in own,
                why=why,
            )
        )
    return tuple(found)
