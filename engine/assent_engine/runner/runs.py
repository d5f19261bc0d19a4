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
from assent_engine.files import Files
from assent_engine.interpreter import SEMANTICS, RunHeader
from assent_engine.journal import Journal
from assent_engine.moments import moment, timestamp
from assent_engine.ports import Listener, Progress, Randomness
from assent_engine.refusals import refused
from assent_engine.registry import StepRegistry, World
from assent_engine.run_input import initial_data
from assent_engine.runner.calls import Calls
from assent_engine.runner.driver import Driver
from assent_engine.runner.endings import Endings, RunReport
from assent_engine.runner.halts import Cancelled, Halt, NeedsOwner
from assent_engine.runner.history import History
from assent_engine.runner.item_files import ItemFiles
from assent_engine.runner.permission import Permit, halt_of, permission, within
from assent_engine.runner.recorder import Recorder
from assent_engine.runner.snapshots import Snapshots
from assent_engine.store import Store
from assent_engine.store.records import AuditEntry, CancelRequested, NewRun, RunStatusChanged
from assent_engine.store.rows import RunRow
from assent_schemas import exact_json
from assent_schemas.errors import Refused
from assent_schemas.statuses import RunStatus

OPEN = tuple(status for status in RunStatus if not status.ended)
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
    tell: Listener
    files: Files
    snapshots: Snapshots
    _driven: dict[str, asyncio.Event] = field(default_factory=dict)
    _loose: set[str] = field(default_factory=set)

    async def start(self, policy_id: str, given: Any = None) -> RunReport:
        """Run a policy's version in force, to its end or its next stop. Raises Refused."""
        admitted = await self.admission.admit(policy_id)
        value = exact_json.plain(initial_data(admitted.policy, given))
        header = self._header(admitted, value)
        with self._alone(header.run_id):
            return await self._start(admitted, header)

    async def _start(self, admitted: Admitted, header: RunHeader) -> RunReport:
        recorder = Recorder(self.store.pen(), self.clock, Journal(header.run_id))
        first = {
            "started": header.started,
            "seed": header.seed,
            "semantics": SEMANTICS,
            "policy_hash": admitted.hash,
            "input": header.input,
        }
        await recorder.commit("", "", "start", first, _new_run(admitted, header))
        self.tell(Progress("run.started", header.run_id))
        return await self._drive(admitted, History(header, recorder))

    async def resume(self, run_id: str) -> RunReport:
        """Go on with a run that stopped before its end, by replay. Raises Refused."""
        with self._alone(run_id):
            return await self._resume(await self._unended(run_id))

    async def cancel(self, run_id: str, *, keep: bool = False, by: str) -> RunReport | None:
        """End a run. What it did is compensated, or with `keep` left as it is.

        None where the run is under way: the task that drives it ends it. Raises Refused.
        """
        await self._unended(run_id)
        at, how = timestamp(self.clock.now()), KEEP if keep else COMPENSATE
        audit = AuditEntry(at, by, "cancel", run_id, how)
        await self.store.commit(CancelRequested(run_id, how, at), audit)
        if run_id in self._driven:
            self._driven[run_id].set()
            return None
        return await self.resume(run_id)

    async def open_runs(self) -> list[RunRow]:
        """Runs that have not ended: what a crash, a stop or a wait left behind."""
        return await self.store.read.runs(*OPEN)

    async def _unended(self, run_id: str) -> RunRow:
        row = await self.store.read.run(run_id)
        if row is None:
            raise refused("run.unknown", f"There is no run {run_id}.")
        if row.status.ended:
            raise refused("run.ended", f"Run {run_id} has ended: {row.status}.")
        return row

    async def _resume(self, row: RunRow) -> RunReport:
        try:
            if row.cancelling == KEEP:
                return await self._let_go(row)
            admitted = await self._admitted_again(row)
            history = await History.read(self.store, self.clock, row, admitted.policy.name)
        except Halt as halt:
            return await self.endings.halted(row.id, halt)
        at = timestamp(self.clock.now())
        await self.store.commit(RunStatusChanged(row.id, RunStatus.RUNNING, None, None, at))
        return await self._drive(admitted, history)

    async def _let_go(self, row: RunRow) -> RunReport:
        """End a run with what it did kept: nothing acts, so no permission is needed."""
        policy = await self.store.read.policy(row.policy_id)
        name = policy.name if policy else row.policy_id
        history = await History.read(self.store, self.clock, row, name)
        if history.closed is None:
            await self._calls(history, _never).settle_begun("")
        report = history.closed or RunReport.of(row.id, Cancelled())
        return await self.endings.end(history.recorder, report, name, None)

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

    def _header(self, admitted: Admitted, value: Any) -> RunHeader:
        return RunHeader(
            run_id=self.randomness.identifier(),
            policy_id=admitted.policy_id,
            policy_name=admitted.policy.name,
            started=timestamp(self.clock.now()),
            seed=self.randomness.seed(),
            input=value,
        )

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
        driver = self._driver(admitted, history)
        try:
            report = history.closed or await self._driven_out(admitted, driver)
            if report.status is not RunStatus.COMPLETED:
                await self._reverse(admitted, driver, report, closed=history.closed is not None)
        except Halt as halt:
            return await self.endings.halted(driver.header.run_id, halt)
        name = admitted.policy.name
        return await self.endings.end(driver.recorder, report, name, driver.at)

    def _driver(self, admitted: Admitted, history: History) -> Driver:
        deadline, budget = _deadline(admitted, history.header), _budget(admitted, history.cursor)
        permit = within(permission(self.admission, admitted), self.clock, deadline, budget)
        return Driver(
            admitted.program,
            history.header,
            history.recorder,
            self._calls(history, permit),
            ItemFiles(self.files, self.snapshots, history.recorder, permit),
            self.clock,
            self.tell,
            budget,
            history.cursor,
            go_on=admitted.policy.on_compensation_failure == "continue",
        )

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

    async def _driven_out(self, admitted: Admitted, driver: Driver) -> RunReport:
        """Carry the policy out to its end, or only settle what was begun if it is cancelled."""
        run_id = driver.header.run_id
        row = await self.store.read.run(run_id)
        if row is not None and row.cancelling:
            await driver.settle_begun()
            return RunReport.of(run_id, Cancelled())
        deadline = _deadline(admitted, driver.header)
        return RunReport.of(run_id, await driver.run(deadline, self._driven[run_id]))

    async def _reverse(
        self, admitted: Admitted, driver: Driver, report: RunReport, *, closed: bool
    ) -> None:
        """Bring what a run did to the end that its policy, or the owner, declares.

        Raises Halt where the owner must be asked, or nothing may be done for now.
        """
        if not await self.store.read.standing(report.run_id):
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
        done = [one.resource for one in await self.store.read.standing(report.run_id)]
        why = f"{report.error}: {report.cause}" if report.cause else report.error
        reason = f"the run ended {report.status} ({why}) after {', '.join(done)}."
        return NeedsOwner("run.failed", reason)


def _new_run(admitted: Admitted, header: RunHeader) -> NewRun:
    return NewRun(
        id=header.run_id,
        policy_id=admitted.policy_id,
        policy_version=admitted.version,
        policy_hash=admitted.hash,
        status=RunStatus.RUNNING,
        current_step=admitted.policy.start_at,
        context=exact_json.encode(header.input).decode(),
        at=header.started,
    )


def _deadline(admitted: Admitted, header: RunHeader) -> datetime | None:
    seconds = admitted.policy.timeout_seconds
    return None if seconds is None else moment(header.started) + timedelta(seconds=seconds)


def _budget(admitted: Admitted, cursor: dict[str, Any] | None) -> Budget:
    """What the run may spend; the snapshot carries what it had spent until then."""
    used = cursor.pop("transitions") if cursor else 0
    return Budget(admitted.policy.max_transitions, used)


async def _never() -> None:
    """The permit of a run that will not act."""
    raise AssertionError
