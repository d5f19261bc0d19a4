"""A life in which a home's schedule looks twice, and that dies at a given point.

[home, point or null, the moment of the first look, the second]
"""

import asyncio
from datetime import datetime
from pathlib import Path

from assent_engine.ports import SystemRandomness
from engine.durable.rebalance_under_kill import Points, watch
from engine.durable.worlds import JumpingClock
from engine.scheduling.homes import Driven


def live(given: tuple[str, int | None, str, str]) -> list[str]:
    """The kinds of the points that were passed."""
    home, fatal, first, second = given
    points = Points(fatal)
    watch(points)
    asyncio.run(_lived(Path(home), datetime.fromisoformat(first), datetime.fromisoformat(second)))
    return points.passed


async def _lived(home: Path, first: datetime, second: datetime) -> None:
    # Two lives in one home must not give the same ids.
    driven = Driven(home, JumpingClock(first), randomness=SystemRandomness())
    async with driven.open() as engine:
        await engine.runs.recover()
        await driven.look(engine, "start")
        await driven.pass_until(engine, second)
