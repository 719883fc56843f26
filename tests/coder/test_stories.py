"""Two stories pasted together are told apart and dated by their own datelines; one story stays whole."""

from __future__ import annotations

from marsad.coder.stories import find_stories
from marsad.lang.ar.reading import Arabic
from marsad.model import Document, Story

STRIKE = (
    "مقتل أربعة في قصف على بلدة حدودية\n"
    "عدن - الأحد 4 أيار 2025. قُتل أربعة أشخاص مساء السبت عندما سقطت قذائف على بلدة حدودية، وفق مصدر طبي. "
    "وأضاف المصدر أن الجرحى نُقلوا إلى مستشفى المدينة."
)
TALKS = (
    "جولة محادثات جديدة في جنيف\n"
    "جنيف، 9 حزيران/يونيو 2025 - التقى وزيرا خارجية البلدين صباح الاثنين في مقر الأمم المتحدة. "
    "واتفقا على استئناف المفاوضات خلال أسبوعين."
)


def stories(arabic: Arabic, text: str, **known: object) -> tuple[Story, ...]:
    document = Document(id="r", text=text, **known)  # type: ignore[arg-type]
    noise = arabic.find_noise(text)
    sentences = [s for s in arabic.read_sentences(text, 0, len(text)) if not any(a <= s.start < b for a, b in noise)]
    return find_stories(document, sentences, noise, arabic)


def test_two_pasted_stories_are_told_apart_and_dated_by_their_own_datelines(arabic: Arabic) -> None:
    text = f"{STRIKE}\n\n{TALKS}"
    found = stories(arabic, text)
    assert [text[s.start : s.end] for s in found] == [STRIKE, TALKS]
    assert [s.published for s in found] == ["2025-05-04", "2025-06-09"]


def test_a_headline_that_repeats_the_caption_is_no_story_of_its_own(arabic: Arabic) -> None:
    text = "تشييع قتلى الغارة في المدينة\nتشييع قتلى الغارة على المدينة\n\n" + STRIKE
    assert len(stories(arabic, text)) == 1


def test_paragraphs_of_one_report_stay_together(arabic: Arabic) -> None:
    text = (
        "قصف الجيش مواقع المتمردين قرب العاصمة فجر الجمعة وقتل سبعة منهم، بحسب متحدث عسكري.\n\n"
        "وقال المتحدث إن المتمردين ردوا بقذائف الهاون على العاصمة من دون أن توقع قتلى في صفوف الجيش.\n\n"
        "وكان المتمردون هاجموا العاصمة قبل أسبوع."
    )
    assert len(stories(arabic, text)) == 1


def test_a_date_handed_in_for_a_story_is_taken(arabic: Arabic) -> None:
    text = f"{STRIKE}\n\n{TALKS}"
    found = stories(arabic, text, story_dates=(("جولة محادثات", "2025-06-10"),))
    assert [s.published for s in found] == ["2025-05-04", "2025-06-10"]


def test_share_buttons_and_related_headlines_are_noise(arabic: Arabic) -> None:
    text = f"شارك على فيسبوك\n{STRIKE}\n\nاقرأ أيضا:\nانفجار في مصنع للألعاب النارية\n"
    found = stories(arabic, text)
    assert len(found) == 1
    assert "شارك" not in text[found[0].start : found[0].end]
    noise = [text[a:b] for a, b in arabic.find_noise(text)]
    assert "اقرأ أيضا:" in noise
    assert "انفجار في مصنع للألعاب النارية" in noise


def test_no_text_has_no_story(arabic: Arabic) -> None:
    assert stories(arabic, "\n \n") == ()
