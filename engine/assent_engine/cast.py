"""Who plays in a simulation: the steps or their stand-ins, and the policies that are called."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from assent_engine import asl
from assent_engine.budget import Budget
from assent_engine.canned import StandIn, answer, answering
from assent_engine.effects import CallPolicy, Failed, Outcome, RunStep
from assent_engine.interpreter import Program, RunHeader, Witness
from assent_engine.interpreter.query import Query
from assent_engine.moments import later, timestamp
from assent_engine.registry import StepRegistry
from assent_engine.registry.invocation import NOT_AVAILABLE
from assent_engine.run_input import INVALID_INPUT, initial_data
from assent_engine.simulation import Execution
from assent_engine.validation import Named, Policies, Resources, validate
from assent_schemas.errors import PolicyInvalid, Problem, Refused
from assent_schemas.policy import Policy
from assent_schemas.states import POLICY_RUN

MOST_POLICIES = 64


@dataclass(frozen=True, slots=True)
class Role:
    """A policy made ready to play."""

    policy: Policy
    program: Program

    def execution(
        self,
        given: Any,
        start: datetime,
        seed: str,
        *,
        limit: int | None = None,
        within: Budget | None = None,
        witness: Witness | None = None,
        transitions: int | None = None,
    ) -> Execution:
        """The policy on an input, from a moment on; raises Refused where the input does not fit.

        `limit` are seconds that a caller leaves it, `within` the caller's budget, `transitions`
        how many there may be instead of the document's own number.
        """
        header = RunHeader(
            run_id="simulation",
            policy_id=str(self.policy.policy_id or "draft"),
            policy_name=self.policy.name,
            started=timestamp(start),
            seed=seed,
            input=initial_data(self.policy, given),
        )
        seconds = [one for one in (self.policy.timeout_seconds, limit) if one is not None]
        deadline = later(start, min(seconds)) if seconds else None
        most = transitions or self.policy.max_transitions
        budget = Budget(most) if within is None else within.called(most)
        on_failure = self.policy.on_failure
        return Execution(self.program, header, budget, deadline, witness, on_failure)


@dataclass(slots=True)
class Cast:
    """What a simulated policy can call; `steps` are stand-ins, the registered steps' or all."""

    registry: StepRegistry
    steps: Mapping[str, StandIn]
    seed: str
    called: dict[str, Role] = field(default_factory=dict)

    def role(self, document: Any, called: Mapping[str, Any]) -> Role:
        """The policy to simulate, `called` being what policy.run can name, by that name.

        Raises PolicyInvalid with what is wrong in one of them, Refused for too many.
        """
        if len(called) > MOST_POLICIES:
            detail = f"{len(called)} policies were given; {MOST_POLICIES} are the most."
            raise Refused(Problem("simulate.too_many_policies", "Too much to simulate", detail))
        # Each by itself first: whom they call can be told only when all are known.
        policies = {name: self._named(name, one, None) for name, one in called.items()}
        read = validate(document, self._resources(document, policies), self.steps)
        for name, one in called.items():
            self._named(name, one, policies)
            self.called[name] = Role(policies[name], self._program(policies[name], one))
        return Role(read, self._program(read, document))

    def call(self, effect: CallPolicy, now: datetime, within: Budget) -> Execution | Outcome:
        """What a call of a policy starts, or what comes of it at once."""
        if answering(self.steps, POLICY_RUN, effect.key) is not None:
            given = {"policy": effect.policy, "input": effect.input}
            return answer(self.steps, RunStep(effect.key, POLICY_RUN, given))
        if (role := self.called.get(effect.policy)) is None:
            return Failed(NOT_AVAILABLE, f"there is no policy {effect.policy}")
        try:
            limit = effect.timeout
            return role.execution(effect.input, now, self.seed, limit=limit, within=within)
        except Refused as refused:
            return Failed(INVALID_INPUT, refused.problem.detail)

    def _named(self, name: str, document: Any, policies: Policies | None) -> Policy:
        try:
            return validate(document, self._resources(document, policies), self.steps)
        except PolicyInvalid as invalid:
            said = f"In the called policy {name!r}: "
            found = (replace(one, detail=said + one.detail, fix=None) for one in invalid.problems)
            raise PolicyInvalid(found) from None

    def _resources(self, document: Any, policies: Policies | None) -> Resources:
        """An imported machine may name steps that are missing, if it never gets there."""
        known = policies if policies or not self.steps else None
        if isinstance(document, dict) and document.get("dialect") == "asl":
            return Named(policies=known)
        if self.steps:
            return Named({*self.registry.names(), *self.steps}, known)
        return self.registry.calling(known)

    def _program(self, policy: Policy, document: Any) -> Program:
        return Program.compile(policy, self._macro, query=_query(document))

    def _macro(self, name: str) -> Any:
        macro = None if name in self.steps else self.registry.macro(name)
        return macro.machine if macro else None


def _query(document: Any) -> Query | None:
    """The worker for JSONata; neither imported nor started for a policy that has none."""
    if not asl.speaks_jsonata(document):
        return None
    from assent_engine.jsonata import Evaluator

    return Evaluator.shared()
