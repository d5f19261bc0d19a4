"""Malformed tests of a policy, and what is said about them."""

from typing import Any

import pytest

from assent_engine import StepRegistry
from assent_engine.registry import Macro
from assent_engine.validation import validate
from assent_schemas import exact_json
from assent_schemas.errors import PolicyInvalid, Problem
from engine.pure.policies import machine, passing, policy, task

DONE = {"status": "COMPLETED"}
OK = {"result": 1}
STATES = {
    "Read": task(next="Each"),
    "Each": {"type": "Map", "iterator": machine({"Inner": task()}), "next": "Whole"},
    "Whole": task("a.macro", next="Idle"),
    "Idle": passing(),
}


def registry() -> StepRegistry:
    found = StepRegistry()

    @found.add_step("a.step", "Reads.")
    def read() -> list[int]:
        return [1]

    found.add_macro(Macro.from_document("a.macro", "Reads.", machine({"In": task()})))
    return found


REGISTRY = registry()


def said(*tests: Any) -> list[Problem]:
    try:
        validate(exact_json.plain(policy(STATES, tests=list(tests))), REGISTRY)
    except PolicyInvalid as invalid:
        return list(invalid.problems)
    return []


def case(**fields: Any) -> dict[str, Any]:
    return {"name": "A test", "expect": DONE, **fields}


def test_answers_are_for_steps_macros_and_tasks_that_call_a_step() -> None:
    steps = dict.fromkeys(("a.step", "a.macro", "Read", "Inner"), OK)
    expect = {**DONE, "steps": [{"resource": "a.macro"}], "states": ["Inner", "Idle"]}
    assert said(case(steps=steps, expect=expect, now="2026-01-01T00:00:00Z")) == []


@pytest.mark.parametrize(
    ("test", "code", "pointer", "remedy"),
    [
        (case(steps={"a.stpe": OK}), "test.unknown_step", "/steps/a.stpe", '"a.step"'),
        (case(steps={"Raed": OK}), "test.unknown_step", "/steps/Raed", '"Read"'),
        (case(steps={"Idle": OK}), "test.unknown_step", "/steps/Idle", ""),
        (case(steps={"Whole": OK}), "test.not_a_step", "/steps/Whole", '"a.macro"'),
        (case(steps={"a.step": {}}), "policy.missing_key", "/steps/a.step", ""),
        (case(steps={"a.step": []}), "policy.out_of_bounds", "/steps/a.step", ""),
        (
            case(steps={"a.step": {"result": 1, "error": "E"}}),
            "policy.exclusive_keys",
            "/steps/a.step",
            "",
        ),
        (case(now="tomorrow"), "test.bad_time", "/now", "2026-01-31T09:00:00+01:00"),
        (case(inptu=1), "policy.unknown_key", "/inptu", '"input"'),
        (case(expect={}), "policy.missing_key", "/expect", ""),
        (case(expect={"status": "DONE"}), "policy.not_allowed", "/expect/status", ""),
        (
            case(expect={**DONE, "states": ["Iddle"]}),
            "reference.unknown_state",
            "/expect/states/0",
            '"Idle"',
        ),
        (
            case(expect={**DONE, "steps": [{"resource": "a.setp"}]}),
            "resource.unknown",
            "/expect/steps/0/resource",
            '"a.step"',
        ),
        ({"expect": DONE}, "policy.missing_key", "", ""),
    ],
)
def test_a_malformed_test_is_refused_with_where_and_what_to_do(
    test: Any, code: str, pointer: str, remedy: str
) -> None:
    (problem,) = said(test)
    assert (problem.code, problem.pointer) == (code, f"/tests/0{pointer}")
    assert remedy in problem.remedy


def test_tests_have_names_of_their_own() -> None:
    assert [(one.code, one.pointer) for one in said(case(), case(), case(name="Another"))] == [
        ("test.duplicate_name", "/tests/1/name")
    ]


def test_at_most_32_tests_come_with_a_policy() -> None:
    tests = [case(name=str(at)) for at in range(33)]
    assert said(*tests[:32]) == []
    assert [(one.code, one.pointer) for one in said(*tests)] == [("policy.out_of_bounds", "/tests")]


@pytest.mark.parametrize("tests", [3, [3], [{"name": 3, "steps": 3, "expect": [], "now": 3}]])
def test_what_has_no_proper_form_is_a_problem_of_form_alone(tests: Any) -> None:
    with pytest.raises(PolicyInvalid) as refused:
        validate(policy({"P": passing()}, tests=tests), REGISTRY)
    assert all(one.code.startswith("policy.") for one in refused.value.problems)
