"""How much Streamable HTTP takes: bodies, requests, sessions."""

from dataclasses import dataclass

from assent_service.web.bounds import DoorBounds


@dataclass(frozen=True, slots=True)
class HttpBounds(DoorBounds):
    """Counts, bytes and seconds."""

    body: int = 4 * 1024 * 1024
    seconds_to_take: float = 30
    """For a client to take a part of an answer; a slower one is cut off."""
    requests: int = 600
    """Requests of one client at once, and so many more each minute."""
    sessions: int = 128
    """Sessions of older clients, all together."""
    seconds_of_session: float = 1800
    """After which a session ends that nobody uses."""


BOUNDS = HttpBounds()
