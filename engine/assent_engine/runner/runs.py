"""Runs: started from an approved version, driven to an end, resumed after a stop, cancelled."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from assent_engine.admission import Admission, Admitted
from assent_engine.budget import Budget
from assent_engine.clock import Clock
from assent_engine.effects import Outcome
from assent_engine.files import Files
from assent_engine.interpreter import RunHeader
from assent_engine.interventions import OPEN as OPEN_CASE
from assent_engine.journal import Journal
from assent_engine.moments import moment, timestamp
from assent_engine.ports import Listener, Progress, Randomness
from assent_engine.refusals import refused
from assent_engine.registry import StepRegistry, World
from assent_engine.requests import Requests
from assent_engine.run_input import initial_data
from assent_engine.runner.asking import Asking
from assent_engine.runner.beginning import first_entry, new_run, run_header
from assent_engine.runner.called_runs import CalledRuns
from assent_engine.runner.calls import Calls, uninterrupted
from assent_engine.runner.driver import Driver
from assent_engine.runner.endings import REDRIVE, AtEnd, Endings, RunReport
from assent_engine.runner.family import everything, keys, standing
from assent_engine.runner.frame import Frame
from assent_engine.runner.halts import Cancelled, Halt, NeedsOwner, passed_up
from assent_engine.runner.history import History
from assent_engine.runner.item_files import ItemFiles
from assent_engine.runner.permission import Permit, both, halt_of, permission, within
from assent_engine.runner.places import OPEN, Place, Places
from assent_engine.runner.recorder import Recorder
from assent_engine.runner.retracing import Retracing, no_permit, spoilt
from assent_engine.runner.snapshots import Snapshots
from assent_engine.runner.stalling import Stalling
from assent_engine.runner.standing_by import StandingBy
from assent_engine.runner.undoing import Undoing
from assent_engine.runner.unknown import doubts
from assent_engine.safekeeping.restore import RESTORED
from assent_engine.saga import Settled
from assent_engine.store import Store
from assent_engine.store.records import (
    AuditEntry,
    CancelRequested,
    InterventionsWithdrawn,
    JournalEntry,
    PlaceLeft,
    Record,
    RunRedriven,
    RunStatusChanged,
)
from assent_engine.store.rows import InterventionRow, RunRow
from assent_schemas.errors import Refused
from assent_schemas.statuses import RunStatus

KEEP = "keep"
COMPENSATE = "compensate"
INTERVENE = "intervene"


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
    _loose: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.places = Places(self.store)

    async def start(self, policy_id: str, given: Any = None) -> RunReport:
        """Run a policy's version in force, to its end or its next stop. Raises Refused.

        Where its concurrency key has no place left it is PENDING: whoever ends the run before it
        carries it out.
        """
        admitted = await self.admission.admit(policy_id)
        value, run_id = initial_data(admitted.policy, given), self.randomness.identifier()
        header = run_header(admitted, run_id, value, self.clock, self.randomness)
        with self._alone(run_id):
            recorder, place = await self._record(admitted, header)
            if place is not None and place.status is RunStatus.PENDING:
                return RunReport(run_id, RunStatus.PENDING)
            self.tell(Progress("run.started", run_id))
            history = History(header, recorder, header.started)
            report = await self._until_it_stops(await self._drive(admitted, history))
        return await self._pass_on(report)

    async def _record(self, admitted: Admitted, header: RunHeader) -> tuple[Recorder, Place | None]:
        """Record a new run with its place; nothing may be awaited from there until it is let go."""
        recorder = Recorder(self.store.pen(), self.clock, Journal(header.run_id))
        first = first_entry(admitted, header)
        async with (
            self.admission.recording(admitted.policy_id),
            self.places.for_new(admitted.policy, admitted.policy_id, header.input) as place,
        ):
            row = new_run(admitted, header, place=place)
            await recorder.commit("", "", "start", first, row)
        return recorder, place

    async def resume(self, run_id: str) -> RunReport:
        """Go on with a run that stopped before its end, by replay. Raises Refused.

        One that was called goes on with the run that called it, whose report this is. Runs that
        waited for the place that it leaves are carried out as well.
        """
        row = await self._caller_of_all(await self._known(run_id))
        return await self._pass_on(await self._take_up(row.id))

    async def recover(self) -> list[RunReport]:
        """Go on with every open run that can by itself; one report each.

        To be called when nothing is under way yet, so that what is RUNNING was left by a crash
        or a stop. A run that waits for the owner is left alone until the owner has decided; one
        that a restore left in doubt, until it is named.
        """
        rows = [row for row in await self.open_runs() if await self._can_go_on(row)]
        tasks = [asyncio.create_task(self._recovered(row.id)) for row in rows]
        try:
            reports = await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return [report for report in reports if report is not None]

    async def _can_go_on(self, row: RunRow) -> bool:
        if row.error == RESTORED:
            return False
        if row.status is RunStatus.PAUSED:
            return await self.admission.is_on(row.policy_id)
        if row.status is not RunStatus.NEEDS_OWNER or row.cancelling:
            return True
        cases = await self._cases(row.id)
        return bool(cases) and all(case.status != OPEN_CASE for case in cases)

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
            while (following := await self.places.next(key)) is not None:
                row = await self._caller_of_all(await self._known(following))
                if row.id in self._driven:
                    self._answered.add(row.id)
                    continue
                try:
                    later = await self._take_up(row.id)
                except Refused:
                    # Another task has taken it, and sees to what follows.
                    break
                waiting |= await keys(self.store.read, row.id) - {key}
                report = later if later.run_id == report.run_id else report
        return report

    async def go_on(self, run_id: str) -> RunReport | None:
        """Follow what the owner has decided; None where the run is under way or has ended.

        The task that drives it follows the decision then. Raises Refused.
        """
        row = await self._caller_of_all(await self._known(run_id))
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
        at, how = timestamp(self.clock.now()), KEEP if keep else COMPENSATE
        audit = AuditEntry(at, by, "cancel", run_id, how)
        await self.store.commit(CancelRequested(run_id, how, at), audit)
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
            row = await self._redrivable(run_id)
            try:
                admitted = await self._admitted_again(row)
                forget = spoilt((await self._retraced(admitted, row)).scopes, await self._past(row))
                recorder = (await History.read(self.store, self.clock, row, "")).recorder
            except Halt as halt:
                raise refused(halt.code, halt.reason) from halt
            at = recorder.now()
            records = RunRedriven(run_id, at), InterventionsWithdrawn(run_id, None, at)
            audit = AuditEntry(at, by, "redrive", run_id, f"{len(forget)} records left out")
            data = {"forget": forget, "by": by}
            await recorder.commit("", "", REDRIVE, data, *records, audit)
        return await self.resume(run_id)

    async def cursors(self, run_id: str) -> dict[str, dict[str, Any]]:
        """Where the root scope of a run stood at each of its states, by the key of the visit.

        Raises Refused where its journal cannot be followed.
        """
        row = await self._known(run_id)
        try:
            return (await self._retraced(await self._admitted_again(row), row)).cursors
        except Halt as halt:
            raise refused(halt.code, halt.reason) from halt

    async def open_runs(self) -> list[RunRow]:
        """Runs that have not ended: what a crash, a stop or a wait left behind.

        Without those that were called: they go on with their callers.
        """
        return [row for row in await self.store.read.runs(*OPEN) if row.parent_run is None]

    async def _known(self, run_id: str) -> RunRow:
        if (row := await self.store.read.run(run_id)) is None:
            raise refused("run.unknown", f"There is no run {run_id}.")
        return row

    async def _past(self, row: RunRow) -> list[JournalEntry]:
        return await self.store.read.journal(row.id)

    async def _redrivable(self, run_id: str) -> RunRow:
        row, past = await self._known(run_id), await self.store.read.journal(run_id)
        failed = row.status.ended and row.status is not RunStatus.COMPLETED
        if not failed and row.error != "run.failed":
            detail = f"Run {run_id} is {row.status}: only one that did not end well is redriven."
            raise refused("run.not_failed", detail)
        if row.parent_run is not None or await self._called_in_vain(run_id):
            detail = f"Run {run_id} was called, or called a run that did not complete."
            raise refused("run.called", detail, "Start a new one: assent run start")
        if left_open := await doubts(self.store.read, run_id):
            names = ", ".join(one.resource for one in left_open)
            detail = f"Run {run_id} may have done this, and nobody knows: {names}."
            raise refused("run.unknown_effect", detail, "Start a new one: assent run start")
        settled = [one for one in await everything(self.store.read, run_id) if one.settled]
        if any(one.settled != Settled.KEPT for one in settled):
            detail = f"What run {run_id} did was reversed, so it cannot go on from there."
            raise refused("run.reversed", detail, "Start a new one: assent run start")
        if len(past) < (past[-1].seq if past else 1) or any(e.kind == "items" for e in past):
            detail = f"The details of run {run_id} that it would go on from are no longer kept."
            raise refused("run.thinned", detail, "Start a new one: assent run start")
        return row

    async def _called_in_vain(self, run_id: str) -> bool:
        """Whether a called run did not complete: called anew, it would act once more."""
        called = await self.store.read.called_by(run_id)
        return any(row.status is not RunStatus.COMPLETED for _, row in called)

    async def _retraced(self, admitted: Admitted, row: RunRow) -> Retracing:
        history = await History.retraced(self.store, self.clock, row, admitted.policy.name)
        frame = Frame(Budget(admitted.policy.max_transitions), None)
        retracing = Retracing(self._driver(admitted, history, frame, no_permit))
        await retracing.run()
        return retracing

    async def _unended(self, run_id: str) -> RunRow:
        row = await self._known(run_id)
        if row.status.ended:
            raise refused("run.ended", f"Run {run_id} has ended: {row.status}.")
        return row

    async def _caller_of_all(self, row: RunRow) -> RunRow:
        """The run that nobody called, up from this one."""
        while row.parent_run is not None:
            row = await self._known(row.parent_run)
        return row

    async def _resume(self, row: RunRow) -> RunReport:
        try:
            if row.cancelling == KEEP:
                return await self._let_go(row, keep=True)
            admitted = await self._admitted_again(row)
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

    async def _let_go(self, row: RunRow, *, keep: bool, at_end: AtEnd | None = None) -> RunReport:
        """End a run without reversing what it did: nothing acts, so no permission is needed.

        With `keep` what the runs did that it called stays, too.
        """
        policy = await self.store.read.policy(row.policy_id)
        name = policy.name if policy else row.policy_id
        history = await History.read(self.store, self.clock, row, name)
        calls = self._calls(history, _never)
        if history.closed is None:
            await calls.settle_begun("")
        undoing = Undoing(history.recorder, history.decisions, _no_drive, go_on=False)
        await undoing.settle_begun(replace(calls, reversing=True))
        await self.stop_called(row.id, "", keep=keep)
        report = history.closed or RunReport.of(row.id, Cancelled())
        return await self.endings.end(history.recorder, report, name, None, also=at_end)

    async def admit_called(self, policy_id: str, digest: str) -> Admitted:
        """The version in force, which must be the one that the caller's approval pins."""
        try:
            admitted = await self.admission.admit(policy_id)
        except Refused as refusal:
            raise halt_of(refusal) from refusal
        if admitted.hash != digest:
            detail = f"{admitted.policy.name} is not what it was when its caller was approved."
            raise NeedsOwner("approval.lapsed", detail)
        return admitted

    async def go_on_with(self, run_id: str, name: str, frame: Frame) -> RunReport:
        """Carry a called run out, or on; raises the Halt that stops its caller, too."""
        row = await self._known(run_id)
        try:
            report = await self._called_on(row, frame)
        except Halt as halt:
            await uninterrupted(self.endings.halted(run_id, halt))
            raise passed_up(halt, run_id, name) from halt
        await self.places.hand_over(row.concurrency_key)
        return report

    async def _called_on(self, row: RunRow, frame: Frame) -> RunReport:
        if row.cancelling == KEEP:
            return await uninterrupted(self._let_go(row, keep=True, at_end=frame.at_end))
        admitted = await self._admitted_again(row)
        history = await History.read(self.store, self.clock, row, admitted.policy.name)
        return await self._carried_out(admitted, history, frame)

    async def stop_called(self, run_id: str, path: str, *, keep: bool = False) -> None:
        """End what a run called from under a path and what has not ended; raises Halt."""
        keep = keep or (await self._known(run_id)).cancelling == KEEP
        for _, row in reversed(await self.store.read.called_by(run_id)):
            if not row.status.ended and (row.parent_key or "").startswith(path):
                await self._stop(row, keep=keep)
                await self.places.hand_over(row.concurrency_key)

    async def _stop(self, row: RunRow, *, keep: bool) -> None:
        """End a called run with its caller; what it did falls to the caller.

        One that had failed by itself first brings what it did to the end that it declares.
        """
        try:
            history = await History.read(self.store, self.clock, row, row.policy_id)
            if history.closed is None or keep:
                await self._let_go(row, keep=keep, at_end=_nothing)
                return
            admitted = await self._admitted_again(row)
            frame = Frame(Budget(admitted.policy.max_transitions), None, at_end=_nothing)
            await self._carried_out(admitted, history, frame)
        except Halt as halt:
            await self.endings.halted(row.id, halt)
            raise passed_up(halt, row.id, row.policy_id) from halt

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

    async def _admitted_again(self, row: RunRow) -> Admitted:
        """A run keeps the version it began with, as long as the owner's yes to it stands."""
        try:
            admitted = await self.admission.admit(row.policy_id, row.policy_version)
        except Refused as refusal:
            raise halt_of(refusal) from refusal
        if admitted.hash != row.policy_hash:
            detail = f"run {row.id} began with another document than version {admitted.version}."
            raise NeedsOwner("policy.tampered", detail)
        return admitted

    async def _drive(self, admitted: Admitted, history: History) -> RunReport:
        run_id = history.header.run_id
        budget, deadline = Budget(admitted.policy.max_transitions), _deadline(admitted, history)
        frame = Frame(budget, deadline, self._driven[run_id])
        try:
            return await self._carried_out(admitted, history, frame)
        except Halt as halt:
            return await self.endings.halted(run_id, halt)

    async def _carried_out(self, admitted: Admitted, history: History, frame: Frame) -> RunReport:
        """A run's end, within its frame; raises the Halt that stops it before."""
        driver = self._driver(admitted, history, frame)
        with driver.stalling.watching(history.quiet_since):
            report = history.closed or await self._driven_out(driver, frame)
            if report.status is not RunStatus.COMPLETED:
                await self._reverse(admitted, driver, report, closed=history.closed is not None)
        name, after = admitted.policy.name, admitted.policy.alert_after
        ending = self.endings.end(
            driver.recorder, report, name, driver.at, alert_after=after, also=frame.at_end
        )
        return await uninterrupted(ending)

    def _driver(
        self, admitted: Admitted, history: History, frame: Frame, permit: Permit | None = None
    ) -> Driver:
        budget, deadline, recorder = frame.budget, frame.deadline, history.recorder
        # What a run had spent before its snapshot counts in its caller's budget, too.
        budget.spend(history.cursor.pop("transitions") if history.cursor else 0)
        if permit is None:
            own = within(permission(self.admission, admitted), self.clock, deadline, budget)
            permit = both(frame.permit, own)
        stalling = self._stalling(admitted, history)
        standing_by = StandingBy(frame.activity, stalling, self.clock)
        return Driver(
            admitted.program,
            history.header,
            recorder,
            self._calls(history, permit),
            ItemFiles(self.files, self.snapshots, recorder, permit),
            Asking(
                self.requests,
                recorder,
                self.clock,
                permit,
                history.tally,
                standing_by,
                admitted,
                deadline,
                self.tell,
            ),
            CalledRuns(self, admitted, recorder, permit, deadline, standing_by),
            frame.activity,
            self.clock,
            self.tell,
            budget,
            stalling,
            history.cursor,
            go_on=admitted.policy.on_compensation_failure == "continue",
        )

    def _stalling(self, admitted: Admitted, history: History) -> Stalling:
        name, seconds = admitted.policy.name, admitted.policy.progress_deadline_seconds
        run_id = history.header.run_id
        stalling = Stalling(self.store, self.clock, run_id, name, seconds)
        history.recorder.progressed = stalling.progressed
        return stalling

    def _calls(self, history: History, permit: Permit) -> Calls:
        return Calls(
            self.registry,
            self.world,
            self.clock,
            history.recorder,
            permit,
            self.tell,
            self._loose,
            history.doubtful,
            history.decisions,
        )

    async def _driven_out(self, driver: Driver, frame: Frame) -> RunReport:
        """Carry the policy out to its end, or only settle what was begun if it is cancelled."""
        run_id = driver.header.run_id
        row = await self.store.read.run(run_id)
        if row is not None and row.cancelling:
            await driver.settle_begun()
            return RunReport.of(run_id, Cancelled())
        return RunReport.of(run_id, await driver.run(frame.deadline, frame.cancelled))

    async def _reverse(
        self, admitted: Admitted, driver: Driver, report: RunReport, *, closed: bool
    ) -> None:
        """Bring what a run did to the end that its policy, or the owner, declares.

        Raises Halt where the owner must be asked, or nothing may be done for now.
        """
        if not await standing(self.store.read, report.run_id):
            return
        if not closed:
            await self.endings.close(driver.recorder, report, driver.at)
        row = await self.store.read.run(report.run_id)
        how = row.cancelling if row and row.cancelling else admitted.policy.on_failure
        if how == INTERVENE:
            raise await self._undecided(report)
        if how == COMPENSATE:
            # The run's time may be up, and yet what it did is reversed.
            calls = replace(driver.calls, permit=permission(self.admission, admitted))
            await driver.undoing(calls).below("")

    async def _undecided(self, report: RunReport) -> NeedsOwner:
        left = await standing(self.store.read, report.run_id)
        done = [one.resource for one in reversed(left)]
        why = f"{report.error}: {report.cause}" if report.cause else report.error
        reason = f"the run ended {report.status} ({why}) after {', '.join(done)}."
        return NeedsOwner("run.failed", reason)


def _deadline(admitted: Admitted, history: History) -> datetime | None:
    seconds = admitted.policy.timeout_seconds
    return None if seconds is None else moment(history.begun) + timedelta(seconds=seconds)


def _waited(row: RunRow, history: History) -> bool:
    """Whether a run of a concurrency key has done nothing yet but wait for its place."""
    untouched = history.recorder.journal.seq == 1 and row.cursor_seq == 0
    return row.place is not None and untouched and not row.cancelling


async def _no_drive(_effects: Any, _path: str) -> Outcome:
    """The driver of a run that will not act."""
    raise AssertionError


async def _never() -> None:
    """The permit of a run that will not act."""
    raise AssertionError


def _nothing(_report: RunReport) -> list[Record]:
    """What a caller records that stops the runs that it called: its own record says why."""
    return []
