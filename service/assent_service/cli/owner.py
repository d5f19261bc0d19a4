"""The owner's way in for a command: through the service that runs, else into the home directly."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel

from assent_client.finding import find
from assent_engine import library
from assent_engine.engine import Engine
from assent_engine.home import Home
from assent_schemas.errors import Problem, Refused
from assent_schemas.wire.events import Event
from assent_schemas.wire.frame import Page, PageAsked, PartAsked
from assent_schemas.wire.operations import Operation
from assent_service.cli.opening import made, person, reading, with_policies
from assent_service.cli.reaching import NO_DOOR, NOT_RUNNING, reached, refuse_without_door
from assent_service.desk.at_work import at_work
from assent_service.desk.behind import Held
from assent_service.desk.desk import Desk
from assent_service.desk.hub import Follower
from assent_service.desk.room import Caller, Room

Question = TypeVar("Question", bound=BaseModel)
Reply = TypeVar("Reply", bound=BaseModel)
Item = TypeVar("Item")
PATIENCE = 15
"""Seconds that a service may be gone for while a command follows it."""
_LOOKING = Problem("service.held", "Nothing is carried out here", "The home is only looked at.")


class Owner(Protocol):
    """Whoever carries the owner's commands out; `served` tells whether it is the service."""

    @property
    def served(self) -> bool: ...

    async def call(self, operation: Operation[Question, Reply], asked: Question) -> Reply:
        """Carry one operation out; raises AssentError."""
        ...

    def events(self) -> AbstractAsyncContextManager[AsyncIterator[Event]]:
        """What happens from now on."""
        ...


@asynccontextmanager
async def owner(
    home: Path | None, *, acts: bool = False, new: bool = False
) -> AsyncIterator[Owner]:
    """The service of a home or, where none runs, its engine here or with `acts` unset its store.

    Only with `new` a home is made. Raises AssentError.
    """
    async with AsyncExitStack() as stack:
        there = Home.find(home)
        found = await _service(there, stack)
        if found is None and acts:
            refuse_without_door(there)
        if found is None:
            found = await stack.enter_async_context(_directly(home, acts=acts, new=new))
        yield found


async def everything(
    of: Owner, operation: Operation[Any, Page[Item]], asked: PartAsked
) -> list[Item]:
    """All items of a list, page by page."""
    found: list[Item] = []
    while True:
        page = await of.call(operation, asked)
        found += page.items
        if page.after is None:
            return found
        asked = asked.model_copy(update={"after": page.after})


async def newest(
    of: Owner, operation: Operation[Any, Page[Item]], asked: PageAsked, most: int
) -> list[Item]:
    """The last items of a list, at most so many, the newest last; `asked` is from the newest on."""
    found: list[Item] = []
    following: PageAsked | None = asked
    while following is not None and len(found) < most:
        page = await of.call(operation, following)
        found += page.items
        more = page.after is not None
        following = following.model_copy(update={"after": page.after}) if more else None
    return found[:most][::-1]


@dataclass(frozen=True, slots=True)
class Here:
    """The desk in this process."""

    desk: Desk
    caller: Caller
    served: bool = False

    async def call(self, operation: Operation[Question, Reply], asked: Question) -> Reply:
        return await self.desk.call(operation, asked, self.caller)

    @asynccontextmanager
    async def events(self) -> AsyncIterator[AsyncIterator[Event]]:
        follower = self.desk.room.hub.follow()
        try:
            yield _each(follower)
        finally:
            follower.close()


async def _each(follower: Follower) -> AsyncIterator[Event]:
    while True:
        for event in await follower.next():
            yield event


async def _service(home: Home, stack: AsyncExitStack) -> Owner | None:
    """The service of a home, if one answers; raises Refused where it may not be talked to."""
    if find(home.path) is None:
        return None
    try:
        return There(await reached(home, stack))
    except Refused as error:
        if error.problem.code in (NOT_RUNNING, NO_DOOR):
            return None
        raise


@dataclass(frozen=True, slots=True)
class There:
    """The service, through its door."""

    client: Any
    served: bool = True

    async def call(self, operation: Operation[Question, Reply], asked: Question) -> Reply:
        reply: Reply = await self.client.call(operation, asked)
        return reply

    def events(self) -> AbstractAsyncContextManager[AsyncIterator[Event]]:
        following: AbstractAsyncContextManager[AsyncIterator[Event]]
        following = self.client.events(patience=PATIENCE)
        return following


@asynccontextmanager
async def _directly(home: Path | None, *, acts: bool, new: bool) -> AsyncIterator[Here]:
    caller = Caller(person(), "cli")
    if not acts:
        async with reading(home) as reader:
            room = Room.of(Home.find(home).path)
            room.behind = Held(_LOOKING, reader)
            yield Here(Desk(room), caller)
        return
    found = made(home) if new else with_policies(home)
    library.load()
    room = Room.of(found.path)
    async with Engine.open(found, tell=room.carriers.hear) as engine, at_work(room, engine):
        yield Here(Desk(room), caller)
