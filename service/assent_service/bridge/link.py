"""One connection to the agent door, and who waits for an answer on it."""

import json
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from assent_service.bridge import messages
from assent_service.bridge.client_side import ClientSide
from assent_service.bridge.lines import AT_ONCE, lines
from assent_service.bridge.messages import Id, Message
from assent_service.bridge.session import Session

LONGEST_ANSWER = 64 << 20
SECONDS_TO_GREET = 10
LOST = (
    "The Assent service went away before it answered. Whether the call was carried out is not"
    " known, and it was not sent again: look before you repeat it."
)


@dataclass(slots=True)
class Link:
    """Who was asked is answered exactly once: by the door, or with an error when it goes away."""

    end: socket.socket
    client: ClientSide
    stale: bool = False
    """Whether the door does not know the client: the next connection may show another token."""
    _gone: bool = False
    _telling: bool = False
    _waiting: dict[str, Id] = field(default_factory=dict)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _lines: Iterator[bytes | None] = field(init=False)

    def __post_init__(self) -> None:
        self._lines = lines(self._received, LONGEST_ANSWER)

    @property
    def usable(self) -> bool:
        """Whether more can be sent; on a stale one nobody may wait any more."""
        return not self._gone and not (self.stale and not self._waiting)

    def begin(self, session: Session) -> None:
        """Repeat how the client's session began, and pass on what the door says from now on.

        Raises OSError where it goes away meanwhile.
        """
        self.end.settimeout(SECONDS_TO_GREET)
        for line, to in session.opening():
            self.end.sendall(line)
            if to is not None:
                self._answer_swallowed(to)
        self.end.settimeout(None)
        threading.Thread(target=self._pass_on, daemon=True).start()

    def send(self, line: bytes, said: list[Message]) -> bool:
        """Send what the client says; False where the door is gone, and nothing was sent.

        If it goes away while this is sent, whoever waits hears of it as of any other loss.
        """
        with self._changed:
            if self._gone:
                return False
            self._waiting |= {_key(one): one for one in messages.requests(said)}
        self._forget(messages.taken_back(said))
        try:
            self.end.sendall(line)
        except OSError:
            self.close()
        return True

    def close(self) -> None:
        """Hang up; who waits is told."""
        with suppress(OSError):
            self.end.shutdown(socket.SHUT_RDWR)

    def settled(self, seconds: float) -> None:
        """Return when nobody waits, or when the time is up."""
        with self._changed:
            self._changed.wait_for(lambda: not (self._waiting or self._telling), seconds)

    def _pass_on(self) -> None:
        for line in self._lines:
            if line is None:
                break
            said = messages.messages(line)
            self.stale = self.stale or messages.refuses_client(said)
            self._tell(line, messages.answers(said))
        self._lose()

    def _tell(self, line: bytes, ids: list[Id]) -> None:
        """Nobody waits any more as soon as the client may know; it is settled once it was told."""
        with self._changed:
            self._telling = True
        self._forget(ids)
        self.client.tell(line)
        with self._changed:
            self._telling = False
            self._changed.notify_all()

    def _lose(self) -> None:
        with self._changed:
            self._gone = self._telling = True
            left, self._waiting = self._waiting, {}
        self.end.close()
        for one in left.values():
            self.client.tell(messages.error(one, messages.NOT_DONE, LOST))
        with self._changed:
            self._telling = False
            self._changed.notify_all()

    def _answer_swallowed(self, to: Id) -> None:
        for line in self._lines:
            said = messages.messages(line or b"")
            if to in messages.answers(said):
                self.stale = messages.refuses_client(said)
                return
            self.client.tell(line or b"")
        raise ConnectionError("it hung up")

    def _received(self) -> bytes:
        try:
            return self.end.recv(AT_ONCE)
        except TimeoutError:
            raise
        except OSError:
            return b""

    def _forget(self, ids: Iterable[Id]) -> None:
        with self._changed:
            for one in ids:
                self._waiting.pop(_key(one), None)


def _key(one: Id) -> str:
    """An id as what it is on the wire: 1 and "1" are two."""
    return json.dumps(one)
