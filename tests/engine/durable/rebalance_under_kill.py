"""A life for the mother: goes on with a home's run, or starts one, and dies at a given point.

A point is the number of a moment at which a process can die: each progress event, each commit of
the store and each order at the broker, before and after.
"""

import asyncio
import os
import signal
from datetime import datetime
from pathlib import Path
from typing import Any

from assent_engine.clock import Clock
from assent_engine.engine import Engine
from assent_engine.home import Home
from assent_engine.ports import Progress
from assent_engine.store.records import Record
from assent_engine.store.writer import Writer
from assent_steps.broker import Order, OrderRequest
from assent_steps.paper.broker import PaperBroker


class Points:
    """Counts the points, and dies at the chosen one."""

    def __init__(self, fatal: int | None) -> None:
        self.fatal = fatal
        self.passed: list[str] = []

    def at(self, kind: str) -> None:
        if len(self.passed) == self.fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        self.passed.append(kind)

    def hear(self, progress: Progress) -> None:
        self.at(progress.event)


def watch(points: Points) -> None:
    """Put points around commits and orders."""
    transaction, submit = Writer._transaction, PaperBroker.submit

    async def watched_transaction(self: Writer, records: list[Record]) -> bool:
        kinds = "+".join(sorted({_kind(one) for one in records}))
        points.at(f"before commit of {kinds}")
        foreign = await transaction(self, records)
        points.at(f"after commit of {kinds}")
        return foreign

    async def watched_submit(self: PaperBroker, request: OrderRequest, now: datetime) -> Order:
        points.at("before order")
        order = await submit(self, request, now)
        points.at("after order")
        return order

    Writer._transaction = watched_transaction  # type: ignore[method-assign]
    PaperBroker.submit = watched_submit  # type: ignore[method-assign]


def _kind(record: Any) -> str:
    return str(getattr(record, "kind", type(record).__name__))


async def drive(home: Path, points: Points, clock: Clock | None = None) -> None:
    """Resume every open run; where there is no run at all, start one."""
    async with Engine.open(Home(home), clock=clock, tell=points.hear) as engine:
        for run in await engine.runs.open_runs():
            await engine.runs.resume(run.id)
        if not await engine.store.read.runs():
            (policy,) = await engine.store.read.policies()
            await engine.runs.start(policy.policy_id)


def live(given: tuple[str, int | None]) -> list[str]:
    """[home, point or null]; the kinds of the points that were passed."""
    home, fatal = given
    points = Points(fatal)
    watch(points)
    asyncio.run(drive(Path(home), points))
    return points.passed
