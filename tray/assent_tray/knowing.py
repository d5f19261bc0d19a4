"""Keeping what the tray knows up to date: reads what events touch, and says when it changed."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from assent_schemas.errors import Problem, Refused
from assent_schemas.wire.events import Event
from assent_tray.asks import subject_of
from assent_tray.link import NOT_RUNNING, Link
from assent_tray.menu.lines import MOST_ITEMS
from assent_tray.state import Brief, Part, State, Tie, heard, touched

if TYPE_CHECKING:
    from assent_client.client import Client

_TOGETHER, _APART = 0.03, 0.25
"""Seconds in which events come together before what they touch is read, and until the next."""


@dataclass(slots=True)
class Knowing:
    """`state` is what is known; `changed` is set whenever it is another one."""

    home: Path
    state: State = field(default_factory=State)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    link: Link = field(init=False)
    _stale: set[Part] = field(default_factory=set)
    _any: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.link = Link(self.home, self._there, self._heard, self._gone)

    async def keep(self) -> None:
        """Follow the service, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.link.keep())
            group.create_task(self._read_again())

    def change(self, change: Callable[[State], State]) -> None:
        """Replace what is known by what it becomes."""
        after = change(self.state)
        if after != self.state:
            self.state = after
            self.changed.set()

    def read_again(self, parts: frozenset[Part]) -> None:
        """What is known of these parts may be old."""
        if parts:
            self._stale |= parts
            self._any.set()

    def _there(self) -> None:
        self.change(lambda state: replace(state, problem=None))
        self.read_again(frozenset(Part))

    def _heard(self, event: Event) -> None:
        self.change(lambda state: heard(state, event))
        self.read_again(touched(event))

    def _gone(self, problem: Problem) -> None:
        """Nothing that is not there is shown; what was asked and found out here stays."""
        absent = problem.code in (NOT_RUNNING, "service.no_events", "service.no_answer")
        tie = Tie.ABSENT if absent else Tie.REFUSED
        self._stale.clear()
        self.change(
            lambda before: State(
                tie=tie,
                problem=problem,
                findings=before.findings,
                busy=before.busy,
                told=before.told,
            )
        )

    async def _read_again(self) -> None:
        while True:
            await self._any.wait()
            await asyncio.sleep(_TOGETHER)
            self._any.clear()
            parts, self._stale = self._stale, set()
            if (client := self.link.client) is not None:
                await self._read(client, parts)
                await asyncio.sleep(_APART)

    async def _read(self, client: "Client", parts: set[Part]) -> None:
        for part in (one for one in Part if one in parts):
            await self._read_one(client, part)
        if self.link.client is client:
            self.change(lambda state: replace(state, tie=Tie.TIED))
            await self._read_briefs(client)

    async def _read_one(self, client: "Client", part: Part) -> None:
        from assent_tray.snapshots import read

        unread = {one: why for one, why in self.state.unread.items() if one is not part}
        change: Callable[[State], State] = _unchanged
        try:
            change = await read(part, client)
        except Refused as error:
            unread[part] = error.problem
        if self.link.client is client:
            kept = MappingProxyType(unread)
            self.change(lambda state: replace(change(state), unread=kept))

    async def _read_briefs(self, client: "Client") -> None:
        """Those that the menu has room for; each is read once."""
        from assent_tray.snapshots import brief_of

        wanted = {subject_of(one): one for one in self.state.approvals[:MOST_ITEMS]}
        known = {key: brief for key, brief in self.state.briefs.items() if key in wanted}
        for subject in wanted.keys() - known.keys():
            try:
                found = await brief_of(wanted[subject], client)
            except Refused:
                # It may just have been decided; then the list is about to change.
                continue
            if found is not None:
                known[subject] = found
                self._learn(client, known)

    def _learn(self, client: "Client", briefs: Mapping[str, Brief]) -> None:
        if self.link.client is client:
            kept = MappingProxyType(dict(briefs))
            self.change(lambda state: replace(state, briefs=kept))


def _unchanged(state: State) -> State:
    return state
