"""Upper bounds: small policies, each with the numbers that a run cannot pass."""

from decimal import Decimal
from typing import Any

import pytest

from assent_engine.reading import Unbounded, WorstCase, worst_case
from assent_engine.registry import Macro
from engine.reading.stage import (
    REGISTRY,
    States,
    each,
    machine,
    order,
    policy,
    registry,
    setting,
    task,
    when,
)


def worst(states: States, **more: Any) -> WorstCase:
    return worst_case(policy(states, **more), REGISTRY)


def orders(states: States, **more: Any) -> Any:
    return worst(states, **more).effects.get("trade.order", 0)


RETRY = [{"error_equals": ["States.ALL"], "max_attempts": 4}]
TWO = {"A": setting([10, Decimal("20.5")], result_path="$.list", next="B")}
CAPPED = {"cap.$": "$$.map.item.value"}
ONE = {"O": task("trade.order")}
BRANCHES = {"type": "Parallel", "branches": [machine({"A": order(1)}), machine({"B": order(2)})]}


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        pytest.param({"A": order(5)}, {"effects": 1, "money": 5, "transitions": 1}, id="one order"),
        pytest.param(
            {"A": order(5, next="B"), "B": order(7)},
            {"effects": 2, "money": 12, "largest": 7, "transitions": 2},
            id="one after the other adds up",
        ),
        pytest.param(
            {"A": when("$.x", "B", "C", numeric_equals=1), "B": order(5), "C": order(7)},
            {"effects": 1, "money": 7, "transitions": 2},
            id="of two ways the dearer counts",
        ),
        pytest.param(
            {"A": order(5, retry=RETRY)},
            {"calls": 5, "effects": 1, "money": 5},
            id="a retried order is called again, done once",
        ),
        pytest.param(
            {"A": order(5, catch=[{"error_equals": ["X"], "next": "B"}]), "B": order(7)},
            {"effects": 2, "money": 12},
            id="a caught error leads on",
        ),
        pytest.param(
            {**TWO, "B": each("$.list", {"O": task("trade.order")}, item_selector=CAPPED)},
            {"effects": 2, "money": Decimal("30.5"), "largest": Decimal("20.5"), "scopes": 3},
            id="a fixed list counts item by item",
        ),
        pytest.param(
            {
                **TWO,
                "B": each("$.list", ONE, item_selector=CAPPED, retry=RETRY, max_concurrency=1),
            },
            {"effects": 10, "calls": 10, "money": Decimal("152.5"), "at_once": 2, "scopes": 11},
            id="a retried Map does everything again",
        ),
        pytest.param(
            {**TWO, "B": each("$.list", {"M": each("$.list", {"O": order(1)})})},
            {"effects": 4, "at_once": 7, "scopes": 7, "transitions": 8},
            id="Maps in Maps multiply",
        ),
        pytest.param(
            {"A": {**BRANCHES, "end": True}},
            {"effects": 2, "money": 3, "at_once": 3, "scopes": 3},
            id="branches add up",
        ),
        pytest.param(
            {"A": setting({"orders": [1, 2, 3]}, next="B"), "B": task("trade.sell_all")},
            {"effects": 3, "money": 6, "scopes": 5, "at_once": 5},
            id="through a macro",
        ),
        pytest.param(
            {"A": order(5, next="A")},
            {"effects": 10_000, "money": 50_000, "transitions": 10_000},
            id="a loop of one is bounded by the budget",
        ),
        pytest.param(
            {"A": order(5, next="B"), "B": setting(1, next="A")},
            {"effects": 5_000, "transitions": 10_000},
            id="a loop of two does it every other time",
        ),
        pytest.param(
            {
                "A": when("$.cap", "B", "C", numeric_less_than_equals=9),
                "B": task("trade.order"),
                "C": order(1),
            },
            {"effects": 1, "money": 9},
            id="a guard bounds what it lets through",
        ),
        pytest.param({"A": order(-3)}, {"money": 0}, id="less than nothing is nothing"),
        pytest.param(
            {"A": setting([], result_path="$.list", next="B"), "B": each("$.list", ONE)},
            {"effects": 0, "money": 0},
            id="nothing to go over",
        ),
    ],
)
def test_a_bound_is_the_number_that_the_document_proves(
    states: States, expected: dict[str, Any]
) -> None:
    found = worst(states)
    shares = {"calls": found.calls, "effects": found.effects, "largest": found.largest}
    for name, number in expected.items():
        whole = shares[name].get("trade.order", 0) if name in shares else getattr(found, name)
        assert whole == number, name


@pytest.mark.parametrize(
    ("states", "field", "pointer", "because"),
    [
        pytest.param(
            {"A": each("$.list", {"O": order(1)})},
            "side_effects",
            "/states/A/items_path",
            "$.list is data",
            id="a Map over data",
        ),
        pytest.param(
            {"A": task("trade.order", parameters={"cap.$": "$.x"})},
            "money",
            "/states/A/parameters/cap.$",
            "$.x is data",
            id="money from the data",
        ),
        pytest.param(
            {"A": task("trade.order", parameters={"other": 1})},
            "money",
            "/states/A/resource",
            "trade.order is given no cap",
            id="no cap",
        ),
        pytest.param(
            {"A": order(None)}, "money", "/states/A/parameters/cap", "cap is null", id="a null cap"
        ),
        pytest.param(
            {"a/b": each("$.list", {"~": task("trade.sell_all")})},
            "money",
            "/states/a~1b/items_path",
            "$.list is data",
            id="the outermost reason, escaped",
        ),
        pytest.param(
            {"A": task("trade.sell_all")},
            "side_effects",
            "/states/A/resource",
            "in trade.sell_all, $.orders is data",
            id="a reason inside a macro points to the Task",
        ),
        pytest.param(
            {"A": task("who.knows")},
            "side_effects",
            "/states/A/resource",
            "who.knows is not registered here",
            id="an unknown step may do anything",
        ),
        pytest.param(
            {"A": task("policy.run")},
            "money",
            "/states/A/resource",
            "policy.run runs another policy",
            id="another policy may do anything",
        ),
    ],
)
def test_what_is_not_bounded_says_why_and_where(
    states: States, field: str, pointer: str, because: str
) -> None:
    assert getattr(worst(states), field) == Unbounded(because, pointer)


LIST = {"A": each("$.list", {"O": order(1)})}
CLOSED = {"type": "object", "additionalProperties": False}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        pytest.param({"context_defaults": {"list": [1, 2]}}, None, id="any input may replace it"),
        pytest.param(
            {"context_defaults": {"list": [1, 2]}, "input_schema": CLOSED}, 2, id="no input may"
        ),
        pytest.param(
            {
                "context_defaults": {"list": [1, 2]},
                "input_schema": {
                    "type": "object",
                    "properties": {"list": {"type": "array", "maxItems": 7}},
                },
            },
            7,
            id="the input's own bound counts",
        ),
        pytest.param(
            {"input_schema": {"type": "object", "properties": {"list": {"maxItems": 7}}}},
            None,
            id="a list of no known type",
        ),
        pytest.param(
            {"input_schema": {"type": "object", "properties": {"list": {"enum": [[1], [1, 2]]}}}},
            2,
            id="one of several lists",
        ),
    ],
)
def test_defaults_bound_a_run_only_as_far_as_no_input_replaces_them(
    more: dict[str, Any], expected: int | None
) -> None:
    found = orders(LIST, **more)
    assert isinstance(found, Unbounded) if expected is None else found == expected


def test_a_value_that_only_one_way_sets_is_not_taken_for_sure() -> None:
    states = {
        "A": when("$.x", "B", "C", is_present=True),
        "B": setting({"cap": 1}, next="D"),
        "C": setting({}, next="D"),
        "D": task("trade.order"),
    }
    assert isinstance(worst(states).money, Unbounded)


def test_a_loop_that_wraps_the_data_ever_deeper_ends() -> None:
    wrap = {"type": "Pass", "parameters": {"x.$": "$"}, "next": "A"}
    assert worst({"A": wrap}).transitions == 10_000


def test_a_long_chain_that_wraps_the_data_is_read_without_recursion() -> None:
    wrap = {"type": "Pass", "parameters": {"x.$": "$"}}
    states = {f"S{at}": {**wrap, "next": f"S{at + 1}"} for at in range(900)}
    assert worst({**states, "S900": order(1)}).money == 1


@pytest.mark.parametrize(
    "path", ["$.cap[*]", "$..cap", "$cap", "$.cap.length()", "States.Array(1)"]
)
def test_a_path_that_is_more_than_names_bounds_nothing(path: str) -> None:
    buy = task("trade.order", parameters={"cap.$": path})
    assert isinstance(worst({"A": setting({"cap": 1}, next="B"), "B": buy}).money, Unbounded)


def test_what_a_catcher_leaves_of_the_data_bounds_nothing() -> None:
    risky = task(result_path=None, catch=[{"error_equals": ["X"], "next": "C"}], next="B")
    states = {"A": setting({"cap": 1}, next="R"), "R": risky, "B": order(1)}
    assert isinstance(worst({**states, "C": task("trade.order")}).money, Unbounded)


def test_an_object_that_may_be_missing_is_not_taken_for_filled() -> None:
    given_a = {"type": "object", "properties": {"cap": {"type": "integer", "maximum": 3}}}
    schema = {"type": "object", "properties": {"a": given_a}}
    states = {
        "A": setting(1, result_path="$.a.b", next="B"),
        "B": task("trade.order", input_path="$.a"),
    }
    assert isinstance(worst(states, input_schema=schema).money, Unbounded)
    needed = {**schema, "required": ["a"], "properties": {"a": {**given_a, "required": ["cap"]}}}
    assert worst(states, input_schema=needed).money == 3


def test_a_macro_that_calls_itself_has_no_bound() -> None:
    steps = registry()
    inner = machine({"Again": task("round.about")})
    steps.add_macro(Macro.from_document("round.about", "Calls itself.", inner))
    found = worst_case(policy({"A": task("round.about")}), steps)
    assert isinstance(found.side_effects, Unbounded)


def test_an_approval_is_a_question_and_a_message_is_a_side_effect() -> None:
    ask = {"type": "Approval", "title": "Go on?", "timeout_seconds": 60, "next": "B"}
    found = worst({"A": ask, "B": task("notify.user", parameters={"msg": "x"})})
    assert (found.questions, found.messages, found.side_effects) == (1, 1, 1)


def test_what_was_done_may_have_to_be_undone_as_often() -> None:
    assert worst({"A": order(5, next="B"), "B": task("mail.send")}).reversals == {"trade.order": 1}


def test_the_bounds_are_data_that_json_can_hold() -> None:
    found = worst({"A": task("trade.order", parameters={"cap.$": "$.x"})}).as_json()
    unbounded = {"unbounded_because": "$.x is data", "pointer": "/states/A/parameters/cap.$"}
    assert found["money"] == unbounded
    assert found["effects"] == {"trade.order": 1}
