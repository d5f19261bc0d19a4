"""Readings of approvals that cover calls, and of policies that run other policies."""

from typing import Any

import pytest

from assent_engine.reading import Unbounded, diff, explain, graph, worst_case
from assent_schemas.policy import DEFAULT_TRANSITIONS
from engine.reading.stage import REGISTRY, order, policy, task

ASK = {
    "type": "Approval",
    "title": "Buy?",
    "timeout_seconds": 7200,
    "effects": [{"resource": "trade.order", "input": {"cap": 5}}],
    "valid_seconds": 600,
    "result_path": None,
    "next": "Buy",
}
BUYING = policy({"Ask": ASK, "Buy": order(5, requires_approval="Ask")}, name="Buying")


def calling(name: str = "Buying", **fields: Any) -> dict[str, Any]:
    return task("policy.run", parameters={"policy": name, "input.$": "$"}, **fields)


KNOWN = REGISTRY.calling({"Buying": BUYING})
TWICE = policy({"One": calling(next="Two"), "Two": calling()})


def test_a_question_tells_what_a_yes_covers_and_for_how_long() -> None:
    said = explain(BUYING, REGISTRY)
    assert (
        'Asks you "Buy?", showing you each call of trade.order that a yes covers for 10 minutes,'
        " and waits up to 2 hours for your answer"
    ) in said
    assert 'Does trade.order with cap 5, only exactly as you were shown in "Ask"' in said


def test_the_worst_case_goes_through_what_is_called() -> None:
    found = worst_case(TWICE, KNOWN)
    assert (found.questions, found.effects, found.money) == (2, {"trade.order": 2}, 10)
    assert found.scopes == 3


def test_a_called_policy_that_is_not_known_may_do_anything() -> None:
    assert isinstance(worst_case(TWICE, REGISTRY).money, Unbounded)


def test_what_has_no_bound_in_a_called_policy_points_to_the_call() -> None:
    open_ended = policy({"O": task("trade.order", parameters={"cap.$": "$.cap"})})
    found = worst_case(TWICE, REGISTRY.calling({"Buying": open_ended})).money
    assert found == Unbounded("in Buying, $.cap is data", "/states/One/resource")


def test_many_ways_to_the_same_policy_are_looked_at_once() -> None:
    layers = {"L0": policy({"O": order(1)})}
    for at in range(1, 40):
        below = f"L{at - 1}"
        layers[f"L{at}"] = policy({"A": calling(below, next="B"), "B": calling(below)})
    registry = REGISTRY.calling(layers)
    top = policy({"A": calling("L39")})
    # Of the 2 ** 39 ways no more is left than the run may enter states.
    assert worst_case(top, registry).effects["trade.order"] == DEFAULT_TRANSITIONS
    assert "trade.order (through L" in explain(top, registry)


def test_explain_names_the_policy_that_runs_and_what_it_may_change() -> None:
    said = explain(TWICE, KNOWN)
    assert 'Runs the policy "Buying" with input $' in said
    assert "trade.order (through Buying), high risk" in said
    assert "Only after you said yes in the run." in said
    assert "policy.run" not in said


def test_the_picture_names_the_called_policy() -> None:
    assert "policy.run Buying" in graph(TWICE, KNOWN)


@pytest.mark.parametrize("registry", [KNOWN, REGISTRY])
def test_another_callee_is_a_change_that_is_told(registry: Any) -> None:
    other = policy({"One": calling(next="Two"), "Two": calling("Selling")})
    found = diff(TWICE, other, registry)
    assert found.verdict != "no riskier"
    assert 'now runs the policy "Selling"' in found.text()


def test_a_call_that_is_no_longer_held_to_what_was_shown_is_worse() -> None:
    loose = policy({"Ask": ASK, "Buy": order(5)}, name="Buying")
    found = diff(BUYING, loose, REGISTRY)
    assert found.verdict == "riskier"
    assert "trade.order is no longer held to what you were shown" in found.text()
