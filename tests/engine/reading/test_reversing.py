"""What the readings say of what becomes of a run's side effects when it does not end well."""

from typing import Any

import pytest

from assent_engine.reading import diff, explain, graph, reading, worst_case
from assent_engine.reading.worst import WorstCase
from assent_engine.reading.worst_words import sentences
from assent_schemas.policy import Policy
from engine.reading.stage import REGISTRY, order, policy, setting, task

MAIL = {"A": order(1, next="B"), "B": task("mail.send")}
CATCH = {"error_equals": ["States.ALL"], "next": "B", "result_path": None}
TESTS = [{"name": "It ends", "expect": {"status": "COMPLETED"}}]


def failing(read: Policy) -> list[str]:
    """The section on failures, without its first sentence."""
    sections = reading(read, REGISTRY).sections
    lines = next(one.lines for one in sections if one.title == "When something fails")
    return list(lines[1:])


def caught(compensate: bool, resource: str = "trade.order", **more: Any) -> Policy:
    catch = [{**CATCH, "compensate": compensate}]
    return policy({"A": task(resource, catch=catch, next="B"), "B": setting(1)}, **more)


def test_what_is_reversed_by_what_is_said_and_what_cannot_be_with_its_reason() -> None:
    assert failing(policy(MAIL)) == [
        "When a run does not end well, everything it did is reversed, the latest first.",
        "What can be reversed: trade.order by trade.order.",
        (
            "A reversal that fails 3 times is left to you; "
            "what was done before it is reversed all the same."
        ),
        "mail.send cannot be reversed: What is sent is sent.",
    ]


@pytest.mark.parametrize(
    ("on_failure", "said"),
    [
        ("keep", "what it did is kept, and nothing is reversed."),
        ("intervene", "you are asked whether what it did is reversed or kept."),
    ],
)
def test_a_policy_that_reverses_nothing_by_itself_says_so_in_short_too(
    on_failure: str, said: str
) -> None:
    read = policy(MAIL, on_failure=on_failure)
    assert failing(read)[0] == f"When a run does not end well, {said}"
    assert said in explain(read, REGISTRY, brief=True)
    told = "If you cancel a run, you choose whether what it did is reversed or kept."
    assert (told in failing(read)) == (on_failure == "keep")


def test_waiting_for_the_owner_before_going_on_is_said() -> None:
    read = policy(MAIL, on_compensation_failure="wait")
    assert "waits until you have decided." in " ".join(failing(read))


def test_of_an_unknown_step_nothing_is_promised() -> None:
    said = failing(policy({"A": task("not.registered")}))
    assert said[1:] == ["Whether what not.registered does can be reversed is not known here."]


def test_a_policy_that_only_reads_has_nothing_to_reverse() -> None:
    assert failing(policy({"A": task(), "B": setting(1)}, on_failure="keep")) == []


def test_a_catcher_that_compensates_says_what_it_does_first() -> None:
    said = explain(caught(compensate=True), REGISTRY)
    assert "After any error, it first reverses what this step did, then goes on with step 2" in said
    assert "reversing" in graph(caught(compensate=True), REGISTRY)
    assert "revers" not in graph(caught(compensate=False), REGISTRY)


def test_the_worst_case_has_the_reversals_on_top_and_says_what_is_not_counted() -> None:
    worst: WorstCase = worst_case(policy(MAIL), REGISTRY)
    assert worst.reversals == {"trade.order": 1}
    assert worst.effects == {"mail.send": 1, "trade.order": 1}
    (line,) = [one for one in sentences(worst) if "to undo it" in one]
    assert line == (
        "On top of that, if what it did is reversed, trade.order to undo it: at most once; "
        "the money in these is not counted above."
    )


@pytest.mark.parametrize(
    "more", [{"on_failure": "keep"}, {"on_compensation_failure": "wait"}, {"tests": TESTS}]
)
def test_what_is_no_part_of_the_data_leaves_the_data_known(more: dict[str, Any]) -> None:
    states = {
        "A": setting({"cap": 5}, next="B"),
        "B": order(0) | {"parameters": {"cap.$": "$.cap"}},
    }
    assert worst_case(policy(states, **more), REGISTRY).money == 5


def weights(old: Policy, new: Policy) -> list[tuple[str, str | None]]:
    return [(one.weight, one.pointer) for one in diff(old, new, REGISTRY).risks]


@pytest.mark.parametrize(
    ("before", "after", "weight", "verdict"),
    [
        ("compensate", "keep", "worse", "riskier"),
        ("intervene", "keep", "worse", "riskier"),
        ("keep", "intervene", "better", "no riskier"),
        ("keep", "compensate", "unclear", "cannot tell"),
        ("compensate", "intervene", "unclear", "cannot tell"),
    ],
)
def test_another_end_of_a_failed_run_is_a_risk_of_its_own(
    before: str, after: str, weight: str, verdict: str
) -> None:
    old, new = (policy(MAIL, on_failure=one) for one in (before, after))
    assert weights(old, new) == [(weight, "/on_failure")]
    assert diff(old, new, REGISTRY).verdict == verdict


def test_for_a_policy_that_acts_on_nothing_it_does_not_matter() -> None:
    old, new = (policy({"A": setting(1)}, on_failure=one) for one in ("compensate", "keep"))
    assert weights(old, new) == [("also", "/on_failure")]
    assert diff(old, new, REGISTRY).verdict == "no riskier"


def test_what_happens_when_a_reversal_fails_is_a_risk_that_cannot_be_weighed() -> None:
    old, new = (policy(MAIL, on_compensation_failure=one) for one in ("continue", "wait"))
    assert weights(old, new) == [("unclear", "/on_compensation_failure")]


@pytest.mark.parametrize(
    ("before", "resource", "weight"),
    [
        (True, "trade.order", "worse"),
        (False, "trade.order", "unclear"),
        (True, "market.price", "also"),
    ],
)
def test_a_catcher_that_no_longer_reverses_is_a_risk(
    before: bool, resource: str, weight: str
) -> None:
    old, new = caught(before, resource), caught(not before, resource)
    assert weights(old, new) == [(weight, "/states/A/catch/0/compensate")]


def test_a_field_of_that_name_elsewhere_is_a_change_like_any_other() -> None:
    old, new = (policy({"A": task("mail.send", parameters={"compensate": one})}) for one in (1, 2))
    assert weights(old, new) == []
    assert diff(old, new, REGISTRY).verdict == "cannot tell"
