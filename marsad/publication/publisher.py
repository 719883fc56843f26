"""Applies a policy: an item of the record in, what may be published of it out.

Whatever is withheld is taken out of the item itself, so that no format can write it.
"""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Mapping

import msgspec

from marsad.link.figures import Figure, Reckoning, Total
from marsad.link.model import RANKS
from marsad.link.summary import Where
from marsad.model import Attribution, Document, Event, Participant, Place, Span
from marsad.publication.atlas import Atlas
from marsad.publication.items import Happening, Item, Telling
from marsad.publication.policy import Coarse, Delay, Policy

_NOTHING = Span(0, 0, "")
_EVENT_NUMBER = re.compile(r":e\d+$")
_COUNTRY = re.compile(r"[A-Z]{3}$")
_REJECTED, _CONFIRMED = "rejected", "confirmed"
_CHILD = "child"
_PERSON = "person:"
_BEYOND_LATIN = "\u0370"
_FINENESS = {"facility": 0, "settlement": 0, "area": 1, "admin": 2, "country": 3}
_WORDY = ("weapons", "casualties", "damage")


class Publisher:
    """Publishes items under a policy as of a day. `actors` are the listed actors with their names by id, `atlas` knows where
    places lie.
    """

    def __init__(self, policy: Policy, today: datetime.date, atlas: Atlas, actors: Mapping[str, str]) -> None:
        self.policy = policy
        self._today = today
        self._atlas = atlas
        self._actors = actors
        dropped = {name.casefold() for name in policy.drop.sources}
        # An incident names its sources by their ids, an event by their names.
        both = [{id_.casefold(), name.casefold()} for id_, name in actors.items()] if dropped else []
        self._dropped = dropped.union(*(pair for pair in both if pair & dropped))
        self._silent = {name.casefold() for name in policy.drop.publishers}

    def telling(self, item: Telling) -> Telling | None:
        """Return what may be published of an event of a report, or None if nothing may."""
        return self._telling(item) if self._is_reviewed(item.verdict) else None

    def happening(self, item: Happening) -> Happening | None:
        """Return what may be published of an incident, or None if nothing may."""
        return self._happening(item) if self._is_reviewed(item.verdict) else None

    def _is_reviewed(self, verdict: str | None) -> bool:
        return verdict != _REJECTED and (self.policy.review == "any" or verdict == _CONFIRMED)

    def why_withheld(self, item: Item) -> str | None:
        """Return why nothing of an item is published: rejected, review, publisher or delay; None where something is."""
        if not self._is_reviewed(item.verdict):
            return _REJECTED if item.verdict == _REJECTED else "review"
        if isinstance(item, Happening):
            code, day = item.summary.type, item.summary.end or item.reported
        else:
            if (item.document.publisher or "").casefold() in self._silent:
                return "publisher"
            code, day = item.event.type, item.event.date.end if item.event.date else item.document.published
        return None if self._is_due(code, day) else "delay"

    def report_id(self, name: str, text_hash: str) -> str:
        """Return the id that a report is published under: its own, or one that tells nothing where words are withheld."""
        if not self.policy.withholds_words:
            return name
        return "d-" + hashlib.sha256(f"{text_hash}\n{name}".encode()).hexdigest()[:12]

    # ---- age and place ----------------------------------------------------------------------------------------------

    def was_due(self, item: Happening, day: datetime.date) -> bool:
        """Whether the delays were over for an incident on an earlier day."""
        past = (self._today - day).days
        return self._is_due(item.summary.type, item.summary.end or item.reported, past)

    def _is_due(self, code: str, last_day: str | None, past: int = 0) -> bool:
        """Whether the delays are over, or were `past` days ago; what has no day is never due while a delay holds for it."""
        age = self._age(last_day)
        age = None if age is None else age - past
        rules = [r for r in self.policy.delay if _holds(r, code)]
        return not rules or (age is not None and all(age >= r.days for r in rules))

    def _age(self, day: str | None) -> int | None:
        return (self._today - datetime.date.fromisoformat(day[:10])).days if day else None

    def _finest(self, code: str, day: str | None) -> str | None:
        """The finest level that places may have, or None where any may."""
        age = self._age(day)
        rules = [
            r.finest
            for r in self.policy.places
            if _holds(r, code) and (r.younger_than_days is None or age is None or age < r.younger_than_days)
        ]
        return max(rules, key=_FINENESS.__getitem__, default=None)

    def _coarsen(self, place: str | None, country: str | None, finest: str) -> tuple[str, str | None, object]:
        """Return (level, country, gazetteer entry or None) of what holds a place, no finer than `finest`."""
        division = self._atlas.division(place) if finest == "admin" else None
        if division is not None:
            return "admin", division.country, division
        return "country", country, self._atlas.country(country)

    # ---- events -----------------------------------------------------------------------------------------------------

    def _telling(self, item: Telling) -> Telling | None:
        document, event = item.document, item.event
        day = event.date.end if event.date else document.published
        if (document.publisher or "").casefold() in self._silent or not self._is_due(event.type, day):
            return None
        document = self._document(document, item.text_hash)
        if not self.policy.withholds_words:
            return msgspec.structs.replace(item, document=document)
        event = self._without_words(self._masked(event, day), document.id)
        return msgspec.structs.replace(item, document=document, event=event, text_hash="")

    def _document(self, document: Document, text_hash: str) -> Document:
        if "publisher" in self.policy.drop.fields:
            document = msgspec.structs.replace(document, publisher=None)
        if not self.policy.withholds_words:
            return document
        name = self.report_id(document.id, text_hash)
        # A report appears about when it happened.
        published = None if "date" in self.policy.drop.fields else document.published
        return msgspec.structs.replace(
            document, id=name, text="", title=None, url=None, story_dates=(), published=published
        )

    def _masked(self, event: Event, day: str | None) -> Event:
        """Names that are not listed, fine places and dropped fields, all taken out."""
        harmed = any(c.who == _CHILD for c in event.casualties)
        masks = self.policy.persons.unlisted == "mask" or (harmed and self.policy.persons.minors == "mask")
        finest = self._finest(event.type, day)
        places = tuple(dict.fromkeys(self._place(p, finest) for p in event.places))
        changes = {
            "actor": tuple(self._party(p, masks=masks) for p in event.actor),
            # A child is on no list, but bears the surname of somebody who is.
            "recipient": tuple(
                self._party(p, masks=masks, masks_persons=harmed and self.policy.persons.minors == "mask")
                for p in event.recipient
            ),
            "source": tuple(self._source(a, masks=masks) for a in event.source),
            "places": places,
        }
        blank = msgspec.structs.replace(event, **changes)
        empty = Event(id="", type="", trigger=_NOTHING, confidence=None)
        return msgspec.structs.replace(
            blank, **{name: getattr(empty, name) for name in self.policy.drop.fields if name in Event.__struct_fields__}
        )

    def _party(self, party: Participant, *, masks: bool, masks_persons: bool = False) -> Participant:
        is_person = (party.id or "").startswith(_PERSON)
        is_hidden = (masks and party.id not in self._actors) or (masks_persons and is_person)
        name = None if is_hidden else party.name
        return msgspec.structs.replace(party, span=_NOTHING, name=name, id=None if is_hidden else party.id, why=None)

    def _source(self, source: Attribution, *, masks: bool) -> Attribution:
        is_dropped = {(source.name or "").casefold(), (source.id or "").casefold()} & self._dropped - {""}
        is_hidden = bool(is_dropped) or (masks and source.id not in self._actors)
        name, id_ = (None, None) if is_hidden else (source.name, source.id)
        return msgspec.structs.replace(source, span=_NOTHING, name=name, id=id_, verb=None, why=None)

    def _place(self, place: Place, finest: str | None) -> Place:
        if finest is None or _FINENESS.get(place.level, 0) >= _FINENESS[finest]:
            return msgspec.structs.replace(place, span=_NOTHING, why=None)
        level, country, entry = self._coarsen(place.id, place.country, finest)
        return Place(
            span=_NOTHING,
            name=getattr(entry, "name", None) or country or "",
            country=country,
            lat=getattr(entry, "lat", None),
            lon=getattr(entry, "lon", None),
            level=level,
            id=getattr(entry, "id", None),
        )

    def _without_words(self, event: Event, report: str) -> Event:
        number = _EVENT_NUMBER.search(event.id)
        suffix = number[0] if number else ":" + hashlib.sha256(event.id.encode()).hexdigest()[:8]
        changes: dict[str, object] = {
            name: tuple(msgspec.structs.replace(v, span=_NOTHING, why=None) for v in getattr(event, name))
            for name in _WORDY
        }
        money = msgspec.structs.replace(event.money, span=_NOTHING, why=None) if event.money else None
        return msgspec.structs.replace(
            event, id=report + suffix, trigger=_NOTHING, mentions=(), date_text=None, money=money, why={}, **changes
        )

    # ---- incidents --------------------------------------------------------------------------------------------------

    def _happening(self, item: Happening) -> Happening | None:
        summary = item.summary
        day = summary.end or item.reported
        if not self._is_due(summary.type, day):
            return None
        if not self.policy.withholds_words:
            return item
        dropped = self.policy.drop.fields
        finest = self._finest(summary.type, day)
        changed = msgspec.structs.replace(
            summary,
            actors=() if "actor" in dropped else tuple(a for a in summary.actors if self._is_told(a)),
            places=() if "places" in dropped else tuple(dict.fromkeys(self._where(p, finest) for p in summary.places)),
            modes=() if "modes" in dropped else summary.modes,
            start=None if "date" in dropped else summary.start,
            end=None if "date" in dropped else summary.end,
            mentions=(),
            reckoning=self._reckoning(summary.reckoning),
        )
        return msgspec.structs.replace(item, summary=changed, reported=None if "date" in dropped else item.reported)

    def _is_told(self, actor: str) -> bool:
        """Whether an actor of an incident may be named: a listed one, or a country; a bare name is nobody's we know."""
        is_known = actor in self._actors or _COUNTRY.match(actor) is not None
        return is_known or not (self.policy.masks_names or _is_quoted(actor))

    def _where(self, place: Where, finest: str | None) -> Where:
        if finest is None:
            return place
        # An older Marsad kept no level; what is as coarse as its division already comes out as itself.
        level, country, entry = self._coarsen(place.id, place.country, finest)
        return Where(
            name=getattr(entry, "name", None) or country or "",
            country=country,
            lat=getattr(entry, "lat", None),
            lon=getattr(entry, "lon", None),
            id=getattr(entry, "id", None),
            level=level,
        )

    def _reckoning(self, reckoning: Reckoning) -> Reckoning:
        if "casualties" in self.policy.drop.fields:
            return msgspec.structs.replace(reckoning, figures={}, totals=())
        totals = tuple(self._total(t) for t in reckoning.totals)
        figures: dict[str, Figure] = {
            field: msgspec.structs.replace(f, by=self._said_by(f.by)) for field, f in reckoning.figures.items()
        }
        return msgspec.structs.replace(reckoning, totals=totals, figures=figures)

    def _total(self, total: Total) -> Total:
        said = None if "date" in self.policy.drop.fields else total.said
        said_by = self._said_by(total.source)
        return msgspec.structs.replace(total, report="", event="", start=0, end=0, source=said_by, said=said)

    def _said_by(self, source: str | None) -> str | None:
        if source is None or "source" in self.policy.drop.fields or source.casefold() in self._dropped:
            return None
        is_known = source in self._actors or source in RANKS
        return source if is_known or not (self.policy.masks_names or _is_quoted(source)) else None


def _holds(rule: Delay | Coarse, code: str) -> bool:
    return not rule.types or code in rule.types


def _is_quoted(name: str) -> bool:
    """Whether a name is words of a report as they stand there: names that were read out of them are in Latin letters."""
    return any(c.isalpha() and c >= _BEYOND_LATIN for c in name)
