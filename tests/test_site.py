"""The documentation site builds without a warning, and what it tells people to type works."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from standin import TEXT, Ran

ROOT = Path(__file__).resolve().parent.parent
NEEDS = "not installed; `make formats` installs it"


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    pytest.importorskip("material", reason=f"mkdocs-material is {NEEDS}")
    order = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]
    ran = subprocess.run(order, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert 'dir="rtl"' in (tmp_path / "site" / "ar.html").read_text()


def commands(page: str) -> list[str]:
    """The commands in the blocks of a page, in order."""
    blocks = re.findall(r"^```\n(.*?)^```", (ROOT / "docs" / page).read_text(), re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.startswith("marsad ")]


@pytest.mark.parametrize("page", ["ar.md", "publish.md"])
def test_every_command_of_a_page_works(marsad: Callable[..., Ran], folder: Path, page: str) -> None:
    (folder / "report.txt").write_text(TEXT)
    (folder / "reports").mkdir()
    (folder / "reports" / "r1.txt").write_text(TEXT)
    if not any("marsad add" in line for line in commands(page)):
        assert marsad("add", "reports").code == 0
    assert len(commands(page)) > 5
    for line in commands(page):
        ran = marsad(*shlex.split(line)[1:])
        assert ran.code == 0, f"{line}: {ran.err}"


def test_the_notebook_runs(folder: Path) -> None:
    pytest.importorskip("nbconvert", reason=f"nbconvert is {NEEDS}")
    pytest.importorskip("ipykernel", reason=f"ipykernel is {NEEDS}")
    page = ROOT / "docs" / "three-reports.ipynb"
    order = [sys.executable, "-m", "nbconvert", "--execute", "--to", "html", "--output-dir", str(folder), str(page)]
    # The notebook writes where it runs, so it runs here.
    order += [f"--ExecutePreprocessor.cwd={folder}"]
    ran = subprocess.run(order, cwd=folder, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    shown = (folder / "three-reports.html").read_text()
    assert shown.count("<svg") >= 2
    assert "<mark" in shown
