"""A bridge as one makes it of the SDK's own client and server, to measure ours beside it.

python -m benchmarks.sdk_bridge URL AUTHORIZATION
"""

import asyncio
import sys
from typing import Any

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.server.lowlevel.server import Server
from mcp.server.stdio import stdio_server


async def _carried(url: str, authorization: str) -> None:
    headers = {"authorization": authorization}
    async with (
        httpx2.AsyncClient(headers=headers, trust_env=False) as bare,
        Client(streamable_http_client(url, http_client=bare)) as far,
        stdio_server() as (incoming, outgoing),
    ):

        async def listed(_context: Any, _asked: Any) -> Any:
            return await far.list_tools()

        async def called(_context: Any, asked: Any) -> Any:
            return await far.call_tool(asked.name, asked.arguments)

        server: Server[Any] = Server("bridge", on_list_tools=listed, on_call_tool=called)
        await server.run(incoming, outgoing, server.create_initialization_options())


if __name__ == "__main__":
    asyncio.run(_carried(sys.argv[1], sys.argv[2]))
