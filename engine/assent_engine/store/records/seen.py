"""What can be written about what was seen of the computer: its zones, and watched files."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class ZoneSeen:
    """What the zone data says of a zone; `replaced` where it said something else before."""

    sql: ClassVar[str] = (
        "INSERT INTO zones_seen VALUES (:zone, :digest) ON CONFLICT DO UPDATE SET digest = :digest"
    )
    zone: str
    digest: str
    release: str
    replaced: bool


@dataclass(frozen=True, slots=True)
class ZoneInUse:
    """What the zone data says of a zone that a trigger brings into use."""

    sql: ClassVar[str] = "INSERT INTO zones_seen VALUES (:zone, :digest) ON CONFLICT DO NOTHING"
    zone: str
    digest: str


@dataclass(frozen=True, slots=True)
class FileSeen:
    """How a file stood when a trigger was last told of it; the empty path: all were looked at."""

    sql: ClassVar[str] = (
        "INSERT INTO files_seen VALUES (:policy_id, :trigger, :path, :size, :mtime_ns)"
        " ON CONFLICT DO UPDATE SET size = :size, mtime_ns = :mtime_ns"
    )
    policy_id: str
    trigger: str
    path: str
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class FilesInDoubt:
    """A home was restored: of what has changed since the files were looked at, all may be done."""

    sql: ClassVar[str] = "UPDATE files_seen SET size = 1 WHERE path = ''"


@dataclass(frozen=True, slots=True)
class FileForgotten:
    """A file is there no more; if it comes again it is a new one."""

    sql: ClassVar[str] = (
        "DELETE FROM files_seen"
        " WHERE policy_id = :policy_id AND trigger = :trigger AND path = :path"
    )
    policy_id: str
    trigger: str
    path: str


@dataclass(frozen=True, slots=True)
class FilesForgotten:
    """A trigger knows of no file any more."""

    sql: ClassVar[str] = (
        "DELETE FROM files_seen WHERE policy_id = :policy_id AND trigger = :trigger"
    )
    policy_id: str
    trigger: str
