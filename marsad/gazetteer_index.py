"""The built gazetteer index: one file of compressed columns, rows decoded on demand.

Rows are numbered through: places (ordered by `latin_key` of their name), then first-level divisions, then countries.
The file is a magic word, the length of a JSON header, the header and the zlib-compressed sections that it lists.
Numbers are stored as byte planes (all first bytes, then all second bytes …), which compress better.
"""

from __future__ import annotations

import functools
import json
import unicodedata
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from marsad.errors import ResourceError

MAGIC = b"MARSADG1"
COORDINATE_SCALE = 10_000
_MAX_ID = 2**32 - 1
_LINE_BREAK = ord("\n")
KINDS = ("", "capital", "section", "historical")

_DIGRAPHS = (
    ("shch", "STS"), ("sch", "S"), ("tch", "TS"), ("zh", "G"), ("kh", "G"), ("gh", "G"), ("sh", "S"), ("ch", "TS"),
    ("ts", "TS"), ("ph", "F"), ("th", "T"), ("dh", "Z"), ("ck", "K"), ("qu", "K"), ("ou", "u"), ("oo", "u"),
    ("ee", "i"), ("x", "KS"),
)  # fmt: skip
_LETTERS = {
    "b": "B", "p": "B", "t": "T", "d": "D", "g": "G", "h": "G", "j": "G", "k": "K", "q": "K", "c": "K", "l": "L",
    "m": "M", "n": "N", "r": "R", "s": "S", "z": "Z", "f": "F", "v": "F", "w": "u", "a": "a", "e": "i", "i": "i",
    "y": "i", "o": "u", "u": "u",
}  # fmt: skip
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "ð": "d", "þ": "th", "ə": "e"}
)


def latin_key(name: str) -> str:
    """Return a Latin name without accents, case and punctuation: `Mocímboa da Praia` → `mocimboa da praia`."""
    lowered = name.lower().translate(_PLAIN)
    if not lowered.isascii():
        lowered = "".join(c for c in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(c))
    kept = "".join(c if c.isalnum() else "" if c in "'’‘`ʼʻʹ" else " " for c in lowered)
    return " ".join(kept.split())


# Every search passes the same few thousand titles first.
_known_key = functools.lru_cache(maxsize=8192)(latin_key)


def latin_skeleton(name: str) -> str:
    """Return the sounds of a Latin name: `Kharkiv` → `GaRKiF`; upper case are consonant classes, lower case vowels."""
    return "".join(_word_sounds(word) for word in latin_key(name).split())


def _word_sounds(word: str) -> str:
    for letters, sounds in _DIGRAPHS:
        word = word.replace(letters, sounds)
    sounds = "".join(c if c.isupper() else _LETTERS.get(c, "") for c in word)
    return "".join(key for key, _ in groupby(sounds))


def consonants(sounds: str) -> str:
    """Return the consonant classes alone, a repeated one once; ch is written as sh about as often as not."""
    return "".join(key for key, _ in groupby("".join(c for c in sounds if c.isupper()).replace("TS", "S")))


def skeleton_hash(key: str) -> int:
    """Return the 32-bit number under which the index files a consonant key."""
    return zlib.crc32(key.encode())


def pack_numbers(values: NDArray[Any]) -> bytes:
    """Return an array of numbers as little-endian byte planes."""
    width = values.dtype.itemsize
    return values.astype(values.dtype.newbyteorder("<")).view(np.uint8).reshape(-1, width).T.tobytes()


def unpack_numbers(data: bytes, dtype: str) -> NDArray[Any]:
    """Return the array that `pack_numbers` packed; `dtype` as numpy writes it, for instance `<u4`."""
    width = np.dtype(dtype).itemsize
    planes = np.frombuffer(data, np.uint8).reshape(width, -1)
    return np.ascontiguousarray(planes.T).view(dtype).reshape(-1)


def write_index(path: Path, sections: dict[str, NDArray[Any] | str], meta: dict[str, Any]) -> None:
    """Write sections (arrays of numbers or texts) and free-form `meta` to an index file, the same bytes every time."""
    header: dict[str, Any] = {"meta": meta, "sections": []}
    body = b""
    for name, value in sections.items():
        raw = value.encode() if isinstance(value, str) else pack_numbers(value)
        packed = zlib.compress(raw, 9)
        dtype = "" if isinstance(value, str) else value.dtype.newbyteorder("<").str
        header["sections"].append([name, dtype, len(packed)])
        body += packed
    head = json.dumps(header, sort_keys=True, ensure_ascii=False).encode()
    path.write_bytes(MAGIC + len(head).to_bytes(4, "little") + head + body)


def read_index(path: Path) -> Index:
    """Return the index in a file.

    Raises:
        ResourceError: the file is missing or is not an index.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ResourceError(f"{path} cannot be read: {error.strerror}. Reinstall marsad.") from error
    if data[: len(MAGIC)] != MAGIC:
        raise ResourceError(f"{path.name} is not a gazetteer index. Run tools/build_gazetteer.py.")
    start = len(MAGIC) + 4
    end = start + int.from_bytes(data[start - 4 : start], "little")
    header = json.loads(data[start:end])
    packed: dict[str, tuple[str, memoryview]] = {}
    for name, dtype, length in header["sections"]:
        packed[name] = (dtype, memoryview(data)[end : end + length])
        end += length
    return Index(_Sections(packed), header["meta"])


def _number(place_id: str) -> int:
    """The number in an id like `geonames:703448`; for any other text one that no place has."""
    prefix, _, digits = place_id.partition(":")
    return min(int(digits), _MAX_ID) if prefix == "geonames" and digits.isdigit() else _MAX_ID


class _Sections(dict[str, Any]):
    """The sections of a file, each unpacked when it is first asked for."""

    def __init__(self, packed: dict[str, tuple[str, memoryview]]) -> None:
        super().__init__()
        self._packed = packed

    def __missing__(self, name: str) -> Any:
        dtype, section = self._packed[name]
        raw = zlib.decompress(section)
        self[name] = unpack_numbers(raw, dtype) if dtype else raw.decode()
        return self[name]


class _Lines(Sequence[str]):
    """The lines of a long text, each cut out when it is asked for: of a hundred thousand titles few ever are."""

    def __init__(self, text: str) -> None:
        self._text = text.encode()
        breaks = np.flatnonzero(np.frombuffer(self._text, dtype=np.uint8) == _LINE_BREAK)
        self._starts = np.concatenate(([0], breaks + 1))
        self._ends = np.append(breaks, len(self._text))

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, number: int) -> str: ...

    @overload
    def __getitem__(self, number: slice) -> list[str]: ...

    def __getitem__(self, number: int | slice) -> str | list[str]:
        if isinstance(number, slice):
            return [self[k] for k in range(len(self))[number]]
        return self._text[self._starts[number] : self._ends[number]].decode()


class Index:
    """The columns of a built index. A row number stands for a place, a division or a country."""

    def __init__(self, sections: dict[str, Any], meta: dict[str, Any]) -> None:
        self.meta = meta
        self._columns = sections
        self._places = int(meta["places"])
        self._divisions = int(meta["divisions"])
        folded = sections["names"].split("\n")
        self.names: dict[str, int] = dict(zip(folded, range(len(folded)), strict=True))

    @functools.cached_property
    def _titles(self) -> _Lines:
        return _Lines(self._columns["titles"])

    @functools.cached_property
    def _alpha3(self) -> list[str]:
        codes: list[str] = self._columns["alpha3"].split("\n")
        return codes

    @functools.cached_property
    def _sorted_ids(self) -> NDArray[Any]:
        ids: NDArray[Any] = self._columns["ids"][self._columns["rows_by_id"]]
        return ids

    @functools.cached_property
    def _starts(self) -> NDArray[Any]:
        return np.concatenate(([0], np.cumsum(self._columns["name_counts"], dtype=np.uint32)))

    def __len__(self) -> int:
        return len(self._titles)

    def row_of(self, place_id: str) -> int | None:
        """Return the row of an id like `geonames:703448`, or None."""
        number = np.uint32(_number(place_id))  # of another type, numpy would convert the whole column
        at = int(np.searchsorted(self._sorted_ids, number))
        if at == len(self._sorted_ids) or self._sorted_ids[at] != number:
            return None
        return int(self._columns["rows_by_id"][at])

    def lacks(self, place_ids: Iterable[str]) -> set[str]:
        """Return those of many ids that `row_of` does not find."""
        wanted = list(place_ids)
        numbers = np.array([_number(place_id) for place_id in wanted], dtype=np.uint32)
        at = np.minimum(np.searchsorted(self._sorted_ids, numbers), len(self._sorted_ids) - 1)
        return {wanted[k] for k in np.nonzero(self._sorted_ids[at] != numbers)[0].tolist()}

    def named(self, key: str) -> list[int]:
        """Return the rows with this folded name."""
        at = self.names.get(key)
        if at is None:
            return []
        rows: list[int] = self._columns["name_rows"][self._starts[at] : self._starts[at + 1]].tolist()
        return rows

    def latin_named(self, key: str) -> list[int]:
        """Return the rows whose title has this `latin_key`."""
        found: list[int] = []
        edges = (0, self._places, self._places + self._divisions, len(self._titles))
        for start, end in pairwise(edges):
            low = bisect_left(self._titles, key, start, end, key=_known_key)
            high = bisect_right(self._titles, key, low, end, key=_known_key)
            found += range(low, high)
        return found

    def sounding(self, key_hash: int) -> list[int]:
        """Return the places filed under a skeleton hash."""
        hashes = self._columns["skeleton_hashes"]
        low = int(np.searchsorted(hashes, np.uint32(key_hash), "left"))
        high = int(np.searchsorted(hashes, np.uint32(key_hash), "right"))
        rows: list[int] = self._columns["skeleton_rows"][low:high].tolist()
        return rows

    def country_ids(self) -> list[str]:
        """Return the ids of all countries."""
        first = self._places + self._divisions
        return [f"geonames:{number}" for number in self._columns["ids"][first:].tolist()]

    def decode(self, row: int) -> dict[str, Any]:
        """Return a row as a dict with the fields of `gazetteer.Entry`."""
        columns = self._columns
        parent = int(columns["parents"][row])
        country = row >= self._places + self._divisions
        return {
            "id": f"geonames:{columns['ids'][row]}",
            "name": self._titles[row],
            "lat": int(columns["lat"][row]) / COORDINATE_SCALE,
            "lon": int(columns["lon"][row]) / COORDINATE_SCALE,
            "country": self._alpha3[int(columns["countries"][row])],
            "level": "settlement" if row < self._places else "country" if country else "admin",
            "parent": None if country else f"geonames:{columns['ids'][parent]}",
            "population": int(columns["population"][row]),
            "kind": KINDS[int(columns["kinds"][row])],
        }
