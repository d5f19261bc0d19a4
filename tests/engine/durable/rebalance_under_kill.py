"""A child program: processes that go on with a home's run, or start one, and die at given points.

It reads lines of JSON, [home, point or null], and forks a process for each, so that only the
first one pays for the imports. A point is the number of a moment at which a process can die:
each progress event, each commit of the store and each order at the broker, before and after. It
answers with a line of JSON: the wait status, and the kinds of the points that were passed by a
process that was not killed.
"""

import asyncio
import json
import os
import signal
import sys
import traceback
from datetime import datetime
from pathlib import Path
from typing import Any

from assent_engine import library
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


async def drive(home: Path, points: Points) -> None:
    async with Engine.open(Home(home), tell=points.hear) as engine:
        for run in await engine.runs.open_runs():
            await engine.runs.resume(run.id)
        if not await engine.store.read.runs():
            (policy,) = await engine.store.read.policies()
            await engine.runs.start(policy.policy_id)


def live_and_die(home: Path, fatal: int | None, answer: int) -> None:
    """The whole life of a forked process."""
    points = Points(fatal)
    watch(points)
    asyncio.run(drive(home, points))
    os.write(answer, json.dumps(points.passed).encode())


def forked(home: Path, fatal: int | None) -> tuple[int, list[str]]:
    reading, writing = os.pipe()
    if (pid := os.fork()) == 0:
        try:
            live_and_die(home, fatal, writing)
        except BaseException:  # noqa: BLE001 - no fork may come back and read the next line
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        text = answer.read()
    return os.waitpid(pid, 0)[1], json.loads(text or "[]")


def main() -> None:
    library.load()
    for line in sys.stdin:
        home, fatal = json.loads(line)
        sys.stdout.write(json.dumps(forked(Path(home), fatal)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
