"""A life that goes on with a home's run, or starts one, and dies at a given point.

[home, point or null, the moment that it is, the quantity whose reversal is refused or null]
"""

import asyncio
from datetime import datetime
from pathlib import Path

from assent_engine.registry import StepFailed
from assent_steps.broker import Order, OrderRequest
from assent_steps.paper.broker import PaperBroker
from engine.durable.rebalance_under_kill import Points, drive, watch
from engine.durable.worlds import JumpingClock
from torture.examples import SUBMITTED


def live(given: tuple[str, int | None, str, int | None]) -> list[str]:
    """The kinds of the points that were passed."""
    home, fatal, at, refused = given
    points = Points(fatal)
    log_orders(Path(home))
    refuse_reversal(refused)
    watch(points)
    clock = JumpingClock(datetime.fromisoformat(at))
    asyncio.run(drive(Path(home), points, clock))
    return points.passed


def log_orders(home: Path) -> None:
    """Write down the id of each order whose submission came back."""
    submit = PaperBroker.submit
    log = (home.parent / f"{home.name}.{SUBMITTED}").open("ab", buffering=0)

    async def logged(self: PaperBroker, request: OrderRequest, now: datetime) -> Order:
        order = await submit(self, request, now)
        log.write(f"{request.client_order_id}\n".encode())
        return order

    PaperBroker.submit = logged  # type: ignore[method-assign]


def refuse_reversal(quantity: int | None) -> None:
    """Let the broker refuse the reversal of the order of so many shares."""
    submit = PaperBroker.submit

    async def refusing(self: PaperBroker, request: OrderRequest, now: datetime) -> Order:
        if request.quantity == quantity and "/undo/" in request.client_order_id:
            raise StepFailed("Refused", "not today")
        return await submit(self, request, now)

    PaperBroker.submit = refusing  # type: ignore[method-assign]
