"""The intake: a call that may be taken becomes a happening, durably, and each delivery once."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from assent_engine.hook_keys import hashed
from assent_engine.scheduling.happenings import Event
from assent_engine.store.records import DeliveriesForgotten, HookCalled, NewDelivery, Record
from assent_service.desk.room import Room

KEPT = 10_000
"""Deliveries of a webhook that are remembered, counted in its calls."""


@dataclass(frozen=True, slots=True)
class Intake:
    """Hands calls to the engine; whoever hears that commit starts what they start."""

    room: Room
    _turns: defaultdict[str, asyncio.Lock] = field(
        default_factory=lambda: defaultdict(asyncio.Lock)
    )

    async def take(self, hook: str, data: Any, delivery: str | None) -> bool:
        """Record a call; False where this delivery was taken before.

        When this returns it is not lost. Raises Refused while the engine is held, or where it
        brings too much, and StoreError where nothing can be written.
        """
        engine = self.room.engine
        named = None if delivery is None else hashed(delivery)
        async with self._turns[hook]:
            if named is not None and await engine.store.read.is_delivered(hook, named):
                return False
            event = Event(hook, data, "webhook")
            await engine.schedule.take(event, *_along(hook, named, self.room.now))
        return True


def _along(hook: str, delivery: str | None, at: str) -> list[Record]:
    """What is recorded with a call, in the same commit."""
    called: list[Record] = [HookCalled(hook, at)]
    if delivery is None:
        return called
    return [NewDelivery(hook, delivery), *called, DeliveriesForgotten(hook, KEPT)]
