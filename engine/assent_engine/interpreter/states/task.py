"""Task: call one step, or run a macro as a child scope."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from assent_engine.effects import Effect, Ok, Outcome, RunStep, ScopeSpec
from assent_engine.interpreter.states.base import Compiler, Run
from assent_engine.interpreter.states.work import Work, forked
from assent_engine.interpreter.visit import Visit
from assent_schemas.states import TaskState


@dataclass(frozen=True, slots=True)
class Task:
    """A call of `resource`; `macro` is the pointer of the macro of that name, if it is one."""

    work: Work
    resource: str
    timeout: int | None
    macro: str | None

    @classmethod
    def of(cls, state: TaskState, compiler: Compiler) -> "Task":
        macro = compiler.macro(state.resource)
        return cls(Work.of(state), state.resource, state.timeout_seconds, macro)

    def run(self, visit: Visit) -> Run:
        return self.work.run(visit, self._attempt)

    def _attempt(self, effective: Any, key: str) -> Generator[Effect, Any, Outcome]:
        if self.macro is not None:
            outcome = yield from forked(key, [ScopeSpec("0", self.macro, effective)])
            return Ok(outcome.value[0]) if isinstance(outcome, Ok) else outcome
        answer: Outcome = yield RunStep(key, self.resource, effective, self.timeout)
        return answer
