"""Standing by: a scope waits for something outside its run while others of the run go on."""

import asyncio
from dataclasses import dataclass

from assent_engine.clock import Clock
from assent_engine.runner.activity import Activity
from assent_engine.runner.halts import Halt, Parked
from assent_engine.runner.stalling import Stalling


@dataclass(slots=True)
class StandingBy:
    """How the scopes of one run wait."""

    activity: Activity
    stalling: Stalling
    clock: Clock

    async def wait(self, woken: "asyncio.Future[Halt | None]", parked: Parked) -> None:
        """Return when woken, or at the latest when `parked` says.

        Raises `parked` where nothing of the run goes on meanwhile, or that of another scope.
        """
        alarm = None
        if parked.until is not None:
            alarm = asyncio.create_task(self.clock.sleep_until(parked.until))
            alarm.add_done_callback(lambda _: self.activity.wake(woken))
        try:
            with self.stalling.waiting():
                await self.activity.wait(woken, parked)
        finally:
            if alarm is not None:
                alarm.cancel()
