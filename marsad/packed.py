"""Arrays made of data files, kept packed so that they load at once; the readable files stay the source.

A packed file is a magic word with a hash of what it was made of, the length of a table of contents, the table (JSON) and the
arrays, each filled up to eight bytes.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import mmap
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from marsad.errors import ResourceError

Array = npt.NDArray[Any]
_MAGIC = b"MARSADP1"


def derived(
    name: str, sources: Sequence[Path], code: Sequence[Path], make: Callable[[], dict[str, Array]]
) -> dict[str, Array]:
    """Return the arrays that `make` makes of source files, kept as NAME.packed beside the first of them to load at once.

    What is kept holds as long as the bytes of the sources, and of the code that makes it, are the same. Where that folder
    cannot be written it is kept among the user's caches, and where that fails too it is made every time.

    Raises:
        ResourceError: a source is missing.
    """
    key = hashlib.blake2b(_MAGIC, digest_size=16)
    for path in (*sources, *code):
        content = _read_bytes(path)
        key.update(len(content).to_bytes(8, "little"))
        key.update(content)
    head = _MAGIC + key.digest()
    places = [folder / f"{name}.packed" for folder in (sources[0].parent, *_caches())]
    for place in places:
        found = _unpack(place, head)
        if found is not None:
            return found
    arrays = make()
    for place in places:
        if _pack(place, head, arrays):
            break
    return arrays


def as_bytes(text: str) -> Array:
    """Return a text as an array of its bytes."""
    return np.frombuffer(text.encode(), dtype=np.uint8)


def as_text(data: Array) -> str:
    """Return the text that `as_bytes` made an array of."""
    return data.tobytes().decode()


def _caches() -> list[Path]:
    """The folder of the user's caches, if there is one."""
    try:
        return [Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "marsad"]
    except RuntimeError:
        return []


def _pack(path: Path, head: bytes, arrays: dict[str, Array]) -> bool:
    """Write arrays to a file, all or nothing; say whether that went well."""
    table = json.dumps([(name, array.dtype.str, len(array)) for name, array in arrays.items()]).encode()
    table += b" " * (-(len(head) + 4 + len(table)) % 8)
    parts = [head, len(table).to_bytes(4, "little"), table, *map(_padded, arrays.values())]
    scratch = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch.write_bytes(b"".join(parts))
        scratch.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            scratch.unlink()
        return False
    return True


def _unpack(path: Path, head: bytes) -> dict[str, Array] | None:
    """The arrays in a file, or None if it is not there, not whole, or made of something else."""
    try:
        with path.open("rb") as file:
            # Mapped, so that processes that read the same file hold it once; the arrays keep the mapping.
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):  # a file without a byte cannot be mapped
        return None
    if data[: len(head)] != head:
        return None
    at = len(head) + 4
    end = at + int.from_bytes(data[at - 4 : at], "little")
    found: dict[str, Array] = {}
    for name, dtype, length in json.loads(data[at:end]):
        kind = np.dtype(dtype)
        size = length * kind.itemsize
        if end + size > len(data):
            return None
        found[name] = np.frombuffer(data, dtype=kind, count=length, offset=end)
        end += size + -size % 8
    return found if end == len(data) else None


def _padded(array: Array) -> bytes:
    """The bytes of an array, filled up so that the next one begins at a round place."""
    data = array.tobytes()
    return data + bytes(-len(data) % 8)


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ResourceError(f"{path} cannot be read: {error.strerror}. Reinstall marsad.") from error
