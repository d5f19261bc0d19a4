"""The desk's word on the outside world of a home: the owner's files, taken into the portfolio."""

import asyncio
from pathlib import Path

from assent_engine import library
from assent_schemas.wire import portfolio as wire
from assent_service.desk.room import Caller, Room


async def adopt_files(room: Room, asked: wire.Adopting, _: Caller) -> wire.Portfolio:
    home, own = room.engine.home.path, library.load()
    holdings, prices = (
        None if one is None else Path(one) for one in (asked.holdings, asked.prices)
    )
    # In a thread: files as large as they may be take seconds to read.
    await asyncio.to_thread(own.adopt, home, holdings=holdings, prices=prices)
    return wire.Portfolio(overview=await asyncio.to_thread(own.overview, home))
