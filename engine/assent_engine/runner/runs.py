"""Runs: started from an approved version, driven to an end, resumed after a stop."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from assent_engine.admission import Admission, Admitted
from assent_engine.budget import Budget
from assent_engine.clock import Clock
from assent_engine.effects import Failed, Ok, Outcome
from assent_engine.interpreter import SEMANTICS, RunHeader
from assent_engine.journal import Diverged, Journal, Ledger, seal
from assent_engine.moments import moment, timestamp
from assent_engine.notices import NoticeLevel
from assent_engine.ports import Listener, Progress, Randomness
from assent_engine.refusals import refused
from assent_engine.registry import StepRegistry, World
from assent_engine.run_input import initial_data
from assent_engine.runner.calls import Calls
from assent_engine.runner.driver import Driver
from assent_engine.runner.halts import Halt, NeedsOwner, OutOfTime, OutOfTransitions, Paused
from assent_engine.runner.recorder import Recorder
from assent_engine.store import Store
from assent_engine.store.records import (
    JournalEntry,
    NewNotice,
    NewRun,
    Record,
    RunEnded,
    RunStatusChanged,
)
from assent_engine.store.rows import RunRow
from assent_schemas import exact_json
from assent_schemas.errors import Problem, Refused
from assent_schemas.statuses import RunStatus

OPEN = tuple(status for status in RunStatus if not status.ended)


@dataclass(frozen=True, slots=True)
class RunReport:
    """Where a run stands when its driver lets go of it."""

    run_id: str
    status: RunStatus
    output: Any = None
    error: str | None = None
    cause: str | None = None


@dataclass(slots=True)
class Runs:
    """Starts and resumes runs; each is driven by the caller's own task."""

    store: Store
    clock: Clock
    randomness: Randomness
    registry: StepRegistry
    world: World
    admission: Admission
    ledger: Ledger
    tell: Listener
    _driven: set[str] = field(default_factory=set)
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
        return await self._drive(admitted, header, recorder, None)

    async def resume(self, run_id: str) -> RunReport:
        """Go on with a run that stopped before its end, by replay. Raises Refused."""
        with self._alone(run_id):
            return await self._resume(run_id)

    async def _resume(self, run_id: str) -> RunReport:
        row = await self.store.read.run(run_id)
        if row is None:
            raise refused("run.unknown", f"There is no run {run_id}.")
        if row.status.ended:
            raise refused("run.ended", f"Run {run_id} has ended: {row.status}.")
        try:
            admitted = await self._admitted_again(row)
            journal, header, cursor = await self._recorded(row, admitted)
        except Halt as halt:
            return await self._halted(run_id, halt)
        recorder = Recorder(self.store.pen(), self.clock, journal)
        at = timestamp(self.clock.now())
        await self.store.commit(RunStatusChanged(run_id, RunStatus.RUNNING, None, None, at))
        return await self._drive(admitted, header, recorder, cursor)

    async def open_runs(self) -> list[RunRow]:
        """Runs that have not ended: what a crash, a stop or a wait left behind."""
        return await self.store.read.runs(*OPEN)

    @contextmanager
    def _alone(self, run_id: str) -> Iterator[None]:
        """Drive a run in one task only; raises Refused where another one does."""
        if run_id in self._driven:
            raise refused("run.under_way", f"Run {run_id} is under way.", "Wait for it to stop.")
        self._driven.add(run_id)
        try:
            yield
        finally:
            self._driven.remove(run_id)

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
            raise _halt(refusal.problem) from refusal
        if admitted.hash != row.policy_hash:
            detail = f"run {row.id} began with another document than version {admitted.version}."
            raise NeedsOwner("policy.tampered", detail)
        return admitted

    async def _recorded(
        self, row: RunRow, admitted: Admitted
    ) -> tuple[Journal, RunHeader, dict[str, Any] | None]:
        """What former processes left: the journal, its first record, the root's snapshot."""
        entries = await self.store.read.journal(row.id)
        try:
            journal = Journal.load(row.id, entries, row.cursor_seq)
        except Diverged as error:
            raise NeedsOwner("journal.broken", f"{error}.") from error
        if not entries or journal.seq < row.cursor_seq:
            raise NeedsOwner("journal.broken", "the journal's end is missing.")
        first = exact_json.decode(entries[0].data)
        if row.cursor_seq == 0:
            journal.replay("", "", "start")
        if first["semantics"] != SEMANTICS or first["policy_hash"] != row.policy_hash:
            raise NeedsOwner("journal.diverged", "the journal belongs to other rules or documents.")
        started, seed, value = first["started"], first["seed"], first["input"]
        header = RunHeader(row.id, row.policy_id, admitted.policy.name, started, seed, value)
        return journal, header, _cursor(row, entries)

    async def _drive(
        self,
        admitted: Admitted,
        header: RunHeader,
        recorder: Recorder,
        cursor: dict[str, Any] | None,
    ) -> RunReport:
        deadline, budget = _deadline(admitted, header), _budget(admitted, cursor)
        calls = Calls(
            self.registry,
            self.world,
            self.clock,
            recorder,
            self._permit(admitted, deadline, budget),
            self.tell,
            self._loose,
            await self.store.read.restored(header.run_id),
        )
        driver = Driver(
            admitted.program, header, recorder, calls, self.clock, self.tell, budget, cursor
        )
        try:
            outcome = await driver.run(deadline)
        except Halt as halt:
            return await self._halted(header.run_id, halt)
        return await self._end(admitted, driver, outcome)

    def _permit(
        self, admitted: Admitted, deadline: datetime | None, budget: Budget
    ) -> Callable[[], Awaitable[None]]:
        """A check that costs nothing until the approval epoch changes; then it looks again."""
        seen = admitted.epoch

        async def permit() -> None:
            nonlocal seen
            if deadline is not None and self.clock.now() >= deadline:
                raise OutOfTime
            if budget.exhausted:
                raise OutOfTransitions(budget.failure)
            if (epoch := self.admission.epoch) == seen:
                return
            try:
                again = await self.admission.admit(admitted.policy_id, admitted.version)
            except Refused as refusal:
                raise _halt(refusal.problem) from refusal
            if again.hash != admitted.hash:
                raise NeedsOwner("policy.tampered", "the approved document was replaced.")
            seen = epoch

        return permit

    async def _halted(self, run_id: str, halt: Halt) -> RunReport:
        at = timestamp(self.clock.now())
        changed = RunStatusChanged(run_id, halt.status, halt.code, halt.reason, at)
        records: list[Record] = [changed]
        if halt.status is not RunStatus.WAITING:
            text = f"A run stopped ({halt.status}): {halt.reason}"
            key = f"{run_id}/halt/{at}"
            records.append(NewNotice(key, text, NoticeLevel.PROBLEM, run_id, at))
        await self.store.commit(*records)
        self.tell(Progress("run.stopped", run_id, about={"status": halt.status}))
        return RunReport(run_id, halt.status, None, halt.code, halt.reason)

    async def _end(self, admitted: Admitted, driver: Driver, outcome: Outcome | None) -> RunReport:
        report = _report(driver.header.run_id, outcome)
        at = timestamp(self.clock.now())
        ended = _ended(report, driver, at)
        notice = await self._failure_notice(admitted, report, at)
        data = {"status": report.status, **(outcome.as_json() if outcome else {})}
        entry = driver.recorder.entry("", "", "end", data)
        head, failures = driver.recorder.journal.head, self.store.failures
        ledger = self.ledger.append(report.run_id, head, failures)
        await driver.recorder.store.commit(entry, ledger, ended, *notice)
        self.ledger.confirm(ledger)
        self.tell(Progress("run.ended", report.run_id, about={"status": report.status}))
        return report

    async def _failure_notice(
        self, admitted: Admitted, report: RunReport, at: str
    ) -> list[NewNotice]:
        if report.status is RunStatus.COMPLETED:
            return []
        log = await self.store.read.saga_log(report.run_id)
        done = [f"{one.resource} ({one.key})" for one in log]
        kept = f" It had done, and keeps: {', '.join(done)}." if done else ""
        why = f"{report.error}: {report.cause}" if report.cause else report.error
        text = f"{admitted.policy.name} ended {report.status}: {why}.{kept}"
        key = f"{report.run_id}/end"
        return [NewNotice(key, text, NoticeLevel.PROBLEM, report.run_id, at)]


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


def _cursor(row: RunRow, entries: list[JournalEntry]) -> dict[str, Any] | None:
    if row.cursor is None and row.cursor_seq == 0:
        return None
    cursor = {**(row.cursor or {}), "value": row.context}
    mark = cursor.pop("seal", None)
    if mark != seal(entries[row.cursor_seq - 1].hash, cursor):
        raise NeedsOwner("journal.broken", "the snapshot is not the one that was written.")
    return cursor


def _budget(admitted: Admitted, cursor: dict[str, Any] | None) -> Budget:
    """What the run may spend; the snapshot carries what it had spent until then."""
    used = cursor.pop("transitions") if cursor else 0
    return Budget(admitted.policy.max_transitions, used)


def _deadline(admitted: Admitted, header: RunHeader) -> datetime | None:
    seconds = admitted.policy.timeout_seconds
    return None if seconds is None else moment(header.started) + timedelta(seconds=seconds)


def _halt(problem: Problem) -> Halt:
    kind = Paused if problem.code == "policy.disabled" else NeedsOwner
    return kind(problem.code, problem.detail)


def _report(run_id: str, outcome: Outcome | None) -> RunReport:
    match outcome:
        case Ok(value):
            return RunReport(run_id, RunStatus.COMPLETED, value)
        case Failed(error, cause):
            return RunReport(run_id, RunStatus.FAILED, None, error or None, cause or None)
        case None:
            return RunReport(run_id, RunStatus.TIMED_OUT, None, "States.Timeout", "")


def _ended(report: RunReport, driver: Driver, at: str) -> RunEnded:
    cursor = driver.at.as_json() if driver.at else {"state": "", "value": driver.header.input}
    done = report.status is RunStatus.COMPLETED
    return RunEnded(
        id=report.run_id,
        status=report.status,
        current_step=cursor["state"],
        context=exact_json.encode(cursor["value"]).decode(),
        output=exact_json.encode(report.output).decode() if done else None,
        error=report.error,
        cause=report.cause,
        at=at,
    )
