"""A report's path: what becomes of each input, and that one bad report takes no other with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from standin import TEXT, StandIn

from marsad.errors import ResourceError
from marsad.intake import InputProblem
from marsad.model import CodedDocument, Document
from marsad.pipeline import data_version, load_fold, load_reader, process
from marsad.record import Filters, open_record

PROBLEM = InputProblem(where="x.txt", reason="there is no text", remedy="give one")


def test_without_a_record() -> None:
    inputs = [
        Document(id="a", text=TEXT),
        PROBLEM,
        Document(id="b", text="hello"),
        Document(id="c", text="انفجر القارئ"),
        Document(id="d", text=TEXT),
    ]
    outcomes = list(process(inputs, StandIn()))
    assert [o.state for o in outcomes] == ["read", "failed", "unread", "failed", "read"]
    assert outcomes[1].problem == "x.txt: there is no text; give one."
    assert "in no language that Marsad reads (ar); it was not read" in str(outcomes[2].problem)
    assert "c: the coder failed (ValueError: no such clause)" in str(outcomes[3].problem)


def test_with_a_record(tmp_path: Path) -> None:
    with open_record(str(tmp_path / "r.db")) as record:
        run = record.start_run("1", "data")
        inputs = [Document(id="a", text=TEXT), Document(id="b", text="hello"), Document(id="a", text=TEXT)]
        outcomes = list(process(inputs, StandIn(), record, run))
        assert [o.state for o in outcomes] == ["added", "unread", "unchanged"]
        kept = {report.id: report.language for report in record.reports(Filters())}
        assert kept == {"a": "ar", "b": None}, "a text that is not read is kept and marked"


def test_what_is_known_is_not_read_again(tmp_path: Path) -> None:
    class Once(StandIn):
        count = 0

        def read(self, document: Document) -> CodedDocument:
            Once.count += 1
            return super().read(document)

    with open_record(str(tmp_path / "r.db")) as record:
        run = record.start_run("1", "data")
        list(process([Document(id="a", text=TEXT)] * 3, Once(), record, run))
    assert Once.count == 1


def test_broken_data_stops_everything() -> None:
    class Broken(StandIn):
        def read(self, document: Document) -> CodedDocument:
            raise ResourceError(f"triggers.tsv:3 is broken, found by {document.id}")

    with pytest.raises(ResourceError):
        list(process([Document(id="a", text=TEXT)], Broken()))


def test_inputs_are_taken_one_at_a_time() -> None:
    taken = []

    def documents() -> object:
        for name in "abc":
            taken.append(name)
            yield Document(id=name, text=TEXT)

    next(process(documents(), StandIn()))  # type: ignore[arg-type]
    assert taken == ["a"]


def data_folder(path: Path, weights: str) -> Path:
    (path / "ar").mkdir(parents=True)
    (path / "codebook.yaml").write_text("types: {}")
    (path / "ar" / "weights.tsv").write_text(weights)
    return path


def test_the_data_version_names_what_the_files_hold_wherever_they_stand(tmp_path: Path) -> None:
    first, clone, other = (data_folder(tmp_path / n, w) for n, w in (("a", "1.0"), ("b", "1.0"), ("c", "1.1")))
    (clone / "notes.txt").write_text("nothing is read from here")
    assert data_version(first) == data_version(clone)
    assert data_version(first) != data_version(other), "trained weights are data too"
    assert len(data_version()) == 16


def test_spellings_are_alike_in_search() -> None:
    fold = load_fold()
    assert fold("سُومى") == fold("سومي")


@pytest.mark.parametrize("number", ["9" * 23, "٩" * 23 + " مليون", "9" * 400 + ".5"])
def test_a_row_of_digits_that_counts_nothing_is_kept_like_any_report(tmp_path: Path, number: str) -> None:
    text = f"أدى قصف روسي على مدينة سومي يوم الاثنين إلى مقتل {number} شخص وإصابة {number} آخرين، وفق السلطات المحلية."
    with open_record(str(tmp_path / "r.db"), load_fold()) as record:
        run = record.start_run("1", "d")
        (outcome,) = process([Document(id="r1", text=text)], load_reader(), record, run)
        assert outcome.state == "added", outcome.problem
        (incident,) = record.incidents(Filters())
        assert all(figure.best < 10**9 for figure in incident.summary.reckoning.figures.values())
