"""The ways of an agent to the real service: socket, bridge, HTTP, and a bridge made of the SDK.

python -m benchmarks.agents shows them alone.
"""

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx2
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.message import SessionMessage
from mcp_types.jsonrpc import jsonrpc_message_adapter

from assent_schemas.places import Address, DoorFolder, token_file
from service.process.served import ended, served, words
from service.shell import Shell

CALLS, AT_ONCE, UNDER_WAY = 200, 200, 60
"""A client has 600 calls a minute, and a connection 64 that are under way."""
KIB, MILLI = 1024, 1000
TOOL = ("list_steps", {"starts_with": "market."})
Row = dict[str, Any]
Way = Callable[[], AbstractAsyncContextManager[Client]]


def measured() -> list[Row]:
    """One row for each way, and the memory of the service after all of them."""
    with tempfile.TemporaryDirectory() as folder:
        shell = Shell(Path(folder) / "home")
        names = ("socket", "bridge", "http", "sdk")
        for name in names:
            shell.done("clients", "add", name)
        url = shell.done("clients", "http", "on")["url"]
        with served(shell.home) as process:
            words(process)
            ways = _ways(shell.home, url)
            rows = [asyncio.run(_measured(name, way)) for name, way in ways.items()]
            rows.append({"way": "service itself", "mib": _memory(process.pid)})
            ended(process)
    for row in rows:
        print(json.dumps(row))  # noqa: T201
    return rows


def _ways(home: Path, url: str) -> dict[str, Way]:
    def bearer(name: str) -> str:
        return f"Bearer {name}.{token_file(home, name).read_text().strip()}"

    ours = ["-m", "assent_service", "mcp", "--client", "bridge", "--home", str(home)]
    theirs = ["-m", "benchmarks.sdk_bridge", url, bearer("sdk")]
    return {
        "socket": lambda: _client(_socket(home)),
        "assent mcp": lambda: _client(_started(ours)),
        "HTTP": lambda: _over_http(url, bearer("http")),
        "bridge of the SDK, HTTP": lambda: _client(_started(theirs)),
    }


async def _measured(name: str, way: Way) -> Row:
    begun = time.perf_counter()
    async with way() as client:
        await client.call_tool(*TOOL)
        connected = time.perf_counter() - begun
        times = [await _timed(client) for _ in range(CALLS)]
        row = {
            "way": name,
            "connect_ms": round(connected * MILLI, 1),
            "p50_ms": round(statistics.median(times), 2),
            "p99_ms": round(statistics.quantiles(times, n=100)[-1], 2),
            "calls_per_s": round(AT_ONCE / await _at_once(client)),
        }
        children = _children()
        return {**row, "mib": _memory(children[0])} if children else row


async def _timed(client: Client) -> float:
    begun = time.perf_counter()
    said = await client.call_tool(*TOOL)
    assert not said.is_error, said
    return (time.perf_counter() - begun) * MILLI


async def _at_once(client: Client) -> float:
    """Seconds for many calls, as many of them under way as may be."""
    free = asyncio.Semaphore(UNDER_WAY)

    async def one() -> None:
        async with free:
            await _timed(client)

    begun = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(AT_ONCE)))
    return time.perf_counter() - begun


@asynccontextmanager
async def _client(transport: Any) -> AsyncIterator[Client]:
    async with Client(transport) as client:
        yield client


def _started(words_: list[str]) -> StdioServerParameters:
    return StdioServerParameters(command=sys.executable, args=words_, env=dict(os.environ))


@asynccontextmanager
async def _over_http(url: str, bearer: str) -> AsyncIterator[Client]:
    headers = {"authorization": bearer}
    async with (
        httpx2.AsyncClient(headers=headers, trust_env=False) as bare,
        Client(streamable_http_client(url, http_client=bare)) as client,
    ):
        yield client


@asynccontextmanager
async def _socket(home: Path) -> AsyncIterator[Any]:
    """The library's streams over the socket itself."""
    at = Address.read(DoorFolder.of_agents(home).address.read_text()).socket
    reader, writer = await asyncio.open_unix_connection(at, limit=1 << 24)
    token = token_file(home, "socket").read_text().strip()
    writer.write(json.dumps({"assent": 1, "client": "socket", "token": token}).encode() + b"\n")
    r_in, r_out = anyio.create_memory_object_stream[Any](0)
    w_in, w_out = anyio.create_memory_object_stream[Any](0)
    async with anyio.create_task_group() as group:
        group.start_soon(_listen, reader, r_in)
        group.start_soon(_speak, writer, w_out)
        yield r_out, w_in
        group.cancel_scope.cancel()
    writer.close()


async def _listen(reader: asyncio.StreamReader, to: Any) -> None:
    async with to:
        while line := await reader.readline():
            await to.send(SessionMessage(jsonrpc_message_adapter.validate_json(line)))


async def _speak(writer: asyncio.StreamWriter, outgoing: Any) -> None:
    async with outgoing:
        async for message in outgoing:
            text = message.message.model_dump_json(by_alias=True, exclude_unset=True)
            writer.write(text.encode() + b"\n")


def _children() -> list[int]:
    """The processes that this one has started and that are bridges."""
    found = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    named = {int(one): Path(f"/proc/{one}/cmdline").read_bytes() for one in found}
    return [one for one, line in named.items() if b"mcp" in line or b"sdk_bridge" in line]


def _memory(process: int) -> float:
    """MiB that a process holds."""
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    (line,) = [one for one in status.splitlines() if one.startswith("VmRSS")]
    return round(int(line.split()[1]) / KIB, 1)


if __name__ == "__main__":
    measured()
