"""A door to be tormented: a home's engine, socket and port in a process of their own.

python -m torture.mcp_door HOME says on its first line where it listens, and ends with its input.
Only how often a client may call is other than in the product: else little would get past that.
"""

import asyncio
import json
import sys
from dataclasses import replace
from pathlib import Path

from assent_service.agent_door.bounds import BOUNDS
from assent_service.agent_door.http.bounds import HttpBounds
from assent_service.agent_door.http.listening import HttpDoor
from service.agent_door.http.stages import switched_on
from service.agent_door.stages import stage

ENDLESS = 10**9
CLIENTS = ("fuzzed", "witness")


async def _stand(home: Path) -> None:
    bounds = replace(BOUNDS, burst=ENDLESS, changes=ENDLESS)
    async with stage(home, bounds) as here:
        for name in CLIENTS:
            await here.made(name)
        assert isinstance(here.room.http, HttpDoor)
        here.room.http.bounds = HttpBounds(requests=ENDLESS)
        port = await switched_on(here)
        where = {"socket": here.address.socket, "port": port, "tokens": here.tokens}
        print(json.dumps(where), flush=True)  # noqa: T201
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_stand(Path(sys.argv[1])))
