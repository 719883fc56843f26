"""The documentation site builds without a warning, and its notebook runs; `test_typed.py` types its commands."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NEEDS = "not installed; `make formats` installs it"


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    pytest.importorskip("material", reason=f"mkdocs-material is {NEEDS}")
    order = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]
    ran = subprocess.run(order, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert 'dir="rtl"' in (tmp_path / "site" / "ar.html").read_text()


def test_the_notebook_runs(folder: Path) -> None:
    pytest.importorskip("nbconvert", reason=f"nbconvert is {NEEDS}")
    pytest.importorskip("ipykernel", reason=f"ipykernel is {NEEDS}")
    # A notebook writes where it lies, so a copy runs.
    page = shutil.copy(ROOT / "docs" / "three-reports.ipynb", folder)
    order = [sys.executable, "-m", "nbconvert", "--execute", "--to", "html", "--output-dir", str(folder), str(page)]
    ran = subprocess.run(order, cwd=folder, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    shown = (folder / "three-reports.html").read_text()
    assert shown.count("<svg") >= 2
    assert "<mark" in shown
    assert (folder / "incidents.csv").read_text("utf-8-sig").startswith("id,type,")
