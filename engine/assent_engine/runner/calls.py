"""Calling steps durably: a side effect starts only after its intent is synced, once per key."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from assent_engine.clock import Clock
from assent_engine.effects import (
    CANCELLED,
    Failed,
    Ok,
    Outcome,
    RunStep,
    idempotency_key,
    outcome_from_json,
)
from assent_engine.interpreter.faults import HEARTBEAT_TIMEOUT, SKIPPED, TIMEOUT
from assent_engine.interventions import Choice, Decision
from assent_engine.moments import moment, timestamp
from assent_engine.ports import Listener, Progress
from assent_engine.registry import (
    Done,
    NotDone,
    Reconciled,
    StepContext,
    StepDeclaration,
    StepRegistry,
    Unsure,
    World,
)
from assent_engine.registry.invocation import NOT_AVAILABLE, invoke, to_outcome
from assent_engine.runner.decisions import DECIDED_ENTRY, Decisions, followed
from assent_engine.runner.halts import PATIENCE, Halt, NeedsOwner, Parked
from assent_engine.runner.recorder import Recorder
from assent_engine.runner.unknown import Unknown
from assent_engine.saga import saga_entry, saga_mark
from assent_engine.store.records import JournalEntry
from assent_engine.time_limit import TimeLimit
from assent_schemas import exact_json

T = TypeVar("T")
SETTLING = "settling"
"""That the outside said "not done", and from when on that is the last word."""
_SETTLES = ("step", "withdrawn")
_ABOUT_INTENT = ("withdrawn", DECIDED_ENTRY, SETTLING)
LOOK_UP_SECONDS = 60
"""How long the outside may take to tell whether something happened."""


class TimeIsUp(Exception):
    """A step was given up; a TimeoutError of its own is an error like any other."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


@dataclass(slots=True)
class Calls:
    """Performs RunStep effects of one run. `permit` raises a Halt where the run may not act."""

    registry: StepRegistry
    world: World
    clock: Clock
    recorder: Recorder
    permit: Callable[[], Awaitable[None]]
    tell: Listener
    loose: set[str]
    """Idempotency keys of calls that timed out in a thread of this process: it may still run."""
    doubtful: bool = False
    """The run was restored: the outside may have done what the journal does not know of."""
    unsettled: frozenset[str] = frozenset()
    """Idempotency keys of calls of which nobody knows whether an earlier one was carried out."""
    decisions: Decisions = field(default_factory=Decisions)
    reversing: bool = False
    """Whether these calls are compensations: they have no saga log of their own."""

    async def perform(self, effect: RunStep, scope: str) -> Outcome:
        """The recorded outcome of this key, or the outcome of calling the step now."""
        step = self.registry.step(effect.resource)
        call = Call(effect, scope, step, self._context(effect, scope), self.clock) if step else None
        if call is None:
            return self._unknown(effect, scope)
        if not call.step.side_effect:
            return await self._read_only(call)
        begun = self._recorded_begin(call)
        recorded = self.recorder.replay(scope, effect.key, "step") if begun else None
        if recorded is not None:
            return outcome_from_json(recorded)
        return await uninterrupted(self._side_effect(call, begun))

    async def settle(self, call: "Call", final: datetime | None = None) -> Outcome | None:
        """Ask the outside whether a side effect happened: Ok if so, None if known not.

        `final` is the recorded moment from which on a "not done" is the last word, if there is
        one. What only the owner can tell is as the owner has decided; raises NeedsOwner before
        that, and Parked where the last word is a long wait away.
        """
        try:
            return await self._asked(call, final)
        except NeedsOwner:
            if (taken := self.decisions.take(call.context.idempotency_key)) is None:
                raise
            return await self._follow(call, *taken)

    async def _follow(self, call: "Call", case: str, decision: Decision) -> Outcome | None:
        match decision.choice:
            case Choice.DONE if self.reversing:
                return Ok(decision.result)
            case Choice.DONE:
                return to_outcome(call.step, decision.result)
            case Choice.RETRY:
                # Written first: another crash after the call may not let it be called again.
                data = followed(case, decision)
                await self.recorder.commit(call.scope, call.key, DECIDED_ENTRY, data)
                self.loose.discard(call.context.idempotency_key)
                return None
            case Choice.SKIP:
                return Failed(SKIPPED, decision.note or "")
            case Choice.COMPENSATE | Choice.ABORT:
                return Unknown(SKIPPED, decision.note or "", call.step.name)

    async def _asked(self, call: "Call", final: datetime | None) -> Outcome | None:
        """Ask until the answer is the last word."""
        while True:
            asked_at = self.clock.now()
            outcome = await self._looked_up(call)
            if outcome is not None or not call.step.settles_within:
                return outcome
            # It was not sent after this: its attempt is over, or the process that made it.
            final = final or await self._settling(call, asked_at)
            if asked_at >= final:
                return None
            await self._wait(call, final)

    async def _looked_up(self, call: "Call") -> Outcome | None:
        """While the step's own function may still be running, "not done" proves nothing."""
        match await _reconciled(call):
            case Done(value):
                outcome = to_outcome(call.step, value)
                if isinstance(outcome, Ok):
                    return outcome
                raise self._unsure(call, f"was done, but {outcome.cause}")
            case NotDone() if call.context.idempotency_key not in self.loose:
                return None
            case NotDone():
                raise self._unsure(call, "timed out and may still happen")
            case Unsure(reason):
                raise self._unsure(call, f"may have happened: {reason}")

    async def _settling(self, call: "Call", asked_at: datetime) -> datetime:
        """Record from when on a "not done" is the last word: a crash does not put it off."""
        final = asked_at + timedelta(seconds=call.step.settles_within)
        data = {"until": timestamp(final)}
        await self.recorder.commit(call.scope, call.key, SETTLING, data)
        return final

    async def _wait(self, call: "Call", final: datetime) -> None:
        if final - self.clock.now() > PATIENCE:
            raise Parked(final, f"{call.step.name} to be settled")
        await self.clock.sleep_until(final)

    def _unsure(self, call: "Call", why: str) -> NeedsOwner:
        code = "compensation.unsure" if self.reversing else "effect.unsure"
        about = {"resource": call.step.name, "input": call.effect.input}
        key = call.context.idempotency_key
        return NeedsOwner(code, f"{call.about} {why}.", key, about)

    async def settle_begun(self, prefix: str) -> None:
        """Settle what scopes under a path had begun when they were stopped for good."""
        for (scope, key), begun in _begun(self.recorder.journal.below(prefix)).items():
            await self._settle_recorded(scope, key, begun)

    async def was_done(self, scope: str) -> bool:
        """Whether the call that a stopped reversal had begun was done."""
        entries = self.recorder.journal.reversal(scope)
        ended = [outcome_from_json(exact_json.decode(e.data)) for e in entries if e.kind == "step"]
        for (_, key), begun in _begun(entries).items():
            ended.append(await self._settle_recorded(scope, key, begun))
        return any(isinstance(outcome, Ok) for outcome in ended)

    async def _settle_recorded(self, scope: str, key: str, begun: "Begun") -> Outcome:
        """Settle an intent whose scope was stopped before its outcome was recorded."""
        effect = RunStep(key, begun.intent["resource"], begun.intent["input"])
        step = self.registry.step(effect.resource)
        if step is None:
            return await self._settle_gone(effect, scope)
        call = Call(effect, scope, step, self._context(effect, scope), self.clock)
        outcome = await self.settle(call, begun.final) or Failed(CANCELLED)
        await self._record(call, outcome)
        return outcome

    async def _settle_gone(self, effect: RunStep, scope: str) -> Outcome:
        """Of a step that is no longer there only the owner can tell, and nothing is reversed."""
        subject = self._context(effect, scope).idempotency_key
        if (taken := self.decisions.take(subject)) is None:
            reason = f"{effect.resource} ({subject}) may have happened: the step is gone."
            about = {"resource": effect.resource, "input": effect.input}
            raise NeedsOwner("effect.unsure", reason, subject, about)
        outcome: Failed = Failed(SKIPPED, taken[1].note or "")
        if taken[1].choice is not Choice.SKIP:
            outcome = Unknown(SKIPPED, outcome.cause, effect.resource)
        await self.recorder.commit(scope, effect.key, "step", outcome.as_json())
        return outcome

    def _context(self, effect: RunStep, scope: str) -> StepContext:
        run_id = self.recorder.run_id
        key = idempotency_key(run_id, scope, effect.key)
        return StepContext(run_id, key, self.clock, self.world)

    def _unknown(self, effect: RunStep, scope: str) -> Outcome:
        recorded = self.recorder.replay(scope, effect.key, "step")
        if recorded is not None:
            return outcome_from_json(recorded)
        outcome = Failed(NOT_AVAILABLE, f"there is no step {effect.resource}")
        self.recorder.enqueue(scope, effect.key, "step", outcome.as_json())
        return outcome

    async def _read_only(self, call: "Call") -> Outcome:
        recorded = self.recorder.replay(call.scope, call.key, "step")
        if recorded is not None:
            return outcome_from_json(recorded)
        await self.permit()
        self._progress("step.started", call)
        try:
            outcome = await call.attempt()
        except TimeIsUp as given_up:
            outcome = Failed(given_up.error)
        except Exception as error:  # noqa: BLE001 - whatever a step raises is its outcome
            outcome = Failed(type(error).__name__, str(error))
        self.recorder.enqueue(call.scope, call.key, "step", outcome.as_json())
        self._progress("step.ended", call, **outcome.as_json())
        return outcome

    async def _side_effect(self, call: "Call", begun: "Begun | None") -> Outcome:
        outcome: Outcome | None = None
        if begun is None:
            await self._intend(call)
        if begun or self.doubtful or call.context.idempotency_key in self.unsettled:
            outcome = await self.settle(call, begun.final if begun else None)
            if outcome is None:
                await self._intend_anew(call)
        if outcome is None:
            self._progress("step.started", call)
            outcome = await self._try(call)
        await self._record(call, outcome)
        self._progress("step.ended", call, **outcome.as_json())
        return outcome

    def _recorded_begin(self, call: "Call") -> "Begun | None":
        """The intent that stands in the journal and was not withdrawn."""
        recorder, where = self.recorder, (call.scope, call.key)
        begun = _followed(None, "intent", recorder.replay(*where, "intent"))
        while begun and (kind := recorder.next_kind(*where)) in _ABOUT_INTENT:
            begun = _followed(begun, kind, recorder.replay(*where, kind))
            if begun is None:
                begun = _followed(None, "intent", recorder.replay(*where, "intent"))
        return begun

    async def _intend(self, call: "Call") -> None:
        """Record the intent, and look once more: that commit may have shown a foreign write."""
        await self.permit()
        await self.recorder.commit(call.scope, call.key, "intent", call.intent)
        self._progress("intent.recorded", call)
        await self._permit_or_withdraw(call)

    async def _intend_anew(self, call: "Call") -> None:
        """Before what is known not to be done is begun once more.

        Where a request may take its time the intent is a new one, as a look-up after this tells
        nothing of when it was sent.
        """
        if call.step.settles_within:
            recorder, where = self.recorder, (call.scope, call.key)
            known = recorder.entry(*where, "withdrawn", {"reason": "it was not done"})
            await recorder.store.commit(known, recorder.entry(*where, "intent", call.intent))
        await self._permit_or_withdraw(call)

    async def _permit_or_withdraw(self, call: "Call") -> None:
        """Withdraw an intent that is known not to have been carried out, where it may not be."""
        try:
            await self.permit()
        except Halt as halt:
            why = {"reason": halt.reason}
            await self.recorder.commit(call.scope, call.key, "withdrawn", why)
            raise

    async def _try(self, call: "Call") -> Outcome:
        try:
            return await call.attempt()
        except TimeIsUp as given_up:
            if not inspect.iscoroutinefunction(call.step.function):
                self.loose.add(call.context.idempotency_key)
            return await self.settle(call) or Failed(given_up.error)
        except Exception as error:  # noqa: BLE001 - unsure until the outside has been asked
            return await self.settle(call) or Failed(type(error).__name__, str(error))

    async def _record(self, call: "Call", outcome: Outcome) -> None:
        """The outcome and, if it was done, its saga entry, in one commit."""
        data, logged = outcome.as_json(), []
        if isinstance(outcome, Ok) and not self.reversing:
            seq, at = self.recorder.journal.seq + 1, self.recorder.now()
            logged.append(saga_entry(call, outcome.value, seq, at))
            data["saga"] = saga_mark(logged[0])
        await self.recorder.commit(call.scope, call.key, "step", data, *logged)

    def _progress(self, event: str, call: "Call", **about: Any) -> None:
        about = {"resource": call.step.name, "input": call.effect.input, **about}
        self.tell(Progress(event, self.recorder.run_id, call.scope, call.key, about))


@dataclass(frozen=True, slots=True)
class Begun:
    """An intent without an outcome: {resource, idempotency_key, input}.

    `final` is from when on the outside's "not done" is the last word, where that was recorded.
    """

    intent: dict[str, Any]
    final: datetime | None = None


def _begun(entries: Iterable[JournalEntry]) -> dict[tuple[str, str], Begun]:
    """The intents without an outcome, by scope and key."""
    begun: dict[tuple[str, str], Begun | None] = {}
    for entry in entries:
        if entry.kind == "intent" or entry.kind in (*_SETTLES, *_ABOUT_INTENT):
            where = entry.scope, entry.key
            data = exact_json.decode(entry.data)
            begun[where] = _followed(begun.get(where), entry.kind, data)
    return {where: one for where, one in begun.items() if one is not None}


def _followed(begun: Begun | None, kind: str, data: Any) -> Begun | None:
    """What stands of an intent after one more entry about it; of no entry, nothing."""
    if kind == "intent" and data is not None:
        return Begun(data)
    if begun is None or kind in _SETTLES:
        return None
    if kind == SETTLING and data is not None:
        return replace(begun, final=moment(data["until"]))
    # What the owner wants tried again may be sent after the moment that was waited for.
    return replace(begun, final=None)


@dataclass(frozen=True, slots=True)
class Call:
    """One RunStep effect with the step that it names."""

    effect: RunStep
    scope: str
    step: StepDeclaration
    context: StepContext
    clock: Clock

    @property
    def key(self) -> str:
        return self.effect.key

    @property
    def intent(self) -> dict[str, Any]:
        """What is recorded before the call."""
        return {
            "resource": self.step.name,
            "idempotency_key": self.context.idempotency_key,
            "input": self.effect.input,
        }

    @property
    def about(self) -> str:
        """The call in words."""
        return f"{self.step.name} ({self.context.idempotency_key})"

    async def attempt(self) -> Outcome:
        """Call the step once; raises TimeIsUp, or what the step raised."""
        limit = TimeLimit(self.clock, self.step.limit(self.effect.timeout))
        pulse = TimeLimit(self.clock, self.effect.heartbeat)
        context = replace(self.context, beat=_beat(pulse))
        try:
            async with limit, pulse:
                return await invoke(self.step, self.effect.input, context)
        except TimeoutError as error:
            if pulse.expired:
                raise TimeIsUp(HEARTBEAT_TIMEOUT) from error
            if limit.expired:
                raise TimeIsUp(TIMEOUT) from error
            raise


def _beat(pulse: TimeLimit) -> Callable[[], None]:
    """What a step calls to be given its heartbeat's time anew, from whatever thread."""
    loop = asyncio.get_running_loop()

    def beat() -> None:
        loop.call_soon_threadsafe(pulse.restart)

    return beat


async def _reconciled(call: Call) -> Reconciled:
    if call.step.reconcile is None:
        return Unsure("it cannot be looked up")
    try:
        async with TimeLimit(call.clock, LOOK_UP_SECONDS):
            return await call.step.reconcile(call.context)
    except Exception as error:  # noqa: BLE001 - an outside that cannot be asked tells nothing
        return Unsure(f"looking it up failed: {error}")


async def uninterrupted(work: Coroutine[Any, Any, T]) -> T:
    """Await work that no cancellation may cut: it is finished first, then we are cancelled.

    A Halt of the work outlives the cancellation: what is unsettled is never dropped.
    """
    task, cancelled = asyncio.ensure_future(work), False
    while not task.done():
        # Forks within forks are stopped from several levels: each cancels once.
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            cancelled = True
    if cancelled and (task.cancelled() or not isinstance(task.exception(), Halt)):
        raise asyncio.CancelledError
    return task.result()
