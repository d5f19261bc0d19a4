"""Whose the other end of a loopback connection is, where the kernel tells it.

The address of a review stands in a browser's command line, which other users of the computer can
read: a code is swapped for its owner alone.
"""

import os
import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_LOCAL, _REMOTE, _UID = 1, 2, 7


def is_stranger(client_port: int, our_port: int) -> bool:
    """Whether it is known that another user is at the other end."""
    if sys.platform != "linux":
        return False
    return any(uid != os.geteuid() for uid in _owners(client_port, our_port))


def _owners(client_port: int, our_port: int) -> Iterator[int]:
    ends = _written(client_port), _written(our_port)
    for line in _lines():
        row = line.split()
        if len(row) > _UID and (row[_LOCAL], row[_REMOTE]) == ends:
            yield int(row[_UID])


def _lines() -> Iterator[str]:
    for table in _TABLES:
        with suppress(OSError), table.open(encoding="ascii") as lines:
            yield from lines


def _written(port: int) -> str:
    """127.0.0.1 and a port, as the kernel writes an address: in its own order of bytes."""
    (address,) = struct.unpack("=I", socket.inet_aton("127.0.0.1"))
    return f"{address:08X}:{port:04X}"
