"""What the timer serves: due times of triggers, and runs whose wait is over."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from assent_engine.engine import Engine
from assent_service.desk.carriers import Carriers
from assent_service.timer import Looked

AGAIN = timedelta(minutes=1)
"""How long after it was resumed a run that still waits is resumed again."""


def _unheard() -> None:
    """What is called where nobody listens."""


@dataclass(slots=True)
class DueWork:
    """One look for both: what is due is recorded and started, what has waited goes on."""

    engine: Engine
    carriers: Carriers
    looked: Callable[[], None] = _unheard
    """Called after the first look, and after the first one after each waking."""
    _awaited: bool = True
    _resumed: dict[str, datetime] = field(default_factory=dict)

    async def earliest(self) -> datetime | None:
        """The first moment, in UTC, at which there is something to do."""
        moments = [await self.engine.schedule.earliest(), await self.engine.runs.next_wake()]
        for run in await self.engine.runs.woken():
            tried = self._resumed.get(run)
            moments.append(self.engine.clock.now() if tried is None else tried + AGAIN)
        return min((one for one in moments if one is not None), default=None)

    async def look(self, why: Looked) -> None:
        """Decide and record all that is due by now, and resume what has waited long enough."""
        now = self.engine.clock.now()
        self._awaited |= why is Looked.WAKE
        await self.engine.schedule.look(now, why.value)
        waiting = await self.engine.runs.woken()
        tried = {run: at for run, at in self._resumed.items() if now - at < AGAIN}
        for run in waiting:
            if run not in tried:
                tried[run] = now
                self.carriers.spawn(run, self.engine.runs.resume(run))
        self._resumed = {run: at for run, at in tried.items() if run in waiting}
        if self._awaited:
            self._awaited = False
            self.looked()
