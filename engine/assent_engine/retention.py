"""Retention by value: which ended runs may lose their details. Pure.

Never touched: the ledger, approvals, audit records, saga logs, open runs. What goes is the
journal between a run's first and last entry; the end's hash still stands in the ledger.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum


class Value(IntEnum):
    """How much the details of an ended run may still matter."""

    ROUTINE = 0
    """Completed, and nothing outside was changed."""
    EFFECTIVE = 1
    """Completed, and something outside was changed."""
    TROUBLED = 2
    """Failed, timed out or cancelled, compensated or not."""


@dataclass(frozen=True, slots=True)
class EndedRun:
    """An ended run whose journal is whole, and how many bytes its details take."""

    run_id: str
    ended: datetime
    value: Value
    size: int


@dataclass(frozen=True, slots=True)
class Keep:
    """How long details are kept, and how many bytes of them; troubled runs only go by age."""

    routine: timedelta
    effective: timedelta
    troubled: timedelta
    size: int
    occurrences: timedelta = timedelta(days=366)
    """How long it is kept what became of each due time."""
    most_occurrences: int = 100_000
    """Of how many, at most."""

    def age(self, value: Value) -> timedelta:
        """How long details of this value are kept."""
        return (self.routine, self.effective, self.troubled)[value]


_YEAR = timedelta(days=366)
DEFAULT = Keep(timedelta(days=90), 2 * _YEAR, 10 * _YEAR, 512 * 1024**2)


def to_thin(runs: Iterable[EndedRun], keep: Keep, now: datetime) -> list[EndedRun]:
    """The runs to thin, the least valuable and then the oldest first."""
    ranked = sorted(runs, key=lambda run: (run.value, run.ended, run.run_id))
    left = sum(run.size for run in ranked)
    chosen = []
    for run in ranked:
        too_much = left > keep.size and run.value is not Value.TROUBLED
        if now - run.ended > keep.age(run.value) or too_much:
            chosen.append(run)
            left -= run.size
    return chosen
