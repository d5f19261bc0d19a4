"""What an untrusted schema may cost: refused by its form, or given up while it is checked."""

import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assent_schemas.exact_schema import problems, schema_problem
from assent_schemas.schema_cost import MOST_CHECKS

Json = dict[str, Any]
TWICE: Json = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(30)}
DOUBLING: Json = {**TWICE, "d30": {}}
LIST: Json = {"properties": {"next": {"$ref": "#"}, "value": {"type": "integer"}}}
TREE: Json = {"properties": {"a": {"$ref": "#/$defs/d"}}}


def codes(value: Any, schema: Json) -> list[str]:
    found = problems(value, schema, prefix="input", title="", checks=MOST_CHECKS)
    return [one.code for one in found]


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"$ref": "#/$defs/d0", "$defs": DOUBLING}, "schemas apply to one value"),
        ({"properties": {"x": {"$ref": "#/$defs/d0"}}, "$defs": DOUBLING}, "apply to one value"),
        ({"$defs": DOUBLING}, "schemas apply to one value"),
        ({"$ref": "#"}, "refers to itself"),
        ({"not": {"$ref": "#"}}, "refers to itself"),
        ({"$defs": {"a": {"anyOf": [{"$ref": "#/$defs/a"}]}}}, "refers to itself"),
        ({"$defs": {f"d{n}": {"$ref": f"#/$defs/d{n + 1}"} for n in range(500)}}, "$ref"),
        ({"enum": list(range(3000))}, "more than 2000 values"),
        ({"allOf": [{"type": "object"}] * 9000}, "more than 2000 values"),
        ({"unevaluatedProperties": False}, "unevaluatedProperties is not supported"),
    ],
)
def test_a_schema_that_stands_for_too_much_is_refused_at_once(schema: Json, words: str) -> None:
    before = time.process_time()
    assert words in (schema_problem(schema) or "")
    assert time.process_time() - before < 5


@pytest.mark.parametrize("schema", [LIST, {"items": {"$ref": "#"}}, {"allOf": [LIST, LIST]}])
def test_a_schema_of_ordinary_size_may_refer_to_itself_further_down(schema: Json) -> None:
    assert schema_problem(schema) is None
    assert codes({"next": {"next": {"value": 1}}}, schema) == []


def test_a_check_that_doubles_with_each_level_of_the_input_is_given_up() -> None:
    schema = {"$ref": "#/$defs/d", "$defs": {"d": {"allOf": [TREE, TREE]}}}
    assert schema_problem(schema) is None
    deep: Json = {}
    for _ in range(60):
        deep = {"a": deep}
    assert codes(deep, schema) == ["input.too_costly"]


def test_many_items_against_many_words_are_given_up() -> None:
    schema = {"items": {"enum": ["x"] * 1500}}
    assert codes(["x"] * 20_000, schema) == ["input.too_costly"]


def test_an_input_of_the_largest_size_is_checked_to_its_end() -> None:
    item = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}
    assert codes([{"a": n} for n in range(16_000)], {"type": "array", "items": item}) == []


def test_unique_items_of_any_kind_are_told_in_linear_time() -> None:
    before = time.process_time()
    assert codes([{"a": [n]} for n in range(20_000)], {"uniqueItems": True}) == []
    assert time.process_time() - before < 20


@pytest.mark.parametrize(
    ("items", "unique"),
    [
        ([1, True], True),
        ([0, False, None, "", [], {}], True),
        ([1, Decimal("1.0")], False),
        ([{"a": 1, "b": 2}, {"b": 2, "a": 1}], False),
        ([[1, 2], [2, 1]], True),
        ([{"a": [Decimal("0.10")]}, {"a": [Decimal("0.1")]}], False),
        (["1", 1], True),
    ],
)
def test_items_are_alike_as_json_values_are(items: list[Any], *, unique: bool) -> None:
    assert (codes(items, {"uniqueItems": True}) == []) is unique


@given(st.lists(st.none() | st.booleans() | st.integers(0, 2) | st.lists(st.integers(0, 1))))
def test_uniqueness_agrees_with_a_comparison_of_each_with_each(items: list[Any]) -> None:
    pairs = [(a, b) for at, a in enumerate(items) for b in items[at + 1 :]]
    twice = any(a == b and type(a) is type(b) for a, b in pairs)
    assert (codes(items, {"uniqueItems": True}) == []) is not twice
