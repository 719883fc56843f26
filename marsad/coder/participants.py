"""Who did it, to whom, and who says so: the choice of each event's actor, recipient and source among the parties.

A party without a country of its own may take that of the place of the event (choice `home`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np

from marsad.actors import Actors
from marsad.coder.choices import Choices
from marsad.coder.leaning import leanings
from marsad.coder.pairs import Layout, Pairs, Seats, Wish, coded, is_among, last_of, ranks, seats_of
from marsad.coder.parties import PARTY_LABELS, Party
from marsad.coder.parts import Indexes, Part, Table, count, flag, joined
from marsad.coder.passage import Cluster, Mention, Passage, stem_of, word_before
from marsad.coder.speaking import speech_tables
from marsad.coder.standing import weigh_again, with_alone
from marsad.coder.weighing import Weighed
from marsad.model import Participant, Why

_LOOK_BACK = 3
_MOST = 4
_LEANINGS = ("ACT", "REC", "SRC", "PLC")
_BESIDE = 0.5  # of the best score: what a second party of the same role must reach
ROLES = ("actor", "recipient", "source")


Chosen = tuple[Party, Why]


def choose_parties(
    layout: Layout, parties: Sequence[Party], pairs: Pairs, choices: Choices
) -> list[dict[str, list[Chosen]]]:
    """Return, per event and role (actor, recipient, source), the parties that fill it, each with why."""
    group = with_alone(choices, *ROLES)
    alone, keys = group.weigh(describe_parties(layout, parties, pairs), len(pairs.event)), keys_of(parties)
    found = [parties[i] for i in pairs.item.tolist()]
    bounds = pairs.bounds(len(layout.clusters))
    chosen: list[dict[str, list[Chosen]]] = [{role: [] for role in ROLES} for _ in layout.clusters]
    for k, (role, weighed) in enumerate(zip(ROLES, weigh_again(alone, ROLES, layout, pairs, keys), strict=True)):
        choice = group.choices[k]
        reaching = np.array(weighed.scores[k]) >= choice.threshold
        for event in sorted(set(pairs.event[reaching].tolist())):
            ranked = weighed.ranked(k, bounds[event], bounds[event + 1], choice.threshold)
            chosen[event][role] = _choose(layout.passage, ranked, found, weighed, k)
    return chosen


def keys_of(parties: Sequence[Party]) -> Indexes:
    """Return a number for each party, equal for those of one name, or without a name of one country and sector."""
    return coded(_key(party) for party in parties)


def _key(party: Party) -> str:
    return party.name or f"{party.country}/{party.sector}"


def _choose(
    passage: Passage, ranked: list[tuple[float, int]], found: Sequence[Party], weighed: Weighed, choice: int
) -> list[Chosen]:
    """The best-scored parties above the threshold, each once; those far behind the best are none."""
    chosen: list[Chosen] = []
    seen: set[str] = set()
    least = max(weighed.group.choices[choice].threshold, _BESIDE * (ranked[0][0] if ranked else 0.0))
    for rank, (score, i) in enumerate(ranked):
        if score < least or len(chosen) >= _MOST:
            break
        party = found[i]
        key = _key(party)
        if key not in seen:
            seen.add(key)
            beaten = [(found[j].chunk, s) for s, j in ranked[rank + 1 : rank + 3]]
            lost = [(passage.words(c.sentence, c.first, c.last), s) for c, s in beaten]
            words = passage.words(party.chunk.sentence, party.chunk.first, party.chunk.last)
            chosen.append((party, weighed.why(choice, i, words, lost, party.rule)))
    return chosen


def wish_for(layout: Layout, parties: Sequence[Party]) -> Wish:
    """Return which parties could play a role in which events."""
    is_marked = np.array([p.chunk.label in PARTY_LABELS for p in parties], dtype=bool)
    events, items = np.array(sorted(_citing(layout, parties)[0]), dtype=np.intp).reshape(-1, 2).T
    return Wish(_seats(parties), layout.reach(_LOOK_BACK), is_marked, (events, items))


def _seats(parties: Sequence[Party]) -> Seats:
    return seats_of((p.chunk.sentence, p.chunk.first, p.chunk.last) for p in parties)


def describe_parties(layout: Layout, parties: Sequence[Party], pairs: Pairs) -> list[Table]:
    """Return the parts of features from which the roles of parties are chosen."""
    seats, cited = _seats(parties), _citing(layout, parties)[1]
    here, sentence = pairs.is_here, seats.sentence[pairs.item]
    labels, sentences = coded(p.chunk.label for p in parties), len(layout.passage.sentences)
    size = int(labels.max(initial=0)) + 1
    label_of, seat = labels[pairs.item], labels + seats.sentence * size
    # Whether the sentence of the event's own mention has such a party, and which is the last told before the event.
    has_own = is_among(layout.told.sentence[pairs.mention] * size + label_of, seat, sentences * size)
    is_before = sentence < layout.first_sentence[pairs.event]
    kind = pairs.event * size + label_of
    latest = last_of(kind[is_before], pairs.item[is_before], len(layout.clusters) * size)[kind]
    is_source = np.array([p.chunk.label == "SRC" for p in parties], dtype=bool)[pairs.item]
    latest = np.where(is_source & (cited[pairs.event] >= 0), cited[pairs.event], latest)
    rank = ranks(pairs.event * (sentences * size) + seat[pairs.item])

    words = [word_before(layout.passage.sentences[p.chunk.sentence].tokens, p.chunk.first) for p in parties]
    names = [p.chunk.label or "none" for p in parties]
    who = [(name, p.kind, p.sector, p.name is not None) for name, p in zip(names, parties, strict=True)]
    leans = leanings(layout.passage, [(p.chunk.sentence, p.chunk.first, p.chunk.last) for p in parties], _LEANINGS)
    label, word = pairs.of_item([(name,) for name in names]), pairs.of_item([(w,) for w in words], is_open=True)
    forms = [_form(layout.passage, cluster.trigger) for cluster in layout.clusters]
    form, type_ = pairs.of_event([(form,) for form in forms]), pairs.of_event(layout.types)
    side, follows = pairs.side(np.minimum(np.maximum(pairs.back, -1), 4)), pairs.follows()
    aside = here & (sentence != np.array([c.trigger.sentence for c in layout.clusters])[pairs.event])
    told = flag(pairs.item == latest), flag(has_own), flag(sentence == 0)
    stems = [(stem_of(layout.passage, cluster.trigger),) for cluster in layout.clusters]
    return [
        *speech_tables(layout, pairs, seats, [p.chunk for p in parties], label),
        Table(_stem, (pairs.of_event(stems), label, joined(follows, flag(here)))),
        Table(_who, (pairs.of_item(who), type_)),
        Table(_leaning, (pairs.of_item(leans), joined(follows, flag(here)))),
        Table(_whose, (label, joined(pairs.rival(), flag(here), flag(aside)))),
        Table(_tie, (word, type_, follows), here),
        Table(_side, (label, form, side)),
        Table(_beside, (label, form, follows), here),
        Table(_order, (label, joined(count(rank, 2), count(pairs.between, 2))), here),
        Table(_back, (label, type_), ~here),
        Table(_before, (word,), ~here),
        Table(_latest, (label, joined(*told)), ~here),
    ]


def _citing(layout: Layout, parties: Sequence[Party]) -> tuple[set[tuple[int, int]], Indexes]:
    """Whom the report cites just after an event, or whose statement it has been giving since long before.

    "… قتلى في الغارة. وقال الدفاع المدني إن …" and "وجاء في بيان القيادة العامة: …" many sentences earlier. Returns their
    (events, parties), and the second of them by event, -1 for none.
    """
    sentences = [p.chunk.sentence for p in parties]
    sources = [i for i, p in enumerate(parties) if p.chunk.label == "SRC" and p.chunk.sentence > 0]
    found: set[tuple[int, int]] = set()
    cited = np.full(len(layout.clusters), -1)
    for k, cluster in enumerate(layout.clusters):
        told = [m.sentence for m in cluster.mentions]
        before = bisect_left(sources, bisect_left(sentences, min(told) - _LOOK_BACK))
        if before:
            cited[k] = sources[before - 1]
            found.add((k, sources[before - 1]))
        after, following = bisect_left(sentences, max(told) + 1), max(told) + 1
        for i in range(after, min(after + _MOST, len(parties))):
            if sentences[i] == following and parties[i].chunk.label == "SRC":
                found.add((k, i))
    return found, cited


def _who(label: str, kind: str, sector: str | None, named: bool, type_: str) -> list[str]:
    """Features of what a party is."""
    return [
        f"label={label}",
        f"label={label}/{type_}",
        f"kind={kind}/{label}",
        f"sector={sector}/{type_}",
        f"sector={sector}/{label}",
        f"named={named}/{type_}",
    ]


def _leaning(actor: int, recipient: int, source: int, place: int, follows: bool, is_here: bool) -> list[str]:
    """Features of which roles a party's words lean to."""
    odds = zip(_LEANINGS, (actor, recipient, source, place), strict=True)
    return [
        name for role, lead in odds for name in (f"leans={role}/{lead}", f"leans={role}/{lead}/{is_here}/{follows}")
    ]


def _whose(label: str, nearer: str, is_here: bool, aside: bool) -> list[str]:
    """Features of whose event word stands nearest; `aside`: only a repeat of the event stands in this sentence."""
    found = [f"rival={nearer}/{label}", f"rival={nearer}/{label}/{is_here}"]
    return [*found, f"mention-only/{label}", f"mention-only/{nearer}"] if aside else found


def _tie(before: str, type_: str, follows: bool) -> list[str]:
    """Features of the words that tie a party to what stands before it."""
    return [f"before={before}/True", f"before={before}/{type_}/{follows}"]


def _side(label: str, form: str, side: str) -> list[str]:
    """Features of a party's seat."""
    return [f"label={label}/{side}", f"side={side}", f"side={side}/{form}"]


def _beside(label: str, form: str, follows: bool) -> list[str]:
    """Features of a party beside the event word."""
    return [f"form={form}/{label}/{follows}"]


def _order(label: str, rank: int, between: int) -> list[str]:
    """Features of what stands between a party and the event word."""
    return [f"rank={rank}/{label}", f"triggers={between}/{label}"]


def _back(label: str, type_: str) -> list[str]:
    """Features of a party told some sentences before."""
    return [f"back/{type_}/{label}"]


def _before(before: str) -> list[str]:
    """Features of the word before such a party."""
    return [f"before={before}/False"]


def _latest(label: str, is_latest: bool, own: bool, headline: bool) -> list[str]:
    """Features of whether a party told before is the last of its kind."""
    return [f"latest={is_latest}/{label}", f"own={own}/{label}", f"headline={headline}/{label}"]


def _stem(stem: str, label: str, follows: bool, here: bool) -> list[str]:
    """Features of the event's own word."""
    return (
        [f"trigger={stem}/{label}", f"trigger={stem}/{label}/{follows}"] if here else [f"trigger={stem}/{label}/back"]
    )


def _form(passage: Passage, mention: Mention) -> str:
    """How the trigger's word is built, as far as the lexicon tells."""
    word = passage.sentences[mention.sentence].tokens[mention.first].word
    hit = next((h for h in word.hits if h.table in ("triggers", "outcomes")), None)
    passive = "/u" if any(m.endswith("-u") for m in word.marks) else ""
    return (f"{hit.form}" if hit else "unknown") + passive


def home_part(party: Party, role: str, type_: str, known_by: str) -> Part:
    """Return the part of features from which `home` decides whether a party takes the country of the event.

    `known_by` says whether that is the country of the event's "place" or of the whole "story".
    """
    return _home, (party.sector, party.chunk.label, role, type_, party.kind, known_by)


def _home(sector: str | None, label: str, role: str, type_: str, kind: str, known_by: str) -> list[str]:
    return [
        f"sector={sector}",
        f"sector={sector}/{role}",
        f"label={label}/{role}",
        f"type={type_}/{role}",
        f"kind={kind}/{role}",
        f"known={known_by}",
        f"known={known_by}/{type_}",
        f"known={known_by}/{kind}/{role}",
    ]


def as_participant(
    passage: Passage, cluster: Cluster, chosen: Chosen, country: str | None, actors: Actors
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
