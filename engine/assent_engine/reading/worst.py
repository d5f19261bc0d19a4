"""worst_case(): what one run of a policy can do at most, proven from the document alone."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from assent_engine.reading import bounds, usage
from assent_engine.reading.bounds import Bound, Unbounded
from assent_engine.reading.costs import Costs, Place
from assent_engine.reading.flow import Seen
from assent_engine.reading.given import first_data
from assent_engine.registry import StepRegistry
from assent_schemas.policy import Policy


@dataclass(frozen=True, slots=True)
class WorstCase:
    """Upper bounds for one run. Each holds for itself; one run need not reach them all.

    `scopes` counts the run itself, each iteration, branch and macro. `calls` counts every attempt,
    `effects` what was done: a side effect happens at most once in a visit, however often it was
    tried. `money` adds up the declared money fields, `largest` is the most in one call.
    `written` counts the folders of results that it writes.
    `reversals` are the side effects that undo all that was done; they come on top, when a run
    does not end well or a catcher compensates. Each is tried up to three times under one key.
    """

    transitions: Bound
    scopes: Bound
    at_once: Bound
    questions: Bound
    side_effects: Bound
    messages: Bound
    written: Bound
    money: Bound
    calls: Mapping[str, Bound]
    effects: Mapping[str, Bound]
    money_by: Mapping[str, Bound]
    largest: Mapping[str, Bound]
    reversals: Mapping[str, Bound]

    def as_json(self) -> dict[str, Any]:
        """Numbers, and objects {unbounded_because, pointer} where there is none."""
        return {one.name: _as_json(getattr(self, one.name)) for one in fields(self)}


def worst_case(policy: Policy, registry: StepRegistry) -> WorstCase:
    """Prove upper bounds for one run, which enters no more states than its `max_transitions`."""
    first, most = first_data(policy), policy.max_transitions
    costs = Costs(registry, most)
    found = costs.machine(policy, first, Seen(first), Place())
    effects = {name: _within(most, one) for name, one in found.shares("effects").items()}
    return WorstCase(
        transitions=bounds.smaller(found.of(usage.TRANSITIONS), most),
        scopes=found.of(usage.SCOPES),
        at_once=found.at_once,
        questions=found.of(usage.QUESTIONS),
        side_effects=_within(most, found.of(usage.SIDE_EFFECTS)),
        messages=found.of(usage.MESSAGES),
        written=found.of(usage.WRITTEN),
        money=found.of(usage.MONEY),
        calls=found.shares("calls"),
        effects=effects,
        money_by=found.shares("money"),
        largest=dict(sorted(found.largest.items())),
        reversals=_reversals(effects, registry),
    )


def _within(most: int, effects: Bound) -> Bound:
    """A visit has one side effect at most; where no number was proven, the reason says more."""
    return effects if isinstance(effects, Unbounded) else bounds.smaller(effects, most)


def _reversals(effects: Mapping[str, Bound], registry: StepRegistry) -> dict[str, Bound]:
    found: dict[str, Bound] = {}
    for name, often in effects.items():
        step = registry.step(name)
        if step is not None and step.compensation is not None:
            undo = step.compensation.resource
            found[undo] = bounds.plus(found.get(undo, 0), often)
    return dict(sorted(found.items()))


def _as_json(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: bounds.as_json(one) for name, one in value.items()}
    return bounds.as_json(value)
