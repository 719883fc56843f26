"""Who did it, to whom, and who says so: candidate parties in a passage, and the choice of each event's actor and recipient.

A party is a chunk that the role tagger marks, or a name or nisba near it. Its name, country and sector are read from the
lexicon rows within it; a party without a country of its own may take that of the place of the event (choice `home`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from marsad.actors import Actor, Actors
from marsad.coder.choices import Choices
from marsad.coder.passage import Chunk, Cluster, Mention, Passage, bucket, chunks, hits_between, nearest, word_before
from marsad.language import Hit
from marsad.model import Participant, Why

_PARTY_LABELS = frozenset({"ACT", "REC", "SRC", "KIL", "INJ", "CAP", "ABD", "REL", "DIS", "DMG", "MIS", "TRP"})
_LOOK_BACK = 3


class Party(NamedTuple):
    """A candidate participant: where it stands, what the lexicon says of it, and how it was read."""

    chunk: Chunk
    name: str | None
    country: str | None
    sector: str | None
    id: str | None
    kind: str
    rule: str


def find_parties(passage: Passage, actors: Actors) -> list[Party]:
    """Return the candidate parties of a passage in order of appearance."""
    found = [_resolve(passage, chunk, actors) for chunk in chunks(passage) if chunk.label in _PARTY_LABELS]
    taken = {(p.chunk.sentence, i) for p in found for i in range(p.chunk.first, p.chunk.last + 1)}
    for number, sentence in enumerate(passage.sentences):
        for phrase in sentence.phrases:
            if phrase.kind not in ("actors", "nisbas") or (number, phrase.first) in taken:
                continue
            chunk = Chunk(number, phrase.first, phrase.last, passage.roles[number].labels[phrase.first][2:])
            taken.update((number, i) for i in range(phrase.first, phrase.last + 1))
            found.append(_resolve(passage, chunk, actors))
    return sorted(found, key=lambda p: (p.chunk.sentence, p.chunk.first))


def _resolve(passage: Passage, chunk: Chunk, actors: Actors) -> Party:
    """Read name, country and sector of a chunk from the lexicon rows within it, or of the title just before it."""
    sentence = passage.sentences[chunk.sentence]
    hits = hits_between(sentence, chunk.first, chunk.last)
    actor, rule = _best_actor(hits, actors, passage.published)
    title = [h for _, last, h in hits_between(sentence, max(0, chunk.first - 6), chunk.last, "titles") if last >= chunk.first - 4]
    nisba = _country(hits) or (_country(hits_between(sentence, max(0, chunk.first - 3), chunk.last)) if title else None)
    noun = next((h for _, _, h in hits if h.table == "role_nouns" and h.value.sector), None)
    if actor is not None and actor.kind != "state":
        country = actor.country or nisba
        return Party(chunk, actor.name, country, actor.sector, actor.id, "named", rule)
    sector = noun.value.sector if noun else title[-1].value.sector if title else None
    if actor is not None:
        if noun is None and not title:
            return Party(chunk, actor.name, actor.country, "GOV" if rule.endswith("capital") else None, actor.id, "state", rule)
        return Party(chunk, None, actor.country, sector, None, "noun", rule)
    if nisba:
        state = actors.state(nisba)
        if sector is None and chunk.last == chunk.first and state is not None:
            return Party(chunk, state.name, nisba, None, state.id, "nisba", "nisbas.tsv")
        return Party(chunk, None, nisba, sector, None, "noun", "nisbas.tsv")
    place = next((h for _, _, h in hits if h.table == "places" and h.code != "ordinary"), None)
    country = place.value[0].country if place else None
    return Party(chunk, None, country, sector, None, "noun" if noun or title else "other", f"role_nouns.tsv:{noun.row}" if noun else "role")


def _best_actor(hits: Sequence[tuple[int, int, Hit]], actors: Actors, published: str | None) -> tuple[Actor | None, str]:
    """The actor that a chunk names: the longest name, a person or body before a state, one in office on the day."""
    best: tuple[tuple[int, ...], Actor, str] | None = None
    for first, last, hit in hits:
        if hit.table != "actors":
            continue
        for name in hit.value:
            actor = actors.actor(name.id)
            if actor is None:
                continue
            rank = (int(actor.kind != "state"), int(actors.valid_on(actor, published)), last - first, int(name.kind == "full"), -first)
            if best is None or rank > best[0]:
                best = (rank, actor, f"actor_names.tsv {name.name} → {name.id} {name.kind}")
    return (best[1], best[2]) if best else (None, "")


def _country(hits: Sequence[tuple[int, int, Hit]]) -> str | None:
    return next((h.value.country for _, _, h in hits if h.table == "nisbas" and h.value.country), None)


def choose_parties(
    passage: Passage, cluster: Cluster, parties: Sequence[Party], role: str, choices: Choices
) -> list[tuple[Party, Why]]:
    """Return the parties that fill a role (actor or recipient) of an event, each with why."""
    choice = choices[role]
    scored = [(party, features, choice.score(features)) for party, features in candidates(passage, cluster, parties)]
    lost = [(passage.span(p.chunk.sentence, p.chunk.first, p.chunk.last).text, s) for p, _, s in scored if s < choice.threshold]
    chosen: list[tuple[Party, Why]] = []
    seen: set[str] = set()
    for party, features, score in sorted(scored, key=lambda x: -x[2]):
        key = party.name or f"{party.country}/{party.sector}"
        if score >= choice.threshold and key not in seen and len(chosen) < 4:
            seen.add(key)
            words = passage.span(party.chunk.sentence, party.chunk.first, party.chunk.last).text
            why = choice.why(features, words, lost)
            chosen.append((party, Why(rule=f"{why.rule}; {party.rule}", words=words, score=why.score, features=why.features, lost=why.lost)))
    return chosen


def candidates(passage: Passage, cluster: Cluster, parties: Sequence[Party]) -> Iterator[tuple[Party, list[str]]]:
    """Yield the parties that an event could have, with the named features its roles are chosen from."""
    sentences = {m.sentence for m in cluster.mentions}
    first = min(sentences)
    for party in parties:
        at = party.chunk.sentence
        if at in sentences or first - _LOOK_BACK <= at < first or at == 0:
            yield party, party_features(passage, cluster, parties, party)


def party_features(passage: Passage, cluster: Cluster, parties: Sequence[Party], party: Party) -> list[str]:
    """Return the named features of a party as a filler of an event's roles."""
    chunk = party.chunk
    mention, apart = nearest(cluster.mentions, chunk.sentence, chunk.first, chunk.last)
    type_, label = cluster.trigger.type, chunk.label or "none"
    sentence = passage.sentences[chunk.sentence]
    before = word_before(sentence.tokens, chunk.first)
    form = _form(passage, cluster.trigger)
    side = bucket(apart) if apart != 99 else f"back{min(3, mention.sentence - chunk.sentence)}"
    found = [
        f"label={label}",
        f"label={label}/{type_}",
        f"label={label}/{side}",
        f"side={side}",
        f"side={side}/{form}",
        f"kind={party.kind}/{label}",
        f"sector={party.sector}/{type_}",
        f"sector={party.sector}/{label}",
        f"before={before}/{apart != 99}",
        f"before={before}/{type_}/{apart > 0}" if apart != 99 else f"back/{type_}/{label}",
        f"named={party.name is not None}/{type_}",
    ]
    if apart != 99:
        rivals = [p for p in parties if p.chunk.sentence == chunk.sentence and p.chunk.label == chunk.label]
        order = sorted(rivals, key=lambda p: abs(nearest(cluster.mentions, p.chunk.sentence, p.chunk.first, p.chunk.last)[1]))
        found.append(f"rank={min(order.index(party), 2)}/{label}")
        found.append(f"triggers={_between(passage, mention, chunk)}/{label}")
        found.append(f"form={form}/{label}/{apart > 0}")
    else:
        same = [p for p in parties if p.chunk.label == chunk.label and p.chunk.sentence < mention.sentence]
        found.append(f"latest={bool(same) and same[-1] is party}/{label}")
        found.append(f"own={_has_label(parties, mention.sentence, chunk.label)}/{label}")
        found.append(f"headline={chunk.sentence == 0}/{label}")
    return found


def _has_label(parties: Sequence[Party], sentence: int, label: str) -> bool:
    return any(p.chunk.sentence == sentence and p.chunk.label == label for p in parties)


def _between(passage: Passage, mention: Mention, chunk: Chunk) -> int:
    """How many other event words stand between a mention and a chunk, at most 2."""
    low, high = sorted((mention.first, chunk.first))
    labels = passage.tags[chunk.sentence].labels[low + 1 : high]
    return min(2, sum(1 for label in labels if label.startswith("B-")))


def _form(passage: Passage, mention: Mention) -> str:
    """How the trigger's word is built, as far as the lexicon tells."""
    word = passage.sentences[mention.sentence].tokens[mention.first].word
    hit = next((h for h in word.hits if h.table in ("triggers", "outcomes")), None)
    passive = "/u" if any(m.endswith("-u") for m in word.marks) else ""
    return (f"{hit.form}" if hit else "unknown") + passive


def place_country_features(party: Party, role: str, type_: str) -> list[str]:
    """Return the named features from which `home` decides whether a party takes the country of the event's place."""
    return [f"sector={party.sector}", f"sector={party.sector}/{role}", f"label={party.chunk.label}/{role}", f"type={type_}/{role}",
            f"kind={party.kind}/{role}"]


def as_participant(passage: Passage, cluster: Cluster, party: Party, country: str | None, why: Why) -> Participant:
    """Return the record of a chosen party; it is inferred when none of the event's own sentences names it."""
    chunk = party.chunk
    return Participant(
        span=passage.span(chunk.sentence, chunk.first, chunk.last),
        name=party.name,
        country=party.country or country,
        sector=party.sector,
        id=party.id,
        inferred=chunk.sentence not in {m.sentence for m in cluster.mentions},
        why=why,
    )
