"""Variables as AWS keeps them; the numbers are those of the ASL notes."""

from typing import Any

import pytest

from assent_engine import asl, simulate
from assent_schemas.errors import PolicyInvalid
from engine.asl_semantics.aws import (
    ECHO,
    Json,
    answering,
    failing,
    leading,
    machine,
    mapping,
    output,
    parallel,
    passing,
    run,
    task,
)

SHOW = passing(Parameters={"x.$": "$x"}, OutputPath="$.x")
ASSIGN = {"x.$": "$"}


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        pytest.param(passing(Result=7, Assign=ASSIGN, Next="Show"), 7, id="44 Pass, Result"),
        pytest.param(
            passing(Parameters={"p.$": "$.a"}, Assign=ASSIGN, Next="Show"),
            {"p": 1},
            id="44 Pass, Parameters",
        ),
        pytest.param(passing(InputPath="$.a", Assign=ASSIGN, Next="Show"), 1, id="44 Pass"),
        pytest.param(
            passing(Result=7, ResultPath="$.r", Assign=ASSIGN, Next="Show"),
            7,
            id="44 no ResultPath",
        ),
        pytest.param(task(Assign=ASSIGN, Next="Show"), {"r": 9}, id="44 Task"),
        pytest.param(
            task(Assign={"x.$": "$.r"}, ResultPath=None, OutputPath=None, Next="Show"),
            9,
            id="44 Task, whatever is passed on",
        ),
        pytest.param(
            parallel(
                {"A": passing(Result=1)}, {"B": passing(Result=2)}, Assign=ASSIGN, Next="Show"
            ),
            [1, 2],
            id="44 Parallel",
        ),
        pytest.param(
            mapping(ItemsPath="$.l", Assign=ASSIGN, ResultPath="$.m", Next="Show"),
            [5, 6],
            id="44 Map",
        ),
        pytest.param(
            leading("Wait", Seconds=1, InputPath="$.l", Assign=ASSIGN, Next="Show"),
            [5, 6],
            id="44 Wait",
        ),
        pytest.param(
            {
                "Type": "Choice",
                "InputPath": "$.l",
                "Choices": [
                    {"Variable": "$[0]", "NumericEquals": 5, "Next": "Show", "Assign": ASSIGN}
                ],
            },
            [5, 6],
            id="45 a rule",
        ),
        pytest.param(
            {
                "Type": "Choice",
                "InputPath": "$.l",
                "Choices": [{"Variable": "$[0]", "NumericEquals": 6, "Next": "Show"}],
                "Default": "Show",
                "Assign": ASSIGN,
            },
            [5, 6],
            id="45 Default",
        ),
        pytest.param(
            passing(Assign={"x": {"n.$": "$.a", "l": [{"m.$": "$.l[1]"}]}}, Next="Show"),
            {"n": 1, "l": [{"m": 6}]},
            id="44 a nested template",
        ),
        pytest.param(
            passing(Assign={"x.$": "States.MathAdd($.a, 1)"}, Next="Show"), 2, id="44 a function"
        ),
        pytest.param(
            passing(Assign={"x.$": "$$.State.Name"}, Next="Show"), "S", id="44 the context object"
        ),
        pytest.param(passing(Assign={"x": "$.a"}, Next="Show"), "$.a", id="44 a literal"),
        pytest.param(passing(Assign={"x": None}, Next="Show"), None, id="44 null"),
    ],
)
def test_every_state_assigns_from_what_it_has(state: Json, expected: Any) -> None:
    given = {"a": 1, "l": [5, 6]}
    assert output({"S": state, "Show": SHOW}, given, answering({"r": 9})) == expected


@pytest.mark.parametrize("kind", [passing, task])
def test_44_the_assigning_state_itself_sees_the_old_value(kind: Any) -> None:
    states = {
        "First": passing(Assign={"x": 1}, Next="Second"),
        "Second": kind(
            Parameters={"p.$": "$x"}, Assign={"x": 2, "y.$": "$x"}, ResultPath="$.r", Next="Third"
        ),
        "Third": passing(Parameters={"p.$": "$.r.p", "x.$": "$x", "y.$": "$y"}),
    }
    assert output(states, {}, ECHO) == {"p": 1, "x": 2, "y": 1}


def test_44_output_path_still_sees_the_old_value() -> None:
    states = {
        "First": passing(Assign={"x": "old"}, Next="Second"),
        "Second": passing(Assign={"x": "new"}, OutputPath="$x"),
    }
    assert output(states) == "old"


@pytest.mark.parametrize(
    "expression",
    ["$x", "$x.a", "$x['a']", "$x.l[0]", "States.Format('{}', $x.a)", "States.Array($x.a, $.n)"],
    ids=lambda text: f"23 {text}",
)
def test_variables_stand_where_paths_do(expression: str) -> None:
    wanted = {
        "$x": {"a": 1, "l": [2]},
        "$x.a": 1,
        "$x['a']": 1,
        "$x.l[0]": 2,
        "States.Format('{}', $x.a)": "1",
        "States.Array($x.a, $.n)": [1, 5],
    }
    states = {
        "First": passing(Assign={"x": {"a": 1, "l": [2]}}, Next="Second"),
        "Second": passing(Parameters={"deep": [{"v.$": expression}]}),
    }
    assert output(states, {"n": 5}) == {"deep": [{"v": wanted[expression]}]}


def test_44_assign_sees_the_result_before_the_selector() -> None:
    state = task(ResultSelector={"n.$": "$.r"}, Assign={"x.$": "$"}, Next="Show")
    assert output({"T": state, "Show": SHOW}, {}, answering({"r": 9})) == {"r": 9}


def test_45_a_catcher_assigns_the_error_and_the_state_nothing() -> None:
    catcher = {
        "ErrorEquals": ["States.ALL"],
        "Next": "Show",
        "ResultPath": None,
        "Assign": {"e.$": "$.Error", "c.$": "$.Cause", "t.$": "$$.State.EnteredTime"},
    }
    states = {
        "First": passing(Assign={"x": "before"}, Next="T"),
        "T": task(Assign={"x": "after"}, Catch=[catcher]),
        "Show": passing(Parameters={"e.$": "$e", "c.$": "$c", "x.$": "$x"}),
    }
    assert output(states, {}, failing("E")) == {"e": "E", "c": "why", "x": "before"}


def test_46_iterations_read_outer_variables_and_keep_their_own() -> None:
    inner = {
        "Set": passing(Assign={"own.$": "$"}, Next="Get"),
        "Get": passing(Parameters={"outer.$": "$x", "own.$": "$own"}),
    }
    states = {
        "First": passing(Assign={"x": 1}, Next="M"),
        "M": mapping(inner, ItemsPath="$.l"),
    }
    wanted = [{"outer": 1, "own": 5}, {"outer": 1, "own": 6}]
    assert output(states, {"l": [5, 6]}) == wanted


@pytest.mark.parametrize("kind", ["Map", "Parallel"])
def test_46_inner_variables_are_gone_at_the_end(kind: str) -> None:
    inner = {"Set": passing(Assign={"own": 1})}
    state = mapping(inner, ItemsPath="$.l", Next="After")
    if kind == "Parallel":
        state = parallel(inner, Next="After")
    after = passing(Parameters={"x.$": "$own"})
    result = run({"S": state, "After": after}, {"l": [1]})
    assert result.error == "States.Runtime"


def test_46_branches_may_use_the_same_name_each_for_itself() -> None:
    branches = [
        {f"Set{n}": passing(Assign={"v": n}, Next=f"Get{n}"), f"Get{n}": passing(OutputPath="$v")}
        for n in (1, 2)
    ]
    assert output({"P": parallel(*branches)}) == [1, 2]


def test_46_variables_reach_into_nested_scopes() -> None:
    innermost = {"In": passing(Parameters={"x.$": "$x", "y.$": "$y"})}
    middle = {
        "Y": passing(Assign={"y.$": "$"}, Next="P"),
        "P": parallel(innermost),
    }
    states = {"X": passing(Assign={"x": 0}, Next="M"), "M": mapping(middle, ItemsPath="$.l")}
    assert output(states, {"l": [1, 2]}) == [[{"x": 0, "y": 1}], [{"x": 0, "y": 2}]]


def test_46_selectors_and_items_may_come_from_variables() -> None:
    states = {
        "X": passing(Assign={"l": [1, 2], "n": "n"}, Next="M"),
        "M": mapping(ItemsPath="$l", ItemSelector={"n.$": "$n", "v.$": "$$.Map.Item.Value"}),
    }
    assert output(states) == [{"n": "n", "v": 1}, {"n": "n", "v": 2}]


def test_46_an_inner_machine_may_not_assign_an_outer_name() -> None:
    states = {
        "X": passing(Assign={"x": 1}, Next="P"),
        "P": parallel({"In": passing(Assign={"x": 2})}),
    }
    with pytest.raises(PolicyInvalid):
        run(states)


def test_46_an_assign_of_nothing_is_legal() -> None:
    assert output({"S": passing(Assign={})}, 1) == 1


@pytest.mark.parametrize("name", ["x", "_x", "größe", "x1", "n" * 80], ids=lambda n: f"46 {n:.5}")
def test_a_variables_name_is_an_identifier(name: str) -> None:
    states = {
        "S": passing(Assign={name: 1}, Next="T"),
        "T": passing(Parameters={"v.$": f"${name}"}),
    }
    assert output(states) == {"v": 1}


@pytest.mark.parametrize("name", ["1x", "a b", "a-b", "n" * 81], ids=lambda n: f"46 {n:.5}")
def test_another_name_is_refused(name: str) -> None:
    document = asl.import_machine(machine({"S": passing(Assign={name: 1})}))
    with pytest.raises(PolicyInvalid):
        simulate(document, steps={})
