"""The port to what a system tells of sleep: one voice a system, each with the same few words."""

from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Protocol


class Told(StrEnum):
    """What a voice says: a sleep begins, it is over, or time may have gone on in another way."""

    SLEEPING = "sleeping"
    WOKE = "woke"
    TIME = "time"


Heard = Callable[[Told], Awaitable[None]]
"""Called on the event loop; for SLEEPING the system waits, for a while, until it returns."""


class Unavailable(Exception):
    """This system, or this session of it, does not tell; the text says why."""


class Voice(Protocol):
    """One way in which a system tells; `name` is for the owner's eyes."""

    @property
    def name(self) -> str: ...

    async def start(self, heard: Heard) -> None:
        """Begin to listen; raises Unavailable."""
        ...

    async def stop(self) -> None:
        """Listen no more; after a start that failed, too."""
        ...
