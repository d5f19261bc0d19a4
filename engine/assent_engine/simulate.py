"""simulate(): a policy carried out in virtual time, with stand-ins or the registered steps."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from assent_engine import library
from assent_engine.canned import StandIn, answer
from assent_engine.cast import Cast, Role
from assent_engine.decisions import Decisions
from assent_engine.deeds import Deeds, Reversal
from assent_engine.effects import UNDO, Failed, Ok, Outcome, RunStep, ScopeSpec, idempotency_key
from assent_engine.files import Files
from assent_engine.files.simulated import SimulatedFiles
from assent_engine.interpreter import ROOT, RunHeader, Taken, Witness
from assent_engine.interpreter.faults import TIMEOUT
from assent_engine.interpreter.states import Approval
from assent_engine.notices import MemoryNotices, NoticeBoard
from assent_engine.registry import Done, StepContext, StepDeclaration, StepRegistry, World
from assent_engine.registry.invocation import NOT_AVAILABLE, invoke, to_outcome
from assent_engine.saga import reversal
from assent_engine.simulation import PerformStep, Simulation, TraceEntry
from assent_schemas import exact_json
from assent_schemas.statuses import RunStatus

T = TypeVar("T")
INPUT_BOUNDS = exact_json.Bounds(depth=200, nodes=2_000_000)
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
    policies: Mapping[str, dict[str, Any]] | None = None,
    registry: StepRegistry | None = None,
    open_world: OpenWorld | None = None,
    files: Files | None = None,
    now: datetime | None = None,
    seed: str = "0",
    witness: Witness | None = None,
    cursor: dict[str, Any] | None = None,
    max_transitions: int | None = None,
) -> Result:
    """Carry a policy document out in memory and virtual time; nothing is stored.

    `steps` maps a resource name (any text) or the name of a Task, which counts first, to a
    stand-in, called with the Task's effective input as its one argument; it fails by raising
    StepFailed(error, cause). Without `steps` the registered steps run, on what `open_world` opens
    or else on an empty world. `files` is where Maps read items from (a Folder, or MemoryFiles);
    nothing is written there.

    `decisions` answers Approval states by name: "approve", "reject", "timeout" or {decision, note,
    after_seconds}, or a list of these for one visit after the other. Where none is left nobody
    answers, and the question times out. `policies` are the documents that policy.run can name.

    A run that does not end well has what it did reversed, as its policy's `on_failure` says; the
    trace tells, and the result stays as it was. Of stand-ins only a resource's own is called so.

    `max_transitions` replaces the document's own, which an imported machine cannot give.

    `cursor` starts in the middle, where `Runs.cursors` says that a run once was. `witness` hears
    of each state and branch of the policy itself as it is taken; what it raises
    ends the simulation.

    Floats are taken by their repr. Raises PolicyInvalid for a malformed policy, Refused for an
    input that does not fit it and for decisions without a state. Not to be called from a running
    event loop without `steps`.
    """
    _refuse_excess(policy, input, policies)
    start = now or datetime.now(UTC)
    if registry is None:
        # Always, so that the answer does not depend on what this process loaded before.
        library.load()
        open_world = open_world or _empty_world
    registry = registry or StepRegistry.shared()
    cast = Cast(registry, steps or {}, seed)
    role = cast.role(exact_json.plain(policy), exact_json.plain(dict(policies or {})))
    asking = {name for one in (role, *cast.called.values()) for name in _asking(one)}
    answers = Decisions.read({} if decisions is None else decisions, asking)
    taken = set[Taken]()
    watch = _noting(taken, witness)
    execution = role.execution(
        exact_json.plain(input), start, seed, witness=watch, transitions=max_transitions
    )
    execution = replace(execution, cursor=cursor)
    with _performer(steps, registry, open_world or _no_world, execution.header) as perform:
        deeds = Deeds(partial(_reversal, registry, steps))
        simulation = Simulation(
            execution,
            perform,
            start,
            cast.call,
            answers,
            SimulatedFiles(files, steps or {}),
            deeds,
        )
        spec = ScopeSpec("", ROOT, execution.header.input)
        outcome = simulation.run(spec)
        return _result(outcome, simulation.trace, frozenset(taken))


def _refuse_excess(policy: Any, given: Any, policies: Any) -> None:
    """Refuse what no file could have held, before anything walks it."""
    for document in (policy, *dict(policies or {}).values()):
        exact_json.refuse_excess(document)
    exact_json.refuse_excess(given, INPUT_BOUNDS)


def _noting(taken: set[Taken], witness: Witness | None) -> Witness:
    """A witness that notes what is taken, once another one has heard of it."""

    def note(one: Taken) -> None:
        if witness is not None:
            witness(one)
        taken.add(one)

    return note


def _asking(role: Role) -> Iterator[str]:
    """The names of all states that can ask the owner."""
    for block in role.program.blocks.values():
        yield from (name for name, state in block.states.items() if isinstance(state, Approval))


@contextlib.contextmanager
def _performer(
    steps: Mapping[str, StandIn] | None,
    registry: StepRegistry,
    open_world: OpenWorld,
    header: RunHeader,
) -> Iterator[PerformStep]:
    if steps is not None:
        yield lambda effect, path, _now: _answered(steps, effect, path)
        return
    with asyncio.Runner() as runner, _opened(open_world, runner) as world:

        def perform(effect: RunStep, path: str, now: datetime) -> Outcome:
            key = idempotency_key(header.run_id, path, effect.key)
            context = StepContext(header.run_id, key, _Moment(now), world)
            return runner.run(_call(registry, effect, context))

        yield perform


def _answered(steps: Mapping[str, StandIn], effect: RunStep, path: str) -> Outcome:
    """What a stand-in says; a compensation belongs to no state, whatever one is called."""
    if path.startswith(UNDO):
        steps = {effect.resource: steps[effect.resource]}
    return answer(steps, effect)


def _reversal(
    registry: StepRegistry, steps: Mapping[str, StandIn] | None, effect: RunStep, result: Any
) -> Reversal | None:
    step = registry.step(effect.resource)
    if step is None or not step.side_effect:
        return None
    resource, given, why = reversal(step, effect.input, result)
    called = given is not None and (steps is None or resource in steps)
    return Reversal(resource, None if given is None else exact_json.decode(given), why, called)


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
