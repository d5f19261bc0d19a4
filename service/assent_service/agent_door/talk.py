"""A talk: one connection from its first line to its end, its lines passed to the MCP server."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import anyio
from mcp.server.lowlevel.server import Server
from mcp.shared.message import SessionMessage
from mcp_types.jsonrpc import (
    INVALID_REQUEST,
    JSONRPCError,
    JSONRPCNotification,
    JSONRPCResponse,
)

from assent_schemas.errors import AssentError
from assent_service.agent_door.bounds import AgentBounds
from assent_service.agent_door.lines import TooLong
from assent_service.agent_door.reach import Reach
from assent_service.agent_door.remedies import remedy_of
from assent_service.agent_door.visitors import NOT_KNOWN, SAID_TO, VISITOR, Visitor
from assent_service.agent_door.wire import Id, Unread, error_line, line_of, message_of, request_id

BUSY = -32000
_LOG = logging.getLogger(__name__)
Lines = AsyncIterator[bytes | TooLong]
Incoming = anyio.abc.ObjectSendStream[SessionMessage | Exception]
Outgoing = anyio.abc.ObjectReceiveStream[SessionMessage]


@dataclass(slots=True)
class Talk:
    """What goes between one client and the server."""

    server: Server
    reach: Reach
    visitor: Visitor
    writer: asyncio.StreamWriter
    bounds: AgentBounds
    _waiting: set[Id] = field(default_factory=set)
    """The ids of requests that are not answered yet."""

    async def run(self, incoming: Lines) -> None:
        """Until either side ends."""
        VISITOR.set(self.visitor)
        r_in, r_out = anyio.create_memory_object_stream[SessionMessage | Exception](0)
        w_in, w_out = anyio.create_memory_object_stream[SessionMessage](0)
        options = self.server.create_initialization_options()
        async with anyio.create_task_group() as group:
            group.start_soon(self._hear, incoming, r_in, group.cancel_scope)
            group.start_soon(self._say, w_out, group.cancel_scope)
            await self.server.run(r_out, w_in, options)

    async def _hear(self, incoming: Lines, to: Incoming, all_of_it: anyio.CancelScope) -> None:
        async with to:
            try:
                async for line in incoming:
                    await self._heard(line, to)
            except (OSError, TimeoutError):
                all_of_it.cancel()

    async def _heard(self, line: bytes | TooLong, to: Incoming) -> None:
        """Pass one message on, or answer at once what cannot be."""
        if isinstance(line, TooLong):
            said = f"A message has at most {self.bounds.line} bytes."
            await self._write(error_line(line.id, INVALID_REQUEST, said))
            return
        message = message_of(line, self.bounds)
        if isinstance(message, Unread):
            await self._write(message.answer)
            return
        about = request_id(message)
        if about is not None and (refusal := await self._refusal(about)) is not None:
            await self._write(refusal)
            return
        self._note(message, about)
        await to.send(message)

    async def _refusal(self, about: Id) -> bytes | None:
        """Why a request is not taken, as its answer."""
        if about in self._waiting:
            return error_line(about, INVALID_REQUEST, "A request of this id is under way.")
        if len(self._waiting) >= self.bounds.in_flight:
            said = f"{len(self._waiting)} requests are under way; wait for one of them."
            return error_line(about, BUSY, said)
        try:
            await self.visitor.client(self.reach)
        except AssentError as error:
            if (word := SAID_TO.get(error.problem.code)) is not None:
                seen = replace(error.problem, remedy=remedy_of(error.problem))
                return error_line(about, NOT_KNOWN, word, seen)
            return error_line(about, BUSY, error.problem.detail, error.problem)
        return None

    def _note(self, message: SessionMessage, about: Id) -> None:
        if about is not None:
            self._waiting.add(about)
        match message.message:
            case JSONRPCNotification(
                method="notifications/cancelled", params={"requestId": int() | str() as given}
            ):
                # It will not be answered any more.
                self._waiting.discard(given)

    async def _say(self, outgoing: Outgoing, all_of_it: anyio.CancelScope) -> None:
        async with outgoing:
            try:
                async for message in outgoing:
                    if isinstance(message.message, JSONRPCResponse | JSONRPCError):
                        self._waiting.discard(message.message.id)
                    await self._write(line_of(message.message))
            except (OSError, TimeoutError):
                # Who takes no answers is not heard any more, either.
                all_of_it.cancel()

    async def _write(self, line: bytes) -> None:
        """Write a line; raises OSError or TimeoutError where nobody takes it."""
        self.writer.write(line)
        async with asyncio.timeout(self.bounds.seconds_to_take):
            await self.writer.drain()
