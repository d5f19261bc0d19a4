"""Retry, catch and the names of errors; the numbers are those of the ASL notes."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from assent_engine import StepFailed
from engine.pure.policies import NOON, error, machine, output, passing, run, task, waits

START = NOON.strftime("%Y-%m-%dT%H:%M:%S.000000Z")


def failing(*errors: str) -> Callable[[Any], Any]:
    """A stand-in that fails with these errors in turn, then answers "done"."""
    left = list(errors)

    def step(_given: Any) -> Any:
        if left:
            raise StepFailed(left.pop(0), "because")
        return "done"

    return step


def retrier(*names: str, **fields: Any) -> dict[str, Any]:
    return {"error_equals": list(names), **fields}


def retried(*rules: dict[str, Any], errors: list[str], seed: str = "0", **more: Any) -> Any:
    state = task(retry=list(rules), **more)
    return run(
        {"T": state, **CAUGHT} if "catch" in more else {"T": state},
        {},
        {"a.step": failing(*errors)},
        seed,
    )


CAUGHT = {"Caught": passing()}


@pytest.mark.parametrize(
    ("fields", "failures", "expected"),
    [
        pytest.param({}, 3, [1, 2, 4], id="26 the defaults"),
        pytest.param({"max_attempts": 5}, 5, [1, 2, 4, 8, 16], id="26 the fifth wait is 16 s"),
        pytest.param({"interval_seconds": 3, "backoff_rate": 1}, 3, [3, 3, 3], id="26 constant"),
        pytest.param(
            {"interval_seconds": 10, "backoff_rate": 1.5}, 3, [10, 15, 22.5], id="26 fractions"
        ),
        pytest.param(
            {"max_attempts": 6, "max_delay_seconds": 5}, 6, [1, 2, 4, 5, 5, 5], id="26 the cap"
        ),
        pytest.param({"interval_seconds": 0}, 2, [0, 0], id="26 no interval"),
    ],
)
def test_waits_grow_by_the_rate_up_to_the_cap(
    fields: dict[str, Any], failures: int, expected: list[float]
) -> None:
    result = retried(retrier("E", **fields), errors=["E"] * failures)
    assert result.status == "COMPLETED"
    assert waits(result) == expected


def test_a_back_off_beyond_all_numbers_is_cut_and_no_error() -> None:
    rule = retrier("E", max_attempts=40, backoff_rate=Decimal("1E+30000"), max_delay_seconds=7)
    assert waits(retried(rule, errors=["E"] * 40))[1:] == [7] * 39


def test_max_attempts_counts_retries() -> None:
    """Point 26: 3 means 4 attempts, and the error that is left is the run's."""
    result = retried(retrier("E"), errors=["E"] * 9)
    steps = [entry["key"] for entry in result.trace if entry["event"] == "step"]
    assert steps == ["T.1/1", "T.1/2", "T.1/3", "T.1/4"]
    assert (result.error, result.cause) == ("E", "because")


def test_max_attempts_of_zero_never_retries() -> None:
    """Point 26."""
    rules = [retrier("E", max_attempts=0), retrier("States.ALL")]
    result = retried(*rules, errors=["E"])
    assert (result.status, waits(result)) == ("FAILED", [])


def test_full_jitter_draws_below_the_computed_wait_by_the_seed_alone() -> None:
    """Point 26."""
    rule = retrier("E", interval_seconds=100, backoff_rate=1, jitter_strategy="FULL")
    first, same, other = (
        waits(retried(rule, errors=["E"] * 3, seed=seed)) for seed in ("a", "a", "b")
    )
    assert first == same
    assert first != other
    assert len(set(first)) == 3
    assert all(0 <= wait < 100 for wait in first + other)


def test_jitter_none_is_the_default_and_draws_nothing() -> None:
    """Point 26."""
    for rule in (retrier("E"), retrier("E", jitter_strategy="NONE")):
        assert waits(retried(rule, errors=["E"] * 2, seed="x")) == [1, 2]


def test_the_first_matching_retrier_counts_and_each_has_its_own_counter() -> None:
    """Point 25."""
    rules = [
        retrier("A", interval_seconds=10, backoff_rate=2, max_attempts=2),
        retrier("B", "A", interval_seconds=100, backoff_rate=2, max_attempts=2),
    ]
    result = retried(*rules, errors=["A", "B", "A", "B"])
    assert result.status == "COMPLETED"
    assert waits(result) == [10, 100, 20, 200]


def test_a_spent_retrier_hands_the_error_to_catch_and_not_to_a_later_retrier() -> None:
    """Point 25."""
    result = retried(
        retrier("A", max_attempts=1),
        retrier("States.ALL", interval_seconds=50),
        errors=["A"] * 5,
        catch=[{"error_equals": ["A"], "next": "Caught"}],
    )
    assert waits(result) == [1]
    assert result.output == {"error": "A", "cause": "because"}


def test_counters_start_anew_on_each_visit() -> None:
    """Point 25."""
    states = {
        "T": {
            **task(retry=[retrier("A", max_attempts=1)], next="C", result_path="$.r"),
            "catch": [{"error_equals": ["A"], "next": "T", "result_path": "$.caught"}],
        },
        "C": passing(),
    }
    result = run(states, {}, {"a.step": failing("A", "A", "A")}, max_transitions=10)
    assert result.status == "COMPLETED"
    assert waits(result) == [1, 1]
    assert [one["key"] for one in result.trace if one["event"] == "step"] == [
        "T.1/1",
        "T.1/2",
        "T.2/1",
        "T.2/2",
    ]


def test_empty_retry_and_catch_are_legal() -> None:
    """Point 27."""
    assert output({"T": task(retry=[], catch=[])}, {}, {"a.step": failing()}) == "done"


def test_the_retry_count_starts_at_zero() -> None:
    """Point 27."""
    seen: list[Any] = []

    def step(given: Any) -> None:
        seen.append(given["count"])
        if len(seen) < 3:
            raise StepFailed("E")

    count = {"count.$": "$$.state.retry_count"}
    run({"T": task(parameters=count, retry=[retrier("E")])}, {}, {"a.step": step})
    assert seen == [0, 1, 2]


@pytest.mark.parametrize(
    ("names", "name", "caught"),
    [
        pytest.param(["States.ALL"], "Own.Error", True, id="28 ALL matches any"),
        pytest.param(["States.ALL"], "States.Timeout", True, id="28 ALL matches a timeout"),
        pytest.param(["States.ALL"], "", True, id="28 ALL matches no name"),
        pytest.param(["States.TaskFailed"], "Own.Error", True, id="28 TaskFailed matches any"),
        pytest.param(["States.TaskFailed"], "States.Timeout", False, id="28 but not a timeout"),
        pytest.param(["States.Timeout"], "States.Timeout", True, id="28 Timeout by name"),
        pytest.param(["States.Runtime"], "States.Runtime", False, id="29 not even by name"),
        pytest.param(["States.ALL"], "States.Runtime", False, id="29 nor by ALL"),
        pytest.param(["States.TaskFailed"], "States.Runtime", False, id="29 nor by TaskFailed"),
        pytest.param(["States.ALL"], "States.DataLimitExceeded", True, id="29 the data limit is"),
        pytest.param(["State.ALL"], "Own.Error", False, id="31 a slip matches nothing"),
        pytest.param(["own.error"], "Own.Error", False, id="31 exactly, by case"),
        pytest.param(["Own"], "Own.Error", False, id="31 exactly, not by prefix"),
        pytest.param(["A", "Own.Error"], "Own.Error", True, id="31 any of the list"),
        pytest.param(["any text: 1/2 ü"], "any text: 1/2 ü", True, id="32 any text"),
    ],
)
def test_which_names_match_an_error(names: list[str], name: str, *, caught: bool) -> None:
    catch = {"T": task(catch=[{"error_equals": names, "next": "Caught"}]), **CAUGHT}
    result = run(catch, {}, {"a.step": failing(name)})
    assert (result.status == "COMPLETED") is caught
    retry = {"T": task(retry=[retrier(*names)])}
    assert (run(retry, {}, {"a.step": failing(name)}).status == "COMPLETED") is caught


@pytest.mark.parametrize(
    "field",
    [
        {"input_path": "$.missing"},
        {"parameters": {"a.$": "$.missing"}},
        {"result_selector": {"a.$": "$.missing"}},
        {"output_path": "$.missing"},
    ],
    ids=lambda field: "29 " + next(iter(field)),
)
def test_a_path_that_finds_nothing_goes_past_every_catcher(field: dict[str, Any]) -> None:
    """Point 29."""
    catch = [
        {"error_equals": ["States.Runtime"], "next": "Caught"},
        {"error_equals": ["States.ALL"], "next": "Caught"},
    ]
    states = {"T": task(catch=catch, retry=[retrier("States.ALL")], **field), **CAUGHT}
    assert error(states, {}, {"a.step": failing()}) == "States.Runtime"


def test_a_result_path_that_does_not_fit_can_be_caught() -> None:
    catch = [{"error_equals": ["States.ResultPathMatchFailure"], "next": "Caught"}]
    states = {"T": task(catch=catch, result_path="$.x"), **CAUGHT}
    caught = output(states, "text", {"a.step": failing()})
    assert caught["error"] == "States.ResultPathMatchFailure"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({}, {"error": "E", "cause": "because"}, id="30 at $ by default"),
        pytest.param(
            {"result_path": "$.e"},
            {"a": {"b": 1}, "e": {"error": "E", "cause": "because"}},
            id="30 into the raw input",
        ),
        pytest.param({"result_path": None}, {"a": {"b": 1}}, id="30 null drops it"),
    ],
)
def test_a_catchers_own_result_path_places_the_error_into_the_raw_input(
    fields: dict[str, Any], expected: Any
) -> None:
    """Point 30: the state's own result_path and output_path are not applied."""
    state = task(
        input_path="$.a",
        result_path="$.mine",
        output_path="$.mine.unresolvable",
        catch=[{"error_equals": ["E"], "next": "Caught", **fields}],
    )
    assert output({"T": state, **CAUGHT}, {"a": {"b": 1}}, {"a.step": failing("E")}) == expected


def test_catchers_are_tried_in_order() -> None:
    catch = [
        {"error_equals": ["Other"], "next": "B"},
        {"error_equals": ["E"], "next": "A"},
        {"error_equals": ["States.ALL"], "next": "B"},
    ]
    states = {"T": task(catch=catch), "A": passing(result="A"), "B": passing(result="B")}
    assert output(states, {}, {"a.step": failing("E")}) == "A"


def test_a_catcher_whose_result_path_does_not_fit_fails_the_run() -> None:
    catch = [{"error_equals": ["E"], "next": "Caught", "result_path": "$.e"}]
    states = {"T": task(catch=catch), **CAUGHT}
    assert error(states, "text", {"a.step": failing("E")}) == "States.ResultPathMatchFailure"


def test_a_fail_without_error_has_no_error_name() -> None:
    """Point 31."""
    result = run({"F": {"type": "Fail"}})
    assert result.status == "FAILED"
    assert not result.error
    assert not result.cause


def test_the_runs_own_timeout_ends_it_as_timed_out_and_nothing_catches_it() -> None:
    """Point 33."""
    inner = machine({"W": {"type": "Wait", "seconds": 61, "end": True}})
    state = {
        "type": "Parallel",
        "branches": [inner],
        "retry": [retrier("States.ALL")],
        "catch": [{"error_equals": ["States.ALL"], "next": "Caught"}],
        "end": True,
    }
    result = run({"P": state, **CAUGHT}, timeout_seconds=60)
    assert (result.status, result.error, result.cause) == ("TIMED_OUT", "States.Timeout", "")
    assert run({"P": state, **CAUGHT}, timeout_seconds=61).status == "TIMED_OUT"
    assert run({"P": state, **CAUGHT}, timeout_seconds=62).status == "COMPLETED"


def test_a_run_timeout_counts_waits_between_attempts() -> None:
    """Point 33."""
    rule = retrier("E", interval_seconds=30, backoff_rate=1)
    states = {"T": task(retry=[rule])}
    result = run(states, {}, {"a.step": failing("E", "E", "E")}, timeout_seconds=60)
    assert result.status == "TIMED_OUT"
    assert {entry["at"] for entry in result.trace} == {
        START,
        START.replace("12:00:00", "12:00:30"),
    }
