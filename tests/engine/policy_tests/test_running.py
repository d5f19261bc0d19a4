"""A policy's tests carried out: what each says, on canned answers alone, within bounds."""

from typing import Any

import pytest

from assent_engine import StepRegistry
from assent_engine.policy_tests import run_tests
from assent_engine.registry import Macro
from assent_schemas.errors import PolicyInvalid
from engine.pure.policies import machine, passing, policy, task

DONE = {"status": "COMPLETED"}


def registry() -> StepRegistry:
    """a.step reads, an.act acts, a.macro does both; each of them must never be called."""
    found = StepRegistry()

    def never() -> int:
        pytest.fail("a policy's test calls no step")

    found.add_step("a.step", "Reads.")(never)
    found.add_step("an.act", "Acts.", side_effect=True, irreversible="Done is done.")(never)
    body = machine({"In": task("a.step", next="Act"), "Act": task("an.act")})
    found.add_macro(Macro.from_document("a.macro", "Both.", body))
    return found


REGISTRY = registry()


def case(expect: Any = None, /, **fields: Any) -> dict[str, Any]:
    return {"name": "A test", "expect": DONE | (expect or {}), **fields}


def reported(states: dict[str, Any], *tests: dict[str, Any], **options: Any) -> Any:
    fields = options.pop("fields", {})
    named = [{**one, "name": f"Test {at}"} for at, one in enumerate(tests)]
    return run_tests(policy(states, tests=named, **fields), REGISTRY, **options)


def problems(states: dict[str, Any], *tests: dict[str, Any], **options: Any) -> Any:
    return [(one.code, one.pointer) for one in reported(states, *tests, **options).problems]


def test_a_policy_without_tests_passes_and_covers_nothing() -> None:
    report = run_tests(policy({"P": passing()}), REGISTRY)
    assert (report.passed, report.tests, str(report.coverage.states)) == (True, (), "0 of 1")


def test_each_test_is_judged_on_its_own_and_points_to_what_differed() -> None:
    report = reported(
        {"T": task()},
        case({"output": 1}, steps={"a.step": {"result": 1}}),
        case({"output": 3}, steps={"a.step": {"result": 4}}),
    )
    assert [one.passed for one in report.tests] == [True, False]
    (problem,) = report.problems
    assert (problem.code, problem.pointer) == ("test.failed", "/tests/1/expect/output")
    assert problem.detail == "output: expected 3, got 4."


def test_a_step_without_an_answer_fails_the_test_even_where_the_policy_catches_it() -> None:
    caught = task(catch=[{"error_equals": ["States.ALL"], "next": "P"}])
    assert problems({"T": caught, "P": passing()}, case()) == [("test.no_result", "/tests/0/steps")]


def test_an_answer_may_be_given_to_a_state_by_name_and_counts_before_its_resource() -> None:
    states = {"A": task(result_path="$.a", next="B"), "B": task(result_path="$.b")}
    steps = {"a.step": {"result": 1}, "B": {"result": 2}}
    assert reported(states, case({"output": {"a": 1, "b": 2}}, steps=steps)).passed


def test_a_list_of_answers_starts_anew_in_each_test() -> None:
    states = {"A": task(result_path="$.a", next="B"), "B": task(result_path="$.b")}
    one = case({"output": {"a": 1, "b": 2}}, steps={"a.step": [{"result": 1}, {"result": 2}]})
    assert reported(states, one, one).passed


def test_a_macro_runs_over_canned_steps_or_is_answered_as_a_whole() -> None:
    inside = {"a.step": {"result": 1}, "an.act": {"result": 2}}
    states = {"M": task("a.macro")}
    acted = [{"resource": "an.act", "input": 1}]
    assert reported(states, case({"output": 2, "steps": acted}, steps=inside)).passed
    whole = {"a.macro": {"result": 7}}
    assert reported(
        states, case({"output": 7, "steps": [{"resource": "a.macro"}]}, steps=whole)
    ).passed
    assert problems(states, case({"steps": []}, steps=whole)) == [
        ("test.failed", "/tests/0/expect/steps")
    ]


def test_time_and_chance_are_the_tests_own() -> None:
    states = {"P": passing(parameters={"at.$": "$$.execution.start_time"})}
    noon = {"at": "2026-01-01T12:00:00.000000Z"}
    later = {"at": "2027-05-01T07:00:00.000000Z"}
    assert reported(
        states, case({"output": noon}), case({"output": later}, now="2027-05-01T09:00:00+02:00")
    ).passed
    drawn = {"P": passing(parameters={"id.$": "States.UUID()"})}
    ids = [
        reported(drawn, case({"output": 0}, seed=seed)).problems[0].detail
        for seed in ("a", "a", "b")
    ]
    assert ids[0] == ids[1] != ids[2]


def test_an_input_that_is_refused_fails_the_test_with_the_reason() -> None:
    schema = {"type": "object", "required": ["n"]}
    report = reported({"P": passing()}, case(input={}), fields={"input_schema": schema})
    (problem,) = report.problems
    assert (problem.code, problem.pointer) == ("test.refused", "/tests/0")
    assert '"n" is missing' in problem.detail


def test_tests_that_take_too_long_together_are_given_up() -> None:
    moments = iter(range(100))
    found = problems(
        {"A": passing(next="B"), "B": passing()},
        *[case(), case(), case()],
        patience=3.5,
        clock=lambda: next(moments),
    )
    assert found == [("test.too_slow", "/tests/1"), ("test.too_slow", "/tests/2")]


def test_a_test_that_takes_too_many_branches_is_given_up_whatever_the_time() -> None:
    stop = {"variable": "$", "numeric_less_than": 0, "next": "End"}
    loop = {
        "A": {"type": "Choice", "choices": [stop], "default": "B"},
        "B": passing(next="A"),
        "End": {"type": "Succeed"},
    }
    states = {"M": {"type": "Map", "iterator": machine(loop), "end": True}}
    tests = case(input=[1, 2, 3, 4]), case(input=[])
    found = problems(states, *tests, clock=lambda: 0, fields={"max_transitions": 1_000_000})
    assert found == [("test.too_slow", "/tests/0")]


def test_no_more_than_ten_differences_are_told_of_one_test() -> None:
    report = reported({"P": passing()}, case({"output": list(range(50))}, input=[9] * 50))
    assert len(report.problems) == 10


def test_coverage_is_that_of_all_tests_together() -> None:
    rule = {"variable": "$.n", "is_present": True, "next": "A"}
    states = {
        "C": {"type": "Choice", "choices": [rule], "default": "B"},
        "A": passing(),
        "B": passing(),
    }
    half = reported(states, case(input={"n": 1})).coverage
    assert [one.pointer for one in half.never] == ["/states/B", "/states/C/default"]
    assert reported(states, case(input={"n": 1}), case(input={})).coverage.never == ()


def test_a_malformed_policy_is_refused_before_any_test() -> None:
    with pytest.raises(PolicyInvalid, match=r"resource\.unknown"):
        reported({"T": task("no.such")}, case())
