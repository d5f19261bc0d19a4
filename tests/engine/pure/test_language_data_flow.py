"""Paths, templates and the five data-flow fields; the numbers are those of the ASL notes."""

from decimal import Decimal
from typing import Any

import pytest

from engine.pure.policies import NOON, error, output, passing, policy, run, task

ECHO = {"a.step": lambda given: given}
SEVEN = {"a.step": lambda _given: {"n": 7}}
DATA = {"a": {"b": 1}, "list": [{"n": 1}, {"n": 2}], "null": None, "it's": 3, "über": 4, "x-y": 5}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({"input_path": None, "result_path": "$"}, {}, id="1 input_path null"),
        pytest.param({"output_path": None}, {}, id="1 output_path null"),
        pytest.param({"result_path": None}, DATA, id="1 result_path null"),
        pytest.param(
            {"input_path": "$.a", "parameters": {"x.$": "$.b"}, "result_path": None},
            DATA,
            id="1 result_path null keeps what stood before input_path and parameters",
        ),
        pytest.param({}, DATA, id="1 absent fields do nothing"),
        pytest.param(
            {"input_path": "$.a", "result_path": "$.made.up"},
            {**DATA, "made": {"up": {"b": 1}}},
            id="2 into the raw input, parents created",
        ),
        pytest.param(
            {"input_path": "$.a", "result_path": "$.list[1].n"},
            {**DATA, "list": [{"n": 1}, {"n": {"b": 1}}]},
            id="2 into a list",
        ),
        pytest.param(
            {"input_path": "$.a", "result_path": "$['it\\'s']"},
            {**DATA, "it's": {"b": 1}},
            id="2 by a quoted name",
        ),
        pytest.param(
            {"parameters": {"a": "$.a", "b.$": "$.a.b", "deep": [{"c.$": "$.list[0].n"}, "$.x"]}},
            {"a": "$.a", "b": 1, "deep": [{"c": 1}, "$.x"]},
            id="3 only keys that end in .$ are evaluated, at any depth",
        ),
        pytest.param(
            {"result": {"k.$": "$.x", "n": Decimal("0.10")}},
            {"k.$": "$.x", "n": Decimal("0.10")},
            id="3 a result is never a template",
        ),
        pytest.param(
            {"parameters": {"x": 1}, "result": {"y": 2}}, {"y": 2}, id="4 the result wins"
        ),
        pytest.param({"result": None}, None, id="4 null is a result"),
        pytest.param({"input_path": "$.list[0]"}, {"n": 1}, id="5 an index gives the element"),
        pytest.param({"input_path": "$.null"}, None, id="5 null is found"),
        pytest.param({"input_path": "$['it\\'s']"}, 3, id="9 quote in single quotes"),
        pytest.param({"input_path": '$["it\'s"]'}, 3, id="9 quote in double quotes"),
        pytest.param({"input_path": "$.über"}, 4, id="9 a letter beyond ASCII"),
        pytest.param({"input_path": "$.x-y"}, 5, id="9 a hyphen"),
        pytest.param({"input_path": "$['a']['b']"}, 1, id="9 brackets all the way"),
        pytest.param(
            {"result_path": "$.z", "result": 1, "output_path": "$.z"}, 1, id="output_path is last"
        ),
    ],
)
def test_a_pass_moves_data_as_its_fields_say(fields: dict[str, Any], expected: Any) -> None:
    assert output({"P": passing(**fields)}, DATA) == expected


@pytest.mark.parametrize(
    ("fields", "given", "name"),
    [
        pytest.param({"result_path": "$.x"}, "text", "ResultPathMatchFailure", id="2 text"),
        pytest.param({"result_path": "$.x"}, 1, "ResultPathMatchFailure", id="2 number"),
        pytest.param({"result_path": "$.x"}, [], "ResultPathMatchFailure", id="2 name in a list"),
        pytest.param(
            {"result_path": "$.a.x"}, {"a": 1}, "ResultPathMatchFailure", id="2 in scalar"
        ),
        pytest.param({"result_path": "$.a[0]"}, {}, "ResultPathMatchFailure", id="2 index of none"),
        pytest.param(
            {"result_path": "$.a[1]"}, {"a": [0]}, "ResultPathMatchFailure", id="2 past the end"
        ),
        pytest.param({"input_path": "$.x"}, {}, "Runtime", id="5 input_path"),
        pytest.param({"output_path": "$.x"}, {}, "Runtime", id="5 output_path"),
        pytest.param({"parameters": {"a.$": "$.x"}}, {}, "Runtime", id="5 and 6 parameters"),
        pytest.param({"input_path": "$.a.b"}, {"a": None}, "Runtime", id="5 below null"),
        pytest.param({"input_path": "$.a[1]"}, {"a": [0]}, "Runtime", id="5 past the end"),
        pytest.param({"input_path": "$.a[0]"}, {"a": {"0": 1}}, "Runtime", id="5 index of object"),
        pytest.param({"input_path": "$.a.n"}, {"a": [{"n": 1}]}, "Runtime", id="5 name in a list"),
        pytest.param({"input_path": "$$.nowhere"}, {}, "Runtime", id="7 context without it"),
        pytest.param({"input_path": "$$.map.item"}, {}, "Runtime", id="7 no item outside a Map"),
        pytest.param(
            {"input_path": "$$.state.retry_count"}, {}, "Runtime", id="7 no retry count in a Pass"
        ),
    ],
)
def test_a_path_that_does_not_fit_the_data_fails_by_name(
    fields: dict[str, Any], given: Any, name: str
) -> None:
    assert error({"P": passing(**fields)}, given) == f"States.{name}"


def test_a_definite_path_that_finds_nothing_fails_with_states_runtime() -> None:
    """Points 5 and 6: AWS says States.Runtime where the specification has other names."""
    result = run({"P": passing(input_path="$.missing")}, {"a": 1})
    assert (result.error, result.cause) == (
        "States.Runtime",
        "The path $.missing was not found in the data.",
    )


def test_a_task_selects_from_its_result_before_it_is_placed() -> None:
    state = task(result_selector={"seven.$": "$.n", "kept": "$.n"}, result_path="$.got")
    assert output({"T": state}, {"a": 1}, SEVEN) == {
        "a": 1,
        "got": {"seven": 7, "kept": "$.n"},
    }


def test_a_task_sees_only_what_input_path_and_parameters_leave() -> None:
    seen: list[Any] = []
    states = {"T": task(input_path="$.a", parameters={"b.$": "$.b", "c": 2}, result_path=None)}
    assert output(states, DATA, {"a.step": seen.append}) == DATA
    assert seen == [{"b": 1, "c": 2}]


def test_result_path_copies_and_leaves_the_runs_input_as_it_was() -> None:
    """Point 7: $$.execution.input is what the run began with, whatever states wrote since."""
    states = {
        "Write": passing(result=9, result_path="$.a.b", next="Read"),
        "Read": passing(parameters={"now.$": "$.a.b", "first.$": "$$.execution.input.a.b"}),
    }
    assert output(states, {"a": {"b": 1}}) == {"now": 9, "first": 1}


def test_the_context_object_is_in_snake_case() -> None:
    """Point 7."""
    noon = "2026-01-01T12:00:00.000000Z"
    assert output({"P": passing(parameters={"all.$": "$$"})}, {"a": 1}) == {
        "all": {
            "execution": {
                "id": "simulation",
                "name": "simulation",
                "input": {"a": 1},
                "start_time": noon,
                "redrive_count": 0,
            },
            "state_machine": {"id": "draft", "name": "A policy"},
            "state": {"name": "P", "entered_time": noon},
        }
    }


def test_the_time_of_entry_is_that_of_each_visit_and_the_start_stays() -> None:
    """Point 7: both are text."""
    times = {"entered.$": "$$.state.entered_time", "started.$": "$$.execution.start_time"}
    states = {
        "W": {"type": "Wait", "seconds": 90, "next": "P"},
        "P": passing(parameters=times),
    }
    assert output(states) == {
        "entered": "2026-01-01T12:01:30.000000Z",
        "started": "2026-01-01T12:00:00.000000Z",
    }


@pytest.mark.parametrize(
    "states",
    [
        pytest.param({"S": passing(input_path="$$.execution.input")}, id="7 input_path"),
        pytest.param({"S": passing(output_path="$$.execution.input")}, id="7 output_path"),
        pytest.param(
            {
                "S": {
                    "type": "Choice",
                    "choices": [
                        {"variable": "$$.execution.input.a", "is_present": True, "next": "E"}
                    ],
                },
                "E": {"type": "Succeed"},
            },
            id="7 variable",
        ),
        pytest.param(
            {
                "S": {
                    "type": "Map",
                    "items_path": "$$.execution.input.list",
                    "item_selector": {"v.$": "$$.map.item.value"},
                    "iterator": {
                        "start_at": "I",
                        "states": {"I": passing(output_path="$.v")},
                    },
                    "result_path": None,
                    "end": True,
                }
            },
            id="7 items_path",
        ),
    ],
)
def test_paths_of_many_fields_may_read_the_context(states: dict[str, Any]) -> None:
    given = {"a": 1, "list": [1, 2]}
    assert output(states, given) == given


def test_a_fail_may_take_error_and_cause_from_data_or_context() -> None:
    """Point 7."""
    state = {"type": "Fail", "error_path": "$.e", "cause_path": "$$.state.name"}
    result = run({"F": state}, {"e": "Own.Error"})
    assert (result.error, result.cause) == ("Own.Error", "F")
    assert error({"F": state}, {"e": 1}) == "States.Runtime"


def test_succeed_passes_on_what_its_paths_leave() -> None:
    states = {"S": {"type": "Succeed", "input_path": "$.a", "output_path": "$.b"}}
    assert output(states, DATA) == 1


def test_a_literal_key_with_a_dollar_elsewhere_is_not_evaluated() -> None:
    """Point 3."""
    literal = {"$.a": "$.a", "a$": "$.a", ".$x": "$.a"}
    assert output({"P": passing(parameters=literal)}, {"a": 1}) == literal


def test_defaults_lie_under_the_runs_input() -> None:
    result = run(
        {"P": passing()}, {"b": {"y": 2}}, context_defaults={"a": 1, "b": {"x": 1}, "c": 0.1}
    )
    assert result.output == {"a": 1, "b": {"y": 2}, "c": Decimal("0.1")}


def test_a_policy_document_is_not_changed_by_its_run() -> None:
    states = {"P": passing(parameters={"a.$": "$.a"}, result_path="$.x")}
    document = policy(states)
    before = repr(document)
    run(states, {"a": 1})
    assert repr(document) == before
    assert NOON.tzinfo is not None


def test_a_stand_in_cannot_reach_into_the_runs_data() -> None:
    def meddle(given: Any) -> Any:
        given["a"]["b"] = "changed"
        given["more"] = True

    states = {"T": task(result_path=None)}
    assert output(states, {"a": {"b": 1}}, {"a.step": meddle}) == {"a": {"b": 1}}
    assert output({"T": task()}, [1], ECHO) == [1]
