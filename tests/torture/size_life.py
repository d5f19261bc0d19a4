"""A life of a large run: starts or resumes it, dies where it is told to, tells what it took.

[home, policy id, how many orders there may be before it dies, or states entered; or nulls]
"""

import asyncio
import os
import signal
import time
from pathlib import Path
from typing import Any

from assent_engine.engine import Engine
from assent_engine.home import Home
from assent_engine.ports import Progress
from benchmarks.growth import peak
from engine.durable.worlds import JumpingClock

Told = dict[str, Any]


class Watch:
    """Sees when the first new thing happens, and when it is time to die."""

    def __init__(self, event: str, fatal: int | None) -> None:
        self.event, self.fatal, self.count = event, fatal, 0
        self.began = time.monotonic()
        self.resumed: float | None = None
        self.busy: float | None = None

    def hear(self, progress: Progress) -> None:
        if progress.event == "step.started" and self.resumed is None:
            self.resumed, self.busy = time.monotonic() - self.began, time.process_time()
        self.count += progress.event == self.event
        if self.fatal is not None and self.count >= self.fatal:
            os.kill(os.getpid(), signal.SIGKILL)


def live(given: tuple[str, str, str, int | None]) -> Told:
    """{resumed, busy: seconds until the first new step, also of the processor; to the end, ...}."""
    home, policy_id, event, fatal = given
    watch = Watch(event, fatal)
    status = asyncio.run(_live(Home(Path(home)), policy_id, watch))
    seconds = time.monotonic() - watch.began
    return {
        "status": status,
        "resumed": watch.resumed,
        "busy": watch.busy,
        "seconds": seconds,
        "peak_mib": round(peak(), 1),
    }


async def _live(home: Home, policy_id: str, watch: Watch) -> str:
    async with Engine.open(home, clock=JumpingClock(), tell=watch.hear) as engine:
        for run in await engine.runs.open_runs():
            return (await engine.runs.resume(run.id)).status
        return (await engine.runs.start(policy_id)).status
