"""One tray for each home in each session: a second one finds the place taken."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from assent_schemas.errors import Problem, Refused

_SESSION = ("DBUS_SESSION_BUS_ADDRESS", "WAYLAND_DISPLAY", "DISPLAY", "XDG_SESSION_ID")
"""What tells one session of a person from another."""


@contextmanager
def the_only_one(home: Path) -> Iterator[None]:
    """Be the tray of this home and session; raises Refused where another process is.

    The kernel frees the place when its holder dies, however it dies.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(_place(home), mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        detail = f"A tray of the home {home} runs in this session already."
        remedy = "Use that one, or quit it first."
        raise Refused(Problem("tray.running", "The tray runs already", detail, remedy)) from None
    try:
        yield
    finally:
        lock.release()


def _place(home: Path) -> Path:
    from platformdirs import user_cache_path, user_runtime_path

    session = [os.environ.get(name, "") for name in _SESSION]
    mark = sha256("\0".join([str(home), *session]).encode()).hexdigest()[:16]
    # A session without a folder of its own would be given one in a place where all can write.
    own = sys.platform != "linux" or "XDG_RUNTIME_DIR" in os.environ
    folder = (user_runtime_path if own else user_cache_path)("assent", appauthor=False)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"tray-{mark}.lock"
