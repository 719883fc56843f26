"""Counts and sums of money, one row of `numbers.tsv` and `money.tsv` each, and round trips of spelled numbers."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.lang.ar.number_hints import CurrencyRow, UnitRow, VagueRow
from marsad.lang.ar.number_words import NumberRow, read_digits
from marsad.lang.ar.numbers import NumberReader
from marsad.lang.ar.script import TOKEN, fold_word
from marsad.language import DatePhrase, Hit, Token, Word
from marsad.model import Quantity
from marsad.resources import DATA, read_tsv

CASES = Path(__file__).parents[2] / "cases"
DUALS = ("قتيلان", "طفلتان", "صاروخان", "جنديين", "قذيفتي")
UNITS = {
    "distance": ("كيلومتر", "كيلومترات", "متر", "ميل"),
    "weight": ("طن", "كيلوغرام"),
    "percent": ("في المئة", "بالمئة", "في المائة"),
    "time": ("عام", "أعوام", "سنة", "سنوات", "يوم", "أيام", "ساعة", "ساعات", "شهر", "أشهر", "دقيقة", "دقائق"),
}


def tokens(text: str) -> list[Token]:
    found = []
    for match in TOKEN.finditer(text):
        folded = fold_word(match.group())
        kind = "latin" if match.lastgroup == "word" and folded.isascii() else match.lastgroup or "mark"
        hits = (Hit("victims", 2, "person", None, "dual"),) if match.group() in DUALS else ()
        found.append(Token(match.start(), match.end(), Word(folded, kind, hits=hits)))
    return found


@pytest.fixture(scope="module")
def reader() -> NumberReader:
    return make_reader()


def make_reader() -> NumberReader:
    return NumberReader(
        read_tsv(DATA / "ar" / "numbers.tsv", NumberRow),
        read_tsv(DATA / "ar" / "number_words_vague.tsv", VagueRow),
        [UnitRow(word, word, kind, "own") for kind, words in UNITS.items() for word in words],
        read_tsv(DATA / "ar" / "currencies.tsv", CurrencyRow),
    )


def show(quantity: Quantity) -> str:
    if quantity.vague:
        return quantity.vague
    bounds = ("" if q is None else str(q) for q in (quantity.min, quantity.max))
    return ("~" if quantity.approx else "") + "..".join(bounds)


def show_counts(reader: NumberReader, text: str) -> str:
    """ "17.. شخصا" for at least 17 with their noun, "30..30 /percent" for what counts nobody."""
    found = tokens(text)
    shown = []
    for count in reader.find_counts(found):
        noun = "" if count.noun is None else " " + text[found[count.noun].start : found[count.noun].end]
        shown.append(show(count.quantity) + noun + (f" /{count.unit}" if count.unit else ""))
    return "; ".join(shown) or "none"


def show_amounts(reader: NumberReader, text: str) -> str:
    amounts = reader.find_amounts(tokens(text))
    return "; ".join(f"{show(a.quantity)} {a.currency or '?'}" for a in amounts) or "none"


def cases(name: str) -> list[dict[str, str]]:
    with (CASES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.parametrize("case", cases("numbers.tsv"), ids=lambda c: c["note"])
def test_counts_are_read_with_bounds_noun_and_unit(reader: NumberReader, case: dict[str, str]) -> None:
    assert show_counts(reader, case["text"]) == case["expected"]


@pytest.mark.parametrize("case", cases("money.tsv"), ids=lambda c: c["note"])
def test_sums_of_money_are_read_with_bounds_and_currency(reader: NumberReader, case: dict[str, str]) -> None:
    assert show_amounts(reader, case["text"]) == case["expected"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("مسافة كيلومترين من النهر", "2..2 كيلومترين /distance"),
        ("توقف بعد يومين", "2..2 يومين /time"),
        ("حمولة طنين", "2..2 طنين /weight"),
        ("منذ سنين", "none"),
    ],
)
def test_the_shipped_units_have_duals(text: str, expected: str) -> None:
    shipped = NumberReader(
        read_tsv(DATA / "ar" / "numbers.tsv", NumberRow),
        read_tsv(DATA / "ar" / "number_words_vague.tsv", VagueRow),
        read_tsv(DATA / "ar" / "units.tsv", UnitRow),
        read_tsv(DATA / "ar" / "currencies.tsv", CurrencyRow),
    )
    assert show_counts(shipped, text) == expected


UNIT_WORDS = ("", "واحد", "اثنان", "ثلاثة", "أربعة", "خمسة", "ستة", "سبعة", "ثمانية", "تسعة", "عشرة")
TENS = ("", "", "عشرون", "ثلاثون", "أربعون", "خمسون", "ستون", "سبعون", "ثمانون", "تسعون")
HUNDREDS = ("", "مئة", "مئتان", *(f"{h}مئة" for h in ("ثلاث", "أربع", "خمس", "ست", "سبع", "ثمان", "تسع")))
SCALES = ((10**6, "مليون", "مليونان", "ملايين"), (10**3, "ألف", "ألفان", "آلاف"))


def spell_below_thousand(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    parts = [HUNDREDS[hundreds]] if hundreds else []
    if 0 < rest <= 10:
        parts.append(UNIT_WORDS[rest])
    elif rest < 20 and rest:
        parts.append({11: "أحد عشر", 12: "اثنا عشر"}.get(rest) or f"{UNIT_WORDS[rest - 10]} عشر")
    elif rest:
        parts += [word for word in (UNIT_WORDS[rest % 10], TENS[rest // 10]) if word]
    return " و".join(parts)


def spell(number: int) -> str:
    parts = []
    for scale, one, two, many in SCALES:
        count, number = divmod(number, scale)
        if count in (1, 2):
            parts.append(one if count == 1 else two)
        elif count:
            parts.append(f"{spell_below_thousand(count)} {many if 3 <= count % 100 <= 10 else one}")
    return " و".join([*parts, *([spell_below_thousand(number)] if number else [])])


@given(st.integers(3, 999_999_999))
def test_a_spelled_number_reads_back(number: int) -> None:
    found = SHARED.find_counts(tokens(spell(number)))
    assert [(c.quantity.min, c.quantity.max) for c in found] == [(number, number)]


@given(st.integers(0, 10**12))
def test_grouped_digits_read_back(number: int) -> None:
    assert read_digits(f"{number:,}", before_scale=False) == number


@given(st.text(alphabet="واحدعشرةمئألفمليون 0123456789.,-/:()%$ـ", max_size=60))
def test_odd_text_never_raises_and_spans_hold(text: str) -> None:
    found = tokens(text)
    for count in SHARED.find_counts(found):
        assert 0 <= count.first <= count.last < len(found)
        assert count.noun is None or 0 <= count.noun < len(found)


def test_numbers_inside_a_date_are_no_counts(reader: NumberReader) -> None:
    found = tokens("وصل في 7 مارس 2025 خمسة عمال")
    date = DatePhrase(2, 4, "absolute", None, "test")
    counts = reader.find_counts(found, [date])
    assert [(c.quantity.min, c.unit) for c in counts] == [(None, "date"), (5, None)]


def test_a_plural_spelled_like_a_dual_is_not_counted() -> None:
    hits = tuple(Hit("victims", 2, "civilian", None, form) for form in ("dual", "plural"))
    assert SHARED.find_counts([Token(0, 6, Word("مدنيين", "word", hits=hits))]) == []


class Noun(NamedTuple):
    plural: str | None


@pytest.mark.parametrize(
    ("text", "table", "plural", "expected"),
    [
        ("قُتل جنديين", "role_nouns", "جنود", [2]),
        ("انتُشلت جثتي رجل", "role_nouns", None, [2]),
        ("هدم منزلين", "damage", "منازل", [2]),
        ("هدم معبدين", "damage", None, [2]),
        ("فرّق متظاهرين", "role_nouns", None, []),
        ("نجا مصلين", "role_nouns", "مصلون", []),
        ("اعتُقل متظاهرين اثنين", "role_nouns", None, [2]),
        ("قصف صاروخي عنيف", "weapons", None, []),
        ("طائرات حربية", "triggers", None, []),
        ("حركة طالبان", "role_nouns", "طلاب", []),
    ],
)
def test_a_dual_is_told_from_what_is_spelled_alike(
    text: str, table: str, plural: str | None, expected: list[int]
) -> None:
    found = tokens(text)
    folded = found[1].word.folded
    suffix = "ه" if folded.endswith("يه") else ""
    hits = (Hit(table, 2, "person", Noun(plural), "dual"),)
    word = Word(folded, "word", stem=folded.removesuffix("ه") if suffix else folded, suffix=suffix, hits=hits)
    found[1] = found[1]._replace(word=word)
    if text.startswith("قصف"):
        found[0] = found[0]._replace(word=Word("قصف", "word", hits=(Hit("triggers", 3, "ASSAULT", None, "singular"),)))
    assert [c.quantity.min for c in SHARED.find_counts(found)] == expected


SHARED = make_reader()
