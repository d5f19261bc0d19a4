"""What can be written about what was seen of the computer: its zones."""

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
