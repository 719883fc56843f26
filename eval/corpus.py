"""The gold corpus: reports of our own under `eval/gold`, and third-party texts that are only read where they lie.

`../shared/gold` beside the repository may hold two more exam reports and newswire sentences that belong to others. They
are used where that folder exists and never copied.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Iterable
from pathlib import Path

from marsad.agreement import Json
from marsad.scoring import ROLES, GoldCase, load_gold

ROOT = Path(__file__).resolve().parent.parent
GOLD = ROOT / "eval" / "gold"
SHARED = ROOT.parent / "shared" / "gold"
SHARED_SENTENCES = ("sentences-dev.jsonl", "sentences-more.jsonl")

SETS = {
    "t1": "Ukraine", "t7": "Ukraine", "t2": "Levant, Iran", "t8": "Levant, Iran", "t3": "Africa, world",
    "u1": "Africa, world", "t9": "Syria, Iraq", "u2": "diplomacy", "t5": "pasted, noisy", "t6": "statements",
    "a1": "Ukraine, translated", "b1": "Levant, partisan", "w1": "Africa, Asia", "d5": "diplomacy, new",
    "n1": "statements, diplomacy", "p1": "strikes, tolls", "q1": "translated, posts", "r1": "types easily mistaken",
    "i1": "Levant, Gulf", "j1": "Ukraine, Black Sea", "j2": "Ukraine, Black Sea", "o1": "Africa, new",
    "z1": "Asia, Americas", "z2": "Asia, Americas", "wa": "politics",
    "m0": "sources", "m1": "sources", "y0": "tolls, dates", "y1": "tolls, dates", "v0": "noisy, places",
    "na": "Ukraine, many regions", "nb": "noisy, all wars", "nc": "Levant, Yemen, all sides", "nd": "Africa, diplomacy",
    "ne": "tolls and damage", "nf": "agencies, dates", "ng": "parties, sources",
    "pa": "Ukraine, round-ups", "pb": "translated, posts, noisy",
    "pc": "Levant, Iran, Yemen", "pd": "diplomacy, Africa, statements",
    "v1": "noisy, places", "s1": "round-ups", "e5": "rarer types", "g1": "pasted, translated", "h1": "statements, features",
}  # fmt: skip
"""The theme of a report by the first characters of its name."""


def set_of(name: str) -> str:
    """Return the set that a training report belongs to."""
    return SETS.get(name[:2], "constructions" if name[:1] in "ck" else "sentences")


def exam_files() -> list[Path]:
    """Return the files of our own exam reports."""
    return sorted(p for p in (GOLD / "dev").iterdir() if p.suffix in (".json", ".txt"))


def shared_exam_files() -> list[Path]:
    """Return the files of the third-party exam reports; empty where `../shared` does not exist."""
    return sorted((SHARED / "dev").glob("seed*.*")) if SHARED.is_dir() else []


def exam_cases(with_shared: bool = False) -> list[GoldCase]:
    """Return the exam reports, which no rule and no weight may be drawn from."""
    cases = list(load_gold(GOLD / "dev"))
    if with_shared and shared_exam_files():
        cases += [c for c in load_gold(SHARED / "dev") if c.document.id.startswith("seed")]
    return cases


def training_cases(with_shared: bool = True) -> list[GoldCase]:
    """Return the reports, constructions and, where they exist, the third-party sentences to build and train on."""
    cases = [*load_gold(GOLD / "train"), *load_gold(GOLD / "more"), *load_gold(GOLD / "constructions.jsonl")]
    for name in SHARED_SENTENCES if with_shared else ():
        if (SHARED / name).is_file():
            cases += load_gold(SHARED / name)
    return cases


def blind_cases() -> list[GoldCase]:
    """Return the reports that were written and annotated without sight of the rules: nothing is built from them."""
    return list(load_gold(GOLD / "blind"))


def corpus_hash(files: Iterable[Path]) -> str:
    """Return a SHA-256 over names and contents, so that a figure can be tied to the very corpus it was measured on."""
    digest = hashlib.sha256()
    for path in sorted(files, key=lambda p: p.name):
        content = path.read_bytes()
        digest.update(f"{path.name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def as_prediction(case: GoldCase) -> Json:
    """Return a gold case in the form of a perfect prediction: offsets instead of contexts."""
    text = case.document.text
    events = copy.deepcopy(case.events)
    for event in events:
        for anchor in (event["trigger"], *(event.get("mentions") or ())):
            context = anchor.pop("context")
            anchor["start"] = text.index(context) + context.index(anchor["text"])
            anchor["end"] = anchor["start"] + len(anchor["text"])
        quotes = [x for role in ROLES for x in event.get(role) or ()] + ([event["money"]] if event.get("money") else [])
        for quote in quotes:
            quote["start"] = text.index(quote["text"])
            quote["end"] = quote["start"] + len(quote["text"])
    return {"id": case.document.id, "events": events}
