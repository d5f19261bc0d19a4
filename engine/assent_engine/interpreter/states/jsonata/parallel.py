"""Parallel: every branch on the same arguments; the result is the list of their outputs."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from assent_engine.effects import Effect, Outcome, ScopeSpec
from assent_engine.interpreter.jsonata import Field, States, present
from assent_engine.interpreter.states.base import Compiler, Run
from assent_engine.interpreter.states.jsonata.fields import optional_field
from assent_engine.interpreter.states.jsonata.frame import Frame
from assent_engine.interpreter.states.work import forked
from assent_engine.interpreter.visit import Visit
from assent_schemas.states import JsonataParallel


@dataclass(frozen=True, slots=True)
class Parallel:
    """Branches by the pointers of their blocks."""

    frame: Frame
    arguments: Field | None
    branches: tuple[str, ...]

    @classmethod
    def of(cls, state: JsonataParallel, pointer: str, compiler: Compiler) -> "Parallel":
        pointers = tuple(f"{pointer}/branches/{at}" for at in range(len(state.branches)))
        for machine, where in zip(state.branches, pointers, strict=True):
            compiler.add(machine, where)
        arguments = optional_field(state, "arguments", "Arguments")
        return cls(Frame.of(state, present(arguments)), arguments, pointers)

    def run(self, visit: Visit) -> Run:
        def attempt(states: States, key: str) -> Generator[Effect, Any, Outcome]:
            given = visit.raw if self.arguments is None else self.arguments.fill(states, visit)
            given = visit.within_payload(given)
            scopes = [
                ScopeSpec(str(at), where, given, visit.variables, visit.item)
                for at, where in enumerate(self.branches)
            ]
            return (yield from forked(key, scopes))

        return self.frame.run(visit, attempt)
