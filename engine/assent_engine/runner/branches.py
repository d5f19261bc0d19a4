"""Forks: child scopes side by side, stopped together when too many have failed."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from assent_engine.effects import CANCELLED, Failed, Fork, Outcome, ScopeSpec
from assent_engine.runner.activity import Activity
from assent_engine.runner.calls import uninterrupted
from assent_engine.runner.halts import Halt
from assent_schemas.statuses import RunStatus

RunChild = Callable[[ScopeSpec], Awaitable[Outcome]]
MOST_AT_ONCE = 1000


class _Breached(Exception):
    """More scopes have failed than the fork tolerates."""


@dataclass(slots=True)
class Branches:
    """One Fork under way. `record_breach` is awaited before any sibling is stopped."""

    fork: Fork
    run_child: RunChild
    record_breach: Callable[[dict[str, Any]], Awaitable[None]]
    activity: Activity
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    breached: bool = False
    _places: int = 0
    """Workers that count as under way, and those whose place is kept until all have ended."""

    async def run(self) -> list[Outcome]:
        """One outcome per scope, in order."""
        count = len(self.fork.scopes)
        waiting = iter(range(count))
        at_once = min(self.fork.limit or count, count, MOST_AT_ONCE)
        self._places = at_once
        self.activity.busy += at_once - 1
        workers = [asyncio.create_task(self._work(waiting)) for _ in range(at_once)]
        try:
            await asyncio.gather(*workers)
        except _Breached:
            pass
        finally:
            try:
                await _stop(workers)
            finally:
                self.activity.busy -= self._places - 1
        return [self.outcomes.get(at, Failed(CANCELLED)) for at in range(count)]

    async def _work(self, waiting: Iterator[int]) -> None:
        for index in waiting:
            outcome = await self.run_child(self.fork.scopes[index])
            if self.breached:
                return
            self.outcomes[index] = outcome
            if self._failures() > self.fork.tolerate:
                self.breached = True
                await self.record_breach(self._breach())
                raise _Breached
        if self._places > 1:
            self._places -= 1
            self.activity.rest()

    def _failures(self) -> int:
        return sum(isinstance(one, Failed) for one in self.outcomes.values())

    def _breach(self) -> dict[str, Any]:
        failed = {
            str(at): one.as_json() for at, one in self.outcomes.items() if isinstance(one, Failed)
        }
        stopped = [at for at in range(len(self.fork.scopes)) if at not in self.outcomes]
        return {"failed": failed, "cancelled": stopped}


async def _stop(workers: list[asyncio.Task[None]]) -> None:
    """Stop what still runs, to its end, whoever stops us meanwhile."""
    for worker in workers:
        worker.cancel()
    await uninterrupted(_stopped(workers))


async def _stopped(workers: list[asyncio.Task[None]]) -> None:
    """A Halt outlives other ends, one for the owner other Halts."""
    ends = await asyncio.gather(*workers, return_exceptions=True)
    if halts := [end for end in ends if isinstance(end, Halt)]:
        raise min(halts, key=lambda halt: halt.status is not RunStatus.NEEDS_OWNER)


def breach_outcomes(fork: Fork, breach: dict[str, Any]) -> list[Outcome]:
    """The answer to a fork whose breach was recorded by a former process."""
    failed = breach["failed"]
    return [
        Failed(**failed[str(at)]) if str(at) in failed else Failed(CANCELLED)
        for at in range(len(fork.scopes))
    ]
