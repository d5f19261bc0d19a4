"""The door's folder: private, with the socket, the token, and the address where it listens."""

import os
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
    folder: DoorFolder
    inode: int | None
    """Of the socket's path; None where it listens on a port."""

    @property
    def is_there(self) -> bool:
        """Whether a client still finds it: nobody removed or replaced what leads to it."""
        try:
            told = self.folder.address.read_text(encoding="utf-8") == self.address.as_json()
            opens = self.folder.token.read_text(encoding="utf-8") == self.token
            return told and opens and _inode(self.address) == self.inode
        except (OSError, UnicodeDecodeError):
            return False


def new_token() -> str:
    """What opens a door; another one at each start of a service."""
    return secrets.token_urlsafe(TOKEN_BYTES)


@contextmanager
def opened(home: Path, token: str, *, unix: bool = sys.platform != "win32") -> Iterator[Doorway]:
    """Make the folder and listen; a client finds both by the home alone.

    Without `unix` a free port of the loopback interface takes the socket's place. Raises Refused
    where another service listens, StoreError where the folder cannot be used.
    """
    folder = DoorFolder.of(home)
    with doorway.opened(folder, "owner door", token=token, unix=unix) as (listening, address):
        yield Doorway(listening, address, token, folder, _inode(address))


def _inode(address: Address) -> int | None:
    return None if address.socket is None else os.lstat(address.socket).st_ino
