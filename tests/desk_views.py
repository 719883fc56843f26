"""A record for the pages of relations, talks, agreements, sources and words: some reports of our own over two weeks."""

from __future__ import annotations

from pathlib import Path

from incident_gold import add, read

from marsad import pipeline
from marsad.model import Document
from marsad.record import open_record

REPORTS = (
    (
        "v1",
        "2025-07-15",
        "alpha",
        "قصفت روسيا مدينة خاركيف في أوكرانيا بالصواريخ يوم الاثنين، ما أدى إلى مقتل 5 أشخاص.",
    ),
    (
        "v2",
        "2025-07-16",
        "beta",
        "أعلنت السلطات أن 5 أشخاص قتلوا في قصف روسي بالصواريخ على مدينة خاركيف الأوكرانية يوم الاثنين.",
    ),
    (
        "v3",
        "2025-07-22",
        "alpha",
        "التقى وفد روسيا بوفد أوكرانيا في إسطنبول يوم الثلاثاء لبحث تبادل الأسرى ووقف إطلاق النار.",
    ),
    (
        "v4",
        "2025-07-24",
        "beta",
        "شنت أوكرانيا هجوما بطائرات مسيرة على مدينة بيلغورود في روسيا يوم الأربعاء وقتل 2.",
    ),
    ("v5", "2025-07-25", "gamma", "رفضت أوكرانيا يوم الخميس مقترح روسيا لوقف إطلاق النار."),
    ("v6", "2025-07-27", "gamma", "قتل 9 أشخاص في قصف روسي على مدينة خاركيف يوم السبت، ونفت روسيا ذلك."),
)


def make_record(path: Path) -> None:
    """Fill a record with these reports, read and linked."""
    reader = pipeline.load_reader()
    with open_record(str(path), pipeline.load_fold()) as record:
        reports = [Document(id=i, text=text, published=day, publisher=who) for i, day, who, text in REPORTS]
        add(record, read(reader, reports).values())
