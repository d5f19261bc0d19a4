"""A home with an engine, a desk and a real listener for webhooks, and callers of every kind."""

import asyncio
import hmac
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from assent_engine.store.rows import OccurrenceRow
from assent_schemas.wire import hooks as wire
from assent_schemas.wire import operations as ops
from assent_service.desk.at_work import at_work
from assent_service.desk.desk import Desk
from assent_service.desk.room import Caller, Room
from assent_service.webhooks.bounds import BOUNDS, HookBounds
from assent_service.webhooks.listener import Webhooks, webhooks
from engine.durable.worlds import Bench, FakeClock

OWNER = Caller("owner", "test")
JSON_HEADER = "application/json"


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer as it came over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> str:
        """The code of the problem that it tells."""
        return str(json.loads(self.body)["problems"][0]["code"])


@dataclass(slots=True)
class Passing:
    """Time that passes when the test says so."""

    at: float = 0

    def __call__(self) -> float:
        return self.at


@dataclass(frozen=True, slots=True)
class HookStage:
    """What a test has at hand."""

    bench: Bench
    room: Room
    desk: Desk
    listener: Webhooks
    time: Passing

    @property
    def port(self) -> int:
        assert self.listener.port is not None
        return self.listener.port

    async def add(self, name: str, *, signed: bool = False) -> str:
        """A new webhook's secret."""
        asked = wire.AddingHook(hook=name, signed=signed)
        made = await self.desk.call(ops.ADD_HOOK, asked, OWNER)
        assert made.secret is not None
        return made.secret

    async def call(self, name: str, secret: str, body: bytes = b"{}", **headers: str) -> Heard:
        """A call with a bearer's secret."""
        return await self.post(f"/hooks/{name}", body, authorization=f"Bearer {secret}", **headers)

    async def post(
        self, path: str, body: bytes = b"{}", *, verb: str = "POST", **headers: str | None
    ) -> Heard:
        """A request whose every header the test may set (with `_` for `-`) or leave out."""
        given: dict[str, str | None] = {
            "host": f"127.0.0.1:{self.port}",
            "connection": "close",
            "content-type": JSON_HEADER,
            "content-length": str(len(body)),
        }
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        lines = [f"{name}: {value}" for name, value in given.items() if value is not None]
        head = "\r\n".join([f"{verb} {path} HTTP/1.1", *lines, "", ""])
        return heard(await said(self.port, head.encode("latin-1") + body))

    async def occurrences(self) -> list[OccurrenceRow]:
        return await self.room.read.occurrences()


async def said(port: int, raw: bytes) -> bytes:
    """All that comes back for these bytes, until the listener hangs up."""
    async with asyncio.timeout(30):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(raw)
            await writer.drain()
            return await reader.read()
        finally:
            writer.close()


def heard(raw: bytes) -> Heard:
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return Heard(int(first.split()[1]), headers, body)


def signature(secret: str, body: bytes) -> str:
    return f"sha256={hmac.new(secret.encode(), body, sha256).hexdigest()}"


def timed_signature(secret: str, body: bytes, at: int) -> str:
    made = hmac.new(secret.encode(), f"{at}.".encode() + body, sha256).hexdigest()
    return f"t={at},v1={made}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def hook_stage(path: Path, bounds: HookBounds = BOUNDS) -> AsyncIterator[HookStage]:
    """The service without its process: an engine at work behind an open listener."""
    bench, time = Bench(path, FakeClock()), Passing()
    room = Room.of(path, bench.clock)
    async with bench.open() as engine, at_work(room, engine), webhooks(room, bounds) as listener:
        listener.seconds = time
        desk = Desk(room)
        on = wire.SwitchingHooks(on=True, port=free_port())
        await desk.call(ops.SWITCH_HOOKS, on, OWNER)
        yield HookStage(bench, room, desk, listener, time)


def waits_for(name: str, **more: Any) -> dict[str, Any]:
    """A trigger that waits for a webhook."""
    return {"type": "webhook", "name": name, **more}
