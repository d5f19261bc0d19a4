"""How much the review page takes, and for how long what it hands out is good."""

from dataclasses import dataclass, field

from assent_service.web.bounds import DoorBounds


@dataclass(frozen=True, slots=True)
class ReviewBounds:
    """Counts, bytes and seconds; the rates are requests a minute."""

    door: DoorBounds = field(
        default_factory=lambda: DoorBounds(
            connections=16,
            body=64 * 1024,
            bearable=1024 * 1024,
            seconds_to_end=0.5,
        )
    )
    code_seconds: int = 60
    """For how long the address that was handed out can be opened."""
    session_seconds: int = 3600
    idle_seconds: float = 600
    """Without a look the page is closed after it."""
    linger_seconds: float = 60
    """The same once nothing is left to decide: for another look at what became of it."""
    codes: int = 16
    sessions: int = 16
    tickets: int = 8
    """Forms of one session that can still be sent; an older one gives way."""
    fields: int = 8
    each: int = 120
    """Of one session."""
    strangers: int = 60
    """That bring nothing that is known; who has a code or a session is counted elsewhere."""


BOUNDS = ReviewBounds()
