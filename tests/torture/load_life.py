"""A life under load: takes up every open run and starts others beside them, until it is killed.

[home, seed, the moment that it is, whether it starts runs]
"""

import asyncio
import random
from datetime import datetime
from pathlib import Path

from assent_engine.engine import Engine
from assent_engine.home import Home
from assent_engine.ports import Progress
from engine.durable.mother import alive
from engine.durable.worlds import JumpingClock
from torture.point_life import log_orders

AT_ONCE = 4
MOST = 3
"""Runs that each of them starts: a life without a death must end."""


def live(given: tuple[str, str, str, bool]) -> None:
    home, seed, at, starts = given
    log_orders(Path(home))
    clock = JumpingClock(datetime.fromisoformat(at))
    asyncio.run(_loaded(Path(home), random.Random(seed), clock, starts=starts))


async def _loaded(home: Path, chance: random.Random, clock: JumpingClock, *, starts: bool) -> None:
    told = False

    def hear(_progress: Progress | None) -> None:
        nonlocal told
        if not told:
            told = True
            alive()

    # The opening is cut short now and then; as a rule death comes while the runs act.
    if chance.random() < 0.2:
        hear(None)
    async with Engine.open(Home(home), clock=clock, tell=hear) as engine:
        work = [_resume(engine, run.id) for run in await engine.runs.open_runs()]
        if starts:
            work += [_start_some(engine, chance) for _ in range(AT_ONCE)]
        await asyncio.gather(*work)


async def _resume(engine: Engine, run_id: str) -> None:
    await engine.runs.resume(run_id)


async def _start_some(engine: Engine, chance: random.Random) -> None:
    policies = await engine.store.read.policies()
    for _ in range(MOST):
        await engine.runs.start(chance.choice(policies).policy_id)
