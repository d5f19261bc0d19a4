"""Starting: what waits becomes runs, a few at a time; each run and its record are one commit."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from assent_engine.admission import Admitted
from assent_engine.clock import Clock
from assent_engine.moments import moment, timestamp
from assent_engine.refusals import refused
from assent_engine.runner import RunReport, Runs
from assent_engine.scheduling import keys
from assent_engine.scheduling.held import Held
from assent_engine.scheduling.planner import IN_TURN
from assent_engine.scheduling.queue import CancelOthers, NoRoom, Skip, Start, Waiting, steps
from assent_engine.scheduling.sharing import shared
from assent_engine.scheduling.words import Fate, Reason
from assent_engine.store import Store
from assent_engine.store.records import (
    NewOccurrence,
    OccurrenceJoined,
    OccurrenceRan,
    OccurrenceSkipped,
    Record,
)
from assent_engine.store.rows import OccurrenceRow, TriggerRow
from assent_schemas.errors import AssentError, Problem, Refused
from assent_schemas.statuses import PolicyStatus
from assent_schemas.triggers import TimedTrigger

_NOT_APPROVED = ("approval.", "policy.not_approved", "policy.tampered", "policy.invalid")
_REASONS = {
    "policy.disabled": Reason.DISABLED,
    "policy.removed": Reason.REMOVED,
    "run.skipped": Reason.OVERLAP,
    "trigger.replaced": Reason.REPLACED,
}
BY = "trigger"
"""Who cancels a run so that a later one can start."""


@dataclass(slots=True)
class Pace:
    """At most `cap` starts within `stagger` in a crowd, so that waking up is no stampede."""

    cap: int = 4
    stagger: timedelta = timedelta(seconds=2)
    _starts: dict[datetime, list[bool]] = field(default_factory=dict)
    """By their moments; true are those of a crowd."""

    def room(self, now: datetime) -> int:
        """How many of a crowd may start now; starts of a clock that was set back do not count."""
        kept = [one for one in self._starts if now - self.stagger < one <= now]
        self._starts = {one: self._starts[one] for one in kept}
        return self.cap - sum(map(len, self._starts.values()))

    @property
    def crowded(self) -> bool:
        """Whether one of a crowd is among the starts that count."""
        return any(True in of for of in self._starts.values())

    def started(self, now: datetime, *, in_crowd: bool) -> None:
        self._starts.setdefault(now, []).append(in_crowd)

    @property
    def next_room(self) -> datetime | None:
        """When the first of the counted starts counts no more."""
        return min(self._starts) + self.stagger if self._starts else None


@dataclass(slots=True)
class OnTime:
    """The occasion of a run that a trigger starts."""

    waiting: Waiting
    clock: Clock
    run_id: str = ""
    _begun: asyncio.Event = field(default_factory=asyncio.Event)

    def laid_over(self, data: Any) -> Any:
        """The run finds what started it under `$.trigger`."""
        one = self.waiting
        told = {"type": one.rule.type, "due": timestamp(one.due)}
        told |= one.brought if isinstance(one.rule, TimedTrigger) else {"data": one.brought}
        return {**data, "trigger": told} if isinstance(data, dict) else data

    def records(self, admitted: Admitted, run_id: str) -> list[Record]:
        one = self.waiting
        if keys.keyed(admitted.policy.triggers).get(one.trigger) != one.rule:
            detail = f"{admitted.policy.name} has no such trigger in its version in force."
            raise refused("trigger.replaced", detail)
        at, self.run_id = timestamp(self.clock.now()), run_id
        return [OccurrenceRan(one.policy_id, one.trigger, timestamp(one.due), run_id, at)]

    def begun(self) -> None:
        self._begun.set()

    async def wait(self) -> None:
        """Return once the run has begun."""
        await self._begun.wait()


@dataclass(slots=True)
class Starting:
    """Carries on with what waits; runs go on by themselves, `ended` hears when one stops."""

    store: Store
    clock: Clock
    runs: Runs
    pace: Pace
    ended: Callable[[], Coroutine[Any, Any, None]]
    short_of_room: bool = False
    under_way: dict[str, asyncio.Task[RunReport]] = field(default_factory=dict)
    """Runs that were started here, by id, until what follows their end is done."""
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def carry_on(self, now: datetime) -> None:
        """Start, skip or leave alone whatever is queued."""
        waiting = await self._waiting(now)
        policies = {one.policy_id for one in waiting}
        open_runs = {one: len(await self.store.read.open_runs_of(one)) for one in policies}
        self.short_of_room = False
        room = self.pace.room(now)
        for step in steps(waiting, open_runs, room, now, crowded=self.pace.crowded):
            match step:
                case Start(one):
                    await self._start(one, now)
                case Skip(one, reason):
                    await self._skip(one, reason, now)
                case CancelOthers(one):
                    await self._cancel_others(one)
                case NoRoom():
                    self.short_of_room = True

    async def drained(self) -> None:
        """Return when no run that was started here is under way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def stop(self) -> None:
        """Let go of every run under way, once what it does outside is done; each can be resumed."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _waiting(self, now: datetime) -> list[Waiting]:
        rows = await self.store.read.open_occurrences()
        queued = [row for row in rows if row.status == Fate.QUEUED]
        if not queued:
            return []
        held = Held.of(await self.store.read.pauses(), timestamp(now))
        names = {(row.policy_id, row.trigger) for row in queued}
        found = {name: await self.store.read.trigger(*name) for name in names}
        return [_waiting(row, found[row.policy_id, row.trigger], held) for row in queued]

    async def _start(self, one: Waiting, now: datetime) -> None:
        """Start one run; returns when that is recorded, or that it was refused is."""
        occasion = OnTime(one, self.clock)
        task = asyncio.create_task(self.runs.start(one.policy_id, occasion=occasion))
        begun = asyncio.create_task(occasion.wait())
        try:
            await asyncio.wait({task, begun}, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            await _let_go(task)
            raise
        finally:
            begun.cancel()
        if not begun.done() and (fault := task.exception()) is not None:
            await self._not_started(one, fault, now)
            return
        self.pace.started(now, in_crowd=one.in_crowd)
        self.under_way[occasion.run_id] = task
        self._keep(task, occasion.run_id)

    async def _not_started(self, one: Waiting, fault: BaseException, now: datetime) -> None:
        if not isinstance(fault, Refused):
            raise fault
        problem = fault.problem
        if problem.code == "policy.paused":
            return
        await self._skip(one, _reason(problem), now, f"{problem.code}: {problem.detail}")

    async def _skip(self, one: Waiting, reason: Reason, now: datetime, detail: str = "") -> None:
        key, at = (one.policy_id, one.trigger, timestamp(one.due)), timestamp(now)
        if isinstance(one.rule, TimedTrigger) and (row := await self.store.read.trigger(*one.key)):
            alone = NewOccurrence(*key, key[2], 1, Fate.SKIPPED, reason, False, at, detail)
            if (more := await shared(self.store.read, row, alone)) is not None:
                await self.store.commit(OccurrenceJoined(*key), more)
                return
        await self.store.commit(OccurrenceSkipped(*key, reason, detail, at))

    async def _cancel_others(self, one: Waiting) -> None:
        for run in await self.store.read.open_runs_of(one.policy_id):
            if run.cancelling is None:
                self._keep(asyncio.create_task(self.runs.cancel(run.id, by=BY)))

    def _keep(self, task: asyncio.Task[Any], run_id: str = "") -> None:
        watcher = asyncio.create_task(self._followed(task, run_id))
        self._tasks.add(watcher)
        watcher.add_done_callback(self._tasks.discard)

    async def _followed(self, task: asyncio.Task[Any], run_id: str) -> None:
        """See to what follows a run; one that stopped for trouble is there to be resumed."""
        try:
            await task
        except AssentError:
            pass
        except asyncio.CancelledError:
            await _let_go(task)
            raise
        await self.ended()
        self.under_way.pop(run_id, None)


async def _let_go(task: asyncio.Task[Any]) -> None:
    """Cancel a task, and wait until it writes nothing more."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _waiting(row: OccurrenceRow, trigger: TriggerRow | None, held: Held) -> Waiting:
    assert trigger is not None  # noqa: S101 - rows of triggers are never deleted
    rule, due = keys.read(trigger.document), moment(row.due)
    timed = isinstance(rule, TimedTrigger)
    off = None if trigger.policy_status is PolicyStatus.ENABLED else Reason.DISABLED
    told: Any = {"due": row.due, "missed": row.missed} if timed else row.payload
    paused = held.until(row.policy_id) is not None
    in_turn = row.reason == IN_TURN
    in_crowd = row.missed or not timed
    return Waiting(row.policy_id, row.trigger, due, rule, told, in_turn, off, paused, in_crowd)


def _reason(problem: Problem) -> Reason:
    if problem.code.startswith(_NOT_APPROVED):
        return Reason.NOT_APPROVED
    return _REASONS.get(problem.code, Reason.REFUSED)
