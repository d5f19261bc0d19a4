"""Called runs: performs policy.run as a run of its own, within its caller's bounds."""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Protocol
from uuid import UUID

from assent_engine.admission import Admitted
from assent_engine.budget import Budget
from assent_engine.clock import Clock
from assent_engine.effects import CallPolicy, Failed, Ok, Outcome, outcome_from_json
from assent_engine.interpreter import RunHeader
from assent_engine.interpreter.faults import TIMEOUT
from assent_engine.journal import Journal
from assent_engine.moments import later, moment, timestamp
from assent_engine.ports import Randomness
from assent_engine.registry.invocation import NOT_AVAILABLE
from assent_engine.run_input import INVALID_INPUT, initial_data
from assent_engine.runner.beginning import first_entry, new_run, run_header
from assent_engine.runner.calls import uninterrupted
from assent_engine.runner.endings import RunReport
from assent_engine.runner.frame import Frame
from assent_engine.runner.halts import Parked
from assent_engine.runner.permission import Permit
from assent_engine.runner.places import Places
from assent_engine.runner.recorder import Recorder
from assent_engine.runner.standing_by import StandingBy
from assent_engine.store.records import Record, RunStatusChanged
from assent_schemas.errors import Refused
from assent_schemas.statuses import RunStatus

CALL = "call"
CALLED = "called"
NOT_STARTED = "Policy.NotStarted"
_REFUSALS = {"run.no_key": INVALID_INPUT}


class Carrier(Protocol):
    """Who carries runs out."""

    clock: Clock
    randomness: Randomness
    places: Places

    async def admit_called(self, policy_id: str, digest: str) -> Admitted:
        """The version in force, which must be the one that the caller's approval pins."""
        ...

    async def ended(self, run_id: str) -> RunReport | None:
        """How a called run ended whose caller goes on, and has not heard of it."""
        ...

    async def go_on_with(self, run_id: str, name: str, frame: Frame) -> RunReport:
        """Carry a called run out, or on; raises the Halt that stops its caller, too."""
        ...

    async def stop_called(self, run_id: str, path: str, *, keep: bool = False) -> None:
        """End what a run called from under a path and what has not ended; raises Halt."""
        ...


@dataclass(slots=True)
class CalledRuns:
    """Performs CallPolicy of one run."""

    carrier: Carrier
    admitted: Admitted
    recorder: Recorder
    permit: Permit
    may_act: Permit
    deadline: datetime | None
    standing_by: StandingBy

    async def call(self, effect: CallPolicy, path: str, budget: Budget) -> Outcome:
        """The recorded outcome, or that of the called run, which is started or gone on with."""
        began = None
        if self.recorder.next_kind(path, effect.key) != CALLED:
            began = self.recorder.replay(path, effect.key, CALL)
        ended = self.recorder.replay(path, effect.key, CALLED)
        if ended is not None:
            budget.spend(ended["transitions"])
            return outcome_from_json(ended)
        await self.permit()
        outcome = await self._outcome(effect, path, budget, began)
        if isinstance(outcome, Failed):
            # What ended it may be the end of this run's own time or transitions.
            await self.permit()
        return outcome

    async def stop(self, path: str) -> None:
        """End every run that was called from under a path and has not ended."""
        await self.carrier.stop_called(self.recorder.run_id, path)

    async def _outcome(
        self, effect: CallPolicy, path: str, budget: Budget, began: dict[str, Any] | None
    ) -> Outcome:
        if began and (report := await self.carrier.ended(began["run"])) is not None:
            return await self._unheard(effect, path, _outcome(report))
        begun = began or await self._begun(effect, path)
        if isinstance(begun, Failed):
            return await self._unheard(effect, path, begun)
        part = budget.called(begun["max_transitions"])

        def at_end(report: RunReport) -> list[Record]:
            data = {**_outcome(report).as_json(), "transitions": part.used}
            return [self.recorder.entry(path, effect.key, CALLED, data)]

        frame = Frame(
            part,
            moment(begun["until"]) if begun["until"] else None,
            activity=self.standing_by.activity,
            permit=self.permit,
            at_end=at_end,
            may_act=self.may_act,
        )
        # The called run is watched by its own policy.
        await self._placed(begun)
        with self.standing_by.stalling.waiting():
            return _outcome(await self.carrier.go_on_with(begun["run"], effect.policy, frame))

    async def _unheard(self, effect: CallPolicy, path: str, outcome: Outcome) -> Outcome:
        """Record what no called run's end has brought along."""
        data = {**outcome.as_json(), "transitions": 0}
        await self.recorder.commit(path, effect.key, CALLED, data)
        return outcome

    async def _begun(self, effect: CallPolicy, path: str) -> dict[str, Any] | Failed:
        """Start the called run: {run, until, max_transitions, ...}, or why there can be none."""
        if (callee := self.admitted.called.get(effect.policy)) is None:
            return Failed(NOT_AVAILABLE, f"there is no policy {effect.policy}")
        admitted = await self.carrier.admit_called(callee.policy_id, callee.hash)
        try:
            value = initial_data(admitted.policy, effect.input)
        except Refused as refusal:
            return Failed(INVALID_INPUT, refusal.problem.detail)
        run_id = called_run_id(self.recorder.run_id, f"{path}{effect.key}")
        clock, randomness = self.carrier.clock, self.carrier.randomness
        header = run_header(admitted, run_id, value, clock, randomness)
        try:
            return await uninterrupted(self._start(effect, path, admitted, header))
        except Refused as refusal:
            return Failed(_REFUSALS.get(refusal.problem.code, NOT_STARTED), refusal.problem.detail)

    async def _start(
        self, effect: CallPolicy, path: str, admitted: Admitted, header: RunHeader
    ) -> dict[str, Any]:
        call = {
            "run": header.run_id,
            "policy": effect.policy,
            "policy_id": admitted.policy_id,
            "policy_hash": admitted.hash,
            "until": self._until(effect, admitted, moment(header.started)),
            "max_transitions": admitted.policy.max_transitions,
        }
        own = Recorder(self.recorder.store, self.recorder.clock, Journal(header.run_id))
        caller, where = self.recorder.run_id, f"{path}{effect.key}"
        places = self.carrier.places
        async with places.for_new(
            admitted.policy, admitted.policy_id, header.input, caller
        ) as place:
            row = new_run(admitted, header, place=place, parent_run=caller, parent_key=where)
            start = own.entry("", "", "start", first_entry(admitted, header))
            await self.recorder.commit(path, effect.key, CALL, call, row, start)
        return call

    async def _placed(self, begun: dict[str, Any]) -> None:
        """Wait until the called run has its place, or its time is up; raises Parked.

        Its time counts from its call, as the time of the Task that calls it does.
        """
        run_id, places = begun["run"], self.carrier.places
        parked = Parked(moment(begun["until"]) if begun["until"] else None, "a place of its key")
        while not await self._may_begin(run_id, parked.until):
            await self.permit()
            woken = asyncio.get_running_loop().create_future()
            # Watched before it is looked up: no place is given between the two.
            with places.watched(run_id, partial(self.standing_by.activity.wake, woken)):
                if not await self._may_begin(run_id, parked.until) and not woken.done():
                    await self.standing_by.wait(woken, parked)

    async def _may_begin(self, run_id: str, until: datetime | None) -> bool:
        """Past its end it may, too: it can do nothing any more."""
        row = await self.recorder.store.read.run(run_id)
        if row is None or row.status is not RunStatus.PENDING:
            return True
        late = until is not None and self.recorder.clock.now() >= until
        if not (late or await self.carrier.places.take(row)):
            return False
        now, status = self.recorder.now(), RunStatus.RUNNING
        await self.recorder.store.commit(RunStatusChanged(run_id, status, None, None, now))
        return True

    def _until(self, effect: CallPolicy, admitted: Admitted, start: datetime) -> str | None:
        limits = [one for one in (effect.timeout, admitted.policy.timeout_seconds) if one]
        ends = [later(start, min(limits))] if limits else []
        ends += [self.deadline] if self.deadline else []
        return timestamp(min(ends)) if ends else None


def called_run_id(caller: str, key: str) -> str:
    """The id of the run that a call of a run starts: always the same one."""
    digest = hashlib.sha256(f"{caller}/{key}".encode()).digest()
    return str(UUID(bytes=digest[:16], version=5))


def _outcome(report: RunReport) -> Outcome:
    match report.status:
        case RunStatus.COMPLETED:
            return Ok(report.output)
        case RunStatus.TIMED_OUT:
            return Failed(TIMEOUT, "The called policy's time is up.")
        case _:
            told = {name: value for name, value in report.as_json().items() if value is not None}
            data = {"error": "", "cause": "", **told}
            return Failed(data["error"], data["cause"])
