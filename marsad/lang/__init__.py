"""The table of languages, written out by hand: a new language is its folders and one line here."""

from __future__ import annotations

from collections.abc import Callable

from marsad.errors import InputError
from marsad.lang.ar.load import load_arabic
from marsad.lang.ar.reading import Arabic
from marsad.overlay import NOTHING, Overlay

LANGUAGES: dict[str, Callable[[Overlay], Arabic]] = {"ar": load_arabic}


def load(code: str, overlay: Overlay = NOTHING) -> Arabic:
    """Load a language with its lexicon, gazetteer names and actor names, and the words that a record adds.

    Raises:
        InputError: there is no such language.
        ResourceError: one of its data files is broken.
    """
    if code not in LANGUAGES:
        raise InputError(f"There is no language {code!r}; Marsad reads: {', '.join(sorted(LANGUAGES))}.")
    return LANGUAGES[code](overlay)
