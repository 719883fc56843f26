"""The publication policy: a file that says what leaves the record, how late, and how much of it."""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from marsad.codebook import load_codebook
from marsad.errors import CodebookError, InputError
from marsad.resources import DATA

FIELDS = (
    "actor",
    "recipient",
    "places",
    "date",
    "modes",
    "weapons",
    "casualties",
    "damage",
    "money",
    "source",
    "publisher",
    "confidence",
)
"""The fields that a policy may drop."""

BUILT_IN = ("careful", "open", "wordless")
CAREFUL = "careful"
RECORD = "record"
"""Names the policy that people saved in the record, and the careful one until they do."""
Count = Annotated[int, msgspec.Meta(ge=0)]
Finest = Literal["settlement", "admin", "country"]


class Persons(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether names that no list of actors knows are masked: of persons and groups, and in what harmed children."""

    unlisted: Literal["mask", "keep"] = "mask"
    minors: Literal["mask", "keep"] = "mask"


class Drop(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Fields that are left empty, publishers whose reports do not appear, sources that are not named."""

    fields: tuple[str, ...] = ()
    publishers: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


class Delay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is younger than `days` days is not published; an empty `types` means all."""

    days: Count
    types: tuple[str, ...] = ()


class Coarse(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Places are no finer than this, of these types (none: all), while younger than so many days (None: always)."""

    finest: Finest
    types: tuple[str, ...] = ()
    younger_than_days: Count | None = None


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A publication policy. What a file leaves out is as careful as it can be; see `data/policies/careful.toml`."""

    review: Literal["any", "confirmed"] = "any"
    words: Literal["keep", "withhold"] = "withhold"
    smallest_group: Annotated[int, msgspec.Meta(ge=1)] = 5
    persons: Persons = Persons()
    drop: Drop = Drop()
    delay: tuple[Delay, ...] = ()
    places: tuple[Coarse, ...] = ()

    @property
    def masks_names(self) -> bool:
        """Whether any name may be masked."""
        return "mask" in (self.persons.unlisted, self.persons.minors)

    @property
    def withholds_words(self) -> bool:
        """Whether no word of a report is published: wanted so, or because the words would tell what is masked."""
        hides = self.masks_names or self.places or self.drop.sources or self.drop.fields
        return self.words == "withhold" or bool(hides)

    def count(self, number: int) -> int | None:
        """Return the count of a group as it may be published: None where the group is too small."""
        return None if 0 < number < self.smallest_group else number


def load_policy(name: str) -> Policy:
    """Return the policy of the program with this name (careful, open, wordless), or the one in the file at this path.

    Raises:
        InputError: there is none, or it says what no policy says.
    """
    path = DATA / "policies" / f"{name}.toml" if name in BUILT_IN else Path(name)
    try:
        data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        choices = ", ".join(BUILT_IN)
        raise InputError(
            f"The policy {name} cannot be read ({error.strerror}); give {choices}, or a file like theirs."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"The policy {path.name} is not TOML: {error}.") from error
    return policy_of(data, path.name)


def policy_of(data: Mapping[str, Any], name: str) -> Policy:
    """Return the policy that plain data describe, as a file holds them; `name` is for errors.

    Raises:
        InputError: they say what no policy says.
    """
    try:
        policy = msgspec.convert(data, Policy)
    except msgspec.ValidationError as error:
        raise InputError(f"The policy {name} is broken: {error}; see the policy careful for what one holds.") from error
    _check(policy, name)
    drop = policy.drop
    publishers, sources = (tuple(name.strip() for name in names) for names in (drop.publishers, drop.sources))
    return msgspec.structs.replace(policy, drop=msgspec.structs.replace(drop, publishers=publishers, sources=sources))


def write_toml(policy: Policy) -> str:
    """Return a policy as the text of a file that `load_policy` reads."""
    told: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(policy))
    plain = [f"{name} = {json.dumps(value)}" for name, value in told.items() if not isinstance(value, dict | list)]
    blocks = ["\n".join(plain)]
    for name, value in told.items():
        # TOML has no word for nothing: what is not set is left out.
        rules = [(f"[{name}]", value)] if isinstance(value, dict) else []
        rules += [(f"[[{name}]]", rule) for rule in value] if isinstance(value, list) else []
        for head, pairs in rules:
            lines = [f"{key} = {json.dumps(v, ensure_ascii=False)}" for key, v in pairs.items() if v is not None]
            blocks.append("\n".join([head, *lines]))
    return "\n\n".join(blocks).replace("\x7f", "\\u007f") + "\n"


def _check(policy: Policy, name: str) -> None:
    for field in policy.drop.fields:
        if field not in FIELDS:
            near = difflib.get_close_matches(field, FIELDS, 1) or [", ".join(FIELDS)]
            raise InputError(f"The policy {name} drops the field {field!r}, which there is not; nearest: {near[0]}.")
    book = load_codebook()
    types = [code for late in policy.delay for code in late.types] + [code for r in policy.places for code in r.types]
    for code in types:
        try:
            book.check_type(code)
        except CodebookError as error:
            raise InputError(f"The policy {name}: {error}") from error
