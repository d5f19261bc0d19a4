"""The one mother of a torture, homes for her children, and what a case measured."""

import atexit
import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from engine.durable.mother import Mother
from torture.examples import SUBMITTED

PATIENCE = 5.0
"""Seconds of processor time that a fresh process may need to bring what is open to its end.

Of the time on the wall nothing can be asserted where other programs have the processors.
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """A case's answer, how many kills it took, and how long resuming lasted: in all, and busy."""

    answer: str
    kills: int
    seconds: float
    busy: float


@cache
def mother() -> Mother:
    """Started once, ended with this process."""
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(Mother.started())


def copied(home: Path, to: Path) -> Path:
    """A home like another one, to be killed in; what stood there is gone."""
    removed(to)
    shutil.copytree(home, to)
    return to


def removed(home: Path) -> None:
    """Away with a home, and with the log beside it."""
    shutil.rmtree(home, ignore_errors=True)
    (home.parent / f"{home.name}.{SUBMITTED}").unlink(missing_ok=True)
