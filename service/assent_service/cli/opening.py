"""Opening a home for a command: to act, with its lock, or only to read."""

import getpass
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from assent_engine import library, swap
from assent_engine.engine import Engine
from assent_engine.home import Home
from assent_engine.ports import Listener, unheard
from assent_engine.store import Reader
from assent_schemas.errors import Problem, Refused
from assent_service.cli.output import note
from assent_service.cli.reaching import refuse_without_door


@asynccontextmanager
async def acting(
    home: Path | None, tell: Listener = unheard, *, new: bool = False
) -> AsyncIterator[Engine]:
    """Open a home to act on it, with the installed steps; raises Refused where it is in use.

    Only with `new` is a home made where there is none: a mistyped --home must not be one.
    """
    found = made(home) if new else with_policies(home)
    refuse_without_door(found)
    library.load()
    async with Engine.open(found, tell=tell) as engine:
        yield engine


@asynccontextmanager
async def reading(home: Path | None) -> AsyncIterator[Reader]:
    """Open a home to look at it, also while another process acts; raises Refused without one."""
    async with Reader.open(with_policies(home).database) as reader:
        yield reader


def existing(home: Path | None, remedy: str) -> Home:
    """The home, which must be there and be one; raises Refused, StoreError."""
    found = Home.find(home)
    if not found.is_made():
        detail = f"There is no Assent home at {found.path} yet."
        raise Refused(Problem("home.missing", "There is nothing here yet", detail, remedy))
    return found


def made(home: Path | None) -> Home:
    """The home, made where there is none, which is said beside the result; raises StoreError."""
    found = Home.find(home)
    with made_for(found):
        found.prepare()
    return found


@contextmanager
def made_for(home: Home) -> Iterator[None]:
    """Say beside the result of what is done here that a home was made by it, if it was."""
    new = not home.path.exists()
    yield
    if new:
        note(f"A new home was made: {home.path}", err=True)


def with_policies(home: Path | None) -> Home:
    """The home, which must have a store; raises Refused."""
    remedy = "Propose a policy first: assent policy propose FILE"
    found = existing(home, remedy)
    if not found.database.exists() and not swap.pending(found.path):
        detail = f"Nothing was proposed in the home {found.path} yet."
        raise Refused(Problem("home.empty", "There is nothing here yet", detail, remedy))
    return found


def person() -> str:
    """The name of whoever sits at the terminal."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A container may run as a number that has no name.
        return f"user {os.getuid()}"
