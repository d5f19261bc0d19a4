"""Simulating with decisions from a file, and with the policies in force that are called."""

from pathlib import Path
from typing import Any

from service.shell import Shell, contents, greeter, written

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


def test_validate_looks_for_called_policies_where_there_is_a_home(
    shell: Shell, tmp_path: Path
) -> None:
    policy = written(tmp_path / "calling.json", calling("Greeter"))
    nowhere = tmp_path / "nowhere"
    assert shell.done("policy", "validate", policy, "--home", nowhere)["valid"] is True
    assert not nowhere.exists()
    shell.propose(greeter())
    before = contents(shell.home)
    said = shell("policy", "validate", policy, "--json")
    assert (said.code, said.problem["code"]) == (1, "call.unknown_policy")
    assert contents(shell.home) == before
    shell.approved(greeter("Greeted"))
    other = written(tmp_path / "other.json", calling("Greeted"))
    assert shell.done("policy", "validate", other)["valid"] is True


EFFECTS = [{"resource": "notify.user", "input": {"msg.$": "$.msg"}}]


def telling(**more: Any) -> dict[str, Any]:
    """A policy that asks before it tells the owner something."""
    ask = {"type": "Approval", "title": "Shall I?", "timeout_seconds": 3600, "effects": EFFECTS}
    tell = {
        "type": "Task",
        "resource": "notify.user",
        "parameters": {"msg.$": "$.msg"},
        "requires_approval": "Ask",
        "end": True,
    }
    keep = {**ask, "result_path": "$.answer", "next": "Tell"}
    states = {"Ask": keep, "Tell": tell}
    defaults = {"msg": "x" * 300}
    document = {"name": "Telling", "start_at": "Ask", "states": states}
    return {**document, "context_defaults": defaults, **more}


def asked(shell: Shell) -> dict[str, Any]:
    """The question of a run that waits."""
    started = shell.done("run", "start", shell.approved(telling()))
    assert started["status"] == "WAITING"
    (one,) = [row for row in shell.done("approvals", "list") if row["kind"] == "effect"]
    return dict(one)


def test_policies_and_questions_wait_in_one_list(shell: Shell) -> None:
    made = shell.propose(ASKING)
    question = asked(shell)
    rows = {row["kind"]: row for row in shell.done("approvals", "list")}
    assert (rows["policy"]["id"], rows["policy"]["hash"]) == (made["policy_id"], made["hash"])
    assert rows["effect"] == question
    said = shell("approvals", "list")
    assert "Shall I?" in said.out
    assert "Asking, version 1.0.0" in said.out


def test_a_question_without_calls_is_not_called_an_effect(shell: Shell) -> None:
    shell.done("run", "start", shell.approved(ASKING))
    (one,) = shell.done("approvals", "list")
    assert one["kind"] == "question"
    assert (
        shell.done("approvals", "approve", one["id"], "--hash", one["hash"])["kind"] == "question"
    )


def test_a_question_is_shown_whole_with_every_call_and_the_exact_json(shell: Shell) -> None:
    question = asked(shell)
    shown = shell.done("approvals", "show", question["id"])
    (effect,) = shown["shown"]["effects"]
    assert effect == {"resource": "notify.user", "input": {"msg": "x" * 300}}
    text = shell("approvals", "show", question["id"][:8]).out
    assert text.count("x" * 300) >= 2
    assert question["hash"] in text


def test_after_a_yes_with_the_hash_the_run_goes_on(shell: Shell) -> None:
    question = asked(shell)
    other = shell("approvals", "approve", question["id"], "--hash", "0" * 64, "--json")
    assert other.problem["code"] == "approval.other_document"
    done = shell.done("approvals", "approve", question["id"], "--hash", question["hash"])
    assert (done["status"], done["run"]["status"]) == ("approved", "COMPLETED")
    again = shell("approvals", "reject", question["id"], "--json")
    assert again.problem["code"] == "approval.decided"
    assert shell.done("approvals", "list") == []


def test_after_a_no_the_run_goes_on_without_the_yes(shell: Shell) -> None:
    question = asked(shell)
    said = shell("approvals", "reject", question["id"], "--note", "not now", "--json")
    assert said.code == 1
    assert said.json["run"]["error"] == "Approval.Rejected"
    assert said.json["run"]["cause"] == "not now"


def test_without_a_terminal_the_question_is_shown_and_not_approved(shell: Shell) -> None:
    question = asked(shell)
    said = shell("approvals", "approve", question["id"])
    assert said.code == 2
    assert f"--hash {question['hash']}" in said.err
    assert "notify.user" in said.out
    assert shell.done("approvals", "list") == [question]


def test_a_policy_is_decided_there_too(shell: Shell) -> None:
    made = shell.propose(ASKING)
    shown = shell.done("approvals", "show", made["policy_id"])
    assert shown["document"]["name"] == "Asking"
    assert shell.done("approvals", "reject", made["policy_id"])["status"] == "rejected"
    assert shell.done("approvals", "list") == []
    other = shell.propose(telling())
    shell.done("approvals", "approve", other["policy_id"], "--hash", other["hash"])
    assert shell.done("run", "start", other["policy_id"])["status"] == "WAITING"


def test_an_unknown_request_is_not_found(shell: Shell) -> None:
    shell.propose(ASKING)
    assert shell("approvals", "show", "nothing", "--json").problem["code"] == "approval.unknown"


def test_an_approval_says_how_that_is_started_which_nothing_starts(shell: Shell) -> None:
    alone = shell.propose(greeter("One call of notify.user"))
    approve = ("approvals", "approve")
    said = shell(*approve, alone["policy_id"], "--hash", alone["hash"])
    command = f"assent run start {alone['policy_id']}"
    assert command in " ".join(said.out.split())
    assert shell.done(*command.split()[1:])["status"] == "COMPLETED"
    timed = {**greeter("Timed"), "triggers": [{"type": "interval", "seconds": 3600}]}
    other = shell.propose(timed)
    said = shell(*approve, other["policy_id"], "--hash", other["hash"])
    assert said.code == 0
    assert "run start" not in said.out
