"""Task: call one step, or run a macro as a child scope."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from assent_engine.effects import Effect, Ok, Outcome, RunStep, ScopeSpec
from assent_engine.interpreter.settings import Setting
from assent_engine.interpreter.states.base import Compiler, Run
from assent_engine.interpreter.states.work import Work, forked
from assent_engine.interpreter.visit import CALLBACK, Visit
from assent_schemas.states import TaskState


@dataclass(frozen=True, slots=True)
class Task:
    """A call of `resource`; `macro` is the pointer of the macro of that name, if it is one."""

    work: Work
    resource: str
    timeout: Setting
    heartbeat: Setting
    macro: str | None

    @classmethod
    def of(cls, state: TaskState, compiler: Compiler) -> "Task":
        macro = compiler.macro(state.resource)
        timeout = Setting.of(state.timeout_seconds, state.timeout_seconds_path)
        heartbeat = Setting.of(state.heartbeat_seconds, state.heartbeat_seconds_path)
        work = Work.of(state, [*timeout.paths, *heartbeat.paths])
        return cls(work, state.resource, timeout, heartbeat, macro)

    def run(self, visit: Visit) -> Run:
        visit.awaits_token = self.resource.endswith(CALLBACK) and not visit.dialect.snake_case

        def attempt(effective: Any, key: str) -> Generator[Effect, Any, Outcome]:
            return self._attempt(effective, key, visit)

        return self.work.run(visit, attempt)

    def _attempt(self, effective: Any, key: str, visit: Visit) -> Generator[Effect, Any, Outcome]:
        if self.macro is not None:
            outcome = yield from forked(key, [ScopeSpec("0", self.macro, effective)])
            return Ok(outcome.value[0]) if isinstance(outcome, Ok) else outcome
        # The path forms look into the raw input: parameters shape what the step sees.
        timeout = self.timeout.whole(visit.raw, visit, least=1)
        heartbeat = self.heartbeat.whole(visit.raw, visit, least=1)
        answer: Outcome = yield RunStep(key, self.resource, effective, timeout, heartbeat)
        return answer
