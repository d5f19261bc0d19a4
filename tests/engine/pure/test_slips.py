"""What a policy's author gets wrong most easily is told once, with the repair that works."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel

from assent_engine import asl
from assent_engine.registry import StepRegistry
from assent_engine.validation import Named, refuse_machine, validate, warnings
from assent_schemas.errors import PolicyInvalid, Problem
from engine.pure.policies import machine, passing, policy, task
from engine.pure.test_fixes import applied
from engine.pure.test_validation_table import choosing

REGISTRY = StepRegistry()


class Asked(BaseModel):
    symbol: str
    side: str = "buy"


@REGISTRY.add_step("a.quote", "A quote")
def quote(given: Asked) -> str:
    return given.symbol


def problems(document: Any) -> list[Problem]:
    try:
        validate(document, REGISTRY)
    except PolicyInvalid as invalid:
        return list(invalid.problems)
    return []


@pytest.mark.parametrize(
    ("slip", "value", "meant"),
    [
        ("greater_than", 30, "numeric_greater_than"),
        ("greater_than", Decimal("0.5"), "numeric_greater_than"),
        ("less_than", "2026-01-31T09:00:00Z", "timestamp_less_than"),
        ("less_than_equals", "b", "string_less_than_equals"),
        ("equals", True, "boolean_equals"),
        ("NumericLessThan", 1, "numeric_less_than"),
        ("string_equal", "x", "string_equals"),
        ("numeric_greater_path", "$.limit", "numeric_greater_than_path"),
    ],
)
def test_a_misspelt_test_becomes_the_one_that_takes_its_value(
    slip: str, value: Any, meant: str
) -> None:
    document = policy(choosing({"variable": "$.a", slip: value}))
    (one,) = problems(document)
    assert one.code == "policy.unknown_key"
    assert one.fix is not None
    assert one.fix[0]["path"].endswith(f"/{meant}")
    assert problems(applied(document, one)) == []


def test_a_test_that_could_be_of_any_type_is_not_guessed() -> None:
    document = policy(choosing({"variable": "$.a", "greater_than_path": "$.limit"}))
    assert all(one.fix is None for one in problems(document))


def test_a_rule_without_any_test_is_told_what_tests_look_like() -> None:
    (one,) = problems(policy(choosing({"variable": "$.a"})))
    assert one.code == "policy.missing_key"
    assert len(one.detail) < 120


@pytest.mark.parametrize(
    "state",
    [
        task("a.quote", parameters={"ticker": "A"}),
        task("a.quote", parameters={"ticker.$": "$.t"}),
        task("a.quote", parameters={"Symbol": "A"}),
        task("a.quote", parameters={"symbol": "A", "sides": "sell"}),
        task("a.quote", parameters={"symbol": "A"}, retry=[{"error_equals": "A"}]),
        task("a.quote", parameters={"symbol": "A"}, timeout_seconds="30"),
    ],
)
def test_one_obvious_slip_has_a_fix_that_leaves_nothing_wrong(state: dict[str, Any]) -> None:
    document = policy({"T": state})
    (one,) = problems(document)
    assert one.fix is not None
    assert problems(applied(document, one)) == []


def test_a_parameter_that_a_step_does_not_know_is_refused() -> None:
    document = policy({"T": task("a.quote", parameters={"symbol": "A", "zzz": 1})})
    (one,) = problems(document)
    assert (one.code, one.fix) == ("parameters.unknown_key", None)
    assert one.pointer == "/states/T/parameters/zzz"


def test_another_case_of_a_state_is_that_state() -> None:
    document = policy({"A": passing(next="c"), "C": passing()})
    (one,) = problems(document)
    assert problems(applied(document, one)) == []


def test_an_end_that_is_false_beside_a_next_is_taken_away() -> None:
    document = policy({"A": {**passing(next="B"), "end": False}, "B": passing()})
    (one,) = [one for one in problems(document) if one.fix is not None]
    assert problems(applied(document, one)) == []


def test_a_path_without_its_mark_is_doubted() -> None:
    literal = {"msg": "$.vix.price", "price": "$.50 a share", "made": "States.UUID()"}
    document = policy({"A": passing(parameters=literal, result_path="$.a")})
    found = [one for one in warnings(document, Named()) if one.code == "template.literal_path"]
    assert [one.pointer for one in found] == [
        "/states/A/parameters/msg",
        "/states/A/parameters/made",
    ]
    mended = applied(applied(document, found[0]), found[1])
    assert mended["states"]["A"]["parameters"].keys() == {"msg.$", "price", "made.$"}


def test_a_result_is_data_and_never_doubted() -> None:
    document = policy({"A": passing(result={"msg": "$.vix.price"})})
    assert [one.code for one in warnings(document, Named())] == []


def test_a_map_over_what_is_no_list_is_refused() -> None:
    inner = machine({"In": passing()})
    over = {"type": "Map", "items_path": "$.a", "iterator": inner, "end": True}
    document = policy({"M": over}, context_defaults={"a": 1}, input_schema={"type": "object"})
    start = passing(result={"a": "one"}, next="M")
    (one,) = problems({**document, "start_at": "S", "states": {"S": start, "M": over}})
    assert (one.code, one.pointer) == ("map.not_a_list", "/states/M/items_path")


MACHINE = {"StartAt": "B", "States": {"B": {"Type": "Pass", "Result": {"Next": 1}, "End": True}}}


def test_a_machine_is_told_to_be_imported_first() -> None:
    (one,) = problems(MACHINE)
    assert one.code == "policy.is_asl"
    assert "assent policy import" in one.remedy
    with pytest.raises(PolicyInvalid):
        refuse_machine(MACHINE)
    refuse_machine(policy({"A": passing()}))


def test_an_imported_machine_is_judged_in_its_own_places_and_names() -> None:
    document = asl.import_machine(MACHINE)
    del document["states"]["B"]["end"]
    document["states"]["B"]["next"] = "Nowhere"
    with pytest.raises(PolicyInvalid) as refused:
        validate(document, REGISTRY)
    assert "/states/B/next" in {one.pointer for one in refused.value.problems}
    assert not any("/States" in (one.pointer or "") for one in refused.value.problems)


def test_too_many_of_something_are_counted() -> None:
    rules = [{"error_equals": ["A"]}] * 3
    tags = policy({"T": task("a.quote", parameters={"symbol": "A"}, retry=rules)}, name="x" * 300)
    (one,) = [one for one in problems(tags) if one.pointer == "/name"]
    assert one.detail == "It has 300 characters; 200 is the most."


def test_a_resource_elsewhere_is_answered_with_what_can_be_done() -> None:
    document = policy({"T": task("arn:aws:lambda:us-east-1:123456789012:function:f")})
    (one,) = problems(document)
    assert one.code == "resource.unknown"
    assert "simulate --steps" in one.remedy
