"""One policy under way in a simulation, and what it calls to do anything."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assent_engine.budget import Budget
from assent_engine.effects import CallPolicy, Effect, Failed, Outcome, RunStep, ScopeSpec
from assent_engine.interpreter import Program, RunHeader, Witness, run_scope
from assent_engine.registry.invocation import NOT_AVAILABLE

PerformStep = Callable[[RunStep, str, datetime], Outcome]
"""Called with the effect, its scope's path and the virtual time."""


@dataclass(frozen=True, slots=True)
class Execution:
    """One policy under way, the run's own or one that it called; `deadline` ends it.

    `witness` hears of the states and branches that are taken. `cursor` starts its root in the
    middle, as a Checkpoint carried it. `on_failure` of the run's own policy says what becomes of
    what was done.
    """

    program: Program
    header: RunHeader
    budget: Budget
    deadline: datetime | None = None
    witness: Witness | None = None
    on_failure: str = "compensate"
    cursor: dict[str, Any] | None = None

    def scope(self, spec: ScopeSpec, path: str) -> Generator[Effect, Any, Outcome]:
        """Its interpreter for one scope."""
        cursor = self.cursor if path == "" else None
        return run_scope(self.program, self.header, spec, path, cursor, witness=self.witness)


CallExecution = Callable[[CallPolicy, datetime, Budget], Execution | Outcome]
"""What a call of a policy starts, within its caller's budget, or what comes of it at once."""


def nothing_to_call(effect: CallPolicy, _now: datetime, _budget: Budget) -> Outcome:
    """No policy is known."""
    return Failed(NOT_AVAILABLE, f"there is no policy {effect.policy}")
