"""policy simulate --steps: canned answers in place of steps."""

import json
from pathlib import Path
from typing import Any

import pytest

from service.shell import REBALANCE, Shell, written

CALM: dict[str, Any] = {
    "market.get_quote": {"result": {"price": 12.5}},
    "portfolio.calc_drift": {"result": {}},
    "portfolio.rebalance_saga": {"result": {"sells": [], "buys": []}},
    "notify.user": {"result": {"recorded": True}},
}


def entered(said: Any) -> list[str]:
    return [one["key"] for one in said.json["trace"] if one["event"] == "entered"]


def simulated(shell: Shell, tmp_path: Path, answers: Any, *more: str) -> Any:
    steps = tmp_path / "steps.json"
    steps.write_text(json.dumps(answers), encoding="utf-8")
    return shell("policy", "simulate", REBALANCE, "--steps", steps, "--json", *more)


def test_canned_answers_choose_the_branch(shell: Shell, tmp_path: Path) -> None:
    calm = simulated(shell, tmp_path, CALM)
    assert entered(calm)[-1] == "ExecuteRebalance.1"
    wild = simulated(shell, tmp_path, {**CALM, "market.get_quote": {"result": {"price": 31}}})
    assert (wild.code, entered(wild)[-1]) == (0, "NotifyHighVol.1")


def test_answers_may_stand_under_steps_as_in_a_test(shell: Shell, tmp_path: Path) -> None:
    calm = simulated(shell, tmp_path, {"steps": CALM})
    assert entered(calm)[-1] == "ExecuteRebalance.1"


def test_a_canned_error_fails_the_step(shell: Shell, tmp_path: Path) -> None:
    failing = {**CALM, "market.get_quote": {"error": "NetworkError", "cause": "no line"}}
    said = simulated(shell, tmp_path, failing)
    assert (said.code, said.json["error"], said.json["cause"]) == (1, "NetworkError", "no line")


def test_a_list_is_used_up_in_order_and_its_last_answer_stays(shell: Shell, tmp_path: Path) -> None:
    retried = json.loads(REBALANCE.read_text(encoding="utf-8"))
    retried["states"]["GetVIX"]["retry"] = [{"error_equals": ["NetworkError"]}]
    steps = tmp_path / "steps.json"
    quotes = [{"error": "NetworkError"}, {"error": "NetworkError"}, {"result": {"price": 40}}]
    steps.write_text(json.dumps({**CALM, "market.get_quote": quotes}), encoding="utf-8")
    policy = written(tmp_path / "policy.json", retried)
    said = shell("policy", "simulate", policy, "--steps", steps, "--json")
    assert (said.code, entered(said)[-1]) == (0, "NotifyHighVol.1")


def test_a_step_without_an_answer_fails_by_name(shell: Shell, tmp_path: Path) -> None:
    said = simulated(shell, tmp_path, {"notify.user": {"result": 1}})
    assert (said.code, said.json["error"]) == (1, "Step.NotAvailable")


@pytest.mark.parametrize(
    ("answers", "code", "pointer"),
    [
        ([], "steps.wrong_type", ""),
        ({"a.b": {}}, "steps.missing_key", "/a.b"),
        ({"a.b": {"result": 1, "error": "E"}}, "steps.exclusive_keys", "/a.b"),
        ({"a.b": [{"result": 1, "cuase": "x"}]}, "steps.unknown_key", "/a.b/0/cuase"),
        ({"a.b": []}, "steps.out_of_bounds", "/a.b"),
    ],
)
def test_a_malformed_file_is_refused_with_where(
    shell: Shell, tmp_path: Path, answers: Any, code: str, pointer: str
) -> None:
    said = simulated(shell, tmp_path, answers)
    assert said.code == 1
    assert (said.problem["code"], said.problem["pointer"]) == (code, pointer)
    assert "steps.json" in said.problem["detail"]
