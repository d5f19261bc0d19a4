"""What agents say that they lack."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class GapReported:
    """A gap, or once more the same one; the last report of it stands."""

    sql: ClassVar[str] = (
        "INSERT INTO gaps VALUES (:key, :report, :client, 1, :at, :at)"
        " ON CONFLICT DO UPDATE SET report = :report, client = :client, count = count + 1,"
        " last_at = :at"
    )
    key: str
    report: str
    client: str
    at: str


@dataclass(frozen=True, slots=True)
class GapsCut:
    """Only so many gaps are kept, the latest reported ones."""

    sql: ClassVar[str] = (
        "DELETE FROM gaps WHERE key NOT IN"
        " (SELECT key FROM gaps ORDER BY last_at DESC, key LIMIT :kept)"
    )
    kept: int
