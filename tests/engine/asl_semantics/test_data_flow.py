"""Paths, templates, the context object and payload sizes; numbers are those of the ASL notes."""

import re
from typing import Any

import pytest

from engine.asl_semantics.aws import (
    CALL,
    ECHO,
    Json,
    answering,
    error,
    mapping,
    output,
    parallel,
    passing,
    run,
    task,
)

DATA = {"a": {"b": 1}, "list": [{"n": 1}, {"n": 2}], "null": None, "it's": 3, "e": []}
LIMIT = 262_144


@pytest.mark.parametrize("kind", ["Pass", "Task"])
@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({}, DATA, id="1 nothing said"),
        pytest.param({"InputPath": None}, {}, id="1 InputPath null"),
        pytest.param({"OutputPath": None}, {}, id="1 OutputPath null"),
        pytest.param({"ResultPath": None}, DATA, id="1 ResultPath null keeps the raw input"),
        pytest.param(
            {"InputPath": "$.a", "Parameters": {"x": 1}, "ResultPath": None},
            DATA,
            id="1 ResultPath null keeps what stood before InputPath and Parameters",
        ),
        pytest.param({"InputPath": None, "ResultPath": "$.r"}, {**DATA, "r": {}}, id="1 nulls mix"),
        pytest.param(
            {"InputPath": "$.a", "ResultPath": "$.r"}, {**DATA, "r": {"b": 1}}, id="2 raw input"
        ),
        pytest.param(
            {"InputPath": "$.a", "ResultPath": "$.x.y.z"},
            {**DATA, "x": {"y": {"z": {"b": 1}}}},
            id="2 missing parents",
        ),
        pytest.param(
            {"InputPath": "$.a.b", "ResultPath": "$.a.c"},
            {**DATA, "a": {"b": 1, "c": 1}},
            id="2 beside others",
        ),
        pytest.param(
            {"InputPath": "$.a.b", "ResultPath": "$.list[0].n2", "OutputPath": "$.list"},
            [{"n": 1, "n2": 1}, {"n": 2}],
            id="2 within a list",
        ),
        pytest.param(
            {"InputPath": "$.a.b", "ResultPath": "$['x y']", "OutputPath": "$['x y']"},
            1,
            id="9 a quoted name",
        ),
        pytest.param({"InputPath": "$['it\\'s']"}, 3, id="9 an escaped quote"),
        pytest.param({"InputPath": "$.list[*].n"}, [1, 2], id="5 a wildcard"),
        pytest.param({"InputPath": "$.no[*].n"}, [], id="5 a wildcard without a parent"),
        pytest.param({"InputPath": "$.e[*].n"}, [], id="5 a wildcard of nothing"),
        pytest.param({"InputPath": "$.list[0]"}, {"n": 1}, id="5 an index"),
        pytest.param({"InputPath": "$.list[-1].n"}, 2, id="5 an index from the end"),
        pytest.param({"InputPath": "$.list[0:1]"}, [{"n": 1}], id="5 a slice"),
        pytest.param({"InputPath": "$.list[?(@.n > 1)]"}, [{"n": 2}], id="5 a filter, one hit"),
        pytest.param({"InputPath": "$.list[?(@.n > 9)]"}, [], id="5 a filter, no hit"),
        pytest.param({"InputPath": "$..n"}, [1, 2], id="5 at any depth"),
        pytest.param({"InputPath": "$.null"}, None, id="5 null is found"),
        pytest.param({"InputPath": "$$.Execution.Input.a.b"}, 1, id="7 InputPath in the context"),
        pytest.param({"OutputPath": "$$.Execution.Input.a"}, {"b": 1}, id="7 OutputPath too"),
        pytest.param({"OutputPath": "$$.State.Name"}, "S", id="7 the state's name"),
        pytest.param({"Parameters": {"x": "$.a"}}, {"x": "$.a"}, id="3 a literal like a path"),
        pytest.param(
            {"Parameters": {"d": [{"x.$": "$.a.b"}, [{"y.$": "$.e"}], "$.a"]}},
            {"d": [{"x": 1}, [{"y": []}], "$.a"]},
            id="3 at any depth",
        ),
        pytest.param({"Parameters": {"x.$": "$"}, "InputPath": "$.a"}, {"x": {"b": 1}}, id="3 all"),
        pytest.param({"Parameters": {}}, {}, id="3 an empty template"),
        pytest.param({"Parameters": {"$": 1, "a.b": 2}}, {"$": 1, "a.b": 2}, id="50 data keys"),
        pytest.param(
            {"Parameters": {"StartAt": {"States": 1}}}, {"StartAt": {"States": 1}}, id="50 as data"
        ),
        pytest.param(
            {"Parameters": {"x.$": "States.Format('{}-{}', $.a.b, $$.State.Name)"}},
            {"x": "1-S"},
            id="23 a function of paths",
        ),
        pytest.param(
            {"Parameters": {"x": [{"y.$": "States.ArrayLength(States.Array($.a, $$, 'z'))"}]}},
            {"x": [{"y": 3}]},
            id="23 nested functions deep in a template",
        ),
        pytest.param(
            {"Parameters": {"x.$": "States.MathAdd($.a.b, States.ArrayLength($.list[*].n))"}},
            {"x": 3},
            id="23 a function in a function",
        ),
        pytest.param({"Parameters": {"x.$": " $.a.b "}}, {"x": 1}, id="3 spaces around a path"),
        pytest.param({"Parameters": {"x.$": "$.list[*].n"}}, {"x": [1, 2]}, id="5 in a template"),
    ],
)
def test_the_data_flows_alike_in_pass_and_task(kind: str, fields: Json, expected: Any) -> None:
    state = passing(**fields) if kind == "Pass" else task(**fields)
    assert output({"S": state}, DATA, ECHO) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({"Result": {"k.$": "$.x"}}, {"k.$": "$.x"}, id="3 Result is no template"),
        pytest.param({"Result": "$.a"}, "$.a", id="3 Result is no path"),
        pytest.param({"Result": 1, "Parameters": {"x": 2}}, 1, id="4 Result wins"),
        pytest.param({"Result": False}, False, id="4 false is a result"),
        pytest.param({"Result": []}, [], id="4 an empty list is a result"),
        pytest.param({"Result": 1, "ResultPath": "$.r", "InputPath": "$.a"}, {**DATA, "r": 1}),
        pytest.param({"Result": 1, "ResultPath": None}, DATA, id="1 a result dropped"),
        pytest.param(
            {"Result": {"x": 1}, "ResultPath": "$.a.b", "OutputPath": "$.a"}, {"b": {"x": 1}}
        ),
    ],
)
def test_a_pass_with_a_result(fields: Json, expected: Any) -> None:
    assert output({"S": passing(**fields)}, DATA) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({"ResultSelector": {"n.$": "$.Payload.n"}}, {"n": 7}, id="a path"),
        pytest.param(
            {"ResultSelector": {"n.$": "$.Payload.n", "s.$": "$$.State.Name"}, "ResultPath": "$.r"},
            {"in": 1, "r": {"n": 7, "s": "S"}},
            id="placed by ResultPath",
        ),
        pytest.param({"ResultSelector": {"x": 1}, "ResultPath": None}, {"in": 1}, id="dropped"),
        pytest.param(
            {"ResultSelector": {"t.$": "States.JsonToString($.Payload)"}},
            {"t": '{"n":7}'},
            id="a function",
        ),
        pytest.param({"ResultSelector": {}}, {}, id="an empty one"),
        pytest.param(
            {"ResultSelector": {"i.$": "$$.Execution.Input.in", "r.$": "$$.State.RetryCount"}},
            {"i": 1, "r": 0},
            id="7 the context object",
        ),
    ],
)
def test_a_result_is_selected_from(fields: Json, expected: Any) -> None:
    assert output({"S": task(**fields)}, {"in": 1}, answering({"Payload": {"n": 7}})) == expected


@pytest.mark.parametrize(
    ("state", "given", "expected"),
    [
        pytest.param(passing(InputPath="$.no"), {}, "States.Runtime", id="5 InputPath"),
        pytest.param(passing(OutputPath="$.no"), {}, "States.Runtime", id="5 OutputPath"),
        pytest.param(passing(Parameters={"x.$": "$.no"}), {}, "States.Runtime", id="6 Parameters"),
        pytest.param(passing(Parameters={"x.$": "$none"}), {}, "States.Runtime", id="a variable"),
        pytest.param(
            passing(Parameters={"x.$": "States.MathAdd('a', 1)"}),
            {},
            "States.Runtime",
            id="6 a function",
        ),
        pytest.param(passing(InputPath="$.a[5]"), {"a": []}, "States.Runtime", id="5 an index"),
        pytest.param(
            passing(Result=1, ResultPath="$.x"),
            "text",
            "States.ResultPathMatchFailure",
            id="2 text",
        ),
        pytest.param(
            passing(Result=1, ResultPath="$.x"), 5, "States.ResultPathMatchFailure", id="2 number"
        ),
        pytest.param(
            passing(Parameters={"x.$": "$$.Map.Item.Index"}), {}, "States.Runtime", id="7 no Map"
        ),
        pytest.param(
            passing(Parameters={"x.$": "$$.State.RetryCount"}), {}, "States.Runtime", id="7 a Pass"
        ),
        pytest.param(
            passing(Parameters={"x.$": "$$.execution.input"}), {}, "States.Runtime", id="7 the case"
        ),
    ],
)
def test_what_does_not_fit_fails(state: Json, given: Any, expected: str) -> None:
    assert error({"S": state}, given) == expected


TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("$$.Execution.Id", r"arn:aws:states:[\w-]+:\d{12}:execution:[\w-]+:[\w-]+"),
        ("$$.Execution.Name", r"[\w-]+"),
        ("$$.Execution.RoleArn", r"arn:aws:iam::\d{12}:role/.+"),
        ("$$.Execution.StartTime", TIME),
        ("$$['Execution']['StartTime']", TIME),
        ("$$.StateMachine.Id", r"arn:aws:states:[\w-]+:\d{12}:stateMachine:[\w-]+"),
        ("$$.StateMachine.Name", "[A-Za-z0-9_-]+"),
        ("$$.State.EnteredTime", TIME),
        ("$$.State.Name", "S"),
    ],
    ids=lambda value: f"7 {value}",
)
@pytest.mark.parametrize("kind", [passing, task])
def test_members_of_the_context_object_have_the_form_of_aws(
    path: str, pattern: str, kind: Any
) -> None:
    found = output({"S": kind(Parameters={"x.$": path})}, {}, ECHO, Comment="Déjà vu: 1/2")
    assert re.fullmatch(pattern, found["x"])


def test_7_the_whole_context_object_has_all_members() -> None:
    found = output({"S": task(Parameters={"c.$": "$$"})}, {"a": 1}, ECHO)["c"]
    execution = {"Id", "Input", "Name", "RedriveCount", "RoleArn", "StartTime"}
    assert set(found) == {"Execution", "State", "StateMachine"}
    assert set(found["Execution"]) == execution
    assert found["Execution"]["Input"] == {"a": 1}
    assert found["Execution"]["RedriveCount"] == 0
    assert set(found["StateMachine"]) == {"Id", "Name"}
    assert set(found["State"]) == {"EnteredTime", "Name", "RetryCount"}
    assert found["Execution"]["Id"].endswith(":" + found["Execution"]["Name"])
    assert found["StateMachine"]["Id"].endswith(":" + found["StateMachine"]["Name"])


def test_7_the_account_can_be_taken_from_the_name_of_the_execution() -> None:
    call = "States.ArrayGetItem(States.StringSplit($$.Execution.Id, ':'), 4)"
    assert len(output({"S": passing(Parameters={"x.$": call})})["x"]) == 12


def test_7_a_callback_task_has_a_token_and_others_have_none() -> None:
    waiting = f"{CALL}.waitForTaskToken"
    state = task(Resource=waiting, Parameters={"t.$": "$$.Task.Token"})
    found = output({"S": state}, {}, {waiting: lambda given: given})
    assert isinstance(found["t"], str)
    assert found["t"]
    assert error({"S": task(Parameters={"t.$": "$$.Task.Token"})}, {}, ECHO) == "States.Runtime"


def test_7_the_input_of_the_execution_stays_what_it_was() -> None:
    states = {
        "First": passing(Result={"other": 1}, Next="Second"),
        "Second": passing(Parameters={"was.$": "$$.Execution.Input", "is.$": "$"}),
    }
    assert output(states, {"a": 1}) == {"was": {"a": 1}, "is": {"other": 1}}


def test_7_the_context_is_seen_in_branches_and_iterations() -> None:
    look = passing(Parameters={"n.$": "$$.State.Name", "i.$": "$$.Execution.Input.l[0]"})
    assert output({"P": parallel({"In": look})}, {"l": [1]}) == [{"n": "In", "i": 1}]
    found = output({"M": mapping({"In": look}, ItemsPath="$.l")}, {"l": [1]})
    assert found == [{"n": "In", "i": 1}]


def text_of(size: int) -> str:
    """A text that has so many bytes as JSON."""
    return "x" * (size - 2)


@pytest.mark.parametrize(
    "states",
    [
        pytest.param({"S": passing()}, id="43 an input"),
        pytest.param({"S": passing(Result=text_of(LIMIT + 1))}, id="43 a result in the document"),
        pytest.param(
            {"S": passing(Parameters={"a.$": "$$.Execution.Input"}, InputPath=None)},
            id="43 an effective input",
        ),
        pytest.param({"S": passing(OutputPath="$$.Execution.Input")}, id="43 an output"),
        pytest.param(
            {"S": {"Type": "Wait", "Seconds": 0, "InputPath": "$", "End": True}}, id="43 a Wait's"
        ),
    ],
)
def test_a_payload_of_more_than_262_144_bytes_is_a_fault(states: Json) -> None:
    assert error(states, text_of(LIMIT + 1)) == "States.DataLimitExceeded"


def test_43_a_payload_of_262_144_bytes_passes() -> None:
    assert output({"S": passing()}, text_of(LIMIT)) == text_of(LIMIT)


def test_43_bytes_of_utf_8_are_counted_and_not_characters() -> None:
    assert error({"S": passing()}, "é" * (LIMIT // 2)) == "States.DataLimitExceeded"


def test_43_the_output_of_a_map_is_limited_as_a_whole() -> None:
    states = {"M": mapping(ItemsPath="$.l", ItemSelector={"t.$": "$.t"})}
    given = {"t": "x" * 100_000, "l": [1, 2, 3]}
    assert error(states, given) == "States.DataLimitExceeded"


def test_43_a_tasks_result_that_is_too_large_can_be_caught() -> None:
    caught = {"ErrorEquals": ["States.ALL"], "Next": "Caught"}
    states = {"T": task(Catch=[caught]), "Caught": passing(OutputPath="$.Error")}
    large = answering("x" * LIMIT)
    assert output(states, {}, large) == "States.DataLimitExceeded"


def test_43_a_large_part_of_the_input_may_be_dropped_by_a_later_state() -> None:
    states = {
        "First": passing(Result="x" * 200_000, ResultPath="$.t", Next="Second"),
        "Second": passing(Parameters={"n": 1}),
    }
    assert output(states, {}) == {"n": 1}


def test_52_a_comment_and_unknown_fields_change_nothing() -> None:
    state = passing(Comment="c", Unknown={"x.$": "$.no"})
    assert run({"S": state}, {"a": 1}, Comment="A machine", Version="1.0").output == {"a": 1}
