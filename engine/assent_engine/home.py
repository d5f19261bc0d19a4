"""The home: the one folder that holds a person's policies, runs and settings, and its lock."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from filelock import FileLock, Timeout

from assent_engine import swap
from assent_engine.moments import timestamp
from assent_schemas.errors import Problem, Refused, StoreError
from assent_schemas.places import DOOR, home_folder, own_folder

PRIVATE = 0o700
COMMAND, SERVICE = "command", "service"
"""What may hold a home."""
PROBE = ".probe"
"""What a process makes for a moment, to see that it can."""
OURS = {"assent.sqlite", "lock", "paper-broker.sqlite", "prices.csv", swap.PLAN, DOOR}
"""Files by which a home is known; any one of them will do."""


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that has a home: its pid, what it is, and since when (RFC 3339)."""

    pid: int
    what: str
    since: str


@dataclass(frozen=True, slots=True)
class Home:
    """A home folder; nothing is touched before `prepare`."""

    path: Path

    @classmethod
    def find(cls, given: str | Path | None = None) -> "Home":
        """The folder given, else ASSENT_HOME, else the platform's own place for data."""
        return cls(home_folder(given))

    @property
    def database(self) -> Path:
        return self.path / "assent.sqlite"

    @property
    def files(self) -> Path:
        """Where the files are that policies may read, and where they write."""
        return self.path / "files"

    @property
    def snapshots(self) -> Path:
        """What runs under way have read."""
        return self.path / "snapshots"

    @property
    def hooks(self) -> Path:
        """The secrets of webhooks whose callers sign."""
        return self.path / "hooks"

    def prepare(self) -> None:
        """Make the folder, private to its owner; raises StoreError where that cannot be.

        A folder that holds other things is refused, as closing it would shut others out; so is
        one whose own folder is not there, as that is a path with a slip in it.
        """
        try:
            self._refuse_nowhere()
            self.path.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
            self._refuse_foreign()
            self.path.chmod(self.path.stat().st_mode & PRIVATE)
            probe = self.path / PROBE
            probe.touch()
            probe.unlink(missing_ok=True)
        except OSError as error:
            self._refuse(error)

    def is_made(self) -> bool:
        """Whether there is a home; raises StoreError where its place holds other things.

        So it does where the folder is closed to whoever asks, or is a file.
        """
        try:
            return self.path.exists() and self._refuse_foreign()
        except OSError as error:
            self._refuse(error, "read")

    def make_files(self) -> None:
        """Make the folder for files; raises StoreError where that cannot be.

        Later than `prepare`: a home with nothing else in it would not be known as one.
        """
        try:
            self.files.mkdir(mode=PRIVATE, exist_ok=True)
        except OSError as error:
            self._refuse(error)

    def _refuse_nowhere(self) -> None:
        """Only the platform's own place for data is made with all that leads to it."""
        above = self.path.parent
        if not above.exists() and self.path != own_folder():
            detail = f"There is no folder {above} to make the home {self.path.name} in."
            remedy = f"Check the path or, if you mean it, make its folder first: mkdir -p {above}"
            raise StoreError(Problem("home.nowhere", "The home has no place", detail, remedy))

    def _refuse_foreign(self) -> bool:
        """Whether the folder holds anything; what another process tries it with is nothing."""
        names = {one.name for one in self.path.iterdir()} - {PROBE}
        if names and not names & OURS:
            detail = f"{self.path} holds other things: {', '.join(sorted(names)[:3])}."
            remedy = "Name a new or empty folder with --home."
            raise StoreError(Problem("home.foreign", "This is no home of Assent", detail, remedy))
        return bool(names)

    @contextmanager
    def locked(self, what: str = COMMAND) -> Iterator[None]:
        """Hold the home alone; raises Refused, naming the holder, where another process does.

        The kernel frees the lock when its holder dies, however it dies. A restore that was
        interrupted is finished first.
        """
        lock = FileLock(self.path / "lock", mode=0o600)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise Refused(self._held()) from None
        except OSError as error:
            self._refuse(error)
        try:
            self._sign(what)
            self._finish_restore()
            yield
        finally:
            self._signature.unlink(missing_ok=True)
            lock.release()

    def _finish_restore(self) -> None:
        try:
            swap.finish(self.path)
        except OSError as error:
            self._refuse(error)

    def holder(self) -> Holder | None:
        """Who has the home now; None where nobody does, or nobody who has signed yet."""
        signed = self._signed()
        return signed if signed and _runs(signed.pid) and self._is_locked() else None

    @property
    def _signature(self) -> Path:
        return self.path / "holder.json"

    def _signed(self) -> Holder | None:
        try:
            held = json.loads(self._signature.read_text(encoding="utf-8"))
            return Holder(int(held["pid"]), str(held.get("what", COMMAND)), str(held["since"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _is_locked(self) -> bool:
        """A signature may be left of a process whose pid another one has by now."""
        lock = FileLock(self.path / "lock", mode=0o600)
        try:
            lock.acquire(timeout=0)
        except (Timeout, OSError):
            return True
        lock.release()
        return False

    def _sign(self, what: str) -> None:
        held = {"pid": os.getpid(), "what": what, "since": timestamp(datetime.now(UTC))}
        try:
            self._signature.write_text(json.dumps(held), encoding="utf-8")
        except OSError as error:
            self._refuse(error)

    def _held(self) -> Problem:
        held = self._signed()
        who = (
            f"process {held.pid}, a {held.what}, since {held.since}" if held else "another process"
        )
        detail = f"The home {self.path} is held by {who}."
        remedy = (
            "Stop the service first: assent service stop"
            if held and held.what == SERVICE
            else "Wait for it to finish, end it, or use another home with --home."
        )
        return Problem("home.locked", "The home is in use", detail, remedy)

    def _refuse(self, error: OSError, what: str = "written") -> NoReturn:
        detail = f"{self.path} cannot be {what}: {error.strerror or error}."
        remedy = "Give yourself write access, or use another home with --home."
        problem = Problem("home.not_writable", "The home cannot be used", detail, remedy)
        raise StoreError(problem) from error


def _runs(pid: int) -> bool:
    """Whether there is such a process; where that cannot be asked, the lock alone has to tell."""
    if os.name != "posix":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
