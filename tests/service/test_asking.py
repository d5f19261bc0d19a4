"""Asked first: what cannot simply be taken back is done with a yes, and never off a terminal."""

import pytest

from service.conftest import Furnished
from service.shell import Shell, greeter, waiter, waiting_run

TERMINAL = "assent_service.cli.asking.asks_here"


def status_of(shell: Shell) -> str:
    (policy,) = shell.done("policy", "list")
    return str(policy["status"])


def test_without_a_terminal_no_policy_is_removed(furnished: Furnished) -> None:
    said = furnished.shell("policy", "remove", "Greeter")
    assert said.code == 2
    assert "--yes" in said.err
    assert status_of(furnished.shell) == "enabled"


@pytest.mark.parametrize(("answer", "code", "status"), [("y", 0, "removed"), ("n", 1, "enabled")])
def test_who_removes_a_policy_sees_what_ends_and_is_asked(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, answer: str, code: int, status: str
) -> None:
    shell.approved({**waiter(), "triggers": [{"type": "cron", "expression": "0 9 * * *"}]})
    shell.done("run", "start", "Waiter")
    monkeypatch.setattr(TERMINAL, lambda: True)
    said = shell("policy", "remove", "Waiter", stdin=f"{answer}\n")
    assert said.code == code
    assert "1 trigger ends, and 1 open run needs you then" in said.out
    assert ("policy.remove_declined" in said.err) == (answer == "n")
    assert status_of(shell) == status


def test_without_a_terminal_nothing_is_restored(furnished: Furnished) -> None:
    shell = furnished.shell
    shell.done("policy", "disable", "Greeter")
    said = shell("restore", furnished.backup)
    assert said.code == 2
    assert "--yes" in said.err
    assert status_of(shell) == "disabled"


@pytest.mark.parametrize(("answer", "code", "status"), [("y", 0, "enabled"), ("n", 1, "disabled")])
def test_who_restores_over_a_home_is_asked(
    furnished: Furnished, monkeypatch: pytest.MonkeyPatch, answer: str, code: int, status: str
) -> None:
    shell = furnished.shell
    shell.done("policy", "disable", "Greeter")
    monkeypatch.setattr(TERMINAL, lambda: True)
    said = shell("restore", furnished.backup, stdin=f"{answer}\n")
    assert said.code == code
    assert str(shell.home) in said.out
    assert ("backup.restore_declined" in said.err) == (answer == "n")
    assert status_of(shell) == status


def test_who_restores_into_a_new_home_is_not_asked(furnished: Furnished, shell: Shell) -> None:
    said = shell("restore", furnished.backup)
    assert said.code == 0, said
    assert status_of(shell) == "enabled"


def test_who_approves_hears_when_it_starts_by_itself(shell: Shell) -> None:
    made = shell.propose(greeter(triggers=[{"type": "once", "at": "2099-05-01T07:00:20Z"}]))
    said = shell("policy", "approve", made["policy_id"], "--hash", made["hash"]).out
    assert "It starts by itself, next on " in said
    assert "2099-05-01 " in said
    assert ":00:20 " in said
    assert "No service runs" in said
    assert f"To run it now: assent run start {made['policy_id']}" in said
    waits = shell.propose(greeter("Waits", triggers=[{"type": "event", "name": "deposit"}]))
    said = shell("policy", "approve", "Waits", "--hash", waits["hash"]).out
    assert "It starts when what it waits for happens" in said
    alone = shell.propose(greeter("Alone"))
    said = shell("policy", "approve", "Alone", "--hash", alone["hash"]).out
    assert said == f"Approved version 1.0.0. Start it: assent run start {alone['policy_id']}\n"


def test_what_was_not_approved_is_refused_with_the_very_command_that_decides(shell: Shell) -> None:
    made = shell.propose(greeter())
    said = shell("run", "start", "Greeter", "--json")
    assert said.problem["code"] == "policy.not_approved"
    assert said.problem["remedy"].endswith(f"assent policy approve {made['policy_id']}")


def test_what_is_paused_or_switched_off_is_shown_where_nothing_can_go_on(shell: Shell) -> None:
    run_id = waiting_run(shell)
    shell.done("pause", "Waiter")
    assert shell("run", "resume", run_id).code == 1
    said = shell("run", "resume")
    assert said.code == 1
    assert (run_id in said.out, "assent resume" in said.out) == (True, True)
    shell("resume", "Waiter")
    (policy,) = shell.done("policy", "list")
    shell.done("policy", "disable", "Waiter")
    shell("run", "resume", run_id)
    said = shell("run", "resume")
    assert f"assent policy enable {policy['policy_id']}" in said.out
