"""The outside of the simulation: an exchange that takes orders by key, and answers as it likes."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Any

from pydantic import BaseModel

from assent_engine.registry import (
    Compensation,
    Done,
    NotDone,
    Reconciled,
    StepContext,
    StepFailed,
    StepRegistry,
    Unsure,
)
from assent_engine.registry.macro import Macro

Json = dict[str, Any]
FOREVER = 1e9
LATEST = 7200
CANCEL = "order.cancel"


class Number(BaseModel):
    n: int
    tag: int = 0


class Reference(BaseModel):
    key: str


class Placed(BaseModel):
    key: str


@dataclass(frozen=True, slots=True)
class Request:
    """What a step sends: the same thing asked for twice differs in its key only, if at all."""

    key: str
    run_id: str
    resource: str
    what: str


@dataclass(slots=True)
class Exchange:
    """Everything that was done, by idempotency key; a repeat of a key gives the first answer."""

    chance: Random
    mood: float
    """How likely it is to do something else than to accept and say so."""
    done: dict[str, Request] = field(default_factory=dict)
    started: list[Request] = field(default_factory=list)
    words: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """What was said of each key, in order: start, no (refused, or known not to be done)."""
    ambiguous: int = 0
    _under_way: dict[str, tuple[float, Request]] = field(default_factory=dict)
    _stuck: list[Request] = field(default_factory=list)
    _down_until: float = 0.0

    async def submit(self, request: Request) -> Json:
        self.started.append(request)
        self.words[request.key].append("start")
        await self._travels()
        self._push_through(request)
        if request.key in self.done or self.chance.random() >= self.mood:
            return await self._accepts(request)
        return await self._misbehaves(request)

    async def look_up(self, key: str) -> Reconciled:
        """What became of a key; never a guess."""
        await self._travels()
        self.arrive()
        if asyncio.get_running_loop().time() < self._down_until:
            return await self._unreachable()
        if key in self._under_way:
            return Unsure("it is under way")
        if key in self.done:
            return Done(self.result(key))
        self.words[key].append("no")
        return NotDone()

    def under_way(self, key: str) -> bool:
        """Whether a request may still arrive."""
        self.arrive()
        return key in self._under_way

    def arrive(self) -> None:
        """Let what was late arrive, if its time has come."""
        now = asyncio.get_running_loop().time()
        for key, (at, request) in list(self._under_way.items()):
            if at <= now:
                del self._under_way[key]
                self.done.setdefault(key, request)

    def result(self, key: str) -> Json:
        return {"key": key}

    def calm(self) -> None:
        """From now on everything is done at once, and said."""
        self.mood, self._down_until = 0.0, 0.0

    async def price(self) -> Json:
        await self._travels()
        drawn = self.chance.random()
        if drawn < self.mood / 2:
            raise StepFailed("Busy")
        if drawn < self.mood:
            raise ConnectionResetError("the line is dead")
        return {"n": self.chance.randrange(100)}

    async def _accepts(self, request: Request) -> Json:
        self.done.setdefault(request.key, request)
        await self._travels()
        return self.result(request.key)

    async def _misbehaves(self, request: Request) -> Json:
        how = self.chance.choice(
            [
                "refuse",
                "accept, break",
                "break",
                "accept, hang",
                "hang",
                "late",
                "stick",
                "stick",
                "stick",
                "nonsense",
            ]
        )
        if how == "refuse":
            self.words[request.key].append("no")
            raise StepFailed("Refused", "not today")
        self.ambiguous += 1
        now = asyncio.get_running_loop().time()
        if how.startswith("accept") or how == "nonsense":
            self.done.setdefault(request.key, request)
        if how == "late":
            self._under_way[request.key] = now + self.chance.uniform(0, LATEST), request
        if how == "stick":
            self._stuck.append(request)
        if self.chance.random() < 0.3:
            self._down_until = now + self.chance.uniform(0, LATEST)
        if how == "nonsense":
            return {"price": "a great deal"}
        if how.endswith("hang") or self.chance.random() < 0.3:
            await asyncio.sleep(FOREVER)
        raise ConnectionResetError("the line went dead")

    def _push_through(self, request: Request) -> None:
        """A request that is stuck on its way arrives when the same is asked for once more."""
        for one in [one for one in self._stuck if _same(one, request)]:
            self._stuck.remove(one)
            self.done.setdefault(one.key, one)

    async def _unreachable(self) -> Reconciled:
        drawn = self.chance.random()
        if drawn < 0.3:
            await asyncio.sleep(FOREVER)
        if drawn < 0.6:
            raise ConnectionResetError("nobody answers")
        return Unsure("try again later")

    async def _travels(self) -> None:
        drawn = self.chance.random()
        await asyncio.sleep(drawn * 50 if drawn < 0.03 else drawn * 0.3)


def _same(one: Request, other: Request) -> bool:
    return (one.run_id, one.resource, one.what) == (other.run_id, other.resource, other.what)


def _exchange(context: StepContext) -> Exchange:
    return context.world.get(Exchange)


async def _look_up(context: StepContext) -> Reconciled:
    return await _exchange(context).look_up(context.idempotency_key)


async def _submit(resource: str, what: str, context: StepContext) -> Any:
    request = Request(context.idempotency_key, context.run_id, resource, what)
    return await _exchange(context).submit(request)


@cache
def registry() -> StepRegistry:
    """A step that reads, three that act, one that takes back, and a macro of two orders."""
    steps = StepRegistry()

    @steps.add_step("price.read", "Reads a number", timeout=30)
    async def read(given: Number, context: StepContext) -> Number:
        return Number.model_validate(await _exchange(context).price())

    back = Compensation(CANCEL, lambda _given, result: {"key": result["key"]})

    @steps.add_step(
        "order.place", "Orders", side_effect=True, compensation=back, reconcile=_look_up, timeout=60
    )
    async def place(given: Number, context: StepContext) -> Placed:
        return await _submit("order.place", f"{given.tag}/{given.n}", context)  # type: ignore[no-any-return]

    @steps.add_step(
        "order.final", "For good", side_effect=True, irreversible="final", reconcile=_look_up
    )
    async def final(given: Number, context: StepContext) -> Placed:
        return await _submit("order.final", f"{given.tag}/{given.n}", context)  # type: ignore[no-any-return]

    @steps.add_step("order.blind", "Cannot be looked up", side_effect=True, compensation=back)
    async def blind(given: Number, context: StepContext) -> Placed:
        return await _submit("order.blind", f"{given.tag}/{given.n}", context)  # type: ignore[no-any-return]

    @steps.add_step(
        CANCEL, "Takes back", side_effect=True, irreversible="a reversal", reconcile=_look_up
    )
    async def cancel(given: Reference, context: StepContext) -> Placed:
        return await _submit(CANCEL, given.key, context)  # type: ignore[no-any-return]

    number = {"n.$": "$.n", "tag.$": "$.tag"}
    states: dict[str, Json] = {
        "One": {"type": "Task", "resource": "order.place", "parameters": number, "next": "Two"},
        "Two": {"type": "Task", "resource": "order.final", "parameters": number, "end": True},
    }
    states["One"]["result_path"] = None
    steps.add_macro(
        Macro.from_document("basket.buy", "Two orders", {"start_at": "One", "states": states})
    )
    return steps
