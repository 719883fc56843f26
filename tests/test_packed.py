"""What is kept packed is what the readable files say, whatever became of the packed file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from marsad import packed
from marsad.coder.tagger import load_tagger, read_tagger
from marsad.errors import ResourceError
from marsad.resources import DATA

WEIGHTS = DATA / "ar" / "tagger_events.tsv"


class Maker:
    """Makes arrays of a file of numbers and counts how often."""

    def __init__(self, source: Path) -> None:
        self.source, self.times = source, 0

    def __call__(self) -> dict[str, packed.Array]:
        self.times += 1
        numbers = np.array(self.source.read_text().split(), dtype=np.int32)
        return {"numbers": numbers, "text": packed.as_bytes("كييف\n" * len(numbers))}


@pytest.fixture
def maker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Maker:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    source = tmp_path / "data" / "numbers.txt"
    source.parent.mkdir()
    source.write_text("1 2 3")
    return Maker(source)


def numbers(maker: Maker) -> list[int]:
    arrays = packed.derived("numbers", [maker.source], [], maker)
    assert packed.as_text(arrays["text"]) == "كييف\n" * len(arrays["numbers"])
    found: list[int] = arrays["numbers"].tolist()
    return found


def test_the_second_time_nothing_is_made(maker: Maker) -> None:
    assert numbers(maker) == numbers(maker) == [1, 2, 3]
    assert maker.times == 1


def test_a_changed_source_is_read_anew(maker: Maker) -> None:
    numbers(maker)
    maker.source.write_text("4 5")
    assert numbers(maker) == [4, 5]


@pytest.mark.parametrize("damage", [lambda _: b"", lambda data: data[:-3], lambda data: b"x" + data[1:]])
def test_a_damaged_packed_file_is_made_anew(maker: Maker, damage: object) -> None:
    numbers(maker)
    kept = maker.source.with_name("numbers.packed")
    kept.write_bytes(damage(kept.read_bytes()))  # type: ignore[operator]
    assert numbers(maker) == [1, 2, 3]
    assert numbers(maker) == [1, 2, 3]
    assert maker.times == 2


def test_where_the_folder_cannot_be_written_the_users_caches_serve(
    maker: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Path.write_bytes

    def refuse(path: Path, data: bytes) -> int:
        if path.parent.name == "data":
            raise PermissionError(13, "Permission denied")
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", refuse)
    assert numbers(maker) == numbers(maker) == [1, 2, 3]
    assert maker.times == 1
    assert (tmp_path / "caches" / "marsad" / "numbers.packed").exists()


def test_where_nothing_can_be_written_all_goes_on(maker: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, data: bytes) -> int:  # noqa: ARG001 - the shape of what it stands for
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    assert numbers(maker) == numbers(maker) == [1, 2, 3]


def test_a_missing_source_is_named(maker: Maker) -> None:
    maker.source.unlink()
    with pytest.raises(ResourceError, match=r"numbers\.txt cannot be read"):
        numbers(maker)


def test_a_packed_tagger_weighs_what_the_readable_file_says() -> None:
    packed_one, plain = load_tagger(WEIGHTS), read_tagger(WEIGHTS)
    lines = [line for line in WEIGHTS.read_text(encoding="utf-8").splitlines() if line[0] not in "@#"]
    for line in lines[:: len(lines) // 500]:
        name, _, cells = line.partition("\t")
        for cell in cells.split(" "):
            label, _, weight = cell.rpartition(":")
            told = [(name, pytest.approx(float(weight)))] if float(weight) else []
            assert packed_one.contributions([name], label) == told
            assert plain.contributions([name], label) == told
