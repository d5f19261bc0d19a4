"""Coverage: every state and branch counts once, and what is left is named by its place."""

from typing import Any

from assent_engine.interpreter import Taken
from assent_engine.reading import coverage
from engine.reading.stage import each, policy, setting, task, when

ALL = ["States.ALL"]
STATES: dict[str, Any] = {
    "C": when("$.n", "T", "M", is_present=True),
    "T": task(next="M", retry=[{"error_equals": ALL}], catch=[{"error_equals": ALL, "next": "M"}]),
    "M": each("$.list", {"In": setting(1)}, next="Ask"),
    "Ask": {
        "type": "Approval",
        "title": "Go on?",
        "timeout_seconds": 60,
        "on_reject": "C",
        "end": True,
    },
}


def test_nothing_taken_leaves_every_state_and_branch() -> None:
    found = coverage(policy(STATES), ())
    assert [(one.pointer, one.how) for one in found.never] == [
        ("/states/C", ""),
        ("/states/T", ""),
        ("/states/M", ""),
        ("/states/Ask", ""),
        ("/states/M/iterator/states/In", ""),
        ("/states/C/choices/0", ""),
        ("/states/C/default", ""),
        ("/states/T/retry/0", ""),
        ("/states/T/catch/0", ""),
        ("/states/M", "no iteration"),
        ("/states/M", "one iteration"),
        ("/states/M", "several iterations"),
        ("/states/Ask", "approved"),
        ("/states/Ask/on_reject", ""),
    ]
    assert (str(found.states), str(found.branches)) == ("0 of 5", "0 of 9")


def test_what_was_taken_counts_and_what_is_not_of_the_policy_does_not() -> None:
    none = coverage(policy(STATES), ())
    taken = {none.never[0], Taken("/states/M", "no iteration"), Taken("macro:a/states/C")}
    found = coverage(policy(STATES), taken)
    assert (str(found.states), str(found.branches)) == ("1 of 5", "1 of 9")
    assert set(none.never) - set(found.never) == taken - {Taken("macro:a/states/C")}
    assert found.as_json()["branches"] == {"taken": 1, "total": 9}


def test_all_taken_leaves_nothing_and_of_no_branches_all_are_taken() -> None:
    whole = coverage(policy(STATES), coverage(policy(STATES), ()).never)
    assert not whole.never
    assert whole.branches.fraction == 1
    assert coverage(policy({"A": setting(1)}), ()).branches.fraction == 1
