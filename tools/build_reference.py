"""Write `docs/reference.md` from what the code says, so that it cannot fall behind it.

python -m tools.build_reference    (or make docs)
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click
import msgspec

import marsad
from marsad import model
from marsad.checks import TABLES
from marsad.cli import cli
from marsad.export import FORMATS
from marsad.export.codes import LAYOUTS
from marsad.export.columns import COLUMNS
from marsad.export.dictionary import describe
from marsad.library.notebook import Picture
from marsad.library.opened import Found, OpenRecord
from marsad.library.reading import Reading
from marsad.record.schema import metadata
from marsad.resources import DATA

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference.md"
HEAD = """# Reference

Written by `make docs` from the code; do not edit it by hand. What the fields of an event mean is told in
[the tutorial](tutorial.md), what the codes mean in [the codebook](codebook.md), how the parts hang together in
[architecture](architecture.md).
"""


def write_page() -> str:
    """Return the whole page."""
    sections = (
        HEAD,
        "## Commands\n\nExit codes: 0 done, 1 done in part, 2 nothing done.\n",
        "These options stand before the command or after it:\n",
        table(("option", "does"), options(cli)),
        *(describe_command(name, command) for name, command in all_commands()),
        "## Settings from the environment\n",
        table(("variable", "sets"), environment()),
        "## Export\n",
        table(("format", "file endings", "holds", "for"), formats()),
        *(part for name, columns in {**COLUMNS, **LAYOUTS}.items() for part in dictionary(name, columns)),
        "## From Python\n",
        "What `marsad` itself names, and what these give, is stable: it changes only with a new major version.\n",
        table(("name", "is"), library()),
        "### The records of marsad.model\n",
        table(("record", "fields"), records()),
        "## Tables of the record\n",
        table(
            ("table", "columns"), ((f"`{t.name}`", ticks(c.name for c in t.columns)) for t in metadata.sorted_tables)
        ),
        "## Data files\n",
        table(("file", "columns"), data_files()),
    )
    return "\n".join(sections)


def all_commands() -> Iterator[tuple[str, click.Command]]:
    """Yield every command by name, those of a group after it."""
    for name, command in sorted(cli.commands.items()):
        yield name, command
        if isinstance(command, click.Group):
            yield from ((f"{name} {own}", part) for own, part in sorted(command.commands.items()))


def describe_command(name: str, command: click.Command) -> str:
    """Return a command's help with its options."""
    usage = " ".join(command.collect_usage_pieces(click.Context(command, info_name=name)))
    lines = [f"### marsad {name}\n", f"`marsad {name} {usage}`\n", one_line(command.help or ""), ""]
    shared = {names.split()[0] for names, _ in options(cli)}
    rows = [row for row in options(command) if row[0].split()[0] not in shared]
    return "\n".join(lines) + ("\n" + table(("option", "does"), rows) if rows else "")


def options(command: click.Command) -> Iterator[tuple[str, str]]:
    """Yield the names and the help of a command's own options."""
    for option in command.params:
        if isinstance(option, click.Option) and not option.hidden:
            yield ticks(sorted(option.opts, key=len, reverse=True)), cell(option.help or "")


def environment() -> Iterator[tuple[str, str]]:
    """Yield every environment variable that an option reads, and that option's help."""
    found = {
        str(option.envvar): (option.opts[0], option.help or "")
        for command in (cli, *(command for _, command in all_commands()))
        for option in command.params
        if isinstance(option, click.Option) and option.envvar
    }
    for name, (flag, text) in sorted(found.items()):
        yield f"`{name}`", f"`{flag}`: {cell(text)}"


def formats() -> Iterator[tuple[str, str, str, str]]:
    """Yield every export format with its endings, what it holds and what it is for."""
    for name, form in FORMATS.items():
        yield f"`{name}`", ticks(form.endings), ", ".join(form.about), form.use


def dictionary(name: str, columns: Iterable[Any]) -> Iterator[str]:
    """Yield a heading and the table of columns with what they mean in both languages."""
    what = "Columns of" if name in COLUMNS else "Columns of the format"
    yield f"### {what} {name}\n"
    yield table(
        ("column", "English", "Arabic"), ((f"`{c}`", cell(en), cell(ar)) for c, en, ar in describe(name, columns))
    )


def library() -> Iterator[tuple[str, str]]:
    """Yield the public names of the library, and what the objects have that these give, each with what it is."""
    for name in marsad.__all__:
        thing = getattr(marsad, name)
        yield f"`marsad.{name if inspect.isclass(thing) else name + call(thing)}`", told(thing)
    for kind in (OpenRecord, Found, Reading, Picture):
        fields = ticks(kind.__struct_fields__) if issubclass(kind, msgspec.Struct) else ""
        yield f"`{kind.__name__}`", f"{told(kind)} {fields}".strip()
        for name, thing in vars(kind).items():
            if inspect.isfunction(thing) and not name.startswith("_"):
                yield f"`{kind.__name__}.{name}{call(thing)}`", told(thing)


def call(function: Any) -> str:
    """Return how a function is called, without the quotes that hold its annotations."""
    given = re.sub(r"(: |-> )'([^']+)'", r"\1\2", str(inspect.signature(function)))
    return cell(re.sub(r"^\(self(, )?", "(", given))


def records() -> Iterator[tuple[str, str]]:
    """Yield the frozen records that reading gives, with their fields."""
    for name, kind in vars(model).items():
        if inspect.isclass(kind) and issubclass(kind, msgspec.Struct) and kind.__module__ == model.__name__:
            yield f"`{name}`", ticks(kind.__struct_fields__)


def told(thing: Any) -> str:
    """Return what the first paragraph of a docstring says."""
    return cell((inspect.getdoc(thing) or "").split("\n\n", maxsplit=1)[0])


def data_files() -> Iterator[tuple[str, str]]:
    """Yield the data files that are there, with their columns."""
    for path in sorted(DATA.rglob("*.tsv")):
        if path.name in TABLES:
            yield f"`{path.relative_to(DATA).as_posix()}`", ticks(TABLES[path.name].columns)


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    lines = [" | ".join(("", *row, "")).strip() for row in (head, tuple("---" for _ in head), *rows)]
    return "\n".join(lines) + "\n"


def ticks(names: Iterable[str]) -> str:
    """Return the names as code, separated by blanks."""
    return " ".join(f"`{name}`" for name in names)


def cell(text: str) -> str:
    """Return a text that fits in a table cell."""
    return one_line(text).replace("|", "\\|")


def one_line(text: str) -> str:
    """Return a text without line breaks."""
    return re.sub(r"\s+", " ", text.replace("\b", "")).strip()


if __name__ == "__main__":
    PAGE.write_text(write_page(), encoding="utf-8")
