"""What a test expects against what came of the run: which differences are told, and where."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assent_engine import Result
from assent_engine.policy_tests.expected import mismatches
from assent_schemas import exact_json
from assent_schemas.policy_tests import Expectation
from assent_schemas.statuses import RunStatus

ACTING = {"order", "mail"}
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
)
keys = st.text(max_size=3)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=10,
)


def told(result: Result, **expect: Any) -> list[tuple[str, str]]:
    expectation = Expectation.model_validate(exact_json.plain({"status": result.status, **expect}))
    return [(one.pointer, one.text) for one in mismatches(expectation, result, ACTING.__contains__)]


def ended(output: Any = None, trace: Any = ()) -> Result:
    return Result(RunStatus.COMPLETED, output, None, None, list(trace))


def called(*calls: tuple[str, Any]) -> Result:
    steps = [{"event": "step", "resource": name, "input": given} for name, given in calls]
    return ended(trace=[{"event": "entered", "key": "S.1"}, *steps])


def calls(*names: str) -> list[dict[str, str]]:
    return [{"resource": name} for name in names]


@pytest.mark.parametrize(
    ("expected", "got", "differences"),
    [
        ({"price": 3}, {"price": 4}, [("/output/price", "output/price: expected 3, got 4.")]),
        ([1, [2]], [1, [3]], [("/output/1/0", "output/1/0: expected 2, got 3.")]),
        ({"a": 1}, {}, [("/output/a", "output/a: expected 1, got nothing.")]),
        ({}, {"a": "x"}, [("/output/a", 'output/a: expected nothing, got "x".')]),
        (1, True, [("/output", "output: expected 1, got true.")]),
        (None, False, [("/output", "output: expected null, got false.")]),
        ({"a/b": 1}, {"a/b": 2}, [("/output/a~1b", "output/a~1b: expected 1, got 2.")]),
        (1, Decimal("1.0"), []),
        (Decimal("0.10"), Decimal("0.1"), []),
        ("1", 1, [("/output", 'output: expected "1", got 1.')]),
    ],
)
def test_outputs_are_compared_by_value(expected: Any, got: Any, differences: Any) -> None:
    assert told(ended(got), output=expected) == differences


@given(values, values)
def test_a_value_is_only_without_difference_from_an_equal_one(one: Any, other: Any) -> None:
    assert told(ended(one), output=one) == []
    if not told(ended(other), output=one):
        assert one == other


def test_what_is_left_out_may_be_anything_and_a_written_null_may_not() -> None:
    assert told(ended(5)) == []
    assert told(ended(5), output=None) == [("/output", "output: expected null, got 5.")]


def test_another_end_is_told_with_its_error_and_outputs_are_not_compared_then() -> None:
    failed = Result(RunStatus.FAILED, None, "NoPrice", "no line", [])
    assert told(failed, status="COMPLETED", output=3) == [
        ("/status", 'status: expected COMPLETED, got FAILED ("NoPrice": "no line").')
    ]
    assert told(failed, error="NoPrice", cause="no line") == []
    assert [one for one, _ in told(failed, error="Other", cause="x")] == ["/error", "/cause"]


@pytest.mark.parametrize(
    ("expected", "made", "where"),
    [
        (calls(), [("read", 1), ("read", 2)], None),
        (calls("order"), [("read", 1), ("order", 1), ("read", 1)], None),
        (calls("read", "order"), [("read", 1), ("read", 1), ("order", 1)], None),
        (calls(), [("order", 1)], "/steps"),
        (calls("order"), [("order", 1), ("order", 1)], "/steps"),
        (calls("mail", "order"), [("order", 1), ("mail", 1)], "/steps/0"),
        (calls("read", "order"), [("order", 1)], "/steps/0"),
        (calls("order", "read"), [("read", 1), ("order", 1)], "/steps/1"),
        (calls("read"), [], "/steps/0"),
        ([{"resource": "order", "input": {"n": 1}}], [("order", {"n": 1})], None),
        ([{"resource": "order", "input": {"n": 1}}], [("order", {"n": 2})], "/steps/0/input/n"),
        ([{"resource": "read", "input": {"n": 1}}], [("read", {"n": 2})], "/steps/0/input/n"),
        ([{"resource": "read", "input": None}], [("read", {})], "/steps/0/input"),
        (
            [{"resource": "read", "input": 2}, {"resource": "order"}],
            [("read", 1), ("read", 2), ("order", 1)],
            None,
        ),
    ],
)
def test_calls_come_in_order_and_no_other_side_effect_does(
    expected: Any, made: list[tuple[str, Any]], where: str | None
) -> None:
    assert [one for one, _ in told(called(*made), steps=expected)] == ([where] if where else [])


def test_an_unexpected_side_effect_is_named_with_its_input() -> None:
    ((_, text),) = told(called(("order", {"n": 2})), steps=[])
    assert text == 'steps: expected no further side effect, got order with {"n":2}.'


@pytest.mark.parametrize(
    ("expected", "missing"), [(["A", "B"], None), (["A", "A"], None), (["B", "A"], 1), (["C"], 0)]
)
def test_states_are_entered_in_order(expected: list[str], missing: int | None) -> None:
    keys = ["A.1", "A.2", "x/y.1", "B.1"]
    result = ended(trace=[{"event": "entered", "key": key} for key in keys])
    places = [one for one, _ in told(result, states=expected)]
    assert places == ([] if missing is None else [f"/states/{missing}"])
