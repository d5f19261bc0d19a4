"""Cycles and widths: how long a run may be is said where it is not plain."""

from typing import Any

import pytest

from assent_engine import asl
from assent_engine.validation import Named, validate, warnings
from assent_schemas.errors import PolicyInvalid
from engine.pure.policies import States, machine, passing, policy

OUT = {"variable": "$.n", "is_present": True, "next": "End"}
END: States = {"End": {"type": "Succeed"}}
LOOP: States = {
    "A": passing(next="B"),
    "B": {"type": "Choice", "choices": [OUT], "default": "A"},
    **END,
}
ENDLESS: States = {
    "Start": {"type": "Choice", "choices": [OUT], "default": "A"},
    "A": passing(next="B"),
    "B": passing(next="A"),
    **END,
}


def problems(document: dict[str, Any]) -> list[Any]:
    try:
        validate(document, Named())
    except PolicyInvalid as refused:
        return list(refused.problems)
    return []


def mapping(items: list[int], **more: Any) -> dict[str, Any]:
    iterator = machine({"One": passing(next="Two"), "Two": passing()})
    return {"type": "Map", "parameters": {"items": items}, "items_path": "$.items",
            "iterator": iterator, "end": True, **more}  # fmt: skip


def test_a_cycle_needs_a_bound_of_its_own_and_the_fix_says_it() -> None:
    (found,) = problems(policy(LOOP))
    assert (found.code, found.pointer) == ("cycle.unbounded", "/states/A")
    assert '"A" -> "B" -> "A"' in found.detail
    assert found.fix == ({"op": "add", "path": "/max_transitions", "value": 10_000},)
    assert problems(policy(LOOP, max_transitions=10_000)) == []


def test_a_cycle_of_one_state_and_one_in_a_branch_are_cycles_too() -> None:
    again = [{"error_equals": ["States.ALL"], "next": "P"}]
    branches = [machine(LOOP)]
    outer = {"type": "Parallel", "branches": branches, "catch": again, "end": True}
    places = [(one.code, one.pointer) for one in problems(policy({"P": outer}))]
    assert places == [
        ("cycle.unbounded", "/states/P"),
        ("cycle.unbounded", "/states/P/branches/0/states/A"),
    ]


def test_a_cycle_without_a_way_out_is_refused_whatever_its_bound() -> None:
    found = problems(policy(ENDLESS, max_transitions=5))
    assert [(one.code, one.pointer) for one in found] == [("cycle.endless", "/states/A")]


def test_the_cycles_of_an_imported_machine_are_warnings() -> None:
    again = [{"ErrorEquals": ["States.ALL"], "Next": "A"}]
    states = {"A": {"Type": "Task", "Resource": "a.step", "Catch": again, "End": True}}
    document = asl.import_machine({"StartAt": "A", "States": states})
    assert validate(document, Named({"a.step"})).max_transitions == 10_000
    codes = [one.code for one in warnings(document, Named())]
    assert codes == ["cycle.unbounded"]


@pytest.mark.parametrize("most", [0, 1_000_001, "1", 1.5, None])
def test_a_bound_is_a_whole_number_up_to_a_million(most: Any) -> None:
    found = problems(policy(LOOP, max_transitions=most))
    assert [one.pointer for one in found] == ["/max_transitions"]


def test_a_map_that_cannot_end_within_its_bound_is_refused_with_a_bound_that_does() -> None:
    (found,) = problems(policy({"M": mapping([1, 2, 3])}, max_transitions=5))
    assert (found.code, found.pointer) == ("map.over_budget", "/states/M")
    assert found.fix == ({"op": "add", "path": "/max_transitions", "value": 11},)
    assert problems(policy({"M": mapping([1, 2, 3])}, max_transitions=11)) == []


def test_a_map_that_may_outgrow_its_bound_is_a_warning() -> None:
    schema = {
        "type": "object",
        "properties": {"items": {"type": "array", "maxItems": 4}},
        "required": ["items"],
        "additionalProperties": False,
    }
    state = mapping([])
    del state["parameters"]
    document = policy({"M": state}, max_transitions=7, input_schema=schema)
    assert problems(document) == []
    assert [one.code for one in warnings(document, Named())] == ["map.near_budget"]
    assert warnings({**document, "max_transitions": 8}, Named()) == []


def test_a_variable_may_not_take_the_languages_own_name() -> None:
    found = problems(policy({"A": passing(assign={"states": 1})}))
    assert [(one.code, one.pointer) for one in found] == [
        ("variable.reserved", "/states/A/assign/states")
    ]
