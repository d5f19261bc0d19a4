"""Map, Parallel and Wait in virtual time; the numbers are those of the ASL notes."""

from datetime import timedelta
from typing import Any

import pytest

from assent_engine import StepFailed
from assent_engine.moments import timestamp
from engine.pure.policies import NOON, error, machine, output, passing, run, task, waits

FRIDAY = "2026-01-02T12:00:00Z"


def mapping(states: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"M": {"type": "Map", "iterator": machine(states), "end": True, **fields}}


def parallel(*branches: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "P": {
            "type": "Parallel",
            "branches": [machine(one) for one in branches],
            "end": True,
            **fields,
        }
    }


def after(seconds: int, state: dict[str, Any]) -> dict[str, Any]:
    return {"Wait": {"type": "Wait", "seconds": seconds, "next": "Then"}, "Then": state}


def at(seconds: int) -> str:
    return timestamp(NOON + timedelta(seconds=seconds))


ITEM = {"v.$": "$$.map.item.value", "i.$": "$$.map.item.index", "all.$": "$"}
SECONDS = {"Wait": {"type": "Wait", "seconds_path": "$.iterator", "next": "Out"}}


def test_without_item_selector_the_iteration_sees_the_maps_input_and_the_item() -> None:
    """Point 34, in our dialect."""
    given = {"list": [5, 6], "x": 1}
    assert output(mapping({"In": passing()}, items_path="$.list"), given) == [
        {"list": [5, 6], "x": 1, "iterator": 5},
        {"list": [5, 6], "x": 1, "iterator": 6},
    ]


def test_a_list_as_the_maps_input_leaves_the_item_alone() -> None:
    """Point 34, in our dialect."""
    assert output(mapping({"In": passing()}), [5]) == [{"iterator": 5}]


def test_in_an_item_selector_the_input_is_the_maps_and_the_item_is_in_the_context() -> None:
    """Point 34."""
    states = mapping({"In": passing()}, item_selector=ITEM, input_path="$.in", items_path="$.list")
    given = {"in": {"list": ["a", "b"]}}
    assert output(states, given) == [
        {"v": "a", "i": 0, "all": {"list": ["a", "b"]}},
        {"v": "b", "i": 1, "all": {"list": ["a", "b"]}},
    ]


def test_the_item_stays_in_the_context_of_every_state_of_the_iteration() -> None:
    """Point 34."""
    inner = {"A": passing(result={}, next="B"), "B": passing(parameters=ITEM)}
    assert output(mapping(inner), ["a"]) == [{"v": "a", "i": 0, "all": {}}]


def test_a_branch_inside_an_iteration_sees_its_item_and_an_inner_map_its_own() -> None:
    """Point 34."""
    branch = parallel({"In": passing(parameters={"v.$": "$$.map.item.value"})})
    assert output(mapping(branch), ["a", "b"]) == [[{"v": "a"}], [{"v": "b"}]]
    inner = mapping({"In": passing(parameters=ITEM, output_path="$.v")}, items_path="$.iterator")
    assert output(mapping(inner), [[1], [2, 3]]) == [[1], [2, 3]]


def test_an_item_processor_is_another_name_for_an_iterator() -> None:
    """Point 34."""
    inner = machine({"In": passing(output_path="$.iterator")})
    state = {"type": "Map", "item_processor": inner, "end": True}
    assert output({"M": state}, [1, 2]) == [1, 2]


@pytest.mark.parametrize("given", [{}, "text", 1, None, {"list": {"0": 1}}], ids=repr)
def test_a_map_over_what_is_no_list_fails_with_states_runtime(given: Any) -> None:
    catch = [{"error_equals": ["States.ALL"], "next": "M"}]
    for path in ("$", "$.list"):
        states = mapping({"In": passing()}, items_path=path, catch=catch)
        assert run(states, given, max_transitions=10).error == "States.Runtime"


def test_results_keep_the_items_order_whatever_finishes_first() -> None:
    """Point 35."""
    inner = {**SECONDS, "Out": passing(output_path="$.iterator")}
    result = run(mapping(inner), [30, 10, 20])
    assert result.output == [30, 10, 20]
    done = [one["scope"] for one in result.trace if one["key"] == "Out.1"]
    assert done == ["M.1/1/1/", "M.1/1/2/", "M.1/1/0/"]


def test_results_keep_the_branches_order_whatever_finishes_first() -> None:
    """Point 35."""
    states = parallel(after(9, passing(result="slow")), {"In": passing(result="fast")})
    assert output(states) == ["slow", "fast"]


def test_an_empty_list_gives_an_empty_list_without_running_anything() -> None:
    """Point 35."""
    result = run(mapping({"In": passing()}, items_path="$.list", result_path="$.out"), {"list": []})
    assert result.output == {"list": [], "out": []}
    assert [entry["key"] for entry in result.trace] == ["M.1"]


@pytest.mark.parametrize(
    ("bound", "ends"),
    [(0, [10, 10, 10, 10]), (1, [10, 20, 30, 40]), (2, [10, 10, 20, 20]), (9, [10, 10, 10, 10])],
)
def test_no_more_iterations_run_at_once_than_max_concurrency(bound: int, ends: list[int]) -> None:
    """Point 36: 0 sets no bound."""
    inner = {"W": {"type": "Wait", "seconds": 10, "next": "Out"}, "Out": passing(result=1)}
    result = run(mapping(inner, max_concurrency=bound), [1, 2, 3, 4])
    finished = [entry["at"] for entry in result.trace if entry["key"] == "Out.1"]
    assert finished == [at(seconds) for seconds in ends]


def test_a_freed_place_goes_to_the_next_item_at_once() -> None:
    """Point 36."""
    inner = {**SECONDS, "Out": passing(output_path="$.iterator")}
    result = run(mapping(inner, max_concurrency=2), [30, 10, 10, 1])
    finished = [entry["at"] for entry in result.trace if entry["key"] == "Out.1"]
    assert finished == [at(10), at(20), at(21), at(30)]
    assert result.output == [30, 10, 10, 1]


def fail(name: str) -> dict[str, Any]:
    return {"type": "Fail", "error": name, "cause": f"{name} said so"}


def test_one_failing_branch_fails_the_parallel_and_stops_the_others() -> None:
    """Point 40: who fails first in virtual time decides."""
    states = parallel(
        after(20, fail("Second")), after(10, fail("First")), after(30, task(resource="a.never"))
    )
    result = run(states, {}, {"a.never": lambda _: pytest.fail("it was not stopped")})
    assert (result.error, result.cause) == ("First", "First said so")
    stopped = [entry["scope"] for entry in result.trace if entry["event"] == "cancelled"]
    assert stopped == ["P.1/1/0/", "P.1/1/2/"]
    assert result.trace[-1]["at"] == at(10)


def test_a_stopped_branch_takes_all_the_scopes_below_it_along() -> None:
    """Point 40."""
    states = parallel(
        parallel(after(20, task(resource="a.never")), mapping(after(30, passing()))),
        after(10, fail("First")),
        result_path="$.out",
    )
    result = run(states, [1], {"a.never": lambda _: pytest.fail("it was not stopped")})
    assert result.error == "First"
    assert result.trace[-1]["at"] == at(10)
    assert [entry["scope"] for entry in result.trace if entry["event"] == "cancelled"] == [
        "P.1/1/0/",
        "P.1/1/0/P.1/1/0/",
        "P.1/1/0/P.1/1/1/",
        "P.1/1/0/P.1/1/1/M.1/1/0/",
    ]


def test_one_failing_item_stops_the_map_and_starts_no_further_one() -> None:
    """Point 40, for a Map."""
    seen: list[Any] = []

    def step(given: Any) -> Any:
        seen.append(given["iterator"])
        if given["iterator"] == 2:
            raise StepFailed("Bad", "two")

    result = run(mapping({"T": task()}, max_concurrency=1), [1, 2, 3], {"a.step": step})
    assert (result.error, result.cause, seen) == ("Bad", "two", [1, 2])


@pytest.mark.parametrize("kind", ["Map", "Parallel"])
def test_a_retry_runs_all_branches_again(kind: str) -> None:
    """Point 40."""
    calls: list[Any] = []

    def step(given: Any) -> str:
        calls.append(given)
        if len(calls) == 2:
            raise StepFailed("Bad")
        return "ok"

    fields: dict[str, Any] = {"retry": [{"error_equals": ["Bad"]}]}
    inner = {"T": task()}
    states = mapping(inner, **fields) if kind == "Map" else parallel(inner, inner, **fields)
    result = run(states, [1, 2], {"a.step": step})
    assert (result.output, len(calls), waits(result)) == (["ok", "ok"], 4, [1])


def test_the_error_of_a_branch_can_be_caught() -> None:
    """Point 40."""
    catch = [{"error_equals": ["Bad"], "next": "Caught", "result_path": "$.e"}]
    states = {**parallel({"F": fail("Bad")}, catch=catch), "Caught": passing()}
    assert output(states, {"a": 1}) == {"a": 1, "e": {"error": "Bad", "cause": "Bad said so"}}


def test_a_single_branch_is_wrapped_in_a_list_too() -> None:
    """Point 40."""
    assert output(parallel({"In": passing()}), {"a": 1}) == [{"a": 1}]


def test_a_branch_that_fails_by_the_name_of_a_stop_is_still_a_failure() -> None:
    states = parallel({"In": passing(result=1)}, {"F": fail("States.Cancelled")})
    assert error(states) == "States.Cancelled"


def test_data_flow_fields_frame_a_parallel_as_they_do_a_task() -> None:
    states = parallel(
        {"In": passing()},
        parameters={"x.$": "$.a"},
        result_selector={"first.$": "$[0].x"},
        result_path="$.out",
    )
    assert output(states, {"a": 1}) == {"a": 1, "out": {"first": 1}}


def wait(**fields: Any) -> dict[str, Any]:
    return {"W": {"type": "Wait", "end": True, **fields}}


@pytest.mark.parametrize(
    ("fields", "given", "seconds"),
    [
        pytest.param({"seconds": 90}, {"a": 1}, 90, id="seconds"),
        pytest.param({"seconds": 0}, {}, 0, id="41 zero"),
        pytest.param({"seconds_path": "$.s"}, {"s": 0}, 0, id="41 zero by path"),
        pytest.param({"seconds_path": "$.s"}, {"s": 2**31 - 1}, 2**31 - 1, id="41 the longest"),
        pytest.param({"timestamp": FRIDAY}, {}, 86_400, id="timestamp"),
        pytest.param({"timestamp_path": "$.t"}, {"t": FRIDAY}, 86_400, id="timestamp by path"),
        pytest.param(
            {"timestamp_path": "$.t"}, {"t": "2026-01-01T14:00:00.5+01:00"}, 3600.5, id="an offset"
        ),
        pytest.param(
            {"seconds_path": "$.s", "input_path": "$.in"}, {"in": {"s": 3}}, 3, id="input_path"
        ),
    ],
)
def test_a_wait_takes_as_long_as_it_says(
    fields: dict[str, Any], given: Any, seconds: float
) -> None:
    result = run(wait(**fields), given)
    assert result.status == "COMPLETED"
    assert waits(result) == [seconds]
    assert result.output == given.get("in", given)


def test_a_timestamp_in_the_past_returns_at_once() -> None:
    """Point 41."""
    states = {
        **wait(timestamp="1999-12-31T23:59:59Z", next="P"),
        "P": passing(parameters={"now.$": "$$.state.entered_time"}),
    }
    del states["W"]["end"]
    assert output(states) == {"now": at(0)}


@pytest.mark.parametrize(
    "value", [-1, 1.5, "1", True, None, [], 2**31], ids=lambda value: f"41 {value!r}"
)
def test_seconds_from_the_data_are_whole_and_not_negative(value: Any) -> None:
    """Point 41."""
    assert error(wait(seconds_path="$.s"), {"s": value}) == "States.Runtime"


@pytest.mark.parametrize(
    "value",
    [
        "2026-01-01 12:00:00Z",
        "2026-01-01T12:00:00",
        "2026-02-30T12:00:00Z",
        "2026-01-01T12:00:00z",
        "20260101T120000Z",
        "2026-01-01T12Z",
        "2026-W01-1T12:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "tomorrow",
        "",
        1,
        None,
    ],
    ids=repr,
)
def test_a_timestamp_from_the_data_has_t_zone_and_a_date_that_exists(value: Any) -> None:
    """Points 14 and 41."""
    assert error(wait(timestamp_path="$.t"), {"t": value}) == "States.Runtime"


def test_the_cause_of_a_bad_wait_is_short_and_knows_no_order_of_keys() -> None:
    states = wait(seconds_path="$.s")
    causes = [run(states, {"s": value}).cause for value in ({"a": 1, "b": 2}, {"b": 2, "a": 1})]
    rest = "is not a whole number of seconds from 0 to 2147483647."
    assert causes == [f"A value of type object {rest}"] * 2
    assert run(states, {"s": 1.5}).cause == f"1.5 {rest}"
    assert len(run(states, {"s": "x" * 5000}).cause or "") < 200


def test_waits_beyond_the_calendar_do_not_break_a_simulation() -> None:
    states = {
        "W": {"type": "Wait", "seconds": 99_999_999, "next": "Again"},
        "Again": {
            "type": "Choice",
            "choices": [{"variable": "$.stop", "is_present": True, "next": "End"}],
            "default": "W",
        },
        "End": {"type": "Succeed"},
    }
    result = run(states, {}, max_transitions=10_000)
    assert result.error == "Run.TransitionLimitExceeded"


def test_a_wait_in_one_branch_does_not_hold_up_another() -> None:
    states = parallel(after(60, passing(result=1)), after(5, passing(result=2)))
    result = run(states)
    assert [entry["at"] for entry in result.trace if entry["key"] == "Then.1"] == [at(5), at(60)]
