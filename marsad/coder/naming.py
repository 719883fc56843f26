"""Names that no list has, and words that stand for a name told before.

A person nobody lists is named by the words of his name, each with its usual English spelling. "الحركة" and "الوزارة" are
the movement and the ministry that the story named last, "بلاده" is the country of whoever was named last.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from difflib import SequenceMatcher
from itertools import takewhile
from typing import NamedTuple

from marsad.actors import Actors
from marsad.coder.passage import Chunk, Passage, hits_between
from marsad.language import Hit, Sentence, Word

PERSON = "person:"  # begins the id of a listed person
_LONGEST_TITLE = 3  # tokens
_FEWEST = 2  # words of a full name, letters of an acronym
_PARTICLE = 2  # letters
_ALIKE = 0.6
_SURE = 4  # letters of a given name that nothing else is likely to be
_DESCRIBING = frozenset({"titles", "role_nouns"})
_LISTED = frozenset({"places"})
_PLAIN_NAME = frozenset({"person_names", "places"})
_NAME_BEHIND = _PLAIN_NAME | {"actors"}
_OF_NAMES = frozenset({"nisbas", "person_names", "actors", "places"})
# Titles that stand bare before a name: "لواء", "دكتور", "شيخ". Behind others the name is the owner's: "مستشار خامنئي".
_BARE_TITLES = frozenset({"rank", "honorific", "cleric", "journalist"})
_RECENT = 4  # parties
_FAR = 80  # parties
_OWN_COUNTRY = "country"  # the kind of "بلاده"


class Known(NamedTuple):
    """A party named earlier in the story; `surname` is the folded last word of its name, `acts` that it acts or speaks."""

    name: str
    country: str | None
    sector: str | None
    id: str | None
    kind: str
    surname: str
    acts: bool


def person_name(passage: Passage, chunk: Chunk, romanise: Callable[[str], str] | None) -> str | None:
    """Return the English name of a person nobody lists, from the words of the name in a chunk.

    A word that has no known spelling is written letter by letter after one that has; where nobody can do that the person
    stays unnamed, for half a name is another person's.
    """
    sentence, last = passage.sentences[chunk.sentence], chunk.last
    words = names_in(sentence, chunk.first, last)
    at = min(words, default=-1)
    if at < 0 or is_owner(passage, chunk, at):
        return None
    is_sure = _is_given_name(sentence, at, words)
    found: list[str] = []
    while at <= last and (latin := _in_latin(passage, chunk.sentence, at, words, romanise if is_sure else None)):
        found.append(latin)
        at = words[at][0] + 1 if at in words else at + 1
    is_whole = at > last or sentence.tokens[at].word.kind == "mark" or bool(sentence.tokens[at].word.hits)
    is_particle = bool(found) and (found[0].islower() or found[-1].islower())  # "بن غوريون", "ستافان دي"
    return " ".join(found) if is_whole and not is_particle and len(found) >= _FEWEST else None


def _is_given_name(sentence: Sentence, at: int, words: dict[int, tuple[int, Hit]]) -> bool:
    """Whether the first word of a name is nothing else: what follows "بيان" or "وسام" need not be a name."""
    word = sentence.tokens[at].word
    is_only = all(hit.table in _PLAIN_NAME for hit in word.hits)
    return is_only and len(words[at][1].value.name) >= max(_SURE, len(word.folded))


def is_owner(passage: Passage, chunk: Chunk, at: int) -> bool:
    """Say whether the person named at a token of a party owns what is told before: "جيش القذافي", "مستشار خامنئي"."""
    sentence, labels = passage.sentences[chunk.sentence], passage.roles[chunk.sentence].labels
    if at == 0 or (at <= chunk.first and labels[at - 1] == "O"):
        return False
    word = sentence.tokens[at - 1].word
    if word.kind != "word" or word.has_article or word.suffix:
        return False
    titles = hits_between(sentence, max(0, at - _LONGEST_TITLE), at - 1, "titles")
    if any(last == at - 1 and hit.value.kind in _BARE_TITLES for _, last, hit in titles):
        return False
    return all(hit.table not in _OF_NAMES for hit in word.hits)


def _in_latin(
    passage: Passage,
    sentence: int,
    at: int,
    words: dict[int, tuple[int, Hit]],
    romanise: Callable[[str], str] | None,
) -> str:
    """A word of a name in Latin letters: as it is usually spelt, else letter by letter; nothing for what is no name."""
    if at in words:
        latin: str = words[at][1].value.latin
        return latin
    token = passage.sentences[sentence].tokens[at]
    if at <= min(words, default=at) or romanise is None or not is_unknown(token.word) or token.word.is_definite:
        return ""
    return romanise(passage.text[token.start : token.end])


def names_in(sentence: Sentence, first: int, last: int) -> dict[int, tuple[int, Hit]]:
    """Return the words of persons' names among tokens first to last: by first token the last and the row.

    "الوزير السعودي" is a minister, though both words are also names.
    """
    found: dict[int, tuple[int, Hit]] = {}
    longer = hits_between(sentence, first, last, "actors", "titles", "bodies", "trigger_blockers")
    taken = {i for at, end, _ in longer if end > at for i in range(at, end + 1)}  # "بيونغ يانغ", "المتحدث باسم"
    for at, end, hit in hits_between(sentence, first, last, "person_names"):
        if at in taken:
            continue
        tables = {other.table for other in sentence.tokens[at].word.hits} if at == end else frozenset[str]()
        is_adjective = "nisbas" in tables and not any(e == at - 1 for e, _ in found.values())
        if not is_adjective and tables.isdisjoint(_DESCRIBING) and (at not in found or end > found[at][0]):
            found[at] = (end, hit)
    return found


def is_unknown(word: Word, known: Set[str] = _LISTED) -> bool:
    """Say whether a word is in no list but the gazetteer's (`known`), and so may be somebody's name."""
    is_plain = word.kind == "word" and not word.prefix[:-1] and "and" not in word.marks
    return is_plain and len(word.folded) > _PARTICLE and all(hit.table in known for hit in word.hits)


def latin_name(passage: Passage, chunk: Chunk) -> str | None:
    """Return the name that ends a chunk in Latin letters: "المتحدث Abebe Fantahun", "UNMISS"."""
    tokens = passage.sentences[chunk.sentence].tokens[chunk.first : chunk.last + 1]
    own = list(takewhile(lambda token: token.word.kind == "latin", reversed(tokens)))
    if not own:
        return None
    name = passage.text[own[-1].start : own[0].end]
    is_full = len(own) >= _FEWEST and all(passage.text[token.start].isupper() for token in (own[0], own[-1]))
    return name if is_full or (name.isupper() and len(name) >= _FEWEST) else None


def is_another(sentence: Sentence, at: int, last: int, name: str) -> bool:
    """Say whether the words beside a surname at a token make it somebody else's: "نورا جونسون" is not Boris Johnson, nor
    "بافل دوروف" Petr Pavel; `last` is the last token of the party.
    """
    following = sentence.tokens[at + 1].word if at + 1 < len(sentence.tokens) else None
    if following is not None and not following.is_definite and is_unknown(following, _NAME_BEHIND):
        is_name = at < last or any(hit.table == "person_names" for hit in following.hits)
        if is_name:
            return True
    hits = sentence.tokens[at - 1].word.hits if at else ()
    if not hits or any(hit.table != "person_names" and hit.table != "places" for hit in hits):
        return False
    given = next((hit.value.latin.casefold() for hit in hits if hit.table == "person_names"), None)
    return given is not None and not any(_is_like(given, word) for word in name.casefold().split())


def _is_like(a: str, b: str) -> bool:
    """Whether two spellings may be of one name: they share most of their letters."""
    return SequenceMatcher(None, a, b).ratio() >= _ALIKE


def surname_of(sentence: Sentence, first: int, last: int) -> str:
    """Return the folded last word of what may be a person's name, by which the story may call him again."""
    return sentence.tokens[last].word.folded if last > first else ""


def referred(passage: Passage, chunk: Chunk, known: Sequence[Known], actors: Actors) -> tuple[Known, str] | None:
    """Return what a word that stands for a name means here, with the rule: the nearest earlier name of a fitting kind."""
    word = passage.sentences[chunk.sentence].tokens[chunk.first].word
    hit = next((h for h in word.hits if h.table == "anaphors"), None)
    if chunk.last > chunk.first:
        return None
    known = known[-_FAR:]
    if hit is None:
        again = next((k for k in reversed(known) if k.kind == "person" and k.surname == word.folded), None)
        return (again, f"{again.name}, named before") if again else None
    kinds = hit.value.kinds.split("|")
    if _OWN_COUNTRY in kinds:
        return _own_country(known, actors, f"anaphors.tsv:{hit.row}") if word.suffix else None
    meant = next((k for k in reversed(known) if k.kind in kinds), None) if word.is_definite else None
    return (meant, f"anaphors.tsv:{hit.row} {meant.name}") if meant else None


def _own_country(known: Sequence[Known], actors: Actors, rule: str) -> tuple[Known, str] | None:
    """The state of whoever was named last as acting or speaking: "قال الوزير التركي إن بلاده …"."""
    belonging = [k for k in known[-_RECENT:] if k.country]
    owner = next((k for k in reversed(belonging) if k.acts), belonging[-1] if belonging else None)
    state = actors.state(owner.country) if owner and owner.country else None
    if state is None:
        return None
    return Known(state.name, state.country, None, state.id, "state", "", False), rule
