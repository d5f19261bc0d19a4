"""A home whose schedule is driven by hand: sleep, wake, and the records that come of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from assent_engine.engine import Engine
from assent_engine.home import Home
from assent_engine.ports import Progress, Randomness
from assent_engine.registry import World
from assent_engine.scheduling.keys import keyed
from assent_engine.scheduling.schedule import Why
from assent_engine.store.rows import OccurrenceRow
from assent_schemas.policy import Policy
from engine.durable.worlds import (
    FakeClock,
    Json,
    JumpingClock,
    Outside,
    Ticking,
    accept,
    policy,
    task,
    test_registry,
)

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NOTHING = {"type": "Succeed"}


@dataclass
class Driven:
    """A home, its clock, and when its runs began; the owner's zone may be changed."""

    path: Path
    clock: FakeClock = field(default_factory=lambda: JumpingClock(MONDAY))
    zone: str = "UTC"
    outside: Outside = field(default_factory=Outside)
    randomness: Randomness = field(default_factory=Ticking)
    began: list[datetime] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    """Closed, it keeps orders from being placed."""

    def __post_init__(self) -> None:
        self.gate.set()
        self.outside.script = [self._held] * 100

    async def _held(self, outside: Outside, key: str, order: Json) -> Any:
        await self.gate.wait()
        return await accept(outside, key, order)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Engine]:
        async with Engine.open(
            Home(self.path),
            clock=self.clock,
            randomness=self.randomness,
            registry=test_registry(self.outside),
            world=World(),
            tell=self._tell,
            zone=lambda: self.zone,
        ) as engine:
            yield engine

    def _tell(self, progress: Progress) -> None:
        if progress.event == "run.started":
            self.began.append(self.clock.now())

    async def look(self, engine: Engine, why: Why = "timer") -> None:
        """One look, and all that its runs do."""
        await engine.schedule.look(self.clock.now(), why)
        await engine.schedule.drained()

    async def pass_until(self, engine: Engine, end: datetime) -> list[datetime]:
        """Be awake until a moment: look whenever the schedule asks for it. When it looked."""
        looks = []
        while (due := await engine.schedule.earliest()) is not None and due <= end:
            self.clock.set_wall(max(due, self.clock.now()))
            looks.append(self.clock.now())
            await self.look(engine)
            assert len(looks) < 100_000, "it looks again and again"
        self.clock.set_wall(max(end, self.clock.now()))
        return looks


def doing(*triggers: Json, **more: Any) -> Json:
    """A policy that does nothing, with these triggers."""
    plain = {"name": "A policy", "start_at": "A", "states": {"A": NOTHING}}
    return {**plain, "triggers": [*triggers], **more}


def ordering(*triggers: Json, **more: Any) -> Json:
    """A policy whose runs place an order each: they wait until the gate is open."""
    return policy(task("order.place", 1), triggers=[*triggers], **more)


def hourly(**more: Any) -> Json:
    return {"type": "interval", "seconds": 3600, **more}


def key(trigger: Json) -> str:
    """The name that a trigger has in the store."""
    (found,) = keyed(Policy.model_validate(doing(trigger)).triggers)
    return found


def each(rows: list[OccurrenceRow], every: timedelta | None = None) -> dict[datetime, str]:
    """What became of each due time, those with one record told apart; each has only one."""
    found: dict[datetime, str] = {}
    for row in rows:
        due, through = (datetime.fromisoformat(one) for one in (row.due, row.through))
        step = (through - due) / (row.count - 1) if row.count > 1 else timedelta(0)
        assert every is None or row.count == 1 or step == every
        for at in range(row.count):
            one = due + at * step
            assert one not in found, f"{one} has two records"
            word = f"skipped {row.reason}" if row.status == "skipped" else row.status
            found[one] = word
    return found


async def became(engine: Engine, policy_id: str | None = None) -> dict[datetime, str]:
    return each(await engine.store.read.occurrences(policy_id))


def times(found: dict[datetime, str]) -> dict[str, str]:
    """The same by day and time of day, for tests to be read."""
    return {f"{due:%d %H:%M}": word for due, word in found.items()}
