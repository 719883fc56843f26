"""Run one fuzzer: the reader of texts, of pages, or of archives.

    python -m tests.fuzz text --minutes 15

Needs atheris (`pip install atheris`). What it learns stays in build/fuzz/NAME, so that the next run goes on there; an input
that breaks a promise is written to build/fuzz/NAME-found-… and named. It becomes a row of `tests/hostile_files.py`.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from pathlib import Path

import atheris

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

# What takes pages apart is instrumented too, so that the fuzzer sees where its bytes lead there.
with atheris.instrument_imports(include=["marsad", "trafilatura", "zipfile", "mailbox"]):
    # Imported here what is else imported when it is first needed.
    import trafilatura  # noqa: F401

    import marsad.coder
    import marsad.lang
    import marsad.lang.ar.reading
    import marsad.link.sketch  # noqa: F401
    from tests.fuzz.targets import TARGETS, BrokenPromiseError, seeds

LONGEST_S = 10
"""Of processor time: on a machine that does much else the clock would call sound inputs slow."""
HANGS_S = 300
MEMORY_MB = 1024
LONGEST_INPUT = 8_000


def main() -> None:
    """Run the fuzzer that the command line names."""
    parser = argparse.ArgumentParser(prog="tests.fuzz", description="Try bytes that nobody thought of.")
    parser.add_argument("target", choices=sorted(TARGETS))
    parser.add_argument("--minutes", type=float, default=15, help="how long (default 15)")
    parser.add_argument("--seed", type=int, default=1, help="of chance; another one tries other bytes")
    asked = parser.parse_args()
    corpus = ROOT / "build" / "fuzz" / asked.target
    corpus.mkdir(parents=True, exist_ok=True)
    for content in seeds(asked.target):
        (corpus / hashlib.sha256(content).hexdigest()[:16]).write_bytes(content)
    options = {
        "max_total_time": round(asked.minutes * 60),
        "timeout": HANGS_S,
        "rss_limit_mb": MEMORY_MB,
        "max_len": LONGEST_INPUT,
        "seed": asked.seed,
        "artifact_prefix": f"{corpus}-found-",
        "print_final_stats": 1,
    }
    atheris.Setup(
        [sys.argv[0], *(f"-{name}={value}" for name, value in options.items()), str(corpus)], _try(asked.target)
    )
    atheris.Fuzz()


def _try(target: str):  # type: ignore[no-untyped-def]
    function = TARGETS[target]

    def once(content: bytes) -> None:
        began = time.process_time()
        function(content)
        if time.process_time() - began > LONGEST_S:
            raise BrokenPromiseError(f"it takes more than {LONGEST_S} seconds")

    return once


if __name__ == "__main__":
    main()
