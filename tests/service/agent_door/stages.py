"""A home with an engine and a real agent door, and clients of both eras that come to its socket."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
from mcp import Client
from mcp.shared.message import SessionMessage
from mcp_types import CallToolResult
from mcp_types.jsonrpc import jsonrpc_message_adapter

from assent_engine.engine import Engine
from assent_schemas import exact_json
from assent_schemas.clients import SCOPES, Scope
from assent_schemas.errors import Problem
from assent_schemas.places import Address
from assent_service.agent_door.bounds import BOUNDS, AgentBounds
from assent_service.agent_door.door import agent_door
from assent_service.desk.at_work import at_work
from assent_service.desk.behind import Held
from assent_service.desk.room import Room
from assent_service.kept_door import KeptDoor
from engine.durable.worlds import Bench, FakeClock

Json = dict[str, Any]
OLD, NEW = "legacy", "auto"
ERAS = (OLD, NEW)
HELLO = {
    "jsonrpc": "2.0",
    "id": 0,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}


@dataclass(slots=True)
class Line:
    """A bare connection: lines go out and come in as they are."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    _ids: int = 0

    async def say(self, *said: Json | bytes) -> None:
        for one in said:
            line = one if isinstance(one, bytes) else exact_json.encode(exact_json.plain(one))
            self.writer.write(line + b"\n")
        await self.writer.drain()

    async def hear(self) -> Any:
        """The next line, its numbers exact."""
        async with asyncio.timeout(20):
            line = await self.reader.readline()
        return exact_json.decode(line) if line else None

    async def initialized(self) -> None:
        await self.say(HELLO)
        assert "result" in await self.hear()
        await self.say({"jsonrpc": "2.0", "method": "notifications/initialized"})

    async def call(self, tool: str, **arguments: Any) -> Any:
        """A tool's result on a connection that was initialized."""
        self._ids += 1
        params = {"name": tool, "arguments": arguments}
        await self.say(
            {"jsonrpc": "2.0", "id": self._ids, "method": "tools/call", "params": params}
        )
        said = await self.hear()
        assert said["id"] == self._ids
        return said["result"]


@dataclass(frozen=True, slots=True)
class Stage:
    """Both sides of the door."""

    bench: Bench
    engine: Engine
    room: Room
    door: KeptDoor
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> Address:
        assert self.door.address is not None
        return self.door.address

    async def made(self, name: str, *scopes: Scope) -> None:
        """A client with these scopes, or all."""
        self.tokens[name] = await self.engine.clients.make(name, scopes or SCOPES, "owner")

    async def carried_out(self) -> None:
        """Wait for the runs that were begun here, until they end or stop."""
        await asyncio.gather(*self.room.carriers._tasks)

    def greeting(self, name: str, token: str | None = None) -> Json:
        return {"assent": 1, "client": name, "token": token or self.tokens[name]}

    @asynccontextmanager
    async def line(self, name: str | None = None) -> AsyncIterator[Line]:
        """A bare connection of a client, which has greeted if it has a name."""
        assert self.address.socket is not None
        reader, writer = await asyncio.open_unix_connection(self.address.socket, limit=1 << 24)
        try:
            line = Line(reader, writer)
            if name is not None:
                await line.say(self.greeting(name))
            yield line
        finally:
            writer.close()

    @asynccontextmanager
    async def client(self, era: str, name: str | None = None, **more: Any) -> AsyncIterator[Client]:
        """The library's own client; `era` says which of the two protocols it opens with."""
        async with Client(self._transport(name), mode=era, **more) as client:
            yield client

    @asynccontextmanager
    async def _transport(self, name: str | None) -> AsyncIterator[Any]:
        r_in, r_out = anyio.create_memory_object_stream[Any](0)
        w_in, w_out = anyio.create_memory_object_stream[Any](0)
        async with self.line(name) as line, anyio.create_task_group() as group:
            group.start_soon(_listen, line, r_in)
            group.start_soon(_speak, line, w_out)
            try:
                yield r_out, w_in
            finally:
                group.cancel_scope.cancel()


async def _listen(line: Line, to: Any) -> None:
    async with to:
        while said := await line.reader.readline():
            await to.send(SessionMessage(jsonrpc_message_adapter.validate_json(said)))


async def _speak(line: Line, outgoing: Any) -> None:
    async with outgoing:
        async for message in outgoing:
            text = message.message.model_dump_json(by_alias=True, exclude_unset=True)
            await line.say(text.encode())


@asynccontextmanager
async def stage(
    path: Path, bounds: AgentBounds = BOUNDS, *, bench: Bench | None = None
) -> AsyncIterator[Stage]:
    """The service without its process: an engine at work behind an open agent door."""
    bench = bench or Bench(path, FakeClock())
    room = Room.of(path, bench.clock)
    bench.tell = room.carriers.hear
    async with (
        bench.open() as engine,
        at_work(room, engine),
        agent_door(path, room, bounds=bounds) as door,
    ):
        yield Stage(bench, engine, room, door)


def hold(stage: Stage) -> None:
    """Let the engine be held, as after crashes; what is stored may be looked at."""
    why = Problem("service.safe_mode", "Safe mode", "It crashed five times.")
    stage.room.behind = Held(why, stage.engine.store.read, clock=stage.bench.clock)


def told(result: CallToolResult) -> Json:
    """What a call told; its text and its structured content are the same."""
    assert not result.is_error, result.content
    (content,) = result.content
    assert content.type == "text"
    found: Json = json.loads(content.text)
    assert result.structured_content == found
    return found


def problem(result: CallToolResult) -> Json:
    """The first problem of a call that was refused."""
    assert result.is_error, result.structured_content
    assert result.structured_content is None
    (content,) = result.content
    assert content.type == "text"
    found: Json = json.loads(content.text)["problems"][0]
    return found
