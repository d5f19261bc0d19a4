"""A doorway: a private folder with the socket that a door listens at, and the word on where."""

import os
import shutil
import socket
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from assent_schemas.errors import Problem, Refused, StoreError
from assent_schemas.places import Address, DoorFolder

PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600
LONGEST_SOCKET_PATH = 100
"""Bytes; kernels take 103 or 107, and refuse longer ones."""


@dataclass(frozen=True, slots=True)
class Doorway:
    """Where a door listens, and what tells its clients so."""

    listening: socket.socket
    address: Address
    folder: DoorFolder
    token: str | None
    inode: int | None
    """Of the socket's path; None where it listens on a port."""

    @property
    def is_there(self) -> bool:
        """Whether a client still finds it: nobody removed or replaced what leads to it."""
        try:
            told = self.folder.address.read_text(encoding="utf-8") == self.address.as_json()
            return told and self._opens() and _inode(self.address) == self.inode
        except (OSError, UnicodeDecodeError):
            return False

    def _opens(self) -> bool:
        token = self.token
        return token is None or self.folder.token.read_text(encoding="utf-8") == token


@contextmanager
def opened(
    folder: DoorFolder, door: str, *, token: str | None = None, unix: bool = sys.platform != "win32"
) -> Iterator[Doorway]:
    """Make the folder and listen; its files tell clients where, and the token if there is one.

    `door` names it for people. Without `unix` a free port of the loopback interface takes the
    socket's place. Raises Refused where another service listens, StoreError where the folder
    cannot be used.
    """
    with ExitStack() as stack:
        try:
            found = stack.enter_context(_open(folder, door, token, unix=unix))
        except OSError as error:
            detail = f"{folder.path}: {error.strerror or error}."
            remedy = "Give yourself write access, or use another home with --home."
            problem = Problem("door.unusable", f"The {door} cannot be opened", detail, remedy)
            raise StoreError(problem) from error
        yield found


@contextmanager
def _open(folder: DoorFolder, door: str, token: str | None, *, unix: bool) -> Iterator[Doorway]:
    make_private(folder.path)
    with _bound(folder, door, unix=unix) as (listening, address):
        if token is not None:
            put_private(folder.token, token)
        put_private(folder.address, address.as_json())
        try:
            yield Doorway(listening, address, folder, token, _inode(address))
        finally:
            _take_away(folder.address, folder.token)


def put_private(path: Path, text: str) -> None:
    """Put a private file in place at once: nobody reads half of it. Raises OSError."""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE), "w") as file:
        file.write(text)
    part.replace(path)


def make_private(path: Path) -> None:
    """Make a folder that is its owner's alone; raises OSError where it is somebody else's."""
    path.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise NotADirectoryError(0, "it is no folder")
    if hasattr(os, "geteuid") and found.st_uid != os.geteuid():
        raise PermissionError(0, "it belongs to somebody else")
    path.chmod(PRIVATE_FOLDER)


@contextmanager
def _bound(folder: DoorFolder, door: str, *, unix: bool) -> Iterator[tuple[socket.socket, Address]]:
    if not unix:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
            listening.bind(("127.0.0.1", 0))
            yield listening, Address(port=listening.getsockname()[1])
        return
    path, spare = _room_for(folder.socket)
    try:
        _clear(path, door)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
            listening.bind(str(path))
            path.chmod(PRIVATE_FILE)
            yield listening, Address(socket=str(path))
    finally:
        _take_away(path)
        if spare is not None:
            shutil.rmtree(spare, ignore_errors=True)


def _inode(address: Address) -> int | None:
    return None if address.socket is None else os.lstat(address.socket).st_ino


def _take_away(*paths: Path) -> None:
    """Remove files as far as they can be: somebody may have taken their folder meanwhile."""
    for path in paths:
        with suppress(OSError):
            path.unlink()


def _room_for(path: Path) -> tuple[Path, Path | None]:
    """The socket's path or, where that is longer than kernels take, one in a folder of its own."""
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path, None
    spare = Path(tempfile.mkdtemp(prefix="assent-"))
    return spare / path.name, spare


def _clear(path: Path, door: str) -> None:
    """Take away what a crash left; raises Refused where somebody still listens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        with suppress(OSError):
            probe.connect(str(path))
            detail = f"Another service listens at {path}."
            raise Refused(Problem("door.in_use", f"The {door} is open already", detail))
    path.unlink(missing_ok=True)
