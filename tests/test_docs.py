"""The documents say what the program does: every command, code, column, setting and dependency is in them."""

import ast
import importlib.util
import re
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted(DOCS.glob("*.md"))]


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def command_names() -> list[str]:
    from marsad.cli import cli

    return sorted(cli.commands)


def test_every_command_is_in_the_readme_and_the_tutorial() -> None:
    for page in (ROOT / "README.md", DOCS / "tutorial.md"):
        text = read(page)
        assert [name for name in command_names() if f"marsad {name}" not in text] == [], page.name


def test_no_document_names_a_command_that_does_not_exist() -> None:
    wrong = []
    for page in PAGES:
        named = re.findall(r"(?:^|`|\$ |\| )marsad ([a-z][a-z-]+)", read(page), re.MULTILINE)
        wrong += [f"{page.name}: marsad {name}" for name in named if name not in command_names()]
    assert wrong == []


def test_the_reference_is_what_the_code_says() -> None:
    from tools.build_reference import PAGE, write_page

    assert read(PAGE) == write_page(), "run make docs"


def test_the_codebook_page_holds_every_code() -> None:
    from marsad.codebook import load_codebook

    book = load_codebook()
    text = read(DOCS / "codebook.md")
    names = {*book.statuses, *book.sectors, *(mode for entry in book.types.values() for mode in entry.modes)}
    assert sorted(name for name in names if f"`{name}`" not in text) == []
    assert sorted(name for name in book.types if f"## {name}:" not in text) == []


def test_the_reference_holds_every_column_and_table() -> None:
    from marsad.export.columns import COLUMNS
    from marsad.record.schema import metadata

    names = {c.name for columns in COLUMNS.values() for c in columns} | {
        name for table in metadata.sorted_tables for name in (table.name, *(c.name for c in table.columns))
    }
    text = read(DOCS / "reference.md")
    assert sorted(name for name in names if f"`{name}`" not in text) == []


def test_every_setting_from_the_environment_is_documented() -> None:
    used = {name for path in (ROOT / "marsad").rglob("*.py") for name in re.findall(r"MARSAD_[A-Z_]+", read(path))}
    assert sorted(name for name in used if name not in read(DOCS / "tutorial.md")) == []


def test_every_runtime_dependency_is_justified() -> None:
    project = tomllib.loads(read(ROOT / "pyproject.toml"))["project"]
    names = [re.split(r"[<>=~!\[; ]", line)[0] for line in project["dependencies"]]
    to_run = read(DOCS / "dependencies.md").split("\n## ")[1]
    listed = re.findall(r"^\| `([^`]+)` \| \S", to_run, re.MULTILINE)
    assert sorted(names) == sorted(listed)


# trafilatura needs it, and older installers overlook the extra by which it says so.
NEEDED_BY_OTHERS = {"lxml_html_clean"}
IMPORT_NAMES = {
    "rfc3161-client": "rfc3161_client",
    "PyYAML": "yaml",
    "argon2-cffi": "argon2",
    "XlsxWriter": "xlsxwriter",
}


def test_dependencies_are_what_the_package_imports() -> None:
    project = tomllib.loads(read(ROOT / "pyproject.toml"))["project"]
    extras = [
        line for name, lines in project["optional-dependencies"].items() if not name.startswith("dev") for line in lines
    ]
    declared = {re.split(r"[<>=~!\[; ]", line)[0] for line in (*project["dependencies"], *extras)}
    assert sorted(name for name in declared if f"`{name}`" not in read(DOCS / "dependencies.md")) == []
    imported = {
        name.split(".")[0]
        for path in (ROOT / "marsad").rglob("*.py")
        for node in ast.walk(ast.parse(read(path)))
        for name in imported_modules(node)
    }
    third_party = {name for name in imported if name not in sys.stdlib_module_names and name != "marsad"}
    assert sorted(third_party) == sorted(IMPORT_NAMES.get(name, name) for name in declared - NEEDED_BY_OTHERS)


def imported_modules(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []


def test_every_dependency_is_pinned_for_building_and_testing() -> None:
    project = tomllib.loads(read(ROOT / "pyproject.toml"))["project"]
    lines = [*project["dependencies"], *(d for extra in project["optional-dependencies"].values() for d in extra)]
    names = {re.split(r"[<>=~!\[; ]", line)[0].lower().replace("_", "-") for line in lines}
    pinned = {
        n.lower().replace("_", "-") for n in re.findall(r"^([\w-]+)==", read(ROOT / "constraints.txt"), re.MULTILINE)
    }
    assert sorted(names - pinned) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_to_files_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", read(page))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_source_files_that_a_document_names_exist(page: Path) -> None:
    named = set(re.findall(r"`((?:marsad|tests|eval|bench|docs|tools)/[\w./*-]+)`", read(page)))
    assert sorted(name for name in named if not any(ROOT.glob(name.rstrip("/")))) == []


@pytest.mark.parametrize("target", re.findall(r"^([a-z]+):.*##", read(ROOT / "Makefile"), re.MULTILINE))
def test_every_make_target_is_documented(target: str) -> None:
    assert f"make {target}" in read(ROOT / "CONTRIBUTING.md")


def test_the_licence_is_the_one_that_is_declared() -> None:
    assert "Apache License" in read(ROOT / "LICENSE")
    assert "GeoNames" in read(ROOT / "README.md")
    assert importlib.util.find_spec("marsad") is not None
