"""What the desk knows of the listener for webhooks: a service has one, a command has none."""

from dataclasses import dataclass
from typing import Protocol

from assent_engine.hooks import Listening
from assent_schemas.errors import Problem


class Listener(Protocol):
    """Hears webhooks, as far as the owner has switched it on."""

    @property
    def port(self) -> int | None:
        """Where it listens; None where it does not."""
        ...

    @property
    def reason(self) -> str:
        """Why it does not listen."""
        ...

    async def listen(self, to: Listening) -> None:
        """Listen so from now on, or not any more; raises Refused where the port is not free."""
        ...

    async def learn(self) -> None:
        """Read anew which webhooks there are, and their secrets."""
        ...


@dataclass(frozen=True, slots=True)
class NobodyListens:
    """No listener: what is switched on here is heard once a service runs."""

    port: int | None = None
    reason: str = "No service runs: assent service start"

    async def listen(self, to: Listening) -> None:
        """Nothing to do."""

    async def learn(self) -> None:
        """Nothing to do."""


class AgentPort(Protocol):
    """The agents' second way in, where a service has one."""

    @property
    def port(self) -> int | None:
        """Where it listens; None while it does not."""

    @property
    def trouble(self) -> Problem | None:
        """Why it does not, although it should."""

    async def follow(self) -> None:
        """Listen, or no more, as the setting of the home says."""
