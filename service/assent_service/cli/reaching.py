"""Reaching the service of a home, and saying of one that runs why it cannot be reached."""

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from assent_engine.home import Home
from assent_schemas.errors import Problem, Refused
from assent_service.process.starting import serving

if TYPE_CHECKING:
    from assent_client.client import Client

NOT_RUNNING = "service.not_running"
NO_DOOR = "service.no_door"


async def reached(home: Home, stack: AsyncExitStack) -> "Client":
    """The service, as long as the stack is open; raises Refused where none runs or answers."""
    from importlib.metadata import version

    from assent_client.client import connected

    try:
        return await stack.enter_async_context(connected(home.path, f"cli/{version('assent')}"))
    except Refused as error:
        if error.problem.code != NOT_RUNNING:
            raise
        refuse_without_door(home)
        raise


def refuse_without_door(home: Home) -> None:
    """Raise Refused where a service has the home: whoever asks has not found its door."""
    if (holder := serving(home)) is None:
        return
    detail = (
        f"Process {holder.pid} has the home {home.path}, but its door does not answer: it was"
        " removed, or is not open yet. The service opens it again within half a minute."
    )
    remedy = "Try again, or: assent service stop, then assent service start"
    raise Refused(Problem(NO_DOOR, "The service cannot be asked", detail, remedy))
