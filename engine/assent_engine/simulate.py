"""simulate(): a policy carried out in virtual time, with stand-ins or the registered steps."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from assent_engine import asl, library
from assent_engine.budget import Budget
from assent_engine.canned import StandIn, answer
from assent_engine.effects import (
    Failed,
    Ok,
    Outcome,
    RunStep,
    ScopeSpec,
    idempotency_key,
)
from assent_engine.interpreter import ROOT, Program, RunHeader, Taken, Witness
from assent_engine.interpreter.faults import TIMEOUT
from assent_engine.interpreter.query import Query
from assent_engine.moments import timestamp
from assent_engine.notices import MemoryNotices, NoticeBoard
from assent_engine.registry import (
    Done,
    StepContext,
    StepDeclaration,
    StepRegistry,
    World,
)
from assent_engine.registry.invocation import (
    NOT_AVAILABLE,
    invoke,
    to_outcome,
)
from assent_engine.run_input import initial_data
from assent_engine.simulation import PerformStep, Simulation, TraceEntry
from assent_engine.validation import Named, validate
from assent_schemas import exact_json
from assent_schemas.errors import Problem, Refused
from assent_schemas.policy import Policy
from assent_schemas.statuses import RunStatus

T = TypeVar("T")
OpenWorld = Callable[[], AbstractAsyncContextManager[World]]


@dataclass(frozen=True, slots=True)
class Result:
    """How a simulated run ended; `trace` lists what happened, in order of virtual time.

    `taken` holds each state that was entered and each branch that was taken.
    """

    status: RunStatus
    output: Any
    error: str | None
    cause: str | None
    trace: list[TraceEntry]
    taken: frozenset[Taken] = frozenset()


def simulate(
    policy: dict[str, Any],
    input: Any = None,  # noqa: A002 - the word of the language
    *,
    steps: Mapping[str, StandIn] | None = None,
    decisions: Mapping[str, Any] | None = None,
    registry: StepRegistry | None = None,
    open_world: OpenWorld | None = None,
    now: datetime | None = None,
    seed: str = "0",
    witness: Witness | None = None,
) -> Result:
    """Carry a policy document out in memory and virtual time; nothing is stored.

    `steps` maps a resource name (any text) or the name of a Task, which counts first, to a
    stand-in, called with the Task's effective input as its one argument; it fails by raising
    StepFailed(error, cause). Without `steps` the
    registered steps run, on what `open_world` opens or else on an empty world. `decisions`
    answers Approval states by name. `witness` hears of each state and branch as it is taken; what
    it raises ends the simulation. Floats are taken by their repr. Raises PolicyInvalid for a
    malformed policy, Refused for an input that does not fit it. Not to be called from a running
    event loop without `steps`.
    """
    if registry is None:
        # Always, so that the answer does not depend on what this process loaded before.
        library.load()
        open_world = open_world or _empty_world
    registry = registry or StepRegistry.shared()
    document = exact_json.plain(policy)
    read = _read(document, registry, steps or {})
    if decisions:
        detail = f"The policy has no Approval state {min(decisions)!r} to decide."
        raise Refused(Problem("simulate.unknown_decision", "No such decision", detail))
    start = now or datetime.now(UTC)
    header = _header(read, exact_json.plain(input), start, seed)
    program = Program.compile(read, _macros(registry, steps or {}), query=_query(document))
    with _performer(steps, registry, open_world or _no_world, header) as perform:
        deadline, budget = _deadline(read, start), Budget(read.max_transitions)
        taken = set[Taken]()
        watch = _noting(taken, witness)
        simulation = Simulation(program, header, perform, start, budget, deadline, watch)
        outcome = simulation.run(ScopeSpec("", ROOT, header.input))
        return _result(outcome, simulation.trace, frozenset(taken))


def _noting(taken: set[Taken], witness: Witness | None) -> Witness:
    """A witness that notes what is taken, once another one has heard of it."""

    def note(one: Taken) -> None:
        if witness is not None:
            witness(one)
        taken.add(one)

    return note


def _read(document: Any, registry: StepRegistry, steps: Mapping[str, StandIn]) -> Policy:
    """The policy; an imported machine may name steps that are missing, if it never gets there."""
    if isinstance(document, dict) and document.get("dialect") == "asl":
        return validate(document, Named())
    return validate(document, Named({*registry.names(), *steps}) if steps else registry)


def _query(document: Any) -> Query | None:
    """The worker for JSONata; neither imported nor started for a policy that has none."""
    if not asl.speaks_jsonata(document):
        return None
    from assent_engine.jsonata import Evaluator

    return Evaluator.shared()


def _header(policy: Policy, given: Any, start: datetime, seed: str) -> RunHeader:
    return RunHeader(
        run_id="simulation",
        policy_id=str(policy.policy_id or "draft"),
        policy_name=policy.name,
        started=timestamp(start),
        seed=seed,
        input=initial_data(policy, given),
    )


def _macros(registry: StepRegistry, stand_ins: Mapping[str, StandIn]) -> Any:
    def source(name: str) -> Any:
        macro = None if name in stand_ins else registry.macro(name)
        return macro.machine if macro else None

    return source


def _deadline(policy: Policy, start: datetime) -> datetime | None:
    seconds = policy.timeout_seconds
    return None if seconds is None else start + timedelta(seconds=seconds)


@contextlib.contextmanager
def _performer(
    steps: Mapping[str, StandIn] | None,
    registry: StepRegistry,
    open_world: OpenWorld,
    header: RunHeader,
) -> Iterator[PerformStep]:
    if steps is not None:
        yield lambda effect, _path, _now: answer(steps, effect)
        return
    with asyncio.Runner() as runner, _opened(open_world, runner) as world:

        def perform(effect: RunStep, path: str, now: datetime) -> Outcome:
            key = idempotency_key(header.run_id, path, effect.key)
            context = StepContext(header.run_id, key, _Moment(now), world)
            return runner.run(_call(registry, effect, context))

        yield perform


@contextlib.asynccontextmanager
async def _empty_world() -> AsyncIterator[World]:
    """The step library's world in a throw-away home: no holdings, no prices, no one to tell."""
    with tempfile.TemporaryDirectory(prefix="assent-simulation-") as folder:
        async with library.load().open_world(Path(folder)) as parts:
            yield World({**parts, NoticeBoard: MemoryNotices()})


@contextlib.asynccontextmanager
async def _no_world() -> AsyncIterator[World]:
    yield World()


@contextlib.contextmanager
def _opened(open_world: OpenWorld, runner: asyncio.Runner) -> Iterator[World]:
    """The world, opened and closed on the runner's own loop."""
    opening = open_world()
    world = runner.run(_awaited(opening.__aenter__()))
    try:
        yield world
    finally:
        runner.run(_awaited(opening.__aexit__(None, None, None)))


async def _awaited(value: Awaitable[T]) -> T:
    return await value


@dataclass(frozen=True, slots=True)
class _Moment:
    moment: datetime

    def now(self) -> datetime:
        return self.moment


async def _call(registry: StepRegistry, effect: RunStep, context: StepContext) -> Outcome:
    step = registry.step(effect.resource)
    if step is None:
        return Failed(NOT_AVAILABLE, f"there is no step {effect.resource}")
    try:
        async with asyncio.timeout(step.limit(effect.timeout)):
            return await invoke(step, effect.input, context)
    except Exception as error:  # noqa: BLE001 - what a step raises is its outcome
        name = TIMEOUT if isinstance(error, TimeoutError) else type(error).__name__
        return await _settled(step, context) or Failed(name, str(error))


async def _settled(step: StepDeclaration, context: StepContext) -> Outcome | None:
    """What the outside says of a side effect that broke off, if it knows that it happened."""
    if step.reconcile is None:
        return None
    try:
        answer = await step.reconcile(context)
    except Exception:  # noqa: BLE001 - an outside that cannot be asked tells nothing
        return None
    return to_outcome(step, answer.value) if isinstance(answer, Done) else None


def _result(outcome: Outcome | None, trace: list[TraceEntry], taken: frozenset[Taken]) -> Result:
    match outcome:
        case Ok(value):
            return Result(RunStatus.COMPLETED, value, None, None, trace, taken)
        case Failed(error, cause):
            return Result(RunStatus.FAILED, None, error or None, cause or None, trace, taken)
        case None:
            return Result(RunStatus.TIMED_OUT, None, "States.Timeout", "", trace, taken)
