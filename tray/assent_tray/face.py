"""What the icon says at a glance."""

from dataclasses import dataclass
from enum import StrEnum


class Mood(StrEnum):
    """How things stand, in one word."""

    FINE = "fine"
    WORKING = "working"
    NEEDS_YOU = "needs you"
    PAUSED = "paused"
    TROUBLE = "trouble"
    NOT_CONNECTED = "not connected"


@dataclass(frozen=True, slots=True)
class Face:
    """A mood and, where the owner is needed, by how many things."""

    mood: Mood
    count: int = 0
