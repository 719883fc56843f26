"""Reads totals: which number of a sentence counts which outcome, what is only a part, what a correction takes back.

In: a sentence as the language read it. Out: its totals in order. "Five of them children", "four of the victims", "three of
the wounded died" are parts and left out; "no dead" counts 0; "at least N" and "more than N" count as N.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from marsad.language import Count, Phrase, Sentence, Token
from marsad.link.model import FIELDS
from marsad.link.terms import Terms

_MOST = 10**9  # people; a longer row of digits is none, and no database holds it
_NEAR = 4  # tokens between a word of harm and the number that it counts
_NEGATED_REACH = 5
_THINGS = frozenset({"damage", "weapons"})
_KINDS_OF_PEOPLE = frozenset({"displaced", "captured", "abducted"})
"""Outcomes whose nouns also say who somebody is: displaced people are killed, prisoners are released."""
_AMONG = frozenset({"among", "them"})
_PUT_IN = 8  # tokens of a remark between people and what happened to them
_VERB_FORMS = frozenset({"past", "present", "present-jussive"})
_STRAY_UNITS = frozenset({"time", "distance", "date", "other"})
"""Units that a word after a bare number only seems to give ("thirty today")."""


class Found(NamedTuple):
    """A total: the outcome, the number, its first and last token, and whether it is taken back or corrects another."""

    field: str
    number: int
    first: int
    last: int
    withdrawn: bool = False
    corrects: bool = False


class _Harm(NamedTuple):
    first: int
    last: int
    field: str
    form: str
    is_verb: bool = False


def read_tolls(sentence: Sentence, terms: Terms) -> list[Found]:
    """Return the totals that a sentence gives, in order."""
    harms = _harms(sentence)
    found: list[Found] = []
    for count in sentence.counts:
        total = _counted(sentence, terms, harms, count, found)
        if total is not None:
            found.append(total)
    found += _singles(sentence, terms, harms)
    found += _zeros(sentence, terms, harms)
    found.sort(key=lambda f: f.first)
    if any(f.withdrawn for f in found):
        return [f._replace(corrects=not f.withdrawn) for f in found]
    return found


def _harms(sentence: Sentence) -> list[_Harm]:
    """Words of harm and release, one per seat; where a word may mean damage or injury, people decide later."""
    best: dict[tuple[int, int], _Harm] = {}
    for phrase in sentence.phrases:
        if phrase.kind == "outcomes" and phrase.hit is not None and phrase.hit.code in FIELDS:
            seat = phrase.first, phrase.last
            harm = _Harm(*seat, phrase.hit.code, phrase.hit.form, phrase.hit.form in _VERB_FORMS)
            known = best.get(seat)
            if known is None or harm.form in ("plural", "dual"):
                best[seat] = harm._replace(is_verb=harm.is_verb or bool(known and known.is_verb))
            elif harm.is_verb:
                best[seat] = known._replace(is_verb=True)
    return sorted(best.values())


def _counted(sentence: Sentence, terms: Terms, harms: list[_Harm], count: Count, found: list[Found]) -> Found | None:
    tokens = sentence.tokens
    number = count.quantity.min
    if (
        number is None
        or number > _MOST
        or (count.unit is not None and (count.unit not in _STRAY_UNITS or count.noun is not None))
    ):
        return None
    head = count.noun if count.noun is not None else count.first
    negated = count.first > 0 and "no" in terms.roles(tokens[count.first - 1])
    instead = any("instead" in terms.roles(t) for t in tokens[max(0, count.first - 2) : count.first])
    if _is_part(sentence, terms, harms, count) or _is_thing(sentence.phrases, head):
        return None
    own = next((h for h in harms if h.first <= head <= h.last), None)
    before = next((h for h in reversed(harms) if h.last < min(count.first, head) and not _only_names(h)), None)
    after = next((h for h in harms if max(count.last, head) < h.first <= max(count.last, head) + 2 and h.is_verb), None)
    gap = count.first - before.last - 1 if before else 99
    lone = count.unit is not None  # a stray unit: only a word of harm or a "not" right before makes it a total
    is_total = any("total" in terms.roles(t) for t in tokens[: count.first])
    if _is_death(tokens, terms, count, head):
        return Found("killed", number, count.first, count.last)
    if own is not None and own.field in _KINDS_OF_PEOPLE and before is not None and gap <= _NEAR:
        field = before.field
    elif own is not None:
        if before is not None and gap <= 1 and _adds(sentence, before, own):
            return None  # "the death of three of the wounded" adds to a total that is told elsewhere
        if own.field == "displaced" and not own.is_verb:
            return None  # how many live there is not how many had to flee
        field = own.field
    elif (negated or instead) and found:
        return Found(found[-1].field, number, count.first, count.last, withdrawn=True)
    elif lone and gap > 0 and not is_total:
        return None
    elif after is not None and gap > 0:
        field = after.field
    elif before is not None and (is_total or (gap <= _NEAR and not _crosses(sentence, before, count))):
        field = before.field
    else:
        late = _told_late(sentence, harms, count, head)
        if late is None:
            return None
        field = late
    last = max(count.last, head) if own is not None else count.last
    return Found(field, number, min(count.first, head) if own else count.first, last, withdrawn=negated or instead)


def _told_late(sentence: Sentence, harms: list[_Harm], count: Count, head: int) -> str | None:
    """What happened to people by the only verb of harm after them ("nine of them, soldiers all, were killed")."""
    end = max(count.last, head)
    verbs = [h for h in harms if h.is_verb and end < h.first <= end + _PUT_IN]
    is_people = any(p.kind == "role_nouns" and p.first <= head <= p.last for p in sentence.phrases)
    others = any(end < c.first for c in sentence.counts if verbs and c.first < verbs[0].first)
    return verbs[0].field if len(verbs) == 1 and is_people and not others else None


def _is_death(tokens: list[Token], terms: Terms, count: Count, head: int) -> bool:
    """Whether a phrase of death is put around the number ("met four people their end", "took the lives of six")."""
    before = tokens[count.first - 1 : count.first]
    after = tokens[max(count.last, head) + 1 : max(count.last, head) + 3]
    return any("lives" in terms.roles(t) for t in before) or any("end" in terms.roles(t) for t in after)


def _only_names(harm: _Harm) -> bool:
    """Whether a word only says who people are ("the displaced", "the prisoners"), not what happened to them."""
    return harm.field in _KINDS_OF_PEOPLE and not harm.is_verb


def _adds(sentence: Sentence, before: _Harm, own: _Harm) -> bool:
    """Whether a noun of harm that nothing counts itself stands before a number of people harmed in another way."""
    counted = any(before.first in (c.noun, c.first, c.last) for c in sentence.counts)
    return before.field != own.field and before.form == "singular" and not before.is_verb and not counted


def _crosses(sentence: Sentence, before: _Harm, count: Count) -> bool:
    """Whether a comma or another number stands between the word of harm and this one."""
    if any(t.word.kind == "mark" for t in sentence.tokens[before.last + 1 : count.first]):
        return True
    return any(before.last < c.first < count.first and c.unit is None for c in sentence.counts)


def _is_part(sentence: Sentence, terms: Terms, harms: list[_Harm], count: Count) -> bool:
    tokens = sentence.tokens
    if any(terms.roles(t) & _AMONG for t in tokens[max(0, count.first - 2) : count.first]):
        return True
    end = max(count.last, count.noun if count.noun is not None else -1)
    if any("them" in terms.roles(t) for t in tokens[count.last + 1 : count.last + 2]):
        return True
    for at in (count.last, end):
        if at + 2 < len(tokens) and "of" in terms.roles(tokens[at + 1]):
            return (any(h.first == at + 2 for h in harms) and tokens[at + 2].word.is_definite) or any(
                h.first == at + 2 and h.form == "plural" for h in harms
            )
    # "four of the victims": the language already takes the victims for the counted noun.
    between = tokens[count.last + 1 : count.noun] if count.noun is not None and count.noun > count.last else []
    return any("of" in terms.roles(t) for t in between) and any(h.first <= (count.noun or 0) <= h.last for h in harms)


def _is_thing(phrases: list[Phrase], at: int) -> bool:
    kinds = {p.kind for p in phrases if p.first <= at <= p.last}
    return bool(kinds & _THINGS) and not kinds & {"role_nouns", "outcomes"}


def _singles(sentence: Sentence, terms: Terms, harms: list[_Harm]) -> list[Found]:
    """One person: "one dead" said by a singular noun, or a word of harm with a singular person right after."""
    tokens = sentence.tokens
    taken = {i for c in sentence.counts for i in (*range(c.first, c.last + 1), c.noun)}
    people = {p.first for p in sentence.phrases if p.kind == "role_nouns" and p.hit and p.hit.form == "singular"}
    pairs = {p.first for p in sentence.phrases if p.kind == "nisbas" and p.hit and p.hit.form == "dual"}
    found = []
    for harm in harms:
        nxt = harm.last + 1
        if harm.first in taken:
            continue
        negated = any("no" in terms.roles(t) for t in tokens[max(0, harm.first - 2) : harm.first])
        if "single" in terms.roles(tokens[harm.first]) and harm.form == "singular":
            joined = any(h.last == harm.first - 1 and h.field != harm.field and not h.is_verb for h in harms)
            if not tokens[harm.first].word.is_definite and not negated and not joined:
                found.append(Found(harm.field, 1, harm.first, harm.first))
        elif harm.is_verb and _is_one(harm.first - 1, people, taken, tokens) and not negated and nxt not in taken:
            found.append(Found(harm.field, 1, harm.first - 1, harm.first))
        elif nxt in pairs and nxt not in taken and not tokens[nxt].word.is_definite:
            found.append(Found(harm.field, 2, harm.first, nxt))
        elif _is_one(nxt, people, taken, tokens) and not negated and all(h.first != nxt for h in harms):
            # "the death of a wounded man" adds to a total told elsewhere
            found.append(Found(harm.field, 1, harm.first, nxt))
    return found


def _is_one(at: int, people: Collection[int], taken: Collection[int | None], tokens: list[Token]) -> bool:
    """Whether one person stands at a token: a singular noun without article or number."""
    return at in people and at not in taken and not tokens[at].word.is_definite


def _zeros(sentence: Sentence, terms: Terms, harms: list[_Harm]) -> list[Found]:
    """Nobody harmed: a negation with a plural noun of harm in its reach, no number between."""
    tokens = sentence.tokens
    found = []
    for harm in harms:
        nobody = harm.last + 1 < len(tokens) and "anyone" in terms.roles(tokens[harm.last + 1])
        if not nobody and (harm.form not in ("plural", "adjective", "phrase") or tokens[harm.first].word.is_definite):
            continue
        reach = range(max(0, harm.first - _NEGATED_REACH), harm.first)
        denial = next((i for i in reversed(reach) if "no" in terms.roles(tokens[i])), None)
        if denial is None or any(denial < c.first <= harm.last for c in sentence.counts):
            continue
        near = tokens[harm.first : harm.last + 2]
        fields = ("killed", "injured") if any("unharmed" in terms.roles(t) for t in near) else (harm.field,)
        found += [Found(field, 0, harm.first, harm.last) for field in fields]
    return found
