"""How much the listener takes: what any caller may send, and how often one may call."""

from dataclasses import dataclass, field

from assent_engine.scheduling.happenings import LARGEST
from assent_schemas.exact_json import Bounds
from assent_service.web.bounds import DoorBounds


@dataclass(frozen=True, slots=True)
class HookBounds:
    """Counts, bytes and seconds; the rates are calls a minute."""

    door: DoorBounds = field(
        default_factory=lambda: DoorBounds(
            connections=32,
            header=8 * 1024,
            body=LARGEST,
            bearable=1024 * 1024,
            seconds_to_ask=5,
            seconds_idle=15,
            seconds_to_end=0.5,
        )
    )
    json: Bounds = field(default_factory=lambda: Bounds(size=LARGEST, depth=32, nodes=10_000))
    each: int = 60
    """Of one webhook."""
    all: int = 240
    """Of all webhooks together."""
    strangers: int = 60
    """Calls without the secret that are told so; beyond it they only hear that it is too often.

    They are counted for themselves: who does not know a secret cannot use up what is for callers
    who do.
    """


BOUNDS = HookBounds()
