"""Last words: what the owner says of ending a run counts until its end has begun."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from assent_engine.clock import Clock
from assent_engine.moments import timestamp
from assent_engine.refusals import refused
from assent_engine.runner.family import known
from assent_engine.store import Store
from assent_engine.store.records import AuditEntry, CancelRequested

KEEP, COMPENSATE = "keep", "compensate"
"""What becomes of what the run did."""


@dataclass(slots=True)
class LastWords:
    """Takes the owner's word, and gives it to whoever ends a run: one of them comes first.

    A word that was taken is followed. One that comes when a run is being ended, or what it did is
    being reversed, is refused: it would be recorded, and change nothing.
    """

    store: Store
    clock: Clock
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)
    _ending: set[str] = field(default_factory=set)

    async def say(self, run_id: str, how: str, by: str) -> None:
        """Record that a run is to end, keeping or compensating what it did. Raises Refused."""
        async with self._one_at_a_time:
            row = await known(self.store.read, run_id)
            if row.status.ended:
                raise refused("run.ended", f"Run {run_id} has ended: {row.status}.")
            if run_id in self._ending:
                raise refused("run.ending", f"Run {run_id} is being ended.")
            at = timestamp(self.clock.now())
            audit = AuditEntry(at, by, "cancel", run_id, how)
            await self.store.commit(CancelRequested(run_id, how, at), audit)

    @asynccontextmanager
    async def heard(self, run_id: str) -> AsyncIterator[str | None]:
        """The word that counts, if there is one; while this lasts no other is taken."""
        async with self._one_at_a_time:
            word = (await known(self.store.read, run_id)).cancelling
            self._ending.add(run_id)
        try:
            yield word
        finally:
            self._ending.discard(run_id)
