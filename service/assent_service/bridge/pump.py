"""The pump: what the client says goes to the door, through restarts of the service, once."""

import os
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from assent_schemas.errors import Refused
from assent_service.bridge import messages
from assent_service.bridge.client_side import LONGEST, ClientSide
from assent_service.bridge.door import Door, closed
from assent_service.bridge.link import Link
from assent_service.bridge.messages import Message
from assent_service.bridge.session import Session

SECONDS_TO_DRAIN = 1.0
ATTEMPTS, SECONDS_BETWEEN = 10, 0.2
SECONDS_OF_REFUSAL = 2.0
"""For so long what could not be reached is not tried again."""


@dataclass(slots=True)
class Pump:
    """One client of one home."""

    client: ClientSide
    door: Door
    _session: Session = field(default_factory=Session)
    _link: Link | None = None
    _refusal: tuple[float, Refused] | None = None

    def run(self) -> None:
        """Pump until the client has nothing more to say, and a moment more for the answers."""
        for line in self.client.lines():
            if line is None:
                text = f"A message has at most {LONGEST} bytes."
                self.client.tell(messages.error(None, messages.NOT_VALID, text))
            else:
                self._take(line, messages.messages(line))
        if self._link is not None:
            self._link.settled(SECONDS_TO_DRAIN)

    def _take(self, line: bytes, said: list[Message]) -> None:
        try:
            while not self._usable().send(line, said):
                pass
        except Refused as refused:
            self._answer(said, refused)
        self._session.note(line, said)

    def _usable(self) -> Link:
        """The connection, another one if need be; raises Refused."""
        if self._link is None or not self._link.usable:
            if self._link is not None:
                self._link.close()
            self._link = None
            self._link = self._connected()
        return self._link

    def _connected(self) -> Link:
        if self._refusal is not None and time.monotonic() < self._refusal[0] + SECONDS_OF_REFUSAL:
            raise self._refusal[1]
        try:
            return self._begun()
        except Refused as refused:
            self._refusal = time.monotonic(), refused
            _complain(refused)
            raise

    def _begun(self) -> Link:
        """A connection that has heard how the session began; the service may go away in between."""
        for _ in range(ATTEMPTS):
            link = Link(self.door.opened(), self.client)
            try:
                link.begin(self._session)
            except OSError:
                link.close()
                time.sleep(SECONDS_BETWEEN)
            else:
                return link
        raise closed(self.door.home)

    def _answer(self, said: list[Message], refused: Refused) -> None:
        for one in messages.requests(said):
            self.client.tell(messages.error(one, messages.NOT_DONE, _words(refused)))


def run(home: Path, client: str | None) -> NoReturn:
    """Be the bridge of this process until its client hangs up, or it is told to end."""
    for told in (signal.SIGTERM, signal.SIGINT):
        signal.signal(told, lambda *_: os._exit(0))
    Pump(ClientSide.of_this_process(), Door(home, client)).run()
    os._exit(0)


def _words(refused: Refused) -> str:
    return " ".join(f"{one.title}: {one.detail} {one.remedy}".strip() for one in refused.problems)


def _complain(refused: Refused) -> None:
    sys.stderr.write(f"assent mcp: {_words(refused)}\n")
    sys.stderr.flush()
