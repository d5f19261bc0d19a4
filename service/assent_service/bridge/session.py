"""How a client's session began: what a new connection has to hear first."""

from collections.abc import Iterator
from dataclasses import dataclass

from assent_service.bridge.messages import Id, Message


@dataclass(slots=True)
class Session:
    """The client's own `initialize` and the note that follows it; newer clients have none."""

    _began: bytes | None = None
    _id: Id | None = None
    _agreed: bytes | None = None

    def note(self, line: bytes, said: list[Message]) -> None:
        """Keep a line if a new connection needs it."""
        for one in said:
            match one.get("method"):
                case "initialize":
                    self._began, self._id, self._agreed = line, one.get("id"), None
                case "notifications/initialized":
                    self._agreed = line

    def opening(self) -> Iterator[tuple[bytes, Id | None]]:
        """The lines to repeat, each with the id whose answer the client has had already."""
        if self._began is not None:
            yield self._began, self._id
        if self._agreed is not None:
            yield self._agreed, None
