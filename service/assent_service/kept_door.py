"""A door that is kept open: whoever removes its files, clients find it again."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from assent_schemas.errors import AssentError
from assent_schemas.places import Address
from assent_service.doorway import Doorway

LOOK = 30.0
"""Seconds between two looks: who removes a door tells nobody."""
_LOG = logging.getLogger("assent.door")


@dataclass(slots=True)
class KeptDoor:
    """A door that is open; `look` opens it again where clients do not find it any more."""

    name: str
    opens: Callable[[], AbstractAsyncContextManager[Doorway]]
    """Listens and serves; raises Refused or StoreError."""
    _doorway: Doorway | None = None
    _open: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def address(self) -> Address | None:
        """Where it listens; None while it could not be opened again."""
        return None if self._doorway is None else self._doorway.address

    @property
    def token(self) -> str | None:
        """What opens it, if it takes a token of its own."""
        return None if self._doorway is None else self._doorway.token

    async def open(self) -> None:
        """Listen and serve; raises Refused or StoreError."""
        async with AsyncExitStack() as stack:
            self._doorway = await stack.enter_async_context(self.opens())
            self._open = stack.pop_all()

    async def close(self) -> None:
        """Serve no longer."""
        self._doorway = None
        await self._open.aclose()

    async def look(self) -> None:
        """See whether clients still find it, and open it again where they do not."""
        if self._doorway is not None and self._doorway.is_there:
            return
        _LOG.warning("a door is gone", extra={"door": self.name})
        try:
            await self.close()
            await self.open()
        except AssentError as error:
            told = {"door": self.name, "problem": error.problem.as_json()}
            _LOG.warning("a door cannot be opened", extra=told)
        else:
            _LOG.info("a door is open again", extra={"door": self.name})


@asynccontextmanager
async def kept_open(*doors: KeptDoor) -> AsyncIterator[None]:
    """Look at open doors now and then, as long as this lasts."""

    async def keep() -> None:
        while True:
            await asyncio.sleep(LOOK)
            for one in doors:
                await one.look()

    keeping = asyncio.create_task(keep())
    try:
        yield
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
