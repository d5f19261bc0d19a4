"""Approval states and what is held to them: what is shown is what a Task asks to be covered."""

from collections.abc import Iterator, Mapping
from typing import Any

from assent_engine.validation.machines import Json, listed, machines, objects
from assent_engine.validation.problems import misspelt, problem
from assent_schemas.errors import Problem, pointer
from assent_schemas.spelling import nearest


def approval_problems(
    machine: Any, where: str = "", outer: Mapping[str, Json] | None = None
) -> Iterator[Problem]:
    """What is wrong with the approvals of a machine and those in it, which see the outer ones."""
    if not isinstance(machine, dict):
        return
    states = dict(objects(machine.get("states")))
    asking = {name: one for name, one in states.items() if one.get("type") == "Approval"}
    known = {**(outer or {}), **asking}
    for name, state in states.items():
        at = where + pointer("states", name)
        yield from _required(state, at, known)
        yield from _held_to(name, state, at, machine)
        for inside, inner in _inner(state):
            yield from approval_problems(inner, at + inside, known)


def _required(state: Json, where: str, known: Mapping[str, Json]) -> Iterator[Problem]:
    """The Approval that a Task names is in sight, and shows calls of what the Task calls."""
    name, at = state.get("requires_approval"), f"{where}/requires_approval"
    if not isinstance(name, str):
        return
    if name not in known:
        detail = f'There is no Approval state "{name}" in this machine or around it.'
        yield misspelt("approval.unknown_state", at, detail, nearest(name, sorted(known)))
    elif state.get("resource") not in _shown(known[name]):
        detail = f'"{name}" shows the owner no call of {state.get("resource")}.'
        remedy = f'List it in the effects of "{name}".'
        yield problem("approval.not_shown", at, detail, remedy)


def _held_to(name: str, state: Json, where: str, machine: Json) -> Iterator[Problem]:
    """What an Approval shows as an effect, some Task is held to."""
    if state.get("type") != "Approval":
        return
    held = {one.get("resource") for one in _requiring(name, machine)}
    for at, resource in enumerate(_shown(state)):
        if isinstance(resource, str) and resource not in held:
            detail = f"The owner would be shown {resource}, and nothing would be held to it."
            remedy = f'Give the Task that calls it "requires_approval": "{name}".'
            yield problem("approval.not_required", f"{where}/effects/{at}", detail, remedy)


def _shown(state: Json) -> list[Any]:
    effects = listed(state.get("effects"))
    return [one.get("resource") if isinstance(one, dict) else None for one in effects]


def _requiring(name: str, machine: Json) -> Iterator[Json]:
    for _, inner in machines(machine):
        for _, state in objects(inner.get("states")):
            if state.get("requires_approval") == name:
                yield state


def _inner(state: Json) -> Iterator[tuple[str, Json]]:
    """The machines right inside a state, with pointers relative to it."""
    for key in ("iterator", "item_processor"):
        if isinstance(state.get(key), dict):
            yield f"/{key}", state[key]
    for at, branch in enumerate(listed(state.get("branches"))):
        yield f"/branches/{at}", branch
