"""Performing the steps of a simulation: by stand-ins, or by the registered steps on a world."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from assent_engine import library
from assent_engine.canned import StandIn, answer
from assent_engine.effects import UNDO, Failed, Outcome, RunStep, idempotency_key
from assent_engine.interpreter import RunHeader
from assent_engine.interpreter.faults import TIMEOUT
from assent_engine.notices import MemoryNotices, NoticeBoard
from assent_engine.registry import Done, StepContext, StepDeclaration, StepRegistry, World
from assent_engine.registry.invocation import NOT_AVAILABLE, invoke, to_outcome
from assent_engine.simulation.execution import PerformStep

T = TypeVar("T")
OpenWorld = Callable[[], AbstractAsyncContextManager[World]]


@contextlib.contextmanager
def performer(
    steps: Mapping[str, StandIn] | None,
    registry: StepRegistry,
    open_world: OpenWorld,
    header: RunHeader,
) -> Iterator[PerformStep]:
    """What performs steps: the stand-ins where there are any, else the registered steps."""
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


@contextlib.asynccontextmanager
async def empty_world() -> AsyncIterator[World]:
    """The step library's world in a throw-away home: no holdings, no prices, no one to tell."""
    with tempfile.TemporaryDirectory(prefix="assent-simulation-") as folder:
        async with library.load().open_world(Path(folder)) as parts:
            yield World({**parts, NoticeBoard: MemoryNotices()})


@contextlib.asynccontextmanager
async def no_world() -> AsyncIterator[World]:
    """A world without parts."""
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
