"""Who is named in a passage: the parties that may play a role, each with its name, country and sector.

A party is a chunk that the role tagger marks, or a name or nisba near it. What it is called is read from the lexicon rows
within it, or from the title before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from marsad.actors import Actor, ActorName, Actors
from marsad.coder import naming
from marsad.coder.bounds import describes, parties_in, with_nisbas
from marsad.coder.nearly import near_parties
from marsad.coder.passage import Chunk, Passage, chunks, hits_between
from marsad.language import Hit, Sentence, Token

PARTY_LABELS = frozenset({"ACT", "REC", "SRC", "KIL", "INJ", "CAP", "ABD", "REL", "DIS", "DMG", "MIS", "TRP"})
_NAMES = frozenset({"actors", "nisbas", "bodies", "anaphors"})
_TITLE_REACH = 6  # tokens
_OF_ALL = frozenset({"IGO", "NGO"})  # sectors of bodies that belong to no country
_SHORT = 3  # letters


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
    marked = (own for chunk in chunks(passage) if chunk.label in PARTY_LABELS for own in parties_in(passage, chunk))
    found: list[Party] = []
    for chunk in marked:
        before = found[-1].chunk if found else None
        if before is None or chunk.sentence != before.sentence or chunk.first > before.last:
            found.append(_resolve(passage, chunk, actors))
    taken = {(p.chunk.sentence, i) for p in found for i in range(p.chunk.first, p.chunk.last + 1)}
    for number, sentence in enumerate(passage.sentences):
        for phrase in sentence.phrases:
            is_people = phrase.kind == "role_nouns" and phrase.hit is not None and phrase.hit.value.who
            is_people = is_people and not describes(sentence, phrase.first)
            if not (is_people or phrase.kind in _NAMES) or (number, phrase.first) in taken:
                continue
            label = passage.roles[number].labels[phrase.first][2:]
            chunk = with_nisbas(passage, Chunk(number, phrase.first, phrase.last, label))
            taken.update((number, i) for i in range(phrase.first, chunk.last + 1))
            found.append(_resolve(passage, chunk, actors))
    for number in range(len(passage.sentences)):
        found += [_resolve(passage, chunk, actors) for chunk in near_parties(passage, number, taken)]
    return list(_refer(passage, sorted(found, key=lambda p: (p.chunk.sentence, p.chunk.first)), actors))


def _refer(passage: Passage, parties: Sequence[Party], actors: Actors) -> Iterator[Party]:
    """Yield the parties in order, those that stand for a name told before with that name."""
    known: list[naming.Known] = []
    for party in parties:
        chunk = party.chunk
        if party.name is None and party.kind in ("other", "noun", "body"):
            meant = naming.referred(passage, chunk, known, actors)
            if meant is None:
                yield party
                continue
            other, rule = meant
            party = Party(chunk, other.name, other.country, other.sector, other.id, "named", rule)
        yield party
        if party.name:
            surname = naming.surname_of(passage.sentences[chunk.sentence], chunk.first, chunk.last)
            kind = actors.actor(party.id).kind if party.id else "person"
            acts = chunk.label in ("ACT", "SRC")
            known.append(naming.Known(party.name, party.country, party.sector, party.id, kind, surname, acts))


def _resolve(passage: Passage, chunk: Chunk, actors: Actors) -> Party:
    """Read name, country and sector of a chunk from the lexicon rows within it, or of the title just before it."""
    sentence = passage.sentences[chunk.sentence]
    hits = hits_between(sentence, chunk.first, chunk.last)
    title = list(_titles(sentence, chunk))
    own_letters = naming.latin_name(passage, chunk)
    if not hits and not title:
        return Party(chunk, own_letters, None, None, None, "named" if own_letters else "other", "role tagger")
    actor, rule, owner = _best_actor(hits, actors, passage, chunk)
    beside = hits_between(sentence, max(0, chunk.first - _TITLE_REACH // 2), chunk.last) if title else ()
    country = _country(hits) or _country(beside) or owner
    if actor is not None and actor.kind != "state":
        return Party(chunk, actor.name, actor.country or country, actor.sector, actor.id, "named", rule)
    person = naming.person_name(passage, chunk, actors.romanise) if owner is None else None
    noun = next((h for _, _, h in hits if h.table == "role_nouns" and h.value.sector), None)
    sector = noun.value.sector if noun else title[-1].value.sector if title else None
    if person is not None or own_letters is not None:
        return Party(chunk, person or own_letters, country, sector, None, "named", "person_names.tsv")
    if owner is not None:
        return Party(chunk, None, country, sector, None, "noun", rule)
    body = next((h for _, _, h in hits if h.table == "bodies"), None) or _body_of_another(hits, actors)
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


def _titles(sentence: Sentence, chunk: Chunk) -> Iterator[Hit]:
    """Yield the titles in a chunk, and before it where only what belongs to a title stands between: "الوزير الروسي"."""
    for _, last, hit in hits_between(sentence, max(0, chunk.first - _TITLE_REACH), chunk.last, "titles"):
        between = sentence.tokens[last + 1 : chunk.first]
        if len(between) < _TITLE_REACH // 2 and all(_describes_title(token) for token in between):
            yield hit


def _describes_title(token: Token) -> bool:
    """Whether a token behind a title still says whose or which it is: no particle, no name of a person."""
    is_name = any(h.table == "actors" and h.value[0].id.startswith(naming.PERSON) for h in token.word.hits)
    return not is_name and (token.word.has_article or any(h.table in _NAMES for h in token.word.hits))


def _best_actor(
    hits: Sequence[tuple[int, int, Hit]], actors: Actors, passage: Passage, chunk: Chunk
) -> tuple[Actor | None, str, str | None]:
    """The actor that a chunk names: the longest name, a person or body before a state, one in office on the day.

    "العدو" is the one of those called so that the story names most often otherwise. Also returns how it was read, and the
    country of whom the party only belongs to: "جيش القذافي".
    """
    best: tuple[tuple[int, ...], Actor, str] | None = None
    owner: str | None = None
    sentence = passage.sentences[chunk.sentence]
    for first, last, hit in hits:
        if hit.table != "actors":
            continue
        for name in hit.value:
            actor = actors.actor(name.id)
            if name.id.startswith(naming.PERSON) and naming.is_owner(passage, chunk, first):
                owner = actor.country
                continue
            if name.kind == "short" and naming.is_another(sentence, first, chunk.last, actor.name):
                continue
            if _is_of_another(sentence, last + 1, actor) or not _is_as_listed(
                passage, chunk.sentence, first, hit, name
            ):
                continue
            rank = (
                int(actor.kind != "state"),
                int(actors.valid_on(actor, passage.published)),
                last - first,
                int(name.kind == "full"),
                passage.countries()[actor.country] if name.kind == "hostile" and actor.country else 0,
                -first,
            )
            if best is None or rank > best[0]:
                best = (rank, actor, f"{name.table()} {name.name} → {name.id} {name.kind}")
    return (best[1], best[2], owner) if best else (None, "", owner)


def _body_of_another(hits: Sequence[tuple[int, int, Hit]], actors: Actors) -> Hit | None:
    """What many countries have under the name of a listed body: "الصليب الأحمر" of Ethiopia."""
    named = ((hit.form, actors.bodies(hit.form)) for _, _, hit in hits if hit.table == "actors")
    return next((Hit("bodies", 0, "", rows, form) for form, rows in named if rows), None)


def _is_of_another(sentence: Sentence, at: int, actor: Actor) -> bool:
    """Whether the adjective behind a name says it is another country's: "مجلس الأمن الروسي", "الكونغرس الفلبيني"."""
    word = sentence.tokens[at].word if at < len(sentence.tokens) else None
    if word is None or not word.is_definite or actor.kind == "state" or actor.id.startswith(naming.PERSON):
        return False
    countries = {hit.value.country for hit in word.hits if hit.table == "nisbas"} - {"", None}
    is_bound = actor.country is not None or actor.sector in _OF_ALL
    return bool(countries) and is_bound and actor.country not in countries


def _is_as_listed(passage: Passage, sentence: int, at: int, hit: Hit, name: ActorName) -> bool:
    """Whether a word is written as the name is listed: "وأم" is no news agency "وام", "العون" no Joseph Aoun."""
    token = passage.sentences[sentence].tokens[at]
    word = token.word
    if name.kind == "short" and name.id.startswith(naming.PERSON) and word.is_definite and hit.form == word.stem:
        return False
    return len(name.name) > _SHORT or name.name in passage.text[token.start : token.end]


def _country(hits: Sequence[tuple[int, int, Hit]]) -> str | None:
    return next((h.value.country for _, _, h in hits if h.table == "nisbas" and h.value.country), None)
