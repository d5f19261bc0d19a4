"""A session: one browser that reviews one approval, and the forms that it was shown."""

import secrets
from dataclasses import dataclass, field

from assent_schemas.errors import Problem
from assent_service.desk.reviewing import Subject
from assent_service.pace import Pace


@dataclass(frozen=True, slots=True)
class Ticket:
    """What one form was shown for: the hash that is decided on, and all else that was told."""

    hash: str
    basis: str


@dataclass(slots=True)
class Session:
    """One review.

    `place` is the path that the browser keeps the `key` for: cookies do not tell ports apart, but
    paths they do, so what else listens on this computer is not sent it.
    """

    subject: Subject
    by: str
    began: float
    pace: Pace
    most: int
    place: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    key: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    over: bool = False
    """Whether nothing is left to decide."""
    told: Problem | None = None
    """What the next look begins with."""
    _tickets: dict[str, Ticket] = field(default_factory=dict, repr=False)

    def hand_out(self, ticket: Ticket) -> str:
        """The secret that a form comes back with, once."""
        secret = secrets.token_urlsafe(32)
        self._tickets[secret] = ticket
        if len(self._tickets) > self.most:
            del self._tickets[next(iter(self._tickets))]
        return secret

    def take(self, secret: str) -> Ticket | None:
        """What the form was shown for; None where it was sent before, or never handed out here."""
        return self._tickets.pop(secret, None)

    def say(self) -> Problem | None:
        """What is to be told first; it is told once."""
        told, self.told = self.told, None
        return told
