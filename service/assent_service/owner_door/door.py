"""The owner door as a whole: opened on a home for a desk, open as long as its context lasts."""

import logging
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from assent_schemas.errors import AssentError
from assent_schemas.places import Address
from assent_service.desk.desk import Desk
from assent_service.owner_door.app import application
from assent_service.owner_door.folder import Doorway, new_token, opened
from assent_service.owner_door.gate import Gate
from assent_service.web.bounds import BOUNDS, DoorBounds
from assent_service.web.serving import serving

_LOG = logging.getLogger("assent.door")


@dataclass(slots=True)
class OwnerDoor:
    """A door that is open; `look` opens one again whose files somebody has removed."""

    home: Path
    desk: Desk
    bounds: DoorBounds
    unix: bool
    token: str = field(default_factory=new_token)
    _doorway: Doorway | None = None
    _open: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def address(self) -> Address | None:
        """Where it listens; None while it could not be opened again."""
        return None if self._doorway is None else self._doorway.address

    async def open(self) -> None:
        """Listen and serve; raises Refused or StoreError."""
        async with AsyncExitStack() as stack:
            doorway = stack.enter_context(opened(self.home, self.token, unix=self.unix))
            gate = Gate(application(self.desk, self.bounds), self.token, self.bounds.header)
            await stack.enter_async_context(serving(gate, doorway.listening, self.bounds))
            self._doorway, self._open = doorway, stack.pop_all()

    async def close(self) -> None:
        """Serve no longer."""
        self._doorway = None
        await self._open.aclose()

    async def look(self) -> None:
        """See whether clients still find it, and open it again where they do not."""
        if self._doorway is not None and self._doorway.is_there:
            return
        _LOG.warning("the door is gone", extra={"home": str(self.home)})
        try:
            await self.close()
            await self.open()
        except AssentError as error:
            _LOG.warning("the door cannot be opened", extra={"problem": error.problem.as_json()})
        else:
            _LOG.info("the door is open again")


@asynccontextmanager
async def owner_door(
    home: Path,
    desk: Desk,
    *,
    bounds: DoorBounds = BOUNDS,
    unix: bool = sys.platform != "win32",
) -> AsyncIterator[OwnerDoor]:
    """Open the door of a home that is there; raises Refused or StoreError where it cannot be.

    The caller holds the home's lock.
    """
    door = OwnerDoor(home, desk, bounds, unix=unix)
    await door.open()
    try:
        yield door
    finally:
        await door.close()
