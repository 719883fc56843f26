"""Who did it, to whom, and who says so: candidate parties in a passage, and the choice of each event's actor and recipient.

A party is a chunk that the role tagger marks, or a name or nisba near it. Its name, country and sector are read from the
lexicon rows within it; a party without a country of its own may take that of the place of the event (choice `home`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from marsad.actors import Actor, Actors
from marsad.coder.choices import Choice, Choices
from marsad.coder.passage import ELSEWHERE as _ELSEWHERE
from marsad.coder.passage import (
    Chunk,
    Cluster,
    Mention,
    Passage,
    bucket,
    chunks,
    hits_between,
    nearest,
    rival,
    word_before,
)
from marsad.language import Hit
from marsad.model import Participant, Why

_PARTY_LABELS = frozenset({"ACT", "REC", "SRC", "KIL", "INJ", "CAP", "ABD", "REL", "DIS", "DMG", "MIS", "TRP"})
_LOOK_BACK = 3
_TITLE_REACH = 6  # tokens
_MOST = 4
ROLES = ("actor", "recipient", "source")


class Party(NamedTuple):
    """A candidate participant: where it stands, what the lexicon says of it, and how it was read.

    `body` is the name of a body told without its country ("the army"), to be named once the country is known.
    """

    chunk: Chunk
    name: str | None
    country: str | None
    sector: str | None
    id: str | None
    kind: str
    rule: str
    body: str = ""


def find_parties(passage: Passage, actors: Actors) -> list[Party]:
    """Return the candidate parties of a passage in order of appearance."""
    found = [_resolve(passage, chunk, actors) for chunk in chunks(passage) if chunk.label in _PARTY_LABELS]
    taken = {(p.chunk.sentence, i) for p in found for i in range(p.chunk.first, p.chunk.last + 1)}
    for number, sentence in enumerate(passage.sentences):
        for phrase in sentence.phrases:
            if phrase.kind not in ("actors", "nisbas", "bodies") or (number, phrase.first) in taken:
                continue
            chunk = Chunk(number, phrase.first, phrase.last, passage.roles[number].labels[phrase.first][2:])
            taken.update((number, i) for i in range(phrase.first, phrase.last + 1))
            found.append(_resolve(passage, chunk, actors))
    return sorted(found, key=lambda p: (p.chunk.sentence, p.chunk.first))


def _resolve(passage: Passage, chunk: Chunk, actors: Actors) -> Party:
    """Read name, country and sector of a chunk from the lexicon rows within it, or of the title just before it."""
    sentence = passage.sentences[chunk.sentence]
    hits = hits_between(sentence, chunk.first, chunk.last)
    before = hits_between(sentence, max(0, chunk.first - _TITLE_REACH), chunk.last, "titles")
    title = [h for _, last, h in before if last >= chunk.first - _TITLE_REACH // 2]
    actor, rule = _best_actor(hits, actors, passage.published)
    beside = hits_between(sentence, max(0, chunk.first - _TITLE_REACH // 2), chunk.last) if title else ()
    country = _country(hits) or _country(beside)
    if actor is not None and actor.kind != "state":
        return Party(chunk, actor.name, actor.country or country, actor.sector, actor.id, "named", rule)
    noun = next((h for _, _, h in hits if h.table == "role_nouns" and h.value.sector), None)
    sector = noun.value.sector if noun else title[-1].value.sector if title else None
    body = next((h for _, _, h in hits if h.table == "bodies"), None)
    if body is not None:
        own = actor.country if actor else country
        named = actors.body(body.form, own) if own else None
        if named is not None:
            return Party(
                chunk, named.name, own, named.sector, named.id, "named", f"actor_names.tsv {body.form} of {own}"
            )
        sector = actors.actor(body.value[0].id).sector
        return Party(chunk, None, own, sector, None, "body", f"actor_names.tsv {body.form}", body.form)
    if actor is not None:
        if noun is None and not title:
            metonym = "GOV" if rule.endswith("capital") else None
            return Party(chunk, actor.name, actor.country, metonym, actor.id, "state", rule)
        return Party(chunk, None, actor.country, sector, None, "noun", rule)
    state = actors.state(country) if country else None
    if state is not None:
        if sector is None and chunk.last == chunk.first:
            return Party(chunk, state.name, country, None, state.id, "nisba", "nisbas.tsv")
        return Party(chunk, None, country, sector, None, "noun", "nisbas.tsv")
    place = next((h for _, _, h in hits if h.table == "places" and h.code != "ordinary"), None)
    kind = "noun" if noun or title else "other"
    rule = f"role_nouns.tsv:{noun.row}" if noun else "role tagger"
    return Party(chunk, None, place.value[0].country if place else None, sector, None, kind, rule)


def _best_actor(
    hits: Sequence[tuple[int, int, Hit]], actors: Actors, published: str | None
) -> tuple[Actor | None, str]:
    """The actor that a chunk names: the longest name, a person or body before a state, one in office on the day."""
    best: tuple[tuple[int, ...], Actor, str] | None = None
    for first, last, hit in hits:
        if hit.table != "actors":
            continue
        for name in hit.value:
            actor = actors.actor(name.id)
            if actor is None:
                continue
            rank = (
                int(actor.kind != "state"),
                int(actors.valid_on(actor, published)),
                last - first,
                int(name.kind == "full"),
                -first,
            )
            if best is None or rank > best[0]:
                best = (rank, actor, f"actor_names.tsv {name.name} → {name.id} {name.kind}")
    return (best[1], best[2]) if best else (None, "")


def _country(hits: Sequence[tuple[int, int, Hit]]) -> str | None:
    return next((h.value.country for _, _, h in hits if h.table == "nisbas" and h.value.country), None)


def choose_parties(
    passage: Passage, cluster: Cluster, parties: Sequence[Party], choices: Choices
) -> dict[str, list[tuple[Party, Why]]]:
    """Return, for each role (actor, recipient, source), the parties that fill it in an event, each with why."""
    found = list(candidates(passage, cluster, parties))
    scores = [choices.group(*ROLES).scores(features) for _, features in found]
    return {
        role: _choose(passage, [(s[k], i) for i, s in enumerate(scores)], found, choices[role])
        for k, role in enumerate(ROLES)
    }


def _choose(
    passage: Passage, scored: list[tuple[float, int]], found: Sequence[tuple[Party, list[str]]], choice: Choice
) -> list[tuple[Party, Why]]:
    """The best-scored parties above the threshold, each once."""
    scored.sort(reverse=True)
    chosen: list[tuple[Party, Why]] = []
    seen: set[str] = set()
    losers = [(s, found[i][0].chunk) for s, i in scored if s < choice.threshold][:3]
    for score, i in scored:
        party, features = found[i]
        key = party.name or f"{party.country}/{party.sector}"
        if score < choice.threshold or len(chosen) >= _MOST:
            break
        if key not in seen:
            seen.add(key)
            lost = [(passage.span(c.sentence, c.first, c.last).text, s) for s, c in losers]
            words = passage.span(party.chunk.sentence, party.chunk.first, party.chunk.last).text
            chosen.append((party, choice.why(features, words, lost, read=party.rule)))
    return chosen


def candidates(passage: Passage, cluster: Cluster, parties: Sequence[Party]) -> Iterator[tuple[Party, list[str]]]:
    """Yield the parties that an event could have, with the named features its roles are chosen from."""
    sentences = {m.sentence for m in cluster.mentions}
    first = min(sentences)
    form = _form(passage, cluster.trigger)
    labelled = {(p.chunk.sentence, p.chunk.label) for p in parties}
    latest = {p.chunk.label: p for p in parties if p.chunk.sentence < first}
    apart = [nearest(cluster.mentions, p.chunk.sentence, p.chunk.first, p.chunk.last) for p in parties]
    ranks: dict[tuple[int, str], int] = {}
    for k in sorted(range(len(parties)), key=lambda k: abs(apart[k][1])):
        party, (mention, tokens) = parties[k], apart[k]
        chunk = party.chunk
        if not (chunk.sentence in sentences or first - _LOOK_BACK <= chunk.sentence < first or chunk.sentence == 0):
            continue
        seat = (chunk.sentence, chunk.label)
        rank = ranks[seat] = ranks.get(seat, -1) + 1
        features = _own_features(passage, cluster, party, tokens, form)
        label = chunk.label or "none"
        nearer = rival(passage, cluster.mentions, chunk.sentence, chunk.first, chunk.last)
        features += [f"rival={nearer}/{label}", f"rival={nearer}/{label}/{tokens != _ELSEWHERE}"]
        if chunk.sentence != cluster.trigger.sentence and tokens != _ELSEWHERE:
            features += [f"mention-only/{label}", f"mention-only/{nearer}"]
        if tokens != _ELSEWHERE:
            features.append(f"rank={min(rank, 2)}/{label}")
            features.append(f"triggers={_between(passage, mention, chunk)}/{label}")
            features.append(f"form={form}/{label}/{tokens > 0}")
        else:
            back = f"back{min(3, mention.sentence - chunk.sentence)}"
            features += [f"label={label}/{back}", f"side={back}", f"side={back}/{form}"]
            features.append(f"latest={latest.get(chunk.label) is party}/{label}")
            features.append(f"own={(mention.sentence, chunk.label) in labelled}/{label}")
            features.append(f"headline={chunk.sentence == 0}/{label}")
        yield party, features


def _own_features(passage: Passage, cluster: Cluster, party: Party, tokens: int, form: str) -> list[str]:
    """Named features of a party itself: its label, kind and sector, and the words that tie it to the event."""
    chunk = party.chunk
    type_, label = cluster.trigger.type, chunk.label or "none"
    before = word_before(passage.sentences[chunk.sentence].tokens, chunk.first)
    is_here = tokens != _ELSEWHERE
    found = [
        f"label={label}",
        f"label={label}/{type_}",
        f"kind={party.kind}/{label}",
        f"sector={party.sector}/{type_}",
        f"sector={party.sector}/{label}",
        f"before={before}/{is_here}",
        f"named={party.name is not None}/{type_}",
    ]
    if is_here:
        side = bucket(tokens)
        found += [
            f"label={label}/{side}",
            f"side={side}",
            f"side={side}/{form}",
            f"before={before}/{type_}/{tokens > 0}",
        ]
    else:
        found.append(f"back/{type_}/{label}")
    return found


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
    sector, label = party.sector, party.chunk.label
    return [
        f"sector={sector}",
        f"sector={sector}/{role}",
        f"label={label}/{role}",
        f"type={type_}/{role}",
        f"kind={party.kind}/{role}",
    ]


def as_participant(
    passage: Passage, cluster: Cluster, chosen: tuple[Party, Why], country: str | None, actors: Actors
) -> Participant:
    """Return the record of a chosen party; it is inferred when none of the event's own sentences names it."""
    party, why = chosen
    chunk = party.chunk
    body = actors.body(party.body, country) if party.body and country else None
    return Participant(
        span=passage.span(chunk.sentence, chunk.first, chunk.last),
        name=body.name if body else party.name,
        country=party.country or country,
        sector=party.sector,
        id=body.id if body else party.id,
        inferred=chunk.sentence not in {m.sentence for m in cluster.mentions},
        why=why,
    )
