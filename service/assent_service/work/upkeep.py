"""Upkeep: now and then, when nothing runs, all of the store is looked at, and thinned."""

import asyncio
import logging

from assent_engine.engine import Engine
from assent_engine.safekeeping.start_up import damaged
from assent_schemas.errors import StoreError
from assent_schemas.statuses import RunStatus

FIRST, EVERY, BUSY = 3_600.0, 86_400.0, 600.0
"""Seconds after the start, between two looks, and until the next try while runs are under way."""
_LOG = logging.getLogger("assent.upkeep")


async def keep_up(engine: Engine) -> None:
    """Look after the store until this is cancelled; raises StoreError where it is damaged."""
    await asyncio.sleep(FIRST)
    while True:
        if await engine.store.read.runs(RunStatus.RUNNING):
            await asyncio.sleep(BUSY)
            continue
        report = await engine.check_store()
        if report.findings:
            raise StoreError(damaged(engine.home, report.findings))
        _LOG.info("the store is whole", extra={"thinned": await engine.thin()})
        await asyncio.sleep(EVERY)
