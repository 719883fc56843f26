"""Who takes part: states, persons, armies, groups, bodies and news agencies, and the names a language has for them.

Facts are language-neutral (`actors.tsv`); names are words of one language (`<language>/actor_names.tsv`) and are looked
up folded, so the caller hands in the fold of its language. Offices change hands: an actor row says from when to when
the person held the office, a name row from when to when the name pointed at the actor.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date

import msgspec

from marsad.errors import ResourceError
from marsad.resources import DATA, read_tsv


class Actor(msgspec.Struct, frozen=True):
    """One actor.

    `id` is `state:UKR`, `person:volodymyr-zelensky`, `army:RUS`; `name` the usual English name; `country` ISO 3166-1
    alpha-3, None for bodies of several states; `sector` a PLOVER sector code, None for a state; `kind` what it is
    (state, army, group …) or, for a person, the office (head-of-state, foreign-minister …); `since` and `until` ISO
    dates of the first and last day in that office or of existence, None where open or unknown.
    """

    id: str
    name: str
    country: str | None
    sector: str | None
    kind: str
    since: str | None
    until: str | None
    source: str


class ActorName(msgspec.Struct, frozen=True):
    """One name of an actor in one language.

    `kind` is full, alias, short (a surname, or a name that other actors may share), capital (a capital, palace or
    government that stands for the state's government: sector GOV), hostile (what its enemies call it: whom a bare
    "the enemy" means depends on the outlet) or bare (a body's name without its country: "the army", "the police", which
    only the country of the report resolves). `since` and `until` are set only where the name itself changed hands.
    """

    name: str
    id: str
    kind: str
    since: str | None
    until: str | None
    source: str

    def table(self) -> str:
        """Return where the row stands: a file, or the row of a record's own words."""
        return self.source if self.source.startswith("words:") else "actor_names.tsv"


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody that a person asks about: a country with all that belongs to it, one actor, or whoever bears a name.

    `text` is what was asked for, `label` a short name for tables; `country` is set for a country alone, `id` and `name` for
    a listed actor, with the country that it is from as `kin`; `folded` (words under the language's fold) where neither is
    known.
    """

    text: str
    label: str
    country: str | None = None
    id: str | None = None
    name: str | None = None
    kin: str | None = None
    folded: str | None = None

    def rank(self, codes: Collection[str | None], words: str = "") -> int:
        """Return how surely a participant is this party, given its id, name and country and its folded words: 2 by its own
        name, 1 by its country, 0 not at all.
        """
        if self.country is not None:
            return int(self.country in codes)
        if self.id is not None:
            return 2 if self.id in codes or self.name in codes else 0
        return 2 if self.folded and self.folded in words else 0


class Demonym(msgspec.Struct, frozen=True):
    """The English adjective of a country (ISO 3166-1 alpha-3): UKR, Ukrainian."""

    country: str
    adjective: str
    source: str


_WORD = re.compile(r"\w+")
_GAP = re.compile(r"[^\w\n]+")
KIND_ORDER = ("full", "alias", "capital", "short", "hostile", "bare")
_PLACES = {kind: place for place, kind in enumerate(KIND_ORDER)}
_SHORTEST_SURNAME = 4
_BODY = (
    "body:"  # begins the id of what many countries have: "body:border-guard", and "body:border-guard:JOR" for Jordan's
)
# Letters that Unicode does not decompose into a plain letter and a mark.
_PLAIN = str.maketrans({"ł": "l", "ø": "o", "ı": "i", "đ": "d", "ß": "ss", "æ": "ae"})


class Actors:
    """All actors, and the names one language has for them, found by their folded form."""

    def __init__(
        self,
        actors: Iterable[Actor],
        names: Iterable[ActorName],
        fold: Callable[[str], str],
        *,
        demonyms: Iterable[Demonym] = (),
        romanise: Callable[[str], str] | None = None,
    ) -> None:
        """Index actors and names; `romanise` writes a name that no list has in Latin letters, None if nobody can."""
        self._actors = {actor.id: actor for actor in actors}
        self._demonyms = {row.country: row.adjective for row in demonyms}
        self.romanise = romanise
        self._states = {actor.country: actor for actor in self._actors.values() if actor.kind == "state"}
        self._names: dict[str, tuple[ActorName, ...]] = {}
        self._bare: dict[str, tuple[ActorName, ...]] = {}
        self._fold = fold
        rows = sorted(names, key=_surest_first)
        for row, key in zip(rows, name_keys([row.name for row in rows], fold), strict=True):
            if row.id not in self._actors:
                raise ResourceError(f"actor_names.tsv: {row.name!r} names {row.id!r}, which actors.tsv does not have.")
            _enter(self._bare if row.kind == "bare" else self._names, key, row)
        for row in _latin_names([actor for actor in self._actors.values() if not actor.name[:1].isalpha()]):
            _enter(self._names, name_key(fold(row.name)), row)

    @functools.cached_property
    def _latin(self) -> dict[str, tuple[ActorName, ...]]:
        """The English names by key, with those of the language that are written alike; made at the first Latin word."""
        found: dict[str, tuple[ActorName, ...]] = {}
        rows = list(_latin_names(self._actors.values()))
        for row, key in zip(rows, name_keys([row.name for row in rows], self._fold), strict=True):
            if key not in found and key in self._names:
                found[key] = self._names[key]
            _enter(found, key, row)
        return found

    def actor(self, actor_id: str) -> Actor:
        """Return the actor with this id.

        Raises:
            ResourceError: no row of `actors.tsv` has it.
        """
        try:
            return self._actors[actor_id]
        except KeyError:
            kind, _, country = actor_id.rpartition(":")
            of_country = self._body_of(kind, country)
            if of_country is not None:
                return of_country
            raise ResourceError(f"actors.tsv has no actor {actor_id!r}; add a row or correct the id.") from None

    def all(self) -> Iterable[Actor]:
        """Return every actor, in the order of the file."""
        return self._actors.values()

    def named(self, folded: str) -> tuple[ActorName, ...]:
        """Return the rows whose name has the key `folded` (see `name_key`), the surest kind first; else nothing."""
        if is_latin(folded) and folded in self._latin:
            return self._latin[folded]
        return self._names.get(folded, ())

    def bodies(self, folded: str) -> tuple[ActorName, ...]:
        """Return the rows for a body named without its country ("the army"), one for each country that has one."""
        return self._bare.get(folded, ())

    def body(self, folded: str, country: str) -> Actor | None:
        """Return the body of a country that a name without its country means there, None if there is none.

        A country whose border guard no row lists has one all the same: the "Jordanian Border Guard".
        """
        rows = self.bodies(folded)
        listed = next((actor for row in rows if (actor := self._actors[row.id]).country == country), None)
        if listed is not None:
            return listed
        kind = next((row.id for row in rows if row.id.startswith(_BODY)), "")
        return self._body_of(kind, country)

    def _body_of(self, kind: str, country: str) -> Actor | None:
        """The body of that kind (`body:border-guard`) that a country has."""
        general, adjective = self._actors.get(kind), self._demonyms.get(country)
        if general is None or adjective is None or not kind.startswith(_BODY):
            return None
        name = f"{adjective} {general.name}"
        return msgspec.structs.replace(general, id=f"{kind}:{country}", name=name, country=country)

    def state(self, country: str) -> Actor | None:
        """Return the state with this ISO 3166-1 alpha-3 code, None if there is none."""
        return self._states.get(country)

    def party(self, text: str) -> Party:
        """Return whom a country's code, an actor's id or a name means; words that no list has stand for themselves."""
        state = self._states.get(text.upper())
        if state is not None:
            return Party(text=text, label=text.upper(), country=state.country)
        folded = self._fold(text)
        rows = self.named(name_key(folded))
        actor = self._actors.get(text) or (self._actors[rows[0].id] if rows else None)
        if actor is None:
            return Party(text=text, label=text, folded=folded)
        if actor.kind == "state" and actor.country:
            return Party(text=text, label=actor.country, country=actor.country)
        return Party(text=text, label=actor.name, id=actor.id, name=actor.name, kin=actor.country)

    @staticmethod
    def valid_on(row: Actor | ActorName, day: date | str | None) -> bool:
        """Say whether an actor's office, or a name, is valid on a day (a date, or ISO text); without a day all are."""
        if day is None:
            return True
        text = str(day)[:10]
        return (row.since is None or row.since <= text) and (row.until is None or text <= row.until)

    def names(self) -> Iterable[str]:
        """Return the key of every name but the English ones, for a matcher that finds names of several words."""
        return self._names.keys()

    def latin_names(self) -> Iterable[str]:
        """Return the key of every English name: a matcher needs them only once it meets a word in Latin letters."""
        return self._latin.keys()

    def body_names(self) -> Iterable[str]:
        """Return the key of every name that `bodies` knows."""
        return self._bare.keys()


def name_key(folded: str) -> str:
    """Return the words of a folded name with single spaces: quotes, hyphens and points between them do not count."""
    return " ".join(_WORD.findall(folded))


def name_keys(names: Iterable[str], fold: Callable[[str], str]) -> list[str]:
    """Return the `name_key` of each name under a fold that works character by character, all at once."""
    folded = _GAP.sub(" ", fold("\n".join(names)))
    return [key.strip() for key in folded.split("\n")] if folded else []


def is_latin(folded: str) -> bool:
    """Say whether a name begins with a letter that English names may begin with."""
    return folded[:1].isalpha() and folded[0] < "\u0600"


def _enter(index: dict[str, tuple[ActorName, ...]], key: str, row: ActorName) -> None:
    """Add a row under its key, unless the actor has that key already."""
    rows = index.get(key)
    if rows is None:
        index[key] = (row,)
    elif all(row.id != other.id for other in rows):
        index[key] = (*rows, row)


def _latin_names(actors: Collection[Actor]) -> Iterator[ActorName]:
    """Yield the Latin names that a text in any script may hold: with and without accents, and surnames nobody shares."""
    surnames = Counter(actor.name.split()[-1] for actor in actors if actor.id.startswith("person:"))
    surnames.update(actor.name for actor in actors)
    for actor in actors:
        known = [(actor.name, "full")] if len(actor.name) > 1 else []
        words = actor.name.split()
        if actor.id.startswith("person:") and surnames[words[-1]] == 1 and len(words[-1]) >= _SHORTEST_SURNAME:
            known.append((words[-1], "short"))
        for name, kind in known:
            yield ActorName(name, actor.id, kind, None, None, "actors.tsv")
            if name.isascii():
                continue
            plain = unicodedata.normalize("NFKD", name.lower().translate(_PLAIN))
            yield ActorName(
                "".join(c for c in plain if not unicodedata.combining(c)), actor.id, kind, None, None, "own"
            )


def _surest_first(row: ActorName) -> int:
    """The place of a name's kind in `KIND_ORDER`."""
    place = _PLACES.get(row.kind)
    if place is None:
        raise ResourceError(f"actor_names.tsv: {row.name!r} has the kind {row.kind!r}; use one of {KIND_ORDER}.")
    return place


def load_actors(
    language: str,
    fold: Callable[[str], str],
    own: tuple[Sequence[Actor], Sequence[ActorName]] = ((), ()),
    romanise: Callable[[str], str] | None = None,
) -> Actors:
    """Read `actors.tsv` and the names in `language` (the folder under `data/`), indexed under `fold`, with a record's own;
    `romanise` writes a word of that language in Latin letters.

    Raises:
        ResourceError: a file is missing or broken, or a name points at no actor.
    """
    actors = [*read_tsv(DATA / "actors.tsv", Actor), *own[0]]
    names = [*read_tsv(DATA / language / "actor_names.tsv", ActorName), *own[1]]
    return Actors(actors, names, fold, demonyms=read_tsv(DATA / "demonyms.tsv", Demonym), romanise=romanise)
