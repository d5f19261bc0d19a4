"""Ports that have no module of their own: randomness, and progress for whoever watches."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID


class Randomness(Protocol):
    """Where identifiers and seeds come from; nothing else in the engine draws a number."""

    def identifier(self) -> str:
        """A new random UUID as text."""
        ...

    def seed(self) -> str:
        """128 bits in hex."""
        ...


class SystemRandomness:
    """The operating system's randomness."""

    def identifier(self) -> str:
        return str(UUID(bytes=secrets.token_bytes(16), version=4))

    def seed(self) -> str:
        return secrets.token_hex(16)


@dataclass(frozen=True, slots=True)
class Progress:
    """Something that just happened: `event` is a dotted word, `about` says more.

    Events: run.started, state.entered, step.started, intent.recorded, step.ended, wait.started,
    question.asked, run.ended, run.stopped. `key` is the effect's key, `scope` the path it
    belongs to.
    """

    event: str
    run_id: str
    scope: str = ""
    key: str = ""
    about: dict[str, Any] = field(default_factory=dict)


Listener = Callable[[Progress], None]


def unheard(_progress: Progress) -> None:
    """The listener of those who do not watch."""
