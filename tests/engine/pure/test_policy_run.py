"""policy.run: another policy runs as a child scope, and its failure is an error of the call."""

from typing import Any

import pytest

from assent_engine import simulate
from assent_engine.registry import StepRegistry
from assent_engine.validation import validate
from assent_schemas.errors import PolicyInvalid
from assent_schemas.policy import Policy
from engine.pure.policies import NOON, passing, policy, task
from engine.reading.stage import REGISTRY, order


def calling(name: str = "B", **fields: Any) -> dict[str, Any]:
    return task("policy.run", parameters={"policy": name, "input.$": "$"}, **fields)


CALLER = policy({"Call": calling()}) | {"name": "A"}


def ran(policies: dict[str, Any], given: Any = None, caller: Any = CALLER, **more: Any) -> Any:
    return simulate(caller, given, policies=policies, now=NOON, registry=StepRegistry(), **more)


def test_a_called_policy_has_its_own_defaults_and_its_output_is_the_result() -> None:
    called = policy({"P": passing()}, context_defaults={"a": 1, "b": 2})
    assert ran({"B": called}, {"b": 3}).output == {"a": 1, "b": 3}


def test_an_input_that_a_called_policy_does_not_take_is_a_catchable_error() -> None:
    called = policy({"P": passing()}, input_schema={"required": ["x"]})
    assert ran({"B": called}, {}).error == "Policy.InvalidInput"


def test_the_failure_of_a_called_policy_can_be_caught_by_its_name() -> None:
    called = policy({"F": {"type": "Fail", "error": "Own", "cause": "why"}})
    caught = {"error_equals": ["Own"], "next": "C"}
    caller = policy({"Call": calling(catch=[caught]), "C": passing()})
    assert ran({"B": called}, {}, caller).output == {"error": "Own", "cause": "why"}


def test_what_nothing_may_catch_in_a_called_policy_is_one_error_outside() -> None:
    called = policy({"P": passing(input_path="$.missing")})
    assert ran({"B": called}, {}).error == "Policy.Failed"


def test_a_called_policy_ends_at_its_own_time_limit() -> None:
    waiting = {"W": {"type": "Wait", "seconds": 100, "end": True}}
    found = ran({"B": policy(waiting, timeout_seconds=10)}, {})
    assert (found.error, found.trace[-1]["at"]) == ("States.Timeout", "2026-01-01T12:00:10.000000Z")
    assert ran({"B": policy(waiting)}, {}).status == "COMPLETED"


def test_a_called_policy_asks_the_owner_too() -> None:
    ask = {"type": "Approval", "title": "Go?", "timeout_seconds": 60, "end": True}
    assert ran({"B": policy({"Ask": ask})}, {}).error == "Approval.TimedOut"
    assert ran({"B": policy({"Ask": ask})}, {}, decisions={"Ask": "approve"}).error is None


def test_a_stand_in_may_take_the_place_of_every_call() -> None:
    found = simulate(CALLER, {"x": 1}, steps={"policy.run": lambda given: given})
    assert found.output == {"policy": "B", "input": {"x": 1}}


@pytest.mark.parametrize(
    ("policies", "code"),
    [
        ({}, "call.unknown_policy"),
        ({"Bee": policy({"P": passing()})}, "call.unknown_policy"),
        ({"B": CALLER}, "call.cycle"),
        ({"B": policy({"C": calling("A")}) | {"name": "B"}}, "call.cycle"),
        (
            {
                "B": policy({"C": calling("D")}) | {"name": "B"},
                "D": policy({"C": calling("B")}) | {"name": "D"},
            },
            "call.cycle",
        ),
    ],
)
def test_a_call_into_nothing_or_round_in_a_circle_is_refused(policies: Any, code: str) -> None:
    with pytest.raises(PolicyInvalid) as told:
        ran(policies, {})
    assert told.value.problem.code == code


def test_a_policy_that_calls_itself_is_told_where() -> None:
    with pytest.raises(PolicyInvalid) as told:
        ran({}, {}, policy({"Call": calling("A")}) | {"name": "A"})
    assert told.value.problem.code == "call.cycle"
    assert told.value.problem.pointer == "/states/Call/parameters/policy"


def test_a_misspelt_policy_is_offered_the_one_that_was_meant() -> None:
    with pytest.raises(PolicyInvalid) as told:
        ran({"Rebalance": policy({"P": passing()})}, {}, policy({"Call": calling("Rebalence")}))
    assert told.value.problem.remedy == 'Did you mean "Rebalance"?'


@pytest.mark.parametrize("acting", [True, False])
def test_a_retry_of_a_call_is_refused_where_the_policy_acts(acting: bool) -> None:
    inner = policy({"O": order(1) if acting else task("market.price")})
    middle = policy({"Call": calling("Inner")})
    known = {"B": Policy.model_validate(middle), "Inner": Policy.model_validate(inner)}
    caller = policy({"Call": calling(retry=[{"error_equals": ["States.ALL"]}])})
    try:
        validate(caller, REGISTRY.calling(known))
        codes = []
    except PolicyInvalid as invalid:
        codes = [one.code for one in invalid.problems]
    assert codes == (["retry.repeats_side_effects"] if acting else [])


def test_an_imported_machine_has_no_calls_of_policies() -> None:
    machine = policy({"Call": calling()}) | {"dialect": "asl"}
    with pytest.raises(PolicyInvalid) as told:
        validate(machine, REGISTRY)
    assert "resource.unknown" in {one.code for one in told.value.problems}
