"""Who sits at the other end of a Unix socket, as the kernel knows it."""

import os
import socket
import struct
import sys

_SOL_LOCAL, _LOCAL_PEERCRED = 0, 1
_XUCRED_SIZE = 76


def peer_uid(end: socket.socket) -> int | None:
    """The user at the other end; None where it is no Unix socket. Raises OSError."""
    if not hasattr(socket, "AF_UNIX") or end.family != socket.AF_UNIX:
        return None
    if sys.platform == "darwin":
        return _uid_of_xucred(end.getsockopt(_SOL_LOCAL, _LOCAL_PEERCRED, _XUCRED_SIZE))
    form = struct.Struct("3i")
    _, uid, _ = form.unpack(end.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, form.size))
    return int(uid)


def user_name(uid: int | None) -> str:
    """The name of a user, as an audit shows it."""
    if uid is None:
        return "owner"
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        # A container may run as a number that has no name.
        return f"user {uid}"


def is_stranger(uid: int | None) -> bool:
    """Whether it is somebody else than who runs this process; root is somebody else, too."""
    return uid is not None and uid != os.geteuid()


def _uid_of_xucred(raw: bytes) -> int:
    """The uid of macOS's struct xucred: its version comes first."""
    _, uid = struct.unpack_from("=II", raw)
    return int(uid)
