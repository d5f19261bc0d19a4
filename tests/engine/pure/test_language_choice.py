"""Choice: comparisons, connectives and the order of rules; numbers are those of the ASL notes."""

from typing import Any

import pytest

from assent_schemas.choice import COMPARISONS
from assent_schemas.exact_json import parse
from engine.pure.policies import error, output, passing, run

EARLY, LATE = "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z"


def choice(rule: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Ends with "yes" or "no" as the rule holds or not."""
    return {
        "C": {"type": "Choice", "choices": [{**rule, "next": "Yes"}], "default": "No", **fields},
        "Yes": passing(result="yes"),
        "No": passing(result="no"),
    }


def holds(rule: dict[str, Any], given: Any) -> bool:
    answer = output(choice(rule), given)
    assert answer in {"yes", "no"}
    return bool(answer == "yes")


WRONG_TYPES = [None, "", "text", [], {}, True, False, [1], {"a": 1}]
OPERANDS: dict[str, Any] = {"string": "", "numeric": 0, "boolean": False, "timestamp": EARLY}


def is_of(kind: str, value: Any) -> bool:
    return (kind == "string" and isinstance(value, str)) or (
        kind == "boolean" and isinstance(value, bool)
    )


@pytest.mark.parametrize(
    "name", [one for one in COMPARISONS if not one.startswith("is_") and one != "string_matches"]
)
@pytest.mark.parametrize("value", WRONG_TYPES, ids=repr)
def test_a_value_of_the_wrong_type_compares_false_and_is_no_error(name: str, value: Any) -> None:
    """Point 10."""
    kind = name.partition("_")[0]
    given = {"v": value, "o": OPERANDS[kind], "same": value}
    operand = "$.o" if name.endswith("_path") else OPERANDS[kind]
    if not is_of(kind, value):
        assert not holds({"variable": "$.v", name: operand}, given)
        if name.endswith("_path"):
            assert not holds({"variable": "$.o", name: "$.v"}, given)
            assert not holds({"variable": "$.v", name: "$.same"}, given)


@pytest.mark.parametrize(
    ("rule", "value", "expected"),
    [
        pytest.param({"numeric_equals": 1}, "true", False, id="10 true is not 1"),
        pytest.param({"boolean_equals": True}, "1", False, id="10 1 is not true"),
        pytest.param({"numeric_equals": 0}, "0.0", True, id="10 0 equals 0.0"),
        pytest.param({"numeric_equals": 0}, "-0.0", True, id="10 0 equals -0.0"),
        pytest.param({"numeric_equals": 1}, '"1"', False, id="10 text is no number"),
        pytest.param({"boolean_equals": False}, "false", True, id="boolean_equals"),
        pytest.param({"numeric_less_than": 30}, "29.99", True, id="less_than"),
        pytest.param({"numeric_less_than": 30}, "30.0", False, id="less_than at the bound"),
        pytest.param({"numeric_less_than_equals": 30}, "30.0", True, id="less_than_equals"),
        pytest.param({"numeric_greater_than": 30}, "30.01", True, id="greater_than"),
        pytest.param({"numeric_greater_than": 30}, "30", False, id="greater_than at the bound"),
        pytest.param({"numeric_greater_than_equals": 30}, "30", True, id="greater_than_equals"),
        pytest.param({"numeric_equals": 0.3}, "0.30", True, id="0.3 exactly"),
        pytest.param({"numeric_equals": 0.3}, "0.30000000000000004", False, id="not binary 0.3"),
        pytest.param(
            {"numeric_greater_than": 9007199254740992}, "9007199254740993", True, id="beyond 2^53"
        ),
        pytest.param({"is_numeric": False}, '"a"', True, id="11 negation of is_numeric"),
        pytest.param({"is_numeric": True}, "1.5", True, id="11 is_numeric"),
        pytest.param({"is_numeric": True}, "true", False, id="11 a boolean is not numeric"),
        pytest.param({"is_string": False}, '"a"', False, id="11 negation of is_string"),
        pytest.param({"is_null": False}, "0", True, id="11 negation of is_null"),
        pytest.param({"is_null": True}, "null", True, id="11 is_null"),
        pytest.param({"is_boolean": False}, "1", True, id="11 negation of is_boolean"),
        pytest.param({"is_boolean": True}, "false", True, id="11 is_boolean"),
        pytest.param({"is_timestamp": False}, '"now"', True, id="11 negation of is_timestamp"),
        pytest.param({"is_present": True}, "null", True, id="12 null is present"),
        pytest.param({"is_present": False}, "null", False, id="12 null is not absent"),
        pytest.param({"string_less_than": "A "}, '"A"', True, id="13 A before A with space"),
        pytest.param({"string_less_than": "AB"}, '"A "', True, id="13 space before B"),
        pytest.param({"string_less_than": "a"}, '"Z"', True, id="13 no folding"),
        pytest.param({"string_equals": "ä"}, '"a\\u0308"', False, id="13 no normalisation"),
        pytest.param(
            {"string_less_than": "\uffff"}, '"\\ud83d\\ude00"', True, id="13 by UTF-16 code unit"
        ),
        pytest.param({"is_timestamp": True}, f'"{EARLY}"', True, id="14 T and Z"),
        pytest.param(
            {"is_timestamp": True}, '"2026-01-01T00:00:00+01:00"', True, id="14 an offset"
        ),
        pytest.param(
            {"is_timestamp": True}, '"2026-01-01T00:00:00.123456789Z"', True, id="14 nine digits"
        ),
        pytest.param({"is_timestamp": True}, '"2026-01-01t00:00:00Z"', False, id="14 small t"),
        pytest.param({"is_timestamp": True}, '"2026-01-01T00:00:00z"', False, id="14 small z"),
        pytest.param({"is_timestamp": True}, '"2026-01-01 00:00:00Z"', False, id="14 a space"),
        pytest.param({"is_timestamp": True}, '"2026-01-01T00:00:00"', False, id="14 no zone"),
        pytest.param({"is_timestamp": True}, '"2026-02-30T00:00:00Z"', False, id="14 no such day"),
        pytest.param(
            {"timestamp_equals": "2026-01-01T01:00:00+01:00"},
            f'"{EARLY}"',
            True,
            id="14 the moment counts, not the offset",
        ),
        pytest.param(
            {"timestamp_less_than": "2026-01-01T00:00:00.000000002Z"},
            '"2026-01-01T00:00:00.000000001Z"',
            True,
            id="14 the ninth digit counts",
        ),
        pytest.param(
            {"timestamp_equals": "2026-01-01T00:00:00.10Z"},
            '"2026-01-01T00:00:00.1Z"',
            True,
            id="14 trailing zeros do not count",
        ),
        pytest.param(
            {"timestamp_equals": "2026-01-01 00:00:00Z"},
            '"2026-01-01 00:00:00Z"',
            False,
            id="14 equal texts that are no timestamps",
        ),
        pytest.param({"string_matches": "a*c"}, '"abbc"', True, id="15 a star"),
        pytest.param({"string_matches": "a*c"}, '"ac"', True, id="15 a star for nothing"),
        pytest.param({"string_matches": "*"}, '""', True, id="15 a star alone"),
        pytest.param({"string_matches": "a*"}, '"ba"', False, id="15 anchored at the start"),
        pytest.param({"string_matches": "*a"}, '"ab"', False, id="15 anchored at the end"),
        pytest.param({"string_matches": "a*a"}, '"a"', False, id="15 no overlap"),
        pytest.param({"string_matches": "*ab*ab*"}, '"aab"', False, id="15 pieces in order"),
        pytest.param({"string_matches": "a\\*c"}, '"a*c"', True, id="15 escaped star"),
        pytest.param({"string_matches": "a\\*c"}, '"abc"', False, id="15 escaped star is literal"),
        pytest.param({"string_matches": "a\\\\*"}, '"a\\\\b"', True, id="15 escaped backslash"),
        pytest.param({"string_matches": "a.c"}, '"abc"', False, id="15 a dot is a dot"),
        pytest.param({"string_matches": "a?"}, '"ab"', False, id="15 a question mark is one"),
        pytest.param({"string_matches": "*"}, "1", False, id="10 and 15 a number"),
        pytest.param({"string_matches": ""}, '""', True, id="15 empty"),
    ],
)
def test_a_comparison(rule: dict[str, Any], value: str, expected: bool) -> None:
    assert holds({"variable": "$.v", **rule}, {"v": parse(value)}) is expected


def test_a_pattern_of_many_stars_takes_linear_time() -> None:
    """Point 15: a backtracking matcher would not come back from this one."""
    assert not holds({"variable": "$.v", "string_matches": "*a" * 500 + "b"}, {"v": "a" * 20_000})


def test_a_lone_trailing_backslash_is_an_error_of_the_run() -> None:
    """Point 15."""
    rule = {"variable": "$.v", "string_matches": "a\\"}
    assert error(choice(rule), {"v": "a\\"}) == "States.Runtime"


@pytest.mark.parametrize(
    ("order", "less", "same", "more"),
    [
        ("equals", False, True, False),
        ("less_than", True, False, False),
        ("less_than_equals", True, True, False),
        ("greater_than", False, False, True),
        ("greater_than_equals", False, True, True),
    ],
)
@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [("numeric", "0.1", "0.2"), ("string", '"a"', '"b"'), ("timestamp", f'"{EARLY}"', f'"{LATE}"')],
)
def test_each_order_against_a_constant_and_against_a_path(
    kind: str,
    low: str,
    high: str,
    order: str,
    less: bool,
    same: bool,
    more: bool,
) -> None:
    for left, right, expected in ((low, high, less), (low, low, same), (high, low, more)):
        given = {"v": parse(left), "o": parse(right)}
        assert holds({"variable": "$.v", f"{kind}_{order}": given["o"]}, given) is expected
        assert holds({"variable": "$.v", f"{kind}_{order}_path": "$.o"}, given) is expected


def test_is_present_on_a_missing_variable_is_simply_absent() -> None:
    """Point 12."""
    assert not holds({"variable": "$.v", "is_present": True}, {})
    assert holds({"variable": "$.v.w[3]", "is_present": False}, {"v": 1})


@pytest.mark.parametrize("name", [one for one in COMPARISONS if one != "is_present"])
def test_any_other_operator_on_a_missing_variable_fails_with_states_runtime(name: str) -> None:
    """Point 12."""
    operand: Any = "$.o" if name.endswith("_path") else OPERANDS.get(name.partition("_")[0], True)
    given = {"o": OPERANDS.get(name.partition("_")[0])}
    assert error(choice({"variable": "$.v", name: operand}), given) == "States.Runtime"
    if name.endswith("_path"):
        rule = {"variable": "$.o", name: "$.v"}
        assert error(choice(rule), given) == "States.Runtime"


BAD = {"variable": "$.missing", "numeric_equals": 1}
TRUE = {"variable": "$.one", "numeric_equals": 1}
FALSE = {"variable": "$.one", "numeric_equals": 2}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        pytest.param({"and": [TRUE, TRUE]}, True, id="and"),
        pytest.param({"and": [TRUE, FALSE]}, False, id="and with one false"),
        pytest.param(
            {"and": [{"variable": "$.missing", "is_present": True}, BAD]},
            False,
            id="12 and short-circuits",
        ),
        pytest.param({"or": [FALSE, TRUE]}, True, id="or"),
        pytest.param({"or": [FALSE, FALSE]}, False, id="or of false ones"),
        pytest.param({"or": [TRUE, BAD]}, True, id="12 or short-circuits"),
        pytest.param({"not": TRUE}, False, id="not"),
        pytest.param({"not": {"and": [TRUE, {"or": [FALSE, {"not": FALSE}]}]}}, False, id="nested"),
    ],
)
def test_connectives_join_conditions(rule: dict[str, Any], *, expected: bool) -> None:
    assert holds(rule, {"one": 1}) is expected


def test_a_fault_inside_a_connective_is_not_swallowed() -> None:
    assert error(choice({"not": BAD}), {"one": 1}) == "States.Runtime"
    assert error(choice({"or": [FALSE, BAD]}), {"one": 1}) == "States.Runtime"


def test_path_operators_look_at_the_effective_input_or_the_context() -> None:
    """Point 16."""
    given = {"in": {"v": 2, "w": 2}, "v": 1, "w": 9}
    rule = {"variable": "$.v", "numeric_equals_path": "$.w"}
    assert output(choice(rule, input_path="$.in"), given) == "yes"
    rule = {"variable": "$.v", "numeric_equals_path": "$$.execution.input.in.w"}
    assert output(choice(rule, input_path="$.in"), given) == "yes"


def test_rules_are_tried_in_order_and_the_first_that_holds_counts() -> None:
    """Point 16."""
    rules = [{**rule, "next": name} for rule, name in ((FALSE, "A"), (TRUE, "B"), (TRUE, "A"))]
    states = {
        "C": {"type": "Choice", "choices": [*rules, {**BAD, "next": "A"}]},
        "A": passing(result="A"),
        "B": passing(result="B"),
    }
    assert output(states, {"one": 1}) == "B"


def test_the_output_of_a_choice_is_its_input_after_both_paths() -> None:
    """Point 16."""
    states = {
        "C": {
            "type": "Choice",
            "input_path": "$.in",
            "output_path": "$.deep",
            "choices": [{"variable": "$.ok", "boolean_equals": True, "next": "End"}],
        },
        "End": passing(),
    }
    assert output(states, {"in": {"ok": True, "deep": {"x": 1}}}) == {"x": 1}


def test_no_rule_and_no_default_is_no_choice_matched() -> None:
    states = {
        "C": {"type": "Choice", "choices": [{**FALSE, "next": "E"}]},
        "E": {"type": "Succeed"},
    }
    assert error(states, {"one": 1}) == "States.NoChoiceMatched"


def test_a_loop_by_choice_ends_when_its_rule_says() -> None:
    states = {
        "Again": {
            "type": "Choice",
            "choices": [{"variable": "$[0]", "is_present": True, "next": "Done"}],
            "default": "Fill",
        },
        "Fill": passing(result=["x"], next="Again"),
        "Done": passing(),
    }
    result = run(states, [], max_transitions=10)
    assert result.output == ["x"]
    keys = [entry["key"] for entry in result.trace]
    assert keys == ["Again.1", "Fill.1", "Again.2", "Done.1"]


def test_a_sum_of_floats_from_a_stand_in_is_compared_by_its_digits() -> None:
    states = {
        "T": {"type": "Task", "resource": "a.sum", "next": "C"},
        **choice({"variable": "$.sum", "numeric_equals": 0.3}),
    }
    assert output(states, {}, {"a.sum": lambda _: {"sum": 0.3}}) == "yes"
    assert output(states, {}, {"a.sum": lambda _: {"sum": 0.1 + 0.2}}) == "no"
