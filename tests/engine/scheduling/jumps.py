"""A life under a clock that jumps: what must hold of its records, whatever the clock did."""

import random
from datetime import datetime, timedelta
from pathlib import Path

from assent_engine.engine import Engine
from engine.durable.worlds import approved
from engine.scheduling.homes import MONDAY, Driven, became, doing, hourly

STEPS = 12
JUMPS = (
    timedelta(seconds=1),
    timedelta(hours=1),
    timedelta(days=1),
    timedelta(days=365),
)
EVERY = (timedelta(hours=1), timedelta(hours=7), timedelta(days=1))


async def jumped(home: Path, chance: random.Random) -> None:
    """Jump back and forth, sleep, restart; then every due time that passed has its one record."""
    driven = Driven(home)
    ids: dict[str, timedelta] = {}
    async with driven.open() as engine:
        for at, every in enumerate(EVERY):
            rule = {"missed": chance.choice(["none", "latest", "all"]), "within_seconds": 7200}
            trigger = hourly(seconds=int(every.total_seconds()), catch_up=rule, overlap="allow")
            ids[await approved(engine, doing(trigger, name=f"P{at}"))] = every
    for _ in range(4):
        async with driven.open() as engine:
            await driven.look(engine, "start")
            for _ in range(STEPS // 4):
                await _step(driven, engine, chance)
    async with driven.open() as engine:
        await _held(engine, ids, driven.clock.now())
        assert (await engine.check_store()).findings == []


async def _step(driven: Driven, engine: Engine, chance: random.Random) -> None:
    """Jump, or let time pass."""
    jump = chance.choice(JUMPS) * chance.choice([-1, 1])
    before = driven.clock.now()
    if chance.random() < 0.5:
        driven.clock.set_wall(max(before + jump, MONDAY))
        await driven.look(engine, "clock_changed")
    else:
        await driven.pass_until(engine, before + chance.random() * timedelta(hours=30))


async def _held(engine: Engine, ids: dict[str, timedelta], now: datetime) -> None:
    runs = await engine.store.read.runs()
    rows = await engine.store.read.occurrences()
    ran = [one for one in rows if one.run_id is not None]
    assert sorted(one.run_id or "" for one in ran) == sorted(one.id for one in runs)
    for policy_id, every in ids.items():
        # `became` refuses two records of one due time.
        found = await became(engine, policy_id)
        due = MONDAY + every
        while due <= now:
            assert due in found, f"{due} has no record"
            due += every
        # What was let go only for its time is let go no more when that time is yet to come.
        beyond = {word for one, word in found.items() if one > now}
        assert beyond <= {"ran", "caught_up"}, beyond
