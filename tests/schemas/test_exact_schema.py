"""JSON Schema over exact numbers, and how its errors read."""

import json
from decimal import Decimal
from typing import Any

import pytest

from assent_schemas.errors import Problem
from assent_schemas.exact_json import parse
from assent_schemas.exact_schema import problems, schema_problem
from assent_schemas.spelling import did_you_mean, nearest


def found(value: Any, schema: Any) -> list[Problem]:
    return problems(value, schema, prefix="x", title="T")


def codes(value: Any, schema: Any) -> list[tuple[str, str | None]]:
    return [(one.code, one.pointer) for one in found(value, schema)]


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ('{"type": "integer"}', "1.0"),
        ('{"type": "integer"}', "1e3"),
        ('{"type": "integer"}', "-0.0"),
        ('{"type": "integer"}', "1E+40"),
        ('{"type": "number"}', "0.1"),
        ('{"const": 0.1}', "0.1"),
        ('{"const": 0.1}', "0.10"),
        ('{"const": 1}', "1.0"),
        ('{"enum": [0.1, 0.2]}', "0.2"),
        ('{"multipleOf": 0.01}', "0.1"),
        ('{"multipleOf": 0.01}', "1234567890123.45"),
        ('{"multipleOf": 0.01}', "1e40"),
        ('{"multipleOf": 0.1}', "1.1"),
        ('{"multipleOf": 1e-40}', "3e-40"),
        ('{"multipleOf": 1e-40}', "1e40"),
        ('{"multipleOf": 3}', "9.0"),
        ('{"multipleOf": 0.01}', '"no number"'),
        ('{"multipleOf": 0.01}', "true"),
        ('{"maximum": 0.3}', "0.30"),
        ('{"exclusiveMaximum": 0.3}', "0.29999999999999999"),
        ('{"minLength": 2.0}', '"ab"'),
        ('{"uniqueItems": true}', '[0.1, 0.2, true, 1, "0.1"]'),
    ],
)
def test_exact_numbers_meet_the_schema_that_they_ought_to(schema: str, value: str) -> None:
    assert codes(parse(value), parse(schema)) == []


@pytest.mark.parametrize(
    ("schema", "value", "code"),
    [
        ('{"type": "integer"}', "1.5", "x.wrong_type"),
        ('{"type": "integer"}', "1.0000000000000000000001", "x.wrong_type"),
        ('{"type": "integer"}', "1e-40", "x.wrong_type"),
        ('{"type": "integer"}', "true", "x.wrong_type"),
        ('{"type": "number"}', "true", "x.wrong_type"),
        ('{"type": "number"}', '"1"', "x.wrong_type"),
        ('{"const": 0.1}', "0.1000000000000000055511151231257827", "x.not_allowed"),
        ('{"const": 1}', "true", "x.not_allowed"),
        ('{"enum": [0.1]}', "0.2", "x.not_allowed"),
        ('{"multipleOf": 0.01}', "0.015", "x.out_of_bounds"),
        ('{"multipleOf": 0.01}', "1e-40", "x.out_of_bounds"),
        ('{"multipleOf": 1e40}', "1", "x.out_of_bounds"),
        ('{"exclusiveMaximum": 0.3}', "0.30", "x.out_of_bounds"),
        ('{"maximum": 0.3}', "0.30000000000000000000001", "x.out_of_bounds"),
        ('{"uniqueItems": true}', "[0.1, 0.10]", "x.out_of_bounds"),
        ('{"minItems": 1}', "[]", "x.out_of_bounds"),
        ('{"not": {"type": "string"}}', '"a"', "x.out_of_bounds"),
        ('{"oneOf": [true, true]}', "1", "x.out_of_bounds"),
        ('{"oneOf": [{"required": ["a"]}, {"required": ["b"]}]}', "1", "x.out_of_bounds"),
        ('{"anyOf": [{"type": "string"}, {"type": "null"}]}', "1", "x.wrong_type"),
        ('{"propertyNames": {"maxLength": 1}}', '{"ab": 1}', "x.out_of_bounds"),
        ('{"properties": {"a": false}, "type": "object"}', "[]", "x.wrong_type"),
    ],
)
def test_a_breach_has_a_stable_code(schema: str, value: str, code: str) -> None:
    assert codes(parse(value), parse(schema)) == [(code, "")]


def test_a_number_of_any_exponent_is_judged_at_once() -> None:
    assert codes(Decimal("1E+999999"), {"type": "integer"}) == []
    assert codes(Decimal("1E-999999"), {"type": "integer"}) == [("x.wrong_type", "")]


SHAPE = {
    "type": "object",
    "required": ["ticker"],
    "additionalProperties": False,
    "properties": {
        "ticker": {"type": "string"},
        "quantity": {"type": "integer", "minimum": Decimal("0.5")},
        "sides": {"type": "array", "items": {"enum": ["buy", "sell"]}},
        "a/b~c": {"type": ["string", "null"]},
    },
}


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        pytest.param(
            {}, ("x.missing_key", "", '"ticker" is missing.', ""), id="missing key at its parent"
        ),
        pytest.param(
            {"ticker": "A", "tickr": "A"},
            ("x.unknown_key", "/tickr", '"tickr" is not known here.', 'Did you mean "ticker"?'),
            id="misspelt key",
        ),
        pytest.param(
            {"ticker": "A", "zzz": 1},
            (
                "x.unknown_key",
                "/zzz",
                '"zzz" is not known here.',
                "Known here: ticker, quantity, sides, a/b~c.",
            ),
            id="foreign key",
        ),
        pytest.param(
            {"ticker": None},
            ("x.wrong_type", "/ticker", "A string is needed, not null.", ""),
            id="null for text",
        ),
        pytest.param(
            {"ticker": "A", "quantity": "9"},
            ("x.wrong_type", "/quantity", "An integer is needed, not '9'.", ""),
            id="text for integer",
        ),
        pytest.param(
            {"ticker": "A", "a/b~c": 1},
            ("x.wrong_type", "/a~1b~0c", "A string or null is needed, not number.", ""),
            id="pointer is escaped, types are joined",
        ),
        pytest.param(
            {"ticker": "A", "quantity": Decimal("0.0")},
            ("x.out_of_bounds", "/quantity", "0.0 is less than the minimum of 0.5.", ""),
            id="numbers read as JSON writes them",
        ),
        pytest.param(
            {"ticker": "A", "sides": ["buy", "sel"]},
            (
                "x.not_allowed",
                "/sides/1",
                "'sel' is not one of buy, sell.",
                'Did you mean "sell"?',
            ),
            id="misspelt word",
        ),
    ],
)
def test_a_problem_says_what_where_and_what_to_do(
    value: Any, problem: tuple[str, str, str, str]
) -> None:
    assert [(one.code, one.pointer, one.detail, one.remedy) for one in found(value, SHAPE)] == [
        problem
    ]


def test_all_problems_come_at_once_by_pointer_under_the_base() -> None:
    value = {"tickr": 1, "quantity": "x", "sides": [1]}
    rows = problems(value, SHAPE, prefix="input", title="T", base="/input")
    assert [(one.code, one.pointer) for one in rows] == [
        ("input.missing_key", "/input"),
        ("input.wrong_type", "/input/quantity"),
        ("input.not_allowed", "/input/sides/0"),
        ("input.unknown_key", "/input/tickr"),
    ]


def test_a_choice_of_keys_is_told_as_missing_or_as_exclusive() -> None:
    schema = {"oneOf": [{"required": ["next"]}, {"required": ["end"]}]}
    assert [one.detail for one in found({}, schema)] == ["One of next, end is needed here."]
    both = found({"next": "A", "end": True}, schema)
    assert [(one.code, one.detail) for one in both] == [
        ("x.exclusive_keys", "Only one of next and end may stand here.")
    ]


def test_a_flood_of_problems_is_cut_at_a_hundred() -> None:
    value = {f"unknown {at}": at for at in range(40_000)}
    assert len(found(value, SHAPE)) == 100


@pytest.mark.parametrize(
    "schema",
    [
        pytest.param({"$ref": "#"}, id="endless reference"),
        pytest.param({"allOf": [{"$ref": "#/$defs/a"}], "$defs": {"a": {"$ref": "#"}}}, id="loop"),
        pytest.param({"$ref": "#/$defs/absent"}, id="reference to nothing"),
        pytest.param({"$ref": "http://127.0.0.1:9/schema.json"}, id="reference to the network"),
        pytest.param({"$ref": "file:///etc/passwd"}, id="reference to a file"),
    ],
)
def test_a_schema_that_leads_nowhere_is_a_problem_and_never_a_request(schema: Any) -> None:
    assert codes({}, schema) == [("x.schema_unusable", "")]


@pytest.mark.parametrize(
    "schema",
    [
        {},
        SHAPE,
        {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object"},
        {"minLength": Decimal("1.0")},
        {"multipleOf": Decimal("0.01")},
        {"$defs": {"a b": {"type": "string"}}, "$ref": "#/$defs/a b"},
        {"properties": {"pattern": {"type": "string"}, "$ref": {"type": "string"}}},
        {"properties": {"child": {"$ref": "#"}}},
        {"const": {"pattern": "(a+)+$", "$ref": "http://example.com"}},
    ],
    ids=lambda schema: json.dumps(schema, default=str)[:40],
)
def test_a_sound_schema_has_no_problem(schema: dict[str, Any]) -> None:
    assert schema_problem(schema) is None


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "strnig"}, "strnig"),
        ({"minLength": -1}, "minimum"),
        ({"minLength": Decimal("1.5")}, "1.5"),
        ({"multipleOf": Decimal(0)}, "multipleOf"),
        ({"required": "a"}, "required"),
        ({"properties": {"a": {"type": 1}}}, "properties.a"),
        ({"$ref": "http://example.com/schema.json"}, "$ref"),
        ({"items": {"anyOf": [{"$ref": "other.json#/$defs/a"}]}}, "$ref"),
        ({"$ref": "#/$defs/absent"}, "$ref"),
        ({"const": {"pattern": "x"}, "$ref": "#/const"}, "$ref"),
        ({"properties": {"default": {"$ref": "http://example.com"}}}, "$ref"),
        ({"properties": {"a": {"pattern": "(a+)+$"}}}, "pattern"),
        ({"patternProperties": {"(a+)+$": {}}}, "patternProperties"),
        ({"$defs": {"a": {"$id": "http://example.com"}}}, "$id"),
        ({"$dynamicRef": "#a"}, "$dynamicRef"),
    ],
    ids=lambda value: json.dumps(value, default=str)[:40],
)
def test_an_unsound_or_unsafe_schema_is_told(schema: dict[str, Any], words: str) -> None:
    problem = schema_problem(schema)
    assert problem is not None
    assert words in problem
    assert "Decimal(" not in problem


def test_a_schema_that_names_its_dialect_still_compares_exactly() -> None:
    dialect = "https://json-schema.org/draft/2020-12/schema"
    schema = {"$schema": dialect, "properties": {"a": {"$ref": "#"}, "n": {"type": "integer"}}}
    assert codes({"a": {"a": {"n": Decimal("1.0")}}}, schema) == []


def test_the_nearest_name_is_found_with_bounded_work() -> None:
    names = ["market.get_quote", "notify.user"]
    assert nearest("market.get_qoute", names) == "market.get_quote"
    assert nearest("qwertz", names) is None
    assert nearest("a" * 81, ["a" * 80]) is None
    assert nearest("a" * 80, ["a" * 5000, "a" * 79]) == "a" * 79
    assert did_you_mean("notify.usr", names) == 'Did you mean "notify.user"?'
    assert did_you_mean("qwertz", names, "Look it up.") == "Look it up."
