from decimal import Decimal
from typing import Any

import pytest

from assent_engine import StepFailed
from assent_schemas.errors import PolicyInvalid
from engine.jsonata.machines import INPUT, QUERY_ERROR, marked, run

END: dict[str, Any] = {"Type": "Succeed"}
CAUGHT = [{"ErrorEquals": ["States.ALL"], "Next": "C"}]


def task(**fields: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": "step", "End": True, **fields}


def called(fields: dict[str, Any], step: Any = None, given: Any = INPUT, **more: Any) -> Any:
    """The result of one Task, whose step answers with its own input unless told otherwise."""
    return run({"A": task(**fields), **more}, given, steps={"step": step or (lambda value: value)})


def failing(_value: Any) -> Any:
    raise StepFailed("Own.Error", "because")


def mapped(inner: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    states = {"I": inner or {"Type": "Pass", "End": True}}
    processor = {"StartAt": "I", "States": states}
    return {"A": {"Type": "Map", "ItemProcessor": processor, "End": True, **fields}}


def chosen(*rules: dict[str, Any], **fields: Any) -> dict[str, Any]:
    choice = {"Type": "Choice", "Choices": list(rules), **fields}
    states = {"A": choice, "B": END}
    return states | ({"C": END} if "Default" in fields else {})


def rule(condition: Any, **fields: Any) -> dict[str, Any]:
    return {"Condition": condition, "Next": "B", **fields}


# Data flow


def test_a_task_gets_its_input_and_gives_its_result_where_nothing_is_said() -> None:
    assert called({}, lambda value: [value], {"a": 1}).output == [{"a": 1}]


def test_a_task_gets_its_arguments_and_gives_its_output() -> None:
    fields = {
        "Arguments": {"n": "{% $states.input.count %}"},
        "Output": {"got": "{% $states.result.n %}", "had": "{% $states.input.name %}"},
    }
    assert called(fields).output == {"got": 3, "had": "Ada"}


@pytest.mark.parametrize("value", ["{% $states.input.list %}", None, "text", 5, [1]])
def test_arguments_may_be_any_value(value: Any) -> None:
    expected = [3, 1, 2] if value == "{% $states.input.list %}" else value
    assert called({"Arguments": value}).output == expected


def test_null_is_an_output_and_absent_is_not() -> None:
    assert called({"Output": None}).output is None
    assert called({}, given={"a": 1}).output == {"a": 1}


def test_the_result_is_not_there_before_the_call() -> None:
    assert called({"Arguments": "{% $states.result %}"}).error == QUERY_ERROR


def test_succeed_gives_its_output() -> None:
    assert run({"A": {**END, "Output": "{% $states.input.count %}"}}).output == 3


def test_a_state_speaks_jsonata_in_a_machine_that_does_not() -> None:
    states = {
        "A": {"Type": "Pass", "Parameters": {"n.$": "$.count"}, "Next": "B"},
        "B": {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $states.input.n %}"}
        | {"Next": "C"},
        "C": {"Type": "Pass", "Parameters": {"m.$": "$"}, "End": True},
    }
    assert run(states, fields={"QueryLanguage": "JSONPath"}).output == {"m": 3}


def test_a_state_of_a_jsonata_machine_cannot_go_back() -> None:
    with pytest.raises(PolicyInvalid) as refused:
        run({"A": {"Type": "Pass", "QueryLanguage": "JSONPath", "End": True}})
    assert refused.value.problem.code == "asl.language.lowered"


def test_inner_states_speak_the_machines_language_and_not_the_maps() -> None:
    inner = {"Type": "Pass", "Parameters": {"v.$": "$"}, "End": True}
    states = mapped(inner, QueryLanguage="JSONata", Items="{% $states.input.list %}")
    result = run(states, fields={"QueryLanguage": "JSONPath"})
    assert result.output == [{"v": 3}, {"v": 1}, {"v": 2}]


@pytest.mark.parametrize(
    ("field", "value"),
    [("InputPath", "$.a"), ("Parameters", {}), ("ResultPath", "$.a"), ("OutputPath", "$")],
)
def test_the_fields_of_jsonpath_are_refused(field: str, value: Any) -> None:
    with pytest.raises(PolicyInvalid) as refused:
        called({field: value})
    assert refused.value.problem.code == "asl.language.mixed"


# Variables


def test_a_variable_shows_from_the_next_state_on() -> None:
    states = {
        "A": {"Type": "Pass", "Assign": {"x": 1}, "Next": "B"},
        "B": {
            "Type": "Pass",
            "Assign": {"x": "{% $x + 1 %}"},
            "Output": "{% $x %}",
            "Next": "C",
        },
        "C": {**END, "Output": "{% [$states.input, $x] %}"},
    }
    assert run(states).output == [1, 2]


def test_a_variable_may_hold_null_and_any_structure() -> None:
    assign = {"n": None, "o": {"a": ["{% $states.input.count %}"]}}
    states = {
        "A": {"Type": "Pass", "Assign": assign, "Next": "B"},
        "B": {**END, "Output": ["{% $n %}", "{% $o.a[0] %}"]},
    }
    assert run(states).output == [None, 3]


def test_a_variable_of_an_expression_does_not_outlive_it() -> None:
    states = {
        "A": {"Type": "Pass", "Output": "{% ($x := 1; $x) %}", "Next": "B"},
        "B": {**END, "Output": "{% $x %}"},
    }
    assert run(states).error == QUERY_ERROR


def test_a_variable_that_jsonpath_set_is_seen_by_jsonata_and_the_other_way() -> None:
    states = {
        "A": {"Type": "Pass", "Assign": {"x.$": "$.count"}, "Next": "B"},
        "B": {
            "Type": "Pass",
            "QueryLanguage": "JSONata",
            "Assign": {"y": "{% $x * 2 %}"},
            "Next": "C",
        },
        "C": {"Type": "Pass", "Parameters": {"y.$": "$y"}, "End": True},
    }
    assert run(states, fields={"QueryLanguage": "JSONPath"}).output == {"y": 6}


def test_a_branch_reads_outer_variables() -> None:
    branch = {"StartAt": "P", "States": {"P": {**END, "Output": "{% $x %}"}}}
    states = {
        "A": {"Type": "Pass", "Assign": {"x": 7}, "Next": "B"},
        "B": {"Type": "Parallel", "Branches": [branch], "End": True},
    }
    assert run(states).output == [7]


def test_a_task_assigns_from_its_result() -> None:
    states = {
        "A": task(Assign={"r": "{% $states.result.name %}"}, Next="B"),
        "B": {**END, "Output": "{% $r %}"},
    }
    del states["A"]["End"]
    assert run(states, steps={"step": lambda value: value}).output == "Ada"


# Choice


@pytest.mark.parametrize(
    ("condition", "goes"),
    [
        ("{% $states.input.count > 2 %}", "B"),
        ("{% $states.input.count > 5 %}", "C"),
        (True, "B"),
        (False, "C"),
        ("{% $states.input.count > 2 and $states.input.yes %}", "B"),
        ("{% $exists($states.input.missing) %}", "C"),
    ],
)
def test_a_rule_holds_when_its_condition_is_true(condition: Any, goes: str) -> None:
    result = run(chosen(rule(condition), Default="C"))
    assert result.trace[-1]["key"] == f"{goes}.1"


@pytest.mark.parametrize("condition", ["1", "'true'", "null", "$states.input.missing", "[true]"])
def test_a_condition_that_is_no_boolean_fails(condition: str) -> None:
    assert run(chosen(rule(marked(condition)), Default="C")).error == QUERY_ERROR


def test_no_rule_and_no_default_is_an_error() -> None:
    assert run(chosen(rule(False))).error == "States.NoChoiceMatched"


def test_a_rules_output_and_assignments_replace_the_states() -> None:
    own = {"Output": "rule", "Assign": {"v": "rule"}}
    state = {"Output": "state", "Assign": {"v": "state", "w": 1}}
    states = chosen(rule(True, **own), Default="C", **state)
    states["B"] = {**END, "Output": "{% [$states.input, $v, $exists($w)] %}"}
    assert run(states).output == ["rule", "rule", False]


def test_the_states_output_and_assignments_are_those_of_the_default() -> None:
    states = chosen(rule(False), Default="C", Output="state", Assign={"v": 1})
    states["C"] = {**END, "Output": "{% [$states.input, $v] %}"}
    assert run(states).output == ["state", 1]


def test_rules_are_tried_in_order_and_later_ones_are_not_evaluated() -> None:
    assert run(chosen(rule(True), rule("{% $missing %}"))).error is None


# Wait and Fail


@pytest.mark.parametrize(("seconds", "waits"), [("{% $states.input.count %}", 3), (4, 4)])
def test_a_wait_takes_so_many_seconds(seconds: Any, waits: int) -> None:
    result = run({"A": {"Type": "Wait", "Seconds": seconds, "End": True}})
    until = next(entry["until"] for entry in result.trace if entry["event"] == "wait")
    assert until == f"2026-03-01T09:30:0{waits}.000000Z"
    assert result.output["name"] == "Ada"


@pytest.mark.parametrize("seconds", ["1.5", "-1", "'3'", "null", "true", "5000000000"])
def test_seconds_that_are_none_fail(seconds: str) -> None:
    result = run({"A": {"Type": "Wait", "Seconds": marked(seconds), "End": True}})
    assert result.error == QUERY_ERROR


def test_a_wait_ends_at_its_moment() -> None:
    timestamp = "{% $fromMillis($millis() + 5000) %}"
    result = run({"A": {"Type": "Wait", "Timestamp": timestamp, "Output": "done", "End": True}})
    assert result.output == "done"
    assert result.trace[-1]["until"] == "2026-03-01T09:30:05.000000Z"


@pytest.mark.parametrize("moment", ["'2026-03-01 10:00:00Z'", "'2026-02-30T00:00:00Z'", "5"])
def test_a_moment_that_is_none_fails(moment: str) -> None:
    result = run({"A": {"Type": "Wait", "Timestamp": marked(moment), "End": True}})
    assert result.error == QUERY_ERROR


def test_the_clock_shows_the_time_of_the_state() -> None:
    states = {
        "A": {"Type": "Wait", "Seconds": 60, "Next": "B"},
        "B": {**END, "Output": "{% $now() %}"},
    }
    assert run(states).output == "2026-03-01T09:31:00.000Z"


def test_fail_takes_its_words_from_expressions() -> None:
    fail = {"Type": "Fail", "Error": "{% $states.input.name %}", "Cause": "{% 'n' & 1 %}"}
    result = run({"A": fail})
    assert (result.error, result.cause) == ("Ada", "n1")


def test_fail_takes_text_and_nothing_else() -> None:
    assert run({"A": {"Type": "Fail", "Error": "{% 5 %}"}}).error == QUERY_ERROR
    assert run({"A": {"Type": "Fail", "Error": "Own"}}).error == "Own"


# Retry and catch


def test_a_catcher_gives_the_error_output() -> None:
    result = called({"Catch": CAUGHT}, failing, C=END)
    assert result.output == {"Error": "Own.Error", "Cause": "because"}


def test_a_catchers_output_and_assignments_see_the_error_and_the_input() -> None:
    own = {
        "Output": "{% [$states.errorOutput.Cause, $states.input.name] %}",
        "Assign": {"e": "{% $states.errorOutput.Error %}"},
    }
    done = {**END, "Output": "{% [$states.input, $e] %}"}
    fields = {"Catch": [{**CAUGHT[0], **own}], "Assign": {"e": "state"}, "Output": "state"}
    assert called(fields, failing, C=done).output == ["because", "Ada", "Own.Error"]


@pytest.mark.parametrize(
    "fields",
    [
        {"Arguments": "{% $missing %}"},
        {"Output": "{% $missing %}"},
        {"Assign": {"v": "{% $missing %}"}},
        {"TimeoutSeconds": "{% 0 %}"},
        {"HeartbeatSeconds": "{% 'x' %}"},
    ],
)
def test_an_expression_that_fails_in_a_task_can_be_caught(fields: dict[str, Any]) -> None:
    catch = [{"ErrorEquals": [QUERY_ERROR], "Next": "C"}]
    assert called({**fields, "Catch": catch}, C=END).output["Error"] == QUERY_ERROR


def test_a_catcher_that_fails_itself_ends_the_run() -> None:
    catch = [{**CAUGHT[0], "Output": "{% $missing %}"}]
    assert called({"Catch": catch}, failing, C=END).error == QUERY_ERROR


def test_arguments_are_evaluated_again_at_each_attempt() -> None:
    seen: list[Any] = []

    def step(value: Any) -> Any:
        seen.append(value)
        return value if len(seen) == 3 else failing(value)

    retry = [{"ErrorEquals": ["Own.Error"], "MaxAttempts": 3}]
    arguments = "{% [$states.context.State.RetryCount, $uuid()] %}"
    called({"Retry": retry, "Arguments": arguments}, step)
    assert [count for count, _ in seen] == [0, 1, 2]
    assert len({drawn for _, drawn in seen}) == 1


def test_a_failed_expression_is_retried_and_then_fails() -> None:
    retry = [{"ErrorEquals": [QUERY_ERROR], "MaxAttempts": 2, "IntervalSeconds": 1}]
    result = called({"Retry": retry, "Arguments": "{% $missing %}"})
    assert result.error == QUERY_ERROR
    assert [entry["event"] for entry in result.trace].count("wait") == 2


# Map and Parallel


def test_a_map_takes_items_from_an_expression() -> None:
    states = mapped(Items="{% $states.input.list %}", Output="{% $sum($states.result) %}")
    assert run(states).output == 6


def test_items_may_be_written_out() -> None:
    assert run(mapped(Items=[1, "{% $states.input.count %}"])).output == [1, 3]


def test_a_map_takes_its_input_where_it_has_no_items() -> None:
    assert run(mapped(), [1, 2]).output == [1, 2]
    assert run(mapped(), {"a": 1}).error == QUERY_ERROR


@pytest.mark.parametrize("items", ["$states.input.name", "null", "{'a': 1}", "5"])
def test_items_that_are_no_array_fail(items: str) -> None:
    assert run(mapped(Items=marked(items))).error == QUERY_ERROR


def test_no_items_run_nothing() -> None:
    assert run(mapped(Items="{% $states.input.empty %}")).output == []


def test_a_selector_sees_the_maps_input_and_the_item() -> None:
    selector = {
        "v": "{% $states.context.Map.Item.Value %}",
        "i": "{% $states.context.Map.Item.Index %}",
        "n": "{% $states.input.name %}",
    }
    result = run(mapped(Items=["a", "b"], ItemSelector=selector))
    assert result.output == [{"v": "a", "i": 0, "n": "Ada"}, {"v": "b", "i": 1, "n": "Ada"}]


def test_a_selector_may_be_one_expression() -> None:
    selector = "{% $states.context.Map.Item.Value * 2 %}"
    assert run(mapped(Items=[1, 2], ItemSelector=selector)).output == [2, 4]


def test_batches_are_as_large_as_their_expressions_say() -> None:
    batcher = {
        "MaxItemsPerBatch": "{% $states.input.count - 1 %}",
        "BatchInput": {"n": "{% $states.input.name %}"},
    }
    result = run(mapped(Items=[1, 2, 3], ItemBatcher=batcher))
    shared = {"BatchInput": {"n": "Ada"}}
    assert result.output == [{"Items": [1, 2], **shared}, {"Items": [3], **shared}]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("MaxConcurrency", "-1"),
        ("MaxConcurrency", "'2'"),
        ("ToleratedFailureCount", "1.5"),
        ("ToleratedFailureCount", "null"),
        ("ToleratedFailurePercentage", "101"),
        ("ToleratedFailurePercentage", "-1"),
    ],
)
def test_a_number_of_a_map_that_does_not_fit_fails(field: str, value: str) -> None:
    states = mapped(Items=[1])
    states["A"][field] = marked(value)
    assert run(states).error == QUERY_ERROR


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"ToleratedFailureCount": "{% 1 %}"}, None),
        ({"ToleratedFailurePercentage": "{% 50 %}"}, None),
        ({"ToleratedFailurePercentage": "{% 20 %}"}, "States.ExceedToleratedFailureThreshold"),
        ({}, QUERY_ERROR),
    ],
)
def test_so_many_iterations_may_fail(fields: dict[str, Any], error: str | None) -> None:
    inner = {"Type": "Pass", "Output": "{% $states.input + 1 %}", "End": True}
    result = run(mapped(inner, Items=[1, "a"], MaxConcurrency="{% 1 %}", **fields))
    assert result.error == error
    assert result.output == (None if error else [2])


def test_branches_get_the_arguments() -> None:
    branches = [
        {"StartAt": name, "States": {name: {**END, "Output": marked(f"$states.input + {add}")}}}
        for name, add in (("P", 1), ("Q", 2))
    ]
    parallel = {
        "Type": "Parallel",
        "Arguments": "{% $states.input.count %}",
        "Branches": branches,
        "Output": {"all": "{% $states.result %}"},
        "End": True,
    }
    assert run({"A": parallel}).output == {"all": [4, 5]}


def test_a_timeout_may_be_an_expression() -> None:
    seen = called({"TimeoutSeconds": "{% $states.input.count %}"})
    assert seen.error is None


def test_a_payload_is_not_larger_than_the_reference_allows() -> None:
    states = {"A": {"Type": "Pass", "Output": "{% $pad('', 300000) %}", "End": True}}
    assert run(states).error == "States.DataLimitExceeded"


def test_exact_numbers_pass_where_no_expression_touches_them() -> None:
    assert called({}, given={"price": Decimal("10.10")}).output == {"price": Decimal("10.10")}


def test_no_assignments_are_fine() -> None:
    assert run({"A": {"Type": "Pass", "Assign": {}, "Output": 1, "End": True}}).output == 1
