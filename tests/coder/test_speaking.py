"""Who speaks: parties beside words of speech."""

from __future__ import annotations

from marsad import lang
from marsad.coder.passage import Chunk, Passage
from marsad.coder.speaking import speech_beside

ARABIC = lang.load("ar")


def beside(text: str, party: str) -> tuple[str, str, str]:
    sentences = ARABIC.read_sentences(text, 0, len(text))
    start = text.index(party)
    tokens = sentences[0].tokens
    first = next(i for i, token in enumerate(tokens) if token.start >= start)
    last = max(i for i, token in enumerate(tokens) if token.end <= start + len(party))
    return speech_beside(Passage(text, 0, None, sentences, [], []), Chunk(0, first, last, "ACT"))


def test_a_verb_of_speech_before_a_party_is_seen() -> None:
    before, after, colon = beside("وقال المحافظ إن قذيفة سقطت على سوق البلدة", "المحافظ")
    assert before.startswith("verb/states")
    assert (after, colon) == ("", "")


def test_a_party_cited_at_the_end_is_seen() -> None:
    assert beside("سقطت قذيفة على سوق البلدة، بحسب الدفاع المدني", "الدفاع المدني")[0].startswith("preposition")


def test_a_colon_after_a_party_is_seen() -> None:
    assert beside("الدفاع المدني: قتيل في قصف على السوق", "الدفاع المدني")[2] == "0"


def test_a_verb_of_speech_after_a_party_is_seen() -> None:
    assert beside("الرئاسة أعلنت مقتل جندي في كمين", "الرئاسة")[1].startswith("verb/states")


def test_a_party_that_only_acts_speaks_not() -> None:
    assert beside("قصف الجيش مواقع على أطراف البلدة", "الجيش") == ("", "", "")
