"""How values are put to people: names of codes, parties, places, days and figures, in the interface language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from textwrap import shorten

import msgspec

from marsad.codebook import load_codebook
from marsad.errors import CodebookError
from marsad.export.figures import figure
from marsad.model import Casualty, DateRange, Event, Participant, Place, Quantity, Span, Why
from marsad.resources import DATA, read_yaml

_LONGEST_NAME = 28
_MOST_NAMES = 3


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """One value of an event, worded for people, with the words it was read from and why."""

    field: str
    text: str
    span: Span
    why: Why | None = None
    notes: tuple[str, ...] = ()


class Wording:
    """Words for people in one interface language ("en" or "ar"), from `data/ui/` and the codebook."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.strings: Mapping[str, str] = read_yaml(DATA / "ui" / f"{lang}.yaml")
        self._codebook = load_codebook()

    def say(self, key: str, **values: object) -> str:
        """Return the interface string `key` with its values filled in."""
        return self.strings[key].format(**values)

    def label(self, kind: str, code: str) -> str:
        """Return the name of a code, or the code itself if the codebook does not know it."""
        try:
            return self._codebook.label(kind, code, self.lang)
        except CodebookError:
            return code

    def modes(self, event: Event) -> str:
        """Return the names of the event's modes."""
        return self.join(self.label("mode", f"{event.type}.{mode}") for mode in event.modes)

    def party(self, party: Participant) -> str:
        """Return a participant: in English by its known name, in Arabic by the report's words."""
        if self.lang == "en" and party.name:
            return party.name
        return party.span.text or party.name or ""

    def codes(self, party: Participant) -> str:
        """Return country and sector of a participant."""
        sector = self.label("sector", party.sector) if party.sector else None
        return " · ".join(v for v in (party.country, sector) if v)

    def place(self, place: Place) -> str:
        """Return a place by its name in English, in Arabic by the report's words."""
        return place.name if self.lang == "en" else place.span.text or place.name

    def when(self, date: DateRange | None) -> str:
        """Return the day or days; empty if unknown."""
        if date is None:
            return ""
        return date.start if date.start == date.end else f"{date.start} – {date.end}"

    def figure(self, quantity: Quantity) -> str:
        """Return a count as people write it."""
        if quantity.joint is not None and quantity.min is None and quantity.max is None:
            return self.say("joint", count=quantity.joint)
        return self.strings.get(f"vague_{quantity.vague}") or figure(quantity)

    def casualty(self, casualty: Casualty) -> str:
        """Return an outcome with its count, and who if it says more than person."""
        outcome = self.label("outcome", casualty.outcome)
        who = "" if casualty.who == "person" else f" ({self.label('who', casualty.who)})"
        return f"{outcome} {self.figure(casualty.quantity)}".rstrip() + who

    def counted(self, kind: str, code: str, quantity: Quantity) -> str:
        """Return a weapon or object with its count."""
        count = self.figure(quantity)
        return self.label(kind, code) + (f" × {count}" if count and count != "1" else "")

    def parties(self, event: Event) -> str:
        """Return who did it to whom on one line: long names are cut at a word, long lists are counted."""
        actors, recipients = self._few(map(self.party, event.actor)), self._few(map(self.party, event.recipient))
        # The marks keep the arrow pointing the same way between names that run the other way.
        arrow = " \u200f←\u200f " if self.lang == "ar" else " \u200e→\u200e "
        return f"{actors or '?'}{arrow}{recipients}" if recipients else actors

    def _few(self, names: Iterable[str]) -> str:
        each = list(dict.fromkeys(n for n in names if n))
        more = f" +{len(each) - _MOST_NAMES}" if len(each) > _MOST_NAMES else ""
        return self.join(shorten(n, width=_LONGEST_NAME, placeholder="…") or n for n in each[:_MOST_NAMES]) + more

    def figures(self, event: Event) -> tuple[str, ...]:
        """Return the event's harm, damage, weapons and money, a line each that says what is counted.

        Parts of a total are left out, and an outcome without a count where the same outcome is counted.
        """
        whole = [c for c in event.casualties if not c.subset]
        counted = {c.outcome for c in whole if c.quantity != Quantity()}
        harm = [self.casualty(c) for c in whole if c.quantity != Quantity() or c.outcome not in counted]
        damage = [self.counted("object", d.object, d.quantity) for d in event.damage if not d.subset]
        weapons = [self.counted("weapon", w.kind, w.quantity) for w in event.weapons if not w.subset]
        money = [event.money.span.text] if event.money else []
        labelled = (("damage", damage), ("weapon", weapons), ("money", money))
        lines = [self.join(harm), *(f"{self.say(key)}: {self.join(found)}" for key, found in labelled if found)]
        return tuple(line for line in lines if line)

    def reasons(self, why: Why) -> list[str]:
        """Return how a value came to be, a line for each thing that is known."""
        lines = [f"{self.say('explain_rule')}: {why.rule}"]
        if why.words:
            lines.append(f"{self.say('explain_words')}: «{why.words}»")
        if why.score is not None:
            lines.append(f"{self.say('explain_score')}: {why.score:.2f}")
        if why.features:
            weighed = self.join(f"{name} {weight:+.2f}" for name, weight in why.features)
            lines.append(f"{self.say('explain_features')}: {weighed}")
        if why.lost:
            lost = self.join(f"{name} {score:.2f}" for name, score in why.lost)
            lines.append(f"{self.say('explain_lost')}: {lost}")
        return lines

    def join(self, values: Iterable[str]) -> str:
        """Join values as the language writes lists, each once."""
        return self.strings["comma"].join(dict.fromkeys(v for v in values if v))

    def values(self, event: Event) -> Iterator[Value]:
        """Yield every value of the event that has words of its own, in the order of reading it aloud."""
        why = event.why
        yield Value(field="trigger", text=self.label("type", event.type), span=event.trigger, why=why.get("type"))
        for span in event.mentions:
            joined = why.get("mentions") or Why(rule="choice:same", words=span.text)
            yield Value(field="mention", text=span.text, span=span, why=joined)
        for role, parties in (("actor", event.actor), ("recipient", event.recipient)):
            for p in parties:
                codes = (self.codes(p), self._inferred(p.inferred))
                yield Value(field=role, text=self.party(p), span=p.span, why=p.why or why.get(role), notes=codes)
        for place in event.places:
            where = (place.country or "", self.label("level", place.level), self._inferred(place.inferred))
            text = self.place(place)
            yield Value(field="place", text=text, span=place.span, why=place.why or why.get("places"), notes=where)
        if event.date is not None:
            span = event.date_text or event.trigger
            yield Value(field="date", text=self.when(event.date), span=span, why=why.get("date"))
        elif event.date_text is not None:
            span, unknown = event.date_text, (self.strings["unknown"],)
            yield Value(field="date", text=span.text, span=span, why=why.get("date"), notes=unknown)
        yield from self._counts(event)
        for source in event.source:
            text = source.name if self.lang == "en" and source.name else source.span.text
            stance = "" if source.stance == "states" else self.label("stance", source.stance)
            notes = (stance, self._inferred(source.inferred))
            yield Value(field="source", text=text, span=source.span, why=source.why or why.get("source"), notes=notes)

    def judged(self, event: Event) -> Iterator[tuple[str, str, Why | None]]:
        """Yield field, value and reason of what is judged from the event as a whole and has no words of its own."""
        yield "status", self.label("status", event.status), event.why.get("status")
        if event.modes:
            yield "modes", self.modes(event), event.why.get("modes")
        if event.generic:
            yield "generic", self.say("generic"), event.why.get("generic")

    def _counts(self, event: Event) -> Iterator[Value]:
        why = event.why
        for c in event.casualties:
            found = c.why or why.get("casualties")
            notes = (self._subset(c.subset),)
            yield Value(field="casualties", text=self.casualty(c), span=c.span, why=found, notes=notes)
        for d in event.damage:
            text = self.counted("object", d.object, d.quantity)
            found = d.why or why.get("damage")
            yield Value(field="damage", text=text, span=d.span, why=found, notes=(self._subset(d.subset),))
        for w in event.weapons:
            text = self.counted("weapon", w.kind, w.quantity)
            found = w.why or why.get("weapons")
            yield Value(field="weapon", text=text, span=w.span, why=found, notes=(self._subset(w.subset),))
        if event.money is not None:
            money = event.money
            amount = self.figure(Quantity(min=money.min, max=money.max))
            text = " ".join(v for v in (amount, money.currency) if v) or money.span.text
            yield Value(field="money", text=text, span=money.span, why=money.why or why.get("money"))

    def _inferred(self, inferred: bool) -> str:
        return self.strings["inferred"] if inferred else ""

    def _subset(self, subset: bool) -> str:
        return self.strings["subset"] if subset else ""
