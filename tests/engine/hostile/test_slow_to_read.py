"""Documents within every bound that are built to take long to validate."""

import time
from typing import Any

import pytest

from assent_engine.registry import StepRegistry
from assent_engine.validation import validate, warnings
from assent_schemas.errors import PolicyInvalid
from assent_steps import library  # noqa: F401 - registers the steps
from engine.pure.policies import machine, passing, policy

# What takes well under a second alone; the machine that runs the tests may be busy.
LONGEST = 10.0


def diamonds(count: int) -> dict[str, Any]:
    states: dict[str, Any] = {}
    for at in range(count):
        rule = {"variable": "$.x", "numeric_equals": 1, "next": f"A{at}"}
        states[f"C{at}"] = {"type": "Choice", "choices": [rule], "default": f"B{at}"}
        for side in "AB":
            written = {"result": {"v": at}, "result_path": f"$.r{side}{at}"}
            states[f"{side}{at}"] = {"type": "Pass", **written, "next": f"C{at + 1}"}
    return policy({**states, f"C{count}": {"type": "Succeed"}})


def rules(choices: int, each: int) -> dict[str, Any]:
    states: dict[str, Any] = {}
    for at in range(choices):
        onwards = {"next": f"C{at + 1}"}
        tests = [{"variable": "$.x", "numeric_equals": one, **onwards} for one in range(each)]
        states[f"C{at}"] = {"type": "Choice", "choices": tests, "default": f"C{at + 1}"}
    return policy({**states, f"C{choices}": {"type": "Succeed"}})


def filters(count: int) -> dict[str, Any]:
    template = {f"k{at}.$": f"$.a[?(@.x=={at})]" for at in range(count)}
    return policy({"A": passing(parameters=template)})


def catchers(count: int, each: int) -> dict[str, Any]:
    states: dict[str, Any] = {}
    for at in range(count):
        onwards = {"next": f"T{at + 1}"}
        catch = [{"error_equals": [f"E{one}"], **onwards} for one in range(each)]
        asked = {"resource": "market.get_quote", "parameters": {"symbol": "X"}}
        placed = {"result_path": f"$.t{at}", "catch": catch}
        states[f"T{at}"] = {"type": "Task", **asked, **placed, **onwards}
    return policy({**states, f"T{count}": {"type": "Succeed"}})


def parallels(levels: int, each: int = 2) -> dict[str, Any]:
    inner = machine({"S": {"type": "Succeed"}})
    for _ in range(levels):
        inner = machine({"P": {"type": "Parallel", "branches": [inner] * each, "end": True}})
    return policy(inner["states"])


def twins(levels: int) -> dict[str, Any]:
    """Data that holds itself twice, again and again, come by on two ways that meet."""
    states: dict[str, Any] = {
        "C": {"type": "Choice", "choices": [], "default": "B0"},
        "End": {"type": "Succeed"},
    }
    states["C"]["choices"] = [{"variable": "$.x", "is_present": True, "next": "A0"}]
    twice = {"a.$": "$", "b.$": "$"}
    for side in "AB":
        for at in range(levels):
            onwards = f"{side}{at + 1}" if at + 1 < levels else "End"
            given = {"v": side} if at == 0 else twice
            states[f"{side}{at}"] = {"type": "Pass", "parameters": given, "next": onwards}
    return policy(states)


SLOW = {
    "three hundred diamonds": diamonds(300),
    "five thousand rules": rules(50, 100),
    "two thousand filters": filters(2_000),
    "seven hundred Tasks with eight catchers each": catchers(700, 8),
    "Parallels in Parallels": parallels(8),
    "four thousand branches": parallels(2, 64),
    "data that doubles on two ways": twins(60),
}


@pytest.mark.parametrize("document", SLOW.values(), ids=SLOW.keys())
def test_a_large_document_is_read_in_little_time(document: dict[str, Any]) -> None:
    registry = StepRegistry.shared()
    before = time.process_time()
    validate(document, registry)
    warnings(document, registry)
    assert time.process_time() - before < LONGEST


def test_a_machine_of_too_many_states_is_counted_before_it_is_read() -> None:
    states = {f"S{at}": passing(next=f"S{at + 1}") for at in range(5_000)}
    before = time.process_time()
    with pytest.raises(PolicyInvalid) as refused:
        validate(policy({**states, "S5000": {"type": "Succeed"}}), StepRegistry.shared())
    assert time.process_time() - before < LONGEST
    (crowded,) = refused.value.problems
    assert (crowded.code, crowded.pointer) == ("policy.out_of_bounds", "/states")
    assert crowded.detail == "It has 5001 states; 1000 is the most."
