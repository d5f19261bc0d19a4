"""What a step is given beside its input: who it works for, the time, and the outside world."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar, cast

Part = TypeVar("Part")


class WorldPartMissing(LookupError):
    """A step asked for a part of the world that this home does not have."""


class World:
    """The outside, looked up by the type of the port: `world.get(Broker)`.

    Only the composition root fills it; tests and simulations put other parts in.
    """

    def __init__(self, parts: Mapping[type, object] | None = None) -> None:
        self._parts = dict(parts or {})

    def get(self, port: type[Part]) -> Part:
        """The part that stands for a port; raises WorldPartMissing."""
        try:
            return cast("Part", self._parts[port])
        except KeyError:
            raise WorldPartMissing(f"there is no {port.__name__} here") from None

    def with_part(self, port: type[Any], part: object) -> "World":
        """The same world with one part put in or replaced."""
        return World({**self._parts, port: part})


class Time(Protocol):
    """All of the clock that a step may use."""

    def now(self) -> datetime: ...


def _unheard() -> None:
    """Where no heartbeat is asked for, none is listened to."""


@dataclass(frozen=True, slots=True)
class StepContext:
    """One call of a step. The idempotency key is the same for every attempt of one visit.

    `beat` is a sign of life: a step that is given `heartbeat_seconds` calls it more often than
    that, from whatever thread it runs in.
    """

    run_id: str
    idempotency_key: str
    clock: Time
    world: World
    beat: Callable[[], None] = _unheard
