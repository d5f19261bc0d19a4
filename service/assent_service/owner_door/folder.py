"""The owner door's folder: private, with the socket, the token, and the address of the door."""

import secrets
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from assent_schemas.places import Address, DoorFolder
from assent_service import doorway

TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Doorway:
    """Where the door listens, and the token that opens it."""

    listening: socket.socket
    address: Address
    token: str


@contextmanager
def opened(home: Path, *, unix: bool = sys.platform != "win32") -> Iterator[Doorway]:
    """Make the folder and listen; a client finds both by the home alone.

    Without `unix` a free port of the loopback interface takes the socket's place. The token is
    another one each time. Raises Refused where another service listens, StoreError where the
    folder cannot be used.
    """
    folder, token = DoorFolder.of(home), secrets.token_urlsafe(TOKEN_BYTES)
    with doorway.opened(folder, "owner door", token=token, unix=unix) as (listening, address):
        yield Doorway(listening, address, token)
