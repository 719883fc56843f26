"""The benchmark reads reports like the exam's, the same on every run."""

from itertools import islice

from bench.read import make_reports
from eval.corpus import exam_cases
from marsad.model import Document


def texts(count: int) -> list[str]:
    return [document.text for document in make_reports(count)]


def test_the_same_reports_every_time() -> None:
    assert texts(20) == texts(20)
    assert [d.text for d in islice(make_reports(1000), 20)] == texts(20)


def test_no_report_repeats_another() -> None:
    assert len(set(texts(200))) == 200


def test_reports_have_the_sizes_of_the_exam() -> None:
    sizes = [len(case.document.text) for case in exam_cases()]
    made = texts(400)
    average = sum(map(len, made)) / len(made)
    wanted = sum(sizes) / len(sizes)
    assert wanted <= average <= 1.15 * wanted


def test_reports_are_documents_with_a_date() -> None:
    document = next(make_reports(1))
    assert isinstance(document, Document)
    assert document.published
