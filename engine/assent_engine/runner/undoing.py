"""Undoing: reverses completed side effects durably, the latest first."""

import itertools
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from typing import Any

from assent_engine.effects import UNDO, Effect, Failed, Ok, Outcome
from assent_engine.interpreter import compensate
from assent_engine.interpreter.faults import SKIPPED
from assent_engine.interventions import Choice
from assent_engine.runner.calls import Calls
from assent_engine.runner.decisions import DECIDED_ENTRY, Decisions, followed
from assent_engine.runner.family import standing
from assent_engine.runner.halts import NeedsOwner, Unsettled
from assent_engine.runner.recorder import Recorder
from assent_engine.saga import Settled, saga_mark
from assent_engine.store.records import SagaEntry, SagaSettled
from assent_schemas import exact_json

Drive = Callable[[Generator[Effect, Any, Outcome], str], Awaitable[Outcome]]
"""Performs a generator's effects in a scope, or replays them."""


@dataclass(slots=True)
class Undoing:
    """Reverses what one run did, and those that it called.

    Each compensation is a scope of its own: `undo/SEQ/`, or `undo/RUN/SEQ/` of a called run.

    With `go_on` a compensation that fails does not keep the ones before it from running.
    """

    recorder: Recorder
    decisions: Decisions
    drive: Drive
    go_on: bool

    async def below(self, path: str, visit: str = "") -> None:
        """Reverse what still stands of what was done by a state's visit, or by the whole run.

        Raises Unsettled with a case for each side effect that only the owner can settle.
        """
        cases: list[NeedsOwner] = []
        prefix = f"{path}{visit}/" if visit else path
        read = self.recorder.store.read
        for entry in await standing(read, self.recorder.run_id, prefix):
            if (case := await self._settle(entry)) is not None:
                cases.append(case)
                if not self.go_on:
                    break
        if cases:
            raise Unsettled(cases)

    async def settle_begun(self, calls: Calls, path: str = "") -> None:
        """Learn whether each reversal of what was done under a path, if it was begun, was done.

        No other one is begun.
        """
        for entry in await standing(self.recorder.store.read, self.recorder.run_id, path):
            if await calls.was_done(self._scope(entry)):
                await self._over(entry, Settled.COMPENSATED)

    async def _settle(self, entry: SagaEntry) -> NeedsOwner | None:
        try:
            settled = await self._settled(entry)
        except NeedsOwner as case:
            if not case.code.startswith("compensation."):
                raise
            return case
        await self._over(entry, settled)
        return None

    async def _over(self, entry: SagaEntry, settled: Settled) -> None:
        at = self.recorder.now()
        await self.recorder.store.commit(SagaSettled(entry.run_id, entry.seq, settled, at))
        self.recorder.journal.settled(self._scope(entry))

    async def _settled(self, entry: SagaEntry) -> Settled:
        await self._verify(entry)
        if entry.compensation is None:
            return Settled.KEPT
        scope = self._scope(entry)
        # A catcher in a scope that was then stopped may have begun it in this very process.
        self.recorder.journal.rewind(scope)
        for rank in itertools.count(1):
            outcome = await self._compensated(entry, scope, rank)
            if isinstance(outcome, Ok):
                return Settled.COMPENSATED
            if outcome.error == SKIPPED:
                return Settled.KEPT
            match await self._decided(entry, outcome, scope, rank):
                case Choice.DONE:
                    return Settled.MARKED
                case Choice.SKIP:
                    return Settled.KEPT
        raise AssertionError

    def _scope(self, entry: SagaEntry) -> str:
        """Of what a called run did, too: its own journal has ended, and stays as it is."""
        own = entry.run_id == self.recorder.run_id
        return f"{UNDO}{entry.seq}/" if own else f"{UNDO}{entry.run_id}/{entry.seq}/"

    async def _verify(self, entry: SagaEntry) -> None:
        """Raise NeedsOwner unless the journal says the same of the side effect."""
        step = await self.recorder.store.read.entry(entry.run_id, entry.seq)
        if step is None or exact_json.decode(step.data).get("saga") != saga_mark(entry):
            reason = f"the saga log is not what was recorded of {entry.key}."
            raise NeedsOwner("journal.broken", reason)

    async def _compensated(self, entry: SagaEntry, scope: str, rank: int) -> Outcome:
        if entry.compensation is None or entry.compensation_input is None:
            return Failed("Saga.NoReversal", entry.irreversible or "")
        given = exact_json.decode(entry.compensation_input)
        return await self.drive(compensate(entry.compensation, given, rank), scope)

    async def _decided(self, entry: SagaEntry, failed: Failed, scope: str, rank: int) -> Choice:
        """What the owner says of a compensation that failed; raises NeedsOwner before that."""
        key = f"undo.{rank}"
        if self.recorder.next_kind(scope, key) == DECIDED_ENTRY:
            recorded = self.recorder.replay(scope, key, DECIDED_ENTRY)
            return Choice(recorded["choice"] if recorded else "")
        subject = f"{scope}{rank}"
        taken = self.decisions.take(subject)
        if taken is None:
            raise _case(entry, failed, subject)
        await self.recorder.commit(scope, key, DECIDED_ENTRY, followed(*taken))
        return taken[1].choice


def _case(entry: SagaEntry, failed: Failed, subject: str) -> NeedsOwner:
    why = f"{failed.error}: {failed.cause}" if failed.cause else failed.error
    reason = f"{entry.resource} ({entry.idempotency_key}) could not be reversed: {why}."
    given = entry.compensation_input
    about = {
        "done": {"resource": entry.resource, "input": exact_json.decode(entry.input)},
        "resource": entry.compensation,
        "input": None if given is None else exact_json.decode(given),
    }
    return NeedsOwner("compensation.failed", reason, subject, about)
