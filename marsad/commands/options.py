"""Options that several commands share, and the settings that they become."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click
import msgspec
from click.core import ParameterSource

if TYPE_CHECKING:
    from marsad.record import Filters, Record

Function = TypeVar("Function", bound=Callable[..., Any])


class Settings(msgspec.Struct, kw_only=True):
    """What every command understands."""

    record: str = "marsad.db"
    quiet: bool = False
    verbose: bool = False
    lang: str = "en"


def with_settings(command: Function) -> Function:
    """Add --record, --quiet, --verbose and --lang; the command gets them as its first argument, `settings`."""

    @functools.wraps(command)
    def run(*arguments: Any, **options: Any) -> Any:
        context = click.get_current_context()
        settings = Settings(**{name: options.pop(name) for name in Settings.__struct_fields__})
        for name, value in (context.obj or {}).items():
            if context.get_parameter_source(name) is not ParameterSource.COMMANDLINE:
                setattr(settings, name, value)
        return command(settings, *arguments, **options)

    for option in (
        click.option("--lang", type=click.Choice(["en", "ar"]), default="en", envvar="MARSAD_LANG", help="Interface."),
        click.option("--verbose", "-v", is_flag=True, help="Say more on standard error."),
        click.option("--quiet", "-q", is_flag=True, help="Say nothing but errors on standard error."),
        click.option(
            "--record",
            envvar="MARSAD_RECORD",
            default="marsad.db",
            show_default=True,
            help="The record: a file, or a postgresql:// URL.",
        ),
    ):
        run = option(run)
    return run  # type: ignore[return-value]


def with_author(command: Function) -> Function:
    """Add --reason and --author, which whatever people put down for others comes with, and the settings."""
    for option in (
        click.option("--reason", help="Why, in your words."),
        click.option(
            "--author", envvar="MARSAD_AUTHOR", help="Who puts it down (default: the name you are logged in with)."
        ),
    ):
        command = option(command)
    return with_settings(command)


def author_of(given: str | None) -> str:
    """Return who puts something down: the given name, or that of the person who is logged in."""
    import getpass

    return given or getpass.getuser()


def with_metadata(command: Function) -> Function:
    """Add --published, --publisher and --url; the command gets `said`, a `Metadata`."""

    @functools.wraps(command)
    def run(*arguments: Any, **options: Any) -> Any:
        from marsad.intake import Metadata, check_published

        said = {name: options.pop(name) for name in ("published", "publisher", "url")}
        if said["published"]:
            said["published"] = check_published(said["published"])
        return command(*arguments, said=Metadata(**said), **options)

    for option in (
        click.option("--url", help="Address of the report."),
        click.option("--publisher", help="Who published the report."),
        click.option("--published", help="Publication date, or date-time with zone (ISO 8601)."),
    ):
        run = option(run)
    return run  # type: ignore[return-value]


def with_filters(command: Function) -> Function:
    """Add the filters over the record; the command gets `filters`, a `Filters`."""

    @functools.wraps(command)
    def run(*arguments: Any, **options: Any) -> Any:
        return command(*arguments, filters=_filters(options), **options)

    for option in reversed(_FILTERS):
        run = option(run)
    return run  # type: ignore[return-value]


_FILTERS = (
    click.option("--type", "types", multiple=True, help="Event type, like ASSAULT; may be given several times."),
    click.option("--country", help="Country it happened in (or of a party, if no place is named): ISO code or name."),
    click.option("--place", help="Words of a place name."),
    click.option("--actor", help="Words of an actor's name, or its country code."),
    click.option("--since", help="Not before this day."),
    click.option("--until", help="Not after this day."),
    click.option("--min-killed", type=click.IntRange(0), help="At least so many killed."),
    click.option("--status", "statuses", multiple=True, help="actual, future, hypothetical, negated, historical."),
    click.option("--text", help="Words that stand in the report."),
    click.option("--limit", type=click.IntRange(1), help="No more than so many."),
)


def _filters(options: dict[str, Any]) -> Filters:
    from marsad.record import Filters

    values = {name: options.pop(name) for name in Filters.__struct_fields__}
    for name in ("since", "until"):
        if values[name]:
            values[name] = _day(name, values[name])
    found = Filters(**values)
    if not (found.types or found.statuses or found.country):
        return found
    from marsad.filtering import checked

    return checked(found)


def _day(name: str, value: str) -> str:
    import datetime

    try:
        return datetime.date.fromisoformat(value).isoformat()
    except ValueError as error:
        raise click.BadParameter(f"{value!r} is not a day; write 2025-07-22.", param_hint=f"--{name}") from error


def day_of(_context: click.Context, option: click.Parameter, value: str | None) -> str | None:
    """Check a day that a person gave; a callback for options."""
    return _day((option.name or "").replace("_", "-"), value) if value else None


def open_the_record(settings: Settings, *, create: bool = False) -> Record:
    """Open the record that the settings name, with the language's folding."""
    from marsad.pipeline import load_fold
    from marsad.record import open_record

    return open_record(settings.record, load_fold(), create=create)


def is_terminal() -> bool:
    """Say whether a person is looking at standard output."""
    return sys.stdout.isatty()


def say(settings: Settings, line: str) -> None:
    """Tell the person something on standard error, unless they asked for quiet."""
    if not settings.quiet:
        click.echo(line, err=True)


def complain(line: str) -> None:
    """Name a failure on standard error, on one line."""
    click.echo("marsad: " + " ".join(line.split()), err=True)
