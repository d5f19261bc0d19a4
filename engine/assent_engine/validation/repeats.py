"""Retries that would repeat what was done: a Map, macro or policy runs anew as a whole."""

from collections.abc import Iterator

from assent_engine.validation.calls import callee, resources_of
from assent_engine.validation.machines import Json, inner_machines, objects
from assent_engine.validation.problems import problem
from assent_engine.validation.resources import Resources
from assent_schemas.errors import Problem
from assent_schemas.states import POLICY_RUN

CODE = "retry.repeats_side_effects"


def repeat_problems(state: Json, where: str, resources: Resources) -> Iterator[Problem]:
    """A retry around side effects: those that were completed would be started once more."""
    if not state.get("retry"):
        return
    for name in _repeated(state, resources):
        if resources.acts(name):
            yield _problem(name, f"{where}/retry", state, resources)
            return


def _problem(name: str, at: str, state: Json, resources: Resources) -> Problem:
    """Into a macro no retry can be put, so there it is to be left out."""
    detail = f"Trying this again would repeat what {name} has already done in it."
    if resources.is_macro(name):
        remedy = f"Leave it out: {name} runs as a whole, and a catch can go on where it fails."
        return problem(CODE, at, detail, remedy, ({"op": "remove", "path": at},))
    inside = "of the policy that it runs" if state.get("resource") == POLICY_RUN else "inside"
    remedy = f"Put the retry on the Task {inside}, whose key stays the same."
    return problem(CODE, at, detail, remedy)


def _repeated(state: Json, resources: Resources) -> Iterator[str]:
    """The resources that run anew, under new keys, when a state is tried again."""
    called = str(state.get("resource"))
    if resources.is_macro(called) or called == POLICY_RUN:
        yield from _named(state, resources)
    for _, machine in inner_machines(state, ""):
        for _, inner in objects(machine.get("states")):
            yield from _named(inner, resources)


def _named(state: Json, resources: Resources) -> Iterator[str]:
    """What a Task calls; of a policy that it runs, all that this one names."""
    if "resource" in state:
        yield str(state["resource"])
    if (name := callee(state)) is not None:
        yield from sorted(resources_of(name, resources.policies or {}))
