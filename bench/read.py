"""How fast reading is, how much memory it takes, whether its cost is linear in the text.

    python -m bench.read [--reports 10000]

The reports have the sizes of the exam reports and are put together from the sentences of all our own gold reports, in
an order drawn with a fixed seed, so that no report repeats another while the mix of words stays that of news. They are
made one at a time: the memory measured is the reader's. One process, one thread.

The ratio compares reading with a bare scan of the same text for the same surface forms (daachorse, character-wise,
leftmost longest): what any lexicon lookup costs at the least.
"""

from __future__ import annotations

import argparse
import functools
import multiprocessing
import random
import re
import resource
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import daachorse

from eval.corpus import exam_cases, training_cases
from marsad.gazetteer_index import read_index
from marsad.lang.ar.lexicon import load_lexicon
from marsad.lang.ar.script import fold_text
from marsad.model import Document
from marsad.pipeline import Reader, load_reader
from marsad.resources import DATA

SEED = 20250722
SENTENCE = re.compile(r"[^.!?\u061f\u061b\n]+[.!?\u061f\u061b\n]*\s*")
PUBLISHED = "2025-07-22"
LINEAR_SIZES = (1, 2, 4, 8, 16)  # reports in one document
LINEAR_TEXTS = 40


def _material() -> tuple[list[int], list[str]]:
    """The sizes of the exam reports, and the sentences of all our own gold reports."""
    cases = [*exam_cases(), *training_cases(with_shared=False)]
    return [len(c.document.text) for c in exam_cases()], [s for c in cases for s in SENTENCE.findall(c.document.text)]


@functools.cache
def material() -> tuple[list[int], list[str]]:
    """Return what reports are made of, taken from the gold in another process: what the gold takes is not the reader's."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as another:
        return another.submit(_material).result()


def make_reports(count: int) -> Iterator[Document]:
    """Yield reports of the exam reports' sizes, made of sentences of all our own gold reports."""
    sizes, sentences = material()
    rng = random.Random(SEED)
    for number in range(count):
        size, parts, length = rng.choice(sizes), [], 0
        while length < size:
            part = rng.choice(sentences)
            parts.append(part)
            length += len(part)
        yield Document(id=f"r{number}", text="".join(parts), published=PUBLISHED)


def surface_forms() -> list[str]:
    """Return every folded form that the reader looks words up in: lexicon, actor names, place names."""
    forms = load_lexicon(DATA / "ar").forms()
    for name in ("actor_names.tsv", "place_names.tsv"):
        lines = (DATA / "ar" / name).read_text(encoding="utf-8").splitlines()[1:]
        forms.update(fold_text(line.split("\t")[0]) for line in lines)
    return sorted((forms | set(read_index(DATA / "gazetteer.bin").names)) - {""})


def memory_mb() -> float:
    """Return the resident memory of this process now, in MB of a million bytes."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def measure_reading(reader: Reader, count: int) -> float:
    """Read that many reports, print the figures, return the seconds that reading took."""
    seconds, size, characters, events = 0.0, 0, 0, 0
    at = {max(1, count * share // 100): share for share in (10, 25, 50, 100)}
    for number, document in enumerate(make_reports(count), 1):
        start = time.process_time()
        coded = reader.read(document)
        seconds += time.process_time() - start
        size += len(document.text.encode())
        characters += len(document.text)
        events += len(coded.events)
        if number in at:
            print(f"  memory after {at[number]:3d} %     {memory_mb():10.1f} MB")
    print(
        f"  reports              {count:10d}     {characters / count:.0f} characters each, {events / count:.1f} events"
    )
    print(f"  reports per second   {count / seconds:10.1f}     processor time, one core")
    print(f"  MB per second        {size / seconds / 1e6:10.2f}     UTF-8")
    return seconds


def measure_scan(count: int) -> float:
    """Return the seconds that a bare scan of the same reports takes."""
    forms = surface_forms()
    automaton = daachorse.CharwiseDoubleArrayAhoCorasick(forms, daachorse.MATCH_KIND_LEFTMOST_LONGEST)
    seconds, hits = 0.0, 0
    for document in make_reports(count):
        folded = fold_text(document.text)
        start = time.process_time()
        hits += len(automaton.find(folded))
        seconds += time.process_time() - start
    print(f"  bare scan            {count / seconds:10.1f}     reports per second, {len(forms)} forms, {hits} hits")
    return seconds


def measure_linearity(reader: Reader) -> None:
    """Print what a character costs in documents of growing size, and the ratio of each doubling."""
    texts = [document.text for document in make_reports(LINEAR_TEXTS * max(LINEAR_SIZES))]
    before = 0.0
    for size in LINEAR_SIZES:
        documents = [_join(texts[k * size : (k + 1) * size]) for k in range(LINEAR_TEXTS)]
        start = time.process_time()
        for document in documents:
            reader.read(document)
        seconds = time.process_time() - start
        length = sum(len(d.text) for d in documents)
        cost = seconds / length
        ratio = f"twice the text takes {2 * cost / before:.2f} times as long" if before else ""
        print(f"  {length / LINEAR_TEXTS:8.0f} characters {seconds / LINEAR_TEXTS * 1e3:10.2f} ms   {ratio}")
        before = cost


def _join(texts: Sequence[str]) -> Document:
    return Document(id="joined", text="\n\n".join(texts), published=PUBLISHED)


def main() -> None:
    """Run all measurements."""
    parser = argparse.ArgumentParser(prog="bench.read", description="Measure the speed and memory of reading.")
    parser.add_argument("--reports", type=int, default=10_000, help="how many reports to read (default 10000)")
    count = parser.parse_args().reports
    start = time.perf_counter()
    reader = load_reader()
    reader.read(next(make_reports(1)))
    print(f"Loading\n  until the first event {time.perf_counter() - start:8.2f} s, {memory_mb():.1f} MB\n\nReading")
    seconds = measure_reading(reader, count)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(f"  peak memory          {peak:10.1f} MB\n\nAgainst a bare scan")
    print(f"  reading takes        {seconds / measure_scan(count):10.1f}     times as long\n\nLinearity")
    measure_linearity(reader)


if __name__ == "__main__":
    main()
