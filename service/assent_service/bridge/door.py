"""The agent door as the bridge sees it: where it is, how it is opened, how the service is woken."""

import json
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assent_schemas.errors import Problem, Refused
from assent_schemas.places import Address, DoorFolder, token_file
from assent_service.peers import is_stranger, peer_uid

if TYPE_CHECKING:
    from assent_service.bridge.waking import Waking

PATIENCE = 10.0
"""Seconds that the door may be closed for: a restart takes less."""
PATIENCE_TO_START = 45.0
"""Seconds that a service may take that was started for it."""
LOOK_AGAIN, CONNECT_WITHIN = 0.02, 5.0
_LONGEST_TOKEN = 1024


@dataclass(slots=True)
class Door:
    """The door of a home, for one client; without a name the client shows no token."""

    home: Path
    client: str | None
    _seen: bool = False
    _token: str = ""
    _starting: "Waking | None" = None

    def opened(self) -> socket.socket:
        """A connection that has greeted; starts the service where none runs. Raises Refused.

        One that was stopped in between, rather than broken, was stopped on purpose: it is waited
        for, and not started.
        """
        end = self._connected() or self._in_time()
        self._seen = True
        with suppress(OSError):
            # Where it goes away at once, its next word says so.
            end.sendall(self._greeting())
        return end

    def _in_time(self) -> socket.socket:
        from assent_service.bridge.waking import Waking

        wakes = not self._seen or self._left_open()
        self._starting = Waking(self.home) if wakes else None
        until = time.monotonic() + (PATIENCE_TO_START if wakes else PATIENCE)
        while time.monotonic() < until:
            time.sleep(LOOK_AGAIN)
            if (end := self._connected()) is not None:
                return end
            if self._starting is not None:
                self._starting.refuse_if_it_failed()
        raise closed(self.home)

    def _connected(self) -> socket.socket | None:
        try:
            end = _connection(self._address())
            if not is_stranger(peer_uid(end)):
                return end
            end.close()
        except (OSError, ValueError):
            pass
        return None

    def _address(self) -> Address:
        return Address.read(self._folder.address.read_text(encoding="utf-8"))

    def _left_open(self) -> bool:
        """Whether the service went away without closing its door: it crashed, or was killed."""
        return self._folder.address.exists()

    @property
    def _folder(self) -> DoorFolder:
        return DoorFolder.of_agents(self.home)

    def _greeting(self) -> bytes:
        """What names the client; read anew each time, as the owner may have made another token.

        One that is gone is shown again: so a client that was revoked is told so.
        """
        if self.client is None:
            return b""
        with (
            suppress(OSError, ValueError),
            token_file(self.home, self.client).open(encoding="utf-8") as file,
        ):
            self._token = file.read(_LONGEST_TOKEN).strip()
        return (
            json.dumps({"assent": 1, "client": self.client, "token": self._token}).encode() + b"\n"
        )


def _connection(address: Address) -> socket.socket:
    """A connection without a time limit of its own; raises OSError."""
    if address.socket is None:
        end = socket.create_connection(("127.0.0.1", address.port or 0), CONNECT_WITHIN)
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    else:
        end = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        end.settimeout(CONNECT_WITHIN)
        try:
            end.connect(address.socket)
        except OSError:
            end.close()
            raise
    end.settimeout(None)
    return end


def closed(home: Path) -> Refused:
    """That nobody answers there."""
    detail = f"No service answers for the home {home}."
    remedy = "Start it: assent service start"
    return Refused(Problem("service.not_running", "The service does not run", detail, remedy))
