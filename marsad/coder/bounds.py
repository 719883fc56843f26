"""Where the words of a party begin and end: what the tagger marked, with its adjective and its name, and cut at "and"."""

from __future__ import annotations

from collections.abc import Iterator

from marsad.coder import naming
from marsad.coder.passage import Chunk, Passage, hits_between
from marsad.language import Hit, Sentence, Word

_LONGEST_NAME = 4  # tokens
_NAMED = ("actors", "nisbas", "person_names")
_TITLED = ("titles", "role_nouns")
_DESCRIBED = frozenset({"place_kinds", "damage", "weapons", "role_nouns"})
_HARMING = frozenset({"outcomes", "triggers", "numbers", "part_words"})


def parties_in(passage: Passage, chunk: Chunk) -> Iterator[Chunk]:
    """Yield the parties of a chunk, each with all words that belong to it: "روسيا وبيلاروس" are two."""
    for part in _apart(passage, chunk):
        yield _with_name(passage, _with_owner(passage, with_nisbas(passage, _whole(passage, part))))


def _whole(passage: Passage, chunk: Chunk) -> Chunk:
    """The chunk with all of the listed name of which it is a piece: "مكتب" + "نتنياهو", "أورسولا فون" + "دير لاين"."""
    sentence, labels = passage.sentences[chunk.sentence], passage.roles[chunk.sentence].labels
    start, end = max(0, chunk.first - _LONGEST_NAME), min(chunk.last + _LONGEST_NAME, len(labels) - 1)
    for first, last, _ in hits_between(sentence, start, end, "actors", "bodies"):
        if last > first and first <= chunk.last and last >= chunk.first:
            more = [*labels[first : chunk.first], *labels[chunk.last + 1 : last + 1]]
            if more and all(label == "O" or label[2:] == chunk.label for label in more):
                chunk = chunk._replace(first=min(first, chunk.first), last=max(last, chunk.last))
    return chunk


def with_nisbas(passage: Passage, chunk: Chunk) -> Chunk:
    """Return the chunk with the adjectives of origin that follow it: "وزارة الخارجية" + "المصرية" is one party."""
    tokens, labels = passage.sentences[chunk.sentence].tokens, passage.roles[chunk.sentence].labels
    last = chunk.last
    is_definite = tokens[last].word.is_definite
    while last + 1 < len(tokens) and tokens[last + 1].word.is_definite is is_definite:
        word = tokens[last + 1].word
        is_other = labels[last + 1] != "O" and labels[last + 1][2:] != chunk.label
        # An adjective alone is nobody else, whatever it was taken for.
        is_alone = last + 2 == len(tokens) or labels[last + 2][:1] != "I"
        if is_other and not (is_definite and is_alone and not any(h.table == "actors" for h in word.hits)):
            break
        if has_clitic(word) or not any(h.table == "nisbas" for h in word.hits):
            break
        last += 1
    return chunk._replace(last=last)


def _with_owner(passage: Passage, chunk: Chunk) -> Chunk:
    """The chunk with the listed person whose it is: "حكومة" + "الكاظمي"."""
    sentence, at = passage.sentences[chunk.sentence], chunk.last + 1
    for first, last, hit in hits_between(sentence, at, min(at + _LONGEST_NAME, len(sentence.tokens)) - 1, "actors"):
        if first == at and hit.value[0].id.startswith(naming.PERSON) and naming.is_owner(passage, chunk, at):
            return chunk._replace(last=last)
    return chunk


def _with_name(passage: Passage, chunk: Chunk) -> Chunk:
    """The chunk with the person's name that follows its title: "مفوض المقاطعة" + "السابق يوهان دياز"."""
    sentence, labels = passage.sentences[chunk.sentence], passage.roles[chunk.sentence].labels
    is_titled = bool(hits_between(sentence, chunk.first, chunk.last, *_TITLED))
    if not is_titled or naming.names_in(sentence, chunk.first, chunk.last):
        return chunk
    start = chunk.last + 1
    if start < len(labels) and labels[start] == "O" and _is_former(sentence.tokens[start].word):
        start += 1
    free = start
    while free < min(len(labels), start + _LONGEST_NAME) and labels[free] == "O":
        free += 1
    names, end = naming.names_in(sentence, start, free - 1), start
    while end in names or (start < end < free and naming.is_unknown(sentence.tokens[end].word)):
        end = names[end][0] + 1 if end in names else end + 1
    is_bare = end > start and not has_clitic(sentence.tokens[start].word)
    return chunk._replace(last=end - 1) if is_bare and end > start + 1 else chunk


def _is_former(word: Word) -> bool:
    """Whether a word describes the title before it: "المفوض السابق", "القائد العسكري"."""
    return word.is_definite or any(hit.table == "status_words" for hit in word.hits)


def has_clitic(word: Word) -> bool:
    """Say whether a word stands under more than the article."""
    return len(word.prefix) > int(word.is_definite)


def _apart(passage: Passage, chunk: Chunk) -> Iterator[Chunk]:
    """The chunk cut before each name that "and" joins to a name."""
    sentence = passage.sentences[chunk.sentence]
    first = chunk.first
    for at in range(chunk.first + 1, chunk.last + 1):
        if _is_joined(sentence, at, chunk.last) and hits_between(sentence, first, at - 1, *_NAMED):
            yield chunk._replace(first=first, last=at - 1)
            first = at
    yield chunk._replace(first=first)


def _is_joined(sentence: Sentence, at: int, last: int) -> bool:
    """Say whether a name begins at a token, under the word "and"."""
    word = sentence.tokens[at].word
    if "and" not in word.marks:
        return False
    names = [_first_word(hit) for first, _, hit in hits_between(sentence, at, last, *_NAMED) if first == at]
    return bool(names) and all(len(name) < len(word.folded) if name else bool(word.prefix) for name in names)


def _first_word(hit: Hit) -> str:
    """The first word of a name as the lexicon has it; nothing for an adjective, which stands under its lemma."""
    name = hit.value.name if hit.table == "person_names" else hit.form if hit.table == "actors" else ""
    return name.split()[0] if name else ""


def describes(sentence: Sentence, at: int) -> bool:
    """Say whether a word for people only describes what stands before it: "منشأة مدنية", "عمال أجانب", "بيان صحفي"."""
    before, word = sentence.tokens[at - 1].word if at else None, sentence.tokens[at].word
    if before is None or has_clitic(word) or before.has_article != word.has_article:
        return False
    if any(hit.table == "speech_verbs" and hit.value.pos == "noun" for hit in before.hits):
        return True
    tables = {hit.table for hit in before.hits}
    return bool(tables & _DESCRIBED) and tables.isdisjoint(_HARMING)
