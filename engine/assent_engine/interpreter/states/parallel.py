"""Parallel: every branch on the same input; the result is the list of their outputs."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from assent_engine.effects import Effect, Outcome, ScopeSpec
from assent_engine.interpreter.states.base import Compiler, Run
from assent_engine.interpreter.states.work import Work, forked
from assent_engine.interpreter.visit import Visit
from assent_schemas.states import ParallelState


@dataclass(frozen=True, slots=True)
class Parallel:
    """Branches by the pointers of their blocks."""

    work: Work
    branches: tuple[str, ...]

    @classmethod
    def of(cls, state: ParallelState, pointer: str, compiler: Compiler) -> "Parallel":
        pointers = tuple(f"{pointer}/branches/{at}" for at in range(len(state.branches)))
        for machine, where in zip(state.branches, pointers, strict=True):
            compiler.add(machine, where)
        return cls(Work.of(state), pointers)

    def run(self, visit: Visit) -> Run:
        def attempt(effective: Any, key: str) -> Generator[Effect, Any, Outcome]:
            shared = (effective, visit.variables, visit.item, visit.approved)
            scopes = [ScopeSpec(str(at), where, *shared) for at, where in enumerate(self.branches)]
            return forked(key, scopes)

        return self.work.run(visit, attempt)
