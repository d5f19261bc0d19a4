"""After a restore: runs in doubt are in the inbox, and questions that are too late are gone."""

from pathlib import Path

from service.shell import Shell, waiter, waiting_run

ASKING = {
    "name": "Asking",
    "start_at": "Ask",
    "states": {"Ask": {"type": "Approval", "title": "Go?", "timeout_seconds": 3600, "end": True}},
}


def test_a_run_in_doubt_is_listed_shown_and_gone_on_with(shell: Shell, tmp_path: Path) -> None:
    run_id = waiting_run(shell)
    shell.done("backup", tmp_path / "kept")
    said = shell("restore", tmp_path / "kept", "--yes")
    assert "assent inbox list" in said.out
    assert shell.done("run", "show", run_id)["status"] == "NEEDS_OWNER"
    (case,) = shell.done("inbox", "list")
    assert (case["run_id"], case["code"], case["policy"]) == (run_id, "run.restored", "Waiter")
    assert "asked before every side effect" in shell("inbox", "show", case["intervention_id"]).out
    assert f"assent inbox show {case['intervention_id']}" in shell("run", "resume").out
    resolved = shell.done("inbox", "resolve", case["intervention_id"], "retry")
    assert resolved["run"]["status"] == "WAITING"
    assert shell.done("inbox", "list") == []


def test_a_question_past_its_time_is_not_listed_as_waiting(shell: Shell) -> None:
    shell.done("run", "start", shell.approved(ASKING))
    (one,) = shell.done("approvals", "list")
    past = "2026-01-01T00:00:00.000000Z"
    shell.change_store("UPDATE requests SET deadline = ?", past)
    assert shell.done("approvals", "list") == []
    said = shell("approvals", "reject", one["id"], "--json")
    assert said.problem["code"] == "approval.expired"
    assert "takes its other way" in said.problem["remedy"]


def test_a_policy_that_was_taken_out_of_use_stays_so_for_a_run_in_doubt(
    shell: Shell, tmp_path: Path
) -> None:
    run_id = waiting_run(shell)
    shell.done("policy", "disable", waiter()["name"])
    shell.done("backup", tmp_path / "kept")
    shell.done("restore", tmp_path / "kept", "--yes")
    (case,) = shell.done("inbox", "list")
    resolved = shell("inbox", "resolve", case["intervention_id"], "retry", "--json").json
    assert resolved["run"]["status"] == "PAUSED"
    assert resolved["run"]["run_id"] == run_id


def test_a_restore_that_is_refused_says_and_makes_no_new_home(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "letters").write_text("x")
    said = shell("restore", tmp_path / "letters", "--json")
    assert said.problem["code"] == "backup.unusable"
    assert said.err == ""
    assert not shell.home.exists()


def test_a_restore_into_a_new_home_says_so_and_names_no_old_files(
    shell: Shell, tmp_path: Path
) -> None:
    waiting_run(shell)
    shell.done("backup", tmp_path / "kept")
    said = shell("restore", tmp_path / "kept", "--home", tmp_path / "other", "--json")
    assert said.json["replaced"] is None
    assert "A new home was made" in said.err
    assert (
        "the old files" not in shell("restore", tmp_path / "kept", "--home", tmp_path / "more").out
    )
