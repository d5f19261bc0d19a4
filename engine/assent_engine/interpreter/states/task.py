"""Task: call one step, run a macro as a child scope, or another policy."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from assent_engine.effects import (
    CallPolicy,
    Claim,
    Effect,
    Failed,
    Ok,
    Outcome,
    RunStep,
    ScopeSpec,
)
from assent_engine.interpreter.attestations import claim
from assent_engine.interpreter.faults import POLICY_FAILED, RUNTIME
from assent_engine.interpreter.settings import Setting
from assent_engine.interpreter.states.base import Compiler, Run
from assent_engine.interpreter.states.work import Work, forked
from assent_engine.interpreter.visit import CALLBACK, Visit
from assent_schemas.states import POLICY_RUN, TaskState


@dataclass(frozen=True, slots=True)
class Task:
    """A call of `resource`; `macro` is the pointer of the macro of that name, if it is one.

    `asked` is the Approval state whose yes must cover the call, if there has to be one.
    """

    work: Work
    resource: str
    asked: str | None
    timeout: Setting
    heartbeat: Setting
    macro: str | None

    @classmethod
    def of(cls, state: TaskState, compiler: Compiler) -> "Task":
        macro = compiler.macro(state.resource)
        timeout = Setting.of(state.timeout_seconds, state.timeout_seconds_path)
        heartbeat = Setting.of(state.heartbeat_seconds, state.heartbeat_seconds_path)
        work = Work.of(state, [*timeout.paths, *heartbeat.paths])
        asked = state.requires_approval
        return cls(work, state.resource, asked, timeout, heartbeat, macro)

    def run(self, visit: Visit) -> Run:
        visit.awaits_token = self.resource.endswith(CALLBACK) and not visit.dialect.snake_case

        def attempt(effective: Any, key: str) -> Generator[Effect, Any, Outcome]:
            return self._attempt(effective, key, visit)

        return self.work.run(visit, attempt)

    def _attempt(self, effective: Any, key: str, visit: Visit) -> Generator[Effect, Any, Outcome]:
        covered: Outcome | Claim = Ok(None)
        if self.asked is not None:
            covered = claim(visit, key, self.asked, self.resource, effective)
        if isinstance(covered, Claim):
            covered = yield covered
        if isinstance(covered, Failed):
            return covered
        return (yield from self._call(effective, key, visit))

    def _call(self, effective: Any, key: str, visit: Visit) -> Generator[Effect, Any, Outcome]:
        if self.macro is not None:
            outcome = yield from forked(key, [ScopeSpec("0", self.macro, effective)])
            return Ok(outcome.value[0]) if isinstance(outcome, Ok) else outcome
        # The path forms look into the raw input: parameters shape what the step sees.
        timeout = self.timeout.whole(visit.raw, visit, least=1)
        if self.resource == POLICY_RUN and visit.dialect.snake_case:
            return (yield from _run_policy(effective, key, timeout))
        heartbeat = self.heartbeat.whole(visit.raw, visit, least=1)
        answer: Outcome = yield RunStep(key, self.resource, effective, timeout, heartbeat)
        return answer


def _run_policy(
    effective: dict[str, Any], key: str, timeout: int | None
) -> Generator[Effect, Any, Outcome]:
    given = effective.get("input")
    outcome: Outcome = yield CallPolicy(key, effective["policy"], given, timeout)
    if isinstance(outcome, Failed) and outcome.error == RUNTIME:
        # Not this policy's data: what nothing may catch there is one error of a call here.
        return Failed(POLICY_FAILED, f"{effective['policy']}: {outcome.cause}")
    return outcome
