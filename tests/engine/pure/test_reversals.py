"""Compensation in simulations: carried out on the copy, in virtual time, and told in the trace."""

from collections.abc import Callable
from typing import Any

import pytest

from assent_engine import Result, simulate
from assent_engine.interpreter import Taken
from engine.durable.worlds import Outside, refuse, test_registry
from engine.pure.policies import NOON, States, machine, policy, task, waits

FAIL = {"type": "Fail", "error": "Broken", "cause": "on purpose"}
HAPPENED = ("undo", "reversed", "kept", "left_to_owner", "would_reverse")


def order(n: int, resource: str = "order.place", **fields: Any) -> dict[str, Any]:
    return task(resource, parameters={"n": n}, **fields)


def failing(*orders: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A policy that makes these orders, one after the other, and then fails."""
    names = [f"O{at}" for at, _ in enumerate(orders, start=1)]
    following = [*names[1:], "Fail"]
    states = {
        name: {**{key: item for key, item in one.items() if key != "end"}, "next": then}
        for name, one, then in zip(names, orders, following, strict=True)
    }
    return policy({**states, "Fail": FAIL}, **more)


def played(document: dict[str, Any], outside: Outside, **more: Any) -> Result:
    """The simulation with the registered steps on an outside."""
    return simulate(document, registry=test_registry(outside), now=NOON, **more)


def told(result: Result) -> list[tuple[str, str]]:
    """What was said of reversals: the event, and the state that had acted."""
    return [
        (one["event"], one["of"]["key"].partition(".")[0])
        for one in result.trace
        if one["event"] in HAPPENED and "of" in one
    ]


def test_a_failed_run_has_what_it_did_reversed_the_latest_first() -> None:
    outside = Outside()
    result = played(failing(order(1), order(2)), outside)
    first, second = outside.calls
    assert outside.undoing == [second, first]
    assert told(result) == [("reversed", "O2"), ("reversed", "O1")]
    assert (result.status, result.error, result.cause) == ("FAILED", "Broken", "on purpose")


def test_each_call_of_a_compensation_has_a_scope_and_key_of_its_own() -> None:
    result = played(failing(order(1)), Outside())
    (call,) = [one for one in result.trace if one["event"] == "undo"]
    assert (call["scope"], call["key"], call["resource"]) == ("undo/1/", "undo.1/1", "order.cancel")
    assert call["input"] == {"key": "simulation/O1.1"}


def test_what_cannot_be_reversed_is_kept_and_says_why() -> None:
    outside = Outside()
    result = played(failing(order(1), order(2, "order.blind")), outside)
    assert told(result) == [("kept", "O2"), ("reversed", "O1")]
    assert next(one for one in result.trace if one["event"] == "kept")["because"] == "gone"


def test_a_compensation_that_fails_is_tried_in_virtual_time_and_then_left_to_the_owner() -> None:
    outside = Outside(undo_script=[refuse] * 3)
    result = played(failing(order(1), order(2)), outside)
    assert told(result) == [("left_to_owner", "O2"), ("reversed", "O1")]
    assert waits(result) == [1, 2]
    assert result.error == "Broken"


def test_a_run_whose_time_is_up_is_reversed_after_its_end() -> None:
    outside = Outside(undo_script=[refuse])
    long = {"type": "Wait", "seconds": 100, "end": True}
    result = played(policy({"O": order(1, next="W"), "W": long}, timeout_seconds=10), outside)
    assert (result.status, result.output) == ("TIMED_OUT", None)
    assert told(result) == [("reversed", "O")]


def test_a_run_that_ends_well_reverses_nothing() -> None:
    outside = Outside()
    result = played(policy({"O": order(1)}), outside)
    assert (result.status, outside.undoing) == ("COMPLETED", [])
    assert told(result) == []


@pytest.mark.parametrize(
    ("on_failure", "event"), [("keep", "kept"), ("intervene", "left_to_owner")]
)
def test_a_policy_may_keep_what_was_done_or_leave_it_to_the_owner(
    on_failure: str, event: str
) -> None:
    outside = Outside()
    result = played(failing(order(1), order(2), on_failure=on_failure), outside)
    assert outside.undoing == []
    assert told(result) == [(event, "O2"), (event, "O1")]


CATCH = {"error_equals": ["States.ALL"], "next": "End", "compensate": True}


def parallel(**fields: Any) -> dict[str, Any]:
    """Two branches: one orders twice, the other fails a little later."""
    ordering = machine({"A": order(1, next="B"), "B": order(2)})
    late = machine({"W": {"type": "Wait", "seconds": 1, "next": "F"}, "F": FAIL})
    return {"type": "Parallel", "branches": [ordering, late], "next": "End", **fields}


def caught(compensate: bool = True) -> dict[str, Any]:
    states: States = {
        "First": order(0, next="Both"),
        "Both": parallel(catch=[{**CATCH, "compensate": compensate}]),
        "End": {"type": "Succeed"},
    }
    return policy(states)


def test_a_catcher_reverses_what_its_own_state_did_and_the_run_goes_on() -> None:
    outside = Outside()
    result = played(caught(), outside)
    assert told(result) == [("reversed", "B"), ("reversed", "A")]
    assert len(outside.undoing) == 2
    assert (result.status, result.error) == ("COMPLETED", None)
    assert Taken("/states/Both/catch/0") in result.taken


def test_a_catcher_that_does_not_compensate_reverses_nothing() -> None:
    outside = Outside()
    assert played(caught(compensate=False), outside).status == "COMPLETED"
    assert outside.undoing == []


def test_what_a_catcher_reversed_is_not_reversed_again_when_the_run_fails_later() -> None:
    document = caught()
    document["states"]["End"] = FAIL
    outside = Outside()
    result = played(document, outside)
    assert told(result) == [("reversed", "B"), ("reversed", "A"), ("reversed", "First")]
    assert len(set(outside.undoing)) == len(outside.undoing) == 3


def test_a_catcher_with_nothing_to_reverse_goes_on_at_once() -> None:
    states: States = {
        "R": task("number.broken", next="End", catch=[CATCH]),
        "End": {"type": "Succeed"},
    }
    assert played(policy(states), Outside()).status == "COMPLETED"


def test_a_compensation_that_is_stopped_half_way_is_done_when_the_run_ends() -> None:
    """A sibling fails while a branch waits to try its compensation again."""
    undoing = {
        "A": order(1, next="F", result_path=None),
        "F": task("number.broken", end=True),
    }
    inner = {
        "type": "Parallel",
        "branches": [machine(undoing)],
        "catch": [{**CATCH, "next": "Out"}],
        "end": True,
    }
    late = machine({"W": {"type": "Wait", "seconds": 1, "next": "F"}, "F": FAIL})
    branches = [machine({"P": inner, "Out": {"type": "Succeed"}}), late]
    outside = Outside(undo_script=[refuse, refuse])
    both = {"type": "Parallel", "branches": branches, "end": True}
    result = played(policy({"Both": both}), outside)
    assert told(result)[-1] == ("reversed", "A")
    assert result.error == "Broken"


class TestWithStandIns:
    """Known steps are played by stand-ins; so are their compensations, if these have one."""

    def play(self, document: dict[str, Any], **steps: Callable[[Any], Any]) -> Result:
        names = {name.replace("_", "."): one for name, one in steps.items()}
        return simulate(document, registry=test_registry(Outside()), steps=names, now=NOON)

    def test_the_stand_in_of_the_compensating_step_is_called(self) -> None:
        seen: list[Any] = []
        result = self.play(
            failing(order(1)),
            order_place=lambda _given: {"key": "k", "n": 1},
            order_cancel=seen.append,
        )
        assert seen == [{"key": "k"}]
        assert told(result) == [("reversed", "O1")]

    def test_without_one_the_trace_says_what_would_be_called(self) -> None:
        result = self.play(failing(order(1)), order_place=lambda _given: {"key": "k", "n": 1})
        (entry,) = [one for one in result.trace if one["event"] == "would_reverse"]
        assert (entry["resource"], entry["input"]) == ("order.cancel", {"key": "k"})
        assert entry["called"] is False
        assert result.error == "Broken"

    def test_a_state_named_undo_lends_its_stand_in_to_no_compensation(self) -> None:
        document = policy({"undo": order(1, next="Fail"), "Fail": FAIL})
        seen: list[Any] = []
        result = self.play(
            document, undo=lambda _given: {"key": "k", "n": 1}, order_cancel=seen.append
        )
        assert seen == [{"key": "k"}]
        assert told(result) == [("reversed", "undo")]

    def test_an_answer_from_which_no_reversal_can_be_worked_out_changes_nothing_else(self) -> None:
        result = self.play(failing(order(1)), order_place=lambda _given: {})
        assert told(result) == [("left_to_owner", "O1")]
        assert result.error == "Broken"
