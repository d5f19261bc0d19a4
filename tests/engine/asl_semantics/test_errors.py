"""Retry, Catch, Fail and time limits; the numbers are those of the ASL notes."""

from typing import Any

import pytest

from engine.asl_semantics.aws import (
    CALL,
    Json,
    answering,
    calls,
    error,
    failing,
    leading,
    mapping,
    output,
    parallel,
    passing,
    run,
    task,
    waits,
)

ALL, TASK_FAILED, TIMEOUT = "States.ALL", "States.TaskFailed", "States.Timeout"
HEARTBEAT = "States.HeartbeatTimeout"


def retrying(*rules: Json, **fields: Any) -> Json:
    return {"T": task(Retry=list(rules), **fields)}


def catching(*rules: Json, **fields: Any) -> Json:
    """A Task whose catchers lead to a state that passes on what it gets."""
    catchers = [{"Next": "Caught", **rule} for rule in rules]
    return {"T": task(Catch=catchers, **fields), "Caught": passing()}


MATCHES = [
    (["E"], "E", True),
    (["E", "F"], "F", True),
    (["e"], "E", False),
    (["E"], "E.More", False),
    (["State.ALL"], "E", False),
    (["States.All"], "E", False),
    ([ALL], "E", True),
    ([ALL], TIMEOUT, True),
    ([ALL], HEARTBEAT, True),
    ([ALL], "States.TaskFailed", True),
    ([ALL], "States.DataLimitExceeded", True),
    ([ALL], "States.Runtime", False),
    (["States.Runtime"], "States.Runtime", False),
    ([TASK_FAILED], "States.Runtime", False),
    ([TASK_FAILED], "E", True),
    ([TASK_FAILED], "Lambda.Unknown", True),
    ([TASK_FAILED], "States.TaskFailed", True),
    ([TASK_FAILED], TIMEOUT, False),
    ([TASK_FAILED], "States.ResultPathMatchFailure", True),
    ([TIMEOUT], TIMEOUT, True),
    ([TIMEOUT], HEARTBEAT, True),
    ([HEARTBEAT], HEARTBEAT, True),
    ([HEARTBEAT], TIMEOUT, False),
    (["States.Permissions"], "States.Permissions", True),
    (["any text, even this"], "any text, even this", True),
]
IDS = [f"28 {names} on {name}" for names, name, _ in MATCHES]


@pytest.mark.parametrize(("names", "name", "matched"), MATCHES, ids=IDS)
def test_a_catcher_catches_by_name(names: list[str], name: str, *, matched: bool) -> None:
    result = run(catching({"ErrorEquals": names}), {}, failing(name, "why"))
    if matched:
        assert result.output == {"Error": name, "Cause": "why"}
    else:
        assert (result.status, result.error, result.cause) == ("FAILED", name, "why")


@pytest.mark.parametrize(("names", "name", "matched"), MATCHES, ids=IDS)
def test_a_retrier_retries_by_name(names: list[str], name: str, *, matched: bool) -> None:
    result = run(retrying({"ErrorEquals": names}), {}, failing(name, times=1))
    assert calls(result) == (2 if matched else 1)
    assert result.status == ("COMPLETED" if matched else "FAILED")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({}, [1, 2, 4], id="26 defaults"),
        pytest.param({"MaxAttempts": 0}, [], id="26 MaxAttempts 0 is never"),
        pytest.param({"MaxAttempts": 1}, [1], id="26 MaxAttempts counts retries"),
        pytest.param({"MaxAttempts": 5}, [1, 2, 4, 8, 16], id="26 the fifth wait is 16 s"),
        pytest.param({"BackoffRate": 1}, [1, 1, 1], id="26 an integer rate"),
        pytest.param({"BackoffRate": 1.0}, [1, 1, 1], id="26 a rate of 1.0"),
        pytest.param({"BackoffRate": 1.5, "IntervalSeconds": 2}, [2, 3, 4.5], id="26 1.5"),
        pytest.param({"IntervalSeconds": 10}, [10, 20, 40], id="26 IntervalSeconds"),
        pytest.param({"MaxDelaySeconds": 3}, [1, 2, 3], id="26 MaxDelaySeconds"),
        pytest.param({"JitterStrategy": "NONE"}, [1, 2, 4], id="26 no jitter"),
    ],
)
def test_waits_grow_between_attempts(fields: Json, expected: list[float]) -> None:
    result = run(retrying({"ErrorEquals": [ALL], **fields}), {}, failing("E"))
    assert waits(result) == expected
    assert calls(result) == len(expected) + 1
    assert result.error == "E"


def test_26_full_jitter_draws_below_the_computed_wait() -> None:
    rule = {"ErrorEquals": [ALL], "JitterStrategy": "FULL", "MaxAttempts": 6}
    found = waits(run(retrying(rule), {}, failing("E")))
    assert all(0 <= wait <= 2**k for k, wait in enumerate(found))
    assert len(set(found)) == 6


def sequence(*names: str) -> Any:
    """Stand-ins that fail with these errors in turn, and then are done."""
    stands = [failing(name)[CALL] for name in names]

    def stand_in(given: Any) -> Any:
        return stands.pop(0)(given) if stands else "done"

    return {CALL: stand_in}


def test_25_each_retrier_keeps_its_own_counter() -> None:
    rules = [{"ErrorEquals": [name], "MaxAttempts": 2} for name in ("A", "B")]
    result = run(retrying(*rules), {}, sequence("A", "B", "A", "B"))
    assert result.output == "done"
    assert waits(result) == [1, 1, 2, 2]


def test_25_a_spent_retrier_leaves_the_error_to_the_catchers() -> None:
    rules = [{"ErrorEquals": ["A"], "MaxAttempts": 1}, {"ErrorEquals": [ALL], "MaxAttempts": 9}]
    states = {
        "T": task(Retry=rules, Catch=[{"ErrorEquals": ["A"], "Next": "Caught"}]),
        "Caught": passing(),
    }
    result = run(states, {}, sequence("A", "A", "A"))
    assert calls(result) == 2
    assert result.output == {"Error": "A", "Cause": "why"}


def test_25_the_first_retrier_that_matches_counts() -> None:
    rules = [
        {"ErrorEquals": ["A", "B"], "IntervalSeconds": 7, "MaxAttempts": 1},
        {"ErrorEquals": ["A"], "IntervalSeconds": 9},
    ]
    assert waits(run(retrying(*rules), {}, sequence("A"))) == [7]


def test_25_counters_begin_anew_when_the_state_is_entered_again() -> None:
    states = {
        "T": task(
            Retry=[{"ErrorEquals": [ALL], "MaxAttempts": 1}],
            Catch=[{"ErrorEquals": [ALL], "Next": "T", "ResultPath": None}],
        )
    }
    result = run(states, {}, sequence("E", "E", "E"))
    assert result.output == "done"
    assert waits(result) == [1, 1]


def test_27_the_count_of_retries_is_in_the_context() -> None:
    seen: list[Any] = []

    def stand_in(given: Any) -> Any:
        seen.append(given["n"])
        return failing("E", times=3 - len(seen))[CALL](given)

    state = retrying({"ErrorEquals": [ALL]}, Parameters={"n.$": "$$.State.RetryCount"})
    assert output(state, {}, {CALL: stand_in}) == "done"
    assert seen == [0, 1, 2]


def test_27_empty_lists_of_rules_are_legal() -> None:
    assert error({"T": task(Retry=[], Catch=[])}, {}, failing("E")) == "E"


@pytest.mark.parametrize(
    ("catcher", "fields", "expected"),
    [
        pytest.param({}, {}, {"Error": "E", "Cause": "why"}, id="30 the default is $"),
        pytest.param(
            {"ResultPath": "$.e"}, {}, {"a": 1, "e": {"Error": "E", "Cause": "why"}}, id="30 placed"
        ),
        pytest.param(
            {"ResultPath": "$.e.f"},
            {"InputPath": "$.a", "Parameters": {"p": 1}},
            {"a": 1, "e": {"f": {"Error": "E", "Cause": "why"}}},
            id="30 into the raw input",
        ),
        pytest.param({"ResultPath": None}, {}, {"a": 1}, id="30 dropped"),
        pytest.param(
            {},
            {"ResultPath": "$.mine", "OutputPath": "$.mine", "ResultSelector": {"x.$": "$.no"}},
            {"Error": "E", "Cause": "why"},
            id="30 the state's own paths are not applied",
        ),
        pytest.param(
            {}, {"OutputPath": "$.no.such"}, {"Error": "E", "Cause": "why"}, id="30 OutputPath"
        ),
        pytest.param({}, {"OutputPath": None}, {"Error": "E", "Cause": "why"}, id="30 null"),
        pytest.param({"Comment": "c"}, {}, {"Error": "E", "Cause": "why"}, id="52 a comment"),
    ],
)
def test_a_catcher_places_the_error(catcher: Json, fields: Json, expected: Any) -> None:
    states = catching({"ErrorEquals": [ALL], **catcher}, **fields)
    assert output(states, {"a": 1}, failing("E")) == expected


def test_30_the_cause_is_text_even_when_it_holds_json() -> None:
    states = catching({"ErrorEquals": [ALL]})
    cause = '{"errorMessage":"no","errorType":"E"}'
    assert output(states, {}, failing("E", cause)) == {"Error": "E", "Cause": cause}


def test_30_the_cause_of_a_timeout_is_empty() -> None:
    states = catching({"ErrorEquals": [TIMEOUT]})
    assert output(states, {}, failing(TIMEOUT, "")) == {"Error": TIMEOUT, "Cause": ""}


def test_30_the_cause_can_be_read_as_json_later() -> None:
    states = {
        "T": task(Catch=[{"ErrorEquals": [ALL], "Next": "Read"}]),
        "Read": passing(Parameters={"c.$": "States.StringToJson($.Cause)"}, OutputPath="$.c.m"),
    }
    assert output(states, {}, failing("E", '{"m":"no"}')) == "no"


def test_30_catchers_are_tried_in_order() -> None:
    rules = [
        {"ErrorEquals": ["A"], "ResultPath": "$.first"},
        {"ErrorEquals": ["E"], "ResultPath": "$.second"},
        {"ErrorEquals": [ALL], "ResultPath": "$.third"},
    ]
    assert set(output(catching(*rules), {}, failing("E"))) == {"second"}


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"OutputPath": "$.no"}, id="29 OutputPath"),
        pytest.param({"InputPath": "$.no"}, id="29 InputPath"),
        pytest.param({"Parameters": {"x.$": "$.no"}}, id="29 Parameters"),
        pytest.param({"ResultSelector": {"x.$": "$.no"}}, id="29 ResultSelector"),
        pytest.param({"Parameters": {"x.$": "States.StringToJson('{')"}}, id="29 a function"),
        pytest.param({"TimeoutSecondsPath": "$.no"}, id="29 TimeoutSecondsPath"),
    ],
)
@pytest.mark.parametrize("name", [ALL, "States.Runtime"])
def test_a_runtime_error_is_neither_retried_nor_caught(fields: Json, name: str) -> None:
    states = catching({"ErrorEquals": [name]}, **fields)
    states["T"]["Retry"] = [{"ErrorEquals": [name]}]
    result = run(states, {}, answering({"r": 1}))
    assert result.error == "States.Runtime"
    assert not waits(result)


def test_29_a_runtime_error_within_a_branch_goes_past_the_catchers_around_it() -> None:
    bad = {"In": passing(InputPath="$.no")}
    for state in (parallel(bad), mapping(bad, ItemsPath="$.l")):
        state["Catch"] = [{"ErrorEquals": [ALL], "Next": "Caught"}]
        assert error({"S": state, "Caught": passing()}, {"l": [1]}) == "States.Runtime"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({}, (None, None), id="31 nothing said"),
        pytest.param({"Error": "E"}, ("E", None), id="31 an error"),
        pytest.param({"Cause": "c"}, (None, "c"), id="31 a cause"),
        pytest.param({"Error": "E", "Cause": "c"}, ("E", "c"), id="31 both"),
        pytest.param({"Error": "$.e", "Cause": "$.c"}, ("$.e", "$.c"), id="3 literals"),
        pytest.param({"ErrorPath": "$.e", "CausePath": "$.c"}, ("Oops", "because"), id="24 paths"),
        pytest.param({"ErrorPath": "$$.State.Name"}, ("F", None), id="7 the context object"),
        pytest.param({"CausePath": "$$.Execution.Input.c"}, (None, "because"), id="7 the input"),
        pytest.param(
            {"Error": "E", "CausePath": "States.Format('{}: {}', $.e, $.n)"},
            ("E", "Oops: 1"),
            id="24 a function",
        ),
        pytest.param({"CausePath": "States.JsonToString($.o)"}, (None, '{"x":1}'), id="24 JSON"),
        pytest.param({"ErrorPath": "$.no"}, ("States.Runtime", ...), id="5 nothing there"),
        pytest.param({"ErrorPath": "$.n"}, ("States.Runtime", ...), id="24 no text"),
        pytest.param({"CausePath": "$.o"}, ("States.Runtime", ...), id="24 an object"),
        pytest.param({"CausePath": "States.Array(1)"}, ("States.Runtime", ...), id="24 a list"),
    ],
)
def test_a_fail_state_ends_the_run(fields: Json, expected: tuple[Any, Any]) -> None:
    given = {"e": "Oops", "c": "because", "n": 1, "o": {"x": 1}}
    result = run({"F": {"Type": "Fail", **fields}}, given)
    assert (result.status, result.error) == ("FAILED", expected[0])
    assert expected[1] in (..., result.cause)


def test_31_a_fail_state_may_name_variables() -> None:
    states = {
        "S": passing(Assign={"e": "E", "c": "c"}, Next="F"),
        "F": {"Type": "Fail", "ErrorPath": "$e", "CausePath": "States.Format('<{}>', $c)"},
    }
    result = run(states)
    assert (result.error, result.cause) == ("E", "<c>")


def test_31_a_fail_without_an_error_in_a_branch_is_caught_by_all() -> None:
    state = parallel({"F": {"Type": "Fail"}}, Catch=[{"ErrorEquals": [ALL], "Next": "Caught"}])
    assert output({"P": state, "Caught": passing(Result=1)}) == 1


@pytest.mark.parametrize(
    ("states", "limit", "status"),
    [
        pytest.param({"W": leading("Wait", Seconds=11)}, 10, "TIMED_OUT", id="33 a long wait"),
        pytest.param({"W": leading("Wait", Seconds=9)}, 10, "COMPLETED", id="33 a short wait"),
        pytest.param(
            {"P": parallel({"W": leading("Wait", Seconds=11)})}, 10, "TIMED_OUT", id="33 a branch"
        ),
        pytest.param(
            retrying({"ErrorEquals": [ALL], "MaxAttempts": 9}), 60, "TIMED_OUT", id="33 retries"
        ),
        pytest.param({"S": passing()}, 1, "COMPLETED", id="33 no wait"),
    ],
)
def test_the_machines_own_limit_times_the_run_out(states: Json, limit: int, status: str) -> None:
    result = run(states, {}, failing("E"), TimeoutSeconds=limit)
    assert result.status == status
    assert result.error == ("States.Timeout" if status == "TIMED_OUT" else None)


def test_33_nothing_catches_the_machines_own_limit() -> None:
    wait = {"W": leading("Wait", Seconds=100)}
    states = {
        "P": parallel(wait, Catch=[{"ErrorEquals": [ALL], "Next": "Caught"}]),
        "Caught": passing(),
    }
    assert run(states, TimeoutSeconds=10).status == "TIMED_OUT"


@pytest.mark.parametrize("seconds", [0, -1, 1.5, "x", None, {}, True], ids=lambda n: f"8 {n!r}")
def test_a_time_limit_by_path_is_a_whole_number_of_at_least_one(seconds: Any) -> None:
    state = {"T": task(TimeoutSecondsPath="$.s")}
    assert error(state, {"s": seconds}, answering(1)) == "States.Runtime"


def test_33_a_time_limit_by_path_looks_into_the_raw_input() -> None:
    state = task(InputPath="$.in", TimeoutSecondsPath="$.s", HeartbeatSecondsPath="$.h")
    assert output({"T": state}, {"in": 1, "s": 5, "h": 2}, answering("done")) == "done"


def test_2_a_result_that_cannot_be_placed_is_caught() -> None:
    states = catching({"ErrorEquals": [ALL]}, ResultPath="$.x")
    assert output(states, "text", answering(1))["Error"] == "States.ResultPathMatchFailure"


def test_30_a_caught_error_that_cannot_be_placed_fails_the_run() -> None:
    states = catching({"ErrorEquals": [ALL], "ResultPath": "$.e"})
    assert error(states, "text", failing("E")) == "States.ResultPathMatchFailure"


def test_37_the_cause_of_a_breach_is_worded_as_by_aws() -> None:
    result = run({"M": mapping({"T": task()}, ToleratedFailureCount=0)}, [1], failing("E"))
    assert result.cause == "The specified tolerated failure threshold was exceeded"
