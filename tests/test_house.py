"""The house: which way imports point, how long things may grow, where words may stand."""

import ast
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "marsad"
SOURCES = sorted(PACKAGE.rglob("*.py"))
WORKSHOP = sorted(p for folder in ("tests", "eval", "bench", "tools") for p in (ROOT / folder).rglob("*.py"))

MAX_LINES = 500
MAX_PARAMETERS = 6
MAX_ARABIC_RUN = 4
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "misc"}
ARABIC = re.compile("[\u0620-\u064a\u0671-\u06d3\ufb50-\ufdff\ufe70-\ufefc]")

# What the steps of the coder are made of; every other module in coder/ is a step, and steps never import each other.
CODER_SHARED = {
    "bounds",
    "choices",
    "features",
    "leaning",
    "naming",
    "nearly",
    "pairs",
    "parties",
    "parts",
    "passage",
    "sites",
    "speaking",
    "standing",
    "sums",
    "tagger",
    "weighing",
}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_imports_point_down() -> None:
    # As a program of its own: it keeps hold of the output that it met first, which a test before may have closed.
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr


def test_steps_of_the_coder_never_import_each_other() -> None:
    wrong = []
    for path in sorted((PACKAGE / "coder").glob("*.py")):
        if path.stem == "__init__":
            continue
        for name in coder_imports(path):
            if name not in CODER_SHARED:
                wrong.append(f"{name_of(path)} imports {name}")
    assert wrong == []


def coder_imports(path: Path) -> Iterator[str]:
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.ImportFrom) and node.module == "marsad.coder":
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("marsad.coder."):
            yield (node.module or "").split(".")[2]
        elif isinstance(node, ast.Import):
            yield from (a.name.split(".")[2] for a in node.names if a.name.startswith("marsad.coder."))


@pytest.mark.parametrize("path", SOURCES + WORKSHOP, ids=name_of)
def test_no_file_is_too_long(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_no_function_takes_too_many_parameters(path: Path) -> None:
    wrong = []
    for function in functions(parse(path)):
        arguments = function.args
        names = [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
        if len([n for n in names if n not in ("self", "cls")]) > MAX_PARAMETERS:
            wrong.append(f"{function.name} (line {function.lineno})")
    # A command of the command line has one parameter for every option that a person may give.
    assert wrong == [] or "cli" in path.stem or "commands" in path.parts


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_words_are_data(path: Path) -> None:
    """No Arabic in strings outside lang/ar, and there only letters, affixes, sets of letters; docstrings may quote."""
    is_arabic_home = path.is_relative_to(PACKAGE / "lang" / "ar")
    wrong = []
    for line, literal in string_literals(path):
        if not ARABIC.search(literal):
            continue
        without_sets = re.sub(r"\[[^\]]*\]", " ", literal)
        longest = max((len(run) for run in re.findall(rf"(?:{ARABIC.pattern})+", without_sets)), default=0)
        if not is_arabic_home or longest > MAX_ARABIC_RUN:
            wrong.append(f"{name_of(path)}:{line} {literal}")
    assert wrong == []


def string_literals(path: Path) -> Iterator[tuple[int, str]]:
    """Every string as it is written, escapes as escapes, save for docstrings."""
    source = path.read_text(encoding="utf-8")
    docstrings = {
        (node.value.lineno, node.value.col_offset)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        is_string = token.type == tokenize.STRING or tokenize.tok_name[token.type] == "FSTRING_MIDDLE"
        if is_string and token.start not in docstrings:
            yield token.start[0], token.string


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_only_the_command_line_prints(path: Path) -> None:
    if path.stem.startswith("cli") or "commands" in path.parts:
        return
    calls = (node for node in ast.walk(parse(path)) if isinstance(node, ast.Call))
    assert [c.lineno for c in calls if isinstance(c.func, ast.Name) and c.func.id == "print"] == []


@pytest.mark.parametrize("path", SOURCES + WORKSHOP, ids=name_of)
def test_no_exception_is_caught_without_a_name(path: Path) -> None:
    handlers = (node for node in ast.walk(parse(path)) if isinstance(node, ast.ExceptHandler))
    assert [h.lineno for h in handlers if h.type is None] == []


def test_no_file_has_a_vague_name() -> None:
    assert [name_of(p) for p in SOURCES + WORKSHOP if {p.stem, *p.relative_to(ROOT).parts[:-1]} & VAGUE_NAMES] == []


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_public_things_have_docstrings(path: Path) -> None:
    tree = parse(path)
    is_generated = "versions" in path.parts
    assert ast.get_docstring(tree), "the module has none"
    public = [
        node
        for node in public_nodes(tree)
        if not node.name.startswith("_") and not ast.get_docstring(node) and not is_generated
    ]
    assert [node.name for node in public] == []


def public_nodes(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    for node in tree.body:
        if isinstance(node, kinds):
            yield node
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from (child for child in node.body if isinstance(child, kinds))


def test_the_package_root_holds_public_names_and_nothing_else() -> None:
    tree = parse(PACKAGE / "__init__.py")
    allowed = (ast.ImportFrom, ast.Import, ast.Expr, ast.Assign)
    assert [ast.dump(node) for node in tree.body if not isinstance(node, allowed)] == []
    listed = [ast.literal_eval(n.value) for n in tree.body if isinstance(n, ast.Assign) and target(n) == "__all__"]
    imported = {a.asname or a.name for n in tree.body if isinstance(n, ast.ImportFrom) for a in n.names}
    assert imported - {"annotations"} == {name for name in (listed[0] if listed else []) if not name.startswith("__")}
    assert listed == [sorted(names) for names in listed]


def target(node: ast.Assign) -> str:
    return node.targets[0].id if isinstance(node.targets[0], ast.Name) else ""


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_nobody_inside_imports_from_the_package_root(path: Path) -> None:
    modules = {p.stem for p in PACKAGE.glob("*.py")} | {p.name for p in PACKAGE.iterdir() if p.is_dir()}
    wrong = [
        f"line {node.lineno}: {alias.name}"
        for node in ast.walk(parse(path))
        if isinstance(node, ast.ImportFrom) and node.module == "marsad"
        for alias in node.names
        if alias.name not in modules
    ]
    assert wrong == []
