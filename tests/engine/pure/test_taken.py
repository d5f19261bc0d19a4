"""What a simulation took: each state it entered and each branch, and nothing changed by looking."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from assent_engine import StepFailed, StepRegistry, simulate
from assent_engine.effects import state_key, state_name
from assent_engine.interpreter import Taken
from assent_engine.interpreter.states.iterations import AMOUNTS
from assent_engine.validation import Named, validate
from engine.jsonata.machines import run as run_jsonata
from engine.pure.policies import NOON, machine, passing, policy, run, task
from engine.pure.random_policies import RESOURCES, documents

RULE = {"variable": "$.n", "numeric_greater_than": 1, "next": "P"}
CHOICE = {"type": "Choice", "choices": [RULE, {**RULE, "numeric_greater_than": 0}], "default": "P"}


def broken(_given: Any) -> Any:
    raise StepFailed("Own.Error", "why")


def branches(states: dict[str, Any], given: Any = None, steps: Any = None) -> set[Taken]:
    """What was taken besides entering states without branches."""
    taken = run(states, given, steps).taken
    return {one for one in taken if one.pointer.count("/") > 2 or one.how}


@pytest.mark.parametrize(
    ("n", "rule"), [(2, "/choices/0"), (1, "/choices/1"), (0, "/default")], ids=str
)
def test_a_choice_takes_one_rule_or_its_default(n: int, rule: str) -> None:
    states = {"C": CHOICE, "P": passing()}
    assert branches(states, {"n": n}) == {Taken(f"/states/C{rule}")}


def test_a_choice_that_no_rule_fits_takes_none() -> None:
    states = {"C": {"type": "Choice", "choices": [RULE]}, "P": passing()}
    assert branches(states, {"n": 0}) == set()


def test_a_retry_and_a_catcher_are_told_by_their_rule() -> None:
    retry = [{"error_equals": ["Other"]}, {"error_equals": ["Own.Error"], "max_attempts": 1}]
    catch = [
        {"error_equals": ["Other"], "next": "P"},
        {"error_equals": ["States.ALL"], "next": "P"},
    ]
    states = {"T": task(retry=retry, catch=catch), "P": passing()}
    expected = {Taken("/states/T/retry/1"), Taken("/states/T/catch/1")}
    assert branches(states, {}, {"a.step": broken}) == expected


def test_a_retrier_that_is_used_up_is_not_taken() -> None:
    retry = [{"error_equals": ["States.ALL"], "max_attempts": 0}]
    assert branches({"T": task(retry=retry)}, {}, {"a.step": broken}) == set()


@pytest.mark.parametrize(
    ("items", "how"), list(zip([[], [1], [1, 2], [1, 2, 3]], [*AMOUNTS, AMOUNTS[2]], strict=True))
)
def test_a_map_tells_none_one_and_several_iterations(items: list[int], how: str) -> None:
    states = {"M": {"type": "Map", "iterator": machine({"In": passing()}), "end": True}}
    taken = run(states, items).taken
    inside = {Taken("/states/M/iterator/states/In")} if items else set()
    assert taken == {Taken("/states/M"), Taken("/states/M", how), *inside}


def test_states_of_inner_machines_are_told_by_their_place() -> None:
    parallel = {"type": "Parallel", "branches": [machine({"a/b": passing()})], "end": True}
    assert run({"P": parallel}).taken == {
        Taken("/states/P"),
        Taken("/states/P/branches/0/states/a~1b"),
    }


def test_jsonata_states_tell_the_same() -> None:
    states = {
        "C": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $states.input.count > 5 %}", "Next": "M"}],
            "Default": "M",
        },
        "M": {
            "Type": "Map",
            "Items": [1],
            "ItemProcessor": {"StartAt": "In", "States": {"In": {"Type": "Pass", "End": True}}},
            "End": True,
        },
    }
    taken = run_jsonata(states, steps={}).taken
    assert {Taken("/states/C/default"), Taken("/states/M", "one iteration")} <= taken


def test_a_witness_hears_all_in_order_and_may_end_the_simulation() -> None:
    heard: list[Taken] = []

    class Enough(Exception):
        pass

    def witness(one: Taken) -> None:
        heard.append(one)
        if len(heard) == 3:
            raise Enough

    document = policy({"C": CHOICE, "P": passing()})
    with pytest.raises(Enough):
        simulate(document, {"n": 2}, registry=StepRegistry(), steps={}, witness=witness)
    assert [one.pointer for one in heard] == ["/states/C", "/states/C/choices/0", "/states/P"]


@pytest.mark.parametrize("name", ["A", "a/b", "~1", "A.b", "A.1/2"])
def test_a_states_name_is_read_back_from_its_keys(name: str) -> None:
    key = state_key(name, 12)
    assert {state_name(key), state_name(f"{key}/1"), state_name(f"{key}/1/backoff")} == {name}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents)
def test_the_states_taken_are_those_of_the_trace(document: dict[str, Any]) -> None:
    validate(document, Named(RESOURCES))
    steps = {"a.sure": lambda _: {"n": 1}, "a.shaky": lambda _: [1], "a.broken": broken}
    result = simulate(document, {"n": 1}, steps=steps, registry=StepRegistry(), now=NOON)
    names = {one.pointer.rpartition("/states/")[2] for one in result.taken}
    states = {name.partition("/")[0].replace("~1", "/").replace("~0", "~") for name in names}
    entered = [one["key"] for one in result.trace if one["event"] == "entered"]
    assert states == {state_name(key) for key in entered}
