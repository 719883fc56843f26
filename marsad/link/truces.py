"""Agreements and what may breach them: which incidents lie in the scope of a truce that somebody registered, and how surely.

Never a verdict. An incident is weighed by kind, day, area and side; each ground says `in` (the reports say so), `may` (they
do not say it precisely enough to tell) or `unknown` (they say nothing); what is plainly out of scope is not listed.
Containment is that of the gazetteer: a place inside the area is in scope; one that contains it (an oblast around a town) may
be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from marsad.actors import Party
from marsad.link.model import EventSketch, Spot
from marsad.link.summary import Summary

IN, MAY, UNKNOWN = "in", "may", "unknown"
_HAPPENED = frozenset({"actual", "historical"})
_SAID = 4  # names that a sentence lists


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """A place of the gazetteer that an agreement covers; `within` are the ids of what it lies in."""

    id: str
    name: str
    level: str
    country: str | None = None
    within: tuple[str, ...] = ()


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody registered: who agreed, where, from which day to which, and what they may not do.

    `forbids` are types or `TYPE.mode`, `targets` objects that alone are protected (none: all). No area means anywhere, no
    `until` that it has not ended.
    """

    name: str
    parties: tuple[Party, ...]
    areas: tuple[Area, ...]
    since: str
    until: str | None
    forbids: tuple[str, ...]
    targets: tuple[str, ...] = ()


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """Why an incident is listed, in one respect: `about` (kind, target, date, area, side, other), how surely, the sentence
    to say (a key of the interface) and what fills it.
    """

    about: str
    scope: str
    key: str
    values: dict[str, str] = {}


class Breach(msgspec.Struct, frozen=True, kw_only=True):
    """An incident that may be a breach; `scope` is `in` if every ground is, else `may`."""

    incident: str
    summary: Summary
    scope: str
    grounds: tuple[Ground, ...]
    reports: int
    sources: int
    contradicted: bool
    verdict: str | None


def weigh(agreement: Agreement, summary: Summary, told: Sequence[EventSketch]) -> tuple[Ground, ...] | None:
    """Return why an incident is in the scope of an agreement or may be; None if it plainly is not.

    `told` are the events that tell it.
    """
    if not set(summary.statuses) & _HAPPENED:
        return None
    grounds: list[Ground] = []
    checks: tuple[Callable[[], Ground | None], ...] = (
        lambda: _kind(agreement, summary),
        lambda: _target(agreement, told),
        lambda: _date(agreement, summary, told),
        lambda: _area(agreement, told),
        lambda: _side(agreement, told),
    )
    for check in checks:
        ground = check()
        if ground is None:
            return None
        if ground.key:
            grounds.append(ground)
    grounds += _other(agreement, told)
    if "negated" in summary.statuses:
        grounds.append(Ground(about="status", scope=MAY, key="scope_denied"))
    return tuple(grounds)


def scope_of(grounds: Iterable[Ground]) -> str:
    """Return `in` if every ground is, else `may`; to whom it was done, where nobody says, takes nothing away."""
    return IN if all(g.scope == IN or (g.about == "other" and g.scope == UNKNOWN) for g in grounds) else MAY


def _kind(agreement: Agreement, summary: Summary) -> Ground | None:
    own = [code for code in agreement.forbids if code.partition(".")[0] == summary.type]
    if not own:
        return None
    if summary.type in own:
        return Ground(about="kind", scope=IN, key="scope_kind_in", values={"type": summary.type})
    modes = [code.partition(".")[2] for code in own]
    shared = sorted(set(modes) & set(summary.modes))
    if shared:
        code = f"{summary.type}.{shared[0]}"
        return Ground(about="kind", scope=IN, key="scope_kind_mode", values={"mode": code})
    if summary.modes:
        return None
    return Ground(about="kind", scope=UNKNOWN, key="scope_kind_unknown", values={"type": summary.type})


def _target(agreement: Agreement, told: Sequence[EventSketch]) -> Ground | None:
    if not agreement.targets:
        return Ground(about="target", scope=IN, key="")
    known = {o for e in told for o in e.objects}
    shared = sorted(known & set(agreement.targets))
    if shared:
        return Ground(about="target", scope=IN, key="scope_target_in", values={"object": shared[0]})
    if known:
        return None
    return Ground(about="target", scope=UNKNOWN, key="scope_target_unknown")


def _date(agreement: Agreement, summary: Summary, told: Sequence[EventSketch]) -> Ground | None:
    """Days are compared, not hours: on the days on which it begins and ends nobody can tell."""
    since, until = agreement.since, agreement.until or "9999"
    if summary.start is None or summary.end is None:
        first = min((e.published[:10] for e in told if e.published), default=None)
        if first is not None and first < since:
            return None
        if first is None:
            return Ground(about="date", scope=UNKNOWN, key="scope_date_nothing")
        return Ground(about="date", scope=UNKNOWN, key="scope_date_unknown", values={"day": first})
    start, end = summary.start, summary.end
    if end < since or start > until:
        return None
    days = {"days": start if start == end else f"{start} – {end}"}
    if start < since or end > until:
        return Ground(about="date", scope=MAY, key="scope_date_over", values=days)
    if start == since or end == until:
        key = "scope_date_first" if start == since else "scope_date_last"
        return Ground(about="date", scope=MAY, key=key, values=days)
    return Ground(about="date", scope=IN, key="scope_date_in", values=days)


def _area(agreement: Agreement, told: Sequence[EventSketch]) -> Ground | None:
    if not agreement.areas:
        return Ground(about="area", scope=IN, key="scope_area_any")
    spots = _spots(told)
    if not spots:
        return Ground(about="area", scope=UNKNOWN, key="scope_area_unknown")
    best: Ground | None = None
    for spot in spots:
        for area in agreement.areas:
            values = {"place": spot.name, "level": spot.level, "area": area.name, "area_level": area.level}
            if spot.id == area.id and spot.id is not None:
                return Ground(about="area", scope=IN, key="scope_area_same", values=values)
            if lies_in(spot, area):
                return Ground(about="area", scope=IN, key="scope_area_in", values=values)
            if contains(spot, area):
                best = best or Ground(about="area", scope=MAY, key="scope_area_wide", values=values)
            elif spot.id is None and spot.country in (None, area.country):
                best = best or Ground(about="area", scope=UNKNOWN, key="scope_area_unplaced", values=values)
            elif spot.level == "area" and area.level != "country" and spot.country == area.country:
                best = best or Ground(about="area", scope=MAY, key="scope_area_vague", values=values)
    return best


def lies_in(spot: Spot, area: Area) -> bool:
    """Say whether a place lies in an area, by the gazetteer's chain of containment; a place lies in itself."""
    if spot.id is not None and (spot.id == area.id or area.id in spot.within):
        return True
    return area.level == "country" and spot.country is not None and spot.country == area.country


def contains(spot: Spot, area: Area) -> bool:
    """Say whether a place contains an area, so that an incident told as there may have been in it."""
    if spot.id is not None and spot.id in area.within:
        return True
    return spot.level == "country" and spot.country is not None and spot.country == area.country


def _spots(told: Sequence[EventSketch]) -> list[Spot]:
    """The places of the incident: those that its own sentences name, or else those that its reports give it; of a chain
    only the most precise, for who names a town and its oblast speaks of the town.
    """
    near = [s for e in told for s in e.spots if s.near] or [s for e in told for s in e.spots]
    known = {(s.id or s.name): s for s in near}
    outer = {key for s in known.values() for key in s.within}
    points = {s.country for s in known.values() if s.level != "country"}
    kept = [s for s in known.values() if s.id not in outer and not (s.level == "country" and s.country in points)]
    return sorted(kept or known.values(), key=lambda s: s.name)


def _side(agreement: Agreement, told: Sequence[EventSketch]) -> Ground | None:
    """Whether who did it is a party, as far as reports say; rival claims are all said."""
    claims = [c for e in told if (c := e.actors)]
    if not claims:
        return Ground(about="side", scope=UNKNOWN, key="scope_side_unknown") if _is_near(agreement, told) else None
    ranks = {p.label: max(_rank(p, c) for c in claims) for p in agreement.parties}
    surest = max(ranks.values())
    if surest:
        others = sum(not any(_rank(p, c) for p in agreement.parties) for c in claims)
        named = ", ".join(label for label, rank in ranks.items() if rank == surest)
        values = {"party": named, "others": str(others), "count": str(len(claims))}
        key = "scope_side_claims" if others else "scope_side_in"
        return Ground(about="side", scope=MAY if others else IN, key=key, values=values)
    kin = [p for p in agreement.parties if p.kin and any(p.kin in c for c in claims)]
    if kin and not any(":" in code and not code.startswith(("state:", "army:")) for c in claims for code in c):
        values = {"party": kin[0].label, "country": kin[0].kin or ""}
        return Ground(about="side", scope=MAY, key="scope_side_kin", values=values)
    return None


def _is_near(agreement: Agreement, told: Sequence[EventSketch]) -> bool:
    """Whether an incident of which nobody says who did it has to do with the parties: it lies in the agreement's area, in a
    country of theirs or nowhere known, or was done to one of them.
    """
    where = {s.country for s in _spots(told) if s.country}
    if agreement.areas or not where:
        return True
    if where & {p.country or p.kin for p in agreement.parties}:
        return True
    return any(_rank(p, e.parties) for p in agreement.parties for e in told)


def _other(agreement: Agreement, told: Sequence[EventSketch]) -> Iterator[Ground]:
    """To whom it was done: another party, somebody else, or nobody knows."""
    done_by = {p.label for p in agreement.parties for e in told if _rank(p, e.actors)}
    others = [p for p in agreement.parties if len(done_by) > 1 or p.label not in done_by]
    recipients = [r for e in told if (r := tuple(c for c in e.parties if c not in e.actors))]
    if not recipients:
        yield Ground(about="other", scope=UNKNOWN, key="scope_other_unknown")
        return
    for key, is_hit in (("scope_other_in", _rank), ("scope_other_kin", lambda p, r: p.kin is not None and p.kin in r)):
        hit = next((p for p in others if any(is_hit(p, r) for r in recipients)), None)
        if hit is not None:
            yield Ground(about="other", scope=IN, key=key, values={"party": hit.label, "country": hit.kin or ""})
            return
    named = sorted({c for r in recipients for c in r if ":" not in c})
    yield Ground(about="other", scope=MAY, key="scope_other_else", values={"names": ", ".join(named[:_SAID])})


def _rank(party: Party, codes: Sequence[str]) -> int:
    return party.rank(codes, " ".join(codes).casefold())
