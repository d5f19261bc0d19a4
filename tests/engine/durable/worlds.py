"""A home to test in: virtual time, an outside that behaves as told, and steps that work on it."""

import asyncio
import itertools
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from pydantic import BaseModel

from assent_engine.engine import Engine
from assent_engine.home import Home
from assent_engine.ports import Progress
from assent_engine.registry import (
    Compensation,
    Done,
    NotDone,
    Reconciled,
    StepContext,
    StepFailed,
    StepRegistry,
    Unsure,
    World,
)
from assent_engine.runner import RunReport

Json = dict[str, Any]
MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class FakeTimer:
    """An action due once so much virtual time has passed."""

    due: timedelta
    action: Callable[[], None]
    over: bool = False

    def cancel(self) -> None:
        self.over = True


class FakeClock:
    """Time stands still until it is moved; sleepers wake when it passes their deadline."""

    def __init__(self, now: datetime = MORNING) -> None:
        self._now = now
        self._elapsed = timedelta(0)
        self._sleepers: list[tuple[datetime, asyncio.Event]] = []
        self._timers: list[FakeTimer] = []

    def now(self) -> datetime:
        return self._now

    async def sleep_until(self, deadline: datetime) -> None:
        if deadline > self._now:
            event = asyncio.Event()
            self._sleepers.append((deadline, event))
            await event.wait()

    def timer(self, seconds: float, action: Callable[[], None]) -> FakeTimer:
        timer = FakeTimer(self._elapsed + timedelta(seconds=seconds), action)
        self._timers.append(timer)
        return timer

    def set_wall(self, moment: datetime) -> None:
        """Set the clock as its owner may: no time passes."""
        self._now = moment

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        self._elapsed += timedelta(seconds=seconds)
        for deadline, event in self._sleepers:
            if deadline <= self._now:
                event.set()
        for timer in self._due(self._elapsed):
            timer.over = True
            timer.action()

    def _due(self, moment: timedelta) -> list[FakeTimer]:
        """Timers that fire until then, in order."""
        self._timers = [timer for timer in self._timers if not timer.over]
        due = [timer for timer in self._timers if timer.due <= moment]
        return sorted(due, key=lambda timer: timer.due)


class JumpingClock(FakeClock):
    """Time jumps to whatever is waited for, by way of the timers that are due before."""

    async def sleep_until(self, deadline: datetime) -> None:
        while due := self._due(self._elapsed + (deadline - self._now)):
            self.advance((due[0].due - self._elapsed).total_seconds())
            await turns()
        self.advance(max(deadline - self._now, timedelta(0)).total_seconds())


async def turns(count: int = 20) -> None:
    """Let whatever has just become ready happen."""
    for _ in range(count):
        await asyncio.sleep(0)


class Ticking:
    """Identifiers that count up, so that a run's history is the same each time."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def identifier(self) -> str:
        return f"00000000-0000-4000-8000-{next(self._numbers):012}"

    def seed(self) -> str:
        return f"{next(self._numbers):032x}"


class Order(BaseModel):
    n: int = 0


class Reference(BaseModel):
    key: str = ""


class Number(BaseModel):
    n: int = 0


class Behaviour(Protocol):
    """What the outside does with an order: may accept it, and then answers or not."""

    async def __call__(self, outside: "Outside", key: str, order: Json) -> Any: ...


@dataclass
class Outside:
    """The outside world: orders by idempotency key, a repeat gives the first one."""

    orders: dict[str, Json] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    refusals: Counter[str] = field(default_factory=Counter)
    script: list[Behaviour] = field(default_factory=list)
    reachable: bool = True
    asked: list[str] = field(default_factory=list)
    reads: list[int] = field(default_factory=list)
    undone: dict[str, str] = field(default_factory=dict)
    undoing: list[str] = field(default_factory=list)
    undo_script: list[Behaviour] = field(default_factory=list)
    skip: Callable[[float], None] = lambda _seconds: None

    async def place(self, key: str, order: Json) -> Any:
        self.calls.append(key)
        behaviour = self.script.pop(0) if self.script else accept
        return await behaviour(self, key, order)

    def take(self, key: str, order: Json) -> Json:
        return self.orders.setdefault(key, {"key": key, **order})

    async def undo(self, key: str, order: str) -> Any:
        """Take an order back; by key, as every side effect."""
        self.undoing.append(order)
        behaviour = self.undo_script.pop(0) if self.undo_script else take_back
        return await behaviour(self, key, {"key": order})

    def look_up_undo(self, key: str) -> Reconciled:
        if not self.reachable:
            return Unsure("nobody answers")
        return Done({}) if key in self.undone else NotDone()

    def look_up(self, key: str) -> Reconciled:
        self.asked.append(key)
        if not self.reachable:
            return Unsure("nobody answers")
        return Done(self.orders[key]) if key in self.orders else NotDone()


async def accept(outside: Outside, key: str, order: Json) -> Any:
    return outside.take(key, order)


async def take_back(outside: Outside, key: str, order: Json) -> Any:
    outside.undone.setdefault(key, order["key"])
    return {}


async def take_back_then_break(outside: Outside, key: str, order: Json) -> Any:
    await take_back(outside, key, order)
    raise ConnectionResetError("the line went dead")


async def refuse(outside: Outside, key: str, order: Json) -> Any:
    raise StepFailed("Refused", "not today")


async def accept_then_break(outside: Outside, key: str, order: Json) -> Any:
    outside.take(key, order)
    raise ConnectionResetError("the line went dead")


async def break_before(outside: Outside, key: str, order: Json) -> Any:
    raise ConnectionResetError("the line is dead")


async def accept_then_hang(outside: Outside, key: str, order: Json) -> Any:
    outside.take(key, order)
    return await hang(outside, key, order)


async def hang(outside: Outside, key: str, order: Json) -> Any:
    outside.skip(3600)
    return await asyncio.Event().wait()


async def answer_nonsense(outside: Outside, key: str, order: Json) -> Any:
    outside.take(key, order)
    return {"key": key, "n": "not a number"}


@dataclass
class Held:
    """An order that is under way from `begun` until the test lets it `finish`."""

    then: Behaviour = accept
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    finish: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, outside: Outside, key: str, order: Json) -> Any:
        self.begun.set()
        await self.finish.wait()
        return await self.then(outside, key, order)


class Placed(BaseModel):
    key: str
    n: int


def add_cancel(registry: StepRegistry, outside: Outside) -> None:
    """The step that takes an order back."""

    async def look_up_undo(context: StepContext) -> Reconciled:
        return outside.look_up_undo(context.idempotency_key)

    @registry.add_step(
        "order.cancel",
        "Cancels",
        side_effect=True,
        irreversible="it is a reversal",
        reconcile=look_up_undo,
    )
    async def cancel(order: Reference, context: StepContext) -> Json:
        return await outside.undo(context.idempotency_key, order.key)  # type: ignore[no-any-return]


def test_registry(outside: Outside) -> StepRegistry:
    """Steps that work on an outside."""
    registry = StepRegistry()

    async def look_up(context: StepContext) -> Reconciled:
        return outside.look_up(context.idempotency_key)

    @registry.add_step("number.add", "Adds one")
    async def add(given: Number) -> Json:
        outside.reads.append(given.n)
        return {"n": given.n + 1}

    @registry.add_step("number.broken", "Always fails")
    async def broken(given: Number) -> Json:
        outside.reads.append(given.n)
        raise StepFailed("Broken")

    @registry.add_step("number.long", "Gives a long text")
    async def long(given: Number) -> Json:
        outside.reads.append(given.n)
        return {"n": given.n + 1, "text": "x" * 20_000}

    back = Compensation("order.cancel", lambda _given, result: {"key": result["key"]})

    @registry.add_step(
        "order.place", "Places", side_effect=True, compensation=back, reconcile=look_up, timeout=60
    )
    async def place(order: Order, context: StepContext) -> Placed:
        return await outside.place(context.idempotency_key, order.model_dump())  # type: ignore[no-any-return]

    @registry.add_step(
        "order.flaky", "Refused once", side_effect=True, compensation=back, reconcile=look_up
    )
    async def flaky(order: Order, context: StepContext) -> Placed:
        key = context.idempotency_key
        outside.refusals[key] += 1
        if outside.refusals[key] == 1:
            raise StepFailed("Refused")
        return await outside.place(key, order.model_dump())  # type: ignore[no-any-return]

    @registry.add_step("order.blind", "Cannot be looked up", side_effect=True, irreversible="gone")
    async def blind(order: Order, context: StepContext) -> Placed:
        return await outside.place(context.idempotency_key, order.model_dump())  # type: ignore[no-any-return]

    add_cancel(registry, outside)
    return registry


test_registry.__test__ = False  # type: ignore[attr-defined]


@dataclass
class Bench:
    """One home with everything around it under the test's control."""

    path: Path
    clock: FakeClock = field(default_factory=JumpingClock)
    outside: Outside = field(default_factory=Outside)
    randomness: Ticking = field(default_factory=Ticking)
    heard: list[Progress] = field(default_factory=list)
    registry: StepRegistry = field(init=False)
    tell: Callable[[Progress], None] = field(init=False)

    def __post_init__(self) -> None:
        self.registry = test_registry(self.outside)
        self.tell = self.heard.append
        # Tests put in other clocks.
        self.outside.skip = self._skip

    @property
    def home(self) -> Home:
        return Home(self.path)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Engine]:
        async with Engine.open(
            self.home,
            clock=self.clock,
            randomness=self.randomness,
            registry=self.registry,
            world=World(),
            tell=self._tell,
        ) as engine:
            yield engine

    def _skip(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def _tell(self, progress: Progress) -> None:
        self.tell(progress)

    def events(self, name: str) -> list[Progress]:
        return [one for one in self.heard if one.event == name]


def task(resource: str, n: Any = 0, **more: Any) -> Json:
    """A Task that ends its machine unless told where it leads."""
    number = {"n.$": n} if isinstance(n, str) else {"n": n}
    state = {"type": "Task", "resource": resource, "parameters": number, **more}
    return state if "next" in state else {**state, "end": True}


def chain(*states: Json) -> Json:
    """A machine of states one after the other, named A, B, C, ..."""
    names = [chr(ord("A") + at) for at in range(len(states))]
    linked = dict(zip(names, states, strict=True))
    for name, following in itertools.pairwise(names):
        linked[name] = {key: value for key, value in linked[name].items() if key != "end"}
        linked[name]["next"] = following
    return {"start_at": "A", "states": linked}


def policy(*states: Json, **more: Any) -> Json:
    return {"name": "A policy", **chain(*states), **more}


def each(items: list[int], *inner: Json, **more: Any) -> Json:
    """A Map over numbers; an iteration sees {n}."""
    return {
        "type": "Map",
        "parameters": {"items": items},
        "items_path": "$.items",
        "item_selector": {"n.$": "$$.map.item.value"},
        "iterator": chain(*inner),
        "end": True,
        **more,
    }


async def approved(engine: Engine, document: Json) -> str:
    """Propose and approve; the policy's id."""
    proposal = await engine.policies.propose(document, "agent")
    await engine.policies.approve(
        proposal.policy_id, proposal.version, proposal.hash, by="owner", how="test"
    )
    return proposal.policy_id


async def ran(engine: Engine, document: Json, given: Any = None) -> RunReport:
    return await engine.runs.start(await approved(engine, document), given)


def during_the_first_step(bench: Bench, work: Callable[[], Awaitable[Any]]) -> None:
    """Do something while number.add is called for the first time."""
    declared = bench.registry.step("number.add")
    assert declared is not None
    original, first = declared.function, [work]

    async def held(given: Number) -> Any:
        if first:
            await first.pop()()
        return await original(given)

    object.__setattr__(declared, "function", held)


def rewind(bench: Bench, run_id: str, seq: int, *, inbox: bool = False) -> None:
    """Make a run look as if its process had died right after this journal entry.

    With `inbox` what the owner decided stays.
    """
    with closing(sqlite3.connect(bench.home.database, isolation_level=None)) as connection:
        for table in ("journal", "saga_log"):
            connection.execute(f"DELETE FROM {table} WHERE run_id = ? AND seq > ?", (run_id, seq))  # noqa: S608
        connection.execute("UPDATE saga_log SET settled = NULL, settled_at = NULL")
        if not inbox:
            connection.execute("DELETE FROM interventions")
        connection.execute("DELETE FROM ledger")
        connection.execute("DELETE FROM notices")
        connection.execute(
            "UPDATE workflow_executions SET status = 'RUNNING', output = NULL, error = NULL,"
            " cause = NULL WHERE id = ?",
            (run_id,),
        )
