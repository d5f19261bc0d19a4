"""A broker behind a faulty wire: orders arrive and the answer does not, or late, or never."""

import asyncio
import datetime as dt
import random
from collections import Counter
from dataclasses import dataclass, field

from assent_steps.broker import Account, BrokerUnreachable, Order, OrderRequest
from assent_steps.paper.broker import PaperBroker
from engine.durable.worlds import FakeClock

AMBIGUOUS = 0.3
LOOKS_UP_BADLY = 0.05


@dataclass(slots=True)
class FaultyWire:
    """A Broker: three in ten submissions go wrong, one in twenty look-ups does.

    A request may be filled until `within` seconds after it was sent. `went` counts what happened
    on the wire; `answered` how often each order's answer came through.
    """

    broker: PaperBroker
    chance: random.Random
    clock: FakeClock
    within: int
    went: Counter[str] = field(default_factory=Counter)
    answered: Counter[str] = field(default_factory=Counter)
    _late: list[tuple[dt.datetime, OrderRequest]] = field(default_factory=list)
    _delivering: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def submit(self, request: OrderRequest, now: dt.datetime) -> Order:
        faults = [self._lost, self._dropped, self._timed_out, self._gateway, self._is_late]
        fault = self.chance.choice(faults) if self.chance.random() < AMBIGUOUS else None
        await self._deliver()
        if fault is None:
            self.went["clear"] += 1
            order = await self.broker.submit(request, now)
            self.answered[request.client_order_id] += 1
            return order
        self.went[fault.__name__.strip("_")] += 1
        await fault(request, now)
        raise AssertionError

    async def _lost(self, _request: OrderRequest, _now: dt.datetime) -> None:
        """The request never arrives."""
        raise BrokerUnreachable("connection reset before the request was sent")

    async def _dropped(self, request: OrderRequest, now: dt.datetime) -> None:
        """It is filled, and the connection breaks."""
        await self.broker.submit(request, now)
        raise ConnectionResetError("connection reset by peer")

    async def _timed_out(self, request: OrderRequest, now: dt.datetime) -> None:
        """It is filled or not, and nobody ever answers."""
        if self.chance.random() < 0.5:
            await self.broker.submit(request, now)
        self.clock.advance(3600)
        await asyncio.Event().wait()

    async def _gateway(self, request: OrderRequest, now: dt.datetime) -> None:
        """It is filled or not, and the gateway says 504."""
        if self.chance.random() < 0.5:
            await self.broker.submit(request, now)
        raise BrokerUnreachable("504 Gateway Time-out")

    async def _is_late(self, request: OrderRequest, now: dt.datetime) -> None:
        """It is filled after it was looked up, whether or not anything more is sent."""
        delay = dt.timedelta(seconds=self.chance.uniform(0, self.within))
        self._late.append((now + delay, request))
        raise TimeoutError("read timed out")

    async def _deliver(self) -> None:
        """Let what was late be filled, if its time has come."""
        # One at a time: else who looks up misses what another one has just begun to deliver.
        async with self._delivering:
            due = [one for one in self._late if one[0] <= self.clock.now()]
            for one in due:
                self._late.remove(one)
                await self.broker.submit(one[1], one[0])

    async def find(self, client_order_id: str) -> Order | None:
        await self._deliver()
        if self.chance.random() < LOOKS_UP_BADLY:
            self.went["look-up failed"] += 1
            raise BrokerUnreachable("503 Service Unavailable")
        return await self.broker.find(client_order_id)

    async def account(self) -> Account:
        return await self.broker.account()

    async def last_purchase(self, symbol: str) -> dt.date | None:
        return await self.broker.last_purchase(symbol)

    async def orders(self) -> tuple[Order, ...]:
        return await self.broker.orders()
