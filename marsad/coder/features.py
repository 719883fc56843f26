"""What the taggers look at: named features of a token, made of word shapes, lexicon classes, phrase kinds and position.

`word_atoms` depend on the word form alone, so their summed weights are remembered per form; `context_features` depend on
the sentence. Training writes the very same names that reading looks up.
"""

from __future__ import annotations

from marsad.language import Sentence, Word

OFFSETS = (-3, -2, -1, 0, 1, 2, 3)
PAD = Word("", "pad")
_QUOTES_OPEN, _QUOTES_CLOSE = frozenset("«“\"'"), frozenset("»”\"'")


def word_atoms(word: Word, offset: int) -> list[str]:
    """Return the feature names that a word form gives the token `offset` tokens before or after it."""
    mark = f"{offset}|" if offset else ""
    if word.kind in ("pad", "mark"):
        return [f"{mark}m={word.folded}"]
    if word.kind == "number":
        return [f"{mark}number", f"{mark}digits={len(word.folded)}"]
    stem, light = word.stem, word.light
    classes = sorted({f"{mark}{h.table}={h.code}" for h in word.hits})
    if abs(offset) == 3:
        return [f"{mark}s={stem}", *classes]
    head = "+".join(word.prefix)
    near = [f"{mark}s={stem}", f"{mark}l={light}", f"{mark}b4={light[:4]}", f"{mark}c={head}", *classes]
    if offset:
        return near
    forms = sorted(
        {f"{h.table}={h.code}/{h.form}" for h in word.hits if h.table in ("triggers", "outcomes", "speech_verbs")}
    )
    shape = [
        f"w={word.folded}",
        f"b3={light[:3]}",
        f"b2={light[:2]}",
        f"e2={word.folded[-2:]}",
        f"e3={word.folded[-3:]}",
    ]
    shape += [f"x={word.suffix}", f"k={word.kind}", f"n={min(len(stem), 6)}"]
    return ["bias", *near, *shape, *forms, *(f"mark={m}" for m in word.marks)]


def pair_name(left: str, right: str) -> str:
    """Return the name of the feature of two neighbouring crude lemmas."""
    return f"{left}_{right}"


def context_features(sentence: Sentence) -> list[list[str]]:
    """Return, per token, the names of features that depend on the sentence: phrases, counts, dates, quotes, position."""
    n = len(sentence.tokens)
    own: list[list[str]] = [[] for _ in range(n)]
    for phrase in sentence.phrases:
        if phrase.first == phrase.last:
            continue
        name = f"{phrase.kind}={phrase.hit.code if phrase.hit else ''}"
        for i in range(phrase.first, phrase.last + 1):
            own[i].append(f"p:{'B' if i == phrase.first else 'I'}:{name}")
    for count in sentence.counts:
        for i in range(count.first, count.last + 1):
            own[i].append(f"q:{count.unit}")
        if count.noun is not None and count.unit is None:
            own[count.noun].append("qn")
    for date in sentence.dates:
        for i in range(date.first, date.last + 1):
            own[i].append(f"d:{date.kind}")
    found = [list(features) for features in own]
    inside = False
    for i, token in enumerate(sentence.tokens):
        if i:
            found[i] += [f"-1{f}" for f in own[i - 1]]
        if i + 1 < n:
            found[i] += [f"+1{f}" for f in own[i + 1]]
        if token.word.kind == "mark":
            if token.word.folded in _QUOTES_CLOSE and inside:
                inside = False
            elif token.word.folded in _QUOTES_OPEN:
                inside = True
        elif inside:
            found[i].append("quoted")
        if i < 2:
            found[i].append(f"at={i}")
    return found


_SENTENCE_TABLES = frozenset({"triggers", "weapons", "outcomes", "trigger_blockers", "speech_verbs", "status_words"})


def sentence_features(sentence: Sentence) -> list[str]:
    """Return the names of features that all tokens of a sentence share: which lexicon classes stand anywhere in it."""
    classes = {f"S:{p.kind}={p.hit.code}" for p in sentence.phrases if p.hit and p.kind in _SENTENCE_TABLES}
    if sentence.tokens[-1].word.folded != ".":
        classes.add("S:open")
    if sentence.line == 0:
        classes.add("S:head")
    return sorted(classes)
