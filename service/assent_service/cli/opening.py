"""Opening a home for a command: to act, with its lock, or only to read."""

import getpass
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from assent_engine import library
from assent_engine.engine import Engine
from assent_engine.home import Home
from assent_engine.ports import Listener, unheard
from assent_engine.store import Reader
from assent_schemas.errors import Problem, Refused


@asynccontextmanager
async def acting(home: Path | None, tell: Listener = unheard) -> AsyncIterator[Engine]:
    """Open a home to act on it, with the installed steps; raises Refused where it is in use."""
    library.load()
    async with Engine.open(Home.find(home), tell=tell) as engine:
        yield engine


@asynccontextmanager
async def reading(home: Path | None) -> AsyncIterator[Reader]:
    """Open a home to look at it, also while another process acts; raises Refused without one."""
    found = Home.find(home)
    if not found.database.exists():
        detail = f"There is no Assent home at {found.path} yet."
        remedy = "Propose a policy first: assent policy propose FILE"
        raise Refused(Problem("home.missing", "There is nothing to show", detail, remedy))
    async with Reader.open(found.database) as reader:
        yield reader


def person() -> str:
    """The name of whoever sits at the terminal."""
    return getpass.getuser()
