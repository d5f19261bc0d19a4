"""The owner door as a whole: opened on a home for a desk, open as long as its context lasts."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from assent_schemas.places import Address
from assent_service.desk.desk import Desk
from assent_service.owner_door.app import application
from assent_service.owner_door.bounds import BOUNDS, DoorBounds
from assent_service.owner_door.folder import opened
from assent_service.owner_door.gate import Gate
from assent_service.owner_door.serving import serving


@asynccontextmanager
async def owner_door(
    home: Path,
    desk: Desk,
    *,
    bounds: DoorBounds = BOUNDS,
    unix: bool = sys.platform != "win32",
) -> AsyncIterator[Address]:
    """Open the door of a home that is there; raises Refused or StoreError where it cannot be.

    The caller holds the home's lock.
    """
    with opened(home, unix=unix) as doorway:
        gate = Gate(application(desk, bounds), doorway.token, bounds.header)
        async with serving(gate, doorway.listening, bounds):
            yield doorway.address
