"""Attacks 4 to 8 on a run: data that doubles, Maps in Maps, patterns that backtrack, loops."""

import time
from typing import Any

import pytest

from assent_engine.interpreter.sizes import least_bytes, measured
from assent_schemas import exact_json
from engine.hostile.attacks import carried_out
from engine.pure.policies import machine, passing, run
from engine.pure.test_validation_table import choosing

BEFORE = """
from engine.hostile.test_growth import again_and_again
from engine.pure.policies import machine, passing, run
run({"A": passing()})
"""


def again_and_again(state: dict[str, Any], given: Any = None) -> str | None:
    """The error of a run that comes back to the state until something stops it."""
    leave = {"variable": "$.stop", "is_present": True, "next": "End"}
    states = {
        "A": {"type": "Pass", **state, "next": "Again"},
        "Again": {"type": "Choice", "choices": [leave], "default": "A"},
        "End": {"type": "Succeed"},
    }
    return run(states, given, max_transitions=10_000).error


GROWTH = [
    ("a template of the input, five thousand times", '{f"k{n}.$": "$" for n in range(5000)}'),
    ("the input twice, again and again", '{"a.$": "$", "b.$": "$"}'),
    ("a text twice its own", '{"x.$": "States.Format(\'{}{}\', $.x, $.x)"}'),
    ("an array of itself", '{"x.$": "States.Array($.x, $.x, $.x, $.x, $.x, $.x, $.x, $.x)"}'),
    ("an object merged with itself", '{"a.$": "States.JsonMerge($, $, false)", "b.$": "$"}'),
    ("the text of its text", '{"x.$": "States.JsonToString($)"}'),
    ("base64 of base64", '{"x.$": "States.Base64Encode($.x)"}'),
    ("chunks of chunks", '{"x.$": "States.ArrayPartition(States.Array($.x, $.x), 1)"}'),
]


@pytest.mark.parametrize("body", [row[1] for row in GROWTH], ids=[row[0] for row in GROWTH])
@pytest.mark.parametrize("field", ["parameters", "assign"])
def test_data_that_grows_ends_in_the_limit_and_not_in_the_memory(body: str, field: str) -> None:
    fields = {"parameters": body} | ({"assign": body} if field == "assign" else {})
    state = ", ".join(f'"{name}": {value}' for name, value in fields.items())
    attack = f'return again_and_again({{{state}}}, {{"x": "y" * 50_000}})'
    damage = carried_out(BEFORE, attack)
    assert damage.said in {"States.DataLimitExceeded", "States.Runtime"}
    assert damage.mebibytes < 20


def test_variables_together_are_bounded_too() -> None:
    attack = """
values = {f"v{n}.$": "$" for n in range(2000)}
return again_and_again({"assign": values}, {"x": "y" * 200_000})
"""
    damage = carried_out(BEFORE, attack)
    assert damage.said == "States.DataLimitExceeded"
    assert damage.mebibytes < 20


def test_each_item_of_a_map_is_bounded_too() -> None:
    attack = """
values = {f"v{n}.$": "$" for n in range(2000)}
inner = machine({"T": {"type": "Task", "resource": "a.step", "end": True}})
state = {"type": "Map", "items_path": "$.l", "item_selector": values, "iterator": inner}
given = {"x": "y" * 200_000, "l": [1, 2]}
return run({"M": {**state, "end": True}}, given, {"a.step": lambda seen: None}).error
"""
    damage = carried_out(BEFORE, attack)
    assert damage.said == "States.DataLimitExceeded"
    assert damage.mebibytes < 20


def nested_maps(levels: int) -> dict[str, Any]:
    inner = machine({"In": passing()})
    for _ in range(levels):
        state = {"type": "Map", "items_path": "$$.execution.input.l", "iterator": inner}
        inner = machine({"M": {**state, "end": True}})
    states: dict[str, Any] = inner["states"]
    return states


def test_maps_in_maps_end_with_the_budget_of_the_run() -> None:
    result = run(nested_maps(8), {"l": list(range(50))})
    assert result.error == "Run.TransitionLimitExceeded"
    assert len(result.trace) < 50_000


def test_maps_in_maps_within_the_bound_are_carried_out() -> None:
    result = run(nested_maps(3), {"l": list(range(4))})
    assert result.status == "COMPLETED"
    assert sum(entry["key"].startswith("In.") for entry in result.trace) == 4**3


def test_a_loop_that_is_never_left_is_stopped() -> None:
    assert again_and_again({}) == "Run.TransitionLimitExceeded"


GLOBS = [
    "*a" * 30_000 + "*b",
    "*" * 60_000 + "b",
    "*" + "a" * 30_000 + "b*",
    "*a*a*a*a*a*a*a*a*a*a*b",
    "\\*" * 30_000,
    "a" * 65_000 + "*",
    "*aa" * 20_000 + "b",
]


@pytest.mark.parametrize("pattern", GLOBS, ids=lambda text: text[:12])
def test_a_pattern_never_backtracks(pattern: str) -> None:
    rule = {"variable": "$.a", "string_matches": pattern}
    before = time.process_time()
    assert run(choosing(rule), {"a": "a" * 60_000}).error in {"States.NoChoiceMatched", None}
    assert time.process_time() - before < 10


def test_a_size_is_at_least_what_is_counted_and_exact_where_it_fits() -> None:
    value = {"a": [1, None, True, "é\n", {}], "b": exact_json.parse("1.50")}
    size = len(exact_json.encode(value))
    assert measured(value, 1000) == size
    assert least_bytes(value, 1000) <= size
    assert measured([value] * 1000, 1000) > 1000
