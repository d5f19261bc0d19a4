"""What becomes of what a run did when it does not end well, in words."""

from collections.abc import Iterator, Mapping

from assent_engine.interpreter.compensation import ATTEMPTS
from assent_engine.reading import reached, wording
from assent_engine.reading.ways import machines
from assent_engine.registry import StepDeclaration, StepRegistry
from assent_schemas.errors import pointer
from assent_schemas.policy import Policy
from assent_schemas.recovery import Catcher
from assent_schemas.states import AnyState, Machine

ON_FAILURE: Mapping[str, str] = {
    "compensate": "everything it did is reversed, the latest first",
    "intervene": "you are asked whether what it did is reversed or kept",
    "keep": "what it did is kept, and nothing is reversed",
}
ON_COMPENSATION_FAILURE: Mapping[str, str] = {
    "continue": "what was done before it is reversed all the same",
    "wait": "what was done before it waits until you have decided",
}


def sentences(policy: Policy, registry: StepRegistry) -> Iterator[str]:
    """What a failure leads to, what is reversed by what, and what cannot be."""
    yield "An error that no step above deals with ends the run as failed."
    effects = [one.step for one in reached.side_effects(policy, registry)]
    unknown = reached.unregistered(policy, registry)
    if not effects and not unknown:
        return
    yield f"When a run does not end well, {ON_FAILURE[policy.on_failure]}."
    yield from _reversals(policy, effects)
    for name in unknown:
        yield f"Whether what {wording.name(name)} does can be reversed is not known here."
    if policy.on_failure == "keep":
        yield "If you cancel a run, you choose whether what it did is reversed or kept."


def _reversals(policy: Policy, effects: list[StepDeclaration]) -> Iterator[str]:
    pairs = [
        f"{wording.name(one.name)} by {wording.name(one.compensation.resource)}"
        for one in effects
        if one.compensation is not None
    ]
    if pairs:
        yield f"What can be reversed: {wording.joined(pairs)}."
        tried = f"A reversal that fails {wording.times(ATTEMPTS)} is left to you"
        yield f"{tried}; {ON_COMPENSATION_FAILURE[policy.on_compensation_failure]}."
    for one in effects:
        if one.irreversible is not None:
            yield f"{wording.name(one.name)} cannot be reversed: {one.irreversible}"


def catchers(machine: Machine) -> dict[str, tuple[AnyState, Catcher]]:
    """Every catcher with its state, by its place."""
    return {
        where + pointer("states", name, "catch", at): (state, rule)
        for where, inner in machines(machine)
        for name, state in inner.states.items()
        for at, rule in enumerate(getattr(state, "catch", ()))
    }
