"""How fast the desk answers over a large record: overview, filters, map, an incident, its reports.

python -m bench.desk [EVENTS] [RECORD] [--adds]    (1,000,000 events in a temporary record; one that exists is asked)

Prints the median and the 95th percentile of each kind of request in milliseconds, over the network, one at a time, then
with readers at once, and with --adds also while another program adds reports to the record. Beside the time that passed
stands the time that the desk's processor worked (on Linux): where other programs are busy, that is what the desk itself
takes. Nothing is read or linked to fill a record: the rows are what reading and linking would have written.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import datetime
import functools
import hashlib
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import sqlalchemy as sa

from bench.stream import stream
from marsad.pipeline import load_fold
from marsad.record import open_record, schema

Make = Callable[[random.Random], str]
Clock = Callable[[], float]
PER_INCIDENT = 2
AT_ONCE = 20_000
ROUNDS = 25
READERS = 50
EACH = 6
TYPES = ("ASSAULT",) * 12 + (
    "CONSULT",
    "CONSULT",
    "REQUEST",
    "ACCUSE",
    "THREATEN",
    "AID",
    "RETREAT",
    "PROTEST",
    "COERCE",
)
PLACES = (
    ("Kharkiv", "UKR", 49.98, 36.23),
    ("Sumy", "UKR", 50.92, 34.8),
    ("Odesa", "UKR", 46.48, 30.73),
    ("Kursk", "RUS", 51.73, 36.19),
    ("Gaza", "PSE", 31.5, 34.47),
    ("Khan Yunis", "PSE", 31.34, 34.3),
    ("Khartoum", "SDN", 15.55, 32.53),
    ("El Fasher", "SDN", 13.63, 25.35),
    ("Aleppo", "SYR", 36.2, 37.16),
    ("Idlib", "SYR", 35.93, 36.63),
    ("Sanaa", "YEM", 15.35, 44.2),
    ("Marib", "YEM", 15.46, 45.32),
    ("Mosul", "IRQ", 36.34, 43.13),
    ("Beirut", "LBN", 33.89, 35.5),
    ("Tripoli", "LBY", 32.89, 13.18),
    ("Goma", "COD", -1.68, 29.22),
)
FIRST = datetime.date(2019, 1, 1)
DAYS = 2400


def fill(path: Path, wanted: int) -> None:
    """Write a record of so many events, some to an incident, each in a report of its own."""
    chance = random.Random(7)
    with open_record(str(path), load_fold()) as record:
        run = record.start_run("bench", "bench")
        for start in range(0, wanted, AT_ONCE):
            rows: dict[str, list[dict[str, Any]]] = {}
            for table, row in _rows(range(start, min(start + AT_ONCE, wanted)), run, chance):
                rows.setdefault(table, []).append(row)
            record.change(lambda connection, rows=rows: _write(connection, rows))  # type: ignore[misc]
        record.change(lambda connection: connection.exec_driver_sql("ANALYZE"))


def _write(connection: sa.Connection, rows: dict[str, list[dict[str, Any]]]) -> None:
    for name in ("documents", "document_words", "events", "event_places", "claims", "incidents", "sketches"):
        table = schema.document_words if name == "document_words" else schema.metadata.tables[name]
        connection.execute(sa.insert(table), rows[name])


def _rows(numbers: range, run: int, chance: random.Random) -> Iterator[tuple[str, dict[str, Any]]]:
    for number in numbers:
        if number % PER_INCIDENT == 0:
            day = (FIRST + datetime.timedelta(days=chance.randrange(DAYS))).isoformat()
            kind = chance.choice(TYPES)
            name, country, lat, lon = chance.choice(PLACES)
            spot = round(lat + chance.gauss(0, 0.4), 4), round(lon + chance.gauss(0, 0.4), 4)
            killed = max(0, int(chance.expovariate(0.3)) - 1) if kind == "ASSAULT" else None
            incident = f"i-{number:012x}"
            mentions = [[f"d{k}", f"d{k}:e1", 0, 4] for k in range(number, number + PER_INCIDENT)]
            totals = [
                {"report": f"d{k}", "event": f"d{k}:e1", "field": "killed", "count": killed, "start": 5, "end": 6}
                for k in range(number, number + PER_INCIDENT)
            ]
            figures = {} if killed is None else {"killed": {"best": killed, "low": killed, "high": killed}}
            where: dict[str, Any] = {
                "name": name,
                "country": country,
                "lat": spot[0],
                "lon": spot[1],
                "id": None,
                "level": "settlement",
            }
            reckoning = {"figures": figures, "totals": totals if figures else [], "sources": 2, "contradicted": False}
            summary: dict[str, Any] = {
                "type": kind,
                "start": day,
                "end": day,
                "places": [where],
                "modes": [],
                "statuses": ["actual"],
            }
            summary |= {"actors": [], "mentions": mentions, "reckoning": reckoning}
            head: dict[str, Any] = {
                "id": incident,
                "type": kind,
                "date_start": day,
                "date_end": day,
                "killed": killed,
                "reports": PER_INCIDENT,
            }
            head |= {
                "sources": 2,
                "contradicted": False,
                "verdict": None,
                "country": country,
                "lat": spot[0],
                "lon": spot[1],
            }
            head |= {"level": "settlement", "harmed": killed or 0, "priority": chance.random()}
            yield "incidents", {**head, "incident": json.dumps(summary)}
        key = number + 1
        text = f"قُتل {killed or 0} في قصف على {name} يوم {day} وقال مصدر رقم {number} إن البحث مستمر."
        document = {"key": key, "id": f"d{number}", "hash": hashlib.sha256(text.encode()).hexdigest(), "text": text}
        document |= {
            "title": None,
            "published": day,
            "publisher": f"p{number % 40}.example",
            "url": None,
            "language": "ar",
        }
        yield "documents", {**document, "version": 1, "current": True, "run": run, "received_at": day}
        yield "document_words", {"rowid": key, "words": text}
        span = {"start": 0, "end": 4, "text": text[:4]}
        place = {"span": span, "name": name, "country": country, "lat": spot[0], "lon": spot[1], "level": "settlement"}
        event = {"id": f"d{number}:e1", "type": kind, "trigger": span, "places": [place], "confidence": 0.9}
        row = {"key": key, "id": f"d{number}:e1", "document": key, "type": kind, "status": "actual", "generic": False}
        row |= {"confidence": 0.9, "date_start": day, "date_end": day, "killed": killed, "event": json.dumps(event)}
        yield "events", row
        yield (
            "event_places",
            {"event": key, "position": 0, "name": name, "folded": name, "country": country, "place": None},
        )
        claim = {"document": key, "event": key, "field": "type", "value": "{}", "start": 0, "end": 4, "text": text[:4]}
        yield "claims", {**claim, "source": f"s{number % 300}"}
        yield (
            "sketches",
            {"event": key, "document": key, "anchor": f"a{number}", "born": key, "incident": incident, "sketch": "{}"},
        )


class Took(NamedTuple):
    """How long a request took in milliseconds, and how long the desk's processor worked meanwhile."""

    wall: float
    work: float


def clock_of(process: int) -> Clock | None:
    """Return what tells the seconds that the processor worked for a process; None where the system does not say."""
    if not sys.platform.startswith("linux"):
        return None
    return functools.partial(time.clock_gettime, (~process << 3) | 2)  # clock_getcpuclockid(3), which Python lacks


def ask(client: httpx.Client, make: Make, rounds: int = ROUNDS, worked: Clock | None = None) -> list[Took]:
    """Return how long each of some requests of a kind took; `worked` tells how long the desk's processor has worked."""
    chance, clock = random.Random(), worked or (lambda: 0.0)
    took = []
    for _ in range(rounds):
        address = make(chance)
        start, work = time.perf_counter(), clock()
        answer = client.get(address)
        took.append(Took(1000 * (time.perf_counter() - start), 1000 * (clock() - work)))
        if answer.status_code != 200:
            raise SystemExit(f"{address} was answered with {answer.status_code}: {answer.text[:200]}")
    return took


class Known(NamedTuple):
    """What a record holds that can be asked for."""

    incidents: list[str]
    reports: list[str]
    places: list[str]
    countries: list[str]
    publishers: list[str]
    days: list[str]
    words: list[str]
    spots: list[tuple[float, float]]


def known_of(path: Path) -> Known:
    """Return a sample of what a record holds, taken evenly over its incidents and reports."""
    with open_record(str(path), load_fold()) as record, record.reading() as connection:

        def column(sql: str) -> list[Any]:
            return [row[0] for row in connection.exec_driver_sql(sql)]

        most = column("SELECT max(key) FROM documents")[0]
        some = ", ".join(str(random.Random(1).randrange(1, most)) for _ in range(300))
        texts = column(f"SELECT text FROM documents WHERE key IN ({some})")
        held = f"SELECT DISTINCT incident FROM sketches WHERE event IN ({some}) AND incident IS NOT NULL"
        of_places = "SELECT folded FROM event_places WHERE event IN"
        return Known(
            incidents=column(held),
            reports=column(f"SELECT id FROM documents WHERE key IN ({some})"),
            places=sorted({f.splitlines()[0] for f in column(f"{of_places} ({some})")}),
            countries=column(f"SELECT DISTINCT country FROM incidents WHERE country IS NOT NULL AND id IN ({held})"),
            publishers=column(
                f"SELECT DISTINCT publisher FROM documents WHERE key IN ({some}) AND publisher IS NOT NULL"
            ),
            days=sorted(column(f"SELECT date_start FROM incidents WHERE date_start IS NOT NULL AND id IN ({held})")),
            words=sorted({word for text in texts for word in text.split() if len(word) > 3}),
            spots=[
                tuple(row) for row in connection.exec_driver_sql(f"SELECT lat, lon FROM incidents WHERE id IN ({held})")
            ],
        )


def kinds_of(known: Known) -> dict[str, Make]:
    """Return the kinds of requests that are measured."""

    def days(c: random.Random) -> str:
        first, last = sorted((c.choice(known.days), c.choice(known.days)))
        return f"since={first}&until={last}"

    def box(c: random.Random, wide: float) -> str:
        lat, lon = next(spot for spot in iter(lambda: c.choice(known.spots), None) if spot[0] is not None)
        corners = lon - wide, max(-90.0, lat - wide / 2), lon + wide, min(90.0, lat + wide / 2)
        return "box=" + ",".join(f"{corner:.2f}" for corner in corners)

    return {
        "overview": lambda _: "/",
        "filter by days": lambda c: f"/?{days(c)}",
        "filter by type": lambda c: f"/?type={c.choice(('ASSAULT', 'CONSULT'))}",
        "filter by country": lambda c: f"/?country={c.choice(known.countries)}",
        "filter by place": lambda c: f"/?place={c.choice(known.places)}",
        "filter by publisher": lambda c: f"/?publisher={c.choice(known.publishers)}",
        "search for a word": lambda c: f"/?text={c.choice(known.words)}",
        "place, days and type": lambda c: f"/?place={c.choice(known.places)}&type=ASSAULT&{days(c)}",
        "words, country and killed": lambda c: (
            f"/?text={c.choice(known.words)}&country={c.choice(known.countries)}&min_killed=2"
        ),
        "by harm, page 50": lambda c: f"/?order=harm&page=50&country={c.choice(known.countries)}",
        "map of the world": lambda c: f"/map.json?box=-180,-90,180,90&zoom={c.uniform(1, 3):.2f}",
        "map of a region": lambda c: f"/map.json?{box(c, 10)}&zoom={c.uniform(5, 6):.2f}",
        "map of a town": lambda c: f"/map.json?{box(c, 1)}&zoom={c.uniform(8, 9):.2f}",
        "map of a place's incidents": lambda c: (
            f"/map.json?{box(c, 20)}&zoom={c.uniform(3, 5):.2f}&place={c.choice(known.places)}"
        ),
        "incident": lambda c: f"/incidents/{c.choice(known.incidents)}",
        "report": lambda c: f"/reports/{c.choice(known.reports)}",
        "review queue": lambda _: "/review",
    }


def measure(path: Path, *, adds: bool) -> None:
    """Print how long the desk takes over a record, asked as browsers do; with `adds` also while it grows."""
    kinds = kinds_of(known_of(path))
    with serving(path) as (address, process), httpx.Client(base_url=address, timeout=120) as client:
        worked = clock_of(process)
        start = time.perf_counter()
        client.get("/").raise_for_status()
        print(f"first answer after start     {time.perf_counter() - start:7.1f} s", flush=True)
        client.get("/?publisher=none").raise_for_status()
        print(f"all events read after        {time.perf_counter() - start:7.1f} s", flush=True)
        for name, make in kinds.items():
            print(f"{name:28} {_said(ask(client, make, worked=worked))}   load {os.getloadavg()[0]:.1f}", flush=True)
        _crowd(address, list(kinds.values()), "readers at once")
        if adds:
            with adding(path) as so_far:
                began, before = time.perf_counter(), so_far()
                _crowd(address, list(kinds.values()), "readers while reports are added")
                took = time.perf_counter() - began
                print(f"reports added meanwhile      {so_far() - before:7} ({(so_far() - before) / took:.0f} a second)")


def _crowd(address: str, makes: list[Make], name: str) -> None:
    def reader(number: int) -> list[Took]:
        with httpx.Client(base_url=address, timeout=120) as client:
            return [t for k in range(EACH) for t in ask(client, makes[(number + k) % len(makes)], 1)]

    start = time.perf_counter()
    with concurrent.futures.ThreadPoolExecutor(READERS) as pool:
        took = [t for part in pool.map(reader, range(READERS)) for t in part]
    said = f"{_said(took)}, {len(took) / (time.perf_counter() - start):.0f} a second, no error"
    print(f"{READERS} {name:25} {said}", flush=True)


@contextlib.contextmanager
def serving(path: Path) -> Iterator[tuple[str, int]]:
    """Serve the desk in another process; gives its address and the number of the process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).parent / "marsad"), "serve", "--record", str(path), "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}", server.pid
    finally:
        server.terminate()
        server.wait(30)


@contextlib.contextmanager
def adding(path: Path) -> Iterator[Callable[[], int]]:
    """Add reports to a record in another process; gives how many it holds."""
    with open_record(str(path), load_fold()) as record:

        def count() -> int:
            return int(record.look(lambda c: c.exec_driver_sql("SELECT max(key) FROM documents").scalar()) or 0)

        adder = subprocess.Popen([sys.executable, "-m", "bench.desk", "--add-to", str(path), str(count())])
        try:
            yield count
        finally:
            adder.terminate()
            adder.wait(30)


def add_to(path: Path, number: int) -> None:
    """Add reports, numbered from here on, until stopped."""
    with open_record(str(path), load_fold()) as record:
        run = record.start_run("bench", "bench")
        for made in stream(10_000_000, first=number):
            record.add(made.coded, run, made.sketch)


def _said(took: list[Took]) -> str:
    """The figures of a kind; work alone where requests came one at a time."""

    def both(times: list[float]) -> str:
        return f"median {statistics.median(times):6.0f} ms  p95 {statistics.quantiles(times, n=20)[-1]:6.0f} ms"

    work = [one.work for one in took]
    return both([one.wall for one in took]) + (f"   processor: {both(work)}" if any(work) else "")


def main(arguments: list[str]) -> None:
    """Fill a record if need be, and measure."""
    if arguments[:1] == ["--add-to"]:
        add_to(Path(arguments[1]), int(arguments[2]))
        return
    adds = "--adds" in arguments
    arguments = [argument for argument in arguments if argument != "--adds"]
    wanted = int(arguments[0]) if arguments else 1_000_000
    path = Path(arguments[1]) if len(arguments) > 1 else Path(tempfile.mkdtemp()) / "bench.db"
    start = time.perf_counter()
    if not path.exists():
        fill(path, wanted)
    else:
        open_record(str(path), load_fold(), create=False).close()
    print(f"opened or filled in {time.perf_counter() - start:.0f} s, {path.stat().st_size / 1e6:.0f} MB", flush=True)
    measure(path, adds=adds)


if __name__ == "__main__":
    main(sys.argv[1:])
