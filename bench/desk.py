"""How fast the desk answers over a large record: overview, filters, map, an incident, its reports.

python -m bench.desk [EVENTS] [RECORD]    (1,000,000 events in a temporary record; a record that exists is asked as it is)

Prints the median and the 95th percentile of each kind of request in milliseconds, one at a time and then with readers at
once. Nothing is read or linked here: the rows are what reading and linking would have written.
"""

from __future__ import annotations

import concurrent.futures
import datetime
import hashlib
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from litestar.testing import TestClient

from marsad.pipeline import load_fold
from marsad.record import open_record, schema
from marsad.web import make_app
from marsad.web.settings import DeskSettings

PER_INCIDENT = 2
AT_ONCE = 20_000
ROUNDS = 25
READERS = 10
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
            where = {
                "name": name,
                "country": country,
                "lat": spot[0],
                "lon": spot[1],
                "id": None,
                "level": "settlement",
            }
            reckoning = {"figures": figures, "totals": totals if figures else [], "sources": 2, "contradicted": False}
            summary = {"type": kind, "start": day, "end": day, "places": [where], "modes": [], "statuses": ["actual"]}
            summary |= {"actors": [], "mentions": mentions, "reckoning": reckoning}
            head = {
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


def ask(client: TestClient[Any], make: Callable[[random.Random], str]) -> list[float]:
    """Return how long each of some requests of a kind took, in milliseconds."""
    chance = random.Random(3)
    took = []
    for _ in range(ROUNDS):
        address = make(chance)
        start = time.perf_counter()
        answer = client.get(address)
        took.append(1000 * (time.perf_counter() - start))
        assert answer.status_code == 200, (address, answer.status_code)
    return took


def _month(chance: random.Random) -> str:
    return f"since=2023-{chance.randrange(1, 13):02}-01&until=2023-12-28"


KINDS: dict[str, Callable[[random.Random], str]] = {
    "overview": lambda _: "/",
    "filter by days": lambda c: f"/?{_month(c)}",
    "filter by country and type": lambda c: f"/?country={c.choice(PLACES)[1]}&type=ASSAULT&min_killed=3",
    "filter by place": lambda c: f"/?place={c.choice(PLACES)[0].split()[0]}",
    "search for words": lambda c: f"/?text={c.randrange(10_000, 18_000)}",
    "page 5": lambda c: f"/?country={c.choice(PLACES)[1]}&page=5",
    "map of the world": lambda _: "/map.json?box=-180,-90,180,90&zoom=2",
    "map of a region": lambda c: f"/map.json?box={(x := c.uniform(20, 40)):.2f},10,{x + 10:.2f},40&zoom=6",
    "incident": lambda c: f"/incidents/i-{c.randrange(0, 9_000) * PER_INCIDENT:012x}",
    "report": lambda c: f"/reports/d{c.randrange(0, 18_000)}",
    "review queue": lambda _: "/review",
}


def measure(path: Path) -> None:
    """Print how long the desk takes over a record."""
    app = make_app(DeskSettings(record=str(path)))
    with TestClient(app, base_url="http://127.0.0.1:8765") as client:
        for name, make in KINDS.items():
            client.get(make(random.Random(1)))
            print(f"{name:28} {_said(ask(client, make))}", flush=True)
        start = time.perf_counter()
        with concurrent.futures.ThreadPoolExecutor(READERS) as pool:
            took = [t for part in pool.map(lambda make: ask(client, make), [KINDS["incident"]] * READERS) for t in part]
        print(
            f"{READERS} readers at once, incident   {_said(took)}, {len(took) / (time.perf_counter() - start):.0f} a second"
        )


def _said(took: list[float]) -> str:
    return f"median {statistics.median(took):7.0f} ms   p95 {statistics.quantiles(took, n=20)[-1]:7.0f} ms"


def main(arguments: list[str]) -> None:
    """Fill a record if need be, and measure."""
    wanted = int(arguments[0]) if arguments else 1_000_000
    path = Path(arguments[1]) if len(arguments) > 1 else Path(tempfile.mkdtemp()) / "bench.db"
    if not path.exists():
        start = time.perf_counter()
        fill(path, wanted)
        size = path.stat().st_size / 1e6
        print(f"{wanted:,} events written in {time.perf_counter() - start:.0f} s, {size:,.0f} MB")
    measure(path)


if __name__ == "__main__":
    import logging

    logging.getLogger("httpx").setLevel(logging.WARNING)
    main(sys.argv[1:])
