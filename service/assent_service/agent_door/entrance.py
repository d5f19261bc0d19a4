"""The entrance: one hall behind every way in, loaded when the first client comes."""

import asyncio
import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from assent_service.agent_door.bounds import AgentBounds
from assent_service.desk.room import Room

Load = Callable[[Room, AgentBounds], Any]


@dataclass(slots=True)
class Entrance:
    """Leads to the hall; `found` makes it, in a thread, as it takes what is heavy along."""

    room: Room
    bounds: AgentBounds
    found: Callable[[], Load] = field(default_factory=lambda: _found)
    _hall: Any = None
    _loading: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def hall(self) -> Any:
        """What serves clients."""
        async with self._loading:
            if self._hall is None:
                made_of = await asyncio.to_thread(self.found)
                self._hall = made_of(self.room, self.bounds)
            return self._hall

    async def close(self) -> None:
        """Let nothing go on behind it."""
        if self._hall is not None:
            await self._hall.close()


def _found() -> Load:
    made_of: Load = importlib.import_module("assent_service.agent_door.hall").Hall.of
    return made_of
