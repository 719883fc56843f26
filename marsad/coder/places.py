"""Where: the places of each event, of those that the passage names (`sites`), by the choice `place`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from marsad.coder.choices import Choices
from marsad.coder.leaning import leanings
from marsad.coder.pairs import Layout, Pairs, Wish, coded, is_among, last_of, ranks, seats_of
from marsad.coder.parts import Indexes, Table, count, flag, joined
from marsad.coder.passage import Passage, chunks, word_before
from marsad.coder.sites import Site
from marsad.coder.standing import weigh_again, with_alone
from marsad.gazetteer import Gazetteer
from marsad.model import Place, Why

_LOOK_BACK = 3
_MOST = 6
_LEANINGS = ("PLC", "REC", "ACT")
_AS_LIKELY = 0.8


def choose_places(
    layout: Layout, sites: Sequence[Site], pairs: Pairs, kit: tuple[Choices, Gazetteer]
) -> list[list[Place]]:
    """Return the places of each event: those of its own sentences first, else one taken over from before.

    A place that another chosen place lies in is left out: the most specific stands.
    """
    if not len(pairs.event):
        return [[] for _ in layout.clusters]
    choices, gazetteer = kit
    group = with_alone(choices, "place")
    choice = group.choices[0]
    alone = group.weigh(describe_sites(layout, sites, pairs), len(pairs.event))
    (weighed,) = weigh_again(alone, ("place",), layout, pairs, keys_of(sites))
    found = [sites[i] for i in pairs.item.tolist()]
    places = []
    for cluster, (start, end) in zip(layout.clusters, pairwise(pairs.bounds(len(layout.clusters))), strict=True):
        own = {m.sentence for m in cluster.mentions}
        ranked = weighed.ranked(0, start, end, choice.threshold)
        chosen: list[Place] = []
        for score, i in _specific(_best(ranked, found, own, choice.threshold), found, gazetteer):
            site = found[i]
            lost = [(found[j].entry.name, s) for s, j in ranked if s < score][:2]
            words = layout.passage.words(site.sentence, site.first, site.last)
            why = weighed.why(0, i, words, lost, site.rule)
            chosen.append(_record(site, layout.passage, site.sentence not in own, why))
        places.append(chosen)
    return places


def keys_of(sites: Sequence[Site]) -> Indexes:
    """Return a number for each site, equal for those of the same entry."""
    return coded(site.entry.id for site in sites)


def _best(
    ranked: list[tuple[float, int]], found: Sequence[Site], own: set[int], least: float
) -> list[tuple[float, int]]:
    """The best-scored places of an event that reach `least`, each once; one of another sentence only if it stands first."""
    chosen: list[tuple[float, int]] = []
    seen: set[str] = set()
    for score, i in ranked:
        if score < least or len(chosen) >= _MOST:
            break
        site = found[i]
        if site.entry.id not in seen and not (site.sentence not in own and chosen):
            seen.add(site.entry.id)
            chosen.append((score, i))
    return chosen


def _specific(
    chosen: list[tuple[float, int]], found: Sequence[Site], gazetteer: Gazetteer
) -> Iterator[tuple[float, int]]:
    """Yield the chosen places but those in which another lies that is nearly as likely: "بلدة X" alone, not "محافظة Y" too.

    A less likely one does not stand for the place around it: doctors who speak in a hospital were not struck there.
    """
    known = [(score, found[i].entry.id) for score, i in chosen]
    for score, i in chosen:
        outer = found[i].entry.id
        if not any(s >= _AS_LIKELY * score and o != outer and gazetteer.is_inside(o, outer) for s, o in known):
            yield score, i


def _record(site: Site, passage: Passage, inherited: bool, why: Why) -> Place:
    entry = site.entry
    return Place(
        span=passage.span(site.sentence, site.first, site.last),
        name=entry.name,
        country=entry.country,
        lat=entry.lat,
        lon=entry.lon,
        level=entry.level,
        id=entry.id,
        inferred=inherited,
        why=why,
    )


def wish_for(layout: Layout, sites: Sequence[Site]) -> Wish:
    """Return which places could be those of which events."""
    return Wish(seats_of((s.sentence, s.first, s.last) for s in sites), layout.reach(_LOOK_BACK))


def describe_sites(layout: Layout, sites: Sequence[Site], pairs: Pairs) -> list[Table]:
    """Return the parts of features from which `place` decides which places events have."""
    seat = np.array([s.sentence for s in sites], dtype=np.intp)
    here, sentence = pairs.is_here, seat[pairs.item]
    events, sentences = len(layout.clusters), len(layout.passage.sentences)
    labels = coded(s.label for s in sites)
    is_marked = np.array([s.label == "PLC" for s in sites], dtype=bool)
    rank = ranks((pairs.event * sentences + sentence) * (len(sites) + 1) + labels[pairs.item])
    # Whether the event's own sentences name places, and which is the last marked place told before the event.
    is_placed = is_among(layout.told.sentence, seat, sentences)
    has_own = np.bincount(layout.event[is_placed], minlength=events)[pairs.event] > 0
    marked = is_among(layout.told.sentence[pairs.mention], seat[is_marked], sentences)
    is_before = is_marked[pairs.item] & (sentence < layout.first_sentence[pairs.event])
    latest = last_of(pairs.event[is_before], pairs.item[is_before], events)[pairs.event]

    unread = is_among(layout.told.sentence[pairs.mention], _unread(layout.passage, sites), sentences)

    words = [word_before(layout.passage.sentences[s.sentence].tokens, s.first) for s in sites]
    names = [s.label or "none" for s in sites]
    levels = [s.entry.level for s in sites]
    label, type_ = pairs.of_item([(name,) for name in names]), pairs.of_event(layout.types)
    leans = leanings(layout.passage, [(s.sentence, s.first, s.last) for s in sites], _LEANINGS)
    side, follows, is_here = pairs.side(np.minimum(3, pairs.back)), pairs.follows(), flag(here)
    own = flag(has_own)
    told = flag(pairs.item == latest), flag(sentence == 0), own
    return [
        Table(_what, (pairs.of_item(list(zip(names, levels, strict=True))), type_, side)),
        Table(_leaning, (pairs.of_item(leans), is_here)),
        Table(_tie, (pairs.of_item(list(zip(words, levels, strict=True)), is_open=True), joined(is_here, follows))),
        Table(_whose, (label, joined(pairs.rival(), is_here, own, flag(marked)))),
        Table(_beside_unread, (label, joined(flag(unread), is_here, follows))),
        Table(_order, (label, joined(count(rank, 2), count(pairs.between, 2), follows)), here),
        Table(_back, (label, type_, joined(*told)), ~here),
    ]


def _unread(passage: Passage, sites: Sequence[Site]) -> npt.NDArray[np.intp]:
    """The sentences with a marked place that is in no list: the event is there, not in the town of the dateline."""
    read = {(s.sentence, i) for s in sites for i in range(s.first, s.last + 1)}
    marked = (chunk for chunk in chunks(passage) if chunk.label == "PLC")
    left = {c.sentence for c in marked if not any((c.sentence, i) in read for i in range(c.first, c.last + 1))}
    return np.array(sorted(left), dtype=np.intp)


def _what(label: str, level: str, type_: str, side: str) -> list[str]:
    """Features of a place and its seat."""
    return [
        f"label={label}",
        f"label={label}/{type_}",
        f"label={label}/{level}",
        f"label={label}/{side}",
        f"side={side}",
        f"level={level}/{type_}",
    ]


def _leaning(place: int, recipient: int, actor: int, is_here: bool) -> list[str]:
    """Features of which roles a place's words lean to."""
    odds = zip(_LEANINGS, (place, recipient, actor), strict=True)
    return [name for role, lead in odds for name in (f"leans={role}/{lead}", f"leans={role}/{lead}/{is_here}")]


def _tie(before: str, level: str, is_here: bool, follows: bool) -> list[str]:
    """Features of the word that ties a place to what stands before it."""
    return [f"before={before}/{is_here}", f"before={before}/{level}/{follows}"]


def _whose(label: str, nearer: str, is_here: bool, has_own: bool, has_marked: bool) -> list[str]:
    """Features of whose event word stands nearest, and of what other places the event has."""
    return [
        f"own={has_own}/{is_here}/{label}",
        f"marked={has_marked}/{is_here}/{label}",
        f"rival={nearer}/{label}",
        f"rival={nearer}/{label}/{is_here}",
    ]


def _beside_unread(label: str, unread: bool, is_here: bool, follows: bool) -> list[str]:
    """Features of a place where the event's own sentence names another that nobody knows."""
    return [f"unread={unread}/{is_here}/{label}", f"unread={unread}/{is_here}/{follows}"]


def _order(label: str, rank: int, between: int, follows: bool) -> list[str]:
    """Features of what stands between a place and the event word."""
    return [f"rank={rank}/{label}", f"triggers={between}/{label}/{follows}"]


def _back(label: str, type_: str, is_latest: bool, headline: bool, has_own: bool) -> list[str]:
    """Features of a place told some sentences before."""
    return [f"latest={is_latest}/{label}/{type_}", f"headline={headline}/{label}/{has_own}"]
