"""Redriving: lets a run that failed go on from where it failed, where it may."""

from dataclasses import dataclass
from typing import Any

from assent_engine.admission import Admitted
from assent_engine.budget import Budget
from assent_engine.clock import Clock
from assent_engine.refusals import refused
from assent_engine.runner.carrying import Carrying
from assent_engine.runner.endings import REDRIVE
from assent_engine.runner.family import everything, known
from assent_engine.runner.frame import Frame
from assent_engine.runner.halts import Halt
from assent_engine.runner.history import History
from assent_engine.runner.retracing import Retracing, no_permit, spoilt
from assent_engine.saga import Settled
from assent_engine.store import Store
from assent_engine.store.records import AuditEntry, InterventionsWithdrawn, RunRedriven
from assent_engine.store.rows import RunRow
from assent_schemas.statuses import RunStatus


@dataclass(slots=True)
class Redriving:
    """Walks runs through again by their journals."""

    store: Store
    clock: Clock
    carrying: Carrying

    async def record(self, run_id: str, by: str) -> None:
        """Leave what failed out of the replay; raises Refused where the run may not go on."""
        row = await self._redrivable(run_id)
        try:
            admitted = await self.carrying.admitted_again(row)
            past = await self.store.read.journal(run_id)
            forget = spoilt((await self._retraced(admitted, row)).scopes, past)
            recorder = (await History.read(self.store, self.clock, row, "")).recorder
        except Halt as halt:
            raise refused(halt.code, halt.reason) from halt
        at = recorder.now()
        records = RunRedriven(run_id, at), InterventionsWithdrawn(run_id, None, at)
        audit = AuditEntry(at, by, "redrive", run_id, f"{len(forget)} records left out")
        cases = [one.id for one in await self.store.read.interventions(run_id)]
        data = {"forget": forget, "by": by, "cases": cases}
        await recorder.commit("", "", REDRIVE, data, *records, audit)

    async def cursors(self, run_id: str) -> dict[str, dict[str, Any]]:
        """Where the root scope of a run stood at each of its states, by the key of the visit.

        Raises Refused where its journal cannot be followed.
        """
        row = await known(self.store.read, run_id)
        try:
            return (await self._retraced(await self.carrying.admitted_again(row), row)).cursors
        except Halt as halt:
            raise refused(halt.code, halt.reason) from halt

    async def _redrivable(self, run_id: str) -> RunRow:
        row, past = await known(self.store.read, run_id), await self.store.read.journal(run_id)
        failed = row.status.ended and row.status is not RunStatus.COMPLETED
        if not failed and row.error != "run.failed":
            detail = f"Run {run_id} is {row.status}: only one that did not end well is redriven."
            raise refused("run.not_failed", detail)
        if row.parent_run is not None or await self._called_in_vain(run_id):
            detail = f"Run {run_id} was called, or called a run that did not complete."
            raise refused("run.called", detail, "Start a new one: assent run start")
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
        retracing = Retracing(self.carrying.driver(admitted, history, frame, no_permit))
        await retracing.run()
        return retracing
