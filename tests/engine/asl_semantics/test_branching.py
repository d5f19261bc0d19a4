"""Map, Parallel and Wait; the numbers are those of the ASL notes."""

from typing import Any

import pytest

from assent_engine.registry import StepFailed
from engine.asl_semantics.aws import (
    CALL,
    ECHO,
    Json,
    Steps,
    calls,
    error,
    failing,
    leading,
    machine,
    mapping,
    output,
    parallel,
    passing,
    run,
    task,
    waits,
)

ALL, EXCEEDED = "States.ALL", "States.ExceedToleratedFailureThreshold"
GIVEN = {"l": [10, 20], "a": {"b": 1}, "m": "1"}
PICKED = {"i.$": "$$.Map.Item.Index", "v.$": "$$.Map.Item.Value", "b.$": "$.a.b"}
BOTH = [{"i": 0, "v": 10, "b": 1}, {"i": 1, "v": 20, "b": 1}]
CONFIG = {"ProcessorConfig": {"Mode": "INLINE"}}
DISTRIBUTED = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
ITEM = machine({"Item": passing()})


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({"ItemsPath": "$.l"}, [10, 20], id="34 the item is the input"),
        pytest.param({"InputPath": "$.l"}, [10, 20], id="34 the effective input is the list"),
        pytest.param({"ItemsPath": "$.l[*]"}, [10, 20], id="5 an indefinite path"),
        pytest.param({"ItemsPath": "$.no[*]"}, [], id="5 one that finds nothing"),
        pytest.param({"ItemsPath": "$.l[?(@ > 10)]"}, [20], id="5 a filter"),
        pytest.param({"ItemsPath": "$$.Execution.Input.l"}, [10, 20], id="7 in the context object"),
        pytest.param({"ItemsPath": "$.l", "ItemSelector": PICKED}, BOTH, id="34 ItemSelector"),
        pytest.param({"ItemsPath": "$.l", "Parameters": PICKED}, BOTH, id="34 old Parameters"),
        pytest.param(
            {"ItemsPath": "$.l", "ItemSelector": {"all.$": "$"}},
            [{"all": GIVEN}] * 2,
            id="34 $ is the Map's input",
        ),
        pytest.param(
            {"InputPath": "$.a", "ItemsPath": "$$.Execution.Input.l", "ItemSelector": {"x.$": "$"}},
            [{"x": {"b": 1}}] * 2,
            id="34 $ is the effective input",
        ),
        pytest.param(
            {
                "ItemsPath": "$.l",
                "ItemSelector": {"t.$": "States.Format('{}/{}', $$.Map.Item.Index, $.m)"},
            },
            [{"t": "0/1"}, {"t": "1/1"}],
            id="34 functions in the selector",
        ),
        pytest.param(
            {"ItemsPath": "$.l", "ItemSelector": {"d": [{"v.$": "$$.Map.Item.Value"}]}},
            [{"d": [{"v": 10}]}, {"d": [{"v": 20}]}],
            id="34 deep in the selector",
        ),
        pytest.param({"ItemsPath": "$.l", "ItemSelector": {"x": 1}}, [{"x": 1}] * 2, id="34 fixed"),
        pytest.param(
            {"ItemsPath": "$.l", "ResultPath": "$.r"}, {**GIVEN, "r": [10, 20]}, id="2 ResultPath"
        ),
        pytest.param({"ItemsPath": "$.l", "ResultPath": None}, GIVEN, id="1 ResultPath null"),
        pytest.param(
            {"ItemsPath": "$.l", "ResultSelector": {"n.$": "States.ArrayLength($)"}},
            {"n": 2},
            id="40 ResultSelector",
        ),
        pytest.param({"ItemsPath": "$.l", "OutputPath": "$[1]"}, 20, id="1 OutputPath"),
        pytest.param({"ItemsPath": "$.l", "MaxConcurrency": 0}, [10, 20], id="36 unlimited"),
        pytest.param({"ItemsPath": "$.l", "MaxConcurrency": 1}, [10, 20], id="36 one by one"),
        pytest.param({"ItemsPath": "$.l", "MaxConcurrency": 10**6}, [10, 20], id="36 very wide"),
        pytest.param({"ItemsPath": "$.l", "MaxConcurrencyPath": "$.m"}, [10, 20], id="36 as text"),
        pytest.param({"ItemsPath": "$.l", "MaxConcurrencyPath": "$.a.b"}, [10, 20], id="36 number"),
        pytest.param({"ItemsPath": "$.l", "Label": "L"}, [10, 20], id="52 a label"),
    ],
)
@pytest.mark.parametrize("spelling", ["Iterator", "ItemProcessor", "with ProcessorConfig"])
def test_a_map_runs_its_items(spelling: str, fields: Json, expected: Any) -> None:
    inner = {spelling: ITEM} if spelling[0] == "I" else {"ItemProcessor": {**ITEM, **CONFIG}}
    assert output({"M": leading("Map", **inner, **fields)}, GIVEN) == expected


def test_34_the_item_is_in_the_context_of_every_state_within() -> None:
    inner = {"A": passing(Next="B"), "B": passing(Parameters={"m.$": "$$.Map"})}
    found = output({"M": mapping(inner)}, ["x", None])
    assert found == [
        {"m": {"Item": {"Index": 0, "Value": "x"}}},
        {"m": {"Item": {"Index": 1, "Value": None}}},
    ]


def test_34_an_inner_map_sees_its_own_items() -> None:
    inner = {"In": mapping({"Deep": passing(Parameters={"i.$": "$$.Map.Item.Value"})})}
    assert output({"M": mapping(inner)}, [[1], [2, 3]]) == [[{"i": 1}], [{"i": 2}, {"i": 3}]]


def test_34_a_parallel_in_a_map_sees_the_item() -> None:
    inner = {"P": parallel({"Deep": passing(Parameters={"i.$": "$$.Map.Item.Value"})})}
    assert output({"M": mapping(inner)}, [1, 2]) == [[{"i": 1}], [{"i": 2}]]


def test_35_results_keep_the_order_of_the_items() -> None:
    inner = {"W": leading("Wait", SecondsPath="$")}
    assert output({"M": mapping(inner)}, [3, 1, 2]) == [3, 1, 2]


@pytest.mark.parametrize("fields", [{}, {"ItemSelector": {"x": 1}}, {"ToleratedFailureCount": 1}])
def test_35_no_items_give_an_empty_list_and_nothing_runs(fields: Json) -> None:
    result = run({"M": mapping({"T": task()}, **fields)}, [], failing("E"))
    assert result.output == []
    assert calls(result) == 0


UNFIT: dict[str, list[Any]] = {
    "MaxConcurrencyPath": [{}, "NoNumber", None, [], True, 1.5, -1],
    "ToleratedFailureCountPath": [-1, "x", {}, None, 1.5, True],
    "ToleratedFailurePercentagePath": [-1, 101, 100.1, -0.1, {}, "x", True],
}


@pytest.mark.parametrize("value", [None, 1, "text", {"a": 1}, True], ids=lambda v: f"34 {v!r}")
def test_items_must_be_a_list(value: Any) -> None:
    assert error({"M": mapping(ItemsPath="$.v")}, {"v": value}) == "States.Runtime"


@pytest.mark.parametrize(
    ("name", "value"),
    [(name, value) for name, values in UNFIT.items() for value in values],
    ids=lambda value: f"37 {value!r}",
)
def test_numbers_by_path_that_do_not_fit_are_runtime_errors(name: str, value: Any) -> None:
    states = {"M": {**mapping(ItemsPath="$.l"), name: "$.v"}}
    assert error(states, {"l": [1], "v": value}) == "States.Runtime"


def odd_fails(given: Any) -> Any:
    if given % 2:
        raise StepFailed("Odd", "it is odd")
    return given


ODD: Steps = {CALL: odd_fails}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({}, "Odd", id="37 nothing said: the item's own error"),
        pytest.param({"ToleratedFailureCount": 2}, [2, 4], id="37 a count that is kept"),
        pytest.param({"ToleratedFailureCount": 1}, EXCEEDED, id="37 a count that is not"),
        pytest.param({"ToleratedFailureCount": 0}, EXCEEDED, id="37 a count of none"),
        pytest.param({"ToleratedFailurePercentage": 50}, [2, 4], id="37 a share that is kept"),
        pytest.param({"ToleratedFailurePercentage": 49.9}, EXCEEDED, id="37 a share that is not"),
        pytest.param({"ToleratedFailurePercentage": 100}, [2, 4], id="37 all may fail"),
        pytest.param({"ToleratedFailureCountPath": "$.two"}, [2, 4], id="37 a count by path"),
        pytest.param({"ToleratedFailureCountPath": "$.one"}, EXCEEDED, id="37 a low count by path"),
        pytest.param({"ToleratedFailurePercentagePath": "$.fifty"}, [2, 4], id="37 share by path"),
        pytest.param({"ToleratedFailurePercentagePath": "$.one"}, EXCEEDED, id="37 low share"),
        pytest.param(
            {"ToleratedFailureCount": 2, "ToleratedFailurePercentage": 1}, EXCEEDED, id="37 both"
        ),
    ],
)
def test_some_items_may_fail(fields: Json, expected: Any) -> None:
    states = {"M": mapping({"T": task()}, ItemsPath="$.l", **fields)}
    given = {"l": [1, 2, 3, 4], "one": 1, "two": 2, "fifty": 50.0}
    result = run(states, given, ODD)
    assert expected in (result.output, result.error)


def test_37_items_that_run_on_their_own_fail_the_map_by_the_threshold() -> None:
    processor = {**machine({"T": task()}), **DISTRIBUTED}
    states = {"M": leading("Map", ItemProcessor=processor)}
    assert run(states, [1], ODD).error == EXCEEDED
    assert run(states, [2], ODD).output == [2]


def test_37_the_threshold_can_be_caught_and_retried() -> None:
    state = mapping(
        {"T": task()},
        ToleratedFailureCount=0,
        Retry=[{"ErrorEquals": [EXCEEDED], "MaxAttempts": 2}],
        Catch=[{"ErrorEquals": [EXCEEDED], "Next": "Caught"}],
    )
    result = run({"M": state, "Caught": passing(OutputPath="$.Error")}, [1], ODD)
    assert result.output == EXCEEDED
    assert calls(result) == 3


@pytest.mark.parametrize(
    ("batcher", "expected"),
    [
        ({"MaxItemsPerBatch": 2}, [{"Items": [1, 2]}, {"Items": [3]}]),
        ({"MaxItemsPerBatch": 5}, [{"Items": [1, 2, 3]}]),
        ({"MaxItemsPerBatchPath": "$.n"}, [{"Items": [1, 2]}, {"Items": [3]}]),
        (
            {"MaxItemsPerBatch": 3, "BatchInput": {"k": "v", "n.$": "$.n"}},
            [{"Items": [1, 2, 3], "BatchInput": {"k": "v", "n": 2}}],
        ),
        (
            {"MaxItemsPerBatch": 3, "BatchInput": {"n.$": "$$.Execution.Input.n"}},
            [{"Items": [1, 2, 3], "BatchInput": {"n": 2}}],
        ),
        ({"MaxInputBytesPerBatch": 200_000}, [{"Items": [1, 2, 3]}]),
    ],
    ids=lambda value: f"38 {value}",
)
def test_items_are_handed_out_in_batches(batcher: Json, expected: Any) -> None:
    processor = {**ITEM, **DISTRIBUTED}
    state = leading("Map", ItemsPath="$.l", ItemBatcher=batcher, ItemProcessor=processor)
    assert output({"M": state}, {"l": [1, 2, 3], "n": 2}) == expected


def test_38_the_selector_shapes_the_items_of_a_batch() -> None:
    state = mapping(ItemSelector={"v.$": "$$.Map.Item.Value"}, ItemBatcher={"MaxItemsPerBatch": 2})
    assert output({"M": state}, [1, 2, 3]) == [
        {"Items": [{"v": 1}, {"v": 2}]},
        {"Items": [{"v": 3}]},
    ]


FAILS = {"F": {"Type": "Fail", "Error": "E", "Cause": "c"}}


@pytest.mark.parametrize(
    ("branches", "expected"),
    [
        pytest.param([{"A": passing()}], [{"a": 1}], id="40 a single branch"),
        pytest.param([{"A": passing(Result=1)}, {"B": passing(Result=2)}], [1, 2], id="40 two"),
        pytest.param(
            [{"A": leading("Wait", Seconds=5)}, {"B": passing(Result=2)}],
            [{"a": 1}, 2],
            id="35 in their order",
        ),
        pytest.param([{"S": {"Type": "Succeed", "OutputPath": "$.a"}}], [1], id="40 Succeed"),
        pytest.param(
            [{"In": parallel({"A": passing()}, {"B": passing(OutputPath="$.a")})}],
            [[{"a": 1}, 1]],
            id="40 nested",
        ),
        pytest.param([{"A": passing(OutputPath=None)}], [{}], id="1 an output of nothing"),
    ],
)
def test_a_parallel_gives_the_outputs_of_its_branches(
    branches: list[Json], expected: list[Any]
) -> None:
    assert output({"P": parallel(*branches)}, {"a": 1}) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({"InputPath": "$.a"}, [1], id="40 InputPath"),
        pytest.param({"Parameters": {"p.$": "$.a"}}, [{"p": 1}], id="40 Parameters"),
        pytest.param({"ResultPath": "$.r"}, {"a": 1, "r": [{"a": 1}]}, id="40 ResultPath"),
        pytest.param({"ResultSelector": {"f.$": "$[0].a"}}, {"f": 1}, id="40 ResultSelector"),
        pytest.param({"OutputPath": "$[0].a"}, 1, id="40 OutputPath"),
    ],
)
def test_data_flows_through_a_parallel(fields: Json, expected: Any) -> None:
    assert output({"P": parallel({"A": passing()}, **fields)}, {"a": 1}) == expected


@pytest.mark.parametrize("kind", ["Parallel", "Map"])
def test_40_a_failing_branch_fails_the_whole_with_its_error(kind: str) -> None:
    waiting = {"W": leading("Wait", Seconds=1000)}
    state = parallel(FAILS, waiting) if kind == "Parallel" else mapping(FAILS)
    result = run({"S": state}, [1])
    assert (result.status, result.error, result.cause) == ("FAILED", "E", "c")


@pytest.mark.parametrize("kind", ["Parallel", "Map"])
def test_40_the_error_of_a_branch_is_caught_around_it(kind: str) -> None:
    fields = {"Catch": [{"ErrorEquals": ["E"], "ResultPath": "$.e", "Next": "Caught"}]}
    state = mapping(FAILS, ItemsPath="$.l", **fields)
    if kind == "Parallel":
        state = parallel(FAILS, **fields)
    found = output({"S": state, "Caught": passing()}, {"l": [1]})
    assert found == {"l": [1], "e": {"Error": "E", "Cause": "c"}}


@pytest.mark.parametrize("kind", ["Parallel", "Map"])
def test_40_a_retry_runs_all_branches_again(kind: str) -> None:
    good, bad = {"G": task()}, {"B": task(Resource="bad")}
    retry = {"Retry": [{"ErrorEquals": [ALL], "MaxAttempts": 2}]}
    state = parallel(good, bad, **retry)
    if kind == "Map":
        inner = {"P": parallel(good, bad)}
        state = mapping(inner, **retry)
    steps = {**ECHO, "bad": failing("E", times=2)[CALL]}
    result = run({"S": state}, [1], steps)
    assert result.status == "COMPLETED"
    assert waits(result) == [1, 2]
    assert calls(result) == 6


def test_40_an_error_caught_within_a_branch_does_not_show() -> None:
    inner = {
        "T": task(Catch=[{"ErrorEquals": [ALL], "Next": "Handled"}]),
        "Handled": passing(Result="handled"),
    }
    assert output({"P": parallel(inner)}, {}, failing("E")) == ["handled"]


SOON = "2026-01-01T12:00:30Z"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({"Seconds": 5}, 5, id="41 Seconds"),
        pytest.param({"Seconds": 0}, 0, id="41 no seconds"),
        pytest.param({"SecondsPath": "$.s"}, 7, id="41 SecondsPath"),
        pytest.param({"SecondsPath": "$.zero"}, 0, id="41 SecondsPath of 0"),
        pytest.param({"SecondsPath": "$$.Execution.Input.s"}, 7, id="7 in the context object"),
        pytest.param({"Timestamp": SOON}, 30, id="41 Timestamp"),
        pytest.param({"TimestampPath": "$.t"}, 30, id="41 TimestampPath"),
        pytest.param({"TimestampPath": "$.offset"}, 30, id="14 an offset"),
        pytest.param({"TimestampPath": "$.fine"}, 30.5, id="14 nine digits"),
    ],
)
def test_a_wait_takes_its_time_and_passes_its_input_on(fields: Json, expected: float) -> None:
    given = {
        "s": 7,
        "zero": 0,
        "t": SOON,
        "offset": "2026-01-01T14:00:30+02:00",
        "fine": "2026-01-01T12:00:30.500000000Z",
    }
    result = run({"W": leading("Wait", **fields)}, given)
    assert result.output == given
    assert waits(result) == [expected]


@pytest.mark.parametrize("fields", [{"Timestamp": "2000-01-01T00:00:00Z"}, {"TimestampPath": "$"}])
def test_41_a_moment_in_the_past_does_not_wait(fields: Json) -> None:
    result = run({"W": leading("Wait", **fields)}, "2000-01-01T00:00:00Z", TimeoutSeconds=1)
    assert result.status == "COMPLETED"


@pytest.mark.parametrize(
    "value",
    [-1, 1.5, "1", "x", None, True, {}, [], 2**31],
    ids=lambda value: f"41 {value!r}",
)
def test_seconds_by_path_are_a_whole_number_within_bounds(value: Any) -> None:
    assert error({"W": leading("Wait", SecondsPath="$.v")}, {"v": value}) == "States.Runtime"


@pytest.mark.parametrize(
    "value",
    [
        "2026-01-01 12:00:00Z",
        "2026-01-01T12:00:00",
        "2026-02-30T12:00:00Z",
        "2026-01-01",
        "",
        "tomorrow",
        1767268800,
        None,
        {},
        "2126-01-01T12:00:00Z",
    ],
    ids=lambda value: f"14 {value!r}",
)
def test_a_moment_by_path_has_the_right_form_and_is_not_too_far(value: Any) -> None:
    assert error({"W": leading("Wait", TimestampPath="$.v")}, {"v": value}) == "States.Runtime"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"InputPath": "$.in"}, {"s": 1, "o": 2}),
        ({"InputPath": "$.in", "OutputPath": "$.o"}, 2),
        ({"InputPath": "$.in", "OutputPath": None}, {}),
    ],
    ids=lambda value: f"41 {value}",
)
def test_a_wait_looks_into_its_effective_input(fields: Json, expected: Any) -> None:
    given = {"in": {"s": 1, "o": 2}}
    assert output({"W": leading("Wait", SecondsPath="$.s", **fields)}, given) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {"a": {"b": 1}}),
        ({"InputPath": "$.a"}, {"b": 1}),
        ({"OutputPath": "$.a.b"}, 1),
        ({"InputPath": "$.a", "OutputPath": "$.b"}, 1),
        ({"InputPath": None}, {}),
        ({"OutputPath": None}, {}),
        ({"OutputPath": "$$.State.Name"}, "S"),
    ],
    ids=lambda value: f"1 {value}",
)
def test_a_succeed_ends_with_what_its_paths_leave(fields: Json, expected: Any) -> None:
    assert output({"S": {"Type": "Succeed", **fields}}, {"a": {"b": 1}}) == expected
