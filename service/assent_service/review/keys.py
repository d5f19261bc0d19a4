"""The keys to reviews: one-time codes, and the sessions that they were swapped for."""

import hmac
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from assent_service.desk.reviewing import Subject
from assent_service.pace import Pace
from assent_service.review.bounds import ReviewBounds
from assent_service.review.session import Session

CODE_BYTES = 32


@dataclass(frozen=True, slots=True)
class _Code:
    subject: Subject
    by: str
    until: float


@dataclass(slots=True)
class Keys:
    """All that opens a review; `seconds` tells time passed. The oldest gives way to the newest."""

    bounds: ReviewBounds
    seconds: Callable[[], float]
    _codes: dict[bytes, _Code] = field(default_factory=dict)
    _sessions: dict[str, Session] = field(default_factory=dict)

    def issue(self, subject: Subject, by: str) -> str:
        """A code for one look at one approval; only its hash is kept."""
        self._forget()
        code = secrets.token_urlsafe(CODE_BYTES)
        self._codes[_hash(code)] = _Code(subject, by, self.seconds() + self.bounds.code_seconds)
        _shorten(self._codes, self.bounds.codes)
        return code

    def swap(self, code: str) -> Session | None:
        """The session for a code, which is used up; None where it is not good, or not any more."""
        self._forget()
        found = self._codes.pop(_hash(code), None)
        if found is None:
            return None
        pace = Pace(self.bounds.each, self.seconds)
        session = Session(found.subject, found.by, self.seconds(), pace, self.bounds.tickets)
        self._sessions[session.place] = session
        _shorten(self._sessions, self.bounds.sessions)
        return session

    def session(self, place: str, keys: Iterable[str]) -> Session | None:
        """The session of a place, for who has its key."""
        self._forget()
        found = self._sessions.get(place)
        if found is None:
            return None
        fits = [hmac.compare_digest(found.key.encode(), one.encode()) for one in keys]
        return found if any(fits) else None

    @property
    def anything_left(self) -> bool:
        """Whether somebody may still come to decide."""
        self._forget()
        return bool(self._codes) or any(not one.over for one in self._sessions.values())

    def _forget(self) -> None:
        now = self.seconds()
        self._codes = {key: one for key, one in self._codes.items() if now < one.until}
        born = now - self.bounds.session_seconds
        self._sessions = {at: one for at, one in self._sessions.items() if one.began > born}


def _hash(code: str) -> bytes:
    return sha256(code.encode()).digest()


def _shorten(kept: dict[Any, Any], most: int) -> None:
    while len(kept) > most:
        del kept[next(iter(kept))]
