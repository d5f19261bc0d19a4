"""Carrying: takes one run to its end, as far as it may go, and reverses what did not end well."""

from dataclasses import dataclass, field, replace

from assent_engine.admission import Admission, Admitted
from assent_engine.clock import Clock
from assent_engine.files import Files
from assent_engine.ports import Listener, Randomness
from assent_engine.registry import StepRegistry, World
from assent_engine.requests import Requests
from assent_engine.runner.asking import Asking
from assent_engine.runner.called_carrier import CalledCarrier
from assent_engine.runner.called_runs import CalledRuns
from assent_engine.runner.calls import Calls, uninterrupted
from assent_engine.runner.driver import Driver
from assent_engine.runner.endings import Endings, RunReport
from assent_engine.runner.family import standing
from assent_engine.runner.frame import Frame
from assent_engine.runner.halts import Cancelled, NeedsOwner
from assent_engine.runner.history import History
from assent_engine.runner.item_files import ItemFiles
from assent_engine.runner.last_words import COMPENSATE, LastWords
from assent_engine.runner.permission import Permit, both, halt_of, permission, within
from assent_engine.runner.places import Places
from assent_engine.runner.snapshots import Snapshots
from assent_engine.runner.stalling import Stalling
from assent_engine.runner.standing_by import StandingBy
from assent_engine.store import Store
from assent_engine.store.rows import RunRow
from assent_schemas.errors import Refused
from assent_schemas.statuses import RunStatus

INTERVENE = "intervene"


@dataclass(slots=True)
class Carrying:
    """Puts together what a run is carried out with; `called` does so for runs that it calls."""

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
    places: Places
    last_words: LastWords
    called: CalledCarrier = field(init=False)
    _loose: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.called = CalledCarrier(self, self.places, self.clock, self.randomness)

    async def admitted_again(self, row: RunRow) -> Admitted:
        """A run keeps the version it began with, as long as the owner's yes to it stands."""
        try:
            admitted = await self.admission.admit(row.policy_id, row.policy_version)
        except Refused as refusal:
            raise halt_of(refusal) from refusal
        if admitted.hash != row.policy_hash:
            detail = f"run {row.id} began with another document than version {admitted.version}."
            raise NeedsOwner("policy.tampered", detail)
        return admitted

    async def carried_out(self, admitted: Admitted, history: History, frame: Frame) -> RunReport:
        """A run's end, within its frame; raises the Halt that stops it before."""
        driver, closed = self.driver(admitted, history, frame), history.closed
        with driver.stalling.watching(history.quiet_since):
            report = closed or await self._driven_out(driver, frame)
            async with self.last_words.heard(report.run_id) as word:
                if word and report.status is RunStatus.COMPLETED:
                    report = RunReport.of(report.run_id, Cancelled())
                if report.status is not RunStatus.COMPLETED:
                    how = word or admitted.policy.on_failure
                    await self._reverse(driver, report, how, closed=closed is not None)
                return await self._ended(admitted, driver, report, frame)

    async def _ended(
        self, admitted: Admitted, driver: Driver, report: RunReport, frame: Frame
    ) -> RunReport:
        name, after = admitted.policy.name, admitted.policy.alert_after
        ending = self.endings.end(
            driver.recorder, report, name, driver.at, alert_after=after, also=frame.at_end
        )
        return await uninterrupted(ending)

    def driver(
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
            self.calls(history, permit),
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
            CalledRuns(
                self.called,
                admitted,
                recorder,
                permit,
                self._may_act(admitted, frame),
                deadline,
                standing_by,
            ),
            frame.activity,
            self.clock,
            self.tell,
            budget,
            stalling,
            history.cursor,
            go_on=admitted.policy.on_compensation_failure == "continue",
        )

    def _may_act(self, admitted: Admitted, frame: Frame) -> Permit:
        """Whether a run may act at all, and those that called it."""
        return both(frame.may_act, permission(self.admission, admitted))

    def _stalling(self, admitted: Admitted, history: History) -> Stalling:
        name, seconds = admitted.policy.name, admitted.policy.progress_deadline_seconds
        run_id = history.header.run_id
        stalling = Stalling(self.store, self.clock, run_id, name, seconds)
        history.recorder.progressed = stalling.progressed
        return stalling

    def calls(self, history: History, permit: Permit) -> Calls:
        return Calls(
            self.registry,
            self.world,
            self.clock,
            history.recorder,
            permit,
            self.tell,
            self._loose,
            history.doubtful,
            history.unsettled,
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

    async def _reverse(self, driver: Driver, report: RunReport, how: str, *, closed: bool) -> None:
        """Bring what a run did to the end that its policy, or the owner, declares.

        Raises Halt where the owner must be asked, or nothing may be done for now.
        """
        if not await standing(self.store.read, report.run_id):
            return
        if not closed:
            await self.endings.close(driver.recorder, report, driver.at)
        if how == INTERVENE:
            raise await self._undecided(report)
        if how == COMPENSATE:
            # The run's time may be up, and yet what it did is reversed.
            calls = replace(driver.calls, permit=driver.called.may_act)
            await driver.undoing(calls).below("")

    async def _undecided(self, report: RunReport) -> NeedsOwner:
        left = await standing(self.store.read, report.run_id)
        done = [one.resource for one in reversed(left)]
        why = f"{report.error}: {report.cause}" if report.cause else report.error
        reason = f"the run ended {report.status} ({why}) after {', '.join(done)}."
        return NeedsOwner("run.failed", reason)
