"""How much the door takes: connections, headers, bodies, and the seconds it waits for them."""

from dataclasses import dataclass

from assent_schemas.exact_json import DOCUMENT_BOUNDS, Bounds


@dataclass(frozen=True, slots=True)
class DoorBounds:
    """Counts, bytes and seconds."""

    connections: int = 64
    header: int = 16 * 1024
    body: int = DOCUMENT_BOUNDS.size + 64 * 1024
    bearable: int = 64 * 1024 * 1024
    """How much of a body that is too large is read, to be able to say so."""
    seconds_to_ask: float = 10
    """For a request to arrive whole."""
    seconds_to_take: float = 10
    """For a client to take an event; a slower one is cut off, and goes on where it was."""
    seconds_idle: int = 60
    """How long a connection may stay open between requests."""
    seconds_to_end: float = 2
    """For requests under way when the door closes."""

    @property
    def json(self) -> Bounds:
        """For a document with what goes around it."""
        return Bounds(size=self.body, depth=DOCUMENT_BOUNDS.depth + 4)


BOUNDS = DoorBounds()
