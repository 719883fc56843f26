"""Every line that the documents tell to type, typed page by page, in its order, into an empty folder."""

from __future__ import annotations

import importlib.util
import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from standin import Ran

from marsad import cli, pipeline
from marsad.pipeline import Reader
from marsad.publication.policy import load_policy
from marsad.record import Filters, open_record

ROOT = Path(__file__).resolve().parent.parent
REPORTS = {
    "r1": "قصفت مسيرات روسية مدينة سومي يوم الاثنين، ما أدى إلى مقتل 3 مدنيين وإصابة 12 آخرين، وفق السلطات المحلية.",
    "r7": "قتل 5 مدنيين في قصف روسي على مدينة سومي يوم الاثنين.\nواعتقلت الشرطة التركية 4 متظاهرين في إسطنبول يوم الأحد.",
    "r9": "قتل 9 مدنيين في قصف روسي على مدينة خاركيف يوم الأحد.",
}
# What does not run here, and what runs it.
ELSEWHERE = (
    ("make ", "CI: .ci/run makes the demo and the tests, and these the rest"),
    ("pip install", "CI: .ci/run installs the package alone, and runs it"),
    ("createdb ", "tests/test_record.py makes databases on a server of its own"),
    ("export MARSAD_RECORD", "tests/test_record.py runs every test of the record on PostgreSQL"),
    ("marsad assist", "tests/test_assistant.py asks what it serves"),
    ("marsad demo", "CI: .ci/run makes the demo"),
    ("marsad serve", "tests/test_desk_browser.py opens it in a browser"),
    ("marsad add https://", "tests/intake/test_web.py adds pages from a server"),
    ("marsad webhooks deliver", "tests/test_delivering.py delivers to a server of its own"),
    ("marsad watch", "tests/test_watching.py watches a server for thirty days"),
    ("marsad proof --stamp", "tests/intake/test_stamps.py has a service of its own sign"),
)
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md"))
)


def typed(page: str) -> list[str]:
    """The lines of a page's blocks that a reader types, without comments."""
    text = (ROOT / page).read_text(encoding="utf-8")
    text = re.sub(r"<!-- output of: .*? -->\n```\w*\n.*?^```\n", "", text, flags=re.MULTILINE | re.DOTALL)
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    shown = [line for kind, block in blocks if kind in ("", "sh") for line in block.splitlines()]
    lines = [re.split(r"\s+#", line)[0].strip() for line in shown]
    return [line for line in lines if re.match(r"(marsad|make|pip|createdb|export) ", line)]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return pipeline.load_reader()


@pytest.fixture
def run(
    folder: Path, reader: Reader, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[str], Ran]:
    """Type a line, with the real reader, in the folder of the test."""
    monkeypatch.setattr(pipeline, "load_reader", lambda: reader)

    def run(line: str) -> Ran:
        line, _, target = (part.strip() for part in line.partition(">"))
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main(shlex.split(line)[1:])
        captured = capsys.readouterr()
        if target:
            (folder / target).write_text(captured.out, encoding="utf-8")
        return Ran(int(left.value.code or 0), captured.out, captured.err)

    return run


def prepare(folder: Path) -> None:
    (folder / "report.txt").write_text(REPORTS["r1"])
    (folder / "reports").mkdir()
    for name, text in REPORTS.items():
        (folder / "reports" / f"{name}.txt").write_text(text)
        (folder / "reports" / f"{name}.meta.json").write_text(json.dumps({"published": "2025-07-22"}))
    (folder / "FOLDER").mkdir()
    for ending in ("txt", "json"):
        shutil.copy(ROOT / "eval" / "gold" / "train" / f"t101.{ending}", folder / "FOLDER")


def incident_of(folder: Path, event: str) -> str:
    """The incident that an event is part of, whose id nobody can know before."""
    with open_record(str(folder / "marsad.db"), create=False) as record:
        return next(i.id for i in record.incidents(Filters()) if event in {m[1] for m in i.summary.mentions})


@pytest.mark.parametrize("page", [page for page in PAGES if typed(page)])
def test_every_line_that_a_page_tells_to_type_works(run: Callable[[str], Ran], folder: Path, page: str) -> None:
    prepare(folder)
    lines = typed(page)
    if not any(line.startswith("marsad add reports/") for line in lines):
        assert run("marsad add reports/").code == 0
    for line in lines:
        if line.startswith(tuple(start for start, _ in ELSEWHERE)):
            continue
        made_up = re.search(r"\bi-[0-9a-f]{12}\b", line)
        asked = line.replace(made_up[0], incident_of(folder, "r1:e1")) if made_up else line
        ran = run(asked)
        assert ran.code == 0, f"{asked}: {ran.err}"


def test_the_pages_that_people_start_with_are_read_in_full() -> None:
    counts = {page: len(typed(page)) for page in PAGES}
    assert counts["docs/tutorial.md"] > 40
    assert counts["docs/publish.md"] > 7
    assert counts["docs/ar.md"] > 5
    assert counts["README.md"] > 3


def test_what_a_page_leaves_behind_is_what_it_says(run: Callable[[str], Ran], folder: Path) -> None:
    """The files that the tutorial writes hold what its sentences promise."""
    prepare(folder)
    for line in typed("docs/tutorial.md"):
        if line.startswith(("marsad read", "marsad export", "marsad add reports/ --publisher", "marsad release")):
            assert run(line).code == 0, line
    assert "قصفت" in (folder / "report.html").read_text()
    assert "r1:e1" in (folder / "events.csv").read_text("utf-8-sig")
    assert "قصفت" not in (folder / "public.csv").read_text("utf-8-sig")
    assert (folder / "release-2" / "changes.jsonl").exists()


def test_the_policy_that_is_shown_is_one(tmp_path: Path) -> None:
    shown = re.search(r"^```toml\n(.*?)^```", (ROOT / "docs" / "publish.md").read_text(), re.MULTILINE | re.DOTALL)
    assert shown is not None
    path = tmp_path / "mine.toml"
    path.write_text(shown[1])
    policy = load_policy(str(path))
    assert (policy.review, policy.drop.fields, policy.delay[0].days) == ("confirmed", ("money",), 3)


def test_the_python_of_the_tutorial_runs(run: Callable[[str], Ran], folder: Path) -> None:
    prepare(folder)
    assert run("marsad add reports/").code == 0
    (code,) = re.findall(r"^```python\n(.*?)^```", (ROOT / "docs/tutorial.md").read_text(), re.MULTILINE | re.DOTALL)
    pytest.importorskip("pandas", reason="pandas is not installed; `make formats` installs it")
    told = subprocess.run(
        [sys.executable, "-c", f"text = {REPORTS['r1']!r}\n{code}print(len(table))"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert "ASSAULT" in told.stdout
    assert "Sumy" in told.stdout
    assert json.loads((folder / "incidents.geojson").read_text())["features"]


@pytest.mark.parametrize("page", [*PAGES, "CHANGELOG.md"])
def test_commands_within_sentences_have_the_options_that_they_are_written_with(page: str) -> None:
    wrong = []
    for words in re.findall(r"`marsad ([a-z][^`\n]*)`", (ROOT / page).read_text(encoding="utf-8")):
        command: Any = cli.cli
        for word in shlex.split(words.replace("…", "")):
            if isinstance(command, click.Group) and word in command.commands:
                command = command.commands[word]
            elif word.startswith("--") and word not in options_of(command):
                wrong.append(f"marsad {words}: no {word}")
    assert wrong == []


def options_of(command: Any) -> set[str]:
    """The options of a command, and those that work everywhere."""
    parameters = [*command.params, *cli.cli.params]
    return {"--help", *(o for p in parameters for o in (*p.opts, *p.secondary_opts))}


PLACEHOLDER = re.compile(r"…|\[|\b(DIR|EVENT|FIELD|FILE|FOLDER|GOLD|ID|INCIDENT|NAME|NUMBER|PARTY|PATH|SOURCES|URL)\b")


def typed_within(page: str) -> list[str]:
    """The commands within a page's sentences that can be typed as they stand, and are no mere name of a command."""
    found = re.findall(r"`(marsad [a-z][^`\n]*)`", (ROOT / page).read_text(encoding="utf-8"))
    return [line for line in dict.fromkeys(found) if not PLACEHOLDER.search(line) and not is_name(line)]


def is_name(line: str) -> bool:
    """Whether a line names a group, or a command without the arguments that it needs."""
    command: Any = cli.cli
    words = shlex.split(line)[1:]
    while words and isinstance(command, click.Group) and words[0] in command.commands:
        command = command.commands[words.pop(0)]
    needs = [p for p in command.params if isinstance(p, click.Argument) and p.required]
    needs_one_of_two = line == "marsad score"  # a folder, or --reviewed
    return isinstance(command, click.Group) or needs_one_of_two or (bool(needs) and not words)


def test_commands_within_sentences_run_too(run: Callable[[str], Ran], folder: Path) -> None:
    prepare(folder)
    (folder / "eval").symlink_to(ROOT / "eval")
    assert run("marsad add reports/").code == 0
    assert run(f"marsad judge confirm {incident_of(folder, 'r1:e1')}").code == 0
    lines = dict.fromkeys(line for page in PAGES for line in typed_within(page))
    ran = []
    for line in lines:
        if not line.startswith(tuple(start for start, _ in ELSEWHERE)):
            found = run(line)
            assert found.code == 0, f"{line}: {found.err}"
            ran.append(line)
    assert len(ran) > 10


def test_modules_that_a_page_tells_to_run_are_there() -> None:
    named = {m for page in PAGES for m in re.findall(r"python -m ([\w.]+)", (ROOT / page).read_text(encoding="utf-8"))}
    assert sorted(m for m in named if importlib.util.find_spec(m) is None) == []


def test_ci_makes_the_demo_and_the_tests_and_runs_the_package_alone() -> None:
    ran = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    told = {line for page in PAGES for line in typed(page) if line.startswith("make ")}
    by_hand = {
        "make setup",
        "make gate",
        "make gate ARGS=--per-case",
    }  # parts of `make test`, or those with another print
    assert {line for line in told - by_hand if line not in ran} == set()
    assert re.search(r"bin/pip\" install .* '\.\[desk\]'", ran)
    assert "venv/bin/marsad demo" in ran


def test_what_runs_elsewhere_is_named_truly() -> None:
    named = {file for _, why in ELSEWHERE for file in re.findall(r"[\w./]+/\w[\w./]*", why)}
    assert sorted(name for name in named if not (ROOT / name).exists()) == []
