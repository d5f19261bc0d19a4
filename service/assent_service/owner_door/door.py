"""The owner door as a whole: opened on a home for a desk, open as long as its context lasts."""

import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from assent_schemas.places import DoorFolder
from assent_service import doorway
from assent_service.desk.desk import Desk
from assent_service.doorway import Doorway
from assent_service.kept_door import KeptDoor
from assent_service.owner_door.app import application
from assent_service.owner_door.gate import Gate
from assent_service.web.bounds import BOUNDS, DoorBounds
from assent_service.web.serving import serving

NAME = "owner door"
TOKEN_BYTES = 32


def new_token() -> str:
    """What opens a door; another one at each start of a service."""
    return secrets.token_urlsafe(TOKEN_BYTES)


@asynccontextmanager
async def owner_door(
    home: Path,
    desk: Desk,
    *,
    bounds: DoorBounds = BOUNDS,
    unix: bool = sys.platform != "win32",
) -> AsyncIterator[KeptDoor]:
    """Open the door of a home that is there; raises Refused or StoreError where it cannot be.

    The caller holds the home's lock. Where it has to be opened again its token stays the same.
    """
    folder, token = DoorFolder.of(home), new_token()

    @asynccontextmanager
    async def opens() -> AsyncIterator[Doorway]:
        with doorway.opened(folder, NAME, token=token, unix=unix) as found:
            gate = Gate(application(desk, bounds), token, bounds.header)
            async with serving(gate, found.listening, bounds):
                yield found

    door = KeptDoor(NAME, opens)
    await door.open()
    try:
        yield door
    finally:
        await door.close()
