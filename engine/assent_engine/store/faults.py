"""What a failed write means: storage trouble that may pass, or a store that must stop for good."""

import sqlite3
from dataclasses import dataclass

from assent_schemas.errors import Problem, StoreError

_NO_SPACE = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE}
_HELD = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_PRIMARY = 0xFF


@dataclass(frozen=True, slots=True)
class StorageTrouble:
    """Nothing can be written for now: since when (RFC 3339), and why."""

    since: str
    reason: str


def passing(error: Exception) -> bool:
    """Whether a failed transaction left the file as it was and may succeed later.

    True for a full disk and for a lock that another program holds. All else is final: after a
    failed sync nobody knows what the disk holds, and syncing again would only seem to work.
    """
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and (code in _NO_SPACE or code & _PRIMARY in _NO_SPACE | _HELD)


def refusal(error: Exception) -> StoreError:
    """The error for whoever waited on the failed write."""
    return in_trouble(str(error)) if passing(error) else broken(str(error))


def in_trouble(reason: str) -> StoreError:
    """`store.trouble`: nothing of this was written; it may be tried again."""
    remedy = "Make room on the disk, or end what holds the file; then: assent run resume"
    return StoreError(Problem("store.trouble", "Storage trouble", f"{reason}.", remedy))


def broken(reason: str) -> StoreError:
    """`store.broken`: the store takes nothing more in this process."""
    title = "The store cannot be written"
    remedy = "Nothing further is acted upon. Check the disk, then start again: assent verify"
    return StoreError(Problem("store.broken", title, f"{reason}.", remedy))
