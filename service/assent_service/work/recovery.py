"""Recovery: open runs go on after a start, and again after every storage trouble."""

import asyncio
import logging

from assent_engine.engine import Engine
from assent_schemas.errors import StoreError

LOOK = 30.0
"""Seconds between two looks whether there is storage trouble: a failed write tells nobody."""
PROBE = 1.0
_LOG = logging.getLogger("assent.recovery")


async def keep_recovering(engine: Engine) -> None:
    """Go on with what can by itself, as long as this is not cancelled.

    Raises what the store raises where it is broken for good.
    """
    recovering = asyncio.create_task(_recovered(engine))
    try:
        while True:
            await asyncio.sleep(LOOK)
            if engine.storage_trouble is not None:
                await _outlast(engine)
                recovering.cancel()
                await asyncio.gather(recovering, return_exceptions=True)
                recovering = asyncio.create_task(_recovered(engine))
            elif recovering.done() and (error := recovering.exception()) is not None:
                raise error
    finally:
        recovering.cancel()
        await asyncio.gather(recovering, return_exceptions=True)


async def _recovered(engine: Engine) -> None:
    try:
        reports = await engine.runs.recover()
    except StoreError:
        if engine.storage_trouble is None:
            raise
        return
    _LOG.info("all open runs were seen to", extra={"runs": len(reports)})


async def _outlast(engine: Engine) -> None:
    trouble = engine.storage_trouble
    _LOG.error("storage trouble", extra={"reason": trouble.reason if trouble else ""})
    # A disk tells nobody when it has room again.
    while not await engine.store.probe():  # noqa: ASYNC110
        await asyncio.sleep(PROBE)
    _LOG.info("the storage trouble is over")
