"""Retries that would repeat what was done: a Map, Parallel or macro is tried again as a whole."""

from collections.abc import Iterator

from assent_engine.validation.machines import Json, inner_machines, objects
from assent_engine.validation.problems import problem
from assent_engine.validation.resources import Resources
from assent_schemas.errors import Problem


def repeat_problems(state: Json, where: str, resources: Resources) -> Iterator[Problem]:
    """A retry around side effects: those that were completed would be started once more."""
    if not state.get("retry"):
        return
    called = str(state.get("resource"))
    for name in [called] if resources.is_macro(called) else _inside(state):
        if resources.acts(name):
            detail = f"Trying this again would repeat what {name} has already done in it."
            remedy = "Put the retry on the Task inside, whose key stays the same."
            yield problem("retry.repeats_side_effects", f"{where}/retry", detail, remedy)
            return


def _inside(state: Json) -> list[str]:
    """Every resource that the machines in a state name."""
    return [
        str(inner.get("resource"))
        for _, machine in inner_machines(state, "")
        for _, inner in objects(machine.get("states"))
        if "resource" in inner
    ]
