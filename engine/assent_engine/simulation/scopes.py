"""The scopes of a simulated run, and the forks that hold them together."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Any

from assent_engine.deeds import Deed
from assent_engine.effects import CANCELLED, Effect, Failed, Fork, Outcome
from assent_engine.simulation.execution import Execution


@dataclass(slots=True)
class Scope:
    """One interpreter under way: where, below which fork, and which fork it waits for."""

    execution: Execution
    path: str
    generator: Generator[Effect, Any, Outcome]
    parent: "Branching | None" = None
    index: int = 0
    waits_for: "Branching | None" = None

    @property
    def call(self) -> "Branching":
        """The call that a scope of a called policy belongs to."""
        branching = self.parent
        while branching is not None and branching.execution is branching.scope.execution:
            branching = branching.scope.parent
        assert branching is not None  # noqa: S101 - only a called policy has a budget of its own
        return branching

    def below(self) -> list["Scope"]:
        """This scope and every scope that it waits for."""
        children = self.waits_for.running.values() if self.waits_for else ()
        return [self, *(one for child in children for one in child.below())]


@dataclass(slots=True)
class Branching:
    """A Fork under way, or the call of a policy: a fork of one scope with its one outcome.

    With `undoes` each of its scopes reverses one side effect, and it answers nothing.
    """

    scope: Scope
    fork: Fork
    execution: Execution
    outcomes: list[Outcome | None]
    started: int = 0
    failures: int = 0
    running: dict[int, Scope] = field(default_factory=dict)
    undoes: Sequence[Deed] = ()

    @property
    def answer(self) -> Any:
        """What the scope that forked is sent: outcomes in order, of a call the only one."""
        if self.undoes:
            return None
        outcomes = [one or Failed(CANCELLED) for one in self.outcomes]
        return outcomes if self.execution is self.scope.execution else outcomes[0]
