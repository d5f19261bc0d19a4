"""Which states and branches of a policy were taken, of all that there are."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from assent_engine.interpreter import Taken
from assent_engine.interpreter.states.iterations import AMOUNTS
from assent_engine.reading.ways import machines
from assent_schemas.errors import pointer
from assent_schemas.jsonata_states import JsonataChoice
from assent_schemas.policy import Policy
from assent_schemas.states import AnyState, ApprovalState, ChoiceState, JsonataMap, MapState

APPROVED = "approved"


@dataclass(frozen=True, slots=True)
class Share:
    """How many were taken, of how many."""

    taken: int
    total: int

    @property
    def fraction(self) -> Fraction:
        """From 0 to 1; of nothing, all was taken."""
        return Fraction(self.taken, self.total) if self.total else Fraction(1)

    def __str__(self) -> str:
        return f"{self.taken} of {self.total}"

    def as_json(self) -> dict[str, int]:
        return {"taken": self.taken, "total": self.total}


@dataclass(frozen=True, slots=True)
class Coverage:
    """States entered and branches taken, and every one that never was, as the document goes."""

    states: Share
    branches: Share
    never: tuple[Taken, ...]

    def as_json(self) -> dict[str, Any]:
        never = [{"pointer": one.pointer, "how": one.how} for one in self.never]
        return {
            "states": self.states.as_json(),
            "branches": self.branches.as_json(),
            "never": never,
        }


def coverage(policy: Policy, taken: Collection[Taken]) -> Coverage:
    """What was taken of all that a policy has; macros have states of their own, not counted."""
    states, branches = list[Taken](), list[Taken]()
    for where, machine in machines(policy):
        for name, state in machine.states.items():
            at = where + pointer("states", name)
            states.append(Taken(at))
            branches += [Taken(at + one.pointer, one.how) for one in _branches(state)]
    never = tuple(one for one in (*states, *branches) if one not in taken)
    return Coverage(_share(states, taken), _share(branches, taken), never)


def _share(there: list[Taken], taken: Collection[Taken]) -> Share:
    return Share(sum(one in taken for one in there), len(there))


def _branches(state: AnyState) -> Iterator[Taken]:
    """Where a run may turn one way or another, with pointers relative to the state."""
    if isinstance(state, ChoiceState | JsonataChoice):
        yield from (Taken(f"/choices/{at}") for at in range(len(state.choices)))
        if state.default is not None:
            yield Taken("/default")
    if isinstance(state, MapState | JsonataMap):
        yield from (Taken("", how) for how in AMOUNTS)
    if isinstance(state, ApprovalState):
        yield Taken("", APPROVED)
        answers = {"/on_reject": state.on_reject, "/on_timeout": state.on_timeout}
        yield from (Taken(at) for at, target in answers.items() if target is not None)
    for key in ("retry", "catch"):
        yield from (Taken(f"/{key}/{at}") for at in range(len(getattr(state, key, ()))))
