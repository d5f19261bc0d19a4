"""What a simulated run did to the outside, and how each of it is reversed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from assent_engine.effects import UNDO, Ok, Outcome, RunStep


@dataclass(frozen=True, slots=True)
class Reversal:
    """The call that takes a side effect back.

    There is no `resource` where none is declared, and no `given` where it could not be worked
    out; `why` says so. `called` tells whether the simulation can carry it out.
    """

    resource: str | None
    given: Any = None
    why: str | None = None
    called: bool = True


@dataclass(frozen=True, slots=True)
class Deed:
    """A completed side effect, the `number`-th of its run."""

    number: int
    scope: str
    key: str
    resource: str
    reversal: Reversal

    @property
    def undoing(self) -> str:
        """The path of the scope that reverses it."""
        return f"{UNDO}{self.number}/"

    def as_json(self) -> dict[str, Any]:
        """Where it was done: {resource, scope, key}."""
        return {"resource": self.resource, "scope": self.scope, "key": self.key}

    def became(self, outcome: Outcome | None) -> tuple[str, dict[str, Any]]:
        """What became of it, as an event of the trace; `outcome` is that of its compensation."""
        reversal = self.reversal
        if isinstance(outcome, Ok):
            return "reversed", {"resource": self.resource}
        if outcome is not None:
            return "left_to_owner", {"resource": self.resource, **outcome.as_json()}
        if reversal.resource is None:
            return "kept", {"resource": self.resource, "because": reversal.why}
        if reversal.why is not None:
            return "left_to_owner", {"resource": self.resource, "because": reversal.why}
        call = {"resource": reversal.resource, "input": reversal.given}
        return "would_reverse", {**call, "called": False}


Reverse = Callable[[RunStep, Any], Reversal | None]
"""How a call that ended with this result is reversed; None where it changed nothing outside."""


def unknown(_effect: RunStep, _result: Any) -> Reversal | None:
    """Nothing is known of any step."""
    return None


@dataclass(slots=True)
class Deeds:
    """The saga log of a simulated run."""

    reverse: Reverse = unknown
    _standing: dict[int, Deed] = field(default_factory=dict)
    _count: int = 0

    def note(self, scope: str, effect: RunStep, outcome: Outcome) -> None:
        """Remember a call if it changed the outside; a compensation has no reversal of its own."""
        if not isinstance(outcome, Ok) or scope.startswith(UNDO):
            return
        if (reversal := self.reverse(effect, outcome.value)) is not None:
            self._count += 1
            deed = Deed(self._count, scope, effect.key, effect.resource, reversal)
            self._standing[self._count] = deed

    def below(self, prefix: str) -> list[Deed]:
        """What stands of what was done below a path, the latest first."""
        latest_first = reversed(self._standing.values())
        return [one for one in latest_first if f"{one.scope}{one.key}".startswith(prefix)]

    def settle(self, deed: Deed) -> None:
        """It is reversed, or it stands for good."""
        del self._standing[deed.number]
