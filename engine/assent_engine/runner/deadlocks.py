"""Deadlocks: whether a called run could ever get a place, as the open runs stand, pure."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from assent_engine.store.rows import RunRow

WAITS, HELD = "waits", "held"
_NEW = ""
"""The id of the run that is about to be called."""


def never_placed(runs: Sequence[RunRow], key: str, caller: str) -> bool:
    """Whether a run that waits for a place of a key, called by one of these, waits for itself.

    A run can end when those that it called can; one that waits can when a run that holds a place
    of its key can. Each new wait is asked about, so no circle is ever closed.
    """
    tangle = _Tangle()
    for row in runs:
        tangle.add(row.id, row.parent_run)
        if row.concurrency_key is not None and row.place == HELD:
            tangle.holders[row.concurrency_key].add(row.id)
        elif row.concurrency_key is not None and row.place == WAITS:
            tangle.waiting[row.id] = row.concurrency_key, row.concurrency_limit or 1
    tangle.add(_NEW, caller)
    # What is free by now is given to who waits, in order, and those can end.
    tangle.waiting[_NEW] = key, len(tangle.holders[key])
    return _NEW not in tangle.able_to_end()


@dataclass(slots=True)
class _Tangle:
    below: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    holders: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    waiting: dict[str, tuple[str, int]] = field(default_factory=dict)
    runs: set[str] = field(default_factory=set)

    def add(self, run: str, caller: str | None) -> None:
        self.runs.add(run)
        if caller is not None:
            self.below[caller].add(run)

    def able_to_end(self) -> set[str]:
        able: set[str] = set()
        while more := {run for run in self.runs - able if self._can(run, able)}:
            able |= more
        return able

    def _can(self, run: str, able: set[str]) -> bool:
        if not self.below[run] <= able:
            return False
        if run not in self.waiting:
            return True
        key, limit = self.waiting[run]
        holders = self.holders[key]
        return len(holders) < limit or bool(holders & able)
