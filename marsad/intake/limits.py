"""What a file may do to the machine: sizes, ratios, depths, numbers. Everything that unpacks counts along here."""

from __future__ import annotations

import io
from typing import IO, Any

from marsad.intake.documents import MAX_BYTES, UnreadableError

MAX_TREE = 20_000_000
"""The longest page or XML that is parsed into a tree, in bytes; a tree takes many times its text."""

MAX_RATIO = 200
"""How many times larger than its packed form something may become; Arabic text becomes some 4 to 10 times larger."""

MAX_FREE = 10_000_000
"""Up to so many bytes the ratio is not looked at: short texts of blanks pack very well."""

MAX_UNPACKED = 8_000_000_000
"""How much one archive may unpack to in all, in bytes."""

MAX_MEMBERS = 100_000
MAX_DIRECTORY = 16_000_000
MAX_DEPTH = 2
"""How deep archives may stand in archives."""

_CHUNK = 1 << 16


class Counted(io.RawIOBase):
    """A stream that counts what passes through it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.count = 0

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read into the buffer; returns the number of bytes."""
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self.count += len(data)
        return len(data)


class Unpacked(Counted):
    """What comes out of a packed stream; refuses to go on once it grows beyond all measure.

    `packed` counts what went in, or is the packed size where that is known.

    Raises:
        UnreadableError: (on reading) it is a bomb.
    """

    def __init__(self, stream: IO[bytes], packed: Counted | int) -> None:
        super().__init__(stream)
        self._packed = packed

    def readinto(self, buffer: Any) -> int:
        """Read into the buffer; returns the number of bytes."""
        count = super().readinto(buffer)
        refuse_bomb(self.count, self._packed if isinstance(self._packed, int) else self._packed.count)
        return count


def refuse_bomb(unpacked: int, packed: int) -> None:
    """Do nothing for a usual ratio.

    Raises:
        UnreadableError: what was unpacked is out of all proportion to what was packed.
    """
    if unpacked > MAX_FREE and unpacked > MAX_RATIO * max(packed, 1):
        raise UnreadableError(
            f"it unpacks to more than {MAX_RATIO} times its size, which no text does",
            "do not unpack it; ask whoever sent it what it is",
        )
    if unpacked > MAX_UNPACKED:
        raise UnreadableError(
            f"it unpacks to more than {MAX_UNPACKED // 1_000_000_000} GB", "split the archive into smaller ones"
        )


def slurp(stream: IO[bytes], limit: int = MAX_BYTES) -> bytes:
    """Return the rest of a stream.

    Raises:
        UnreadableError: there is more than `limit` bytes of it.
    """
    pieces: list[bytes] = []
    size = 0
    while size <= limit:
        piece = stream.read(min(_CHUNK * 16, limit + 1 - size))
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)
        size += len(piece)
    shown = f"{limit // 1024 // 1024} MB" if limit % (1024 * 1024) == 0 else f"{limit // 1_000_000} MB"
    raise UnreadableError(f"it is larger than {shown}", "split it into its reports")
