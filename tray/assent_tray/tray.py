"""The tray at work: shows what is known, and carries out what is clicked, one thing at a time."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from assent_tray import own_commands
from assent_tray.asks import Ask, Examine, Quit, StartService
from assent_tray.knowing import Knowing
from assent_tray.menu.whole import look
from assent_tray.ports import Seat
from assent_tray.show_first import ShowFirst
from assent_tray.state import State, overdue, seconds_until_overdue

CALM = 0.4
"""Seconds between two looks: hosts that are told of more than a few a second can break."""
GLANCE = 60.0
"""Seconds after which words such as `Fri 16:00` are looked at again."""


def local_now() -> datetime:
    """The moment, in the owner's zone."""
    return datetime.now().astimezone()


@dataclass(slots=True)
class Tray:
    """One tray of a home. `run` is the work that a back end is given."""

    home: Path
    rule: ShowFirst = ShowFirst.ACTING
    now: Callable[[], datetime] = local_now
    _knowing: Knowing = field(init=False)
    _deeds: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._knowing = Knowing(self.home)

    async def run(self, seat: Seat) -> None:
        """Show and hear, until the seat is told to end or the owner quits."""
        works = (self._show(seat), self._knowing.keep(), self._hear(seat))
        tasks = [asyncio.create_task(one) for one in works]
        ending = asyncio.create_task(seat.told_to_end.wait())
        try:
            await asyncio.wait([*tasks, ending], return_when=asyncio.FIRST_COMPLETED)
            for one in tasks:
                if one.done():
                    one.result()
        finally:
            everything: list[asyncio.Task[Any]] = [*tasks, ending, *self._deeds]
            for each in everything:
                each.cancel()
            await asyncio.gather(*everything, return_exceptions=True)

    async def _show(self, seat: Seat) -> None:
        last, loop = None, asyncio.get_running_loop()
        while True:
            self._knowing.changed.clear()
            now, begun = self.now(), loop.time()
            self._knowing.read_again(overdue(self._knowing.state, now))
            seen = look(self._knowing.state, now, self.rule)
            if seen != last:
                seat.show(seen)
                last = seen
            await self._something_new(now)
            await asyncio.sleep(begun + CALM - loop.time())

    async def _something_new(self, now: datetime) -> None:
        """Wait until what is known has changed, or time has changed it."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds_until_overdue(self._knowing.state, now, GLANCE)):
                await self._knowing.changed.wait()

    async def _hear(self, seat: Seat) -> None:
        while True:
            ask = await seat.clicks.get()
            if isinstance(ask, Quit):
                seat.told_to_end.set()
            elif ask.subject not in self._knowing.state.busy:
                self._begin(ask)

    def _begin(self, ask: Ask) -> None:
        """What is under way is not begun again: two clicks are one."""
        self._knowing.change(lambda state: _with_busy(state, ask))
        task = asyncio.create_task(self._do(ask))
        self._deeds.add(task)
        task.add_done_callback(self._deeds.discard)

    async def _do(self, ask: Ask) -> None:
        told = ""
        try:
            told = await self._done(ask)
        finally:
            self._knowing.change(lambda state: _without_busy(state, ask, told))

    async def _done(self, ask: Ask) -> str:
        if isinstance(ask, StartService):
            said = await own_commands.start_service(self.home)
            self._knowing.link.hurry()
            return said
        if isinstance(ask, Examine):
            found = await own_commands.examine(self.home)
            self._knowing.change(lambda state: replace(state, findings=found))
            return ""
        return await self._asked(ask)

    async def _asked(self, ask: Ask) -> str:
        from assent_tray.deeds import done

        client = self._knowing.link.client
        if client is None:
            return "Not done: the service does not run"
        return await done(ask, client, self.now())


def _with_busy(state: State, ask: Ask) -> State:
    return replace(state, busy=state.busy | {ask.subject}, told="")


def _without_busy(state: State, ask: Ask, told: str) -> State:
    return replace(state, busy=state.busy - {ask.subject}, told=told)
