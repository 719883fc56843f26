"""Which places a passage names: names in the text to gazetteer entries, chains to their most specific link.

A name with several entries is decided by what stands around it: the kind word before it, the chain it stands in, the
countries the story speaks of, and population.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from marsad.coder.passage import Passage
from marsad.gazetteer import Entry, Gazetteer
from marsad.language import Hit, Phrase, Sentence, Token

_CHAIN_GAP = 2
_MOST_ENTRIES = 12
_SMALLEST_UNMARKED = 5000  # people
_SHORTEST_MARKED = 3  # letters: "إلى" and "بين" are towns too
_LARGE = 100_000  # people: known beyond its country
_FAMOUS = 500_000
_DWARFED = 30
_OUTDONE = 5
_TOWNS = frozenset({"city", "town", "village", "settlement", "municipality", "subdistrict"})
_NAMED_AGAIN = {"settlement": _TOWNS | {"camp"}, "admin": frozenset({"province", "state", "district"})}
_RECENT = 4  # sentences
_LAST_NAMED = "named last, "
_ALIKE = 0.86  # of a sound
_CLEARLY = 0.03
_SAME_SPOT_KM = 25.0
_LONGEST_FOREIGN = 5  # tokens
_NO_LATIN = "\u0250"
_KNOWN = frozenset({"place_kinds", "directions", "triggers", "outcomes", "role_nouns", "nisbas", "anaphors", "actors"})
# Kinds that are called after places elsewhere, and those that may bear any word as a name.
_CALLED_AFTER = frozenset({"road", "square"})
_NAMED_FREELY = frozenset(
    {"school", "hospital", "hotel", "mosque", "stadium", "bridge", "market", "building", "church"}
)
_NEAR_KM = 80.0
_CLOSENESS = 1.2  # what lying beside a place that is certain adds to a place's score
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
    """A name in a sentence with its kind word, if there is one: the `level` and `kind` that this tells."""

    first: int
    last: int
    entries: tuple[Entry, ...]
    level: str | None
    rule: str
    kind: str = ""


def find_sites(passage: Passage, gazetteer: Gazetteer) -> list[Site]:
    """Return the places that a passage names, in order, each resolved to one entry."""
    names = [_names(passage, k, gazetteer) for k in range(len(passage.sentences))]
    support = _countries(passage, names)
    for number, found in enumerate(names):
        more = [*_capitals(passage, number, found, (support, gazetteer))]
        more += _sounding(passage, number, [*found, *more], (support, gazetteer))
        if more:
            names[number] = sorted([*found, *more], key=lambda name: name.first)
    sites: list[Site] = []
    for number, found in enumerate(names):
        sure = [e for near in names[max(0, number - 1) : number + 2] for e in _certain(near)]
        chosen = [(name, _resolve(name, found, sure, (support, gazetteer))) for name in found]
        resolved = [(name, entry) for name, entry in chosen if _is_credible(entry, name, support, gazetteer)]
        labels = passage.roles[number].labels
        for name, entry in _most_specific(resolved, gazetteer, passage.sentences[number]):
            label = next((labels[i][2:] for i in range(name.first, name.last + 1) if labels[i] != "O"), "")
            rule = _told(name.rule, gazetteer)
            sites.append(Site(number, name.first, name.last, entry, label, rule))
        sites = sorted([*sites, *_told_again(passage, number, sites)], key=lambda site: (site.sentence, site.first))
    return sites


def _told_again(passage: Passage, number: int, sites: Sequence[Site]) -> Iterator[Site]:
    """Yield the places that a sentence tells by their kind alone: "المدينة" is the town that was named last."""
    sentence, labels = passage.sentences[number], passage.roles[number].labels
    taken = {i for site in sites if site.sentence == number for i in range(site.first, site.last + 1)}
    for kind, first, last, hit in sentence.phrases:
        if kind != "place_kinds" or hit is None or first != last or first in taken or hit.form != "singular":
            continue
        level = next((level for level, kinds in _NAMED_AGAIN.items() if hit.value.kind in kinds), None)
        if level is None or not sentence.tokens[first].word.is_definite:
            continue
        before = (s for s in reversed(sites) if s.entry.level == level and (s.sentence, s.last) < (number, first))
        meant = next(before, None)
        if meant is not None and number - meant.sentence <= _RECENT:
            name = meant.rule.removeprefix(_LAST_NAMED)
            yield Site(number, first, last, meant.entry, labels[first][2:], f"{_LAST_NAMED}{name}")


def _told(rule: str, gazetteer: Gazetteer) -> str:
    """The rule by which a name was read, with the row of the record's own words that added the name."""
    origin = gazetteer.origin(rule.removeprefix("gazetteer "))
    return f"{rule} ({origin})" if origin else rule


def _names(passage: Passage, number: int, gazetteer: Gazetteer) -> list[_Name]:
    """The place names of a sentence, each with the kind word before it."""
    sentence = passage.sentences[number]
    kinds = {p.last: p for p in sentence.phrases if p.kind == "place_kinds"}
    # "بوكو حرام" is a group, though Boko and Haram are places.
    parties = {
        i for p in sentence.phrases if p.kind == "actors" and p.last > p.first for i in range(p.first, p.last + 1)
    } - {i for p in sentence.phrases if p.kind == "places" and p.last > p.first for i in range(p.first, p.last + 1)}
    found: list[_Name] = []
    taken = -1
    named = [*(p for p in sentence.phrases if p.kind == "places"), *_foreign(sentence, gazetteer)]
    for phrase in sorted(named, key=lambda p: (p.first, -p.last)):
        if phrase.first <= taken or phrase.hit is None:
            continue
        kind = kinds.get(phrase.first - 1)
        is_name = _is_named(passage, number, phrase) if kind else _is_safe(passage, number, phrase, gazetteer)
        if not is_name or (phrase.first in parties and phrase.last in parties):
            continue
        first = kind.first if kind else phrase.first
        level, own = (kind.hit.code, kind.hit.value.kind) if kind and kind.hit else (None, "")
        entries = _fitting(phrase.hit.value, level, own)
        if entries and (level == "admin" or not _tells_directions(sentence, phrase)):
            found.append(_Name(first, phrase.last, entries, level, f"gazetteer {phrase.hit.form}", own))
        taken = phrase.last
    return found


def _fitting(entries: Sequence[Entry], level: str | None, kind: str) -> tuple[Entry, ...]:
    """The places of a name that may be what a kind word tells.

    A street or a square is called after a town and lies elsewhere ("شارع بغداد"), so is a quarter with the name of a great
    city, and a hospital or a school with that of a country ("مستشفى اليمن الدولي"), not in a small namesake of it either.
    """
    first = entries[0]
    if kind in _CALLED_AFTER:
        return tuple(entry for entry in entries if entry.level in ("facility", "area"))
    is_great = first.level in ("country", "admin") or (kind == "neighbourhood" and first.population >= _LARGE)
    if is_great and (kind == "neighbourhood" or (level == "facility" and kind in _NAMED_FREELY)):
        return ()
    return tuple(entries)


def _tells_directions(sentence: Sentence, phrase: Phrase) -> bool:
    """Say whether a name is made of directions alone: "الريف الشمالي" lies nowhere near the north of Ghana."""
    tokens = sentence.tokens[phrase.first : phrase.last + 1]
    return all(any(h.table == "directions" for h in token.word.hits) for token in tokens)


def _foreign(sentence: Sentence, gazetteer: Gazetteer) -> Iterator[Phrase]:
    """Yield the places whose names are several words in Latin letters: "في Port Sudan", the longest names first."""
    words = [token.word.folded for token in sentence.tokens]
    if sum([word == "-" or "a" <= word[0] < _NO_LATIN for word in words]) < 2:
        return  # as in most sentences
    i = 0
    while i + 1 < len(words):
        end = i
        while (
            end < len(words) and end < i + _LONGEST_FOREIGN and (words[end] == "-" or "a" <= words[end][0] < _NO_LATIN)
        ):
            end += 1
        for last in range(end - 1, i, -1):
            name = " ".join(words[i : last + 1]).replace(" - ", "-")
            entries = gazetteer.candidates(name)
            if entries:
                yield Phrase("places", i, last, Hit("places", 0, entries[0].level, entries, name))
                i = last
                break
        i += 1


def _capitals(
    passage: Passage, number: int, found: list[_Name], known: tuple[Counter[str], Gazetteer]
) -> Iterator[_Name]:
    """Yield the capitals that a sentence tells without their names: "العاصمة الليبية", "العاصمة" of the story's country."""
    support, gazetteer = known
    sentence = passage.sentences[number]
    taken = {i for name in found for i in range(name.first, name.last + 1)}
    for kind, first, last, hit in sentence.phrases:
        if kind != "place_kinds" or hit is None or hit.value.kind != "capital" or last in taken:
            continue
        adjective = _nisba_at(sentence, last + 1)
        if last + (2 if adjective else 1) in taken or not sentence.tokens[first].word.is_definite:
            continue
        country = adjective or _main_country(support)
        entry = gazetteer.capital(country) if country else None
        if entry is not None:
            yield _Name(first, last + 1 if adjective else last, (entry,), "settlement", f"capital of {country}")


def _sounding(
    passage: Passage, number: int, found: list[_Name], known: tuple[Counter[str], Gazetteer]
) -> Iterator[_Name]:
    """Yield the places that are marked as such but in no list under this spelling, by how they sound: "مدينة كولوكاني".

    Only towns of the countries that the story speaks of most are meant, and only if one of them sounds alike.
    """
    support, gazetteer = known
    sentence, tokens = passage.sentences[number], passage.sentences[number].tokens
    marked = {i for i, role in enumerate(passage.role_names(number)) if role == "PLC"}
    kinds = {p.last: p for p in sentence.phrases if p.kind == "place_kinds"}
    read = {i for name in found for i in range(name.first, name.last + 1)}.union(kinds)
    for i in sorted({*marked.difference(at + 1 for at in kinds), *_after_towns(tokens, kinds)}):
        is_alone = not any(k in marked and _is_open(tokens[k], k in read) for k in (i - 1, i + 1))
        if not is_alone or not _is_open(tokens[i], i in read) or tokens[i].word.is_definite:
            continue
        most = max(support.values(), default=0)
        countries = frozenset(country for country, count in support.items() if 3 * count >= most)
        entry = _sounds_like(tokens[i].word.bare, countries, gazetteer)
        if entry is not None:
            first = kinds[i - 1].first if i - 1 in kinds else i
            yield _Name(first, i, (entry,), entry.level, f"gazetteer, sounds like {entry.name} in {entry.country}")


def _after_towns(tokens: Sequence[Token], kinds: Mapping[int, Phrase]) -> Iterator[int]:
    """Yield the tokens behind a word for a town; behind a definite one stands her mayor: "للمدينة أوليغ"."""
    for last, kind in kinds.items():
        is_town = kind.hit is not None and kind.hit.value.kind in _TOWNS
        if is_town and last + 1 < len(tokens) and not tokens[last].word.is_definite:
            yield last + 1


def _is_open(token: Token, is_read: bool) -> bool:
    """Say whether a token may be a name that nobody has read yet."""
    return not is_read and token.word.kind == "word" and not any(h.table in _KNOWN for h in token.word.hits)


def _sounds_like(forms: Sequence[str], countries: frozenset[str], gazetteer: Gazetteer) -> Entry | None:
    """The one place whose name sounds like a word without more or fewer of its clitics, None if two do."""
    heard = [pair for form in forms for pair in gazetteer.skeleton_candidates(form, countries)]
    best = sorted(heard, key=lambda pair: (-pair[1], pair[0].id))
    if not best or best[0][1] < _ALIKE:
        return None
    entry, score = best[0]
    rivals = (other for other, own in best[1:] if own >= score - _CLEARLY and other.id != entry.id)
    near = (gazetteer.distance_km(entry.lat, entry.lon, o.lat, o.lon) < _SAME_SPOT_KM for o in rivals)
    return entry if all(near) else None


def _nisba_at(sentence: Sentence, token: int) -> str | None:
    """The country that the adjective at a token tells."""
    if token >= len(sentence.tokens):
        return None
    hits = sentence.tokens[token].word.hits
    return next((h.value.country for h in hits if h.table == "nisbas" and h.value.country), None)


def _main_country(support: Counter[str]) -> str | None:
    """The country that a story speaks of more than of all others together, if there is one."""
    most = support.most_common(1)
    return most[0][0] if most and 2 * most[0][1] > support.total() else None


def _is_named(passage: Passage, number: int, phrase: Phrase) -> bool:
    """Say whether what follows a kind word is its name: an ordinary word ("موقع عسكري", "الطريق إلى") must look like one."""
    if phrase.first != phrase.last or phrase.hit is None or phrase.hit.code != "ordinary":
        return True
    word = passage.sentences[number].tokens[phrase.first].word
    if any(h.table in _OTHER_READINGS for h in word.hits):
        return False
    is_marked = passage.roles[number].labels[phrase.first][2:] == "PLC"
    return word.is_definite or (is_marked and len(word.folded) > _SHORTEST_MARKED)


def _is_safe(passage: Passage, number: int, phrase: Phrase, gazetteer: Gazetteer) -> bool:
    """Say whether a name without a kind word is a place here: not an ordinary word, no other reading, large or curated."""
    hit = phrase.hit
    if hit is None:
        return False
    if phrase.first != phrase.last:
        return hit.code != "ordinary"  # "في بيان إن", "الحكم على"
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
            if len(countries) == 1 and (name.entries[0].population or 0) >= _LARGE:
                support[countries.pop()] += 2
        for kind, _, _, hit in passage.sentences[number].phrases:
            if kind == "nisbas" and hit and hit.value.country:
                support[hit.value.country] += 1
    return support


def _is_credible(entry: Entry, name: _Name, support: Counter[str], gazetteer: Gazetteer) -> bool:
    """Say whether a story may speak of a place: a small one must lie in a country of the story, or be known for news."""
    if not support or entry.country is None or support[entry.country] or entry.level not in ("settlement", "admin"):
        return True
    if entry.level == "admin" and name.level != "admin":
        # "بارا" is no province of Brazil in a report on Sudan.
        return gazetteer.is_curated(name.rule.removeprefix("gazetteer "))
    return (entry.population or 0) >= _LARGE or gazetteer.is_curated(name.rule.removeprefix("gazetteer "))


def _certain(names: Sequence[_Name]) -> Iterator[Entry]:
    """Yield the settlements and facilities among some names that can be nothing else."""
    for name in names:
        if len(name.entries) == 1 and name.entries[0].level in ("settlement", "facility"):
            yield name.entries[0]


def _resolve(name: _Name, beside: list[_Name], sure: Sequence[Entry], known: tuple[Counter[str], Gazetteer]) -> Entry:
    """The entry that a name most likely stands for here; `sure` are places told around it that can be nothing else."""
    support, gazetteer = known
    if len(name.entries) == 1:
        return name.entries[0]
    most = max(support.values(), default=0)
    neighbours = [n for n in beside if n is not name and -12 < n.first - name.last < 8]

    def score(entry: Entry) -> float:
        total = 0.45 * math.log10(max(entry.population or 0, 10))
        total += 2.5 * min(4, support[entry.country]) / 4 if entry.country else 0.0
        if entry.country and support and support[entry.country] == most:
            total += 1.0
        if name.level and entry.level == name.level:
            total += 3.0
        elif name.level in (None, "area", "facility") and entry.level in ("settlement", "country", "area"):
            total += 0.8
        for other in neighbours:
            if any(gazetteer.is_inside(entry.id, o.id) for o in other.entries[:4] if o.id != entry.id):
                total += 2.0 if name.last < other.first else 1.0
                break
        return total + _CLOSENESS * _closeness(entry, sure, gazetteer)

    return max(_plausible(name, beside, sure, gazetteer), key=score)


def _closeness(entry: Entry, sure: Sequence[Entry], gazetteer: Gazetteer) -> float:
    """How near a settlement or facility lies to places that are certain: 1 at the spot, 0 from 80 km on."""
    if entry.level not in ("settlement", "facility"):
        return 0.0
    apart = (gazetteer.distance_km(entry.lat, entry.lon, other.lat, other.lon) for other in sure)
    return max(0.0, 1.0 - min(apart, default=_NEAR_KM) / _NEAR_KM)


def _plausible(name: _Name, beside: list[_Name], sure: Sequence[Entry], gazetteer: Gazetteer) -> Sequence[Entry]:
    """The entries of a name without those that nobody means where a great city or a sea has the same name.

    Manila is the capital, whatever hamlet of the name lies in a country of the story; but القنيطرة near Damascus is no
    city of Morocco.
    """
    entries = name.entries[:_MOST_ENTRIES]
    if name.level is None and any(e.level == "area" and e.country is None for e in entries):
        entries = tuple(e for e in entries if e.level != "admin")  # "البحر الأحمر" is the sea
    largest = max(e.population or 0 for e in entries)
    dwarfed = _DWARFED if largest >= _FAMOUS else _OUTDONE if largest >= _LARGE else None
    chain = [
        o for n in beside if 0 < n.first - name.last <= _CHAIN_GAP + 1 for o in n.entries[:2] if o.level != "country"
    ]
    if dwarfed is None or any(gazetteer.is_inside(e.id, o.id) for e in entries for o in chain):
        return entries
    return [
        e
        for e in entries
        if (e.population or 0) * dwarfed >= largest
        or e.level != "settlement"
        or (largest < _FAMOUS and _closeness(e, sure, gazetteer) > 0)
    ]


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
            between = sentence.tokens[last + 1 : after.first]
            is_beside = any(h.table == "directions" for token in between for h in token.word.hits)
            if gap > _CHAIN_GAP or not plain or outer.id == entry.id:
                break
            # "قرية كفر قليل جنوب نابلس" is one place, told by its neighbour.
            if not is_beside and not gazetteer.is_inside(entry.id, outer.id):
                break
            last = after.last
            k += 1
        yield name._replace(last=last), entry
        k += 1
