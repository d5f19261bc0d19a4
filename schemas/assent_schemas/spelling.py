"""The name that a misspelt one was most likely meant to be, found with bounded work."""

import difflib
import itertools
from collections.abc import Iterable

LONGEST = 80
MOST = 600


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The closest known name; None where none is close, or where looking would take long."""
    if len(name) > LONGEST:
        return None
    short = [one for one in itertools.islice(known, MOST) if len(one) <= LONGEST]
    alike = [one for one in short if one.casefold() == name.casefold()]
    if len(alike) == 1:
        return alike[0]
    return next(iter(difflib.get_close_matches(name, short, n=1)), None)


def did_you_mean(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """The closest known name as a remedy, or another one."""
    return asked(nearest(name, known), otherwise)


def asked(near: str | None, otherwise: str = "") -> str:
    """A name that was most likely meant as a remedy, or another remedy where there is none."""
    return otherwise if near is None else f'Did you mean "{near}"?'
