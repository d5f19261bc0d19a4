"""A home with an engine, a desk and a review page on a real port, and browsers that come to it."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h11

from assent_engine import library
from assent_engine.engine import Engine
from assent_engine.registry import StepRegistry
from assent_schemas.wire import operations as ops
from assent_schemas.wire.approvals import Approval, ApprovalAsked, Approving
from assent_schemas.wire.frame import PageAsked
from assent_schemas.wire.policies import Proposing
from assent_service.desk.at_work import at_work
from assent_service.desk.desk import Desk
from assent_service.desk.room import Caller, Room
from assent_service.review.bounds import BOUNDS, ReviewBounds
from assent_service.review.server import ReviewServer
from assent_service.review.server import reviews as opened
from engine.durable.worlds import Bench, FakeClock
from service.shell import greeter

OWNER = Caller("ann", "cli")
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Said:
    """An answer of the page."""

    status: int
    headers: dict[str, str]
    text: str

    def hidden(self, name: str) -> str:
        """The value of a hidden field of the form."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        assert found is not None, self.text
        return found[1]


@dataclass(slots=True)
class Browser:
    """Asks as a browser does, or otherwise where a test says so; keeps the cookies of a path."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    place: str = ""

    async def ask(self, verb: str, target: str, body: bytes = b"", **headers: str | None) -> Said:
        """One request; headers with `_` for `-`, and None for one that is to be left out."""
        given: dict[str, str | None] = {"host": f"127.0.0.1:{self.port}"}
        if target.startswith(f"/{self.place}/") and self.cookies:
            given["cookie"] = "; ".join(f"{key}={one}" for key, one in self.cookies.items())
        if verb == "POST":
            origin = f"http://127.0.0.1:{self.port}"
            given |= {"origin": origin, "content-type": FORM, "content-length": str(len(body))}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        kept = [(name, value) for name, value in given.items() if value is not None]
        return await asked(self.port, h11.Request(method=verb, target=target, headers=kept), body)

    async def open(self, url: str) -> Said:
        """Follow an address to the review."""
        first = await self.ask("GET", url.partition(f":{self.port}")[2])
        self.keep(first)
        return await self.look()

    def keep(self, first: Said) -> None:
        """Keep the cookie that came with the first answer."""
        key, _, rest = first.headers["set-cookie"].partition("=")
        self.cookies[key] = rest.partition(";")[0]
        found = re.search(r"Path=/([\w-]+)/", first.headers["set-cookie"])
        assert found is not None
        self.place = found[1]

    async def look(self) -> Said:
        return await self.ask("GET", f"/{self.place}/")

    async def send(self, page: Said, decision: str, **more: str) -> Said:
        """Send the form of a page; what it answers is where to look next."""
        fields = {name: page.hidden(name) for name in ("ticket", "hash")}
        return await self.post({**fields, "decision": decision, **more})

    async def post(self, fields: Mapping[str, str], **headers: str | None) -> Said:
        from urllib.parse import urlencode

        body = urlencode(fields).encode()
        return await self.ask("POST", f"/{self.place}/decide", body, **headers)

    async def decide(self, page: Said, decision: str, **more: str) -> Said:
        """Send the form, and look where it leads."""
        answer = await self.send(page, decision, **more)
        assert (answer.status, answer.headers["location"]) == (303, f"/{self.place}/")
        return await self.look()


async def asked(port: int, request: h11.Request, body: bytes = b"") -> Said:
    """One request over a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    connection = h11.Connection(h11.CLIENT)
    try:
        for event in (request, h11.Data(data=body), h11.EndOfMessage()):
            writer.write(connection.send(event) or b"")
        return await _answer(reader, connection)
    finally:
        writer.close()


async def _answer(reader: asyncio.StreamReader, connection: h11.Connection) -> Said:
    head: h11.Response | None = None
    content = bytearray()
    while True:
        match connection.next_event():
            case h11.NEED_DATA:
                connection.receive_data(await reader.read(65536))
            case h11.Response() as head:
                pass
            case h11.Data(data=data):
                content += data
            case _:
                break
    assert head is not None
    headers = {name.decode(): value.decode() for name, value in head.headers}
    return Said(head.status_code, headers, content.decode())


@dataclass(slots=True)
class Stage:
    """What a test has at hand."""

    bench: Bench
    engine: Engine
    desk: Desk
    server: ReviewServer

    async def propose(self, document: dict[str, Any], by: str = "my-agent") -> str:
        asked = Proposing(document=document, by=by)
        return (await self.desk.call(ops.PROPOSE_POLICY, asked, OWNER)).policy_id

    async def approve(self, approval: str) -> None:
        one = await self.desk.call(ops.SHOW_APPROVAL, ApprovalAsked(approval=approval), OWNER)
        asked = Approving(approval=one.id, version=one.version, hash=one.hash)
        await self.desk.call(ops.APPROVE, asked, OWNER)

    async def asking(self, document: dict[str, Any]) -> str:
        """The id of what a run of a policy asks."""
        policy_id = await self.propose(document)
        await self.approve(policy_id)
        await self.engine.runs.start(policy_id)
        return (await self.waiting())[0].id

    async def waiting(self) -> list[Approval]:
        return (await self.desk.call(ops.LIST_APPROVALS, PageAsked(), OWNER)).items

    async def address(self, approval: str) -> str:
        asked = ApprovalAsked(approval=approval)
        return (await self.desk.call(ops.OPEN_REVIEW, asked, OWNER)).url

    async def reviewing(self, approval: str) -> tuple[Browser, Said]:
        """A browser that has opened a review, and its page."""
        url = await self.address(approval)
        browser = Browser(self.port)
        return browser, await browser.open(url)

    @property
    def port(self) -> int:
        assert self.server.port is not None
        return self.server.port


@asynccontextmanager
async def stage(path: Path, bounds: ReviewBounds = BOUNDS) -> AsyncIterator[Stage]:
    """The service without its process and its owner door, the real steps and the page itself."""
    library.load()
    bench = Bench(path, FakeClock())
    bench.registry = StepRegistry.shared()
    room = Room.of(path, bench.clock)
    bench.tell = room.carriers.hear
    async with bench.open() as engine, at_work(room, engine):
        desk = Desk(room)
        async with opened(desk, bounds) as server:
            yield Stage(bench, engine, desk, server)


def asks(title: str = "Shall I?", *messages: str) -> dict[str, Any]:
    """A policy that asks, for exactly these messages if there are any, then tells the owner."""
    question = {"type": "Approval", "title": title, "timeout_seconds": 3600, "next": "Tell"}
    tell = dict(greeter()["states"]["Tell"])
    if messages:
        question["effects"] = [
            {"resource": "notify.user", "input": {"msg": one}} for one in messages
        ]
        tell |= {"requires_approval": "Ask", "parameters": {"msg": messages[0]}}
    return greeter("Asks", start_at="Ask", states={"Ask": question, "Tell": tell})
