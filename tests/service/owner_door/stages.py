"""A home with an engine, a desk and a real door on a real socket, and clients that come to it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assent_client import transport
from assent_client.client import Client, connected
from assent_client.finding import Found, find
from assent_engine.engine import Engine
from assent_engine.home import Home
from assent_schemas import exact_json
from assent_schemas.places import Address
from assent_schemas.wire import operations as ops
from assent_schemas.wire.approvals import Approving
from assent_schemas.wire.events import Event
from assent_schemas.wire.policies import Proposing
from assent_service.desk.at_work import at_work
from assent_service.desk.desk import Desk
from assent_service.desk.room import Room
from assent_service.kept_door import KeptDoor
from assent_service.owner_door.door import owner_door
from assent_service.web.bounds import BOUNDS, DoorBounds
from engine.durable.worlds import Bench, FakeClock

Json = dict[str, Any]
NAME = "test/1.0"


@dataclass(frozen=True, slots=True)
class Stage:
    """What a test has at hand: both sides of the door."""

    home: Path
    bench: Bench
    engine: Engine
    desk: Desk
    door: KeptDoor

    @property
    def address(self) -> Address:
        assert self.door.address is not None
        return self.door.address

    @property
    def found(self) -> Found:
        found = find(self.home)
        assert found is not None
        return found

    async def raw(
        self, verb: str, target: str, body: bytes = b"", **headers: str | None
    ) -> transport.Answer:
        """A request whose every header the test may set (with `_` for `-`) or leave out."""
        given = {
            "authorization": f"Bearer {self.found.token}",
            "assent-protocol": "1",
            "assent-client": NAME,
        } | {name.replace("_", "-"): value for name, value in headers.items()}
        kept = [(name, value) for name, value in given.items() if value is not None]
        return await transport.ask(self.address, transport.Request(verb, target, kept, body), 10)

    async def code(
        self, verb: str, target: str, body: bytes = b"", **headers: str | None
    ) -> tuple[int, str]:
        """Status and code of a request that is refused."""
        answer = await self.raw(verb, target, body, **headers)
        assert answer.headers["content-type"] == "application/json"
        return answer.status, problem(answer)["code"]


def problem(answer: transport.Answer) -> Json:
    """The first problem of an answer."""
    found: Json = exact_json.decode(answer.body)["problems"][0]
    return found


@asynccontextmanager
async def stage(
    path: Path, bounds: DoorBounds = BOUNDS, *, unix: bool = True, bench: Bench | None = None
) -> AsyncIterator[Stage]:
    """The service without its process: an engine at work behind an open door."""
    bench = bench or Bench(path, FakeClock())
    room = Room.of(path, bench.clock)
    bench.tell = room.carriers.hear
    async with bench.open() as engine, at_work(room, engine):
        desk = Desk(room)
        async with owner_door(path, desk, bounds=bounds, unix=unix) as door:
            yield Stage(path, bench, engine, desk, door)


@asynccontextmanager
async def client_of(stage: Stage, name: str = NAME) -> AsyncIterator[Client]:
    async with connected(stage.home, name) as client:
        yield client


async def approved(client: Client, document: Mapping[str, Any]) -> str:
    """Propose and approve through the door; the policy's id."""
    made = await client.call(ops.PROPOSE_POLICY, Proposing(document=dict(document)))
    await client.call(ops.APPROVE, Approving(approval=made.policy_id, hash=made.hash))
    return made.policy_id


async def until(events: Any, kind: str) -> list[Event]:
    """Everything up to and with the first event of a type."""
    seen = []
    async with asyncio.timeout(20):
        async for event in events:
            seen.append(event)
            if event.type == kind:
                return seen
    raise AssertionError(seen)


def home_of(stage: Stage) -> Home:
    return Home(stage.home)
