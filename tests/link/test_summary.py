"""What an incident's reports give together."""

from link.sketches import event

from marsad.link.summary import Ruled, summarize


def test_an_incident_happened_before_it_was_reported() -> None:
    first = event("r1:e1", published="2025-10-10T20:00:00Z")
    spoken_of = [
        event(f"r{n}:e1", published="2025-10-12T09:00:00Z", start="2025-10-12", end="2025-10-12") for n in (2, 3)
    ]
    summary = summarize([first, *spoken_of], {}, Ruled())
    assert (summary.start, summary.end) == ("2025-10-10", "2025-10-10")
