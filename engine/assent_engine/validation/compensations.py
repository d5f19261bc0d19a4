"""Catchers that are to reverse what their state did, where it can have done nothing."""

from collections.abc import Iterator

from assent_engine.validation.calls import callee, resources_of
from assent_engine.validation.machines import Json, inner_machines, objects, rules
from assent_engine.validation.problems import problem
from assent_engine.validation.resources import Resources
from assent_schemas.errors import Problem, replacing


def compensation_warnings(state: Json, where: str, resources: Resources) -> Iterator[Problem]:
    """A warning for each catcher with `compensate` where everything beneath is known to read."""
    if not all(_only_reads(name, resources) for name in _beneath(state, resources)):
        return
    for at, rule in rules(state, "catch"):
        if rule.get("compensate") is True:
            pointed = f"{where}{at}/compensate"
            detail = "Nothing in this state has a side effect, so there is nothing to reverse."
            remedy = "Leave it out, or put it on the state that acts."
            yield problem(
                "catch.nothing_to_reverse", pointed, detail, remedy, replacing(pointed, False)
            )


def _only_reads(name: str, resources: Resources) -> bool:
    known = resources.input_schema(name) is not None or resources.is_macro(name)
    return known and not resources.acts(name)


def _beneath(state: Json, resources: Resources) -> Iterator[str]:
    """The resources that a state, and all within it, can call."""
    yield from _called(state, resources)
    for _, machine in inner_machines(state, ""):
        for _, inner in objects(machine.get("states")):
            yield from _called(inner, resources)


def _called(state: Json, resources: Resources) -> Iterator[str]:
    """What a Task calls; of a policy that it runs, all that this one names."""
    if (name := callee(state)) is not None and name in (resources.policies or {}):
        yield from sorted(resources_of(name, resources.policies or {}))
    elif "resource" in state:
        yield str(state["resource"])
