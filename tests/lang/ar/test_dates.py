"""Date phrases and datelines, one row of `tests/cases/dates.tsv` each, and what holds of every date."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.lang.ar.dates import DateReader
from marsad.lang.ar.dates_words import MonthRow, TimeRow, WeekdayRow
from marsad.lang.ar.number_words import NumberRow
from marsad.lang.ar.script import TOKEN, fold_word
from marsad.language import Token, Word
from marsad.resources import DATA, read_tsv

CASES = Path(__file__).parents[2] / "cases"


def make_reader() -> DateReader:
    return DateReader(
        read_tsv(DATA / "ar" / "numbers.tsv", NumberRow),
        read_tsv(DATA / "ar" / "months.tsv", MonthRow),
        read_tsv(DATA / "ar" / "weekdays.tsv", WeekdayRow),
        read_tsv(DATA / "ar" / "time_words.tsv", TimeRow),
    )


READER = make_reader()


def tokens(text: str, futures: tuple[str, ...] = ()) -> list[Token]:
    found = []
    for match in TOKEN.finditer(text):
        prefix = ("س",) if match.group() in futures else ()
        word = Word(fold_word(match.group()), match.lastgroup or "mark", prefix=prefix)
        found.append(Token(match.start(), match.end(), word))
    return found


def show_dates(text: str, published: str | None) -> str:
    """The days of each phrase, "open" where they cannot be known, "none" if there is no phrase."""
    shown = []
    for phrase in READER.find_dates(tokens(text)):
        days = READER.resolve_date(phrase, published)
        shown.append("open" if days is None else days.start if days.start == days.end else f"{days.start}/{days.end}")
    return "; ".join(shown) or "none"


def cases(name: str) -> list[dict[str, str]]:
    with (CASES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.parametrize("case", cases("dates.tsv"), ids=lambda c: c["note"])
def test_date_phrases_mean_these_days(case: dict[str, str]) -> None:
    assert show_dates(case["text"], case["published"] or None) == case["expected"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("الجمعة 7 آذار/مارس 2025", "2025-03-07"),
        ("بوغوتا، 28 آب/أغسطس 2025 - قال مسؤول محلي إن الطريق مغلق منذ أيام بسبب السيول", "2025-08-28"),
        ("نشر في: 7 سبتمبر 2023", "2023-09-07"),
        ("آخر تحديث: 07/03/2025 الساعة 14:30", "2025-03-07"),
        ("2025-03-07", "2025-03-07"),
        ("تونس 2 ديسمبر 2025 (خاص) - أصدرت المحكمة حكما في القضية التي شغلت الناس", "2025-12-02"),
        ("الرياض 15 جمادى الأولى 1447 هـ الموافق 06 نوفمبر 2025 م: استقبل الوزير ضيفه", "2025-11-06"),
        ("وقع الطرفان في 8 أكتوبر 2022 اتفاقا جديدا لم ينفذ منه شيء حتى الآن", None),
        ("28 يوليو 2024: انتخابات رئاسية تنازع الطرفان نتيجتها طويلا", None),
        ("الجمعة 7 آذار/مارس", None),
        ("عام 2019", None),
        ("قال الوزير إن الوفد وصل إلى المدينة ثم غادرها إلى العاصمة في رحلة قصيرة 7 مارس 2025", None),
    ],
)
def test_a_dateline_gives_the_day_of_publication(text: str, expected: str | None) -> None:
    assert READER.find_dateline(tokens(text)) == expected


def test_a_verb_in_the_future_turns_a_weekday_ahead() -> None:
    (phrase,) = READER.find_dates(tokens("سيصل الوفد الاثنين", futures=("سيصل",)))
    days = READER.resolve_date(phrase, "2025-03-14")
    assert days is not None
    assert days.start == "2025-03-17"


@pytest.mark.parametrize(
    ("text", "kind"),
    [("7 مارس", "absolute"), ("الخميس", "weekday"), ("أمس", "relative"), ("فجرا", "part"), ("الشهر الماضي", "period")],
)
def test_the_kind_of_phrase_is_told(text: str, kind: str) -> None:
    assert [p.kind for p in READER.find_dates(tokens(text))] == [kind]


def test_a_phrase_covers_its_words() -> None:
    text = "هبت الريح مساء يوم الاثنين الماضي على الساحل"
    found = tokens(text)
    (phrase,) = READER.find_dates(found)
    assert text[found[phrase.first].start : found[phrase.last].end] == "مساء يوم الاثنين الماضي"


PIECES = tuple(case["text"] for case in cases("dates.tsv"))


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=3), st.dates(date(1950, 1, 1), date(2060, 12, 31)))
def test_every_range_starts_before_it_ends(pieces: list[str], published: date) -> None:
    found = tokens(" و".join(pieces))
    last = -1
    for phrase in READER.find_dates(found):
        assert last < phrase.first <= phrase.last < len(found)
        last = phrase.last
        days = READER.resolve_date(phrase, published.isoformat())
        assert days is None or days.start <= days.end


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_figures_read_back(day: date) -> None:
    for text in (day.isoformat(), f"{day.day:02}/{day.month:02}/{day.year}"):
        assert show_dates(text, None) == day.isoformat()


@given(st.text(alphabet="0123456789/-. أمسليوقبنذفجرخت،():", max_size=60))
def test_odd_text_never_raises(text: str) -> None:
    show_dates(text, "2025-03-14")
