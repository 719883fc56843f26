"""Where: names in the text to gazetteer entries, chains to their most specific link, and the places of each event.

A name with several entries is decided by what stands around it: the kind word before it, the chain it stands in, the
countries the story speaks of, and population. Rules decide the entry; the choice `place` decides which event it belongs to.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from marsad.coder.choices import Choices
from marsad.coder.passage import ELSEWHERE, Cluster, Passage, bucket, nearest, rival, word_before
from marsad.gazetteer import Entry, Gazetteer
from marsad.language import Phrase, Sentence
from marsad.model import Place, Why

_LOOK_BACK = 3
_CHAIN_GAP = 2
_SMALLEST_UNMARKED = 5000  # people
_OTHER_READINGS = frozenset({"triggers", "outcomes", "role_nouns", "nisbas"})


class Site(NamedTuple):
    """A place read in a passage: tokens first to last of a sentence (kind word included), its entry, how it was read."""

    sentence: int
    first: int
    last: int
    entry: Entry
    label: str
    rule: str


class _Name(NamedTuple):
    first: int
    last: int
    entries: tuple[Entry, ...]
    level: str | None
    rule: str


def find_sites(passage: Passage, gazetteer: Gazetteer) -> list[Site]:
    """Return the places that a passage names, in order, each resolved to one entry."""
    names = [_names(passage, k, gazetteer) for k in range(len(passage.sentences))]
    support = _countries(passage, names)
    sites: list[Site] = []
    for number, found in enumerate(names):
        resolved = [(name, _resolve(name, found, support, gazetteer)) for name in found]
        labels = passage.roles[number].labels
        for name, entry in _most_specific(resolved, gazetteer, passage.sentences[number]):
            label = next((labels[i][2:] for i in range(name.first, name.last + 1) if labels[i] != "O"), "")
            sites.append(Site(number, name.first, name.last, entry, label, name.rule))
    return sites


def _names(passage: Passage, number: int, gazetteer: Gazetteer) -> list[_Name]:
    """The place names of a sentence, each with the kind word before it."""
    sentence = passage.sentences[number]
    kinds = {p.last: p for p in sentence.phrases if p.kind == "place_kinds"}
    found: list[_Name] = []
    taken = -1
    for phrase in sorted((p for p in sentence.phrases if p.kind == "places"), key=lambda p: (p.first, -p.last)):
        if phrase.first <= taken or phrase.hit is None:
            continue
        kind = kinds.get(phrase.first - 1)
        if kind is None and not _is_safe(passage, number, phrase, gazetteer):
            continue
        first = kind.first if kind else phrase.first
        level = kind.hit.code if kind and kind.hit else None
        found.append(_Name(first, phrase.last, phrase.hit.value, level, f"gazetteer {phrase.hit.form}"))
        taken = phrase.last
    return found


def _is_safe(passage: Passage, number: int, phrase: Phrase, gazetteer: Gazetteer) -> bool:
    """Say whether a name without a kind word is a place here: not an ordinary word, no other reading, large or curated."""
    hit = phrase.hit
    if hit is None or phrase.first != phrase.last:
        return hit is not None
    is_curated = gazetteer.is_curated(hit.form)
    if passage.roles[number].labels[phrase.first][2:] == "PLC":
        return is_curated or hit.code != "ordinary"
    word = passage.sentences[number].tokens[phrase.first].word
    if hit.code == "ordinary" or any(h.table in _OTHER_READINGS for h in word.hits):
        return False
    return is_curated or hit.value[0].population >= _SMALLEST_UNMARKED


def _countries(passage: Passage, names: list[list[_Name]]) -> Counter[str]:
    """How strongly the story speaks of each country: its states, nisbas and unambiguous places."""
    support: Counter[str] = Counter()
    for number, found in enumerate(names):
        for name in found:
            countries = {e.country for e in name.entries if e.country}
            if len(countries) == 1:
                support[countries.pop()] += 2
        for phrase in passage.sentences[number].phrases:
            if phrase.kind == "nisbas" and phrase.hit and phrase.hit.value.country:
                support[phrase.hit.value.country] += 1
    return support


def _resolve(name: _Name, beside: list[_Name], support: Counter[str], gazetteer: Gazetteer) -> Entry:
    """The entry that a name most likely stands for here."""
    neighbours = [n for n in beside if n is not name and -12 < n.first - name.last < 8]

    def score(entry: Entry) -> float:
        total = 0.45 * math.log10(max(entry.population or 0, 10))
        total += 2.5 * min(4, support[entry.country]) / 4 if entry.country else 0.0
        if entry.country and support and support[entry.country] == max(support.values()):
            total += 1.0
        if name.level and entry.level == name.level:
            total += 3.0
        elif name.level is None and entry.level in ("settlement", "country", "area"):
            total += 0.8
        for other in neighbours:
            if any(gazetteer.is_inside(entry.id, o.id) for o in other.entries[:4] if o.id != entry.id):
                total += 2.0 if name.last < other.first else 1.0
                break
        return total

    ranked = sorted(name.entries[:12], key=score, reverse=True)
    return ranked[0]


def _most_specific(
    resolved: list[tuple[_Name, Entry]], gazetteer: Gazetteer, sentence: Sentence
) -> Iterator[tuple[_Name, Entry]]:
    """Fold chains ("بلدة X بريف Y") into their most specific link, spanning the whole chain."""
    k = 0
    while k < len(resolved):
        name, entry = resolved[k]
        last = name.last
        while k + 1 < len(resolved):
            after, outer = resolved[k + 1]
            gap = after.first - last - 1
            plain = all(
                sentence.tokens[i].word.kind != "mark" or sentence.tokens[i].word.folded in "،,("
                for i in range(last + 1, after.first)
            )
            if gap > _CHAIN_GAP or not plain or outer.id == entry.id or not gazetteer.is_inside(entry.id, outer.id):
                break
            last = after.last
            k += 1
        yield name._replace(last=last), entry
        k += 1


def choose_places(passage: Passage, cluster: Cluster, sites: Sequence[Site], choices: Choices) -> list[Place]:
    """Return the places of an event: those of its own sentences first, else one taken over from before."""
    choice = choices["place"]
    scored = [(site, features, choice.score(features)) for site, features in candidates(passage, cluster, sites)]
    lost = [(s.entry.name, score) for s, _, score in scored if score < choice.threshold]
    own = {m.sentence for m in cluster.mentions}
    chosen: list[Place] = []
    seen: set[str] = set()
    for site, features, score in sorted(scored, key=lambda x: -x[2]):
        inherited = site.sentence not in own
        if score < choice.threshold or site.entry.id in seen or (inherited and chosen) or len(chosen) >= 6:
            continue
        seen.add(site.entry.id)
        span = passage.span(site.sentence, site.first, site.last)
        chosen.append(_record(site, passage, inherited, choice.why(features, span.text, lost, read=site.rule)))
    return chosen


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


def candidates(passage: Passage, cluster: Cluster, sites: Sequence[Site]) -> Iterator[tuple[Site, list[str]]]:
    """Yield the places that an event could have, with the named features that `place` decides from."""
    own = {m.sentence for m in cluster.mentions}
    first = min(own)
    for site in sites:
        if site.sentence in own or first - _LOOK_BACK <= site.sentence < first or site.sentence == 0:
            yield site, place_features(passage, cluster, sites, site)


def place_features(passage: Passage, cluster: Cluster, sites: Sequence[Site], site: Site) -> list[str]:
    """Return the named features of a place as the place of an event."""
    mention, apart = nearest(cluster.mentions, site.sentence, site.first, site.last)
    type_ = cluster.trigger.type
    tokens = passage.sentences[site.sentence].tokens
    before = word_before(tokens, site.first)
    label, level = site.label or "none", site.entry.level
    side = bucket(apart) if apart != ELSEWHERE else f"back{min(3, mention.sentence - site.sentence)}"
    has_own = any(s.sentence in {m.sentence for m in cluster.mentions} for s in sites)
    marked_own = any(s.sentence == mention.sentence and s.label == "PLC" for s in sites)
    found = [
        f"label={label}",
        f"label={label}/{type_}",
        f"label={label}/{level}",
        f"label={label}/{side}",
        f"side={side}",
        f"level={level}/{type_}",
        f"before={before}/{apart != ELSEWHERE}",
        f"before={before}/{level}/{apart > 0}",
        f"own={has_own}/{apart != ELSEWHERE}/{label}",
        f"marked={marked_own}/{apart != ELSEWHERE}/{label}",
    ]
    nearer = rival(passage, cluster.mentions, site.sentence, site.first, site.last)
    found += [f"rival={nearer}/{label}", f"rival={nearer}/{label}/{apart != ELSEWHERE}"]
    if apart != ELSEWHERE:
        rivals = [s for s in sites if s.sentence == site.sentence and s.label == site.label]
        order = sorted(rivals, key=lambda s: abs(nearest(cluster.mentions, s.sentence, s.first, s.last)[1]))
        found.append(f"rank={min(2, order.index(site))}/{label}")
        low, high = sorted((mention.first, site.first))
        others = sum(1 for tag in passage.tags[site.sentence].labels[low + 1 : high] if tag.startswith("B-"))
        found.append(f"triggers={min(2, others)}/{label}/{apart > 0}")
    else:
        earlier = [s for s in sites if s.sentence < mention.sentence and s.label == "PLC"]
        found.append(f"latest={bool(earlier) and earlier[-1] is site}/{label}/{type_}")
        found.append(f"headline={site.sentence == 0}/{label}/{has_own}")
    return found
