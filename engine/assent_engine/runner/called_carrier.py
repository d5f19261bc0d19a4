"""Carries called runs out, within their callers, and ends those whose callers end."""

from dataclasses import dataclass, replace
from typing import Any, Protocol

from assent_engine.admission import Admission, Admitted
from assent_engine.budget import Budget
from assent_engine.clock import Clock
from assent_engine.effects import Outcome
from assent_engine.ports import Randomness
from assent_engine.runner.calls import Calls, uninterrupted
from assent_engine.runner.endings import AtEnd, Endings, RunReport
from assent_engine.runner.family import known
from assent_engine.runner.frame import Frame
from assent_engine.runner.halts import Cancelled, Halt, NeedsOwner, passed_up
from assent_engine.runner.history import History
from assent_engine.runner.last_words import COMPENSATE, KEEP
from assent_engine.runner.permission import Permit, halt_of
from assent_engine.runner.places import Places
from assent_engine.runner.undoing import Undoing
from assent_engine.store import Store
from assent_engine.store.records import Record
from assent_engine.store.rows import RunRow
from assent_schemas.errors import Refused


class CarriesOut(Protocol):
    """How any run is carried out."""

    store: Store
    admission: Admission
    endings: Endings

    async def admitted_again(self, row: RunRow) -> Admitted:
        """The version that a run began with, if it may still act; raises Halt."""
        ...

    async def carried_out(self, admitted: Admitted, history: History, frame: Frame) -> RunReport:
        """A run's end, within its frame; raises the Halt that stops it before."""
        ...

    def calls(self, history: History, permit: Permit) -> Calls:
        """What calls the steps of a run."""
        ...


@dataclass(slots=True)
class CalledCarrier:
    """Performs what a caller asks of the runs that it called."""

    carrying: CarriesOut
    places: Places
    clock: Clock
    randomness: Randomness

    async def admit_called(self, policy_id: str, digest: str) -> Admitted:
        """The version in force, which must be the one that the caller's approval pins."""
        try:
            admitted = await self.carrying.admission.admit(policy_id)
        except Refused as refusal:
            raise halt_of(refusal) from refusal
        if admitted.hash != digest:
            detail = f"{admitted.policy.name} is not what it was when its caller was approved."
            raise NeedsOwner("approval.lapsed", detail)
        return admitted

    async def ended(self, run_id: str) -> RunReport | None:
        """How a called run ended whose caller goes on, and has not heard of it.

        It was stopped as its caller's time was up, and that time has moved away since: the clock
        was set back before the caller's own end was recorded.
        """
        row = await known(self.carrying.store.read, run_id)
        return RunReport.of_row(row) if row.status.ended else None

    async def go_on_with(self, run_id: str, name: str, frame: Frame) -> RunReport:
        """Carry a called run out, or on; raises the Halt that stops its caller, too."""
        row = await known(self.carrying.store.read, run_id)
        try:
            report = await self._called_on(row, frame)
        except Halt as halt:
            await uninterrupted(self.carrying.endings.halted(run_id, halt))
            raise passed_up(halt, run_id, name) from halt
        await self.places.hand_over(row.concurrency_key)
        return report

    async def _called_on(self, row: RunRow, frame: Frame) -> RunReport:
        if row.cancelling == KEEP:
            return await uninterrupted(self.let_go(row, keep=True, at_end=frame.at_end))
        admitted = await self.carrying.admitted_again(row)
        history = await History.read(self.carrying.store, self.clock, row, admitted.policy.name)
        return await self.carrying.carried_out(admitted, history, frame)

    async def stop_called(self, run_id: str, path: str, *, keep: bool = False) -> None:
        """End what a run called from under a path and what has not ended; raises Halt."""
        keep = keep or (await known(self.carrying.store.read, run_id)).cancelling == KEEP
        for _, row in reversed(await self.carrying.store.read.called_by(run_id)):
            if not row.status.ended and (row.parent_key or "").startswith(path):
                await self._stop(row, keep=keep)
                await self.places.hand_over(row.concurrency_key)

    async def _stop(self, row: RunRow, *, keep: bool) -> None:
        """End a called run with its caller; what it did falls to the caller.

        One that had failed by itself, or that the owner ended over a case of its own, first brings
        what it did to the end that it declares, or that the owner has chosen.
        """
        try:
            history = await History.read(self.carrying.store, self.clock, row, row.policy_id)
            if keep or (history.closed is None and row.cancelling != COMPENSATE):
                await self.let_go(row, keep=keep, at_end=_nothing)
                return
            admitted = await self.carrying.admitted_again(row)
            frame = Frame(Budget(admitted.policy.max_transitions), None, at_end=_nothing)
            await self.carrying.carried_out(admitted, history, frame)
        except Halt as halt:
            await self.carrying.endings.halted(row.id, halt)
            raise passed_up(halt, row.id, row.policy_id) from halt

    async def let_go(self, row: RunRow, *, keep: bool, at_end: AtEnd | None = None) -> RunReport:
        """End a run without reversing what it did: nothing acts, so no permission is needed.

        With `keep` what the runs did that it called stays, too.
        """
        policy = await self.carrying.store.read.policy(row.policy_id)
        name = policy.name if policy else row.policy_id
        history = await History.read(self.carrying.store, self.clock, row, name)
        calls = self.carrying.calls(history, _never)
        if history.closed is None:
            await calls.settle_begun("")
        undoing = Undoing(history.recorder, history.decisions, _no_drive, go_on=False)
        await undoing.settle_begun(replace(calls, reversing=True))
        await self.stop_called(row.id, "", keep=keep)
        report = history.closed or RunReport.of(row.id, Cancelled())
        return await self.carrying.endings.end(history.recorder, report, name, None, also=at_end)


async def _no_drive(_effects: Any, _path: str) -> Outcome:
    """The driver of a run that will not act."""
    raise AssertionError


async def _never() -> None:
    """The permit of a run that will not act."""
    raise AssertionError


def _nothing(_report: RunReport) -> list[Record]:
    """What a caller records that stops the runs that it called: its own record says why."""
    return []
