"""Drives one run: performs what the interpreter asks for, or replays what was recorded."""

import asyncio
import contextlib
from collections.abc import Generator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from assent_engine.budget import Budget
from assent_engine.clock import Clock
from assent_engine.effects import (
    CallPolicy,
    Checkpoint,
    Claim,
    Compensate,
    Cursor,
    Effect,
    Fork,
    Now,
    Outcome,
    ReadItems,
    RunStep,
    ScopeSpec,
    Sleep,
    WaitDecision,
    WriteResult,
    child_path,
)
from assent_engine.interpreter import ROOT, Program, RunHeader, run_scope
from assent_engine.journal import seal
from assent_engine.moments import moment, timestamp
from assent_engine.ports import Listener, Progress
from assent_engine.runner.activity import Activity
from assent_engine.runner.asking import Asking
from assent_engine.runner.branches import Branches, breach_outcomes
from assent_engine.runner.called_runs import CalledRuns
from assent_engine.runner.calls import Calls, uninterrupted
from assent_engine.runner.halts import (
    PATIENCE,
    Cancelled,
    Ending,
    NeedsOwner,
    OutOfTime,
    OutOfTransitions,
    Parked,
)
from assent_engine.runner.item_files import ItemFiles
from assent_engine.runner.recorder import Recorder
from assent_engine.runner.stalling import Stalling
from assent_engine.runner.undoing import Undoing
from assent_engine.store.records import RunSnapshot
from assent_engine.time_limit import passing
from assent_schemas import exact_json
from assent_schemas.errors import StoreError

SNAPSHOT_BYTES = 64 * 1024
SNAPSHOT_TRANSITIONS = 10_000


class Mark(NamedTuple):
    """A place in a run's past: the journal's last entry there, and the transitions made."""

    seq: int
    head: str
    transitions: int


@dataclass(slots=True)
class Driver:
    """One run of one process; `cursor` is the root's snapshot to start from, if there is one."""

    program: Program
    header: RunHeader
    recorder: Recorder
    calls: Calls
    item_files: ItemFiles
    asking: Asking
    called: CalledRuns
    activity: Activity
    clock: Clock
    tell: Listener
    budget: Budget
    stalling: Stalling
    cursor: dict[str, Any] | None = None
    go_on: bool = True
    """Whether the compensations before one that failed are carried out all the same."""
    at: Cursor | None = None
    entered: "Mark | None" = None
    """Where the journal stood when the root entered its state, if nothing was left to replay."""
    _snapshot_size: int = SNAPSHOT_BYTES
    _snapshot_transitions: int = field(init=False)

    def __post_init__(self) -> None:
        self._snapshot_transitions = self.budget.used

    async def run(self, deadline: datetime | None, cancelled: asyncio.Event) -> Outcome | Ending:
        """The root's outcome, or what ended the run before it; raises Halt.

        When the time is up or the owner cancels, what was begun is settled first. A clean stop
        leaves a snapshot, so that going on replays no more than the state that was under way.
        """
        try:
            return await self._in_time(deadline, cancelled)
        except (asyncio.CancelledError, Parked):
            self._leave_snapshot()
            raise
        except Ending as ending:
            await self.settle_begun()
            return ending

    async def _in_time(self, deadline: datetime | None, cancelled: asyncio.Event) -> Outcome:
        # Past its deadline a run may begin nothing, so it stops by itself.
        if deadline is not None and self.clock.now() >= deadline:
            return await self._root()
        work = asyncio.create_task(self._root())
        ends = [asyncio.create_task(self._cancelled(cancelled))]
        if deadline is not None:
            ends.append(asyncio.create_task(self._out_of_time(deadline)))
        try:
            await asyncio.wait({work, *ends}, return_when=asyncio.FIRST_COMPLETED)
            ended = None if work.done() else next(one for one in ends if one.done())
        finally:
            for task in (work, *ends):
                task.cancel()
            await asyncio.gather(work, *ends, return_exceptions=True)
        # A Halt that came out while the work was being stopped is raised here.
        if ended is not None and work.cancelled():
            ended.result()
        return work.result()

    async def _cancelled(self, cancelled: asyncio.Event) -> None:
        await cancelled.wait()
        raise Cancelled

    async def _out_of_time(self, deadline: datetime) -> None:
        await passing(self.clock, deadline)
        raise OutOfTime

    async def settle_begun(self) -> None:
        """Settle every side effect that was begun, and end every run that was called."""
        await self._settle("")

    async def _settle(self, path: str) -> None:
        await uninterrupted(self.calls.settle_begun(path))
        await uninterrupted(self._settle_reversals(path))
        await uninterrupted(self.called.stop(path))

    async def _settle_reversals(self, path: str) -> None:
        """Settle what catchers under a path were reversing when they were stopped."""
        calls = replace(self.calls, reversing=True)
        await self.undoing(calls).settle_begun(calls, path)

    def undoing(self, calls: Calls) -> Undoing:
        """What reverses this run's side effects, by calls under their own permit."""
        undoing = replace(self, calls=replace(calls, reversing=True))
        return Undoing(self.recorder, calls.decisions, undoing.drive, self.go_on)

    async def _root(self) -> Outcome:
        outcome = await self._scope(ScopeSpec("", ROOT, self.header.input), "", self.budget)
        if not self.recorder.journal.exhausted:
            reason = "the journal goes on where the policy ends."
            raise NeedsOwner("journal.diverged", reason)
        return outcome

    async def _scope(self, spec: ScopeSpec, path: str, budget: Budget) -> Outcome:
        cursor = self.cursor if path == "" else None
        effects = run_scope(self.program, self.header, spec, path, cursor)
        return await self.drive(effects, path, budget)

    async def drive(
        self, effects: Generator[Effect, Any, Outcome], path: str, budget: Budget | None = None
    ) -> Outcome:
        """Perform a scope's effects, one after the other, until it has its outcome.

        What it enters counts in `budget`, else in the run's own.
        """
        answer: Any = None
        budget = budget or self.budget
        while True:
            try:
                effect = effects.send(answer)
            except StopIteration as end:
                outcome: Outcome = end.value
                return outcome
            answer = await self.perform(effect, path, budget)

    async def perform(self, effect: Effect, path: str, budget: Budget) -> Any:
        """Answer one effect of a scope: as it was recorded, or by doing it now."""
        match effect:
            case Checkpoint():
                return self._checkpoint(effect, path, budget)
            case Fork():
                return await self._fork(effect, path, budget)
            case Sleep():
                return await self._sleep(effect, path)
            case Now():
                return self._now(effect, path)
            case Compensate():
                return await self._compensate(effect, path)
            case CallPolicy():
                return await self.called.call(effect, path, budget)
            case _:
                return await self._outside(effect, path)

    async def _outside(
        self, effect: RunStep | ReadItems | WriteResult | WaitDecision | Claim, path: str
    ) -> Outcome:
        """What a step, a file or the owner answers."""
        match effect:
            case RunStep():
                return await self.calls.perform(effect, path)
            case ReadItems():
                return await uninterrupted(self.item_files.read(effect, path))
            case WriteResult():
                return await uninterrupted(self.item_files.write(effect, path))
            case WaitDecision():
                return await self.asking.ask(effect, path)
            case Claim():
                return self.asking.claim(effect, path)

    def _checkpoint(self, effect: Checkpoint, path: str, budget: Budget) -> None:
        if path == "":
            self._enter(effect.cursor)
        if not budget.spend():
            raise OutOfTransitions(budget.failure)
        self._progress("state.entered", path, effect.key)

    def _enter(self, cursor: Cursor) -> None:
        journal = self.recorder.journal
        self.at, self.entered = cursor, None
        if journal.exhausted:
            # Before it counts: whoever starts from the snapshot enters this state again.
            self.entered = Mark(journal.seq, journal.head, self.budget.used)
            self._snapshot_if_outgrown()

    def _snapshot_if_outgrown(self) -> None:
        """Keep replay short: the journal since the last snapshot stays smaller than its size."""
        made = self.budget.used - self._snapshot_transitions
        if self.recorder.journal.grown > self._snapshot_size or made >= SNAPSHOT_TRANSITIONS:
            self._snapshot()

    def _leave_snapshot(self) -> None:
        """What the root's state has done itself stays to be replayed, below the snapshot."""
        if self.entered is not None and self.entered.transitions > self._snapshot_transitions:
            # Without it the replay is longer, and no other.
            with contextlib.suppress(StoreError):
                self._snapshot()

    def _snapshot(self) -> None:
        if self.at is None or self.entered is None:
            return
        journal, mark = self.recorder.journal, self.entered
        at = {**self.at.as_json(), "transitions": mark.transitions}
        sealed = seal(mark.head, at)
        state, context = at["state"], exact_json.encode(at.pop("value"), as_ordered=True).decode()
        cursor = exact_json.encode({**at, "seal": sealed}, as_ordered=True).decode()
        now = self.recorder.now()
        snapshot = RunSnapshot(journal.run_id, state, context, cursor, mark.seq, now)
        self.recorder.store.enqueue(snapshot)
        self._snapshot_size = max(SNAPSHOT_BYTES, len(context))
        self._snapshot_transitions, journal.grown = mark.transitions, 0

    async def _sleep(self, effect: Sleep, path: str) -> None:
        recorded = self.recorder.replay(path, effect.key, "sleep")
        until = moment(recorded["until"]) if recorded else self._until(effect)
        if recorded is None:
            self.recorder.enqueue(path, effect.key, "sleep", {"until": timestamp(until)})
        if path == "" and until - self.clock.now() > PATIENCE:
            raise Parked(until)
        if until > self.clock.now():
            await self.calls.permit()
            self._progress("wait.started", path, effect.key, until=timestamp(until))
            with self.stalling.waiting():
                await self.clock.sleep_until(until)

    def _until(self, effect: Sleep) -> datetime:
        if effect.until is not None:
            return moment(effect.until)
        return self.clock.now() + timedelta(seconds=float(effect.seconds or 0))

    def _now(self, effect: Now, path: str) -> str:
        recorded = self.recorder.replay(path, effect.key, "now")
        if recorded is not None:
            return str(recorded["now"])
        now = self.recorder.now()
        self.recorder.enqueue(path, effect.key, "now", {"now": now})
        return now

    async def _compensate(self, effect: Compensate, path: str) -> None:
        if self.recorder.replay(path, effect.key, "compensated") is None:
            await self.undoing(self.calls).below(path, effect.visit)
            await self.recorder.commit(path, effect.key, "compensated", {})

    async def _fork(self, fork: Fork, path: str, budget: Budget) -> list[Outcome]:
        below, part = f"{path}{fork.key}/", budget.part()
        if (breach := self.recorded_breach(fork, path)) is not None:
            budget.spend(breach["transitions"])
            await self._settle(below)
            return breach_outcomes(fork, breach)

        async def run_child(spec: ScopeSpec) -> Outcome:
            return await self._scope(spec, child_path(path, fork.key, spec.id), part)

        async def record_breach(breach: dict[str, Any]) -> None:
            data, withdrawn = {**breach, "transitions": part.close()}, self.asking.withdrawn(below)
            await self.recorder.commit(path, fork.key, "breach", data, withdrawn)

        branches = Branches(fork, run_child, record_breach, self.activity)
        outcomes = await branches.run()
        if branches.breached:
            await self._settle(below)
        return outcomes

    def recorded_breach(self, fork: Fork, path: str) -> Any | None:
        """What was recorded of a Fork in which too many scopes failed; None of any other."""
        # A fork that went well left no entry of its own: the next one belongs to what follows.
        following = self.recorder.journal.peek(path)
        if following is None or (following.key, following.kind) != (fork.key, "breach"):
            return None
        return self.recorder.replay(path, fork.key, "breach")

    def _progress(self, event: str, scope: str, key: str, **about: Any) -> None:
        self.tell(Progress(event, self.header.run_id, scope, key, about))
