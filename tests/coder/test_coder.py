"""The reader as shipped on odd texts: it never raises, quotes what stands there, says the same twice, guesses no day."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marsad.model import CodedDocument, Document, Span
from marsad.pipeline import Reader

ATTACK = "قصفت القوات الروسية مدينة سومي يوم الاثنين، ما أدى إلى مقتل ثلاثة مدنيين وإصابة 12 آخرين، وفق السلطات."
ODD = {
    "empty": "",
    "spaces": " \t\u00a0\n \u200b",
    "emoji": "💥🔥🚀🇺🇦" * 50,
    "one long word": "قصف" * 6_667,
    "mixed directions": "\u202e" + ATTACK + "\u202c\u2067abc\u2069\u200f" + ATTACK[::-1] + "\u202d",
    "presentation forms": "ﻗﺼﻔﺖ ﺍﻟﻘﻮﺍﺕ ﺍﻟﺮﻭﺳﻴﺔ ﻣﺪﻳﻨﺔ ﺳﻮﻣﻲ، ﻭﻗﹸﺘﻞ ٣ ﺃﺷﺨﺎﺹ ﷺ ﷲ ﻻ",
    "only numbers": "3 12 4,500 ٧ ١٢٫٥ 1/2 2024-02-30 99:99 ١٠٠٠٠٠٠٠٠٠٠٠٠٠٠ %5 $ ",
    "only line breaks": "\n" * 5_000,
    "line breaks between": ("\n" * 50).join(ATTACK.split(" ")),
    "nested quotes": "قال «إن " * 60 + ATTACK + "»" * 60,
    "unclosed brackets": "(" * 500 + ATTACK + "[" * 500,
    "vowel signs alone": "\u064b\u064c\u0651" * 300,
    "stretched": "ق" + "ـ" * 2_000 + "صفت القوات الروسية مدينة سومي",
    "control characters": "\x00\x1b[31m" + ATTACK.replace(" ", "\x0b") + "\ud7ff\uffff",
    "other languages": "Russia shelled Sumy on Monday. Росія обстріляла Суми. 俄罗斯炮击苏梅。" + ATTACK,
    "digits glued": "قُتل3أشخاص و4جرحى في5هجمات يوم32فبراير2024",
}
STRIKE = "مقتل أربعة في قصف على بلدة حدودية\nعدن - الأحد 4 أيار 2025. " + ATTACK.replace("يوم الاثنين", "مساء السبت")
TALKS = (
    "جولة محادثات جديدة في جنيف\nجنيف، 9 حزيران/يونيو 2025 - التقى وزيرا خارجية مصر وتركيا في جنيف صباح الاثنين. "
    "واتفقا على استئناف المفاوضات خلال أسبوعين."
)
WORDS = sorted({*ATTACK.split(), "أمس", "و", "لم", "سـ", "«", "»", ":", "\n\n", "٣", "12", "من", "أصل", "إن", "،", "."})


def spans_in(value: object) -> Iterator[Span]:
    """Every span in a coded value, however deep."""
    if isinstance(value, Span):
        yield value
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from spans_in(getattr(value, name))
    elif isinstance(value, list | tuple):
        for part in value:
            yield from spans_in(part)


def check(reader: Reader, text: str, published: str | None = "2025-07-22") -> CodedDocument:
    """Read a text; whatever it is, what comes out quotes it, lies inside it, and comes out again."""
    document = Document(id="r", text=text, published=published)
    coded = reader.read(document)
    assert coded.document.text == text
    for event in coded.events:
        spans = list(spans_in(event))
        assert event.trigger in spans
        for span in spans:
            assert 0 <= span.start < span.end <= len(text)
            assert text[span.start : span.end] == span.text
        assert any(s.start <= event.trigger.start and event.trigger.end <= s.end for s in coded.stories)
        assert 0 <= event.confidence <= 1
        if event.date is not None:
            first, last = map(datetime.date.fromisoformat, (event.date.start, event.date.end))
            assert first <= last
    ids = [event.id for event in coded.events]
    assert len(ids) == len(set(ids))
    assert reader.read(document) == coded
    return coded


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
def test_odd_texts_are_read_without_a_fuss(reader: Reader, text: str) -> None:
    check(reader, text)
    check(reader, text, published=None)


@settings(max_examples=60, derandomize=True)
@given(st.lists(st.sampled_from(WORDS), max_size=60))
def test_words_in_any_order_are_read(reader: Reader, words: list[str]) -> None:
    check(reader, " ".join(words))


@settings(max_examples=40, derandomize=True)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_any_characters_are_read(reader: Reader, text: str) -> None:
    check(reader, ATTACK + text + ATTACK, published=None)


@pytest.mark.parametrize("words", ["يوم الاثنين", "أمس", "الليلة الماضية", "الخميس الماضي", "اليوم", "قبل يومين"])
def test_without_a_day_of_publication_no_day_is_guessed(reader: Reader, words: str) -> None:
    text = ATTACK.replace("يوم الاثنين", words)
    undated = check(reader, text, published=None).events
    assert undated
    assert all(event.date is None for event in undated)
    assert any(event.date is not None for event in check(reader, text).events)


def test_the_words_of_an_unknown_day_are_kept(reader: Reader) -> None:
    kept = [event.date_text for event in check(reader, ATTACK, published=None).events]
    assert "يوم الاثنين" in [span.text for span in kept if span]


def test_a_full_date_needs_no_day_of_publication(reader: Reader) -> None:
    events = check(reader, ATTACK.replace("يوم الاثنين", "يوم 3 مارس 2025"), published=None).events
    assert {event.date.start for event in events if event.date} == {"2025-03-03"}


def test_what_is_not_told_is_not_there(reader: Reader) -> None:
    assert check(reader, ODD["emoji"]).events == ()
    assert check(reader, ODD["only line breaks"]).events == ()
    assert check(reader, ODD["only numbers"]).events == ()


def test_presentation_forms_are_read_like_letters(reader: Reader) -> None:
    assert [event.type for event in check(reader, ODD["presentation forms"]).events] == ["ASSAULT"]


def test_two_pasted_stories_are_dated_by_their_own_datelines(reader: Reader) -> None:
    coded = check(reader, f"{STRIKE}\n\n{TALKS}", published=None)
    assert [story.published for story in coded.stories] == ["2025-05-04", "2025-06-09"]
    days = {event.date.start for event in coded.events if event.date}
    assert "2025-05-03" in days
    assert days <= {"2025-05-03", "2025-05-04", "2025-06-09"}


@pytest.mark.parametrize("digit", ["¹", "②", "៣", "𝟛", "١", "½"])
def test_digits_of_every_kind_are_read_without_a_fuss(reader: Reader, digit: str) -> None:
    check(
        reader, f"{digit}0 {digit} آذار {digit}{digit}{digit}{digit} قُتل {digit} أشخاص و{digit}/{digit}/2024 " + ATTACK
    )


def test_counted_families_are_no_captures(reader: Reader) -> None:
    read = reader.read(Document(id="r", text="غادرت 70 أسر من حي الصناعة بعد ليلة من القصف.", published="2025-07-22"))
    assert "أسر" not in {span.text for event in read.events for span in (event.trigger, *event.mentions)}
