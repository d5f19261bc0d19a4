"""Tests of a policy: their names, moments, and the resources and states that they name."""

from collections.abc import Collection, Iterator
from typing import Any

from assent_engine.validation.machines import Json, listed, machines, objects
from assent_engine.validation.problems import misspelt, problem
from assent_engine.validation.resources import Resources
from assent_engine.validation.triggers import moment_problem
from assent_schemas.errors import Problem, pointer
from assent_schemas.spelling import nearest


def policy_test_problems(document: Json, resources: Resources) -> Iterator[Problem]:
    """What is wrong with a policy's tests, apart from how they come out."""
    tests = [one for one in enumerate(listed(document.get("tests"))) if isinstance(one[1], dict)]
    if not tests:
        return
    states = {name: state for _, one in machines(document) for name, state in _states(one)}
    names = set[str]()
    for at, test in tests:
        where = f"/tests/{at}"
        if isinstance(name := test.get("name"), str) and name in names:
            yield problem("test.duplicate_name", f"{where}/name", f'"{name}" names another test.')
        names.add(str(test.get("name")))
        yield from moment_problem(test.get("now"), "test.bad_time", f"{where}/now")
        yield from _answers(test.get("steps"), f"{where}/steps", states, resources)
        yield from _expected(test.get("expect"), f"{where}/expect", states, resources)


def _states(machine: Json) -> Iterator[tuple[str, Json]]:
    return objects(machine.get("states"))


def _answers(
    steps: Any, where: str, states: dict[str, Json], resources: Resources
) -> Iterator[Problem]:
    """A name in vain is a mistake: it is a Task's that calls a step, or a resource's."""
    for name in steps if isinstance(steps, dict) else ():
        called = states.get(name, {}).get("resource")
        if isinstance(called, str) and resources.is_macro(called) and not resources.knows(name):
            detail = f'"{name}" calls the macro {called}, which is answered by its own name.'
            at = where + pointer(name)
            yield problem("test.not_a_step", at, detail, f'Name "{called}" or its steps.')
        elif not isinstance(called, str) and not resources.knows(name):
            yield _unknown("test.unknown_step", where + pointer(name), name, states, resources)


def _expected(
    expect: Any, where: str, states: Collection[str], resources: Resources
) -> Iterator[Problem]:
    if not isinstance(expect, dict):
        return
    for at, call in enumerate(listed(expect.get("steps"))):
        name = call.get("resource") if isinstance(call, dict) else None
        if isinstance(name, str) and not resources.knows(name):
            detail, near = f'There is no step or macro "{name}".', resources.nearest(name)
            yield misspelt("resource.unknown", f"{where}/steps/{at}/resource", detail, near)
    for at, name in enumerate(listed(expect.get("states"))):
        if isinstance(name, str) and name not in states:
            detail, near = f'There is no state "{name}".', nearest(name, states)
            yield misspelt("reference.unknown_state", f"{where}/states/{at}", detail, near)


def _unknown(
    code: str, where: str, name: str, states: Collection[str], resources: Resources
) -> Problem:
    near = resources.nearest(name) or nearest(name, states)
    remedy = f'Did you mean "{near}"?' if near else ""
    return problem(code, where, f'"{name}" is neither a step nor a Task that calls one.', remedy)
