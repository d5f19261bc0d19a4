"""Approval states: a yes in time goes on, silence is a no, a yes covers what it showed."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assent_engine import Result, simulate
from assent_engine.effects import (
    Checkpoint,
    Claim,
    Failed,
    Ok,
    RunStep,
    ScopeSpec,
    WaitDecision,
)
from assent_engine.interpreter import ROOT, run_scope
from assent_engine.registry import StepFailed
from assent_schemas.errors import Refused
from engine.pure.policies import NOON, States, leading, machine, passing, policy, task
from engine.pure.test_seam import HEADER, Hand

HOUR = 3600


def asking(**fields: Any) -> dict[str, Any]:
    return {"type": "Approval", "title": "Go?", "timeout_seconds": HOUR, **leading(fields)}


def answer(decision: str = "approved", note: str | None = None) -> Ok:
    at = "2026-01-01T12:00:00.000000Z"
    return Ok({"decision": decision, "decided_by": "me", "decided_at": at, "note": note})


def decided(states: States, decisions: Any = None, data: Any = None, **more: Any) -> Result:
    steps = more.pop("steps", {"a.buy": lambda order: order})
    return simulate(policy(states, **more), data, steps=steps, decisions=decisions, now=NOON)


BUY = {"resource": "a.buy", "input": {"cap.$": "$.cap"}}
COVERED = {
    "Ask": asking(effects=[BUY], result_path=None, next="Buy"),
    "Buy": task("a.buy", parameters={"cap.$": "$.cap"}, requires_approval="Ask"),
}
EACH = [{"resource": "a.buy", "items_path": "$.orders"}]
BUYING = machine({"Buy": task("a.buy", input_path="$.iterator", requires_approval="Ask")})
EACH_COVERED = {
    "Ask": asking(effects=EACH, result_path=None, next="Each"),
    "Each": {"type": "Map", "items_path": "$.orders", "iterator": BUYING, "end": True},
}


def test_the_owner_is_asked_with_what_the_state_sees_and_the_exact_effects() -> None:
    hand = Hand(COVERED, {"cap": Decimal("1.50")})
    assert hand.send() == WaitDecision(
        "Ask.1",
        {
            "state": "Ask",
            "title": "Go?",
            "details": {"cap": Decimal("1.50")},
            "effects": [{"resource": "a.buy", "input": {"cap": Decimal("1.50")}}],
        },
        HOUR,
    )


def test_a_covered_call_claims_the_yes_before_it_is_made() -> None:
    hand = Hand(COVERED, {"cap": 1})
    hand.send()
    claim = hand.send(answer())
    assert isinstance(claim, Claim)
    assert (claim.key, claim.call, claim.given, claim.count) == (
        "Buy.1/1/claim",
        "Buy.1",
        "Ask.1",
        1,
    )
    assert claim.until == "2026-01-02T12:00:00.000000Z"
    assert hand.send(Ok(None)) == RunStep("Buy.1/1", "a.buy", {"cap": 1})


def test_what_a_yes_covers_is_in_the_cursor_and_outlives_a_stop() -> None:
    hand = Hand(COVERED, {"cap": 1})
    hand.send()
    checkpoint: Any = hand.effects.send(answer())
    cursor = checkpoint.cursor.as_json()
    again = run_scope(hand.program, HEADER, ScopeSpec("", ROOT, {"cap": 1}), cursor=cursor)
    assert isinstance(next(again), Checkpoint)
    assert isinstance(again.send(None), Claim)


def test_whatever_is_no_yes_in_so_many_words_is_a_no() -> None:
    hand = Hand({"Ask": asking()})
    hand.send()
    hand.send(answer("Approved"))
    assert hand.outcome == Failed("Approval.TimedOut", f"Nobody answered within {HOUR} seconds.")


@pytest.mark.parametrize(
    ("decision", "status", "error"),
    [
        ("approve", "COMPLETED", None),
        ("reject", "FAILED", "Approval.Rejected"),
        ("timeout", "FAILED", "Approval.TimedOut"),
        ({"decision": "approve", "after_seconds": HOUR}, "FAILED", "Approval.TimedOut"),
        ({"decision": "approve", "after_seconds": HOUR - 1}, "COMPLETED", None),
        ([], "FAILED", "Approval.TimedOut"),
    ],
)
def test_each_answer_leads_its_own_way(decision: Any, status: str, error: str | None) -> None:
    found = decided({"Ask": asking()}, {"Ask": decision})
    assert (found.status, found.error) == (status, error)


def test_nobody_answers_by_default_and_the_deadline_is_in_virtual_time() -> None:
    found = decided({"Ask": asking()})
    assert found.error == "Approval.TimedOut"
    assert found.trace[-1]["at"] == "2026-01-01T13:00:00.000000Z"


def test_a_no_and_silence_go_where_the_policy_says_with_the_record() -> None:
    states = {
        "Ask": asking(on_reject="No", on_timeout="Late", result_path="$.answer"),
        "No": passing(parameters={"why.$": "$.answer.note"}),
        "Late": passing(parameters={"who.$": "$.answer.decided_by"}),
    }
    assert decided(states, {"Ask": {"decision": "reject", "note": "dear"}}).output == {
        "why": "dear"
    }
    assert decided(states).output == {"who": None}


def test_a_list_answers_one_visit_after_the_other() -> None:
    states = {"Ask": asking(result_path=None, on_reject="Ask")}
    found = decided(states, {"Ask": ["reject", "reject", "approve"]}, max_transitions=10)
    assert found.status == "COMPLETED"
    assert [one["event"] for one in found.trace].count("asked") == 3


def test_questions_in_branches_wait_side_by_side() -> None:
    branch = machine({"Ask": asking(result_path="$.a")})
    states = {"Both": {"type": "Parallel", "branches": [branch, branch], "end": True}}
    late = {"decision": "approve", "after_seconds": 60}
    found = decided(states, {"Ask": late}, {})
    assert found.status == "COMPLETED"
    assert found.trace[-1]["at"] == "2026-01-01T12:01:00.000000Z"


@pytest.mark.parametrize(
    ("decisions", "code"),
    [
        ({"Aks": "approve"}, "simulate.unknown_decision"),
        ({"Ask": "yes"}, "simulate."),
        ({"Ask": {"note": "x"}}, "simulate."),
        (["Ask"], "simulate."),
    ],
)
def test_decisions_that_fit_no_question_are_refused(decisions: Any, code: str) -> None:
    with pytest.raises(Refused) as told:
        decided({"Ask": asking()}, decisions)
    assert told.value.problem.code.startswith(code)


def test_a_call_with_another_input_than_was_shown_is_not_covered() -> None:
    states = {
        "Ask": COVERED["Ask"],
        "Buy": task(
            "a.buy",
            parameters={"cap": 2},
            requires_approval="Ask",
            catch=[{"error_equals": ["Approval.NotCovered"], "next": "Caught"}],
        ),
        "Caught": passing(),
    }
    found = decided(states, {"Ask": "approve"}, {"cap": 1})
    assert found.output["error"] == "Approval.NotCovered"
    assert "step" not in [one["event"] for one in found.trace]


def test_a_call_before_the_question_is_not_covered() -> None:
    states = {
        "Which": {
            "type": "Choice",
            "choices": [{"variable": "$.ask", "is_present": True, "next": "Ask"}],
            "default": "Buy",
        },
        **COVERED,
    }
    assert decided(states, None, {"cap": 1}).error == "Approval.NotCovered"


def test_a_later_no_takes_back_an_earlier_yes() -> None:
    states = {
        "Ask": asking(effects=[BUY], result_path=None, on_reject="Buy", next="Ask2"),
        "Ask2": passing(next="Ask"),
        "Buy": COVERED["Buy"],
    }
    found = decided(states, {"Ask": ["approve", "reject"]}, {"cap": 1}, max_transitions=10)
    assert found.error == "Approval.NotCovered"


def test_a_yes_ends() -> None:
    states = {
        "Ask": asking(effects=[BUY], valid_seconds=10, result_path=None, next="W"),
        "W": {"type": "Wait", "seconds": 10, "next": "Buy"},
        "Buy": COVERED["Buy"],
    }
    assert decided(states, {"Ask": "approve"}, {"cap": 1}).error == "Approval.NotCovered"


def test_a_covered_call_that_is_tried_again_is_the_same_call() -> None:
    rule = {"error_equals": ["States.ALL"], "max_attempts": 2}
    states = {**COVERED, "Buy": {**COVERED["Buy"], "retry": [rule]}}
    answers = iter(["busy", "bought"])

    def buy(_order: Any) -> Any:
        if (answer := next(answers)) == "busy":
            raise StepFailed("Busy", "")
        return answer

    found = decided(states, {"Ask": "approve"}, {"cap": 1}, steps={"a.buy": buy})
    assert found.output == "bought"


def test_too_many_effects_to_look_at_are_not_asked() -> None:
    found = decided(EACH_COVERED, {"Ask": "approve"}, {"orders": [0] * 1001})
    assert found.error == "States.DataLimitExceeded"


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 3), max_size=6), st.lists(st.integers(0, 3), max_size=6))
def test_parallel_scopes_never_do_more_than_was_shown(shown: list[int], done: list[int]) -> None:
    states = {
        **EACH_COVERED,
        "Ask": {**EACH_COVERED["Ask"], "effects": [{**EACH[0], "items_path": "$.shown"}]},
        "Each": {**EACH_COVERED["Each"], "tolerated_failure_count": 6},
    }
    runs = [decided(states, {"Ask": "approve"}, {"shown": shown, "orders": done}) for _ in range(2)]
    assert runs[0] == runs[1]
    bought = [one["ok"] for one in runs[0].trace if one["event"] == "step"]
    assert sorted(bought) == sorted(
        value for value in set(done) for _ in range(min(done.count(value), shown.count(value)))
    )
