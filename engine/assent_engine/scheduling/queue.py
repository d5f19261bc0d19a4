"""What becomes of the starts that wait: pure, from the rules, the open runs and the moment."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from assent_engine.due.sessions import Unknown, is_open
from assent_engine.moments import later
from assent_engine.scheduling.conditions import holds
from assent_engine.scheduling.words import Reason
from assent_schemas.triggers import AnyTrigger, OnlyWhile

MOST_KEPT = 100
"""Starts of one trigger that are kept while a run is open."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A start that waits; with `in_turn` for those before it, whatever the rule on overlap.

    `off` is why it starts nothing any more, `held` that its policy is paused; `in_crowd`, that many
    like it may come at once.
    """

    policy_id: str
    trigger: str
    due: datetime
    rule: AnyTrigger
    brought: Any
    in_turn: bool = False
    off: Reason | None = None
    held: bool = False
    in_crowd: bool = False

    @property
    def key(self) -> tuple[str, str]:
        return self.policy_id, self.trigger


@dataclass(frozen=True, slots=True)
class Start:
    """Start it now."""

    waiting: Waiting


@dataclass(frozen=True, slots=True)
class Skip:
    """Do not start it."""

    waiting: Waiting
    reason: Reason


@dataclass(frozen=True, slots=True)
class CancelOthers:
    """End the open runs of its policy, so that it can start."""

    waiting: Waiting


@dataclass(frozen=True, slots=True)
class NoRoom:
    """It could start, but enough have been started for now."""

    waiting: Waiting


Step = Start | Skip | CancelOthers | NoRoom


def steps(
    waiting: Iterable[Waiting],
    open_runs: Mapping[str, int],
    room: int,
    now: datetime,
    *,
    crowded: bool = False,
) -> Iterator[Step]:
    """What to do about each start that waits, the longest due first; the others go on waiting.

    In a crowd each of them needs room: where one waits, or has just been there.
    """
    in_order = sorted(waiting, key=lambda one: (one.due, one.key))
    crowded = crowded or any(_of_a_crowd(one, open_runs) for one in in_order)
    left = Counter(one.key for one in in_order)
    yield from _Turn(Counter(open_runs), room, crowded, now, left).of(in_order)


def _of_a_crowd(one: Waiting, open_runs: Mapping[str, int]) -> bool:
    """Whether it is one of many that may start now."""
    free = one.rule.overlap == "allow" or not open_runs.get(one.policy_id)
    return one.in_crowd and free and not one.held and one.off is None


@dataclass(slots=True)
class _Turn:
    """One look at the queue; `left` counts what of each trigger is still to come."""

    open_runs: Counter[str]
    room: int
    crowded: bool
    now: datetime
    left: Counter[tuple[str, str]]
    kept: Counter[tuple[str, str]] = field(default_factory=Counter)

    def of(self, in_order: list[Waiting]) -> Iterator[Step]:
        for one in in_order:
            self.left[one.key] -= 1
            step = self._step(one)
            if step is None or isinstance(step, CancelOthers | NoRoom):
                self.kept[one.key] += 1
            if step is not None:
                yield step

    def _step(self, one: Waiting) -> Step | None:
        if one.off is not None:
            return Skip(one, one.off)
        if one.held:
            return None
        if (reason := _senseless(one, self.now)) is not None:
            return Skip(one, reason)
        if self.open_runs[one.policy_id] and one.rule.overlap != "allow":
            return self._beside(one)
        if self.crowded and self.room <= 0:
            return NoRoom(one)
        self.room -= 1
        self.open_runs[one.policy_id] += 1
        return Start(one)

    def _beside(self, one: Waiting) -> Step | None:
        """What becomes of a start while a run of its policy is open."""
        most = {"buffer_one": 1, "buffer_all": MOST_KEPT}.get(one.rule.overlap, 0)
        if one.rule.overlap == "cancel_other":
            return Skip(one, Reason.OVERLAP) if self.left[one.key] else CancelOthers(one)
        most = MOST_KEPT if one.in_turn else most
        already = self.kept[one.key]
        return None if already < most else Skip(one, Reason.OVERLAP)


def _senseless(one: Waiting, now: datetime) -> Reason | None:
    """Why a start makes no sense (any more), if it does not."""
    rule = one.rule.only_while or OnlyWhile()
    seconds = rule.deadline_seconds
    if seconds is not None and now > later(one.due, seconds):
        return Reason.TOO_LATE
    if rule.in_session is not None and (reason := _closed(now)) is not None:
        return reason
    return None if holds(one.rule.when, one.brought) else Reason.FILTERED


def _closed(now: datetime) -> Reason | None:
    try:
        return None if is_open(now) else Reason.OUTSIDE_SESSION
    except Unknown:
        return Reason.UNKNOWN_CALENDAR
