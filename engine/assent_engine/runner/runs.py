"""Runs: started from an approved version, driven to an end, resumed after a stop, cancelled."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from assent_engine.admission import Admission, Admitted
from assent_engine.budget import Budget
from assent_engine.clock import Clock
from assent_engine.files import Files
from assent_engine.interpreter import RunHeader
from assent_engine.interventions import OPEN as OPEN_CASE
from assent_engine.interventions import RESTORED
from assent_engine.journal import Journal
from assent_engine.moments import moment, timestamp
from assent_engine.ports import Listener, Progress, Randomness
from assent_engine.refusals import refused
from assent_engine.registry import StepRegistry, World
from assent_engine.requests import Requests
from assent_engine.run_input import initial_data
from assent_engine.runner.beginning import Occasion, first_entry, new_run, run_header
from assent_engine.runner.carrying import Carrying
from assent_engine.runner.endings import Endings, RunReport
from assent_engine.runner.family import caller_of_all, keys, known
from assent_engine.runner.frame import Frame
from assent_engine.runner.halts import Halt
from assent_engine.runner.history import History
from assent_engine.runner.last_words import COMPENSATE, KEEP, LastWords
from assent_engine.runner.places import OPEN, Place, Places
from assent_engine.runner.recorder import Recorder
from assent_engine.runner.redriving import Redriving
from assent_engine.runner.snapshots import Snapshots
from assent_engine.store import Store
from assent_engine.store.records import (
    InterventionsWithdrawn,
    PlaceLeft,
    RunStatusChanged,
)
from assent_engine.store.rows import InterventionRow, RunRow
from assent_schemas import exact_json
from assent_schemas.errors import Problem, Refused, StoreError
from assent_schemas.statuses import RunStatus

_DROPPED = "It is kept. See why: assent service logs; try again: assent run resume"


@dataclass(slots=True)
class Runs:
    """Starts, resumes and cancels runs; each is driven by the caller's own task."""

    store: Store
    clock: Clock
    randomness: Randomness
    registry: StepRegistry
    world: World
    admission: Admission
    endings: Endings
    requests: Requests
    tell: Listener
    files: Files
    snapshots: Snapshots
    places: Places = field(init=False)
    _driven: dict[str, asyncio.Event] = field(default_factory=dict)
    _answered: set[str] = field(default_factory=set)
    """Runs under way for which the owner has decided something since they were last replayed."""
    _last_words: LastWords = field(init=False)
    _carrying: Carrying = field(init=False)
    _redriving: Redriving = field(init=False)

    def __post_init__(self) -> None:
        self.places = Places(self.store)
        self._last_words = LastWords(self.store, self.clock)
        self._carrying = Carrying(
            self.store,
            self.clock,
            self.randomness,
            self.registry,
            self.world,
            self.admission,
            self.endings,
            self.requests,
            self.tell,
            self.files,
            self.snapshots,
            self.places,
            self._last_words,
        )
        self._redriving = Redriving(self.store, self.clock, self._carrying)

    async def start(
        self,
        policy_id: str,
        given: Any = None,
        *,
        occasion: Occasion | None = None,
        by: str | None = None,
    ) -> RunReport:
        """Run a policy's version in force, to its end or its next stop. Raises Refused.

        What an `occasion` records is in the run's first commit; `by` is recorded as who started it:
        see `starter`. Where the run's concurrency key has no place left it is PENDING: whoever ends
        the run before it carries it out.
        """
        admitted = await self.admission.admit(policy_id)
        value, run_id = initial_data(admitted.policy, given), self.randomness.identifier()
        value = value if occasion is None else occasion.laid_over(value)
        header = run_header(admitted, run_id, value, self.clock, self.randomness)
        with self._alone(run_id):
            recorder, place = await self._record(admitted, header, occasion, by)
            if place is not None and place.status is RunStatus.PENDING:
                return RunReport(run_id, RunStatus.PENDING)
            self.tell(Progress("run.started", run_id))
            history = History(header, recorder, header.started)
            report = await self._until_it_stops(await self._drive(admitted, history))
        return await self._pass_on(report)

    async def _record(
        self, admitted: Admitted, header: RunHeader, occasion: Occasion | None, by: str | None
    ) -> tuple[Recorder, Place | None]:
        """Record a new run with its place; nothing may be awaited from there until it is let go."""
        recorder = Recorder(self.store.pen(), self.clock, Journal(header.run_id))
        first = first_entry(admitted, header, by)
        async with (
            self.admission.recording(admitted.policy_id),
            self.places.for_new(admitted.policy, admitted.policy_id, header.input) as place,
        ):
            row = new_run(admitted, header, place=place)
            also = occasion.records(admitted, header.run_id) if occasion else []
            await recorder.commit("", "", "start", first, row, *also)
        if occasion is not None:
            occasion.begun()
        return recorder, place

    async def resume(self, run_id: str) -> RunReport:
        """Go on with a run that stopped before its end, by replay. Raises Refused.

        One that was called goes on with the run that called it, whose report this is. Runs that
        waited for the place that it leaves are carried out as well.
        """
        row = await caller_of_all(self.store.read, run_id)
        return await self._pass_on(await self._take_up(row.id))

    async def recover(self) -> list[RunReport]:
        """Go on with every open run that can by itself; one report each that could.

        One that raises what nobody foresaw is told of as `run.dropped`. Raises StoreError, once
        all have stopped.

        To be called when nothing is under way yet, so that what is RUNNING was left by a crash
        or a stop. A run that waits for the owner, as one that a restore left in doubt, is left
        alone until the owner has decided.
        """
        able = [row.id for row in await self.able()]
        # Where one raises the others go on all the same; all of them stop where this is cancelled.
        ends = await asyncio.gather(*map(self._recovered, able), return_exceptions=True)
        found = dict(zip(able, ends, strict=True))
        if (broken := next((one for one in ends if isinstance(one, StoreError)), None)) is not None:
            raise broken
        dropped = {run: one for run, one in found.items() if isinstance(one, BaseException)}
        for run_id, error in dropped.items():
            self._drop(run_id, error)
        return [one for one in ends if isinstance(one, RunReport)]

    def _drop(self, run_id: str, error: BaseException) -> None:
        """Tell of a run that could not be gone on with, for a reason that nobody foresaw."""
        detail = f"It could not be gone on with: {type(error).__name__}: {error}."
        problem = Problem("run.dropped", "A run stands where it was", detail, _DROPPED)
        self.tell(Progress("run.dropped", run_id, about={"problem": problem.as_json()}))
        context = {"message": f"run {run_id} was dropped", "exception": error}
        asyncio.get_running_loop().call_exception_handler(context)

    async def next_wake(self) -> datetime | None:
        """When the next run that waits can go on by itself; those of `woken` can already."""
        first = await self.store.read.next_wake(timestamp(self.clock.now()))
        return moment(first) if first else None

    async def woken(self) -> list[str]:
        """The runs whose wait is over, by id; a called one goes on with its caller."""
        waiting = await self.store.read.woken(timestamp(self.clock.now()))
        rows = [await caller_of_all(self.store.read, one) for one in waiting]
        return list(dict.fromkeys(row.id for row in rows if row.id not in self._driven))

    async def able(self) -> list[RunRow]:
        """The open runs that can go on by themselves, those that are under way too."""
        return [row for row in await self.open_runs() if await self._can_go_on(row)]

    async def _can_go_on(self, row: RunRow) -> bool:
        if row.status is RunStatus.PAUSED:
            return await self.admission.is_on(row.policy_id)
        in_doubt = row.error == RESTORED
        if not in_doubt and (row.status is not RunStatus.NEEDS_OWNER or row.cancelling):
            return True
        cases = await self._cases(row.id)
        # One that an older release restored has no case about that, and goes on when it is named.
        known = any(case.code == RESTORED or not in_doubt for case in cases)
        return known and all(case.status != OPEN_CASE for case in cases)

    async def _cases(self, run_id: str) -> list[InterventionRow]:
        """What was asked about a run and all that it called."""
        called = [row.id for _, row in await self.store.read.called_by(run_id)]
        below = [case for one in called for case in await self._cases(one)]
        return [*await self.store.read.interventions(run_id), *below]

    async def _recovered(self, run_id: str) -> RunReport | None:
        """As resume; None where the run ended, or another task took it, in the meantime."""
        try:
            return await self.resume(run_id)
        except Refused:
            return None

    async def _take_up(self, run_id: str) -> RunReport:
        row = await self._unended(run_id)
        if not row.cancelling and not await self.places.take(row):
            return RunReport(run_id, RunStatus.PENDING)
        with self._alone(run_id):
            report = await self._resume(await self._unended(run_id))
            return await self._until_it_stops(report)

    async def _pass_on(self, report: RunReport) -> RunReport:
        """Carry out what waited for a place that a run, or one that it called, has left.

        The report is a later one where the run itself went on by that.
        """
        waiting = await keys(self.store.read, report.run_id)
        while waiting:
            key = waiting.pop()
            while (row := await self._following(key)) is not None:
                try:
                    later = await self._take_up(row.id)
                except Refused:
                    # Another task has taken it, and sees to what follows.
                    break
                waiting |= await keys(self.store.read, row.id) - {key}
                report = later if later.run_id == report.run_id else report
        return report

    async def _following(self, key: str) -> RunRow | None:
        """Whoever is given a place of a key, or its caller; None where none is to be taken up."""
        while (run_id := await self.places.next(key)) is not None:
            row = await caller_of_all(self.store.read, run_id)
            if row.id not in self._driven:
                return row
            self._answered.add(row.id)
        return None

    async def go_on(self, run_id: str) -> RunReport | None:
        """Follow what the owner has decided; None where the run is under way or has ended.

        The task that drives it follows the decision then. Raises Refused.
        """
        row = await caller_of_all(self.store.read, run_id)
        if row.status.ended:
            return None
        if row.id in self._driven:
            self._answered.add(row.id)
            return None
        return await self.resume(row.id)

    async def _until_it_stops(self, report: RunReport) -> RunReport:
        """Replay a run that parks while the owner decides; else nobody would."""
        while report.run_id in self._answered:
            self._answered.discard(report.run_id)
            if report.status is RunStatus.WAITING:
                report = await self._resume(await self._unended(report.run_id))
        return report

    async def cancel(self, run_id: str, *, keep: bool = False, by: str) -> RunReport | None:
        """End a run. What it did is compensated, or with `keep` left as it is.

        None where the run is under way: the task that drives it ends it. Raises Refused.
        """
        if (row := await self._unended(run_id)).parent_run is not None:
            detail = f"Run {row.parent_run} called run {run_id} and waits for it."
            raise refused("run.called", detail, f"End that one: assent run cancel {row.parent_run}")
        await self._last_words.say(run_id, KEEP if keep else COMPENSATE, by)
        if run_id in self._driven:
            self._driven[run_id].set()
            return None
        return await self.resume(run_id)

    async def redrive(self, run_id: str, *, by: str) -> RunReport:
        """Go on with a run that failed from where it failed, by the version it began with.

        What was done stays done: only the failed steps, and of a Map only the failed items, are
        done anew. Raises Refused where the run may not go on, or was reversed.
        """
        with self._alone(run_id):
            await self._redriving.record(run_id, by)
        return await self.resume(run_id)

    async def starter(self, run_id: str) -> str | None:
        """Who started a run, where its journal says that somebody but owner or schedule did."""
        first = await self.store.read.journal(run_id, most=1)
        return exact_json.decode(first[0].data).get("by") if first else None

    async def cursors(self, run_id: str) -> dict[str, dict[str, Any]]:
        """Where the root scope of a run stood at each of its states, by the key of the visit.

        Raises Refused where its journal cannot be followed.
        """
        return await self._redriving.cursors(run_id)

    async def open_runs(self) -> list[RunRow]:
        """Runs that have not ended: what a crash, a stop or a wait left behind.

        Without those that were called: they go on with their callers.
        """
        return [row for row in await self.store.read.runs(*OPEN) if row.parent_run is None]

    async def _unended(self, run_id: str) -> RunRow:
        row = await known(self.store.read, run_id)
        if row.status.ended:
            raise refused("run.ended", f"Run {run_id} has ended: {row.status}.")
        return row

    async def _resume(self, row: RunRow) -> RunReport:
        if row.error == RESTORED:
            # Whoever takes it up has the owner's word: the case about it is settled by that.
            at = timestamp(self.clock.now())
            await self.store.commit(InterventionsWithdrawn(row.id, RESTORED, at))
        try:
            if row.cancelling == KEEP:
                async with self._last_words.heard(row.id) as word:
                    if word == KEEP:
                        return await self._carrying.called.let_go(row, keep=True)
            admitted = await self._carrying.admitted_again(row)
            history = await History.read(self.store, self.clock, row, admitted.policy.name)
        except Halt as halt:
            report = await self.endings.halted(row.id, halt)
            if row.place is not None:
                await self.store.commit(PlaceLeft(row.id))
            return report
        at = timestamp(self.clock.now())
        going_on = RunStatusChanged(row.id, RunStatus.RUNNING, None, None, at)
        if _waited(row, history):
            await history.begin(going_on)
        else:
            await self.store.commit(going_on)
        return await self._drive(admitted, history)

    @contextmanager
    def _alone(self, run_id: str) -> Iterator[asyncio.Event]:
        """Drive a run in one task only; raises Refused where another one does."""
        if run_id in self._driven:
            raise refused("run.under_way", f"Run {run_id} is under way.", "Wait for it to stop.")
        self._driven[run_id] = asyncio.Event()
        try:
            yield self._driven[run_id]
        finally:
            del self._driven[run_id]

    async def _drive(self, admitted: Admitted, history: History) -> RunReport:
        run_id = history.header.run_id
        budget, deadline = Budget(admitted.policy.max_transitions), _deadline(admitted, history)
        frame = Frame(budget, deadline, self._driven[run_id])
        try:
            return await self._carrying.carried_out(admitted, history, frame)
        except Halt as halt:
            return await self.endings.halted(run_id, halt)


def _deadline(admitted: Admitted, history: History) -> datetime | None:
    seconds = admitted.policy.timeout_seconds
    return None if seconds is None else moment(history.begun) + timedelta(seconds=seconds)


def _waited(row: RunRow, history: History) -> bool:
    """Whether a run of a concurrency key has done nothing yet but wait for its place."""
    untouched = history.recorder.journal.seq == 1 and row.cursor_seq == 0
    return row.place is not None and untouched and not row.cancelling
