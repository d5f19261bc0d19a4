"""One request over a connection of its own: on a Unix socket that costs less than keeping one."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import h11

from assent_schemas.places import HOST, Address

LARGEST_ANSWER = 64 << 20
_AT_ONCE = 1 << 16


class NoAnswer(Exception):
    """Nobody listens there, or the connection broke before the answer was whole."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers by lower-case name, and body."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent."""

    verb: str
    target: str
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = b""


@dataclass(slots=True)
class _Reading:
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)


async def ask(address: Address, request: Request, seconds: float) -> Answer:
    """Send a request and read its answer; raises NoAnswer, also when the time is up."""
    try:
        async with asyncio.timeout(seconds), _open(address) as (reader, writer):
            wire = h11.Connection(h11.CLIENT)
            with suppress(ConnectionError):
                # The service may answer, and hang up, before it has read everything.
                await _send(wire, writer, request)
            return await _receive(wire, reader)
    except TimeoutError as error:
        raise NoAnswer(f"It said nothing in {seconds:g} s") from error
    except (OSError, h11.RemoteProtocolError) as error:
        raise NoAnswer(f"The connection broke: {error}") from error


@asynccontextmanager
async def _open(
    address: Address,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    if address.socket is not None:
        reader, writer = await asyncio.open_unix_connection(address.socket)
    else:
        reader, writer = await asyncio.open_connection("127.0.0.1", address.port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def _send(wire: h11.Connection, writer: asyncio.StreamWriter, request: Request) -> None:
    headers = [("host", HOST), ("connection", "close"), *request.headers]
    if request.body:
        headers += [
            ("content-type", "application/json"),
            ("content-length", str(len(request.body))),
        ]
    events: list[h11.Event] = [
        h11.Request(method=request.verb, target=request.target, headers=headers),
        *([h11.Data(data=request.body)] if request.body else []),
        h11.EndOfMessage(),
    ]
    for event in events:
        writer.write(wire.send(event) or b"")
    await writer.drain()


async def _receive(wire: h11.Connection, reader: asyncio.StreamReader) -> Answer:
    found = _Reading()
    while True:
        match wire.next_event():
            case h11.NEED_DATA:
                wire.receive_data(await reader.read(_AT_ONCE))
            case h11.Response(status_code=status, headers=headers):
                found.status = status
                found.headers = {name.decode(): value.decode("latin-1") for name, value in headers}
            case h11.Data(data=data):
                found.body += data
                if len(found.body) > LARGEST_ANSWER:
                    raise NoAnswer(f"Its answer has more than {LARGEST_ANSWER} bytes")
            case h11.EndOfMessage():
                return Answer(found.status, found.headers, bytes(found.body))
            case h11.ConnectionClosed():
                raise NoAnswer("It hung up before its answer was whole")
