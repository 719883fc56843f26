"""The commands of the README, typed in their order into an empty folder, and the publication policy that is shown."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from standin import Ran

from marsad import cli, pipeline
from marsad.pipeline import Reader
from marsad.publication.policy import load_policy

ROOT = Path(__file__).resolve().parent.parent
REPORT = "قصفت مسيرات روسية مدينة سومي يوم الاثنين، ما أدى إلى مقتل 3 مدنيين وإصابة 12 آخرين، وفق السلطات المحلية."
# What does not run here, and what runs it.
ELSEWHERE = (
    ("make ", "CI: .ci/run starts with make, and so does every build"),
    ("pip install", "CI: make installs the package with pip"),
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


def test_every_line_that_the_readme_tells_to_type_works(run: Callable[[str], Ran], folder: Path) -> None:
    (folder / "report.txt").write_text(REPORT)
    lines = typed("README.md")
    assert any(line.startswith("marsad read") for line in lines)
    for line in lines:
        if not line.startswith(tuple(start for start, _ in ELSEWHERE)):
            ran = run(line)
            assert ran.code == 0, f"{line}: {ran.err}"


def test_the_policy_that_is_shown_is_one(tmp_path: Path) -> None:
    shown = re.search(r"^```toml\n(.*?)^```", (ROOT / "docs" / "publish.md").read_text(), re.MULTILINE | re.DOTALL)
    assert shown is not None
    path = tmp_path / "mine.toml"
    path.write_text(shown[1])
    policy = load_policy(str(path))
    assert (policy.review, policy.drop.fields, policy.delay[0].days) == ("confirmed", ("money",), 3)
