"""Choice as AWS decides it; the numbers are those of the ASL notes."""

from typing import Any

import pytest

from engine.asl_semantics.aws import Json, error, output, passing, run

ORDERS = ("Equals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
CONSTANTS: dict[str, Any] = {
    **{f"String{order}": "a" for order in ORDERS},
    **{f"Numeric{order}": 1 for order in ORDERS},
    **{f"Timestamp{order}": "2026-01-01T00:00:00Z" for order in ORDERS},
    "BooleanEquals": True,
}
VALUES: dict[str, list[Any]] = {
    "null": [None],
    "list": [[], ["a"], [1]],
    "object": [{}, {"a": 1}],
    "boolean": [True, False],
    "number": [0, 1, 1.5],
    "text": ["", "a", "1", "true", "2026-01-01"],
}
RIGHT = {"S": "text", "N": "number", "T": "moment", "B": "boolean"}
WRONG = [
    pytest.param(test, constant, value, id=f"10 {test} on {value!r}")
    for test, constant in CONSTANTS.items()
    for kind, values in VALUES.items()
    if kind != RIGHT[test[0]]
    for value in values
]


def choice(*rules: Json, **fields: Any) -> Json:
    """A Choice between "yes" for any of the rules and "no"."""
    return {
        "Choose": {
            "Type": "Choice",
            "Choices": [{**rule, "Next": "Yes"} for rule in rules],
            "Default": "No",
            **fields,
        },
        "Yes": passing(Result="yes"),
        "No": passing(Result="no"),
    }


def holds(rule: Json, given: Any) -> bool:
    return bool(output(choice(rule), given) == "yes")


@pytest.mark.parametrize(("test", "constant", "value"), WRONG)
def test_a_value_of_a_wrong_type_compares_false(test: str, constant: Any, value: Any) -> None:
    assert not holds({"Variable": "$.v", test: constant}, {"v": value})


@pytest.mark.parametrize(("test", "constant", "value"), WRONG)
def test_a_path_operator_on_a_wrong_type_compares_false(
    test: str, constant: Any, value: Any
) -> None:
    assert not holds({"Variable": "$.v", f"{test}Path": "$.c"}, {"v": value, "c": constant})
    assert not holds({"Variable": "$.c", f"{test}Path": "$.v"}, {"v": value, "c": constant})


ORDERED = [
    ("String", "a", "b"),
    ("String", "", "a"),
    ("String", "A", "A "),
    ("String", "A ", "AB"),
    ("String", "Z", "a"),
    ("String", "\U00010000", "\uffff"),
    ("Numeric", -1, 0),
    ("Numeric", 1, 1.5),
    ("Numeric", 0.1, 0.2),
    ("Timestamp", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000000001Z"),
    ("Timestamp", "2026-01-01T00:00:00+01:00", "2026-01-01T00:00:00Z"),
    ("Timestamp", "2025-12-31T23:59:59Z", "2026-01-01T00:00:00Z"),
]


@pytest.mark.parametrize(
    ("kind", "low", "high"), [pytest.param(*row, id=f"13 {row}") for row in ORDERED]
)
@pytest.mark.parametrize(
    ("order", "expected"),
    list(zip(ORDERS, [(0, 1, 0), (1, 0, 0), (1, 1, 0), (0, 0, 1), (0, 1, 1)], strict=True)),
)
def test_values_order(
    kind: str, low: Any, high: Any, order: str, expected: tuple[int, int, int]
) -> None:
    for (left, right), wanted in zip([(low, high), (low, low), (high, low)], expected, strict=True):
        assert holds({"Variable": "$.v", f"{kind}{order}": right}, {"v": left}) is bool(wanted)
        path = {"Variable": "$.v", f"{kind}{order}Path": "$.w"}
        assert holds(path, {"v": left, "w": right}) is bool(wanted)


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        pytest.param({"NumericEquals": 0.0}, 0, id="10 0 equals 0.0"),
        pytest.param({"NumericEquals": 2}, 2.0, id="10 2.0 equals 2"),
        pytest.param({"NumericEquals": 0}, -0.0, id="10 minus zero equals 0"),
        pytest.param({"BooleanEquals": False}, False, id="10 false equals false"),
        pytest.param({"TimestampEquals": "2026-01-01T00:00:00.0Z"}, "2026-01-01T00:00:00Z"),
        pytest.param({"TimestampEquals": "2026-01-01T01:00:00+01:00"}, "2026-01-01T00:00:00Z"),
        pytest.param(
            {"TimestampEquals": "2026-01-01T00:00:00.123456789Z"}, "2026-01-01T00:00:00.1234567890Z"
        ),
    ],
)
def test_equal_values_are_equal_however_written(rule: Json, value: Any) -> None:
    assert holds({"Variable": "$.v", **rule}, {"v": value})


MOMENTS = ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.123456789+02:00"]
TYPES: dict[str, list[Any]] = {
    "IsNull": [None],
    "IsBoolean": [True, False],
    "IsNumeric": [0, 1, -1.5],
    "IsString": ["", "a", "1", "2026-01-01 00:00:00Z", *MOMENTS],
    "IsTimestamp": MOMENTS,
}
OF_ALL_TYPES: list[Any] = [
    None,
    True,
    False,
    0,
    1,
    -1.5,
    "",
    "a",
    "1",
    "2026-01-01 00:00:00Z",
    *MOMENTS,
]
OF_ALL_TYPES += [[], [1], {}, {"a": 1}, "2026-01-01T00:00:00", "2026-02-30T00:00:00Z"]
OF_ALL_TYPES += ["2026-01-01t00:00:00z", "2026-01-01"]
NOT_MOMENTS = ["2026-01-01T00:00:00", "2026-02-30T00:00:00Z", "2026-01-01t00:00:00z", "2026-01-01"]
TYPES["IsString"] += NOT_MOMENTS


@pytest.mark.parametrize(
    ("test", "value"),
    [
        pytest.param(test, value, id=f"11 {test} on {value!r}")
        for test in TYPES
        for value in OF_ALL_TYPES
    ],
)
def test_a_type_test_and_its_negation_are_opposites(test: str, value: Any) -> None:
    wanted = any(type(value) is type(one) and value == one for one in TYPES[test])
    assert holds({"Variable": "$.v", test: True}, {"v": value}) is wanted
    assert holds({"Variable": "$.v", test: False}, {"v": value}) is not wanted


@pytest.mark.parametrize(
    ("path", "present"),
    [
        pytest.param("$.v", True, id="12 a value"),
        pytest.param("$.null", True, id="12 null is present"),
        pytest.param("$.no", False, id="12 a missing name"),
        pytest.param("$.no.way", False, id="12 below a missing name"),
        pytest.param("$.v.way", False, id="12 below a number"),
        pytest.param("$.list[0]", True, id="12 an index"),
        pytest.param("$.list[1]", False, id="12 an index beyond the end"),
        pytest.param("$['v']", True, id="9 a quoted name"),
        pytest.param("$$.Execution.Input.v", True, id="7 the context object"),
        pytest.param("$$.Map.Item.Index", False, id="7 no Map around it"),
        pytest.param("$$.Execution.Nothing", False, id="7 a name that it has not"),
        pytest.param("$unknown", False, id="12 a variable that nobody set"),
    ],
)
def test_presence_is_tested_without_a_fault(path: str, *, present: bool) -> None:
    given = {"v": 1, "null": None, "list": [None]}
    assert holds({"Variable": path, "IsPresent": True}, given) is present
    assert holds({"Variable": path, "IsPresent": False}, given) is not present


MISSING_TESTS: list[Json] = [{name: value} for name, value in CONSTANTS.items()]
MISSING_TESTS += [{f"{name}Path": "$.v"} for name in CONSTANTS]
MISSING_TESTS += [{test: True} for test in TYPES] + [{"StringMatches": "*"}]


@pytest.mark.parametrize("test", [pytest.param(one, id=f"12 {one}") for one in MISSING_TESTS])
def test_other_tests_of_a_missing_value_are_a_runtime_error(test: Json) -> None:
    assert error(choice({"Variable": "$.no", **test}), {"v": 1}) == "States.Runtime"


@pytest.mark.parametrize("test", [pytest.param(one, id=f"16 {one}") for one in CONSTANTS])
def test_a_missing_operand_is_a_runtime_error(test: str) -> None:
    rule = {"Variable": "$.v", f"{test}Path": "$.no"}
    assert error(choice(rule), {"v": CONSTANTS[test]}) == "States.Runtime"


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("log-*.txt", "log-1.txt", True),
        ("log-*.txt", "log-.txt", True),
        ("log-*.txt", "log-1.tx", False),
        ("*", "", True),
        ("*", "anything\nat all", True),
        ("", "", True),
        ("", "a", False),
        ("a", "a", True),
        ("a", "ab", False),
        ("a*", "A", False),
        ("*a*b*", "xxaxxbxx", True),
        ("*a*b*", "xxbxxaxx", False),
        ("a*a", "a", False),
        ("a**a", "aa", True),
        (r"a\*b", "a*b", True),
        (r"a\*b", "axb", False),
        (r"a\\b", "a\\b", True),
        (r"a\\*", "a\\xyz", True),
        (r"\\\*", r"\*", True),
        ("a?c", "abc", False),
        ("[ab]", "a", False),
        (".", "a", False),
        ("*.log", "zebra.log", True),
        ("foo*.log", "foo23.log", True),
        ("foo*.*", "foobar.zebra", True),
    ],
    ids=lambda value: f"15 {value!r}",
)
def test_only_the_star_is_special_in_a_pattern(pattern: str, text: str, *, expected: bool) -> None:
    assert holds({"Variable": "$.v", "StringMatches": pattern}, {"v": text}) is expected


@pytest.mark.parametrize("value", [None, True, 1, [], {}], ids=lambda value: f"10 {value!r}")
def test_what_is_no_text_matches_no_pattern(value: Any) -> None:
    assert not holds({"Variable": "$.v", "StringMatches": "*"}, {"v": value})


def test_15_a_lone_backslash_at_the_end_of_a_pattern_is_a_runtime_error() -> None:
    rule = {"Variable": "$.v", "StringMatches": "a\\"}
    assert error(choice(rule), {"v": "a"}) == "States.Runtime"


PRESENT = {"Variable": "$.v", "IsPresent": True}
ABSENT = {"Variable": "$.no", "IsPresent": True}
BAD = {"Variable": "$.no", "NumericEquals": 1}
ONE = {"Variable": "$.v", "NumericEquals": 1}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        pytest.param({"And": [ABSENT, BAD]}, False, id="12 And stops at the first that is false"),
        pytest.param({"Or": [PRESENT, BAD]}, True, id="12 Or stops at the first that is true"),
        pytest.param({"Not": ABSENT}, True, id="12 Not"),
        pytest.param({"Not": {"Not": ONE}}, True, id="12 Not of Not"),
        pytest.param({"Not": {"Variable": "$.v", "StringEquals": "1"}}, True, id="10 not alike"),
        pytest.param({"And": [PRESENT, {"Or": [ABSENT, ONE]}]}, True, id="12 nested"),
        pytest.param({"And": [PRESENT, {"Not": ONE}]}, False, id="12 nested Not"),
        pytest.param({"And": [ONE]}, True, id="12 And of one"),
        pytest.param({"Or": [ABSENT]}, False, id="12 Or of one"),
    ],
)
def test_tests_are_joined(rule: Json, *, expected: bool) -> None:
    assert holds(rule, {"v": 1}) is expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"Variable": "$.v", "StringEqualsPath": "$$.Execution.Input.a.v"}, True),
        ({"Variable": "$$.State.Name", "StringEquals": "Choose"}, True),
        ({"Variable": "$$.Execution.Input.a.v", "StringEqualsPath": "$.v"}, True),
        ({"Variable": "$.a.v", "IsPresent": True}, False),
        ({"Variable": "$$.Execution.StartTime", "IsTimestamp": True}, True),
        ({"Variable": "$$.State.EnteredTime", "IsTimestamp": True}, True),
        (
            {
                "Variable": "$$.Execution.StartTime",
                "TimestampLessThanEqualsPath": "$$.State.EnteredTime",
            },
            True,
        ),
        ({"Variable": "$$.State.RetryCount", "IsPresent": True}, False),
    ],
    ids=lambda value: f"16 {value}",
)
def test_paths_apply_to_the_effective_input_and_the_context(rule: Json, *, expected: bool) -> None:
    states = choice(rule, InputPath="$.a")
    assert (output(states, {"a": {"v": "x"}}) == "yes") is expected


def test_16_the_first_rule_that_holds_counts_and_the_input_passes() -> None:
    states = {
        "Choose": {
            "Type": "Choice",
            "InputPath": "$.in",
            "OutputPath": "$.out",
            "Choices": [
                {"Variable": "$.v", "NumericEquals": 2, "Next": "First"},
                {"Variable": "$.v", "NumericEquals": 1, "Next": "Second"},
                {"Variable": "$.v", "NumericEquals": 1, "Next": "Third"},
            ],
        },
        "First": passing(Result=1),
        "Second": passing(),
        "Third": passing(Result=3),
    }
    assert output(states, {"in": {"v": 1, "out": ["o"]}}) == ["o"]


def test_6_no_rule_and_no_default_is_a_runtime_error_in_the_words_of_aws() -> None:
    states = {
        "Choose": {"Type": "Choice", "Choices": [{**ONE, "Next": "Yes"}]},
        "Yes": passing(),
    }
    result = run(states, {"v": 2})
    assert result.error == "States.Runtime"
    assert "The state does not point to a next state." in str(result.cause)


@pytest.mark.parametrize("value", [1, 2])
def test_45_a_rules_variables_replace_the_states_own(value: int) -> None:
    states = {
        "Choose": {
            "Type": "Choice",
            "Choices": [{**ONE, "Next": "End", "Assign": {"r.$": "$.v"}}],
            "Default": "End",
            "Assign": {"s.$": "$.v"},
        },
        "End": {
            "Type": "Choice",
            "Choices": [{"Variable": "$s", "IsPresent": True, "Next": "Own"}],
            "Default": "Rule",
        },
        "Own": passing(Parameters={"own.$": "$s"}),
        "Rule": passing(Parameters={"rule.$": "$r"}),
    }
    assert output(states, {"v": value}) == ({"rule": 1} if value == 1 else {"own": 2})
