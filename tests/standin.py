"""A reader that stands in for the coder, so that all around it is tested alone; and how to start it as a program."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import sqlalchemy as sa

from marsad.errors import ResourceError
from marsad.link.model import ReportSketch
from marsad.model import (
    Attribution,
    Casualty,
    CodedDocument,
    Damage,
    DateRange,
    Document,
    Event,
    Participant,
    Place,
    Quantity,
    Span,
    Story,
    Weapon,
    Why,
)

TEXT = "قصفت القوات الروسية مدينة سومي يوم الاثنين بصاروخين، ما أدى إلى مقتل 3 أشخاص وتدمير مبنى، وفق تاس."
NOISE = "شارك عبر تويتر"


def span_in(text: str, words: str) -> Span:
    """The first place of the words in the text."""
    start = text.index(words)
    return Span(start, start + len(words), words)


class StandIn:
    """Reads one event, with every field filled, from each text that holds the first word of `TEXT`."""

    def is_readable(self, document: Document) -> bool:
        return any("\u0620" <= c <= "\u064a" for c in document.text)

    def read(self, document: Document) -> CodedDocument:
        if "انفجر القارئ" in document.text:
            raise ValueError("no such clause")
        if "مات القارئ" in document.text:
            os.kill(os.getpid(), signal.SIGKILL)
        text = document.text
        events = (make_event(document.id, text),) if TEXT in text else ()
        at = text.find(NOISE)
        noise = ((at, at + len(NOISE)),) if at >= 0 else ()
        story = Story(start=0, end=len(text), noise=noise)
        return CodedDocument(document=document, language="ar", stories=(story,), events=events)

    def sketch(self, coded: CodedDocument) -> ReportSketch | None:
        """Nothing: these tests are not about linking, and all its reports tell the same."""
        assert coded.document.id
        return None


def make_event(document: str, text: str = TEXT) -> Event:
    """An event with every field filled."""

    def span(words: str) -> Span:
        return span_in(text, words)

    why = Why(rule="triggers.tsv:12", words="قصفت", score=0.93, features=(("stem", 1.5),), lost=(("COERCE", 0.04),))
    return Event(
        id=f"{document}:e1",
        type="ASSAULT",
        modes=("heavy-weapons",),
        confidence=0.93,
        trigger=span("قصفت"),
        mentions=(span("تدمير"),),
        actor=(Participant(span=span("القوات الروسية"), country="RUS", sector="MIL"),),
        recipient=(Participant(span=span("أشخاص"), country="UKR", sector="CVL", inferred=True),),
        places=(
            Place(
                span=span("مدينة سومي"),
                name="Sumy",
                country="UKR",
                lat=50.92,
                lon=34.8,
                level="settlement",
                id="geonames:692194",
            ),
        ),
        date=DateRange("2025-07-21", "2025-07-21"),
        date_text=span("يوم الاثنين"),
        weapons=(Weapon(span=span("بصاروخين"), kind="missile", quantity=Quantity(min=2, max=2)),),
        casualties=(
            Casualty(span=span("مقتل 3 أشخاص"), outcome="killed", who="person", quantity=Quantity(min=3, max=3)),
        ),
        damage=(Damage(span=span("مبنى"), object="building", quantity=Quantity(min=1, max=1)),),
        source=(Attribution(span=span("تاس"), name="TASS"),),
        why={"type": why},
    )


class Ran(msgspec.Struct):
    """How a run of the command line ended."""

    code: int
    out: str
    err: str


STARTER = """
import sys
from standin import StandIn
from marsad import cli, pipeline
pipeline.load_reader = StandIn
cli.main(sys.argv[1:])
"""


def start(*arguments: str, **options: object) -> subprocess.Popen[bytes]:
    """Start the command line with the stand-in for the coder as a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    return subprocess.Popen([sys.executable, "-c", STARTER, *arguments], env=environment, **options)  # type: ignore[call-overload,no-any-return]


def wait_for_reports(location: str, wanted: int) -> int:
    """Wait until a record that another program fills holds so many reports; returns how many it holds."""
    engine = engine_of(location)
    deadline = time.monotonic() + 60
    count = 0
    while count < wanted and time.monotonic() < deadline:
        time.sleep(0.02)
        # Until the tables are made there is nothing to count.
        with contextlib.suppress(sa.exc.OperationalError, sa.exc.ProgrammingError), engine.connect() as connection:
            count = connection.scalar(sa.text("SELECT count(*) FROM documents")) or 0
    engine.dispose()
    return count


def engine_of(location: str) -> sa.Engine:
    """An engine on a record's database that knows nothing of Marsad."""
    if "://" in location:
        return sa.create_engine(sa.make_url(location).set(drivername="postgresql+psycopg"))
    return sa.create_engine(f"sqlite:///{location}")


def load_broken() -> StandIn:
    """A reader whose data are broken."""
    raise ResourceError("triggers.tsv:3 is broken; correct it.")
