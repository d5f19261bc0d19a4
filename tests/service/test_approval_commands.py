"""Simulating with decisions from a file, and with the policies in force that are called."""

from pathlib import Path
from typing import Any

from service.shell import Shell, greeter, written

ASKING = {
    "name": "Asking",
    "start_at": "Ask",
    "states": {"Ask": {"type": "Approval", "title": "Go?", "timeout_seconds": 60, "end": True}},
}


def calling(name: str) -> dict[str, Any]:
    run = {"type": "Task", "resource": "policy.run", "parameters": {"policy": name}, "end": True}
    return {"name": "Caller", "start_at": "Call", "states": {"Call": run}}


def test_decisions_come_from_a_file(shell: Shell, tmp_path: Path) -> None:
    policy = written(tmp_path / "asking.json", ASKING)
    yes = written(tmp_path / "yes.json", {"Ask": {"decision": "approve", "note": "fine"}})
    done = shell.done("policy", "simulate", policy, "--decisions", yes)
    assert (done["output"]["decision"], done["output"]["note"]) == ("approved", "fine")
    late = shell("policy", "simulate", policy)
    assert late.code == 1
    assert "Approval.TimedOut" in late.out + late.err


def test_decisions_for_another_state_are_refused(shell: Shell, tmp_path: Path) -> None:
    policy = written(tmp_path / "asking.json", ASKING)
    other = written(tmp_path / "other.json", {"Aks": "approve"})
    said = shell("policy", "simulate", policy, "--decisions", other, "--json")
    assert said.problem["code"] == "simulate.unknown_decision"
    assert said.problem["remedy"] == 'Did you mean "Ask"?'


def test_a_called_policy_is_taken_from_those_in_force(shell: Shell, tmp_path: Path) -> None:
    policy = written(tmp_path / "calling.json", calling("Greeter"))
    assert shell("policy", "simulate", policy, "--json").problem["code"] == "call.unknown_policy"
    shell.approved(greeter())
    assert shell.done("policy", "simulate", policy)["status"] == "COMPLETED"
    assert 'Runs the policy "Greeter"' in shell("policy", "explain", policy).out
