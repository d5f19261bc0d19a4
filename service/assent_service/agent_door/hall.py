"""The hall: what all connections share, loaded when the first client comes, for MCP is heavy."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakSet

import anyio
from mcp.server.lowlevel.server import Server
from mcp.server.subscriptions import InMemorySubscriptionBus, SubscriptionBus, ToolsListChanged

from assent_service.agent_door.bounds import AgentBounds
from assent_service.agent_door.catalogue import Catalogue
from assent_service.agent_door.dispatcher import Dispatcher
from assent_service.agent_door.greeting import Greeting
from assent_service.agent_door.http.bounds import HttpBounds
from assent_service.agent_door.http.sessions import Sessions
from assent_service.agent_door.jobs import Jobs
from assent_service.agent_door.rates import Rates
from assent_service.agent_door.reach import Reach
from assent_service.agent_door.server import Handlers, server_of
from assent_service.agent_door.talk import Lines, Talk
from assent_service.agent_door.visitors import Visitor
from assent_service.desk.room import Room


def _served(dispatcher: Dispatcher, bus: SubscriptionBus) -> Server[Any]:
    return server_of(Handlers(dispatcher), bus)


@dataclass(slots=True)
class Hall:
    """Serves connections, and tells all of them when the tools have changed."""

    reach: Reach
    bounds: AgentBounds
    dispatcher: Dispatcher
    bus: InMemorySubscriptionBus = field(default_factory=InMemorySubscriptionBus)
    _visitors: WeakSet[Visitor] = field(default_factory=WeakSet)
    _telling: set[asyncio.Task[None]] = field(default_factory=set)
    _server: Any = None
    _unwatch: Any = None

    @classmethod
    def of(
        cls,
        room: Room,
        bounds: AgentBounds,
        serves: Callable[[Dispatcher, SubscriptionBus], Server[Any]] = _served,
    ) -> "Hall":
        reach = Reach(room)
        dispatcher = Dispatcher(reach, Catalogue(reach), bounds, Jobs(bounds), Rates(bounds))
        hall = cls(reach, bounds, dispatcher)
        hall._server = serves(dispatcher, hall.bus)
        hall._unwatch = reach.registry.watch(hall._registry_changed)
        return hall

    async def serve(
        self, greeting: Greeting | None, incoming: Lines, writer: asyncio.StreamWriter
    ) -> None:
        """One connection, until its end."""
        visitor = Visitor(greeting)
        self._visitors.add(visitor)
        try:
            await Talk(self._server, self.reach, visitor, writer, self.bounds).run(incoming)
        finally:
            self._visitors.discard(visitor)

    async def sessions(self, port: int, of_http: HttpBounds) -> Sessions:
        """What serves the clients that come by HTTP to a port; to be closed before this is."""
        return await Sessions.opened(self._server, port, self.bounds, of_http, self._visitors)

    async def close(self) -> None:
        """Let nothing go on that was begun here."""
        self._unwatch()
        self.dispatcher.log.flush()
        for task in self._telling:
            task.cancel()
        await asyncio.gather(*self._telling, return_exceptions=True)
        await self.dispatcher.jobs.close()
        self.reach.close()

    def _registry_changed(self) -> None:
        task = asyncio.get_running_loop().create_task(self._tell())
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _tell(self) -> None:
        """Tell clients of both eras that there are other tools."""
        await self.bus.publish(ToolsListChanged())
        for visitor in list(self._visitors):
            if visitor.session is not None:
                with suppress(OSError, anyio.BrokenResourceError, anyio.ClosedResourceError):
                    await visitor.session.send_tool_list_changed()
