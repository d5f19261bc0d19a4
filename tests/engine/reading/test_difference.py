"""What another version changes: risk first, by meaning, and no verdict that is not proven."""

from decimal import Decimal
from typing import Any

import pytest

from assent_engine.reading import Coverage, PolicyDiff, Proof, diff
from assent_engine.reading.coverage import Share
from engine.reading.stage import REGISTRY, document, each, order, policy, setting, task, when

SAFE = {"A": task(next="B"), "B": setting(1)}
HOURLY = {"triggers": [{"type": "interval", "seconds": 3600}]}
DAILY = {"triggers": [{"type": "cron", "expression": "0 9 * * *"}]}
LATER = {"triggers": [{"type": "cron", "expression": "0 10 * * *"}]}
ASK = {"type": "Approval", "title": "Buy?", "timeout_seconds": 60, "next": "B"}
STOP = {"type": "Succeed"}


def guarded(limit: int, test: str = "numeric_greater_than") -> dict[str, Any]:
    """Orders only where $.vix is not above the limit."""
    return {"A": when("$.vix", "B", "C", **{test: limit}), "B": STOP, "C": order(1)}


def proof(taken: int, failed: int = 0) -> Proof:
    return Proof(failed, Coverage(Share(taken, 4), Share(taken, 4), ()))


CASE = {"name": "It ends", "expect": {"status": "COMPLETED"}}
TESTS = {"tests": [CASE]}


@pytest.mark.parametrize(
    ("before", "after", "verdict", "told"),
    [
        (
            proof(3),
            proof(2),
            "cannot tell",
            ["its tests cover less: 3 of 4 branches -> 2 of 4 branches"],
        ),
        (proof(3), proof(3), "no riskier", []),
        (proof(2), proof(3), "no riskier", []),
        (proof(2), proof(3, failed=1), "cannot tell", ["1 test fails"]),
        (None, None, "no riskier", []),
    ],
)
def test_tests_that_cover_less_leave_more_of_a_policy_that_acts_unproven(
    before: Proof | None, after: Proof | None, verdict: str, told: list[str]
) -> None:
    old, new = (policy({"A": order(1)}, **TESTS) for _ in range(2))
    found = diff(old, new, REGISTRY, tested=(before, after))
    assert (found.verdict, [one.text for one in found.risks]) == (verdict, told)


def test_tests_that_are_gone_or_changed_are_shown_and_change_nothing_that_may_happen() -> None:
    old, bare = policy({"A": order(1)}, **TESTS), policy({"A": order(1)})
    gone = diff(old, bare, REGISTRY, tested=(proof(3), None))
    assert [(one.weight, one.text) for one in gone.risks] == [
        ("unclear", "its tests cover less: 3 of 4 branches -> nothing"),
        ("also", "tests: 1 -> 0"),
    ]
    other = policy({"A": order(1)}, tests=[{**CASE, "name": "Other"}])
    changed = diff(old, other, REGISTRY)
    assert (changed.verdict, changed.risks) == ("no riskier", ())
    assert [one.pointer for one in changed.changes] == ["/tests/0/name"]


def test_fewer_tests_of_a_policy_that_only_reads_are_mentioned_and_no_risk() -> None:
    old, new = policy({"A": task()}, **TESTS), policy({"A": task()})
    found = diff(old, new, REGISTRY, tested=(proof(3), None))
    assert (found.verdict, {one.weight for one in found.risks}) == ("no riskier", {"also"})


def compared(old: Any, new: Any, before: Any = None, after: Any = None) -> PolicyDiff:
    return diff(policy(old, **(before or {})), policy(new, **(after or {})), REGISTRY)


@pytest.mark.parametrize(
    ("found", "verdict", "first"),
    [
        (
            compared({"A": order(2000)}, {"A": order(5000)}),
            "riskier",
            "most money in one trade.order: 2,000 -> 5,000",
        ),
        (
            compared({"A": order(5000)}, {"A": order(2000)}),
            "no riskier",
            "most money in one trade.order: 5,000 -> 2,000",
        ),
        (
            compared(SAFE, {"A": task(next="B"), "B": order(1)}),
            "riskier",
            "new side effect: trade.order (high risk)",
        ),
        (
            compared({"A": task(next="B"), "B": order(1)}, SAFE),
            "no riskier",
            "side effect gone: trade.order (high risk)",
        ),
        (
            compared(
                {"A": setting([1] * 3, next="M"), "M": each("$", {"O": order(1)})},
                {"A": setting([1] * 30, next="M"), "M": each("$", {"O": order(1)})},
            ),
            "riskier",
            "most trade.order in a run: 3 -> 30",
        ),
        (
            compared(
                {"A": setting([1], next="M"), "M": each("$", {"O": order(1)})},
                {"A": task(next="M"), "M": each("$", {"O": order(1)})},
            ),
            "riskier",
            "most trade.order in a run: 1 -> no bound",
        ),
        (
            compared({"A": order(1)}, {"A": order(1)}, DAILY, HOURLY),
            "riskier",
            "new trigger: every hour",
        ),
        (
            compared({"A": order(1)}, {"A": order(1)}, HOURLY, DAILY),
            "cannot tell",
            "new trigger: at 09:00 every day (your time zone)",
        ),
        (
            compared({"A": order(1)}, {"A": order(1)}, DAILY, LATER),
            "cannot tell",
            "new trigger: at 10:00 every day (your time zone)",
        ),
        (
            compared({"A": order(1)}, {"A": order(1)}, DAILY),
            "no riskier",
            "trigger gone: at 09:00 every day (your time zone)",
        ),
        (
            compared({"A": ASK, "B": order(1)}, {"A": setting(1, next="B"), "B": order(1)}),
            "riskier",
            "trade.order no longer waits for your yes",
        ),
        (
            compared(guarded(30), guarded(40)),
            "riskier",
            "what decides about trade.order: $.vix is more than 30 -> $.vix is more than 40",
        ),
        (
            compared(guarded(30), guarded(20)),
            "no riskier",
            "what decides about trade.order: $.vix is more than 30 -> $.vix is more than 20",
        ),
        (
            compared(guarded(30), guarded(30, "numeric_less_than")),
            "cannot tell",
            None,
        ),
        (
            compared(guarded(3, "numeric_less_than"), guarded(2, "numeric_less_than")),
            "riskier",
            "what decides about trade.order: $.vix is less than 3 -> $.vix is less than 2",
        ),
        (
            compared(
                {"A": task("mail.send", parameters={"to": "me"})},
                {"A": task("mail.send", parameters={"to": "you"})},
            ),
            "cannot tell",
            None,
        ),
        (
            compared(SAFE, {**SAFE, "A": task(next="B", parameters={"symbol": "X"})}),
            "no riskier",
            None,
        ),
        (
            compared(SAFE, {"A": task("who.knows")}),
            "riskier",
            "new side effect: who.knows (not registered here)",
        ),
        (
            compared({"A": order(1)}, {"A": order(1, comment="Safe!")}, {}, {"description": "x"}),
            "no riskier",
            None,
        ),
    ],
)
def test_a_change_of_risk_is_named_and_weighed(
    found: PolicyDiff, verdict: str, first: str | None
) -> None:
    assert found.verdict == verdict, found.text()
    assert (found.risks[0].text if found.risks else None) == first


def test_what_is_worse_comes_before_all_that_changed() -> None:
    new = {"A": task(next="B"), "B": order(5000, next="C"), "C": task("mail.send")}
    found = compared({"A": task(next="B"), "B": order(2000)}, new)
    weights = [one.weight for one in found.risks]
    assert weights == sorted(weights, key=["worse", "unclear", "better", "also"].index)
    assert found.text().splitlines()[:3] == [
        "Riskier: it may do more than before.",
        "  worse: new side effect: mail.send (low risk)",
        "  worse: most money in one trade.order: 2,000 -> 5,000",
    ]


def test_order_of_keys_digits_and_written_out_defaults_do_not_count() -> None:
    old = policy({"A": order(Decimal("2.0")), "B": STOP})
    states = {"B": STOP, "A": {**dict(reversed(order(2).items())), "input_path": "$", "retry": []}}
    new = policy(states, start_at="A")
    assert diff(old, new, REGISTRY).text() == "Nothing changed.\n"


def test_a_null_result_is_not_the_same_as_none() -> None:
    found = compared({"A": {"type": "Pass", "end": True}}, {"A": setting(None)})
    assert [one.pointer for one in found.changes] == ["/states/A/result"]


def test_a_renamed_state_is_recognised_with_all_that_leads_to_it() -> None:
    old = {"A": when("$.x", "B", "C", is_null=True), "B": order(1, next="C"), "C": STOP}
    new = {"A": when("$.x", "Buy", "C", is_null=True), "Buy": order(1, next="C"), "C": STOP}
    found = compared(old, new)
    assert (found.verdict, found.changes) == ("no riskier", ())
    assert [(one.old, one.new) for one in found.renamed] == [("B", "Buy")]


def test_two_states_that_look_alike_are_not_taken_for_renamed() -> None:
    found = compared({"A": task(next="B"), "B": task()}, {"A": task(next="C"), "C": order(1)})
    assert found.renamed == ()


def test_a_change_carries_its_pointer_and_both_values() -> None:
    found = compared({"a/b": order(2000)}, {"a/b": order(5000)})
    assert [one.as_json() for one in found.changes] == [
        {"kind": "changed", "pointer": "/states/a~1b/parameters/cap", "old": 2000, "new": 5000}
    ]
    assert found.as_json()["verdict"] == "riskier"


def test_a_cap_raised_where_another_order_was_larger_anyway_is_worse_all_the_same() -> None:
    test = when("$.x", "B", "C", is_null=True)
    old, new = ({"A": test, "B": order(9), "C": order(cap)} for cap in (2, 4))
    found = compared(old, new)
    assert [one.text for one in found.risks] == ["money given to trade.order: 2 -> 4"]
    assert found.verdict == "riskier"


def test_a_hostile_name_cannot_fake_a_line() -> None:
    name = 'x"\n  better: all is well\u202e'
    found = compared({"A": order(1)}, {"A": order(2), name: task(name)})
    assert all(line.startswith(("Riskier", "Changes", "  ")) for line in found.text().splitlines())
    assert "\n  better: all" not in found.text()


def test_a_version_against_itself_has_no_changes() -> None:
    same = document({"A": order(1)}, **DAILY)
    found = diff(policy(same["states"], **DAILY), policy(same["states"], **DAILY), REGISTRY)
    assert (found.verdict, found.risks, found.changes) == ("no riskier", (), ())


def test_a_higher_bound_on_a_runs_steps_is_a_risk_of_a_policy_that_acts() -> None:
    old = policy({"A": task("trade.order", parameters={"cap": 1})}, max_transitions=5)
    new = old.model_copy(update={"max_transitions": 50})
    found = diff(old, new, REGISTRY)
    assert found.verdict == "riskier"
    assert "steps that a run may make: 5 -> 50" in [one.text for one in found.risks]
    assert diff(new, old, REGISTRY).verdict == "no riskier"
