"""Streamable HTTP beside a home's agent door, and clients of both eras that come to its port."""

import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from assent_service.http_setting import HttpSetting
from service.agent_door.stages import HELLO, Stage

Json = dict[str, Any]
KINDS = {"accept": "application/json, text/event-stream", "content-type": "application/json"}
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


async def switched_on(here: Stage, port: int | None = None) -> int:
    """Let the stage's home have HTTP, at any free port."""
    port = port or free_port()
    HttpSetting(on=True, port=port).keep(here.room.home)
    assert here.room.http is not None
    await here.room.http.follow()
    assert here.room.http.port == port, here.room.http.trouble
    return port


async def switched_off(here: Stage) -> None:
    HttpSetting.of(here.room.home).set(on=False, port=None).keep(here.room.home)
    assert here.room.http is not None
    await here.room.http.follow()
    assert here.room.http.port is None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
        return found


def shown(here: Stage, name: str = "claude") -> dict[str, str]:
    """The header by which a client is known."""
    return {"authorization": f"Bearer {name}.{here.tokens[name]}"}


@asynccontextmanager
async def asking(port: int, **headers: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A bare client of the port."""
    base = f"http://127.0.0.1:{port}"
    async with httpx2.AsyncClient(
        base_url=base, headers={**KINDS, **headers}, trust_env=False, timeout=20
    ) as client:
        yield client


@asynccontextmanager
async def client(
    here: Stage, port: int, era: str, name: str = "claude", **more: Any
) -> AsyncIterator[Client]:
    """The library's own client."""
    async with asking(port, **shown(here, name)) as bare:
        transport = streamable_http_client(f"http://127.0.0.1:{port}/mcp", http_client=bare)
        async with Client(transport, mode=era, **more) as found:
            yield found


def initialize(**more: Any) -> Json:
    """The older clients' first request."""
    return {**HELLO, **more}


def call(about: int, tool: str, arguments: str = "{}") -> bytes:
    """A request of newer clients, its arguments as they are written."""
    meta = json.dumps(META)
    return (
        f'{{"jsonrpc":"2.0","id":{about},"method":"tools/call","params":'
        f'{{"name":"{tool}","arguments":{arguments},"_meta":{meta}}}}}'
    ).encode()


def routed(tool: str) -> dict[str, str]:
    """The headers of such a request."""
    return {"mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": tool}
