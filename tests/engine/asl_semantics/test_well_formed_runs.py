"""What is well-formed runs: a call that can only fail fails its state, and only there."""

import pytest

from assent_engine import asl
from engine.asl_semantics.aws import Json, error, leading, machine, mapping, output, passing, run

# Points 17 to 23 of the ASL notes: what each function takes.
MISUSED = [
    "States.MathAdd('1')",
    "States.MathAdd('1', 2)",
    "States.UUID(1)",
    "States.Format('{}')",
    "States.Format('{', 1)",
    "States.StringToJson(1)",
    "States.ArrayGetItem($.list)",
    "States.Array(States.MathAdd(1))",
]


@pytest.mark.parametrize("call", MISUSED)
def test_a_misused_function_fails_its_state_at_run_time(call: str) -> None:
    states = {"A": passing(Parameters={"x.$": call})}
    assert asl.well_formed(machine(states)) == []
    assert error(states, {"list": [1]}) == "States.Runtime"


def test_a_misused_function_that_is_never_reached_harms_nobody() -> None:
    states: Json = {
        "Which": leading(
            "Choice",
            Choices=[{"Variable": "$.odd", "IsPresent": True, "Next": "Odd"}],
            Default="Even",
            End=...,
        ),
        "Odd": passing(Parameters={"x.$": "States.MathAdd(1)"}),
        "Even": passing(),
    }
    states["Which"].pop("End")
    assert output(states, {}) == {}
    assert error(states, {"odd": 1}) == "States.Runtime"


def test_a_misused_function_in_an_error_path_is_states_runtime() -> None:
    states = {"F": {"Type": "Fail", "ErrorPath": "States.Format('{}')"}}
    assert run(states, {}).error == "States.Runtime"


def test_parameters_may_be_a_list() -> None:
    assert output({"A": passing(Parameters=[1, {"x.$": "$.a"}])}, {"a": 2}) == [1, {"x": 2}]


def test_an_item_selector_may_be_a_list() -> None:
    states = {"M": mapping(ItemsPath="$.b", ItemSelector=[{"v.$": "$$.Map.Item.Value"}])}
    assert output(states, {"b": [1, 2]}) == [[{"v": 1}], [{"v": 2}]]


# Point 19 and the service's own parser.
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1, "b": 2, "a": 3}', {"a": 3, "b": 2}),
        ("1" * 60, int("1" * 60)),
        ("1e60", 10**60),
    ],
)
def test_string_to_json_reads_what_the_service_reads(text: str, value: object) -> None:
    states = {"A": passing(Parameters={"x.$": "States.StringToJson($.t)"})}
    assert output(states, {"t": text}) == {"x": value}


def test_string_to_json_bounds_depth_and_digits() -> None:
    states = {"A": passing(Parameters={"x.$": "States.StringToJson($.t)"})}
    for text in ("[" * 100 + "]" * 100, "1" * 5000, "1e999"):
        assert error(states, {"t": text}) == "States.Runtime"
